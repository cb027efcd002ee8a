"""An archive becomes days: once, in flat memory, and to the same bytes after a kill."""

import gzip
import json
import os
import signal
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import ConfigError
from pipeline.ingest import guarded, split
from pipeline.ingest.record import DayRecord, RawRecord
from pipeline.ingest.split import split_by_day
from pipeline.settings import Settings, load_settings
from pipeline.stages.ingest import ingest
from pipeline.store import Store
from pipeline.store.batch import Batch, staged_path

ROOT = Path(__file__).parents[2]
TEXT = "The harbour board met on Tuesday and put the new ferry off until the summer, the mayor said."


def lines(n: int) -> Iterator[bytes]:
    for i in range(n):
        value: dict[str, Any] = {
            "url": f"https://herald.example/{i}",
            "text": f"{TEXT} {i}",
            "source": "Herald",
        }
        if i % 50:
            value["published_at"] = f"2026-0{i % 3 + 1}-{i % 28 + 1:02d}"
        yield (b"{broken" if i % 97 == 5 else json.dumps(value).encode()) + b"\n"


def archive(folder: Path, n: int = 1000) -> Path:
    path = folder / "years.jsonl.gz"
    path.write_bytes(gzip.compress(b"".join(lines(n)), mtime=0))
    return path


def settings(folder: Path) -> Settings:
    (folder / "drop").mkdir(exist_ok=True)
    return load_settings(drop_dir=folder / "drop", data_dir=str(folder / "data"))


def tree(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_every_record_is_somewhere(tmp_path: Path) -> None:
    counts = split_by_day(archive(tmp_path), settings(tmp_path))
    files = tree(tmp_path / "drop")
    assert counts["records"] == 1000 == sum(data.count(b"\n") for data in files.values())
    assert counts["days"] == len(files) - 1 == 84
    assert files["undated/years.jsonl.gz.jsonl"].count(b"\n") == counts["undated"]
    assert counts["faults"] == sum(i % 97 == 5 for i in range(1000))
    assert not list((tmp_path / "drop").glob(".*"))


def test_days_are_ingested_as_if_they_had_come_one_by_one(tmp_path: Path) -> None:
    chosen = settings(tmp_path)
    split_by_day(archive(tmp_path), chosen)
    store = Store(chosen.data_dir)
    day = date(2026, 2, 2)
    assert ingest(store, Batch(day), chosen)["kept"] == sum(
        i % 3 == 1 and i % 28 == 1 and i % 50 != 0 and i % 97 != 5 for i in range(1000)
    )
    row = store.read(staged_path("articles", Batch(day))).to_pylist()[0]
    assert row["published_at_precision"] == "day" and row["published_at_source"] == "record"


def test_provenance_and_faults_come_along(tmp_path: Path) -> None:
    page = (
        '<html><head><meta property="og:article:published_time" content="2026-03-02T10:00:00Z"></head>'
        f"<body><p>{TEXT}</p></body></html>"
    )
    (tmp_path / "p.jsonl").write_text(
        json.dumps({"html": page, "url": "https://herald.example/p"}) + "\n{broken\n"
    )
    chosen = settings(tmp_path)
    split_by_day(tmp_path / "p.jsonl", chosen)
    dated = json.loads((tmp_path / "drop/2026-03-02/p.jsonl.jsonl").read_text())
    assert dated["newstables:date_from"] == "meta" and "<html" in dated["html"]
    (tmp_path / "drop/undated").rename(tmp_path / "drop/2026-03-02/rest")
    store = Store(chosen.data_dir)
    assert ingest(store, Batch(date(2026, 3, 2)), chosen)["rejected"] == {"not_json": 1}
    article = store.read(staged_path("articles", Batch(date(2026, 3, 2)))).to_pylist()[0]
    assert article["published_at_source"] == "meta" and article["text"] == TEXT


def test_a_kill_costs_only_what_came_after_the_last_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "whole").mkdir()
    (tmp_path / "cut").mkdir()
    path = archive(tmp_path)
    split_by_day(path, settings(tmp_path / "whole"))
    monkeypatch.setattr(split, "CHECKPOINT_EVERY", 100)
    understood = guarded.understood
    seen = 0

    def die(records: Iterator[RawRecord], **options: Any) -> Iterator[DayRecord]:
        nonlocal seen
        for record in understood(records, **options):
            seen += 1
            if seen in (251, 700):
                raise KeyboardInterrupt
            yield record

    monkeypatch.setattr(split, "understood", die)
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            split_by_day(path, settings(tmp_path / "cut"))
        assert not [f for f in tree(tmp_path / "cut" / "drop") if not f.startswith(".")]
    split_by_day(path, settings(tmp_path / "cut"))
    assert tree(tmp_path / "cut" / "drop") == tree(tmp_path / "whole" / "drop")
    assert seen < 1000 + 2 * 101 + 2


@pytest.mark.slow
def test_a_killed_process_is_resumed(tmp_path: Path) -> None:
    (tmp_path / "whole").mkdir()
    (tmp_path / "cut").mkdir()
    path = archive(tmp_path, 30_000)
    split_by_day(path, settings(tmp_path / "whole"))
    settings(tmp_path / "cut")
    code = (
        "import sys; from pathlib import Path; from pipeline.ingest.split import split_by_day;"
        "from pipeline.settings import load_settings;"
        "split_by_day(Path(sys.argv[1]), load_settings(drop_dir=Path(sys.argv[2])))"
    )
    command = [sys.executable, "-c", code, str(path), str(tmp_path / "cut" / "drop")]
    process = subprocess.Popen(command, cwd=ROOT)
    for _ in range(3000):
        if list((tmp_path / "cut" / "drop").glob(".split-*/progress.json")) or process.poll() is not None:
            break
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    split_by_day(path, settings(tmp_path / "cut"))
    assert tree(tmp_path / "cut" / "drop") == tree(tmp_path / "whole" / "drop")


def test_a_kill_while_files_are_moved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = archive(tmp_path)
    chosen = settings(tmp_path)
    replace = Path.replace
    moved = 0

    def die(self: Path, target: Path) -> Path:
        nonlocal moved
        moved += self.suffix == ".jsonl"
        if moved == 10:
            raise KeyboardInterrupt
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", die)
    with pytest.raises(KeyboardInterrupt):
        split_by_day(path, chosen)
    monkeypatch.undo()
    assert split_by_day(path, chosen)["records"] == 1000
    assert sum(data.count(b"\n") for data in tree(tmp_path / "drop").values()) == 1000


@pytest.mark.slow
def test_memory_is_flat(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(split, "_GATHERED_BYTES", 100_000)
    peaks = []
    for n in (2000, 12_000):
        (tmp_path / str(n)).mkdir()
        path = archive(tmp_path / str(n), n)
        tracemalloc.start()
        split_by_day(path, settings(tmp_path / str(n)))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 300_000


def test_a_missing_archive(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no file"):
        split_by_day(tmp_path / "gone", settings(tmp_path))
