"""Near-duplicates: articles whose sets of 5-word shingles have a Jaccard similarity of 0.8 or more.

Candidates are found by MinHash and locality-sensitive hashing (Broder 1997; Indyk and Motwani 1998): 126
permutations in 21 bands of 6, so that a pair of similarity 0.8 is missed once in 600. Everything is computed
from the words alone, by fixed constants: the same text has the same signature on every machine and for ever.

Articles are grouped around leaders: in a given order, an article joins the first leader that it is similar
to, or becomes a leader itself. So each has its similarity to the first of its group, and nothing is chained.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterable, Sequence

import numpy as np
import numpy.typing as npt

type Hashes = npt.NDArray[np.uint64]

SIMILAR = 0.8
N_WORDS = 5
N_BANDS = 21
N_ROWS = 6
N_PERMUTATIONS = N_BANDS * N_ROWS

_WORD = re.compile(r"\w+")
_PRIME = 0x9E3779B97F4A7C15
_POWERS = np.array([pow(_PRIME, k, 1 << 64) for k in range(N_WORDS)], dtype=np.uint64)


def _constants(seed: int, n: int) -> Hashes:
    """Return n fixed odd numbers (splitmix64, Steele et al. 2014)."""
    found, state, mask = [], seed, (1 << 64) - 1
    for _ in range(n):
        state = (state + _PRIME) & mask
        z = state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
        found.append((z ^ (z >> 31)) | 1)
    return np.array(found, dtype=np.uint64)


_FACTORS = _constants(1, N_PERMUTATIONS)[:, None]
_ADDENDS = _constants(2, N_PERMUTATIONS)[:, None]
_BAND_FACTORS = _constants(3, N_ROWS)
_CHUNK = 512

_N_BINS = 4096
_BIN_SHIFT = np.uint64(64 - 12)
_CHANCE = 1 / 256
"""Two bytes of different hashes are the same so often."""


def shingles(text: str) -> Hashes:
    """Return the sorted set of a text's shingles, hashed to 64 bits; case and punctuation do not count.

    A text of fewer than five words has none.
    """
    words = _WORD.findall(text.lower())
    if len(words) < N_WORDS:
        return np.empty(0, dtype=np.uint64)
    hashes = np.fromiter(
        (zlib.crc32(word.encode("utf-8", "replace")) for word in words), np.uint64, len(words)
    )
    n = len(words) - N_WORDS + 1
    mixed = np.zeros(n, dtype=np.uint64)
    for k in range(N_WORDS):
        mixed += hashes[k : k + n] * _POWERS[k]
    mixed ^= mixed >> np.uint64(29)
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    mixed ^= mixed >> np.uint64(32)
    return np.unique(mixed)


def signature(of: Hashes) -> npt.NDArray[np.uint32]:
    """Return the MinHash signature of a set of shingles: for each permutation, the smallest value."""
    least = np.full(N_PERMUTATIONS, np.iinfo(np.uint64).max, dtype=np.uint64)
    for start in range(0, len(of), _CHUNK):
        part = of[start : start + _CHUNK][None, :]
        np.minimum(least, (part * _FACTORS + _ADDENDS).min(axis=1), out=least)
    return (least >> np.uint64(32)).astype(np.uint32)


def bands(of: npt.NDArray[np.uint32]) -> list[int]:
    """Return a hash for each band of a signature; similar sets have one in common."""
    rows = of.astype(np.uint64).reshape(N_BANDS, N_ROWS) * _BAND_FACTORS
    return [int(value) for value in rows.sum(axis=1, dtype=np.uint64)]


def jaccard(a: Hashes, b: Hashes) -> float:
    """Return the share of shingles that two sets have in common."""
    if not len(a) or not len(b) or min(len(a), len(b)) < SIMILAR * max(len(a), len(b)):
        return 0.0
    common = len(np.intersect1d(a, b, assume_unique=True))
    return common / (len(a) + len(b) - common)


def sketch(of: Hashes) -> bytes:
    """Return a set of shingles in short: what `estimate` tells the similarity of two sets from.

    The hashes fall into 4096 bins; of the smallest in each a byte is kept (one permutation hashing: Li, Owen
    and Zhang 2012; b-bit: Li and Koenig 2010). It begins with a bit for each bin, whether anything is in it.
    """
    if not len(of):
        return b""
    in_bin = (of >> _BIN_SHIFT).astype(np.int64)
    is_first = np.r_[True, in_bin[1:] != in_bin[:-1]]  # the hashes are sorted
    is_filled = np.zeros(_N_BINS, dtype=bool)
    is_filled[in_bin] = True
    return np.packbits(is_filled).tobytes() + of[is_first].astype(np.uint8).tobytes()


def estimate(a: bytes, b: bytes) -> float:
    """Return the Jaccard similarity of two sets as their sketches tell it; 0 where one of them is empty.

    News articles have fewer shingles than there are bins, so that few are lost: at 0.8 the standard error is
    0.005 for articles of 130 to 2,000 words.
    """
    if not a or not b:
        return 0.0
    (in_a, one), (in_b, other) = _binned(a), _binned(b)
    n_both = int(np.count_nonzero(in_a & in_b))
    n_same = int(np.count_nonzero((one == other) & in_a & in_b))
    n_shared = (n_same - n_both * _CHANCE) / (1 - _CHANCE)
    return max(0.0, n_shared) / int(np.count_nonzero(in_a | in_b))


def _binned(of: bytes) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.uint8]]:
    """Return a sketch as two arrays over the bins: whether anything is in it, and the byte."""
    is_filled = np.unpackbits(np.frombuffer(of, np.uint8, _N_BINS // 8)).astype(bool)
    values = np.zeros(_N_BINS, dtype=np.uint8)
    values[is_filled] = np.frombuffer(of, np.uint8, offset=_N_BINS // 8)
    return is_filled, values


def leaders(
    band_hashes: Iterable[Sequence[int]],
    similarity: Callable[[int, int], float],
    *,
    threshold: float = SIMILAR,
) -> list[tuple[int, float]]:
    """Return, for each article in order, the number of its leader, and its similarity to it.

    Args:
        band_hashes: of each article; empty for one that is similar to none.
        similarity: of two articles, by their numbers.
        threshold: from which on two are near-duplicates.
    """
    buckets: dict[tuple[int, int], list[int]] = {}
    found: list[tuple[int, float]] = []
    for number, hashes in enumerate(band_hashes):
        candidates = sorted({leader for key in enumerate(hashes) for leader in buckets.get(key, ())})
        scored = ((leader, similarity(leader, number)) for leader in candidates)
        match = next(((leader, score) for leader, score in scored if score >= threshold), None)
        if match is None:
            for key in enumerate(hashes):
                buckets.setdefault(key, []).append(number)
        found.append(match or (number, 1.0))
    return found
