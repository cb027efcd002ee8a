"""ClaimReview export: one object a claim, several appearances for a group, never a rating."""

import json
from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa

from pipeline.export import claim_reviews

DAY, NEXT = date(2026, 3, 2), date(2026, 3, 3)


def article(name: str, on: date, source: str) -> dict[str, Any]:
    return {
        "day": on,
        "article_id": name,
        "source": source,
        "url": f"https://example.org/{name}",
        "canonical_url": None,
        "title": f"Title of {name}",
        "published_at": datetime(on.year, on.month, on.day, 8, tzinfo=UTC),
    }


def claim(name: str, on: date, in_article: str, kind: str, **more: Any) -> dict[str, Any]:
    row = {
        "day": on,
        "claim_id": name,
        "article_id": in_article,
        "text": f"text of {name}",
        "claimer_kind": kind,
        "claimer": None,
        "claimer_name": None,
        "claimer_entity_id": None,
    }
    return row | more


def tables() -> dict[str, pa.Table]:
    novak = {"claimer": "she", "claimer_name": "Ada Novak", "claimer_entity_id": "e1"}
    return {
        "articles": pa.Table.from_pylist([article("x", DAY, "Arden Post"), article("y", NEXT, "Brenn Echo")]),
        "entities": pa.Table.from_pylist([{"entity_id": "e1", "label": "PERSON"}]),
        "claims": pa.Table.from_pylist(
            [
                claim("b", NEXT, "y", "outlet"),
                claim("a", DAY, "x", "attributed", **novak),
                claim("c", DAY, "x", "unknown"),
            ]
        ),
    }


def test_who_and_where() -> None:
    reviews = {r["claimReviewed"]: r for r in claim_reviews(tables())}
    assert set(reviews) == {"text of a", "text of b", "text of c"}
    item = reviews["text of a"]["itemReviewed"]
    assert item["author"] == {"@type": "Person", "name": "Ada Novak"}
    assert item["firstAppearance"]["url"] == "https://example.org/x"
    assert reviews["text of b"]["itemReviewed"]["author"] == {"@type": "Organization", "name": "Brenn Echo"}
    assert "author" not in reviews["text of c"]["itemReviewed"]


def test_a_group_is_one_object_with_all_appearances() -> None:
    given = tables()
    given["claim_groups"] = pa.Table.from_pylist(
        [
            {"day": DAY, "claim_id": "a", "claim_group_id": "a", "relation": "same"},
            {"day": NEXT, "claim_id": "b", "claim_group_id": "a", "relation": "same"},
            {"day": DAY, "claim_id": "c", "claim_group_id": "a", "relation": "contradicts"},
        ]
    )
    first, other = claim_reviews(given)
    assert [w["identifier"] for w in first["itemReviewed"]["appearance"]] == ["x", "y"]
    assert first["itemReviewed"]["firstAppearance"]["identifier"] == "x"
    assert other["claimReviewed"] == "text of c"


def test_never_a_rating() -> None:
    printed = json.dumps(list(claim_reviews(tables())))
    assert "rating" not in printed.lower()
