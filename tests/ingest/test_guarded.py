"""A record that hangs, fills the memory or ends its process costs itself; one child serves many records."""

import json
import os
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pipeline.children import chunks, process
from pipeline.ingest import guarded
from pipeline.ingest.fields import read_fields
from pipeline.ingest.formats.jsonl import read_jsonl
from pipeline.ingest.guarded import placed, understood
from pipeline.ingest.record import RawRecord
from pipeline.ingest.understanding import for_dating, place_record, understand
from pipeline.settings import load_settings
from pipeline.stages.ingest import ingest
from pipeline.store import Store
from pipeline.store.batch import Batch

DAY = date(2026, 3, 2)
TEXT = "The lighthouse on the northern pier was sold to a brewer, who wants to keep the lamp lit."


def reasons(work: Callable[[Any], Any], items: list[Any], *, seconds: float = 30.0) -> list[str]:
    made = guarded._mapped(((item, 1) for item in items), work, seconds=seconds)
    return [getattr(one, "reason", "done") for one in made]


def test_a_record_that_takes_too_long_costs_itself() -> None:
    assert reasons(time.sleep, [0, 60, 0], seconds=0.5) == ["done", "timeout", "done"]


def test_a_record_within_a_call_that_nothing_stops_costs_itself() -> None:
    # A loop in C, in which no signal is heard: its child is killed.
    assert reasons(sum, [range(10**12), [2]], seconds=0.2) == ["timeout", "done"]


def test_a_record_that_asks_for_all_the_memory_costs_itself() -> None:
    assert reasons(bytes, [1, 64 << 30, 2]) == ["done", "out_of_memory", "done"]


def test_a_record_that_ends_its_process_costs_itself() -> None:
    assert reasons(os._exit, [3]) == ["extraction_error"]
    assert reasons(int, ["1", "x", "2"]) == ["done", "extraction_error", "done"]


def test_one_child_serves_many_files_and_days(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunks, "_waiting", {})
    started = []
    child = process.Child

    def count(*args: Any) -> Any:
        started.append(args)
        return child(*args)

    monkeypatch.setattr(chunks, "Child", count)
    settings = load_settings(drop_dir=tmp_path / "drop", processes=2)
    for n in range(12):
        folder = tmp_path / "drop" / f"2026-03-{n + 1:02d}"
        folder.mkdir(parents=True)
        (folder / "a.jsonl").write_text(json.dumps({"text": f"{TEXT} {n}"}))
    store = Store(str(tmp_path / "data"))
    for n in range(12):
        assert ingest(store, Batch(date(2026, 3, n + 1)), settings)["kept"] == 1
    assert len(started) <= 2  # where there is much, one understands while the other makes articles
    for waiting in chunks._waiting.values():
        for old in waiting:
            old.end()


def test_a_child_that_left_meanwhile_is_replaced() -> None:
    list(guarded._mapped([(1, 1)], str, seconds=5.0))
    for waiting in chunks._waiting.values():
        for old in waiting:
            old.kill()
    assert list(guarded._mapped([(2, 1)], str, seconds=5.0)) == ["2"]


RECORDS: list[dict[str, Any]] = [
    {"url": "https://a.example/2026/03/02/lamp", "text": TEXT},
    {"publishedAt": "2026-03-02T23:30:00-05:00", "body": TEXT, "fetched_at": "2026-03-03"},
    {"date": {"$date": 1772359507000}, "text": TEXT, "html": "<html><p>x</p></html>"},
    {"html": '<html><meta property="article:published_time" content="2026-03-02"><p>x</p></html>'},
    {"_source": {"date": "2026-03-02"}, "content": TEXT},
    {"thread": {"published": "2026-03-02T10:00"}, "text": TEXT, "guid": "https://a.example/1"},
    {"published": "0201-03-02", "text": TEXT},
    {"text": TEXT, "authors": "x" * 50_000},
    {},
]


def test_what_is_sent_for_dating_gives_the_same_day_as_all_of_a_record() -> None:
    records = [RawRecord("2026-03-04/a.jsonl", n, 1, data, raw=b"x") for n, data in enumerate(RECORDS)]
    for record in records:
        assert place_record(for_dating(record))[1] == place_record(record)[1] == understand(record).placement
    assert [p for _, p in placed(records, seconds=30)] == [place_record(r)[1] for r in records]
    assert [r.raw for r, _ in placed(records, seconds=30)] == [b"x"] * len(records)
    assert len(json.dumps(for_dating(records[7]).data)) < 1000
    assert "html" not in (for_dating(records[2]).data or {}) and "html" in (for_dating(records[3]).data or {})


def test_records_are_understood_in_their_order_with_the_faults_among_them(tmp_path: Path) -> None:
    lines = [json.dumps(r).encode() for r in RECORDS]
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"\n".join([lines[0], b"{broken", *lines[1:], b"[1]"] * 20))
    with path.open("rb") as stream:
        records = list(read_jsonl(stream, "2026-03-04/a.jsonl", max_record_bytes=10**6))
    made = list(understood(records, seconds=30))
    assert [m.record.place for m in made] == [r.place for r in records]
    for record, one in zip(records, made, strict=True):
        assert (one.fields is None) == (record.fault is not None) == (one.record.fault is not None)
        if record.data is not None:
            assert one.fields is not None and one.fields.url == read_fields(record.data).url
