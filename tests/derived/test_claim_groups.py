"""Claim groups: what is the same, what is opposite, who is independent."""

import itertools
from datetime import date
from typing import Any

import pyarrow as pa
import pytest

from pipeline.derived.claim_groups import content_stems, merge, partial

MONDAY, TUESDAY = date(2026, 3, 2), date(2026, 3, 3)


def day(on: date, *claims: dict[str, Any]) -> pa.Table:
    """The partial of a day on which each claim stands in an article of its own."""
    articles, rows = [], []
    for claim in claims:
        articles.append(
            {
                "article_id": claim["id"] + "-article",
                "source": claim["source"],
                "wire_source": claim.get("wire"),
                "duplicate_of": claim.get("duplicate_of"),
            }
        )
        rows.append(
            {
                "claim_id": claim["id"],
                "day": on,
                "article_id": claim["id"] + "-article",
                "text": claim["text"],
                "polarity": claim.get("polarity", "affirmed"),
                "entity_ids": claim.get("entities", []),
                "quantities": [{"value": v, "unit": u} for v, u in claim.get("amounts", [])],
                "dates": [{"start": a, "end": b} for a, b in claim.get("dates", [])],
            }
        )
    quantity = pa.struct([("value", pa.float64()), ("unit", pa.string())])
    interval = pa.struct([("start", pa.date32()), ("end", pa.date32())])
    claims_schema = pa.schema(
        [
            ("claim_id", pa.string()),
            ("day", pa.date32()),
            ("article_id", pa.string()),
            ("text", pa.string()),
            ("polarity", pa.string()),
            ("entity_ids", pa.list_(pa.string())),
            ("quantities", pa.list_(quantity)),
            ("dates", pa.list_(interval)),
        ]
    )
    articles_schema = pa.schema(
        [(name, pa.string()) for name in ("article_id", "source", "wire_source", "duplicate_of")]
    )
    return partial(
        {
            "articles": pa.Table.from_pylist(articles, schema=articles_schema),
            "claims": pa.Table.from_pylist(rows, schema=claims_schema),
        }
    )


def grouped(*partials: pa.Table) -> dict[str, tuple[str, str, int, int]]:
    return {
        row["claim_id"]: (row["claim_group_id"], row["relation"], row["n_outlets"], row["n_origins"])
        for row in merge(partials).to_pylist()
    }


CLOSED = {"id": "a", "source": "Arden Post", "text": "the council closed the harbour bridge in Brenn"}
SHUT = {"id": "b", "source": "Brenn Echo", "text": "The harbour bridge in Brenn was closed by the council"}
NOT = {
    "id": "c",
    "source": "Arden Post",
    "text": "the council had not closed the harbour bridge in Brenn",
    "polarity": "negated",
}
OTHER = {"id": "d", "source": "Brenn Echo", "text": "the council raised the price of bus tickets"}


def test_the_same_claim_in_other_words() -> None:
    found = grouped(day(MONDAY, CLOSED, OTHER), day(TUESDAY, SHUT))
    assert found == {"a": ("a", "same", 2, 2), "b": ("a", "same", 2, 2)}


def test_opposite_polarity_is_a_contradiction_and_counts_for_nothing() -> None:
    found = grouped(day(MONDAY, CLOSED, SHUT, NOT))
    assert found["c"] == ("a", "contradicts", 2, 2)


def test_agency_copy_and_near_duplicates_are_one_origin() -> None:
    first, second = {**CLOSED, "wire": "Meridian Press"}, {**SHUT, "wire": "Meridian Press"}
    assert grouped(day(MONDAY, first, second))["a"][2:] == (2, 1)
    copied = {**SHUT, "duplicate_of": "a-article"}
    assert grouped(day(MONDAY, CLOSED, copied))["a"][2:] == (2, 1)


@pytest.mark.parametrize(
    ("first", "second", "relation"),
    [
        ({"amounts": [(12.0, "men")]}, {"amounts": [(14.0, "men")]}, None),
        ({"amounts": [(12.0, "men")]}, {"amounts": [(12.0, "men")]}, "same"),
        ({}, {"amounts": [(12.0, "men")]}, "narrower"),
        ({"dates": [(MONDAY, MONDAY)]}, {"dates": [(TUESDAY, TUESDAY)]}, None),
        ({"dates": [(MONDAY, TUESDAY)]}, {"dates": [(TUESDAY, TUESDAY)]}, "same"),
    ],
)
def test_amounts_and_dates(first: dict[str, Any], second: dict[str, Any], relation: str | None) -> None:
    found = grouped(day(MONDAY, CLOSED | first), day(TUESDAY, SHUT | second))
    assert found.get("b", (None, None))[1] == relation


def test_any_order_of_days_gives_the_same_table() -> None:
    days = [day(MONDAY, CLOSED, OTHER), day(TUESDAY, SHUT, {**OTHER, "id": "e"}), day(date(2026, 3, 4), NOT)]
    tables = [merge(order) for order in itertools.permutations(days)]
    assert all(table.equals(tables[0]) for table in tables)
    assert len(tables[0]) == 5


def test_no_days_no_groups() -> None:
    assert len(merge([])) == 0


def test_negation_is_no_content() -> None:
    assert content_stems("It didn't close") == content_stems("It closed")
