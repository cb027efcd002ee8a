"""Entities of a day's rows as human decisions have them."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.curation.decisions import Decisions
from schemas.table import with_values


def with_splits(table: pa.Table, decisions: Decisions | None, *, column: str = "entity_id") -> pa.Table:
    """Give the entities of the articles that a split names the id of their own.

    Args:
        table: with `article_id`, and ids of entities.
        decisions: only their splits matter.
        column: that holds the ids; nulls stay.
    """
    if decisions is None or not decisions.split:
        return table
    pairs = zip(table[column].to_pylist(), table["article_id"].to_pylist(), strict=True)
    ids = [decisions.split.get(pair, pair[0]) for pair in pairs]
    return with_values(table, column, ids)


def with_merges(table: pa.Table, decisions: Decisions | None, *, column: str = "entity_id") -> pa.Table:
    """Give merged entities the id of the one that stands for them."""
    if decisions is None or not decisions.merged:
        return table
    merged = pa.array([*decisions.merged], pa.string())
    into = pa.array([*decisions.merged.values()], pa.string())
    ids = table[column].combine_chunks()
    found = into.take(pc.index_in(ids, value_set=merged))
    return table.set_column(table.schema.get_field_index(column), column, pc.coalesce(found, ids))
