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


def _named(**columns: str) -> tuple[str, ...]:
    return tuple(f"{table}.{name}" for table, names in columns.items() for name in names.split())


ELSEWHERE: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "follow from those above",
        _named(
            entities="entity_id label n_mentions n_named aliases first_start_char in_title",
            mentions="mention_id text kind sentence_index in_quote",
            quotes="quote_id content start_char end_char cue speaker speaker_name speaker_entity_ids "
            "context_before context_after",
            claims="claim_id text sentence_index claimer claimer_name quote_id predicate_lemma entity_ids",
        ),
    ),
    (
        "say how sure a row is: see the tables of scores below",
        _named(mentions="score", quotes="score", claims="checkable checkworthiness"),
    ),
    (
        "say how a row was made",
        _named(
            entities="link_method link_score",
            mentions="method",
            quotes="speaker_method",
            claims="score_parts",
        ),
    ),
    (
        "are not annotated here, but in older corpora or the project's own gold (`make eval`)",
        _named(
            entities="salience wikidata_id geonames_id country_code",
            quotes="parent_quote_id",
            claims="attribution_chain factuality object arguments quantities dates topics",
        ),
    ),
    (
        "are not annotated: sentences of each kind are tested (tests/kinds, and beside the rules)",
        _named(
            entities="name role",
            claims="modality claim_type places is_self_contained unresolved",
        ),
    ),
)
"""Where the other columns that extractors fill are judged, if anywhere."""
