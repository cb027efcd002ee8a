"""What an earlier version derived, a file a table, is read as it is, and becomes a file a month."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest
from days import article, stage_day
from two_stores import in_bucket, in_folder

from pipeline.derived.tables import DERIVED
from pipeline.indexed import derived_rows
from pipeline.settings import Settings
from pipeline.stages.derive import derive
from pipeline.stages.publish import publish
from pipeline.store import Store
from pipeline.store.batch import DATAPACKAGE, DERIVED_STATE, PARTIALS, Batch, derived_path, table_folder
from pipeline.store.derived_files import derived_files, read_derived
from pipeline.store.published import describe
from schemas import DERIVED_TABLES

DAYS = [date(2026, 2, 27), date(2026, 2, 28), date(2026, 3, 1)]
SETTINGS = Settings(decisions_file=Path("no-decisions.jsonl"))
BY_MONTH = [row_class for row_class in DERIVED_TABLES if row_class.is_by_month]


@pytest.fixture(params=["folder", "bucket"])
def store(tmp_path: Path, request: pytest.FixtureRequest) -> Store:
    return (in_folder(tmp_path) if request.param == "folder" else in_bucket())[0]


def put(store: Store, days: Sequence[date]) -> None:
    for day in days:
        stage_day(store, day, articles=[article(f"a{day.day}"), article("b")])
        publish(store, Batch(day), SETTINGS)


def derived_bytes(store: Store) -> dict[str, bytes]:
    names = [(table.name, file) for table in DERIVED for file in store.names(table_folder(table.name))]
    return {f"{name}/{file}": store.get(f"{table_folder(name)}/{file}") for name, file in names}


def as_it_was(store: Store) -> None:
    """Put the derived tables as an earlier version had them: a file each, and nothing noted of them."""
    for row_class in BY_MONTH:
        rows = pa.concat_tables(read_derived(store, row_class))
        for path in derived_files(store, row_class):
            store.remove(path)
        store.write(derived_path(row_class.table_name), rows)
    store.remove(DERIVED_STATE)
    for name in store.names(PARTIALS):
        if name.endswith("_members"):
            store.remove_folder(f"{PARTIALS}/{name}")
    describe(store)


def test_one_file_becomes_a_file_a_month(store: Store) -> None:
    put(store, DAYS[:2])
    derive(store, Batch(DAYS[1]), SETTINGS)
    as_it_was(store)
    assert {f"{one.table_name}/{one.table_name}.parquet" for one in BY_MONTH} <= {*derived_bytes(store)}
    put(store, DAYS[2:])
    counts = derive(store, Batch(DAYS[2]), SETTINGS)
    fresh = in_bucket()[0]
    put(fresh, DAYS)
    assert derive(fresh, Batch(DAYS[2]), SETTINGS) == counts | {"days_taken_in": len(DAYS)}
    found = derived_bytes(store)
    assert found == derived_bytes(fresh)
    assert {f"{one.table_name}/2026-0{n}.parquet" for one in BY_MONTH for n in (2, 3)} <= {*found}
    assert store.get(DATAPACKAGE) == fresh.get(DATAPACKAGE)


@pytest.mark.parametrize("days", [None, (DAYS[1], DAYS[1])])
def test_one_file_is_read_until_then(store: Store, days: tuple[date, date] | None) -> None:
    put(store, DAYS)
    derive(store, Batch(DAYS[2]), SETTINGS)
    before = {one.table_name: derived_rows(store, one.table_name, days=days) for one in BY_MONTH}
    without_rows = {"ingest_report", "quote_name_days"}  # nothing was delivered, and nobody names anybody
    assert {name for name, rows in before.items() if len(rows)} >= {*before} - without_rows
    as_it_was(store)
    for name, rows in before.items():
        order = [(column, "ascending") for column in ("day", *DERIVED_KEYS[name])]
        assert derived_rows(store, name, days=days).sort_by(order).equals(rows.sort_by(order))
    described = store.read_json(DATAPACKAGE)["resources"]
    paths = {one["name"]: one["path"] for one in described}
    assert all(paths[name] == [f"{name}/{name}.parquet"] for name in before)


DERIVED_KEYS = {one.table_name: one.key for one in BY_MONTH}


def test_a_derive_that_is_cut_short_between_the_layouts_is_made_up_for(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(store, DAYS)
    derive(store, Batch(DAYS[2]), SETTINGS)
    wanted = derived_bytes(store)
    put_whole, n_cut, left = Store.put, 0, 0
    while True:
        as_it_was(store)
        n_cut += 1
        left = n_cut * 4
        with monkeypatch.context() as patched:

            def put_some(self: Store, path: str, data: bytes) -> None:
                nonlocal left
                left -= 1
                if left < 0:
                    raise KeyboardInterrupt(path)
                put_whole(self, path, data)

            patched.setattr(Store, "put", put_some)
            try:
                derive(store, Batch(DAYS[2]), SETTINGS)
            except KeyboardInterrupt:
                pass
            else:
                break
        derive(store, Batch(DAYS[2]), SETTINGS)
        assert derived_bytes(store) == wanted
    assert n_cut > 3
