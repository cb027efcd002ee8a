"""Which cue may belong to which content, and which source to which cue: pairs, and what is known of them.

Training and inference share these functions; they work on plain arrays (see `features.py`), of many
documents at once, and spans of words `(first, end)`, end exclusive. A span is described by its first and last
word and its syntactic head; a pair of spans by a row of small integers, among them how the parse joins the
two.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pipeline.components.quotes.network.features import QuoteFeatures
from pipeline.components.quotes.network.inputs import DEPS, ENTS, TAGS, Ints, signed_bucket

Spans = tuple[Ints, Ints, Ints]

LABELS = ("O", "B-content", "I-content", "B-cue", "I-cue", "B-source", "I-source")
CONTENT, CUE, SOURCE = 0, 1, 2

MAX_CUES = 6
"""Cues that a content fragment is paired with."""
MAX_SOURCES = 6
"""Tagged sources that a cue is paired with."""
MAX_SUBJECTS = 4
"""Subjects of the parse that a cue is paired with besides."""

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


def spans_of(labels: NDArray[np.integer], documents: NDArray[np.integer]) -> tuple[Ints, Ints, Ints]:
    """Return first word, end and kind (CONTENT, CUE, SOURCE) of each labelled span, in text order.

    `documents` numbers the document of each word: no span reaches over the end of one.
    """
    kinds = (labels + 1) // 2 - 1  # O: -1
    inside = kinds >= 0
    is_new = (np.diff(kinds, prepend=-1) != 0) | (np.diff(documents, prepend=-1) != 0)
    begins = inside & ((labels % 2 == 1) | is_new)
    first = np.flatnonzero(begins)
    # A span ends where the next one begins or where its label ends.
    stops = np.flatnonzero(begins | ~inside)
    end = np.append(stops, len(labels))[np.searchsorted(stops, first, side="right")]
    return first.astype(np.int32), end.astype(np.int32), kinds[first].astype(np.int32)


def words_of(first: Ints, end: Ints) -> NDArray[np.int64]:
    """Return all words of spans, span after span."""
    sizes = (end - first).astype(np.int64)
    begins = np.cumsum(sizes) - sizes
    words: NDArray[np.int64] = np.arange(sizes.sum()) + np.repeat(first - begins, sizes)
    return words


def span_heads(features: QuoteFeatures, first: Ints, end: Ints) -> Ints:
    """Return the word of each span whose head lies outside it, the first that is no punctuation."""
    if not len(first):
        return first
    sizes = end - first
    begins = np.cumsum(sizes) - sizes
    word = words_of(first, end)
    up = features.heads[word]
    is_top = (up < np.repeat(first, sizes)) | (up >= np.repeat(end, sizes)) | (up == word)
    is_top &= features.deps[word] != _PUNCT
    none = len(features)
    tops = np.minimum.reduceat(np.where(is_top, word, none), begins)
    return np.where(tops == none, first, tops).astype(np.int32)


def nearest(spans: Spans, others: Spans, *, limit: int) -> Ints:
    """Return for each span the nearest other spans of its document, nearest first.

    Both are in text order and do not overlap, so that only the `limit` others on either side can be near.

    Args:
        spans: first words, ends and documents.
        others: the same of the others.
        limit: how many at most.

    Returns:
        (spans, limit) indices of others, -1 where there is none.
    """
    (first, end, home), (others_first, others_end, others_home) = spans, others
    if not len(others_first) or not len(first):
        return np.full((len(first), limit), -1, dtype=np.int32)
    option = np.searchsorted(others_first, first)[:, None] + np.arange(-limit, limit)
    at = np.clip(option, 0, len(others_first) - 1)
    is_there = (at == option) & (others_home[at] == home[:, None])
    gap = np.maximum(others_first[at] - end[:, None], first[:, None] - others_end[at])
    return _closest(np.where(is_there, option, -1), gap, limit)


def _closest(option: NDArray[np.int64], distance: Ints, limit: int) -> Ints:
    """Return the `limit` options of each row with the least distance; -1 is none."""
    far = np.where(option < 0, np.iinfo(np.int32).max, distance)
    order = np.argsort(far, axis=1, kind="stable")[:, :limit]
    chosen: Ints = np.take_along_axis(option, order, axis=1).astype(np.int32)
    return chosen


def nearest_subjects(
    features: QuoteFeatures, cue_first: Ints, cue_end: Ints, taken: NDArray[np.bool_]
) -> tuple[Ints, Ints, Ints]:
    """Return for each cue the nearest subjects in its sentence, as noun phrases without a `taken` word.

    Returns:
        (cues, MAX_SUBJECTS) indices of noun phrases, -1 where there is none, and the first word and the end
        of each noun phrase.
    """
    subjects = np.flatnonzero(_SUBJECTS[features.deps] & ~taken)
    none = np.empty(0, dtype=np.int32)
    if not len(subjects) or not len(cue_first):
        return np.full((len(cue_first), MAX_SUBJECTS), -1, dtype=np.int32), none, none
    before = np.searchsorted(subjects, cue_first)[:, None] + np.arange(-MAX_SUBJECTS, 0)
    behind = np.searchsorted(subjects, cue_end)[:, None] + np.arange(MAX_SUBJECTS)
    option = np.concatenate([before, behind], axis=1)
    at = np.clip(option, 0, len(subjects) - 1)
    is_near = (at == option) & (features.sentences[subjects[at]] == features.sentences[cue_first][:, None])
    distance = np.abs(subjects[at] - cue_first[:, None])
    chosen = _closest(np.where(is_near, option, -1), distance, MAX_SUBJECTS)

    # Number those that are chosen in the order in which they come first.
    wanted = chosen[chosen >= 0]
    used, first_seen, number = np.unique(wanted, return_index=True, return_inverse=True)
    by_place = np.argsort(first_seen)
    place = np.empty_like(by_place)
    place[by_place] = np.arange(len(by_place))
    chosen[chosen >= 0] = place[number]
    word = subjects[used[by_place]]
    start = word.copy()
    while True:
        left = np.maximum(start - 1, 0)
        up = features.heads[left]
        grows = (start > 0) & (start <= up) & (up <= word) & ~taken[left]
        if not grows.any():
            return chosen, start.astype(np.int32), (word + 1).astype(np.int32)
        start -= grows


def pair_columns(
    features: QuoteFeatures,
    kind_counts: Ints,
    left: tuple[Ints, Ints, Ints],
    right: tuple[Ints, Ints, Ints],
    rank: Ints,
    right_kind: Ints,
    by_rule: Ints,
) -> Ints:
    """Return rows of the pair table for pairs of spans, each side given as (first, end, head).

    Args:
        features: of the document.
        kind_counts: (n + 1, 3) how many spans of each kind begin before word i.
        left: one side of the pairs.
        right: the other.
        rank: place of the right side among those that the left one is paired with.
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


class Pairs:
    """All pairs of spans that may belong together: contents with cues, cues with sources.

    Attributes:
        first, end, head: of every span: the tagged ones, then the subjects of the parse.
        content_left, content_right: indices of spans; right -1 for "no cue". Pairs of one content stand
            together, "no cue" last.
        cue_left, cue_right: the same for cues and sources.
        content_columns, cue_columns: rows of the pair tables.
    """

    def __init__(self, features: QuoteFeatures, first: Ints, end: Ints, kinds: Ints) -> None:
        contents, cues, sources = (
            np.flatnonzero(kinds == kind).astype(np.int32) for kind in (CONTENT, CUE, SOURCE)
        )
        counts = np.zeros((len(features) + 1, 3), dtype=np.int32)
        counts[first + 1, kinds] = 1
        counts = np.cumsum(counts, axis=0, dtype=np.int32)
        taken = np.zeros(len(features), dtype=bool)
        taken[words_of(first[sources], end[sources])] = True
        home = features.documents[first]

        def near(those: Ints, others: Ints, limit: int) -> Ints:
            one, other = ((first[k], end[k], home[k]) for k in (those, others))
            found = nearest(one, other, limit=limit)
            return np.where(found < 0, -1, others[found]) if len(others) else found

        subjects, subject_first, subject_end = nearest_subjects(features, first[cues], end[cues], taken)
        tagged = len(first)
        sides = near(cues, sources, MAX_SOURCES), np.where(subjects < 0, -1, subjects + tagged)
        self.content_left, self.content_right, content_rank = _pairs(contents, near(contents, cues, MAX_CUES))
        self.cue_left, self.cue_right, cue_rank = _pairs(cues, np.concatenate(sides, axis=1))

        self.first: Ints = np.concatenate([first, subject_first])
        self.end: Ints = np.concatenate([end, subject_end])
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


def _pairs(left: Ints, options: Ints) -> tuple[Ints, Ints, Ints]:
    """Return left side, right side and rank of each pair: a left side with its options, none (-1) last."""
    right = np.concatenate([options, np.full((len(left), 1), -1, dtype=np.int32)], axis=1)
    is_pair = right >= 0
    is_pair[:, -1] = True
    rank = np.cumsum(is_pair, axis=1, dtype=np.int32) - 1
    lefts = np.broadcast_to(left[:, None], right.shape)
    return lefts[is_pair], right[is_pair], rank[is_pair]
