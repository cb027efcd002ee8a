"""The derived table of duplicates: articles with the same or nearly the same text, on days near each other.

A partial keeps of each text what its similarity to others is estimated from: a hash for each band of its
MinHash signature, by which candidates are found, and a sketch of its shingles, which they are compared by.

Articles are taken by day, then id; each joins the first one in the window of days that it is a near-duplicate
of, if that has not joined another one itself. So the first of a cluster has all others after it within the
window, and what a day's articles join follows from the days in the window alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipeline.alike.texts import N_BANDS, SIMILAR, bands, estimate, shingles, signature, sketch
from pipeline.derived.scene import Scene
from schemas import Duplicate
from schemas.table import to_arrow

READS_COLUMNS: dict[str, list[str] | None] = {
    "articles": ["article_id", "day", "text_sha256", "source", "wire_source", "text"]
}
"""The tables of a day that a partial is made of, and which of their columns."""

MEMBERS = pa.schema(
    [
        ("day", pa.date32()),
        ("article_id", pa.string()),
        ("wire_source", pa.string()),
        ("similarity", pa.float64()),
        ("first_day", pa.date32()),
        ("first_id", pa.string()),
        ("first_source", pa.string()),
        ("first_wire_source", pa.string()),
    ]
)
"""An article that is a duplicate, and the first of its cluster."""

_KEY = ["text_sha256", "day", "article_id", "source", "wire_source"]
_OF_BAND = np.arange(1, N_BANDS + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)


def partial(tables: Mapping[str, pa.Table]) -> pa.Table:
    """Return what a published day gives: each article's id, day, hash, outlet, agency, and its text in short.

    Args:
        tables: those of `READS_COLUMNS`, of the day.
    """
    articles = tables["articles"].select([*_KEY, "text"]).sort_by([("article_id", "ascending")])
    band_hashes, sketches = [], []
    for text in articles["text"].to_pylist():
        found = shingles(text)
        if len(found):
            band_hashes.append(np.array(bands(signature(found)), dtype="<u8").tobytes())
        else:
            band_hashes.append(b"")
        sketches.append(sketch(found))
    return (
        articles.drop_columns("text")
        .append_column("bands", pa.array(band_hashes, pa.binary()))
        .append_column("sketch", pa.array(sketches, pa.binary()))
    )


@dataclass(frozen=True, slots=True)
class _Texts:
    """The texts of a day, by id.

    Attributes:
        rows: what is said of each.
        keys: that texts are found by, sorted.
        owners: the text of each key.
    """

    rows: list[dict[str, Any]]
    keys: NDArray[np.uint64]
    owners: NDArray[np.int64]

    @classmethod
    def of(cls, given: pa.Table) -> _Texts:
        rows = given.to_pylist()
        keys = [np.zeros(0, np.uint64), *map(_keys, rows)]
        owners = np.repeat(np.arange(len(rows)), [len(own) for own in keys[1:]])
        flat = np.concatenate(keys)
        order = np.argsort(flat, kind="stable")
        return cls(rows, flat[order], owners[order])

    def candidates(self, other: _Texts) -> dict[int, list[int]]:
        """Return, for texts of this day, those of another one that may be like them, in order."""
        first = np.searchsorted(other.keys, self.keys, side="left")
        many = np.searchsorted(other.keys, self.keys, side="right") - first
        own = np.repeat(self.owners, many)
        starts = np.repeat(first - np.r_[0, np.cumsum(many)[:-1]], many) if len(many) else first
        pairs = np.unique(own * max(len(other.rows), 1) + other.owners[starts + np.arange(len(own))])
        found: dict[int, list[int]] = {}
        for one, candidate in zip(*divmod(pairs, max(len(other.rows), 1)), strict=True):
            found.setdefault(int(one), []).append(int(candidate))
        return found


def _keys(row: Mapping[str, Any]) -> NDArray[np.uint64]:
    """Return the keys of a text: its bands, or its hash where it is too short to have any."""
    if row["bands"]:
        return np.asarray(np.frombuffer(row["bands"], "<u8") ^ _OF_BAND)
    return np.array([int(row["text_sha256"][:16], 16)], dtype=np.uint64)


_texts_of_table = lru_cache(maxsize=128)(lambda key: _Texts.of(key.table))


class _ById:
    """A table that is told from others by being another object."""

    def __init__(self, table: pa.Table) -> None:
        self.table = table

    def __hash__(self) -> int:
        return id(self.table)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ById) and self.table is other.table


def join(scene: Scene) -> pa.Table:
    """Return the articles of a day that are duplicates: rows of `MEMBERS`, by id."""
    own = _texts_of_table(_ById(scene.given))
    leaders: dict[int, tuple[dict[str, Any], float]] = {}
    for day in scene.before:
        other = _texts_of_table(_ById(scene.partial_of(day)))
        found = own.candidates(other)
        if not found:
            continue
        joined = {*scene.members.of_day(day)["article_id"].to_pylist()}
        for one in found.keys() - leaders.keys():
            _join_first(
                leaders,
                own.rows,
                one,
                [row for n in found[one] if (row := other.rows[n])["article_id"] not in joined],
            )
    for one, candidates in sorted(own.candidates(own).items()):
        if one not in leaders:
            _join_first(
                leaders, own.rows, one, [own.rows[n] for n in candidates if n < one and n not in leaders]
            )
    rows = [
        {
            "day": scene.day,
            "article_id": own.rows[one]["article_id"],
            "wire_source": own.rows[one]["wire_source"],
            "similarity": similarity,
            "first_day": first["day"],
            "first_id": first["article_id"],
            "first_source": first["source"],
            "first_wire_source": first["wire_source"],
        }
        for one, (first, similarity) in sorted(leaders.items())
    ]
    return pa.Table.from_pylist(rows, schema=MEMBERS)


def _join_first(
    leaders: dict[int, tuple[dict[str, Any], float]],
    rows: list[dict[str, Any]],
    one: int,
    candidates: list[dict[str, Any]],
) -> None:
    """Let an article join the first of some that it is a duplicate of."""
    for candidate in candidates:
        similarity = _similarity(rows[one], candidate)
        if similarity >= SIMILAR:
            leaders[one] = candidate, similarity
            return


def _similarity(one: Mapping[str, Any], other: Mapping[str, Any]) -> float:
    if one["text_sha256"] == other["text_sha256"]:
        return 1.0
    return round(estimate(other["sketch"], one["sketch"]), 4)


def rows(members: pa.Table) -> pa.Table:
    """Return the rows of some clusters, from all their members."""
    found = [
        Duplicate(
            article_id=row["article_id"],
            day=row["day"],
            cluster_id=row["first_id"],
            first_seen=row["first_day"],
            duplicate_of=row["first_id"],
            similarity=row["similarity"],
            wire_source=row["wire_source"],
        )
        for row in members.to_pylist()
    ]
    firsts = members.group_by(["first_day", "first_id", "first_wire_source"]).aggregate([])
    found += [
        Duplicate(
            article_id=row["first_id"],
            day=row["first_day"],
            cluster_id=row["first_id"],
            first_seen=row["first_day"],
            similarity=1.0,
            wire_source=row["first_wire_source"],
        )
        for row in firsts.to_pylist()
    ]
    found.sort(key=lambda row: (row.day, row.article_id))
    return to_arrow(found, Duplicate)
