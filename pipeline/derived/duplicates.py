"""The derived table of duplicates: articles with the same text, on whatever day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby

import pyarrow as pa
import pyarrow.compute as pc

from schemas import Duplicate
from schemas.table import to_arrow

COLUMNS = ["text_sha256", "day", "article_id", "wire_source"]


def partial(tables: Mapping[str, pa.Table]) -> pa.Table:
    """Return what a published day gives: hash, day, id and credited agency of its articles."""
    return tables["articles"].select(COLUMNS).sort_by([(c, "ascending") for c in COLUMNS[:3]])


def merge(partials: Sequence[pa.Table]) -> pa.Table:
    """Return the table of duplicates of all days.

    A cluster holds the articles with the same text; its first, by day and then id, stands for it.
    """
    if not partials:
        return to_arrow([], Duplicate)
    everything = pa.concat_tables(partials)
    counts = everything.group_by("text_sha256").aggregate([([], "count_all")])
    repeated = counts.filter(pc.greater(counts["count_all"], 1))["text_sha256"]
    clustered = everything.filter(pc.is_in(everything["text_sha256"], value_set=repeated.combine_chunks()))
    ordered = clustered.sort_by([(c, "ascending") for c in COLUMNS[:3]]).to_pylist()
    rows = []
    for _, cluster in groupby(ordered, key=lambda row: row["text_sha256"]):
        first, *others = cluster
        for row in (first, *others):
            rows.append(
                Duplicate(
                    article_id=row["article_id"],
                    day=row["day"],
                    cluster_id=first["article_id"],
                    duplicate_of=None if row is first else first["article_id"],
                    similarity=1.0,
                    wire_source=row["wire_source"],
                )
            )
    rows.sort(key=lambda row: (row.day, row.article_id))
    return to_arrow(rows, Duplicate)
