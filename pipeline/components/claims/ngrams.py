"""The hashed n-grams of a document, computed once for all its claims.

Words of one and two, tags of one to three, entity types: six families. An n-gram stands at its last token, so
that a linear model over any stretch of tokens comes down to differences of running sums.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from spacy.tokens import Doc

N_BUCKETS = 1 << 17
_SIZES = (1, 2, 1, 2, 3, 1)
_MIX = np.uint64(0x9E3779B97F4A7C15)
_SALTS = (np.arange(1, 7, dtype=np.uint64) * _MIX)[:, None]
_NUMBER = np.uint64(0x4E554D)
_MASK = np.uint64(N_BUCKETS - 1)


def ngram_families(doc: Doc) -> NDArray[np.int64]:
    """Return the n-grams of a document: for each family, the bucket of the one that ends at each token.

    All numbers count as one word. spaCy's hashes of strings are the same on every machine, and so are the
    buckets.
    """
    symbols = doc.to_array(["LOWER", "TAG", "ENT_TYPE", "LIKE_NUM"]).astype(np.uint64).reshape(-1, 4).T
    return families_of(symbols, np.zeros(min(1, len(doc)), dtype=np.int64))


def families_of(symbols: NDArray[np.uint64], firsts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the n-grams of documents that stand one after the other; none reaches from one into another.

    Args:
        symbols: (4, tokens) what `ngram_families` reads of each token, in its order.
        firsts: the first token of each document, none of them empty.
    """
    symbols = np.concatenate([np.where(symbols[3] > 0, _NUMBER, symbols[0])[None], symbols[1:3]])
    words, tags, entities = symbols = _scramble(symbols)
    pairs = _longer(symbols[:2], symbols[:2], firsts)
    triples = _longer(pairs[1], tags, firsts)
    kinds = np.stack([words, pairs[0], tags, pairs[1], triples, entities])
    return (_scramble(kinds ^ _SALTS) & _MASK).astype(np.int64)


def _longer(
    shorter: NDArray[np.uint64], symbols: NDArray[np.uint64], firsts: NDArray[np.int64]
) -> NDArray[np.uint64]:
    """The n-grams one longer: those that end a token earlier, followed by each token."""
    longer = symbols.copy()
    longer[..., 1:] = _scramble(shorter[..., :-1] * _MIX + symbols[..., 1:])
    longer[..., firsts] = symbols[..., firsts]
    return longer


def _scramble(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Spread the bits of 64-bit numbers (splitmix64, without its last step)."""
    mixed = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    return mixed ^ (mixed >> np.uint64(27))


def ngrams_of(families: NDArray[np.int64], start: int, end: int) -> NDArray[np.int64]:
    """Return the buckets of all n-grams that lie between two tokens."""
    return np.concatenate(
        [at[min(start + size - 1, end) : end] for at, size in zip(families, _SIZES, strict=True)]
    )


def ngram_weights(families: NDArray[np.int64], weights: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return of each token the weights of the n-grams that end there, added up by their length.

    Args:
        families: of the tokens.
        weights: of each bucket (rows), for several models (columns).

    Returns:
        One column a token: all models for n-grams of one (rows), then of two, then of three.
    """
    found = weights.take(families, axis=0).transpose(0, 2, 1)
    n_models = weights.shape[1]
    added = np.zeros((3 * n_models, families.shape[1]))
    for family, size in zip(found, _SIZES, strict=True):
        added[(size - 1) * n_models : size * n_models] += family
    return added
