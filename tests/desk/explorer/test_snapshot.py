"""What a page reads is of one run a day, the same as `load` gives, and nothing else can be asked."""

import itertools
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest
from days import article
from explored import A1, A2, FIRST, SECOND, asked_of, looking, publish_day, two_days
from two_stores import in_bucket

from pipeline.desk.explorer.connection import need_select
from pipeline.desk.explorer.pages.check import check
from pipeline.desk.explorer.pages.day import day
from pipeline.desk.explorer.snapshot import Desk, ReplacedError, Snapshot, until_current
from pipeline.errors import DamagedError, InputError
from pipeline.load import load_arrow
from pipeline.store import Store
from pipeline.store.batch import manifest_path, published_path
from pipeline.store.derived_files import derived_files
from pipeline.store.manifest import find_manifest, write_manifest
from schemas import DAY_TABLES, TABLES, ClaimGroup
from schemas.views import NAMES, VIEWS


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return two_days(tmp_path_factory.mktemp("snapshot"))


@pytest.fixture
def snapshot(store: Store) -> Iterator[Snapshot]:
    with looking(store) as found:
        yield found


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


@pytest.fixture
def replaced(tmp_path: Path) -> tuple[Store, Callable[[int], Iterator[None]]]:
    """A store with a day, and what replaces it by a run of one article or of two, a file at a time."""
    stores = [Store(str(tmp_path / f"run{number}")) for number in (0, 1)]
    for number, ids in enumerate(((A1,), (A1, A2))):
        publish_day(stores[number], FIRST, [article(id, title=f"run {number}") for id in ids])
    kept = [{name: store.get(name) for name in day_files()} for store in stores]
    clock = itertools.count(1_800_000_000 * 10**9, 10**9)

    def replacing(run: int) -> Iterator[None]:
        for name, data in kept[run].items():
            aside = tmp_path / "run0" / f"{name}.new"
            aside.write_bytes(data)
            os.utime(aside, ns=(at := next(clock), at))  # two files within one tick would look the same
            aside.replace(tmp_path / "run0" / name)
            yield

    return stores[0], replacing


def run_on_pages(desk: Desk, tries: int) -> int:
    """Make the pages of a day and of its claims; return which run they are of, with no row of another."""

    def made(snapshot: Snapshot) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        asked = asked_of(snapshot, path={"day": str(FIRST)}, first=FIRST, last=FIRST)
        return day(asked).values["articles"], check(asked).values["claims"]

    articles, claims = until_current(desk, made, iter([None] * tries))
    [title] = {row["title"] for row in articles}
    run = int(title.removeprefix("run "))
    assert len(articles) == len(claims) == run + 1
    assert all(row["n_quotes"] == row["n_claims"] == 1 for row in articles)
    return run


@pytest.mark.slow
@pytest.mark.parametrize("n_files", [1, 3, len(DAY_TABLES) + 1])
def test_pages_made_while_a_day_is_replaced_are_of_one_run(
    replaced: tuple[Store, Callable[[int], Iterator[None]]], monkeypatch: pytest.MonkeyPatch, n_files: int
) -> None:
    """Whenever that happens: at each look at a file and each select, so many take the others' place.

    The rest follow three steps later.
    """
    store, replacing = replaced
    desk = Desk(store, Path(store.root) / "none")
    n_steps, at, files = 0, 0, iter([None])

    def stepping[**P, R](step: Callable[P, R]) -> Callable[P, R]:
        def stepped(*args: P.args, **kwargs: P.kwargs) -> R:
            nonlocal n_steps
            n_steps += 1
            if n_steps in (at, at + 3):
                for _ in itertools.islice(files, n_files if n_steps == at else None):
                    pass
            return step(*args, **kwargs)

        return stepped

    monkeypatch.setattr(Store, "modified", stepping(Store.modified))
    monkeypatch.setattr("pipeline.desk.explorer.snapshot.need_select", stepping(need_select))
    assert run_on_pages(desk, 1) == 0
    seen: Counter[int] = Counter()
    for step in range(1, n_steps + 1):
        for _ in replacing(0):
            pass
        n_steps, at, files = 0, step, replacing(1)
        seen[run_on_pages(desk, 3)] += 1
    assert seen[1] > 20 and seen[0] <= 3, "nearly always the day was replaced before the pages were whole"
    desk.close()


def day_files() -> list[str]:
    """The files of a day, in the order in which they are replaced: the manifest last."""
    return [*(published_path(row.table_name, FIRST) for row in DAY_TABLES), manifest_path(FIRST)]


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
    with looking(store) as snapshot:
        assert len(snapshot.rows("from said")) == 4
        assert {row["speaker_method"] for row in snapshot.rows("from quotes", days=[FIRST])} == {None}


def test_another_schema_is_told(tmp_path: Path) -> None:
    store = two_days(tmp_path)
    manifest = find_manifest(store, FIRST)
    assert manifest is not None
    write_manifest(store, manifest.model_copy(update={"schema_version": 99}))
    with looking(store) as snapshot, pytest.raises(InputError, match="schema version 99"):
        snapshot.rows("from said")


def test_what_is_not_derived_is_told(tmp_path: Path) -> None:
    store = two_days(tmp_path)
    for path in derived_files(store, ClaimGroup):
        store.remove(path)
    with looking(store) as snapshot, pytest.raises(InputError, match="--stage derive"):
        snapshot.rows("from asserted")
