"""The derived table of the pronouns that persons go by, as articles print them.

Which pronouns are he and she, the lexicon says; whom one stands for, the mentions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.curation.decisions import Decisions
from pipeline.derived.decided import with_splits
from pipeline.derived.entity_counts import COUNTS, added, counted, fixed, with_heirs
from pipeline.lexicons import Lexicon, lexicon
from schemas import EntityPronouns
from schemas.table import arrow_schema

READS_COLUMNS: dict[str, list[str] | None] = {
    "mentions": ["article_id", "entity_id", "text", "label", "kind", "method", "score"]
}
"""The tables of a day that a partial is made of, and which of their columns."""

_PRONOUNS = {"he": "m", "she": "f"}
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
    ids, never = mentions["entity_id"], pa.chunked_array([pa.nulls(len(mentions), pa.date32())])
    parts = []
    for pronoun, gender in _PRONOUNS.items():
        of_gender = pa.array([word for word, its in genders.items() if its == gender], pa.string())
        texts = pc.if_else(pc.is_in(words, value_set=of_gender), "", pa.scalar(None, pa.string()))
        parts.append(counted(ids, pronoun, texts, never))
    return added(parts)


def merge(partials: Sequence[pa.Table], decisions: Decisions | None = None) -> pa.Table:
    """Return the table of all days; the order of the partials does not matter.

    Args:
        partials: of the days.
        decisions: what is merged counts for the one that stands for it, too.
    """
    return finish(with_heirs(added(partials), decisions))[0]


def finish(counts: pa.Table, decisions: Decisions | None = None) -> tuple[pa.Table, pa.Table]:
    """Return the rows of some persons, by id, and those of their counts that the rows do not tell: none.

    Args:
        counts: all there are of these persons, merged ones counted for whom they were merged into.
        decisions: obeyed by the counts.
    """
    ids = pc.unique(counts["entity_id"].combine_chunks()).sort()
    table = {"entity_id": ids}
    for pronoun in _PRONOUNS:
        rows = counts.filter(pc.equal(counts["field"], pronoun)).combine_chunks()
        n = rows["n"].combine_chunks().take(pc.index_in(ids, value_set=rows["entity_id"].combine_chunks()))
        table[f"n_{pronoun}"] = pc.fill_null(n, 0)
    both = pc.add(table["n_he"], table["n_she"]).cast(pa.float64())
    is_he, is_she = (
        pc.greater_equal(pc.divide(table[f"n_{pronoun}"].cast(pa.float64()), both), _MOST)
        for pronoun in _PRONOUNS
    )
    table["pronoun"] = pc.if_else(is_he, "he", pc.if_else(is_she, "she", pa.scalar(None, pa.string())))
    schema = arrow_schema(EntityPronouns)
    made = pa.Table.from_arrays([table[field.name].cast(field.type) for field in schema], schema=schema)
    return made, COUNTS.empty_table()


def counts(rows: pa.Table, untold: pa.Table) -> pa.Table:
    """Return the counts that some rows were made of; `untold` has none."""
    ids = rows["entity_id"].combine_chunks()
    return added([fixed(pronoun, ids, "", rows[f"n_{pronoun}"].combine_chunks()) for pronoun in _PRONOUNS])


def _read_genders(words: Lexicon) -> dict[str, str]:
    return words.entries("entities.genders_of_pronouns")
