"""The report adds up to the records that came in."""

import json
from datetime import date
from pathlib import Path

import pytest
from days import manifest_of, read_plan
from typer.testing import CliRunner

from pipeline.cli import app
from pipeline.derived.ingest_report import rows as report_of
from pipeline.desk.staged_report import staged_report
from pipeline.settings import load_settings
from pipeline.stages.ingest import ingest
from pipeline.store import Store
from pipeline.store.batch import Batch, plan_path
from pipeline.store.manifest import write_manifest
from pipeline.store.plan import OldPlanError
from schemas import IngestReportRow
from schemas.contract import violations

DAY = date(2026, 3, 2)
TEXT = "The harbour board met on Tuesday and put the new ferry off until the summer, the mayor said."


def fill(drop: Path) -> None:
    drop.mkdir()
    herald = [
        {
            "url": "https://herald.example/1",
            "text": f"(AP) — {TEXT}",
            "date": "2026-03-02",
            "source": "Herald",
        },
        {
            "url": "https://herald.example/2",
            "text": f"(AP) — {TEXT}",
            "date": "2026-03-02",
            "source": "Herald",
        },
        {"url": "https://herald.example/3", "text": "Short.", "date": "2026-03-02", "source": "Herald"},
        {"url": "https://herald.example/4", "text": TEXT, "source": "Herald"},
    ]
    (drop / "a.jsonl").write_text("\n".join(map(json.dumps, herald)) + "\n{broken\n")
    (drop / "2026-03-02").mkdir()
    (drop / "2026-03-02" / "b.csv").write_text(f'title,text,publication\nT,"{TEXT} Again.",Gazette\n')
    (drop / "loose.jsonl").write_text(json.dumps({"text": TEXT}) + "\n")


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    fill(tmp_path / "drop")
    monkeypatch.setenv("NEWSTABLES_DROP_DIR", str(tmp_path / "drop"))
    monkeypatch.setenv("NEWSTABLES_DATA_DIR", str(tmp_path / "data"))
    store = Store(str(tmp_path / "data"))
    ingest(store, Batch(DAY), load_settings())
    return store


def test_by_reader_and_outlet(store: Store) -> None:
    rows = {(row.reader, row.source): row for row in staged_report(store, DAY) or []}
    assert set(rows) == {("jsonl", "Herald"), ("jsonl", ""), ("csv", "Gazette")}
    herald = rows["jsonl", "Herald"]
    assert (herald.records, herald.kept, herald.rejected, herald.undated) == (4, 2, 1, 1)
    assert (herald.duplicates, herald.n_wire, herald.kept_undated) == (1, 2, 0)
    assert herald.reasons == [("too_short", 1)] and herald.languages == [("en", 2)]
    assert rows["jsonl", ""].reasons == [("not_json", 1)]
    assert rows["csv", "Gazette"].kept_undated == 1
    for row in rows.values():
        assert row.records == row.kept + row.forgotten + row.rejected + row.undated


def test_the_table_comes_from_the_manifests(store: Store) -> None:
    table = report_of(manifest_of(read_plan(store, DAY)))
    assert len(table) == 3 and not violations(table, IngestReportRow)


def test_a_published_day_is_told_although_its_plan_is_old(store: Store) -> None:
    told = staged_report(store, DAY)
    manifest = manifest_of(read_plan(store, DAY))
    store.write_json(plan_path(DAY), {"day": "2026-03-02", "shards": []})
    with pytest.raises(OldPlanError, match="run the stage ingest again"):
        staged_report(store, DAY)
    write_manifest(store, manifest)
    assert staged_report(store, DAY) == told


def test_it_is_printed(store: Store) -> None:
    shown = CliRunner().invoke(app, ["ingest", "--report"])
    assert shown.exit_code == 0, shown.output
    assert "Gazette" in shown.output and "too_short 1" in shown.output
    assert "loose.jsonl: 1 records belong to no day (no date)" in shown.output
    assert staged_report(store, date(2026, 3, 1)) is None
