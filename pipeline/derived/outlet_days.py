"""What is counted by day, outlet and entity: who is quoted, and who and what is named.

A partial counts by article, so that an article that calls one entity by two ids, which people merged
afterwards, is still one article.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

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
"""The tables of a day that a partial is made of, and which of their columns."""


def partial_of_speakers(tables: Mapping[str, pa.Table], decisions: Decisions | None = None) -> pa.Table:
    """Return what a published day gives: how often each article quotes each speaker.

    Args:
        tables: those of `READS_OF_SPEAKERS`, of the day.
        decisions: only their splits by article, and corrected speakers, matter here.
    """
    quotes = tables["quotes"]
    if decisions is not None:
        quotes = corrected_quotes(quotes, decisions.speakers)
    quotes = quotes.select(["day", "article_id", "speaker_entity_id", "is_speech"])
    quotes = quotes.rename_columns(["day", "article_id", "speaker_id", "n_speech"])
    quotes = quotes.filter(pc.is_valid(quotes["speaker_id"]))
    quotes = quotes.set_column(3, "n_speech", quotes["n_speech"].cast(pa.int32()))
    ones = pa.repeat(pa.scalar(1, pa.int32()), len(quotes))
    counted = quotes.append_column("n_quotes", ones)
    return _by_article(with_splits(counted, decisions, column="speaker_id"), tables["articles"], "speaker_id")


def partial_of_entities(tables: Mapping[str, pa.Table], decisions: Decisions | None = None) -> pa.Table:
    """Return what a published day gives: how often each article mentions each entity.

    Args:
        tables: those of `READS_OF_ENTITIES`, of the day.
        decisions: only their splits by article matter here.
    """
    rows = tables["entities"].select(["day", "article_id", "entity_id", "n_mentions"])
    return _by_article(with_splits(rows, decisions), tables["articles"], "entity_id")


def merge_speakers(partials: Sequence[pa.Table], decisions: Decisions | None = None) -> pa.Table:
    """Return the table of speakers of some days; the order of the partials does not matter.

    Args:
        partials: of the days.
        decisions: only merges matter here.
    """
    return _by_outlet(partials, decisions, SpeakerDay, "speaker_id")


def merge_entities(partials: Sequence[pa.Table], decisions: Decisions | None = None) -> pa.Table:
    """Return the table of entities of some days; the order of the partials does not matter.

    Args:
        partials: of the days.
        decisions: only merges matter here.
    """
    return _by_outlet(partials, decisions, EntityDay, "entity_id")


def _by_article(rows: pa.Table, articles: pa.Table, id_column: str) -> pa.Table:
    """Return rows of a day with the outlets of their articles, sorted."""
    at = pc.index_in(rows["article_id"], value_set=articles["article_id"].combine_chunks())
    outlets = articles["source"].combine_chunks().take(at.combine_chunks())
    keys = ["day", "outlet", "article_id", id_column]
    rows = rows.append_column("outlet", outlets)
    counts = sorted({*rows.column_names} - {*keys})
    added = rows.group_by(keys).aggregate([(count, "sum") for count in counts])
    added = added.select([*keys, *(f"{count}_sum" for count in counts)]).rename_columns([*keys, *counts])
    return added.sort_by([(key, "ascending") for key in keys])


def _by_outlet(
    partials: Sequence[pa.Table], decisions: Decisions | None, row_class: type[Row], id_column: str
) -> pa.Table:
    schema = arrow_schema(row_class)
    if not partials:
        return schema.empty_table()
    rows = with_merges(pa.concat_tables(partials), decisions, column=id_column)
    keys = list(row_class.key)
    counts = [name for name in schema.names if name not in (*keys, "n_articles")]
    added = (
        rows.group_by(keys)
        .aggregate([("article_id", "count_distinct"), *((count, "sum") for count in counts)])
        .sort_by([(key, "ascending") for key in keys])
    )
    made_of = {"n_articles": "article_id_count_distinct"} | {count: f"{count}_sum" for count in counts}
    columns = [added[made_of.get(field.name, field.name)].cast(field.type) for field in schema]
    return pa.Table.from_arrays(columns, schema=schema).combine_chunks()
