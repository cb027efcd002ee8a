"""How wrong each column is: of the rows that were compared, how many have another value than the gold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from quality.figures import Share


class Column(NamedTuple):
    """What is counted for a column: wrong are all of `of` that are not among `right`."""

    table: str
    column: str
    fault: str
    right: str
    of: str


COLUMNS = (
    Column("mentions", "start_char, end_char", "name missed", "names", "names, gold"),
    Column("mentions", "start_char, end_char", "name that is none", "names", "names, found"),
    Column("mentions", "label", "of right names", "labels", "names"),
    Column("mentions", "entity_id", "of right names", "entities", "names"),
    Column("mentions", "entity_id", "pronoun wrong or missed", "pronouns", "pronouns, gold"),
    Column("quotes", "content_spans", "quotation missed", "quotes", "quotes, gold"),
    Column("quotes", "content_spans", "quotation that is none", "quotes", "quotes, found"),
    Column("quotes", "content_spans", "not exact, of matched", "contents", "quotes"),
    Column("quotes", "kind", "of matched", "types", "quotes"),
    Column("quotes", "cue_spans", "not exact, of matched", "cues", "quotes"),
    Column("quotes", "speaker_spans", "of matched", "attributed", "quotes"),
    Column("quotes", "speaker_entity_id", "wrong or missed", "speaker entities", "speaker entities, gold"),
    Column("quotes", "is_speech", "of matched", "speech or not", "quotes"),
    Column("claims", "start_char, end_char", "claim missed", "claims", "claims, gold"),
    Column("claims", "start_char, end_char", "claim that is none", "claims", "claims, found"),
    Column("claims", "start_char, end_char", "not exact, of matched", "clauses", "claims"),
    Column("claims", "claimer_kind", "of matched", "claimer kinds", "claims"),
    Column("claims", "claimer_spans", "with its kind, of matched", "claimers", "claims"),
    Column("claims", "claimer_entity_id", "wrong or missed", "claimer entities", "claimer entities, gold"),
    Column("claims", "polarity", "of matched", "polarities", "claims"),
    Column("claims", "hedges", "any or none, of matched", "hedges", "claims"),
    Column("claims", "subject", "last word, of matched", "subjects", "claims"),
    Column("claims", "subject_entity_id", "wrong or missed", "subject entities", "subject entities, gold"),
    Column("claims", "predicate", "of matched", "predicates", "claims"),
)
"""All columns that the gold can judge, in the order of the tables."""


def wrong(column: Column, sums: Mapping[str, float]) -> Share:
    """Return how many of a column's values are wrong."""
    of = int(sums.get(column.of, 0))
    return Share(of - int(sums.get(column.right, 0)), of)
