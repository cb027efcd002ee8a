"""The command line of exports: names, days and filters go where they belong, faults are told."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest
from days import article, stage_day
from typer.testing import CliRunner, Result

from pipeline.cli import app
from pipeline.settings import Settings
from pipeline.stages.derive import derive
from pipeline.stages.publish import publish
from pipeline.store import Store
from pipeline.store.batch import Batch, published_path
from pipeline.store.manifest import find_manifest

FIRST, SECOND = date(2026, 3, 1), date(2026, 3, 2)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Two days: two articles of The Ledger, one of the Echo."""
    store = Store(str(tmp_path_factory.mktemp("exported") / "data"))
    articles = {FIRST: [article("a1"), article("a2")], SECOND: [article("b1", source="Echo")]}
    for day, found in articles.items():
        stage_day(store, day, articles=found)
        publish(store, Batch(day), Settings())
        derive(store, Batch(day), Settings())
    return store


@pytest.fixture
def export(store: Store, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("NEWSTABLES_DATA_DIR", store.root)

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(app, ["export", *arguments])

    return run


def test_a_view_goes_to_a_workbook_with_what_was_asked(export: Any, store: Store, tmp_path: Path) -> None:
    to = tmp_path / "new" / "ledger.xlsx"
    done = export(
        "said", "--where", "outlet = 'The Ledger'", "--days", "2026-03-01:2026-03-04", "--output", str(to)
    )
    assert done.exit_code == 0, done.output
    assert f"{to}: 2 rows" in done.output
    book = openpyxl.load_workbook(to)
    assert book["said"].max_row == 3
    about = {row[0]: row[1] for row in book["about"].values if row[0]}
    assert about["query"] == "outlet = 'The Ledger'; day from 2026-03-01 to 2026-03-04"
    manifest = find_manifest(store, SECOND)
    assert manifest
    assert manifest.run_id in about.values()


def test_the_format_is_asked_for_or_told_by_the_name(export: Any, tmp_path: Path) -> None:
    assert (
        export("rows", "quotes", "--format", "jsonl").stdout == export("quotes", "--format", "jsonl").stdout
    )
    assert len(export("quotes", "--format", "jsonl").stdout.splitlines()) == 3
    export(
        "said", "--output", str(tmp_path / "said.parquet"), "--columns", "day, outlet", "--days", "2026-03-02"
    )
    assert pl.read_parquet(tmp_path / "said.parquet").rows() == [(SECOND, "Echo")]
    assert export("said", "--columns", "outlet").stdout == '"outlet"\n"The Ledger"\n"The Ledger"\n"Echo"\n'


def test_reprints_can_be_left_out(export: Any) -> None:
    rows = [json.loads(line) for line in export("said", "--format", "jsonl", "--once").stdout.splitlines()]
    assert [row["is_reprint"] for row in rows] == [False]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["sayd"], "no table 'sayd'; said"),
        (["said", "--format", "doc"], "one of csv, jsonl, parquet, xlsx"),
        (["said", "--days", "2026-03"], "2026-03"),
        (["said", "--days", "2026-03-02:2026-03-01"], "2026-03-02:2026-03-01"),
        (["said", "--columns", "outlett"], "outlet"),
        (["said", "--where", "outlett = 1"], "cannot be answered"),
        (["said", "--output", "/dev/null/said.csv"], "/dev/null/said.csv"),
    ],
)
def test_what_cannot_be_exported_is_said(export: Any, arguments: list[str], said: str) -> None:
    done = export(*arguments)
    assert done.exit_code
    assert said in str(done.exception)


def test_a_file_is_whole_or_what_it_was(export: Any, store: Store, tmp_path: Path) -> None:
    to = tmp_path / "said.csv"
    to.write_text("before")
    path = published_path("quotes", SECOND)
    whole = store.get(path)
    store.put(path, b"damaged")  # met when the first day is written already
    try:
        done = export("said", "--output", str(to))
    finally:
        store.put(path, whole)
    assert "2026-03-02" in str(done.exception)
    assert to.read_text() == "before"
    assert list(tmp_path.iterdir()) == [to]
