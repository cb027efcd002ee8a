"""Counts by entity: a long table, so that adding days is adding rows: (entity_id, field, text) -> n.

The rows of the field `articles` also say on which days an entity was seen first and last. A day is taken out
by adding its counts once more, negative; days of first and last cannot be taken out so (`sums.py`).
"""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.curation.decisions import Decisions
from pipeline.derived.decided import with_merges

COUNTS = pa.schema(
    [
        ("entity_id", pa.string()),
        ("field", pa.string()),
        ("text", pa.string()),
        ("n", pa.int64()),
        ("first", pa.date32()),
        ("last", pa.date32()),
    ]
)
ARTICLES = "articles"
_KEY = ["entity_id", "field", "text"]


def added(parts: Iterable[pa.Table]) -> pa.Table:
    """Add up the counts of the same entity, field and text, and sort them.

    What comes to nought stays: of two days, one taken out and one added, it says when an entity was seen.
    """
    rows = pa.concat_tables([COUNTS.empty_table(), *(part.cast(COUNTS) for part in parts)])
    summed = rows.group_by(_KEY).aggregate([("n", "sum"), ("first", "min"), ("last", "max")])
    summed = summed.select([*_KEY, "n_sum", "first_min", "last_max"]).rename_columns(COUNTS.names)
    return summed.cast(COUNTS).sort_by([(key, "ascending") for key in _KEY])


def with_heirs(counts: pa.Table, decisions: Decisions | None) -> pa.Table:
    """Return counts and, of merged entities, the same once more for the one that stands for them."""
    if decisions is None or not decisions.merged:
        return counts
    merged = counts.filter(pc.is_in(counts["entity_id"], value_set=pa.array(sorted(decisions.merged))))
    return added([counts, with_merges(merged, decisions)])


def counted(
    entity_ids: pa.ChunkedArray, field: str, texts: pa.ChunkedArray, days: pa.ChunkedArray
) -> pa.Table:
    """Return a count of one for each row that has a text.

    Args:
        entity_ids: of the rows.
        field: what is counted.
        texts: by which it is counted; null where there is nothing to count.
        days: of the rows; null where it does not matter.
    """
    size = len(entity_ids)
    rows = pa.table(
        [
            entity_ids,
            pa.repeat(pa.scalar(field), size),
            texts,
            pa.repeat(pa.scalar(1, pa.int64()), size),
            days,
            days,
        ],
        schema=COUNTS,
    )
    return rows.filter(pc.is_valid(rows["text"]))


def fixed(
    field: str,
    entity_ids: pa.Array,
    texts: pa.Array | str,
    n: pa.Array,
    days: tuple[pa.Array, pa.Array] | None = None,
) -> pa.Table:
    """Return rows of one field from its columns; those without a text or a number are left out."""
    size = len(entity_ids)
    if isinstance(texts, str):
        texts = pa.repeat(pa.scalar(texts), size)
    first, last = days or (pa.nulls(size, pa.date32()), pa.nulls(size, pa.date32()))
    rows = pa.table(
        [entity_ids, pa.repeat(pa.scalar(field), size), texts, n.cast(pa.int64()), first, last], schema=COUNTS
    )
    return rows.filter(pc.and_(pc.is_valid(rows["text"]), pc.is_valid(rows["n"])))
