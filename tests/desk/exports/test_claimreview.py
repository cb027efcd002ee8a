"""ClaimReview export: one object a claim, several appearances for a group, never a rating."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from days import article as article_row
from days import stage_day
from typer.testing import CliRunner

from pipeline.cli import app
from pipeline.desk.exports.claimreview import claim_reviews, published_claim_reviews
from pipeline.errors import ConfigError
from pipeline.settings import Settings
from pipeline.stages.derive import derive
from pipeline.stages.publish import publish
from pipeline.store import Store
from pipeline.store.batch import Batch

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
        "checkworthiness": 0.5,
        "topics": [],
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


def test_only_what_is_worth_checking_and_on_a_topic() -> None:
    given = tables()
    rows = given["claims"].to_pylist()
    rows[0] |= {"checkworthiness": 0.9, "topics": ["energy"]}
    given["claims"] = pa.Table.from_pylist(rows)
    assert [r["claimReviewed"] for r in claim_reviews(given, least=0.6)] == ["text of b"]
    assert [r["claimReviewed"] for r in claim_reviews(given, topic="energy")] == ["text of b"]
    assert list(claim_reviews(given, topic="sport")) == []


@pytest.fixture
def published(tmp_path: Path) -> str:
    store = Store(str(tmp_path / "data"))
    settings = Settings(decisions_file=tmp_path / "none.jsonl")
    for day, source in ((DAY, "The Ledger"), (NEXT, "Brenn Echo")):
        stage_day(store, day, articles=[article_row(f"a{day.day}", source=source)])
        publish(store, Batch(day), settings)
        derive(store, Batch(day), settings)
    return str(tmp_path / "data")


def test_published_days_share_one_object_for_one_claim(published: str) -> None:
    [review] = published_claim_reviews(data_dir=published)
    work = review["itemReviewed"]
    assert [place["publisher"]["name"] for place in work["appearance"]] == ["The Ledger", "Brenn Echo"]
    [review] = published_claim_reviews(days=(NEXT, NEXT), data_dir=published)
    assert [place["publisher"]["name"] for place in review["itemReviewed"]["appearance"]] == ["Brenn Echo"]


def test_nothing_published_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="nothing is published"):
        list(published_claim_reviews(data_dir=str(tmp_path)))


def test_the_command_writes_an_object_a_line(
    published: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEWSTABLES_DATA_DIR", published)
    to = tmp_path / "out" / "reviews.jsonl"
    done = CliRunner().invoke(app, ["export", "claimreview", "--output", str(to)])
    assert done.exit_code == 0, done.output
    assert "1 claims" in done.output
    [line] = to.read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["@type"] == "ClaimReview"
    printed = CliRunner().invoke(app, ["export", "claimreview", str(DAY), str(NEXT)])
    assert printed.stdout == line + "\n"
    none = CliRunner().invoke(app, ["export", "claimreview", "--least", "1"])
    assert none.stdout == ""
