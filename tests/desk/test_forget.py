"""An article that is taken down is gone from every day and table, and stays out."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from days import article, stage_day, table_bytes

from pipeline.desk.forget import forget
from pipeline.settings import Settings
from pipeline.stages.derive import derive
from pipeline.stages.ingest import ingest
from pipeline.stages.publish import publish
from pipeline.store import Store
from pipeline.store.batch import Batch, derived_path, plan_path, published_path
from schemas import DAY_TABLES

FIRST, SECOND = date(2026, 3, 1), date(2026, 3, 2)
SETTINGS = Settings()


def put(store: Store, day: date, *ids: str) -> None:
    stage_day(store, day, articles=[article(id) for id in ids])
    publish(store, Batch(day), SETTINGS)
    derive(store, Batch(day), SETTINGS)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(str(tmp_path / "data"))
    put(store, FIRST, "a1", "a2", "a3")
    put(store, SECOND, "a2")
    return store


def ids(store: Store, table: str, day: date) -> set[str]:
    return set(store.read(published_path(table, day))["article_id"].to_pylist())


def test_it_is_gone_from_every_day_and_table(store: Store) -> None:
    assert forget(store, "a2", reason="by order") == [FIRST, SECOND]
    for row_class in DAY_TABLES:
        for day in (FIRST, SECOND):
            assert "a2" not in ids(store, row_class.table_name, day)
    assert ids(store, "quotes", FIRST) == {"a1", "a3"}
    assert "a2" not in str(store.read(derived_path("duplicates")).to_pylist())
    assert store.names("staged") == []


def test_the_bytes_are_those_of_a_day_that_never_had_it(store: Store, tmp_path: Path) -> None:
    forget(store, "a2", reason="by order")
    put(other := Store(str(tmp_path / "other")), FIRST, "a1", "a3")
    path = published_path("quotes", FIRST)
    assert store.get(path) == other.get(path)


def test_it_stays_out_when_the_day_is_published_again(store: Store) -> None:
    forget(store, "a2", reason="by order")
    before = table_bytes(store)
    put(store, FIRST, "a1", "a2", "a3")
    assert {k: v for k, v in table_bytes(store).items() if k.endswith(".parquet")} == {
        k: v for k, v in before.items() if k.endswith(".parquet")
    }


def test_days_without_it_are_not_touched(store: Store) -> None:
    before = table_bytes(store)
    assert forget(store, "a1", reason="by order") == [FIRST]
    after = table_bytes(store)
    assert {k for k in before if k.endswith(f"{SECOND}.parquet") and before[k] != after[k]} == set()


def test_twice_is_once(store: Store) -> None:
    forget(store, "a2", reason="by order")
    before = table_bytes(store)
    assert forget(store, "a2", reason="by order") == []
    assert table_bytes(store) == before


def test_by_url_it_is_known_before_it_ever_came(tmp_path: Path) -> None:
    store = Store(str(tmp_path / "data"))
    drop = tmp_path / "drop" / "2026-03-01"
    drop.mkdir(parents=True)
    published = datetime(2026, 3, 1, 8, tzinfo=UTC)
    records = [
        {
            "url": f"https://ledger.example/news/{n}.html",
            "text": f"The council met for the {n}th time this year and agreed on nothing at all.",
            "date": (published + timedelta(minutes=n)).isoformat(),
        }
        for n in (1, 2)
    ]
    (drop / "ledger.jsonl").write_text("\n".join(map(json.dumps, records)), encoding="utf-8")
    settings = Settings(drop_dir=tmp_path / "drop")
    assert ingest(store, Batch(FIRST), settings)["kept"] == 2
    forget(store, "https://ledger.example/news/1.html?utm_source=x", reason="by order")
    assert store.read_json(plan_path(FIRST)) is None
    counts = ingest(store, Batch(FIRST), settings)
    assert (counts["kept"], counts["forgotten"]) == (1, 1)
