"""The derived table of entities: what each entity_id is called, when it was seen, and human decisions on it.

What a day gives is counts (`entity_counts.py`). The rows tell most of the counts that they were made of; the
rest is kept beside them: of names, labels and links those that not all articles of an entity agree on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.curation.decisions import Decisions
from pipeline.derived.decided import with_splits
from pipeline.derived.entity_counts import ARTICLES, COUNTS, added, counted, fixed, with_heirs
from schemas.entity_index import EntityIndexRow
from schemas.table import arrow_schema

READS_COLUMNS: dict[str, list[str] | None] = {
    "entities": ["article_id", "entity_id", "name", "label", "wikidata_id", "geonames_id", "day"],
    "mentions": ["article_id", "entity_id", "text", "kind"],
}
"""The tables of a day that a partial is made of, and which of their columns."""

_FIELDS = ("name", "label", "wikidata_id", "geonames_id")
_ALIAS = "alias"


def partial(tables: Mapping[str, pa.Table], decisions: Decisions | None = None) -> pa.Table:
    """Return what a published day gives: how often each entity has each name, label, link and printed form.

    Args:
        tables: `entities` and `mentions` of the day.
        decisions: only their splits by article matter here.
    """
    entities = with_splits(tables["entities"], decisions)
    mentions = with_splits(tables["mentions"], decisions)
    names = mentions.filter(pc.equal(mentions["kind"], "name"))
    size = len(entities)
    nothing = pa.chunked_array([pa.repeat(pa.scalar(""), size)])
    ids, never = entities["entity_id"], pa.chunked_array([pa.nulls(size, pa.date32())])
    parts = [counted(ids, ARTICLES, nothing, entities["day"])]
    parts += [counted(ids, field, entities[field], never) for field in _FIELDS]
    printed = pc.utf8_trim_whitespace(_one_line(names["text"]))
    parts.append(
        counted(names["entity_id"], _ALIAS, printed, pa.chunked_array([pa.nulls(len(names), pa.date32())]))
    )
    return added(parts)


def merge(partials: Sequence[pa.Table], decisions: Decisions | None = None) -> pa.Table:
    """Return the index of all days; the order of the partials does not matter.

    Args:
        partials: of the days.
        decisions: merges and renames; without any, each entity stands for itself.
    """
    return finish(with_heirs(added(partials), decisions), decisions)[0]


def finish(counts: pa.Table, decisions: Decisions | None = None) -> tuple[pa.Table, pa.Table]:
    """Return the rows of some entities, by id, and those of their counts that the rows do not tell.

    Args:
        counts: all there are of these entities, merged ones counted for whom they were merged into.
        decisions: merges and renames.
    """
    decisions = decisions or Decisions()
    order = [("entity_id", "ascending"), ("field", "ascending"), ("n", "descending"), ("text", "ascending")]
    counts = counts.sort_by(order)
    articles = counts.filter(pc.equal(counts["field"], ARTICLES))
    ids = _whole(articles["entity_id"])
    table: dict[str, Any] = {"entity_id": ids, "n_articles": articles["n"].cast(pa.int32())}
    table["first_seen"], table["last_seen"] = articles["first"], articles["last"]
    for field in _FIELDS:
        table[field] = _most_frequent(counts, field, ids)
    table["aliases"] = _aliases(counts, ids)
    texts = ids.to_pylist()
    table["name"] = pa.array(
        [decisions.renamed.get(i, name) for i, name in zip(texts, table["name"].to_pylist(), strict=True)],
        pa.string(),
    )
    table["merged_into"] = pa.array([decisions.merged.get(i) for i in texts], pa.string())
    schema = arrow_schema(EntityIndexRow)
    rows = pa.Table.from_arrays([_whole(table[f.name]).cast(f.type) for f in schema], schema=schema)
    return rows, _untold(counts, rows, decisions)


def counts(rows: pa.Table, untold: pa.Table) -> pa.Table:
    """Return the counts that some rows were made of.

    Args:
        rows: of the table.
        untold: those of their counts that the rows do not tell.
    """
    ids, n = _whole(rows["entity_id"]), _whole(rows["n_articles"])
    parts = [untold, fixed(ARTICLES, ids, "", n, (_whole(rows["first_seen"]), _whole(rows["last_seen"])))]
    for field in _FIELDS:
        known = _whole(untold.filter(pc.equal(untold["field"], field))["entity_id"])
        is_told = pc.invert(pc.is_in(ids, value_set=known))
        parts.append(
            fixed(field, ids, _whole(rows[field]), n).filter(is_told.filter(pc.is_valid(rows[field])))
        )
    aliases = _whole(rows["aliases"])
    flat = aliases.flatten()
    owners = ids.take(pc.list_parent_indices(aliases))
    parts.append(fixed(_ALIAS, owners, flat.field("text"), flat.field("n")))
    return added(parts)


def _untold(counts: pa.Table, rows: pa.Table, decisions: Decisions) -> pa.Table:
    """Return the counts of a field on which not all articles of an entity agree, or that a decision hides."""
    fields = counts.filter(pc.is_in(counts["field"], value_set=pa.array(_FIELDS)))
    at = pc.index_in(_whole(fields["entity_id"]), value_set=_whole(rows["entity_id"]))
    of_all = pc.equal(_whole(fields["n"]), _whole(rows["n_articles"]).cast(pa.int64()).take(at))
    renamed = pc.and_(
        pc.equal(fields["field"], "name"),
        pc.is_in(fields["entity_id"], value_set=pa.array([*decisions.renamed], pa.string())),
    )
    # All articles have it, and yet another text has, too: entities of one article that are merged.
    owners = pc.binary_join_element_wise(fields["entity_id"], fields["field"], " ")
    told = pc.value_counts(_whole(owners))
    several = told.field("values").filter(pc.greater(told.field("counts"), 1))
    is_untold = pc.or_(pc.or_(pc.invert(of_all), renamed), pc.is_in(owners, value_set=several))
    left = fields.filter(is_untold)
    return left.cast(COUNTS)


def _one_line(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.replace_substring_regex(texts, pattern=r"\s+", replacement=" ")


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
    rows = counts.filter(pc.equal(counts["field"], _ALIAS))
    position = pc.index_in(rows["entity_id"], value_set=ids).to_numpy()
    offsets = np.r_[0, np.cumsum(np.bincount(position, minlength=len(ids)))].astype(np.int32)
    pairs = pa.StructArray.from_arrays(
        [_whole(rows["text"]), _whole(rows["n"]).cast(pa.int32())], names=["text", "n"]
    )
    return pa.ListArray.from_arrays(pa.array(offsets), pairs)


def _whole(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
