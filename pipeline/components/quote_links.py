"""Which cue belongs to which content, and which source to which cue: candidates and what is known of them.

Training and inference share these functions; they work on plain arrays (see `quote_features.py`) and spans
of words `(first, end)`, end exclusive. A span is described by its first and last word and its syntactic
head; a pair of spans by a row of small integers, among them how the parse joins the two.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.components.quote_features import DEPS, ENTS, TAGS, Ints, QuoteFeatures, signed_bucket

LABELS = ("O", "B-content", "I-content", "B-cue", "I-cue", "B-source", "I-source")
CONTENT, CUE, SOURCE = 0, 1, 2

MAX_CUES = 6  # candidates per content fragment
MAX_SOURCES = 6  # tagged candidates per cue
MAX_SUBJECTS = 4  # further candidates per cue: subjects of the parse

PAIR_COLUMNS = {
    "gap": 15,
    "place": 35,
    "path": 16,
    "left_dep": len(DEPS) + 1,
    "right_dep": len(DEPS) + 1,
    "left_tag": len(TAGS) + 1,
    "right_tag": len(TAGS) + 1,
    "right_entity": len(ENTS) + 1,
    "left_length": 8,
    "right_length": 8,
    "marks": 64,
    "rank": 12,
    "contents_between": 4,
    "cues_between": 4,
    "sources_between": 4,
    "right_kind": 3,
    "rule": 5,
}
PAIR_OFFSETS = np.concatenate([[0], np.cumsum(list(PAIR_COLUMNS.values()))]).astype(np.int32)

_PUNCT = DEPS.index("punct") + 1
_SUBJECTS = np.isin(
    np.arange(len(DEPS) + 1), [DEPS.index(dep) + 1 for dep in ("nsubj", "nsubjpass", "csubj", "poss")]
)
_LENGTHS = np.array([1, 2, 3, 5, 9, 17, 33])


def spans_of(labels: NDArray[np.integer]) -> tuple[Ints, Ints, Ints]:
    """First word, end and kind (CONTENT, CUE, SOURCE) of each labelled span, in text order."""
    kinds = (labels + 1) // 2 - 1  # O: -1
    previous = np.concatenate([[-1], kinds[:-1]])
    inside = kinds >= 0
    begins = inside & ((labels % 2 == 1) | (kinds != previous))
    first = np.flatnonzero(begins)
    # a span ends where the next one begins or where its label ends
    stops = np.flatnonzero(begins | ~inside)
    end = np.append(stops, len(labels))[np.searchsorted(stops, first, side="right")]
    return first.astype(np.int32), end.astype(np.int32), kinds[first].astype(np.int32)


def span_heads(features: QuoteFeatures, first: Ints, end: Ints) -> Ints:
    """The word of each span whose head lies outside it; of several the first that is no punctuation."""
    if not len(first):
        return first
    sizes = end - first
    begins = np.cumsum(sizes) - sizes
    word = np.arange(sizes.sum()) + np.repeat(first - begins, sizes)
    up = features.heads[word]
    is_top = (up < np.repeat(first, sizes)) | (up >= np.repeat(end, sizes)) | (up == word)
    is_top &= features.deps[word] != _PUNCT
    none = len(features)
    tops = np.minimum.reduceat(np.where(is_top, word, none), begins)
    return np.where(tops == none, first, tops).astype(np.int32)


def nearest(first: Ints, end: Ints, others_first: Ints, others_end: Ints, *, limit: int) -> list[Ints]:
    """For each span the indices of up to `limit` nearest other spans, nearest first.

    Both are in text order and do not overlap, so that only the `limit` others on either side can be near.
    """
    count = len(others_first)
    if not count:
        return [np.empty(0, dtype=np.int32) for _ in first]
    option = np.searchsorted(others_first, first)[:, None] + np.arange(-limit, limit)
    is_there = (option >= 0) & (option < count)
    option = np.clip(option, 0, count - 1)
    gap = np.maximum(others_first[option] - end[:, None], first[:, None] - others_end[option])
    gap[~is_there] = np.iinfo(np.int32).max
    order = np.argsort(gap, axis=1, kind="stable")[:, :limit]
    chosen = np.take_along_axis(option, order, axis=1).astype(np.int32)
    counts = np.minimum(is_there.sum(axis=1), limit)
    return [row[:n] for row, n in zip(chosen, counts.tolist(), strict=True)]


def subject_candidates(
    features: QuoteFeatures, cue_first: Ints, cue_end: Ints, taken: NDArray[np.bool_]
) -> list[list[tuple[int, int]]]:
    """For each cue noun phrases without a `taken` word: the rule's source, the nearest subjects."""
    subjects = np.flatnonzero(_SUBJECTS[features.deps] & ~taken)
    sentences, heads = features.sentences, features.heads
    spans: dict[int, tuple[int, int]] = {}
    out = []
    for a, b in zip(cue_first.tolist(), cue_end.tolist(), strict=True):
        low, high = np.searchsorted(sentences[subjects], [sentences[a], sentences[a] + 1])
        near = subjects[low:high]
        near = near[(near < a) | (near >= b)]
        near = near[np.argsort(np.abs(near - a), kind="stable")[:MAX_SUBJECTS]]
        found = []
        for word in near.tolist():
            if word not in spans:
                start = word
                while start > 0 and start <= heads[start - 1] <= word and not taken[start - 1]:
                    start -= 1
                spans[word] = (start, word + 1)
            found.append(spans[word])
        out.append(found)
    return out


def pair_columns(
    features: QuoteFeatures,
    kind_counts: Ints,
    left: tuple[Ints, Ints, Ints],
    right: tuple[Ints, Ints, Ints],
    rank: Ints,
    right_kind: Ints,
    by_rule: Ints,
) -> Ints:
    """Rows of the pair table for pairs of spans, each side given as (first, end, head).

    Args:
        features: of the document.
        kind_counts: (n + 1, 3) how many spans of each kind begin before word i.
        left: one side of the pairs.
        right: the other.
        rank: place of the right side among the candidates of the left one.
        right_kind: 0 tagged, 1 a subject of the parse, 2 none at all (the side is then without meaning).
        by_rule: `rule_cues` or `rule_sources` of the features: what a rule gives the words of the left side.
    """
    heads, marks = features.heads, features.marks
    a, a_end, a_head = left
    b, b_end, b_head = right
    after = b >= a
    gap = np.where(after, b - a_end + 1, -(a - b_end + 1))
    place = (np.clip(features.sentences[b] - features.sentences[a], -3, 3) + 3) * 5 + (
        np.clip(features.paragraphs[b] - features.paragraphs[a], -2, 2) + 2
    )
    path = np.zeros(len(a), dtype=np.int32)
    up, down = a_head, b_head
    for level in range(1, 6):
        up, down = heads[up], heads[down]
        path[(path == 0) & (up >= b) & (up < b_end)] = level
        path[(path == 0) & (down >= a) & (down < a_end)] = 5 + level
    a_up, b_up = heads[a_head], heads[b_head]
    path[(path == 0) & (a_up == b_up)] = 11
    path[(path == 0) & (heads[a_up] == b_up)] = 12
    path[(path == 0) & (a_up == heads[b_up])] = 13
    path[(path == 0) & (heads[a_up] == heads[b_up])] = 14
    path[(path == 0) & (features.sentences[a_head] == features.sentences[b_head])] = 15

    between_from, between_to = np.where(after, a_end, b_end), np.where(after, b, a)
    between = np.clip(kind_counts[np.maximum(between_to, between_from)] - kind_counts[between_from], 0, 3)
    columns = np.stack(
        [
            signed_bucket(gap),
            place,
            path,
            features.deps[a_head],
            features.deps[b_head],
            features.tags[a_head],
            features.tags[b_head],
            features.entities[b_head],
            np.searchsorted(_LENGTHS, a_end - a, side="right"),
            np.searchsorted(_LENGTHS, b_end - b, side="right"),
            marks[a] * 16 + marks[a_end - 1] * 4 + marks[b],
            np.minimum(rank, 11),
            between[:, CONTENT],
            between[:, CUE],
            between[:, SOURCE],
            right_kind,
            right_kind,
        ],
        axis=1,
    ).astype(np.int32)
    columns[right_kind == 2] = 0
    columns[:, -2] = right_kind
    said = by_rule[a_head]
    said = np.where(said == -2, by_rule[a], said)
    agrees = np.where(right_kind == 2, said == -1, (b <= said) & (said < b_end))
    columns[:, -1] = np.where(said == -2, 0, 1 + (said >= 0) * 2 + agrees)
    return columns + PAIR_OFFSETS[:-1]


def _ints(values: Sequence[object]) -> Ints:
    return np.array(values, dtype=np.int32)


class Candidates:
    """All candidate pairs of a document: contents with cues, cues with sources.

    Attributes:
        first, end, head: of every span: the tagged ones, then the subjects of the parse.
        content_left, content_right: indices of spans; right -1 for "no cue". Pairs of one content stand
            together, "no cue" last.
        cue_left, cue_right: the same for cues and sources.
        content_columns, cue_columns: rows of the pair tables.
    """

    def __init__(self, features: QuoteFeatures, first: Ints, end: Ints, kinds: Ints) -> None:
        n = len(features)
        contents, cues, sources = (np.flatnonzero(kinds == kind) for kind in (CONTENT, CUE, SOURCE))
        counts = np.zeros((n + 1, 3), dtype=np.int32)
        np.add.at(counts, (first + 1, kinds), 1)
        counts = np.cumsum(counts, axis=0, dtype=np.int32)
        taken = np.zeros(n, dtype=bool)
        for k in sources.tolist():
            taken[first[k] : end[k]] = True

        # contents with cues
        left: list[int] = []
        right: list[int] = []
        rank: list[int] = []
        near = nearest(first[contents], end[contents], first[cues], end[cues], limit=MAX_CUES)
        for k, options in zip(contents.tolist(), near, strict=True):
            count = len(options)
            left += [k] * (count + 1)
            right += [*cues[options].tolist(), -1]
            rank += range(count + 1)
        self.content_left, self.content_right = _ints(left), _ints(right)
        content_rank = _ints(rank)

        # cues with sources
        left, right, rank = [], [], []
        extra: dict[tuple[int, int], int] = {}
        near = nearest(first[cues], end[cues], first[sources], end[sources], limit=MAX_SOURCES)
        subjects = subject_candidates(features, first[cues], end[cues], taken)
        for k, options, found in zip(cues.tolist(), near, subjects, strict=True):
            more = [extra.setdefault(span, len(first) + len(extra)) for span in found]
            count = len(options) + len(more)
            left += [k] * (count + 1)
            right += [*sources[options].tolist(), *more, -1]
            rank += range(count + 1)
        self.cue_left, self.cue_right = _ints(left), _ints(right)
        cue_rank = _ints(rank)

        tagged = len(first)
        more_spans = _ints(list(extra)).reshape(-1, 2)
        self.first: Ints = np.concatenate([first, more_spans[:, 0]])
        self.end: Ints = np.concatenate([end, more_spans[:, 1]])
        self.head = span_heads(features, self.first, self.end)

        def columns(lefts: Ints, rights: Ints, ranks: Ints, by_rule: Ints) -> Ints:
            sides = [self.first, self.end, self.head]
            kind = np.where(rights < 0, 2, rights >= tagged).astype(np.int32)
            a = [side[lefts] for side in sides]
            b = [side[np.maximum(rights, 0)] for side in sides]
            pair = (a[0], a[1], a[2]), (b[0], b[1], b[2])
            return pair_columns(features, counts, *pair, ranks, kind, by_rule)

        rule_cues, rule_sources = features.rule_cues, features.rule_sources
        self.content_columns = columns(self.content_left, self.content_right, content_rank, rule_cues)
        self.cue_columns = columns(self.cue_left, self.cue_right, cue_rank, rule_sources)
