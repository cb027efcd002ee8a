"""What is counted by day, outlet and entity: who is quoted, and who and what is named.

An article that calls one entity by two ids, which people merged, is one article.
"""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.curation.corrected import corrected_quotes
from pipeline.curation.decisions import Decisions
from pipeline.derived.decided import with_merges, with_splits
from schemas import EntityDay, Row, SpeakerDay
from schemas.table import arrow_schema

READS_OF_SPEAKERS: dict[str, list[str] | None] = {
    "articles": ["article_id", "source"],
    "quotes": ["article_id", "day", "quote_id", "speaker_entity_id", "is_speech"],
}
READS_OF_ENTITIES: dict[str, list[str] | None] = {
    "articles": ["article_id", "source"],
    "entities": ["article_id", "day", "entity_id", "n_mentions"],
}
"""The tables of a day that the rows are made of, and which of their columns."""


def rows_of_speakers(tables: Mapping[str, pa.Table], decisions: Decisions | None = None) -> pa.Table:
    """Return the rows of a day: how often each outlet quotes each speaker.

    Args:
        tables: those of `READS_OF_SPEAKERS`, of the day.
        decisions: splits, merges and corrected speakers.
    """
    quotes = tables["quotes"]
    if decisions is not None:
        quotes = corrected_quotes(quotes, decisions.speakers)
    quotes = quotes.select(["day", "article_id", "speaker_entity_id", "is_speech"])
    quotes = quotes.rename_columns(["day", "article_id", "speaker_id", "n_speech"])
    quotes = quotes.filter(pc.is_valid(quotes["speaker_id"]))
    quotes = quotes.set_column(3, "n_speech", quotes["n_speech"].cast(pa.int32()))
    ones = pa.repeat(pa.scalar(1, pa.int32()), len(quotes))
    return counted(quotes.append_column("n_quotes", ones), tables["articles"], decisions, SpeakerDay)


def rows_of_entities(tables: Mapping[str, pa.Table], decisions: Decisions | None = None) -> pa.Table:
    """Return the rows of a day: how often each outlet mentions each entity.

    Args:
        tables: those of `READS_OF_ENTITIES`, of the day.
        decisions: splits and merges.
    """
    rows = tables["entities"].select(["day", "article_id", "entity_id", "n_mentions"])
    return counted(rows, tables["articles"], decisions, EntityDay)


def corrected(decisions: Decisions) -> object:
    """Return which speakers people corrected, as a JSON value."""
    return sorted(decisions.speakers.items())


def counted(
    rows: pa.Table, articles: pa.Table, decisions: Decisions | None, row_class: type[Row]
) -> pa.Table:
    """Count articles, and add up what else the table counts, by its key.

    Args:
        rows: with `article_id`, the columns of the key but `outlet`, and what is added up.
        articles: `article_id` and `source` of the day.
        decisions: splits and merges, obeyed in the last column of the key.
        row_class: of the table.
    """
    schema, keys = arrow_schema(row_class), list(row_class.key)
    at = pc.index_in(rows["article_id"], value_set=articles["article_id"].combine_chunks())
    rows = rows.append_column("outlet", articles["source"].combine_chunks().take(at.combine_chunks()))
    rows = with_splits(rows, decisions, column=keys[-1])
    rows = with_merges(rows, decisions, column=keys[-1])
    counts = [name for name in schema.names if name not in (*keys, "n_articles")]
    added = (
        rows.group_by(keys)
        .aggregate([("article_id", "count_distinct"), *((count, "sum") for count in counts)])
        .sort_by([(key, "ascending") for key in keys])
    )
    made_of = {"n_articles": "article_id_count_distinct"} | {count: f"{count}_sum" for count in counts}
    columns = [added[made_of.get(field.name, field.name)].cast(field.type) for field in schema]
    return pa.Table.from_arrays(columns, schema=schema).combine_chunks()
