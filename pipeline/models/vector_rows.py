"""Which row of a model's vector table belongs to a word: seven hundred thousand keys as two sorted arrays.

spaCy keeps them in a dict, which takes ten times the memory, and more time to read than all the weights.
Vectors are found by the hash of a word, so the first bits of a key tell almost where it stands.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

type Keys = NDArray[np.uint64]
type Rows = NDArray[np.int32]

_SHIFT = 48
"""The first 16 bits of a key are the number of its bin, of about ten keys."""

# Of the format msgpack: a map with its size in four bytes; integers of one, two, four and eight bytes, which
# stand behind their mark. Smaller ones than 128 are a byte by themselves.
_MAP, _ONE, _TWO, _FOUR, _EIGHT = 0xDF, 0xCC, 0xCD, 0xCE, 0xCF
_HEAD_BYTES, _KEY_BYTES, _MOST_OF_AN_ENTRY = 5, 9, 14

_SIZES = np.zeros(256, dtype=np.int64)
"""Bytes of an integer of at most four, its mark among them, by its first byte; 0 for what is none."""
_SIZES[:128] = 1
_SIZES[[_ONE, _TWO, _FOUR]] = 2, 3, 5


class KeyRows(dict[int, int]):
    """Rows by key, as spaCy's `Vectors.key2row` has them, to be read alone.

    To msgpack and pickle it is a dict; as a dict of its own it is empty.
    """

    def __init__(self, keys: Keys, rows: Rows) -> None:
        """Take keys, each once and in any order, and their rows."""
        super().__init__()
        order = np.argsort(keys)
        self.sorted_keys: Keys = keys[order]
        self.rows: Rows = rows[order]
        bins = np.arange(1 << (64 - _SHIFT), dtype=np.uint64) << np.uint64(_SHIFT)
        starts = np.append(np.searchsorted(self.sorted_keys, bins), len(keys))
        self._starts = memoryview(starts.astype(np.int64))
        self._keys = memoryview(self.sorted_keys)

    def rows_of(self, keys: Keys) -> Rows:
        """Return the row of each key, -1 where it has none."""
        if not len(self.rows):
            return np.full(len(keys), -1, dtype=np.int32)
        places = np.searchsorted(self.sorted_keys, keys)
        np.minimum(places, len(self.rows) - 1, out=places)
        return np.where(self.sorted_keys[places] == keys, self.rows[places], np.int32(-1))

    def _place(self, key: Any) -> int:
        """Return the place of a key, -1 for one that is not there."""
        if not isinstance(key, int | np.integer) or not 0 <= key < 1 << 64:
            return -1
        number = int(key)
        first, end = self._starts[number >> _SHIFT], self._starts[(number >> _SHIFT) + 1]
        place = bisect_left(self._keys, number, first, end)
        return place if place < end and self._keys[place] == number else -1

    def get(self, key: Any, default: Any = None) -> Any:
        """Return the row of a key, else the default."""
        place = self._place(key)
        return default if place < 0 else int(self.rows[place])

    def __getitem__(self, key: Any) -> int:
        place = self._place(key)
        if place < 0:
            raise KeyError(key)
        return int(self.rows[place])

    def __contains__(self, key: object) -> bool:
        return self._place(key) >= 0

    def __iter__(self) -> Iterator[int]:
        return iter(self.sorted_keys.tolist())

    def __len__(self) -> int:
        return len(self.rows)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Mapping) and self.copy() == dict(other.items())

    __hash__ = None

    def copy(self) -> dict[int, int]:
        """Return them as a dict."""
        return dict(zip(self.sorted_keys.tolist(), self.rows.tolist(), strict=True))

    def keys(self) -> Any:
        """Return all keys, in order."""
        return self.copy().keys()

    def values(self) -> Any:
        """Return the row of each key."""
        return self.copy().values()

    def items(self) -> Any:
        """Return all keys with their rows."""
        return self.copy().items()

    def __setitem__(self, key: int, row: int) -> None:
        raise TypeError("the rows of these vectors are read alone: set `vectors.key2row` to a copy() first")

    def __reduce__(self) -> tuple[Any, ...]:
        return dict, (self.copy(),)


def vector_rows(key2row: Mapping[int, int], keys: Keys) -> Rows:
    """Return the row of each key in a vector table, -1 where it has none.

    Args:
        key2row: of `vocab.vectors`.
        keys: hashes of words, as `Doc.to_array("ORTH")` gives them.
    """
    if isinstance(key2row, KeyRows):
        return key2row.rows_of(keys)
    get = key2row.get
    return np.fromiter((get(key, -1) for key in keys.tolist()), dtype=np.int32, count=len(keys))


def read_key_rows(path: Path) -> KeyRows | None:
    """Read a model's file `key2row`, a map of msgpack; None where it is another map than of words to rows.

    Nearly all keys have eight bytes, and an entry begins where the one before ends. So all that look like
    such entries are found at once, and runs of them that follow each other are taken as they are. Only where
    a run ends is it looked at whether a short key follows, or what seemed to be an entry stands within one.
    """
    read = path.read_bytes()
    if len(read) < _HEAD_BYTES or read[0] != _MAP:
        return None
    data = np.frombuffer(read + bytes(_MOST_OF_AN_ENTRY), dtype=np.uint8)
    starts = np.flatnonzero(data[: len(read)] == _EIGHT)
    marks = data[starts + _KEY_BYTES]
    starts, marks = starts[_SIZES[marks] > 0], marks[_SIZES[marks] > 0]
    nexts = starts + _KEY_BYTES + _SIZES[marks]
    is_entry = np.zeros(len(starts), dtype=bool)
    last_of_run = np.append(np.flatnonzero(nexts[:-1] != starts[1:]), len(starts) - 1)
    short: dict[int, int] = {}
    from_, to, ends = memoryview(starts), memoryview(nexts), memoryview(last_of_run)
    at, place, run = _HEAD_BYTES, 0, 0
    try:
        while at < len(read):
            place = bisect_left(from_, at, place, min(place + _MOST_OF_AN_ENTRY, len(starts)))
            if place < len(starts) and from_[place] == at:
                run = bisect_left(ends, place, run)
                is_entry[place : ends[run] + 1] = True
                at, place = to[ends[run]], ends[run] + 1
            else:
                key, at = _number(read, at)
                short[key], at = _number(read, at)
    except (ValueError, IndexError):
        return None
    if is_entry.sum() + len(short) != int.from_bytes(read[1:_HEAD_BYTES]) or at != len(read):
        return None
    starts, marks = starts[is_entry], marks[is_entry]
    rows = marks.astype(np.int32)
    for mark, size in ((_ONE, 1), (_TWO, 2), (_FOUR, 4)):
        of_size = marks == mark
        rows[of_size] = _numbers(data, starts[of_size] + _KEY_BYTES + 1, size)
    keys = np.append(_numbers(data, starts + 1, 8), np.array([*short], dtype=np.uint64))
    return KeyRows(keys, np.append(rows, np.array([*short.values()], dtype=np.int32)))


def _number(read: bytes, at: int) -> tuple[int, int]:
    """Return the number that stands at a place, and where it ends.

    Raises:
        ValueError: there is something else.
    """
    size = int(_SIZES[read[at]]) or (_KEY_BYTES if read[at] == _EIGHT else 0)
    end = at + size
    if not size or end > len(read):
        raise ValueError("no number")
    return int.from_bytes(read[at + (size > 1) : end]), end


def _numbers(data: NDArray[np.uint8], starts: NDArray[np.int64], size: int) -> Keys:
    """Return the numbers of so many bytes that stand at some places, the highest byte first."""
    at_all_places = np.ndarray(len(data) - size + 1, dtype=f">u{size}", buffer=data, strides=(1,))
    return at_all_places[starts].astype(np.uint64)
