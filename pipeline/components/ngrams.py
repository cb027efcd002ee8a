"""The hashed n-grams of a document, computed once for all its claims.

Words of one and two, tags of one to three, entity types. An n-gram stands at its last token, so that a linear
model over any stretch of tokens comes down to differences of running sums.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from spacy.tokens import Doc

N_BUCKETS = 1 << 17
_MIX = np.uint64(0x9E3779B97F4A7C15)
_NUMBER = np.uint64(0x4E554D)
_MASK = np.uint64(N_BUCKETS - 1)


@dataclass(frozen=True, slots=True)
class Family:
    """One kind of n-gram: its length in tokens, and the bucket of the one that ends at each token."""

    size: int
    at: NDArray[np.int64]


def ngram_families(doc: Doc) -> tuple[Family, ...]:
    """Return the n-grams of a document; all numbers count as one word.

    spaCy's hashes of strings are the same on every machine, and so are the buckets.
    """
    columns = doc.to_array(["LOWER", "TAG", "ENT_TYPE", "LIKE_NUM"]).astype(np.uint64).reshape(len(doc), 4)
    words = _scramble(np.where(columns[:, 3] > 0, _NUMBER, columns[:, 0]))
    tags, entities = _scramble(columns[:, 1]), _scramble(columns[:, 2])
    two_words, two_tags = _longer(words, words), _longer(tags, tags)
    three_tags = _longer(two_tags, tags)
    kinds = ((1, words), (2, two_words), (1, tags), (2, two_tags), (3, three_tags), (1, entities))
    return tuple(
        Family(size, (_scramble(symbols ^ salt) & _MASK).astype(np.int64))
        for salt, (size, symbols) in zip(np.arange(1, 7, dtype=np.uint64) * _MIX, kinds, strict=True)
    )


def _longer(shorter: NDArray[np.uint64], symbols: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The n-grams one longer: those that end a token earlier, followed by each token."""
    longer = symbols.copy()
    longer[1:] = _scramble(shorter[:-1] * _MIX + symbols[1:])
    return longer


def _scramble(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Spread the bits of 64-bit numbers (splitmix64, without its last step)."""
    mixed = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    return mixed ^ (mixed >> np.uint64(27))


def ngrams_of(families: tuple[Family, ...], start: int, end: int) -> NDArray[np.int64]:
    """Return the buckets of all n-grams that lie between two tokens."""
    return np.concatenate([family.at[min(start + family.size - 1, end) : end] for family in families])


def range_sums(
    families: tuple[Family, ...],
    table: NDArray[np.float32],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Return, for each stretch of tokens, the sum of a table over its n-grams.

    Args:
        families: of the document.
        table: one number a bucket.
        starts: first token of each stretch.
        ends: the token after each.
    """
    total = np.zeros(len(starts))
    for family in families:
        running = np.concatenate(([0.0], np.cumsum(table[family.at], dtype=np.float64)))
        total += running[ends] - running[np.minimum(starts + family.size - 1, ends)]
    return total
