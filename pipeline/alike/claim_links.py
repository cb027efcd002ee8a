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

from pipeline.alike.claim_likeness import LEAST_CONTEXT, LEAST_KNOWN, relation
from pipeline.alike.claim_sketch import N_BUCKETS, Sketch, rarity, rarity_table

WINDOW_DAYS = 30
"""Claims are compared with those of so many days before."""

MOST_A_DAY = 25
_N_RAREST = 8
_LEAST_JACCARD, _LEAST_CONTAINED = 0.16, 0.4
_CHUNK = 100_000
_ROUNDED = 1e-6
"""More than two sums of the same weights can differ by, in whatever order they were added."""

SKETCHES = pa.schema(
    [
        ("claim_id", pa.string()),
        ("day", pa.date32()),
        ("article_id", pa.string()),
        ("source", pa.string()),
        ("wire_source", pa.string()),
        ("negated", pa.bool_()),
        ("words", pa.list_(pa.uint32())),
        ("roles", pa.list_(pa.uint8())),
        ("entities", pa.list_(pa.uint32())),
        ("subject", pa.uint32()),
        ("starts", pa.list_(pa.int32())),
        ("ends", pa.list_(pa.int32())),
        ("claim_type", pa.string()),
        ("modality", pa.string()),
        ("context", pa.list_(pa.uint32())),
        ("keys", pa.list_(pa.uint64())),
    ]
)

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
    rows = [
        {
            "claim_id": sketch.claim_id,
            "day": sketch.day,
            "article_id": sketch.article_id,
            "source": sketch.source,
            "wire_source": sketch.wire_source,
            "negated": sketch.negated,
            "words": list(sketch.roles.keys()),
            "roles": list(sketch.roles.values()),
            "entities": sorted(sketch.entities),
            "subject": sketch.subject,
            "starts": [start for start, _ in sketch.days],
            "ends": [end for _, end in sketch.days],
            "claim_type": sketch.kind[0],
            "modality": sketch.kind[1],
            "context": sorted(sketch.context),
            "keys": [key for key in keys if key not in frequent],
        }
        for sketch, keys in zip(ordered, found, strict=True)
    ]
    return pa.Table.from_pylist(rows, schema=SKETCHES)


def links(day: pa.Table, others: Sequence[pa.Table]) -> pa.Table:
    """Return the links of the claims of a day to those of other days, and to each other.

    Args:
        day: from `to_table`.
        others: the same of days before it, and the day itself.
    """
    rows = [row for other in others for row in _linked(day, other)]
    return pa.Table.from_pylist(rows, schema=LINKS)


def alike(sketches: Sequence[Sketch]) -> Iterator[tuple[Sketch, Sketch]]:
    """Yield the pairs of claims that share enough to be judged at all, as within a day."""
    by_id = {sketch.claim_id: sketch for sketch in sketches}
    table = to_table(list(by_id.values()))
    ids = table["claim_id"].to_pylist()
    a, b = _candidates(table, table)
    a, b = a[a > b], b[a > b]
    likely = _likely(table, table, a, b)
    for i, j in zip(a[likely].tolist(), b[likely].tolist(), strict=True):
        yield by_id[ids[i]], by_id[ids[j]]


def _linked(day: pa.Table, other: pa.Table) -> Iterator[dict[str, object]]:
    a, b = _candidates(day, other)
    if day is other:
        a, b = a[a > b], b[a > b]
    likely = _likely(day, other, a, b)
    a, b = a[likely], b[likely]
    known = _may_have_context(day, other, a, b)
    a, b = a[known], b[known]
    articles, other_articles = day["article_id"].to_pylist(), other["article_id"].to_pylist()
    own = _sketches(day, a)
    earlier = own if day is other and not len(b) else _sketches(other, b)
    for i, j in zip(a.tolist(), b.tolist(), strict=True):
        if articles[i] == other_articles[j]:  # also the same article in another version
            continue
        found, score = relation(own[i], earlier[j])
        if found is not None:
            sides = {name: getattr(own[i], name) for name in _SIDE}
            sides |= {f"other_{name}": getattr(earlier[j], name) for name in _SIDE}
            yield {**sides, "relation": found, "score": score}


def _keys(sketch: Sketch) -> list[int]:
    rarest = sorted(sketch.roles, key=lambda word: (-rarity(word), word))[:_N_RAREST]
    return [(x << 32) | y for x, y in combinations(sorted(rarest), 2)]


def _candidates(day: pa.Table, other: pa.Table) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
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


def _likely(day: pa.Table, other: pa.Table, a: NDArray[np.int64], b: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell which pairs share enough, by weight of words, to be worth judging."""
    shared, left, right = _shared(day, other, a, b, "words")
    return np.asarray(
        (shared >= _LEAST_JACCARD * (left + right - shared))
        & (shared >= _LEAST_CONTAINED * np.minimum(left, right))
    )


def _may_have_context(
    day: pa.Table, other: pa.Table, a: NDArray[np.int64], b: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Tell which pairs of claims may be of one event; `have_context` then says it to the last bit."""
    shared, left, right = _shared(day, other, a, b, "context")
    return np.asarray(
        (shared >= LEAST_KNOWN - _ROUNDED) & (shared >= LEAST_CONTEXT * (left + right - shared) - _ROUNDED)
    )


def _shared(
    day: pa.Table, other: pa.Table, a: NDArray[np.int64], b: NDArray[np.int64], name: str
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return, for each pair of rows, the weight of a column's words that both have, and that each has."""
    words, weights, offsets = _weighted(day, name)
    other_words, other_weights, other_offsets = _weighted(other, name)
    whole, other_whole = _sums(weights, offsets), _sums(other_weights, other_offsets)
    shared = np.zeros(len(a), dtype=np.float64)
    for start in range(0, len(a), _CHUNK):
        part = slice(start, start + _CHUNK)
        at, pair = _spread(offsets, a[part])
        other_at, other_pair = _spread(other_offsets, b[part])
        # The words of a list are distinct: what occurs on both sides of a pair occurs once on each.
        side = (pair.astype(np.uint64) << np.uint64(32)) | words[at]
        other_side = (other_pair.astype(np.uint64) << np.uint64(32)) | other_words[other_at]
        common = np.isin(side, other_side, assume_unique=True)
        shared[part] = np.bincount(pair[common], weights=weights[at][common], minlength=len(a[part]))
    return shared, whole[a], other_whole[b]


def _weighted(
    table: pa.Table, name: str
) -> tuple[NDArray[np.uint64], NDArray[np.float64], NDArray[np.int64]]:
    column = table[name].combine_chunks()
    words = column.values.to_numpy()
    return (
        words.astype(np.uint64),
        rarity_table()[words & (N_BUCKETS - 1)],
        column.offsets.to_numpy().astype(np.int64),
    )


def _sums(weights: NDArray[np.float64], offsets: NDArray[np.int64]) -> NDArray[np.float64]:
    running = np.r_[0.0, np.cumsum(weights)]
    return np.asarray(running[offsets[1:]] - running[offsets[:-1]])


def _spread(
    offsets: NDArray[np.int64], rows: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return, for lists at some rows, the positions of all their items, and which of the rows each is of."""
    sizes = offsets[rows + 1] - offsets[rows]
    which = np.repeat(np.arange(len(rows)), sizes)
    before = np.r_[0, np.cumsum(sizes)[:-1]] if len(rows) else np.zeros(0, dtype=np.int64)
    return offsets[rows][which] + np.arange(len(which)) - before[which], which


def _flat(table: pa.Table, name: str) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    column = table[name].combine_chunks()
    sizes = np.diff(column.offsets.to_numpy())
    return column.values.to_numpy(), np.repeat(np.arange(len(column), dtype=np.int64), sizes)


def _sketches(table: pa.Table, rows: NDArray[np.int64]) -> dict[int, Sketch]:
    """Read some rows back."""
    wanted = np.unique(rows)
    read = table.take(pa.array(wanted)).drop_columns("keys").to_pylist()
    return {row: _sketch(values) for row, values in zip(wanted.tolist(), read, strict=True)}


def _sketch(row: dict[str, object]) -> Sketch:
    values: dict[str, object] = {name: row[name] for name in (*_SIDE, "negated", "subject")}
    return Sketch(
        **values,  # type: ignore[arg-type]
        roles=dict(zip(row["words"], row["roles"], strict=True)),  # type: ignore[call-overload]
        entities=frozenset(row["entities"]),  # type: ignore[call-overload]
        days=tuple(zip(row["starts"], row["ends"], strict=True)),  # type: ignore[call-overload]
        kind=(str(row["claim_type"]), str(row["modality"])),
        context=frozenset(row["context"]),  # type: ignore[call-overload]
    )


def in_window(day: date, other: date) -> bool:
    """Whether the claims of a day are compared with those of another: it, or one not long before it."""
    return 0 <= (day - other).days <= WINDOW_DAYS
