"""Which claims of two days say the same: found by pairs of rare words, judged one by one.

A claim is found by each pair of its eight rarest words and amounts. A pair of words that more than
`MOST_A_DAY` claims of one day have is too frequent to find any of that day by ("net profit" on a day of
annual results). So what two days have in common follows from these two days alone, in whatever order days
come, and a night compares its own day with those in the window only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import combinations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipeline.alike.claim_columns import SKETCHES, Rows, Side, shared_weights, to_rows
from pipeline.alike.claim_likeness import relations
from pipeline.alike.claim_sketch import Sketch, rarity

WINDOW_DAYS = 30
"""Claims are compared with those of so many days before."""

MOST_A_DAY = 25
_N_RAREST = 8
_LEAST_JACCARD, _LEAST_CONTAINED = 0.16, 0.4
_CHUNK = 100_000

_SIDE = ("claim_id", "day", "article_id", "source", "wire_source")
LINKS = pa.schema(
    [
        *((name, SKETCHES.field(name).type) for name in _SIDE),
        *((f"other_{name}", SKETCHES.field(name).type) for name in _SIDE),
        ("relation", pa.string()),
        ("score", pa.float32()),
    ]
)
"""A claim, an earlier one (by day, then id), how the first stands to the second, and how surely."""


def to_table(sketches: Sequence[Sketch]) -> pa.Table:
    """Return the sketches of a day as a table, by claim_id, each with the keys that it is found by."""
    ordered = sorted(sketches, key=lambda sketch: sketch.claim_id)
    found = [_keys(sketch) for sketch in ordered]
    flat = np.array([key for keys in found for key in keys], dtype=np.uint64)
    values, counts = np.unique(flat, return_counts=True)
    frequent = set(values[counts > MOST_A_DAY].tolist())
    kept = [[key for key in keys if key not in frequent] for keys in found]
    return to_rows(ordered, kept)


def links(day: pa.Table, others: Sequence[pa.Table]) -> pa.Table:
    """Return the links of the claims of a day to those of other days, and to each other.

    Args:
        day: from `to_table`.
        others: the same of days before it, and the day itself.
    """
    side = Side.of(day)
    tables = [_linked(side, side if other is day else Side.of(other)) for other in others]
    return pa.concat_tables([LINKS.empty_table(), *tables]).combine_chunks()


def alike(sketches: Sequence[Sketch]) -> Iterator[tuple[Sketch, Sketch]]:
    """Yield the pairs of claims that share enough to be judged at all, as within a day."""
    by_id = {sketch.claim_id: sketch for sketch in sketches}
    side = Side.of(to_table(list(by_id.values())))
    ids = side.table["claim_id"].to_pylist()
    for i, j in zip(*(rows.tolist() for rows in _candidates(side, side)), strict=True):
        yield by_id[ids[i]], by_id[ids[j]]


def _linked(day: Side, other: Side) -> pa.Table:
    """Return the links of one day's claims to another's, by the first, then the second."""
    a, b = _candidates(day, other)
    articles, other_articles = (side.table["article_id"].to_numpy() for side in (day, other))
    is_apart = articles[a] != other_articles[b]  # not the same article in another version either
    a, b = a[is_apart], b[is_apart]
    judged = [_judged(day, other, a[part], b[part]) for part in _parts(len(a))]
    return pa.concat_tables([LINKS.empty_table(), *judged])


def _judged(day: Side, other: Side, a: Rows, b: Rows) -> pa.Table:
    found, scores = relations(day, other, a, b)
    at = np.array([pair for pair, relation in enumerate(found) if relation], dtype=np.int64)
    columns = [
        *(day.table[name].take(pa.array(a[at])) for name in _SIDE),
        *(other.table[name].take(pa.array(b[at])) for name in _SIDE),
        pa.array([relation for relation in found if relation], pa.string()),
        pa.array(scores[at].astype(np.float32)),
    ]
    return pa.table(columns, schema=LINKS)


def _parts(n: int) -> Iterator[slice]:
    """Yield the parts of so many pairs, each small enough for its words to fit into memory."""
    for start in range(0, n, _CHUNK):
        yield slice(start, start + _CHUNK)


def _keys(sketch: Sketch) -> list[int]:
    rarest = sorted(sketch.roles, key=lambda word: (-rarity(word), word))[:_N_RAREST]
    return [(x << 32) | y for x, y in combinations(sorted(rarest), 2)]


def _candidates(day: Side, other: Side) -> tuple[Rows, Rows]:
    """Return the row numbers of the pairs that share enough to be judged; within a day each pair once."""
    a, b = _with_a_key(day.table, other.table)
    if day is other:
        a, b = a[a > b], b[a > b]
    likely = [_likely(day, other, a[part], b[part]) for part in _parts(len(a))]
    keep = np.concatenate([np.zeros(0, dtype=bool), *likely])
    return a[keep], b[keep]


def _with_a_key(day: pa.Table, other: pa.Table) -> tuple[Rows, Rows]:
    """Return the row numbers of the pairs that have a key in common, by the first, then the second."""
    keys, rows = _flat(day, "keys")
    other_keys, other_rows = _flat(other, "keys")
    order = np.argsort(other_keys, kind="stable")
    other_keys, other_rows = other_keys[order], other_rows[order]
    first = np.searchsorted(other_keys, keys, side="left")
    many = np.searchsorted(other_keys, keys, side="right") - first
    starts = np.repeat(first - np.r_[0, np.cumsum(many)[:-1]], many) if len(many) else first
    a = np.repeat(rows, many)
    b = other_rows[starts + np.arange(len(a))]
    pairs = np.unique(a * len(other) + b)
    size = max(len(other), 1)
    return pairs // size, pairs % size


def _likely(day: Side, other: Side, a: Rows, b: Rows) -> NDArray[np.bool_]:
    """Tell which pairs share enough, by weight of words, to be worth judging."""
    shared, left, right = shared_weights(day.words, other.words, a, b)
    return np.asarray(
        (shared >= _LEAST_JACCARD * (left + right - shared))
        & (shared >= _LEAST_CONTAINED * np.minimum(left, right))
    )


def _flat(table: pa.Table, name: str) -> tuple[NDArray[np.uint64], Rows]:
    column = table[name].combine_chunks()
    sizes = np.diff(column.offsets.to_numpy())
    return column.values.to_numpy(), np.repeat(np.arange(len(column), dtype=np.int64), sizes)


def in_window(day: date, other: date) -> bool:
    """Whether the claims of a day are compared with those of another: it, or one not long before it."""
    return 0 <= (day - other).days <= WINDOW_DAYS
