"""What the network sees of a document: arrays of small integers, one row a token.

Training (`training/names.py`) and inference share this one function, so that they cannot drift apart. Words
are hashed into a fixed number of buckets (Weinberger et al. 2009, feature hashing); word vectors are rows of
the model's own table.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from spacy.strings import StringStore
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

_ATTRIBUTES: list[int | str] = ["ORTH", "TAG", "DEP", "ENT_TYPE", "ENT_IOB", "HEAD", "SPACY", "SENT_START"]
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


class _LabelNumbers:
    """Labels of the model as numbers: some fifty, looked up by spaCy's hash, which is the same everywhere."""

    def __init__(self, number_of: Callable[[str], int]) -> None:
        self._number_of = number_of
        self._hashes = np.zeros(1, dtype=np.uint64)  # sorted; 0 is the empty label
        self._numbers = np.array([number_of("")])

    def numbers(self, hashes: NDArray[np.uint64], strings: StringStore) -> NDArray[np.int64]:
        """Return the number of each label, from its hash."""
        while True:
            at = np.searchsorted(self._hashes[:-1], hashes)
            is_new = self._hashes[at] != hashes
            if not is_new.any():
                return self._numbers[at]
            self._hashes = np.union1d(self._hashes, hashes[is_new])
            self._numbers = np.array([self._number_of(strings[hashed]) for hashed in self._hashes.tolist()])


_COLUMNS_OF_WORDS = (
    ("word", "prefix", "suffix", "shape"),  # buckets
    ("lists",),  # as bits
    ("looks",),  # 1 for a capital or digit in it, 2 for a capital in front, 0 for neither
    ("mark",),  # 1 for a quotation mark, 2 for one that opens
    ("is_break", "is_stop"),  # it holds a line end; it ends as sentences do
    ("lower",),  # a number of its lower-cased form
)
_WORD = np.dtype([(name, np.int64) for names in _COLUMNS_OF_WORDS for name in names])


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
        self._forget()

    def _forget(self) -> None:
        self._numbers: dict[int, int] = {}  # rows of the table, by spaCy's hash
        self._lower: dict[str, int] = {}
        self._table = np.zeros(0, dtype=_WORD)

    def rows(self, hashes: NDArray[np.uint64], strings: StringStore) -> NDArray[np.void]:
        """Return what is known of words, (n) of the dtype `_WORD`, from their hashes."""
        if len(self._numbers) > _MOST:
            self._forget()
        known = self._numbers
        different, where = np.unique(hashes, return_inverse=True)
        words = different.tolist()
        new = [hashed for hashed in words if hashed not in known]
        if new:
            known.update(zip(new, range(len(known), len(known) + len(new)), strict=True))
            self._table = self._grown(len(known), [self._row(strings[hashed]) for hashed in new])
        found: NDArray[np.void] = self._table[np.array([known[hashed] for hashed in words])][where]
        return found

    def _grown(self, size: int, rows: list[tuple[int, ...]]) -> NDArray[np.void]:
        """Return a table of at least `size` rows, those that are new behind the others."""
        table = self._table
        if len(table) < size:
            table = np.zeros(2 * size, dtype=_WORD)
            table[: len(self._table)] = self._table
        table[size - len(rows) : size] = rows
        return table

    def _row(self, word: str) -> tuple[int, ...]:
        lower, signs = word.lower(), word.translate(_SIGNS)
        return (
            _hash(lower) % WORD_BUCKETS,
            _hash(lower[:3]) % SUFFIX_BUCKETS,
            _hash(lower[-3:]) % SUFFIX_BUCKETS,
            _hash(_shape(signs)) % SHAPE_BUCKETS,
            self._bits.get(lower, 0),
            2 if signs[0] == "X" else 1 if "X" in signs else 0,
            2 if word in _OPENING else 1 if word in _QUOTES else 0,
            "\n" in word,
            word[-1:] in _STOPS,
            self._lower.setdefault(lower, len(self._lower)),
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


_kinds = _LabelNumbers(lambda label: MODEL_KINDS.get(label, 0))
_buckets = _LabelNumbers(lambda label: _hash(label) % LABEL_BUCKETS)


def label_features(documents: Sequence[tuple[Doc, Tokens, Sequence[Name]]]) -> LabelFeatures:
    """Return the features of several documents, none of them empty, each as if it stood alone.

    Many short ones at once cost a fraction of one by one.

    Args:
        documents: of one vocabulary and language, with tags, heads, labels and entities: each, how the rules
            read it, and the names that they found, which do not overlap.
    """
    vocab, lexicon = documents[0][0].vocab, documents[0][1].lexicon
    sizes = np.array([len(doc) for doc, _, _ in documents], dtype=np.int64)
    bounds = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(sizes)])
    n, firsts = int(bounds[-1]), bounds[:-1]
    number_of = np.repeat(np.arange(len(documents)), sizes)
    orths, tag_of, dep_of, types, iobs, heads_of, spaces, starts = np.concatenate(
        [doc.to_array(_ATTRIBUTES).reshape(len(doc), len(_ATTRIBUTES)) for doc, _, _ in documents]
    ).T
    words = lexicon.made(_Vocabulary).rows(orths, vocab.strings)
    looks, breaks = words["looks"], words["is_break"] > 0
    in_model = types != 0
    model = np.where(in_model, 2 * _kinds.numbers(types, vocab.strings) + 1 + (iobs == _BEGINS), 0)
    rules = _rules(n, firsts.tolist(), [names for _, _, names in documents])
    heads = heads_of.view(np.int64) + np.arange(n)  # HEAD is the distance to the head, in two's complement
    tags, deps = _buckets.numbers(tag_of, vocab.strings), _buckets.numbers(dep_of, vocab.strings)
    n_lines = np.array([tokens.lines[-1] + 1 for _, tokens, _ in documents], dtype=np.int64)
    lines = np.concatenate([np.array(tokens.lines, dtype=np.int64) for _, tokens, _ in documents])
    lines += (np.cumsum(n_lines) - n_lines)[number_of]
    others, small, large, repeats = _others(number_of, words["lower"], looks, rules)
    values = (
        words["word"],
        words["prefix"],
        words["suffix"],
        words["shape"],
        tags,
        deps,
        words["word"][heads] % HEAD_BUCKETS,
        tags[heads],
        model,
        rules,
        others,
        _line_kinds(lines, words, np.repeat(firsts, n_lines)),
    )
    columns = np.empty((n, len(COLUMNS)), dtype=np.int32)
    for number, value in enumerate(values):
        columns[:, number] = value
    columns += COLUMN_OFFSETS[:-1]

    flags = np.zeros((n, N_FLAGS), dtype=np.uint8)
    flags[:, :N_LISTS] = (words["lists"][:, None] >> np.arange(N_LISTS)) & 1
    spaced = spaces != 0
    opens_line = _begins(lines)
    opens_line[1:] |= breaks[:-1]
    closes_line = np.ones(n, dtype=bool)
    closes_line[:-1] = breaks[1:]
    closes_line[bounds[1:] - 1] = True
    before = np.ones(n, dtype=bool)
    np.logical_or(spaced[:-1], breaks[:-1], out=before[1:])
    before[firsts] = True
    behind = spaced | closes_line
    opens = starts == 1
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
        _in_short_marks(words["mark"], number_of),
        is_sporting[number_of],
    )
    for number, flag in enumerate(marks, start=N_LISTS):
        flags[:, number] = flag

    places = np.arange(n) + _APART * number_of
    candidates = _candidates((looks > 0) | in_model | (rules > 0), breaks, places)
    is_near = np.zeros(int(places[-1]) + 1 + 2 * WINDOW, dtype=bool)
    for step in range(2 * WINDOW + 1):
        is_near[places[candidates] + step] = True
    near = np.flatnonzero(is_near[places + WINDOW])
    rows = np.full(n, -1, dtype=np.int32)
    rows[near] = vector_rows(vocab.vectors.key2row, orths[near])
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


def _in_short_marks(marks: NDArray[np.int64], document: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return whether each word stands in quotation marks with a few others at most, as titles do.

    Args:
        marks: whether each word is a quotation mark, 2 where it opens.
        document: the number of each word's document.
    """
    inside = np.zeros(len(marks), dtype=bool)
    found = np.flatnonzero(marks)
    opened = last = -1
    for i, mark, number in zip(found.tolist(), marks[found].tolist(), document[found].tolist(), strict=True):
        is_open = 0 <= opened < i - 1 and number == last
        if is_open and i - opened <= _MOST_IN_MARKS + 1 and mark == 1:
            inside[opened + 1 : i] = True
            opened = -1
        else:
            opened, last = i, number
    return inside


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
    document: NDArray[np.int64],
    lower: NDArray[np.int64],
    looks: NDArray[np.int64],
    rules: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_]]:
    """Return how the other occurrences of each word in its document are used.

    Args:
        document: the number of each word's document.
        lower: a number of each word's lower-cased form.
        looks: of all words, what they look like: see `_COLUMNS_OF_WORDS`.
        rules: the labels that the rules give them.

    Returns:
        of each word 1 + 3 * kind + how many of the others are of that kind (few, half, all), for
        the kind (or none) that most of those with a capital have, 0 where there are none; whether the word
        stands elsewhere without a capital; with one; three times or more.
    """
    different, identity = np.unique((document << 32) + lower, return_inverse=True)
    n_words, at = len(different), np.arange(len(identity))
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
    lines: NDArray[np.int64], words: NDArray[np.void], firsts: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return of each token the kind of its line: how long it is, how much of it has capitals, how it ends.

    Args:
        lines: the line of each token.
        words: what is known of them, see `_Vocabulary.rows`.
        firsts: of each line the first token of its document; an empty line ends as that does.
    """
    n_lines = len(firsts)
    is_word = words["is_break"] == 0
    sizes = np.bincount(lines[is_word], minlength=n_lines)
    large = np.bincount(lines[(words["looks"] == 2) & is_word], minlength=n_lines)
    last = firsts.copy()
    at = np.flatnonzero(is_word)
    last[lines[at]] = at
    length = np.digitize(sizes, (3, 6, 12, 25, 50))
    share = np.digitize(large / np.maximum(sizes, 1), (0.2, 0.4, 0.7))
    stops: NDArray[np.int64] = words["is_stop"][last]
    return ((length * 4 + share) * 2 + stops)[lines]
