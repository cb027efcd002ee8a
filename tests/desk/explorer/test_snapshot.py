"""What a page reads is of one run a day, the same as `load` gives, and nothing else can be asked."""

import itertools
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
from days import article
from explored import A1, A2, FIRST, SECOND, asking, publish_day, two_days
from two_stores import in_bucket

from pipeline.desk.explorer.snapshot import Desk, ReplacedError, Snapshot, until_current
from pipeline.errors import DamagedError, InputError
from pipeline.load import load_arrow
from pipeline.store import Store
from pipeline.store.batch import manifest_path, published_path
from pipeline.store.derived_files import derived_files
from pipeline.store.manifest import find_manifest, write_manifest
from schemas import TABLES, ClaimGroup
from schemas.views import NAMES, VIEWS


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return two_days(tmp_path_factory.mktemp("snapshot"))


@pytest.fixture
def snapshot(store: Store) -> Iterator[Snapshot]:
    desk = Desk(store, Path(store.root) / "none.jsonl")
    with desk.snapshot() as found:
        yield found
    desk.close()


@pytest.mark.parametrize("name", NAMES)
def test_views_have_the_rows_that_load_gives(store: Store, snapshot: Snapshot, name: str) -> None:
    loaded = load_arrow(name, data_dir=store.root)
    sql = f"from {name} order by {', '.join(VIEWS[name].order)}"
    found = snapshot.batches(sql).read_all()
    assert found.cast(loaded.schema).equals(loaded) and len(loaded)
    assert snapshot.is_current()


@pytest.mark.parametrize("name", sorted(TABLES))
def test_so_have_tables(store: Store, snapshot: Snapshot, name: str) -> None:
    loaded = load_arrow(name, as_indexed=False, data_dir=store.root)
    found = snapshot.batches(f"select * from {name}").read_all().cast(loaded.schema)
    by = [
        (column, "ascending")
        for column in TABLES[name].key + (("day",) if "day" in loaded.column_names else ())
    ]
    assert found.sort_by(by).equals(loaded.sort_by(by))


@pytest.mark.slow
def test_an_object_store_is_read_as_well(tmp_path: Path, store: Store) -> None:
    bucket, other = in_bucket()
    for path in sorted(Path(store.root).rglob("tables/**/*")):
        if path.is_file():
            bucket.put(str(path.relative_to(store.root)), path.read_bytes())
    desk = Desk(other, tmp_path / "none.jsonl")
    with desk.snapshot() as found:
        for name in NAMES:
            sql = f"from {name} order by {', '.join(VIEWS[name].order)}"
            assert (
                found.batches(sql).read_all().to_pylist() == load_arrow(name, data_dir=store.root).to_pylist()
            )
        assert found.is_current()
    desk.close()


@pytest.mark.parametrize(
    "sql",
    [
        "copy (from said) to 'out.csv'",
        "copy said to '{tables}/said/x.parquet'",
        "attach '{tables}/x.db'",
        "install httpfs",
        "load httpfs",
        "set threads = 1",
        "pragma database_list",
        "create table x as select 1",
        "insert into said select * from said",
        "export database 'x'",
        "select 1; select 2",
        "select 1; copy (select 1) to 'x'",
        "",
    ],
)
def test_only_a_single_select_is_run(store: Store, snapshot: Snapshot, sql: str) -> None:
    before = sorted(Path(store.root).rglob("*"))
    with pytest.raises((ValueError, duckdb.Error)):
        snapshot.rows(sql.format(tables=Path(store.root) / "tables"))
    assert sorted(Path(store.root).rglob("*")) == before


@pytest.mark.parametrize(
    "sql",
    [
        "select * from read_csv('/etc/passwd')",
        "select * from read_text('/etc/hostname')",
        "select * from '/etc/passwd'",
        "select * from read_parquet('https://127.0.0.1:9/x.parquet')",
        "select * from glob('/*')",
        "select * from store",
    ],
)
def test_nothing_else_can_be_opened(snapshot: Snapshot, sql: str) -> None:
    with pytest.raises(duckdb.Error):
        snapshot.rows(sql)


def test_a_value_is_never_sql(snapshot: Snapshot) -> None:
    for value in ("x' or 'a' = 'a", "'; copy (select 1) to 'x'; --", "\\", '"'):
        assert snapshot.rows("from said where outlet = $outlet", {"outlet": value}) == []


@pytest.mark.slow
def test_a_page_made_while_a_day_is_replaced_is_of_one_run(tmp_path: Path) -> None:
    runs = []
    for number, ids in enumerate(((A1,), (A1, A2))):
        other = Store(str(tmp_path / f"run{number}"))
        publish_day(other, FIRST, [article(id, title=f"run {number}") for id in ids])
        runs.append(Path(other.root) / "tables")
    target = tmp_path / "run0" / "tables"
    stop = threading.Event()
    kept = [{name: (run / name).read_bytes() for name in day_files(run)} for run in runs]

    def replace() -> None:
        """As publish does: one file at a time, the manifest last."""
        for files in itertools.cycle(reversed(kept)):
            for name, data in files.items():
                aside = target / f"{name}.new"
                aside.write_bytes(data)
                aside.replace(target / name)
                time.sleep(0.001)
            if stop.wait(0.25):
                return

    seen: set[int] = set()
    thread = threading.Thread(target=replace)
    with asking(Store(str(tmp_path / "run0"))) as desk:
        thread.start()
        try:
            started = time.monotonic()
            while len(seen) < 2 or time.monotonic() - started < 3:
                assert time.monotonic() - started < 60, "the day was not replaced while it was read"
                text = desk.get(f"/day/{FIRST}")
                assert text.status_code == 200, text.text
                titles = {n for n in (0, 1) if f"run {n}" in text.text}
                n_quotes = text.text.count('<td class="n">1</td><td class="n">1</td>')
                assert len(titles) == 1 and n_quotes == titles.copy().pop() + 1
                answer = desk.get("/check")
                if answer.status_code == 503:  # a machine so busy that each try met a replacement
                    assert "being replaced" in answer.text
                    continue
                said = answer.text.count('class="words"')
                assert said in (1, 2)
                seen |= titles
        finally:
            stop.set()
            thread.join()


def day_files(tables: Path) -> list[str]:
    """The files of a day, in the order in which they are replaced."""
    names = [f"{name}/{FIRST}.parquet" for name, row in TABLES.items() if not row.is_derived]
    return [*sorted(names), f"_manifests/{FIRST}.json"]


def test_a_day_that_stays_half_replaced_is_an_error_that_says_what_to_run(tmp_path: Path) -> None:
    store, other = two_days(tmp_path / "a"), Store(str(tmp_path / "b"))
    publish_day(other, FIRST, [article(A1)])
    store.put(published_path("quotes", FIRST), other.get(published_path("quotes", FIRST)))
    desk = Desk(store, tmp_path / "none")
    with pytest.raises(DamagedError, match=r"publishing was cut short.*run 2026-03-01"):
        until_current(desk, lambda snapshot: snapshot.rows("from said"), iter([None, None]))
    assert until_current(desk, lambda r: len(r.rows("from said", days=[SECOND])), iter([None])) == 2
    desk.close()


def test_a_day_that_is_replaced_again_and_again_is_told(tmp_path: Path) -> None:
    store = two_days(tmp_path)
    desk = Desk(store, tmp_path / "none")

    def make(snapshot: Snapshot) -> int:
        found = snapshot.rows("from said")
        os.utime(tmp_path / manifest_path(FIRST), ns=(1, time.time_ns()))
        return len(found)

    with pytest.raises(ReplacedError):
        until_current(desk, make, iter([None] * 3))
    desk.close()


def test_columns_that_came_since_are_null(tmp_path: Path) -> None:
    store = two_days(tmp_path)
    path = published_path("quotes", FIRST)
    rows = pq.read_table(tmp_path / path).drop_columns(["speaker_method"])
    pq.write_table(rows, tmp_path / path)
    manifest = find_manifest(store, FIRST)
    assert manifest is not None
    quotes = manifest.tables["quotes"].model_copy(update={"sha256": store.digest(path)})
    write_manifest(store, manifest.model_copy(update={"tables": {**manifest.tables, "quotes": quotes}}))
    desk = Desk(store, tmp_path / "none")
    with desk.snapshot() as snapshot:
        assert len(snapshot.rows("from said")) == 4
        assert {row["speaker_method"] for row in snapshot.rows("from quotes", days=[FIRST])} == {None}
    desk.close()


def test_another_schema_is_told(tmp_path: Path) -> None:
    store = two_days(tmp_path)
    manifest = find_manifest(store, FIRST)
    assert manifest is not None
    write_manifest(store, manifest.model_copy(update={"schema_version": 99}))
    desk = Desk(store, tmp_path / "none")
    with desk.snapshot() as snapshot, pytest.raises(InputError, match="schema version 99"):
        snapshot.rows("from said")
    desk.close()


def test_what_is_not_derived_is_told(tmp_path: Path) -> None:
    store = two_days(tmp_path)
    for path in derived_files(store, ClaimGroup):
        store.remove(path)
    desk = Desk(store, tmp_path / "none")
    with desk.snapshot() as snapshot, pytest.raises(InputError, match="--stage derive"):
        snapshot.rows("from asserted")
    desk.close()
