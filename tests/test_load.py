"""What analysts load is whole, of one run, and counted as they ask."""

import json
import multiprocessing
import random
import time
from datetime import date
from multiprocessing.synchronize import Event
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
from days import article, stage_day

from pipeline.errors import ConfigError, DamagedError, InputError
from pipeline.load import load, load_arrow, load_batches
from pipeline.settings import Settings
from pipeline.stages.derive import derive
from pipeline.stages.publish import publish
from pipeline.store import Store
from pipeline.store.batch import Batch, derived_path, manifest_path, published_path
from pipeline.store.derived_files import derived_files
from pipeline.store.manifest import find_manifest, write_manifest
from schemas import TABLES
from schemas.table import arrow_schema

FIRST, SECOND, THIRD = (date(2026, 3, n) for n in (1, 2, 3))


def put(store: Store, day: date, *ids: str) -> None:
    stage_day(store, day, articles=[article(id) for id in ids])
    publish(store, Batch(day), Settings())
    derive(store, Batch(day), Settings())


@pytest.fixture
def published(tmp_path: Path) -> Store:
    store = Store(str(tmp_path))
    put(store, FIRST, "a1", "a2")
    put(store, SECOND, "a2", "a3")
    put(store, THIRD)
    return store


def test_days_are_a_range_with_both_ends(published: Store) -> None:
    root = published.root
    assert len(load("articles", data_dir=root)) == 4
    assert len(load("articles", days=("2026-03-01", "2026-03-03"), data_dir=root)) == 4
    assert len(load("articles", days="2026-03-02", data_dir=root)) == 2
    assert load("quotes", days=(THIRD, THIRD), data_dir=root).empty


def test_columns_are_those_asked_for(published: Store) -> None:
    frame = load("quotes", columns=["speaker_name"], latest=True, data_dir=published.root)
    assert list(frame.columns) == ["speaker_name"]


@pytest.mark.parametrize(
    "name", ["articles", "quotes", "entity_index", "said", "quote_names", "spread_members"]
)
def test_a_stream_has_the_same_rows_in_the_same_order(published: Store, name: str) -> None:
    root = published.root
    whole = load_arrow(name, data_dir=root).replace_schema_metadata(None)
    assert load_batches(name, data_dir=root).read_all().replace_schema_metadata(None).equals(whole)
    days = ("2026-03-02", "2026-03-03")
    part = load_batches(name, days=days, once=name == "said", data_dir=root).read_all()
    assert part.to_pylist() == load_arrow(name, days=days, once=name == "said", data_dir=root).to_pylist()


def test_a_stream_reads_a_day_when_it_comes_to_it(published: Store) -> None:
    rows = load_batches("said", columns=["day"], data_dir=published.root)
    published.put(published_path("quotes", SECOND), b"damaged")
    assert rows.read_next_batch()["day"].to_pylist() == [FIRST, FIRST]
    with pytest.raises(DamagedError, match="2026-03-02"):
        rows.read_next_batch()


def test_a_condition_on_all_days_sees_all_days(published: Store) -> None:
    last = "day = (select max(day) from said)"
    assert (
        load_batches("said", where=last, data_dir=published.root).read_all()["day"].to_pylist()
        == [SECOND] * 2
    )
    assert len(load("said", where=last, data_dir=published.root)) == 2


def test_a_stream_of_what_is_nowhere_names_the_nearest(published: Store) -> None:
    there = {"article_id": "a3"}  # on the second day only
    assert len(load_batches("said", where=there, data_dir=published.root).read_all()) == 1
    with pytest.raises(ConfigError, match="'The Ledger'"):
        load_batches("said", where={"outlet": "The Leger"}, data_dir=published.root).read_all()
    with pytest.raises(ConfigError, match="no table 'sayd'"):
        load_batches("sayd", data_dir=published.root)


def without(store: Store, table: str, column: str) -> None:
    """Let a published day be of a time before its table had a column."""
    path = published_path(table, FIRST)
    lineage = store.lineage(path)
    digest = store.write(path, store.read(path).drop_columns([column]), lineage=lineage)
    manifest = find_manifest(store, FIRST)
    assert manifest is not None
    files = dict(manifest.tables)
    files[table] = files[table].model_copy(update={"sha256": digest})
    write_manifest(store, manifest.model_copy(update={"tables": files}))


@pytest.mark.parametrize(
    "table, column",
    [
        ("articles", "published_at_offset"),
        ("quotes", "speaker_name"),
        ("claims", "topics"),
        ("mentions", "kind"),
    ],
)
def test_a_column_that_came_since_is_null_where_it_may_be(published: Store, table: str, column: str) -> None:
    """What was published by an earlier version is read as it is."""
    field = arrow_schema(TABLES[table]).field(column)
    without(published, table, column)
    for columns in (None, [column, "article_id"]):
        if not field.nullable:
            with pytest.raises(InputError, match=f"without the column {column}: .*run {FIRST}"):
                load(table, columns=columns, as_indexed=False, data_dir=published.root)
            continue
        frame = load(table, columns=columns, as_indexed=False, data_dir=published.root)
        assert frame[frame["article_id"] == "a1"][column].isna().all()
        assert len(frame) == len(load(table, columns=["article_id"], data_dir=published.root))
    assert "article_id" in load(table, columns=["article_id"], data_dir=published.root)


def test_latest_keeps_the_last_version_of_an_article(published: Store) -> None:
    frame = load("articles", latest=True, data_dir=published.root)
    assert sorted(zip(frame["article_id"], frame["day"], strict=True)) == [
        ("a1", FIRST),
        ("a2", SECOND),
        ("a3", SECOND),
    ]


def test_once_leaves_out_what_is_the_same_text(published: Store) -> None:
    assert len(load("duplicates", data_dir=published.root)) == 4
    frame = load("mentions", once=True, data_dir=published.root)
    assert set(zip(frame["article_id"], frame["day"], strict=True)) == {("a1", FIRST)}


@pytest.mark.parametrize(
    "call, message",
    [({"table": "quots"}, "no table 'quots'"), ({"table": "quotes", "columns": ["who"]}, "no column 'who'")],
)
def test_what_is_not_there_is_told(published: Store, call: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        load(**call, data_dir=published.root)  # type: ignore[arg-type]


def test_nothing_published_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="nothing is published"):
        load("quotes", data_dir=str(tmp_path))


def test_a_day_of_two_runs_is_refused(published: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.load._PAUSE_S", 0.0)
    manifest = published.read_json(manifest_path(FIRST))
    published.write_json(manifest_path(FIRST), manifest | {"run_id": "another"})
    with pytest.raises(InputError, match="publishing was cut short: run the day again"):
        load("quotes", data_dir=published.root)
    assert len(load("quotes", days=SECOND, data_dir=published.root)) == 2


def test_a_flipped_bit_never_gives_other_rows(published: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.load._ATTEMPTS", 2)
    monkeypatch.setattr("pipeline.load._PAUSE_S", 0.0)
    path, draw = published_path("quotes", FIRST), random.Random(5)
    whole = published.get(path)
    for _ in range(60):
        damaged = bytearray(whole)
        damaged[draw.randrange(len(damaged))] ^= 1 << draw.randrange(8)
        published.put(path, bytes(damaged))
        with pytest.raises(
            DamagedError, match=rf"{path} .*run the day again \(python -m pipeline run {FIRST}\)"
        ):
            load("quotes", data_dir=published.root)
    assert len(load("quotes", days=SECOND, data_dir=published.root)) == 2
    published.put(path, whole)
    load("quotes", data_dir=published.root)


def test_what_is_damaged_elsewhere_stops_no_other_day(
    published: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.load._PAUSE_S", 0.0)
    published.put(f"{manifest_path(SECOND)}.bak", b"{")
    assert len(load("quotes", data_dir=published.root)) == len(load("quotes", data_dir=published.root))
    published.put(manifest_path(FIRST), published.get(manifest_path(FIRST))[:40])
    assert len(load("quotes", days=SECOND, data_dir=published.root)) == 2
    with pytest.raises(DamagedError, match=rf"{manifest_path(FIRST)} is damaged: run the day again"):
        load("quotes", data_dir=published.root)


@pytest.mark.parametrize("table", ["duplicates", "entity_index"])
def test_a_damaged_derived_table_is_told_with_what_makes_it_again(published: Store, table: str) -> None:
    [path] = derived_files(published, TABLES[table])
    published.put(path, published.get(path)[:-30])
    with pytest.raises(DamagedError, match=rf"{path} is damaged .*--stage derive"):
        load(table, data_dir=published.root)
    with pytest.raises(DamagedError, match="--stage derive"):
        load("quotes", once=True, data_dir=published.root)


def replace_again_and_again(root: str, stop: Event) -> None:
    store = Store(root)
    n = 0
    while not stop.is_set():
        n += 1
        stage_day(store, FIRST, articles=[article(f"a{i}") for i in range(20 if n % 2 else 30)])
        publish(store, Batch(FIRST), Settings())


@pytest.mark.slow
def test_reading_never_fails_while_a_day_is_replaced(tmp_path: Path) -> None:
    store = Store(str(tmp_path))
    put(store, FIRST, *(f"a{i}" for i in range(20)))
    put(store, SECOND, "b1")
    context = multiprocessing.get_context("spawn")
    stop = context.Event()
    writer = context.Process(target=replace_again_and_again, args=(store.root, stop))
    writer.start()
    try:
        sizes: set[int] = set()
        started = time.monotonic()
        while len(sizes) < 2 or time.monotonic() - started < 3:
            assert time.monotonic() - started < 60, "the day was not replaced while it was read"
            plain = pd.read_parquet(tmp_path / "tables" / "quotes", filters=[("day", "<=", SECOND)])
            assert plain["quote_id"].is_unique
            sizes.add(len(plain))
            sizes.add(len(load("quotes", data_dir=store.root)))
    finally:
        stop.set()
        writer.join(30)
    assert writer.exitcode == 0
    assert sizes == {21, 31}


def test_entities_go_by_their_index_and_by_human_decisions(tmp_path: Path) -> None:
    store = Store(str(tmp_path))
    put(store, FIRST, "a1", "a2")
    [entity] = set(load("entities", data_dir=store.root)["entity_id"])
    decisions = tmp_path / "decisions.jsonl"
    lines = [
        {"action": "rename", "entity_id": entity, "name": "Mara L.", "reason": "as she signs"},
        {"action": "split", "entity_id": entity, "article_ids": ["a2"], "reason": "another one"},
    ]
    decisions.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    settings = Settings(decisions_file=decisions)
    derive(store, Batch(FIRST), settings)
    quotes = load("quotes", data_dir=store.root).set_index("article_id").to_dict("index")
    assert quotes["a1"]["speaker_name"] == "Mara L."
    assert quotes["a1"]["speaker_entity_id"] == entity
    other = quotes["a2"]["speaker_entity_id"]
    assert other != entity
    assert list(quotes["a2"]["speaker_entity_ids"]) == [other]
    plain = load("quotes", columns=["speaker_name"], as_indexed=False, data_dir=store.root)
    assert set(plain["speaker_name"]) == {"Mara Lindqvist"}
    merge = {"action": "merge", "entity_id": other, "into": entity, "reason": "the same after all"}
    decisions.write_text("\n".join(map(json.dumps, [*lines, merge])), encoding="utf-8")
    derive(store, Batch(FIRST), settings)
    names = load("claims", columns=["claimer_name"], data_dir=store.root)["claimer_name"]
    assert set(names) == {"Mara L."}
    index = load("entity_index", data_dir=store.root).set_index("entity_id").to_dict("index")
    assert index[other]["merged_into"] == entity
    assert index[entity]["n_articles"] == 2


@pytest.mark.parametrize("name", ["claims", "said"])
def test_a_stream_reads_what_is_of_all_days_once(
    published: Store, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    read_file = Store.read

    def noted(self: Store, path: str, *, columns: list[str] | None = None) -> pa.Table:
        read.append(path)
        return read_file(self, path, columns=columns)

    monkeypatch.setattr(Store, "read", noted)
    assert load_batches(name, data_dir=published.root).read_all().num_rows
    assert read.count(derived_path("entity_index")) == 1
