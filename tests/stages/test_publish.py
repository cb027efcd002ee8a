"""A day is published whole and right, or not at all."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest
from days import DAY, article, read_plan, rows_of, stage_day, table_bytes

from pipeline.errors import AuditError, InputError
from pipeline.settings import Settings
from pipeline.stages.publish import publish
from pipeline.store import Store
from pipeline.store.batch import Batch, published_path, staged_path
from pipeline.store.manifest import find_manifest
from pipeline.store.plan import write_plan
from schemas import DAY_TABLES, EXTRACTED, Reject


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(str(tmp_path))


SETTINGS = Settings()


def test_a_day_is_one_file_for_each_table(store: Store) -> None:
    stage_day(store, articles=[article(f"a{i}") for i in range(5)])
    counts = publish(store, Batch(DAY), SETTINGS)
    assert counts["articles"] == 5
    assert counts["mentions"] == 10
    for row_class in DAY_TABLES:
        assert store.names(f"tables/{row_class.table_name}") == [f"{DAY}.parquet"]
    frame = pd.read_parquet(Path(store.root) / "tables" / "quotes", filters=[("day", "==", DAY)])
    assert len(frame) == 5
    assert set(frame["run_id"]) == {counts["run_id"]}


def test_columns_are_described_in_the_footer(store: Store) -> None:
    stage_day(store, articles=[article()])
    publish(store, Batch(DAY), SETTINGS)
    schema = pq.read_schema(Path(store.root) / published_path("quotes", DAY))
    assert all(field.metadata[b"description"] for field in schema)
    assert store.read_json("tables/datapackage.json")["resources"][0]["path"] == [f"articles/{DAY}.parquet"]


def test_publishing_twice_changes_no_byte(store: Store) -> None:
    stage_day(store, articles=[article("a1"), article("a2")])
    publish(store, Batch(DAY), SETTINGS)
    before = table_bytes(store)
    publish(store, Batch(DAY), SETTINGS)
    assert table_bytes(store) == before


def test_shards_do_not_show(tmp_path: Path) -> None:
    stores = [Store(str(tmp_path / name)) for name in ("one", "many")]
    for store, size in zip(stores, (100, 1), strict=True):
        stage_day(store, articles=[article(f"a{i}") for i in range(4)], shard_size=size)
        publish(store, Batch(DAY), SETTINGS)
    assert table_bytes(stores[0]) == table_bytes(stores[1])


def test_a_day_without_articles_is_published_empty_and_marked(store: Store) -> None:
    stage_day(store)
    assert publish(store, Batch(DAY), SETTINGS)["articles"] == 0
    manifest = find_manifest(store, DAY)
    assert manifest is not None and manifest.is_empty
    assert pd.read_parquet(Path(store.root) / "tables" / "claims").empty


def test_an_article_that_was_given_up_is_a_reject_and_no_article(store: Store) -> None:
    stage_day(store, articles=[article("a1"), article("a2"), article("a3")], failed=["a2"])
    publish(store, Batch(DAY), SETTINGS)
    assert store.read(published_path("articles", DAY))["article_id"].to_pylist() == ["a1", "a3"]
    rejects = store.read(published_path("rejects", DAY)).to_pylist()
    assert [(r["article_id"], r["reason"]) for r in rejects] == [("a2", "extraction_error")]


def test_a_duplicate_of_an_article_that_was_given_up_points_to_the_next(store: Store) -> None:
    articles = [article("a1"), article("a2", duplicate_of="a1"), article("a3", duplicate_of="a1")]
    stage_day(store, articles=articles, failed=["a1"])
    publish(store, Batch(DAY), SETTINGS)
    rows = store.read(published_path("articles", DAY)).to_pylist()
    assert [(r["article_id"], r["duplicate_of"]) for r in rows] == [("a2", None), ("a3", "a2")]


def test_a_day_that_was_never_staged_is_told(store: Store) -> None:
    with pytest.raises(InputError, match="run the stage ingest first"):
        publish(store, Batch(DAY), SETTINGS)


def test_rows_of_another_ingest_are_not_published(store: Store) -> None:
    stage_day(store, articles=[article("a1")])
    plan = read_plan(store, DAY)
    shard = plan.shards[0].model_copy(update={"sha256": "0" * 64})
    write_plan(store, plan.model_copy(update={"shards": (shard,)}))
    with pytest.raises(InputError, match="run the stage ingest again"):
        publish(store, Batch(DAY), SETTINGS)


GOOD = rows_of("a1")
BROKEN = {
    "a repeated key": ({"quotes": GOOD["quotes"] * 2}, "quotes: 1 keys occur more than once"),
    "an entity that is not there": ({"entities": []}, "values are not in entities.entity_id"),
    "a quotation that is not there": ({"quotes": []}, "claims.quote_id: 1 values are not in quotes.quote_id"),
    "a parent that is not there": (
        {"quotes": [replace(GOOD["quotes"][0], parent_quote_id="nowhere")]},
        "quotes.parent_quote_id: 1 values",
    ),
    "another text": (
        {"mentions": [replace(GOOD["mentions"][0], text="somebody"), GOOD["mentions"][1]]},
        "mentions: 1 rows are not the text at their offsets",
    ),
    "offsets outside of the text": (
        {"quotes": [replace(GOOD["quotes"][0], end_char=1000)]},
        "quotes: 1 rows lie outside their article",
    ),
    "offsets that run backwards": (
        {"mentions": [replace(GOOD["mentions"][0], start_char=14, end_char=0), GOOD["mentions"][1]]},
        "start_char >= end_char",
    ),
    "a value outside its list": (
        {"claims": [replace(GOOD["claims"][0], polarity="perhaps")]},
        "claims.polarity: ['perhaps'] not among",
    ),
    "a null in a required column": (
        {"mentions": [replace(GOOD["mentions"][0], method=None), GOOD["mentions"][1]]},
        "mentions.method: 1 nulls",
    ),
}


@pytest.mark.parametrize("change, message", BROKEN.values(), ids=BROKEN)
def test_a_day_that_breaks_its_contract_is_not_published(
    store: Store, change: dict[str, list[object]], message: str
) -> None:
    stage_day(store, articles=[article("a1")])
    publish(store, Batch(DAY), SETTINGS)
    before = table_bytes(store)
    stage_day(store, articles=[article("a1")], change=change)
    with pytest.raises(AuditError) as raised:
        publish(store, Batch(DAY), SETTINGS)
    assert message in str(raised.value)
    assert "docs/operations.md" in str(raised.value)
    assert table_bytes(store) == before


def some_rejects(n: int) -> list[Reject]:
    return [
        Reject(record_ref=f"x#{i}", reason="not_json", detail="", bytes=1, stage="ingest") for i in range(n)
    ]


def test_a_day_with_too_many_rejects_is_not_published(store: Store) -> None:
    stage_day(store, articles=[article(f"a{i}") for i in range(12)], rejects=some_rejects(9))
    with pytest.raises(AuditError, match=r"9 of 21 records were rejected.*9 not_json"):
        publish(store, Batch(DAY), SETTINGS)
    publish(store, Batch(DAY), Settings(max_reject_rate=0.5))


def test_with_few_records_the_share_of_rejects_says_nothing(store: Store) -> None:
    stage_day(store, articles=[article("a1")], rejects=some_rejects(2))
    assert publish(store, Batch(DAY), SETTINGS)["rejects"] == 2


def test_records_that_are_not_accounted_for_are_not_overlooked(store: Store) -> None:
    stage_day(store, articles=[article("a1")])
    plan = read_plan(store, DAY)
    write_plan(store, plan.model_copy(update={"counts": plan.counts.model_copy(update={"records": 2})}))
    with pytest.raises(AuditError, match="2 records came in, 1 are accounted for"):
        publish(store, Batch(DAY), SETTINGS)


def test_a_day_with_too_few_articles_is_not_published(store: Store) -> None:
    stage_day(store, articles=[article("a1")])
    with pytest.raises(AuditError, match="fewer than min_articles"):
        publish(store, Batch(DAY), Settings(min_articles=2))


def test_a_day_is_not_published_under_settings_that_it_was_not_ingested_under(store: Store) -> None:
    stage_day(store, articles=[article("a1")])
    path = staged_path("entities", Batch(DAY))
    lineage = store.lineage(path) or {}
    for name in EXTRACTED:
        path = staged_path(name, Batch(DAY))
        store.write(path, store.read(path), lineage=lineage | {"settings": {"min_words": "8"}})
    write_plan(store, read_plan(store, DAY).model_copy(update={"settings": {"min_words": "5"}}))
    with pytest.raises(InputError, match=r"other settings .* \(min_words 5, then 8\); run the day again"):
        publish(store, Batch(DAY), SETTINGS)
