"""Claim groups: what is the same, what is opposite, who is independent."""

import itertools
from collections.abc import Sequence
from datetime import date
from typing import Any

import pyarrow as pa
import pytest

from pipeline.alike.claim_links import MOST_A_DAY, WINDOW_DAYS, in_window, links
from pipeline.curation.decisions import Decisions
from pipeline.derived.claim_groups import READS_COLUMNS, partial
from pipeline.derived.duplicates import MEMBERS
from pipeline.derived.groups import together
from pipeline.derived.members import Members
from pipeline.derived.tables import DERIVED, Grouped
from schemas import TABLES, ClaimGroup
from schemas.contract import violations
from schemas.table import arrow_schema

MONDAY, TUESDAY = date(2026, 3, 2), date(2026, 3, 3)
NAMES = ("Brenn", "Harbour Board", "Ana Colvey")


def day(on: date, *claims: dict[str, Any]) -> pa.Table:
    """The partial of a day on which each claim stands in an article of its own."""
    articles, entities, rows = [], [], []
    for claim in claims:
        article = claim.get("article", f"{claim['id']}-article")
        articles.append({"article_id": article, "source": claim["source"], "wire_source": claim.get("wire")})
        entities += [
            {"article_id": article, "entity_id": f"e-{name}", "name": name, "n_named": 1}
            for name in claim.get("names", NAMES)
        ]
        rows.append(
            {
                "claim_id": claim["id"],
                "day": on,
                "article_id": article,
                "text": claim["text"],
                "subject": claim["subject"],
                "subject_entity_id": None,
                "predicate": claim["predicate"],
                "predicate_lemma": claim["predicate"],
                "object": claim["object"],
                "polarity": claim.get("polarity", "affirmed"),
                "modality": "asserted",
                "claim_type": "event",
                "quantities": [
                    {"text": f"{v:g} {u}", "value": v, "unit": u, "comparator": None}
                    for v, u in claim.get("amounts", [])
                ],
                "dates": [{"text": "then", "start": a, "end": b} for a, b in claim.get("dates", [])],
                "entity_ids": ["e-Brenn"],
            }
        )
    given = {"articles": articles, "entities": entities, "claims": rows}
    tables = {}
    for name, listed in given.items():
        whole = arrow_schema(TABLES[name])
        schema = pa.schema([whole.field(column) for column in READS_COLUMNS[name] or ()])
        tables[name] = pa.Table.from_pylist(listed, schema=schema)
    return partial(tables)


[TABLE] = (table for table in DERIVED if isinstance(table, Grouped) and table.row_class is ClaimGroup)


def linked(partials: Sequence[pa.Table]) -> dict[date, pa.Table]:
    """The links of each day to itself and to the days before it."""
    days = {table["day"][0].as_py(): table for table in partials if len(table)}
    return {
        on: links(table, [o for other, o in days.items() if in_window(on, other)])
        for on, table in days.items()
    }


def table_of(
    partials: Sequence[pa.Table],
    copies: Sequence[dict[str, Any]] = (),
    apart: tuple[tuple[str, str], ...] = (),
) -> pa.Table:
    beside = Members("duplicates", MEMBERS)
    for on in {row["day"] for row in copies}:
        rows = [row for row in copies if row["day"] == on]
        beside.replace(on, pa.Table.from_pylist(rows, schema=MEMBERS))
    table = together(
        TABLE,
        linked(partials),
        window_days=WINDOW_DAYS,
        decisions=Decisions(apart=apart),
        beside=beside,
    )
    assert violations(table, ClaimGroup) == []
    return table


def grouped(
    *partials: pa.Table, copies: Sequence[dict[str, Any]] = ()
) -> dict[str, tuple[str, str, int, int]]:
    return {
        row["claim_id"]: (row["claim_group_id"], row["relation"], row["n_outlets"], row["n_origins"])
        for row in table_of(partials, copies).to_pylist()
    }


CLOSED = {
    "id": "a",
    "source": "Arden Post",
    "text": "the council closed the harbour bridge in Brenn",
    "subject": "the council",
    "predicate": "close",
    "object": "the harbour bridge",
}
SHUT = {**CLOSED, "id": "b", "source": "Brenn Echo", "text": "The council shut the harbour bridge in Brenn"}
NOT = {
    **CLOSED,
    "id": "c",
    "text": "the council had not closed the harbour bridge in Brenn",
    "polarity": "negated",
}
OTHER = {
    **CLOSED,
    "id": "d",
    "source": "Brenn Echo",
    "text": "the council raised the price of bus tickets",
    "predicate": "raise",
    "object": "the price of bus tickets",
}


@pytest.mark.parametrize(
    "apart, expected",
    [
        ((("a", "b"),), {"a": "a", "e": "a"}),
        ((("a", "e"), ("b", "e")), {"a": "a", "b": "a"}),
        ((("a", "b"), ("a", "e")), {"b": "b", "e": "b"}),
        ((("a", "c"),), {"a": "a", "b": "a", "e": "a"}),
        ((("a", "b"), ("a", "e"), ("b", "e")), {}),
        ((("x", "y"),), {"a": "a", "b": "a", "e": "a"}),
    ],
)
def test_claims_that_people_told_apart_never_share_a_group(
    apart: tuple[tuple[str, str], ...], expected: dict[str, str]
) -> None:
    again = {**SHUT, "id": "e", "source": "Castle Mail"}
    table = table_of([day(MONDAY, CLOSED), day(TUESDAY, SHUT, again)], apart=apart)
    assert {row["claim_id"]: row["claim_group_id"] for row in table.to_pylist()} == expected


def test_claims_that_people_told_apart_share_no_group_however_far_apart_they_are() -> None:
    days = [date.fromordinal(MONDAY.toordinal() + n * (WINDOW_DAYS - 1)) for n in range(4)]
    claims = [{**CLOSED, "id": name, "source": f"Paper {name}"} for name in "abef"]
    partials = [day(on, claim) for on, claim in zip(days, claims, strict=True)]
    assert len({row["claim_group_id"] for row in table_of(partials).to_pylist()}) == 1
    told = {
        row["claim_id"]: row["claim_group_id"] for row in table_of(partials, apart=(("a", "f"),)).to_pylist()
    }
    assert told == {"a": "a", "b": "a", "e": "a"}


def test_the_same_claim_in_other_words() -> None:
    found = grouped(day(MONDAY, CLOSED, OTHER), day(TUESDAY, SHUT))
    assert found == {"a": ("a", "same", 2, 2), "b": ("a", "same", 2, 2)}


def test_opposite_polarity_is_a_contradiction_and_counts_for_nothing() -> None:
    found = grouped(day(MONDAY, CLOSED, SHUT, {**NOT, "source": "Third Paper"}))
    assert found["c"] == ("a", "contradicts", 2, 2)


def test_two_that_contradict_the_same_one_are_not_taken_for_it() -> None:
    found = grouped(day(MONDAY, CLOSED), day(TUESDAY, NOT, {**NOT, "id": "e", "source": "Brenn Echo"}))
    assert {name: relation for name, (_, relation, *_) in found.items()} == {
        "a": "same",
        "c": "contradicts",
        "e": "contradicts",
    }


def test_agency_copy_is_one_origin() -> None:
    first, second = {**CLOSED, "wire": "Meridian Press"}, {**SHUT, "wire": "Meridian Press"}
    assert grouped(day(MONDAY, first, second))["a"][2:] == (2, 1)


def copy(article: str, on: date, of: str, source: str, wire: str | None = None) -> dict[str, Any]:
    """A duplicate of an article of Monday."""
    return {
        "day": on,
        "article_id": article,
        "wire_source": wire,
        "similarity": 1.0,
        "first_day": MONDAY,
        "first_id": of,
        "first_source": source,
        "first_wire_source": None,
    }


@pytest.mark.parametrize("wire", [None, "Meridian Press"])
def test_copies_are_one_origin_on_whatever_day(wire: str | None) -> None:
    copies = [copy("b-article", TUESDAY, "a-article", "Arden Post", wire)]
    days = day(MONDAY, CLOSED), day(TUESDAY, {**SHUT, "wire": wire})
    assert grouped(*days)["a"][2:] == (2, 2)
    assert grouped(*days, copies=copies)["a"][2:] == (2, 1)


def test_more_by_the_outlet_that_was_copied_is_no_further_origin() -> None:
    copies = [copy("b-article", TUESDAY, "a-article", "Arden Post")]
    again = {**CLOSED, "id": "e"}
    assert grouped(day(MONDAY, CLOSED), day(TUESDAY, SHUT, again), copies=copies)["a"][2:] == (2, 1)


def test_two_copies_of_one_that_made_no_such_claim_are_one_origin() -> None:
    copies = [copy(f"{name}-article", TUESDAY, "x-article", "Castle Mail") for name in "ab"]
    assert grouped(day(TUESDAY, CLOSED, SHUT), copies=copies)["a"][2:] == (2, 1)


@pytest.mark.parametrize(
    ("first", "second", "relation"),
    [
        ({"amounts": [(12.0, "men")]}, {"amounts": [(14.0, "men")]}, None),
        ({"amounts": [(12.0, "men")]}, {"amounts": [(12.0, "men")]}, "same"),
        ({}, {"amounts": [(12.0, "men")]}, "narrower"),
        ({}, {"dates": [(TUESDAY, TUESDAY)]}, "narrower"),
        ({"dates": [(MONDAY, TUESDAY)]}, {"dates": [(TUESDAY, TUESDAY)]}, "same"),
    ],
)
def test_amounts_and_dates(first: dict[str, Any], second: dict[str, Any], relation: str | None) -> None:
    """Amounts stand in the object, as "12 men" would."""
    claims = []
    for claim, more in ((CLOSED, first), (SHUT, second)):
        listed = " ".join(f"{v:g} {u}" for v, u in more.get("amounts", []))
        claims.append(
            {**claim, **more, "object": f"{claim['object']} {listed}", "text": f"{claim['text']} {listed}"}
        )
    found = grouped(day(MONDAY, claims[0]), day(TUESDAY, claims[1]))
    assert found.get("b", (None, None))[1] == relation


def test_articles_that_name_nothing_in_common_are_about_something_else() -> None:
    elsewhere = {**SHUT, "names": ("Zambia", "Lusaka", "Mutale Chanda")}
    assert grouped(day(MONDAY, CLOSED), day(TUESDAY, elsewhere)) == {}


def test_claims_of_one_article_are_not_compared() -> None:
    here = {**SHUT, "article": "a-article", "source": "Arden Post"}
    assert grouped(day(MONDAY, CLOSED), day(TUESDAY, here)) == {}


def test_claims_far_apart_are_compared_by_way_of_others_only() -> None:
    later = date.fromordinal(MONDAY.toordinal() + WINDOW_DAYS)
    last = date.fromordinal(later.toordinal() + 1)
    assert grouped(day(MONDAY, CLOSED), day(last, SHUT)) == {}
    found = grouped(day(MONDAY, CLOSED), day(later, {**CLOSED, "id": "e"}), day(last, SHUT))
    assert {group for group, *_ in found.values()} == {"a"}
    assert set(found) == {"a", "b", "e"}


def test_what_a_day_repeats_all_over_is_not_compared() -> None:
    crowd = [{**CLOSED, "id": f"x{n:02}", "source": f"Paper {n}"} for n in range(MOST_A_DAY)]
    assert len(grouped(day(MONDAY, *crowd))) == MOST_A_DAY
    assert grouped(day(MONDAY, *crowd, CLOSED)) == {}


def test_any_order_of_days_gives_the_same_table() -> None:
    days = [day(MONDAY, CLOSED, OTHER), day(TUESDAY, SHUT, {**OTHER, "id": "e"}), day(date(2026, 3, 4), NOT)]
    tables = [table_of(order) for order in itertools.permutations(days)]
    assert all(table.equals(tables[0]) for table in tables)
    assert len(tables[0]) == 5


def test_no_days_no_groups() -> None:
    assert len(table_of([])) == 0
    assert len(day(MONDAY)) == 0
    assert len(links(day(MONDAY), [day(TUESDAY), day(MONDAY, CLOSED)])) == 0
