"""What the network sees of a document: arrays of small integers, one row a token.

Training (`training/names.py`) and inference share this one function, so that they cannot drift apart. Words
are hashed into a fixed number of buckets (Weinberger et al. 2009, feature hashing); word vectors are rows of
the model's own table.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from spacy.tokens import Doc

from pipeline.components.doc.tokens import Tokens
from pipeline.components.entities.labeller.inputs import (
    COLUMN_OFFSETS,
    COLUMNS,
    HEAD_BUCKETS,
    KINDS,
    LABEL_BUCKETS,
    MODEL_KINDS,
    N_FLAGS,
    N_LISTS,
    SHAPE_BUCKETS,
    SUFFIX_BUCKETS,
    WINDOW,
    WORD_BUCKETS,
    Ints,
)
from pipeline.components.entities.name import Name
from pipeline.lexicons import Lexicon
from pipeline.models.vector_rows import vector_rows

_kinds: dict[int, int] = {}  # numbers of the model's kinds, by spaCy's hash
_buckets: dict[str, int] = {}  # of tags and dependencies: about a hundred
_KIND_NUMBERS = {kind: number for number, kind in enumerate(KINDS)}
_MOST = 1 << 16
_GAP = 3
"""Words between two that look like parts of names which may belong to one name, too."""
_QUOTES = frozenset("\"'“”‘’«»`") | {"``", "''"}
_OPENING = frozenset("“‘«`") | {"``"}
_MOST_IN_MARKS = 8
_STOPS = tuple(".!?\"”’'")
_MIN_SPORT, _MIN_SHARE_OF_SPORT = 8, 0.015
"""Words of sport, and their share, in a document about sport."""
_SPORTS = 20
"""The number of the list of words of sport."""
_BEGINS = 3
"""The value of ENT_IOB of a token that begins an entity."""
_APART = 2 * max(_GAP, WINDOW) + 2
"""Places between documents: nothing of one is near another."""


@dataclass(frozen=True, slots=True)
class LabelFeatures:
    """The arrays of some documents of n tokens in all, one after the other.

    Attributes:
        columns: (n, len(COLUMNS)) rows of one table: each value with the offset of its column added.
        flags: (n, N_FLAGS) 0 or 1.
        vector_rows: (n) row of the model's vector table, -1 where there is none.
        rules: (n) the label that the rules give a token, as in `inputs.KINDS`.
        candidates: (m) the tokens that may belong to a name.
        bounds: the first token of each document, and n.
    """

    columns: Ints
    flags: NDArray[np.uint8]
    vector_rows: Ints
    rules: Ints
    candidates: Ints
    bounds: Ints

    @property
    def places(self) -> Ints:
        """The candidates' places, (m): as far apart as the tokens, and much farther between documents."""
        document = np.searchsorted(self.bounds, self.candidates, side="right") - 1
        return self.candidates + _APART * document.astype(np.int32)


class _Vocabulary:
    """Words as numbers, computed once for each; `lexicon.made(_Vocabulary)` is that of its language."""

    def __init__(self, lexicon: Lexicon) -> None:
        lists: list[Collection[str]] = [
            lexicon.entries("given_names"),
            lexicon.entries("person_titles"),
            lexicon.ordered("name_particles"),
            lexicon.entries("roles"),
            lexicon.ordered("offices"),
            lexicon.ordered("peoples"),
            lexicon.entries("demonyms"),
            lexicon.ordered("regions"),
            lexicon.entries("cities"),
            lexicon.entries("place_aliases"),
            lexicon.ordered("location_words"),
            lexicon.ordered("facility_words"),
            lexicon.ordered("organisation_words"),
            lexicon.ordered("organisation_suffixes"),
            lexicon.ordered("known_organisations"),
            lexicon.ordered("known_products"),
            lexicon.ordered("social_networks"),
            lexicon.entries("wire_agencies"),
            lexicon.ordered("event_words"),
            lexicon.ordered("work_nouns"),
            lexicon.ordered("sports_words"),
            lexicon.entries("cue_verbs"),
            lexicon.ordered("not_names"),
            lexicon.ordered("common_acronyms"),
        ]
        if len(lists) != N_LISTS:
            raise ValueError(f"the network was trained with {N_LISTS} lists, not with {len(lists)}")
        # A word's lists, as the bits of a number.
        self._bits: dict[str, int] = {}
        for number, entries in enumerate(lists):
            for word in map(str.lower, entries):
                self._bits[word] = self._bits.get(word, 0) | 1 << number
        self._numbers: dict[str, int] = {}
        self._table = np.zeros((0, 6), dtype=np.int64)

    def rows(self, words: Sequence[str], lower: Sequence[str]) -> NDArray[np.int64]:
        """Return (n, 6): buckets of word, prefix, suffix and shape, the lists as bits, what it looks like.

        What it looks like: 1 for a capital or digit in it, 2 for a capital in front, 0 for neither.
        """
        known = self._numbers
        if len(known) > _MOST:
            known.clear()
            self._table = np.zeros((0, 6), dtype=np.int64)
        new: dict[str, tuple[int, ...]] = {}
        for word, small in zip(words, lower, strict=True):
            if word not in known and word not in new:
                new[word] = self._row(word, small)
        if new:
            known.update(zip(new, range(len(known), len(known) + len(new)), strict=True))
            self._table = self._grown(len(known), list(new.values()))
        return self._table[[known[word] for word in words]]

    def _grown(self, size: int, rows: list[tuple[int, ...]]) -> NDArray[np.int64]:
        """Return a table of at least `size` rows, those that are new behind the others."""
        table = self._table
        if len(table) < size:
            table = np.zeros((2 * size, 6), dtype=np.int64)
            table[: len(self._table)] = self._table
        table[size - len(rows) : size] = rows
        return table

    def _row(self, word: str, lower: str) -> tuple[int, ...]:
        signs = word.translate(_SIGNS)
        return (
            _hash(lower) % WORD_BUCKETS,
            _hash(lower[:3]) % SUFFIX_BUCKETS,
            _hash(lower[-3:]) % SUFFIX_BUCKETS,
            _hash(_shape(signs)) % SHAPE_BUCKETS,
            self._bits.get(lower, 0),
            2 if signs[0] == "X" else 1 if "X" in signs else 0,
        )


def _hash(text: str) -> int:
    return crc32(text.encode())


class _Signs(dict[int, str]):
    """X, x and 0 for letters and digits, by their code points, and all else for itself: for `translate`."""

    def __missing__(self, code: int) -> str:
        c = chr(code)
        sign = self[code] = "X" if c.isupper() else "x" if c.isalpha() else "0" if c.isdigit() else c
        return sign


_SIGNS = _Signs()
_RUN = re.compile(r"(.)\1{3,}", re.DOTALL)


def _shape(signs: str) -> str:
    """Return the signs of a word, of runs at most three.

    >>> _shape("McDonald-42".translate(_SIGNS))
    'XxXxxx-00'
    """
    return _RUN.sub(r"\1\1\1", signs[:16])


def label_features(documents: Sequence[tuple[Doc, Tokens, Sequence[Name]]]) -> LabelFeatures:
    """Return the features of several documents, none of them empty, each as if it stood alone.

    Many short ones at once cost a fraction of one by one.

    Args:
        documents: of one vocabulary and language, with tags, heads, labels and entities: each, how the rules
            read it, and the names that they found, which do not overlap.
    """
    vocab, lexicon = documents[0][0].vocab, documents[0][1].lexicon
    every = [tokens for _, tokens, _ in documents]
    sizes = np.array([len(tokens) for tokens in every], dtype=np.int64)
    bounds = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(sizes)])
    n, firsts = int(bounds[-1]), bounds[:-1]
    all_words = [word for tokens in every for word in tokens.words]
    words = lexicon.made(_Vocabulary).rows(all_words, [word for tokens in every for word in tokens.lower])
    looks = words[:, 5]
    of_doc = np.concatenate(
        [doc.to_array(["ENT_IOB", "ENT_TYPE", "ORTH"]).reshape(len(doc), 3) for doc, _, _ in documents]
    )
    in_model = of_doc[:, 1] != 0
    types: list[int] = of_doc[:, 1].tolist()
    for hashed in set(types).difference(_kinds):
        _kinds[hashed] = MODEL_KINDS.get(vocab.strings[hashed], 0)
    model = np.array([_kinds[hashed] for hashed in types], dtype=np.int64)
    model = np.where(in_model, 2 * model + 1 + (of_doc[:, 0] == _BEGINS), 0)
    rules = _rules(n, firsts.tolist(), [names for _, _, names in documents])
    heads = np.array([head for tokens in every for head in tokens.heads], dtype=np.int64)
    heads += np.repeat(firsts, sizes)
    tags = _label_buckets([tag for tokens in every for tag in tokens.tags])
    deps = _label_buckets([dep for tokens in every for dep in tokens.deps])
    breaks = np.array([is_break for tokens in every for is_break in tokens.breaks])
    n_lines = np.array([tokens.lines[-1] + 1 for tokens in every], dtype=np.int64)
    lines = np.array([line for tokens in every for line in tokens.lines], dtype=np.int64)
    lines += np.repeat(np.cumsum(n_lines) - n_lines, sizes)
    others, small, large, repeats = _others([tokens.lower for tokens in every], looks, rules)
    values = (
        words[:, 0],
        words[:, 1],
        words[:, 2],
        words[:, 3],
        tags,
        deps,
        words[heads, 0] % HEAD_BUCKETS,
        tags[heads],
        model,
        rules,
        others,
        _line_kinds(lines, breaks, looks, all_words, np.repeat(firsts, n_lines)),
    )
    columns = np.empty((n, len(COLUMNS)), dtype=np.int32)
    for number, value in enumerate(values):
        columns[:, number] = value
    columns += COLUMN_OFFSETS[:-1]

    flags = np.zeros((n, N_FLAGS), dtype=np.uint8)
    flags[:, :N_LISTS] = (words[:, 4, None] >> np.arange(N_LISTS)) & 1
    spaced = np.array([is_spaced for tokens in every for is_spaced in tokens.spaced])
    opens_line = _begins(lines)
    opens_line[1:] |= breaks[:-1]
    closes_line = np.ones(n, dtype=bool)
    closes_line[:-1] = breaks[1:]
    closes_line[bounds[1:] - 1] = True
    before = np.ones(n, dtype=bool)
    np.logical_or(spaced[:-1], breaks[:-1], out=before[1:])
    before[firsts] = True
    behind = spaced | closes_line
    opens = _begins(np.array([sent for tokens in every for sent in tokens.sents]))
    opens[firsts] = True
    sporting = np.add.reduceat(flags[:, _SPORTS], firsts, dtype=np.int64)
    is_sporting = sporting >= np.maximum(_MIN_SPORT, _MIN_SHARE_OF_SPORT * sizes)
    marks = (
        opens,
        opens_line,
        closes_line,
        ~before,
        ~behind,
        small,
        large,
        repeats,
        _in_short_marks(every),
        np.repeat(is_sporting, sizes),
    )
    for number, flag in enumerate(marks, start=N_LISTS):
        flags[:, number] = flag

    places = np.arange(n) + np.repeat(_APART * np.arange(len(every)), sizes)
    candidates = _candidates((looks > 0) | in_model | (rules > 0), breaks, places)
    is_near = np.zeros(int(places[-1]) + 1 + 2 * WINDOW, dtype=bool)
    for step in range(2 * WINDOW + 1):
        is_near[places[candidates] + step] = True
    near = np.flatnonzero(is_near[places + WINDOW])
    rows = np.full(n, -1, dtype=np.int32)
    rows[near] = vector_rows(vocab.vectors.key2row, of_doc[near, 2])
    return LabelFeatures(columns, flags, rows, rules.astype(np.int32), candidates, bounds.astype(np.int32))


def _rules(n: int, firsts: Sequence[int], names: Sequence[Sequence[Name]]) -> NDArray[np.int64]:
    """Return the labels that the rules give to each of n tokens, see `inputs.KINDS`."""
    rules = np.zeros(n, dtype=np.int64)
    for first, found in zip(firsts, names, strict=True):
        for name in found:
            kind = 2 * _KIND_NUMBERS[name.label] + 1
            rules[first + name.start : first + name.end] = kind + 1
            rules[first + name.start] = kind
    return rules


def _begins(numbers: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return for each of some numbers, which never fall, whether it is another than the one before it."""
    begins = np.ones(len(numbers), dtype=bool)
    np.greater(numbers[1:], numbers[:-1], out=begins[1:])
    return begins


def _in_short_marks(documents: Sequence[Tokens]) -> NDArray[np.bool_]:
    """Return whether each word stands in quotation marks with a few others at most, as titles do."""
    inside = np.zeros(sum([len(tokens) for tokens in documents]), dtype=bool)
    first = 0
    for tokens in documents:
        opened = -1
        for i, word in enumerate(tokens.words):
            if word in _QUOTES:
                if 0 <= opened < i - 1 and i - opened <= _MOST_IN_MARKS + 1 and word not in _OPENING:
                    inside[first + opened + 1 : first + i] = True
                    opened = -1
                else:
                    opened = i
        first += len(tokens)
    return inside


def _label_buckets(labels: Sequence[str]) -> NDArray[np.int64]:
    for label in set(labels).difference(_buckets):
        _buckets[label] = _hash(label) % LABEL_BUCKETS
    return np.array([_buckets[label] for label in labels], dtype=np.int64)


def _candidates(looks_like: NDArray[np.bool_], breaks: NDArray[np.bool_], places: NDArray[np.int64]) -> Ints:
    """Return the tokens that look like parts of names, and those in small gaps between them."""
    chosen = looks_like & ~breaks
    core = np.flatnonzero(chosen)
    steps = np.diff(places[core])
    for size in range(1, _GAP + 1):
        gaps = core[:-1][steps == size + 1]
        for step in range(1, size + 1):
            chosen[gaps + step] = True
    chosen &= ~breaks
    return np.flatnonzero(chosen).astype(np.int32)


def _others(
    documents: Sequence[Sequence[str]], looks: NDArray[np.int64], rules: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_]]:
    """Return how the other occurrences of each word in its document are used.

    Args:
        documents: their words, lower-cased.
        looks: of all words, what they look like: see `_Vocabulary.rows`.
        rules: the labels that the rules give them.

    Returns:
        of each word 1 + 3 * kind + how many of the others are of that kind (few, half, all), for
        the kind (or none) that most of those with a capital have, 0 where there are none; whether the word
        stands elsewhere without a capital; with one; three times or more.
    """
    found: list[int] = []
    n_words = 0
    for lower in documents:
        numbers: dict[str, int] = {}
        found += [n_words + numbers.setdefault(word, len(numbers)) for word in lower]
        n_words += len(numbers)
    identity, at = np.array(found, dtype=np.int64), np.arange(len(found))
    n_kinds = len(KINDS) + 1
    kinds = (rules + 1) // 2
    counts = np.bincount((identity * n_kinds + kinds)[looks > 0], minlength=n_words * n_kinds).reshape(
        -1, n_kinds
    )
    small_counts = np.bincount(identity[looks == 0], minlength=n_words)
    rest = counts[identity]
    rest[at, kinds] -= looks > 0
    total = rest.sum(axis=1)
    best = rest.argmax(axis=1)
    share = rest[at, best] / np.maximum(total, 1)
    level = np.where(share > 0.9, 2, np.where(share > 0.6, 1, 0))
    others = np.where(total > 0, 1 + 3 * best + level, 0)
    small = small_counts[identity] - (looks == 0) > 0
    return others, small, total > 0, total > 1


def _line_kinds(
    lines: NDArray[np.int64],
    breaks: NDArray[np.bool_],
    looks: NDArray[np.int64],
    words: Sequence[str],
    firsts: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Return of each token the kind of its line: how long it is, how much of it has capitals, how it ends.

    Args:
        lines: the line of each token.
        breaks: whether it is a line break.
        looks: what it looks like, see `_Vocabulary.rows`.
        words: the tokens.
        firsts: of each line the first token of its document; an empty line ends as that does.
    """
    n_lines = len(firsts)
    sizes = np.bincount(lines[~breaks], minlength=n_lines)
    large = np.bincount(lines[(looks == 2) & ~breaks], minlength=n_lines)
    last = firsts.copy()
    at = np.flatnonzero(~breaks)
    last[lines[at]] = at
    stops = np.array([words[i][-1:] in _STOPS for i in last.tolist()], dtype=np.int64)
    length = np.digitize(sizes, (3, 6, 12, 25, 50))
    share = np.digitize(large / np.maximum(sizes, 1), (0.2, 0.4, 0.7))
    return ((length * 4 + share) * 2 + stops)[lines]
