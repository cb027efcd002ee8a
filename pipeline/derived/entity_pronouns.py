"""The derived table of the pronouns that persons go by, as articles print them.

Which pronouns are he and she, the lexicon says; whom one stands for, the mentions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.curation.decisions import Decisions
from pipeline.derived.decided import with_merges, with_splits
from pipeline.lexicons import Lexicon, lexicon
from schemas import EntityPronouns
from schemas.table import arrow_schema

READS_COLUMNS: dict[str, list[str] | None] = {
    "mentions": ["article_id", "entity_id", "text", "label", "kind", "method", "score"]
}
"""The tables of a day that a partial is made of, and which of their columns."""

PARTIAL = pa.schema([("entity_id", pa.string()), ("n_he", pa.int64()), ("n_she", pa.int64())])

_BY_GIVEN_NAME = "pronoun_given_name"
_SURE = 0.6
_MOST = 0.9


def partial(tables: Mapping[str, pa.Table], decisions: Decisions | None = None) -> pa.Table:
    """Return what a published day gives: how often each person is he, and she.

    Args:
        tables: those of `READS_COLUMNS`, of the day.
        decisions: only their splits by article matter here.
    """
    mentions = with_splits(tables["mentions"], decisions)
    is_told = pc.and_(
        pc.and_(pc.equal(mentions["kind"], "pronoun"), pc.equal(mentions["label"], "PERSON")),
        pc.and_(pc.not_equal(mentions["method"], _BY_GIVEN_NAME), pc.greater_equal(mentions["score"], _SURE)),
    )
    mentions = mentions.filter(is_told)
    genders = lexicon("en").made(_read_genders)
    words = pc.utf8_lower(mentions["text"])
    columns = [mentions["entity_id"]]
    for gender in "mf":
        of_gender = pa.array([word for word, its in genders.items() if its == gender], pa.string())
        columns.append(pc.is_in(words, value_set=of_gender).cast(pa.int64()))
    return _added(pa.table(columns, schema=PARTIAL))


def merge(partials: Sequence[pa.Table], decisions: Decisions | None = None) -> pa.Table:
    """Return the table of all days; the order of the partials does not matter.

    Args:
        partials: of the days.
        decisions: what is merged counts for the one that stands for it, too.
    """
    rows = _added(pa.concat_tables([PARTIAL.empty_table(), *partials]))
    if decisions is not None and decisions.merged:
        merged = rows.filter(pc.is_in(rows["entity_id"], value_set=pa.array([*decisions.merged])))
        rows = _added(pa.concat_tables([rows, with_merges(merged, decisions)]))
    n = pc.add(rows["n_he"], rows["n_she"]).cast(pa.float64())
    most = [
        pc.greater_equal(pc.divide(rows[name].cast(pa.float64()), n), _MOST) for name in PARTIAL.names[1:]
    ]
    pronouns = pc.if_else(most[0], "he", pc.if_else(most[1], "she", pa.scalar(None, pa.string())))
    rows = rows.append_column("pronoun", pronouns)
    schema = arrow_schema(EntityPronouns)
    columns = [rows[field.name].cast(field.type) for field in schema]
    return pa.Table.from_arrays(columns, schema=schema).combine_chunks()


def _added(rows: pa.Table) -> pa.Table:
    """Add up the rows of the same entity, sort them, and leave out who is neither."""
    summed = rows.group_by("entity_id").aggregate([("n_he", "sum"), ("n_she", "sum")])
    summed = summed.select(["entity_id", "n_he_sum", "n_she_sum"]).rename_columns(PARTIAL.names)
    summed = summed.filter(pc.greater(pc.add(summed["n_he"], summed["n_she"]), 0))
    return summed.cast(PARTIAL).sort_by("entity_id")


def _read_genders(words: Lexicon) -> dict[str, str]:
    return words.entries("entities.genders_of_pronouns")
