"""The derived table of entities: what each entity_id is called, when it was seen, and human decisions on it.

A partial is a long table of counts, so that merging is adding: (entity_id, field, text) -> n, first, last.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.curation.decisions import Decisions
from pipeline.derived.decided import with_splits
from schemas.entity_index import EntityIndexRow
from schemas.table import arrow_schema

PARTIAL = pa.schema(
    [
        ("entity_id", pa.string()),
        ("field", pa.string()),
        ("text", pa.string()),
        ("n", pa.int64()),
        ("first", pa.date32()),
        ("last", pa.date32()),
    ]
)
_KEY = ["entity_id", "field", "text"]
_ARTICLES = "articles"
_FIELDS = ("name", "label", "wikidata_id", "geonames_id")


def partial(tables: Mapping[str, pa.Table], decisions: Decisions | None = None) -> pa.Table:
    """Return what a published day gives: how often each entity has each name, label, link and printed form.

    Args:
        tables: `entities` and `mentions` of the day.
        decisions: only their splits by article matter here.
    """
    entities = with_splits(tables["entities"], decisions)
    mentions = with_splits(tables["mentions"], decisions)
    names = mentions.filter(pc.equal(mentions["kind"], "name"))
    parts = [_counted(entities, _ARTICLES, pa.repeat(pa.scalar(""), len(entities)))]
    parts += [_counted(entities, field, entities[field]) for field in _FIELDS]
    parts.append(_counted(names, "alias", pc.utf8_trim_whitespace(_one_line(names["text"]))))
    return _added(pa.concat_tables(parts))


def merge(partials: Sequence[pa.Table], decisions: Decisions | None = None) -> pa.Table:
    """Return the index of all days; the order of the partials does not matter.

    Args:
        partials: of the days.
        decisions: merges and renames; without any, each entity stands for itself.
    """
    decisions = decisions or Decisions()
    counts = _added(pa.concat_tables([PARTIAL.empty_table(), *(table.cast(PARTIAL) for table in partials)]))
    own = set(counts["entity_id"].to_pylist())
    counts = _added(pa.concat_tables([counts, _inherited(counts, decisions)]))
    order = [("entity_id", "ascending"), ("field", "ascending"), ("n", "descending"), ("text", "ascending")]
    counts = counts.sort_by(order)
    ids = pc.unique(counts["entity_id"].combine_chunks())
    table: dict[str, Any] = {"entity_id": ids}
    articles = counts.filter(pc.equal(counts["field"], _ARTICLES))
    table["n_articles"] = articles["n"].cast(pa.int32())
    table["first_seen"], table["last_seen"] = articles["first"], articles["last"]
    for field in _FIELDS:
        table[field] = _most_frequent(counts, field, ids)
    table["aliases"] = _aliases(counts, ids)
    texts = ids.to_pylist()
    table["name"] = pa.array(
        [decisions.renamed.get(i, name) for i, name in zip(texts, table["name"].to_pylist(), strict=True)],
        pa.string(),
    )
    table["merged_into"] = pa.array(
        [decisions.merged.get(i) if i in own else None for i in texts], pa.string()
    )
    schema = arrow_schema(EntityIndexRow)
    return pa.Table.from_arrays([_whole(table[f.name]).cast(f.type) for f in schema], schema=schema)


def _counted(table: pa.Table, field: str, texts: pa.Array | pa.ChunkedArray) -> pa.Table:
    size = len(table)
    rows = pa.table(
        [
            table["entity_id"],
            pa.repeat(pa.scalar(field), size),
            texts,
            pa.repeat(pa.scalar(1, pa.int64()), size),
            table["day"],
            table["day"],
        ],
        schema=PARTIAL,
    )
    return rows.filter(pc.is_valid(rows["text"]))


def _one_line(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.replace_substring_regex(texts, pattern=r"\s+", replacement=" ")


def _added(rows: pa.Table) -> pa.Table:
    """Add up the rows of the same entity, field and text, and sort them."""
    summed = rows.group_by(_KEY).aggregate([("n", "sum"), ("first", "min"), ("last", "max")])
    return (
        summed.select([*_KEY, "n_sum", "first_min", "last_max"])
        .rename_columns(PARTIAL.names)
        .cast(PARTIAL)
        .sort_by([(key, "ascending") for key in _KEY])
    )


def _inherited(counts: pa.Table, decisions: Decisions) -> pa.Table:
    """The rows of merged entities once more, under the id of the one that stands for them."""
    if not decisions.merged:
        return PARTIAL.empty_table()
    merged = counts.filter(pc.is_in(counts["entity_id"], value_set=pa.array(sorted(decisions.merged))))
    ids = pa.array([decisions.merged[i] for i in merged["entity_id"].to_pylist()], pa.string())
    return merged.set_column(0, "entity_id", ids)


def _most_frequent(counts: pa.Table, field: str, ids: pa.Array) -> pa.Array:
    """The first text of a field by entity, null where it has none; `counts` are sorted by frequency."""
    rows = counts.filter(pc.equal(counts["field"], field))
    owners = _whole(rows["entity_id"])
    if not len(owners):
        return pa.nulls(len(ids), pa.string())
    values = np.asarray(owners.to_pylist(), dtype=object)
    starts = np.flatnonzero(np.r_[True, values[1:] != values[:-1]])
    firsts = rows.take(pa.array(starts))
    return _whole(firsts["text"]).take(pc.index_in(ids, value_set=_whole(firsts["entity_id"])))


def _aliases(counts: pa.Table, ids: pa.Array) -> pa.Array:
    rows = counts.filter(pc.equal(counts["field"], "alias"))
    position = pc.index_in(rows["entity_id"], value_set=ids).to_numpy()
    offsets = np.r_[0, np.cumsum(np.bincount(position, minlength=len(ids)))].astype(np.int32)
    pairs = pa.StructArray.from_arrays(
        [_whole(rows["text"]), _whole(rows["n"]).cast(pa.int32())], names=["text", "n"]
    )
    return pa.ListArray.from_arrays(pa.array(offsets), pairs)


def _whole(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
