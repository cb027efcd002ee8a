"""The table quote_name_days: who names whom, each quotation once."""

from datetime import date
from typing import Any

import pyarrow as pa
import pytest

from pipeline.curation.decisions import Decisions
from pipeline.derived.quote_name_days import rows
from schemas import MentionRow, Quote, QuoteNameDay
from schemas.contract import violations
from schemas.table import arrow_schema

DAY = date(2026, 3, 1)
type Spans = list[tuple[int, int]]
QUOTES: list[tuple[str, str, str | None, Spans]] = [
    ("q1", "a", "mara", [(0, 10), (20, 30)]),
    ("q2", "a", "mara", [(40, 60)]),
    ("q3", "a", None, [(70, 90)]),
    ("q4", "b", "oda", [(0, 30)]),
    ("q5", "b", "oda", []),
]
"""quote_id, article, speaker, what was said."""

MENTIONS: list[tuple[str, str | None, str, int, int]] = [
    ("a", "port", "name", 0, 4),  # at the very beginning
    ("a", "port", "name", 26, 30),  # to the very end; the quotation counts once
    ("a", "crew", "name", 8, 12),  # reaches beyond the span
    ("a", "mara", "name", 12, 18),  # between two spans
    ("a", "crew", "pronoun", 21, 24),
    ("a", None, "name", 25, 27),
    ("a", "port", "name", 40, 44),
    ("a", "mara", "name", 50, 60),  # names herself
    ("a", "crew", "name", 72, 76),  # nobody known is quoted
    ("b", "port", "name", 2, 6),
    ("b", "crew", "name", 7, 9),
    ("b", "crew", "name", 30, 34),
]
"""Article, entity, kind, offsets."""


def day_tables() -> dict[str, pa.Table]:
    sources = {"b": "Ledger", "a": "Herald", "c": "Herald"}
    quotes = [
        {"quote_id": id, "article_id": at, "day": DAY, "speaker_entity_id": who}
        | {"content_spans": [{"start_char": start, "end_char": end} for start, end in spans]}
        for id, at, who, spans in QUOTES
    ]
    names = ("article_id", "entity_id", "kind", "start_char", "end_char")
    mentions = [dict(zip(names, row, strict=True)) for row in MENTIONS]
    return {
        "articles": pa.table({"article_id": [*sources], "source": [*sources.values()]}),
        "quotes": _table(quotes, arrow_schema(Quote)),
        "mentions": _table(mentions, arrow_schema(MentionRow)),
    }


def _table(rows: list[dict[str, Any]], schema: pa.Schema) -> pa.Table:
    return pa.Table.from_pylist(rows, pa.schema([schema.field(name) for name in rows[0]]))


def found(decisions: Decisions | None = None) -> list[tuple[Any, ...]]:
    table = rows(day_tables(), decisions)
    assert violations(table, QuoteNameDay) == []
    assert {*table["day"].to_pylist()} == {DAY}
    return [tuple(row.values())[1:] for row in table.to_pylist()]


def test_a_quotation_counts_once_for_whom_it_names() -> None:
    assert found() == [
        ("Herald", "mara", "mara", 1, 1),
        ("Herald", "mara", "port", 2, 1),
        ("Ledger", "oda", "crew", 1, 1),
        ("Ledger", "oda", "port", 1, 1),
    ]


@pytest.mark.parametrize(
    "decisions, changed",
    [
        (Decisions(merged={"oda": "crew"}), ("Ledger", "crew", "crew", 1, 1)),
        (Decisions(split={("port", "b"): "quay"}), ("Ledger", "oda", "quay", 1, 1)),
        (Decisions(split={("mara", "a"): "own"}), ("Herald", "own", "own", 1, 1)),
        (
            Decisions(split={("port", "a"): "quay"}, merged={"quay": "dock"}),
            ("Herald", "mara", "dock", 2, 1),
        ),
        (Decisions(speakers={"q3": "mara"}), ("Herald", "mara", "crew", 1, 1)),
        (Decisions(speakers={"q1": "crew"}), ("Herald", "crew", "port", 1, 1)),
        (Decisions(speakers={"q1": None}), ("Herald", "mara", "port", 1, 1)),
    ],
)
def test_decisions_are_obeyed(decisions: Decisions, changed: tuple[Any, ...]) -> None:
    assert changed in found(decisions)
    assert changed not in found()


def test_a_quotation_that_names_two_who_are_one_by_decision_counts_once() -> None:
    of_ledger = [row for row in found(Decisions(merged={"crew": "port"})) if row[0] == "Ledger"]
    assert of_ledger == [("Ledger", "oda", "port", 1, 1)]


def test_days_without_quotations_or_names() -> None:
    for name in ("quotes", "mentions"):
        tables = day_tables()
        assert len(rows(tables | {name: tables[name].slice(0, 0)})) == 0
