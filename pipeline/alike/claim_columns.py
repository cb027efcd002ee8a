"""Sketches side by side: flat arrays, in which thousands of pairs of claims are compared at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipeline.alike.claim_sketch import N_BUCKETS, Sketch, rarity_table

type Rows = NDArray[np.int64]
type Weights = NDArray[np.float64]

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
"""A sketch as a row, with the keys that it is found by."""


def to_rows(sketches: Sequence[Sketch], keys: Sequence[Sequence[int]]) -> pa.Table:
    """Return sketches as a table, in their order.

    Args:
        sketches: of claims.
        keys: that each is found by; see `claim_links`.
    """
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
            "keys": found,
        }
        for sketch, found in zip(sketches, keys, strict=True)
    ]
    return pa.Table.from_pylist(rows, schema=SKETCHES)


@dataclass(frozen=True, slots=True)
class Lists:
    """A column of lists of hashed words.

    Attributes:
        words: of all lists, one behind the other, as 64-bit integers.
        weights: their rarities.
        offsets: where each list begins, and where the last one ends.
    """

    words: NDArray[np.uint64]
    weights: Weights
    offsets: Rows

    @classmethod
    def of(cls, table: pa.Table, name: str) -> Lists:
        """Read a column of `SKETCHES`."""
        column = table[name].combine_chunks()
        words = column.values.to_numpy()
        return cls(
            words.astype(np.uint64),
            rarity_table()[words & (N_BUCKETS - 1)],
            column.offsets.to_numpy().astype(np.int64),
        )

    def places(self, rows: Rows) -> tuple[Rows, Rows]:
        """Return the places in `words` of all items of some lists, and which of `rows` each belongs to."""
        sizes = self.offsets[rows + 1] - self.offsets[rows]
        which = np.repeat(np.arange(len(rows)), sizes)
        before = np.r_[0, np.cumsum(sizes)[:-1]] if len(rows) else np.zeros(0, dtype=np.int64)
        return self.offsets[rows][which] + np.arange(len(which)) - before[which], which

    def sums(self) -> Weights:
        """Return the weight of each whole list."""
        running = np.r_[0.0, np.cumsum(self.weights)]
        return np.asarray(running[self.offsets[1:]] - running[self.offsets[:-1]])


@dataclass(frozen=True, slots=True)
class Side:
    """The sketches of a table; one side of the pairs that are compared.

    Attributes:
        table: rows of `SKETCHES`.
        words, context, entities: its columns of that name.
        roles: of `words`, item by item.
        day_offsets, starts, ends: where the times of each begin among all first and last days.
    """

    table: pa.Table
    words: Lists
    roles: NDArray[np.uint8]
    context: Lists
    entities: Lists
    subject: NDArray[np.uint32]
    negated: NDArray[np.bool_]
    claim_type: NDArray[np.object_]
    modality: NDArray[np.object_]
    day_offsets: Rows
    starts: NDArray[np.int32]
    ends: NDArray[np.int32]

    def days(self, row: int) -> list[tuple[int, int]]:
        """Return first and last day of each of a claim's times."""
        part = slice(self.day_offsets[row], self.day_offsets[row + 1])
        return list(zip(self.starts[part].tolist(), self.ends[part].tolist(), strict=True))

    @classmethod
    def of(cls, table: pa.Table) -> Side:
        """Read a table of `SKETCHES`."""
        starts, ends = table["starts"].combine_chunks(), table["ends"].combine_chunks()
        return cls(
            table=table,
            words=Lists.of(table, "words"),
            roles=table["roles"].combine_chunks().values.to_numpy(),
            context=Lists.of(table, "context"),
            entities=Lists.of(table, "entities"),
            subject=table["subject"].to_numpy(),
            negated=table["negated"].to_numpy(),
            claim_type=table["claim_type"].to_numpy(),
            modality=table["modality"].to_numpy(),
            day_offsets=starts.offsets.to_numpy().astype(np.int64),
            starts=starts.values.to_numpy(),
            ends=ends.values.to_numpy(),
        )

    @classmethod
    def of_sketches(cls, sketches: Sequence[Sketch]) -> Side:
        """Take sketches as they stand."""
        return cls.of(to_rows(sketches, [()] * len(sketches)))


@dataclass(frozen=True, slots=True)
class Common:
    """What pairs of lists have in common.

    Attributes:
        left, right: for all pairs, places in the words of either side.
        of_left, of_right: the pair of each of these places.
        at_left, at_right: of each common word, its index into `left` and `right`.
        pair: of each common word.
        n: number of pairs.
    """

    left: Rows
    of_left: Rows
    right: Rows
    of_right: Rows
    at_left: Rows
    at_right: Rows
    pair: Rows
    n: int


def in_common(one: Lists, other: Lists, a: Rows, b: Rows) -> Common:
    """Find what the lists at rows `a` of one column share with those at rows `b` of another, pair by pair.

    The words of a list are distinct: what both lists of a pair have is met once on each side.
    """
    left, of_left = one.places(a)
    right, of_right = other.places(b)
    side = (of_left.astype(np.uint64) << np.uint64(32)) | one.words[left]
    other_side = (of_right.astype(np.uint64) << np.uint64(32)) | other.words[right]
    _, at_left, at_right = np.intersect1d(side, other_side, assume_unique=True, return_indices=True)
    return Common(left, of_left, right, of_right, at_left, at_right, of_left[at_left], len(a))


def shared_weights(one: Lists, other: Lists, a: Rows, b: Rows) -> tuple[Weights, Weights, Weights]:
    """Return, for each pair of lists, the weight of the words that both have, and of each list."""
    common = in_common(one, other, a, b)
    words = one.weights[common.left[common.at_left]]
    return (
        weighed(common.pair, words, len(a)),
        one.sums()[a],
        other.sums()[b],
    )


def weighed(pair: Rows, weights: Weights, n: int) -> Weights:
    """Return the sums of weights by pair, of so many pairs."""
    return np.bincount(pair, weights, n).astype(np.float64, copy=False)  # of nothing it gives integers
