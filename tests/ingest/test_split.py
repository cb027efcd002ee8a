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

from pipeline.errors import ConfigError, InputError
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
    """Return the files that an ingest would read."""
    found = (p for p in sorted(folder.rglob("[!.]*")) if p.is_file() and ".splits" not in p.parts)
    return {str(p.relative_to(folder)): p.read_bytes() for p in found}


def lines_of(folder: Path) -> list[bytes]:
    return sorted(line for data in tree(folder).values() for line in data.splitlines())


def test_every_record_is_somewhere(tmp_path: Path) -> None:
    counts = split_by_day(archive(tmp_path), settings(tmp_path))
    files = tree(tmp_path / "drop")
    assert counts["records"] == 1000 == sum(data.count(b"\n") for data in files.values())
    assert counts["days"] == len(files) - 1 == 84
    (undated,) = (data for name, data in files.items() if name.startswith("undated/years.jsonl.gz."))
    assert undated.count(b"\n") == counts["undated"]
    assert counts["faults"] == sum(i % 97 == 5 for i in range(1000))
    assert not list((tmp_path / "drop/.splits").glob("*/"))


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
    dated = json.loads(next((tmp_path / "drop/2026-03-02").glob("p.jsonl.*")).read_text())
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
        assert not tree(tmp_path / "cut" / "drop")
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
        if list((tmp_path / "cut" / "drop").glob(".splits/*/progress.json")) or process.poll() is not None:
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
        moved += self.suffix == ".jsonl" and target.suffix == ".jsonl" and "drop/2026" in str(target)
        if moved == 10:
            raise KeyboardInterrupt
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", die)
    with pytest.raises(KeyboardInterrupt):
        split_by_day(path, chosen)
    monkeypatch.undo()
    assert split_by_day(path, chosen)["records"] == 1000
    assert sum(data.count(b"\n") for data in tree(tmp_path / "drop").values()) == 1000


def some(*numbers: int, text: str = TEXT) -> bytes:
    rows = (
        {"url": f"https://h.example/{n:04}", "text": f"{text} {n:04}", "date": "2026-03-02"} for n in numbers
    )
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def put(path: Path, data: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def test_two_archives_of_one_name_from_two_folders(tmp_path: Path) -> None:
    chosen = settings(tmp_path)
    for name, numbers in (("a", range(100)), ("b", range(100, 200))):
        assert split_by_day(put(tmp_path / name / "arch.jsonl", some(*numbers)), chosen)["records"] == 100
    assert lines_of(tmp_path / "drop") == sorted(set(lines_of(tmp_path / "drop")))
    assert len(lines_of(tmp_path / "drop")) == 200
    assert ingest(Store(chosen.data_dir), Batch(date(2026, 3, 2)), chosen)["kept"] == 200


def test_the_same_archive_again_changes_nothing_whatever_its_name(tmp_path: Path) -> None:
    chosen = settings(tmp_path)
    path = put(tmp_path / "arch.jsonl", some(*range(50)) + b"{broken\n")
    counts = split_by_day(path, chosen)
    before = tree(tmp_path / "drop")
    assert split_by_day(path, chosen) == counts
    assert split_by_day(put(tmp_path / "copy.jsonl", path.read_bytes()), chosen) == counts
    assert tree(tmp_path / "drop") == before


def test_an_archive_that_has_grown_brings_what_is_new(tmp_path: Path) -> None:
    chosen = settings(tmp_path)
    path = put(tmp_path / "arch.jsonl", some(*range(50)) + b"{broken\n{broken\n")
    split_by_day(path, chosen)
    path.write_bytes(path.read_bytes() + some(*range(50, 60)) + b"{broken too\n")
    assert split_by_day(path, chosen)["records"] == 63
    lines = lines_of(tmp_path / "drop")
    assert sum(b"newstables:fault" in line for line in lines) == 3 and len(lines) == 63


def test_faults_of_two_archives_of_one_name_are_two(tmp_path: Path) -> None:
    chosen = settings(tmp_path)
    for name in ("a", "b"):
        split_by_day(put(tmp_path / name / "arch.jsonl", b"{broken " + name.encode() + b"\n"), chosen)
    assert len(lines_of(tmp_path / "drop")) == 2


def test_an_archive_replaced_by_one_of_the_same_size_while_a_split_stood_still(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = settings(tmp_path)
    monkeypatch.setattr(split, "CHECKPOINT_EVERY", 100)
    path = put(tmp_path / "arch.jsonl", some(*range(1000)))
    save = split._Progress.save

    def stop(self: split._Progress, **options: bool) -> None:
        save(self, **options)
        if self.n_records == 500:
            raise KeyboardInterrupt

    monkeypatch.setattr(split._Progress, "save", stop)
    with pytest.raises(KeyboardInterrupt):
        split_by_day(path, chosen)
    monkeypatch.setattr(split._Progress, "save", save)
    size = path.stat().st_size
    path.write_bytes(some(*range(1000), text=TEXT.replace("ferry", "barge")))
    assert path.stat().st_size == size
    assert split_by_day(path, chosen)["records"] == 1000
    lines = lines_of(tmp_path / "drop")
    assert len(lines) == 1000 and all(b"barge" in line for line in lines)


def test_an_archive_that_changes_while_it_is_split(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = settings(tmp_path)
    path = put(tmp_path / "arch.jsonl", some(*range(300)))
    records = split._records

    def changing(archive: Path, chosen: Settings) -> Iterator[RawRecord]:
        for n, record in enumerate(records(archive, chosen)):
            if n == 200:
                archive.write_bytes(some(*range(1000, 1300)))
            yield record

    monkeypatch.setattr(split, "_records", changing)
    with pytest.raises(InputError, match="has changed while it was split"):
        split_by_day(path, chosen)
    monkeypatch.undo()
    assert not lines_of(tmp_path / "drop")
    split_by_day(path, chosen)
    assert (
        lines_of(tmp_path / "drop") == sorted(lines_of(tmp_path / "drop"))
        and len(lines_of(tmp_path / "drop")) == 300
    )


def test_what_is_there_is_never_replaced(tmp_path: Path) -> None:
    chosen = settings(tmp_path)
    path = put(tmp_path / "arch.jsonl", some(1, 2) + some(3).replace(b"2026-03-02", b"2026-03-03"))
    split_by_day(path, chosen)
    first, second = sorted((tmp_path / "drop").glob("2026-*/*"))
    whole = second.read_bytes()
    first.write_bytes(b"{}\n")
    second.unlink()
    with pytest.raises(InputError, match="something else"):
        split_by_day(path, chosen)
    assert first.read_bytes() == b"{}\n"
    first.unlink()
    assert split_by_day(path, chosen)["records"] == 3
    assert second.read_bytes() == whole and first.read_bytes().count(b"\n") == 2


SPLIT = (
    "import sys; from pathlib import Path; from pipeline.ingest.split import split_by_day;"
    "from pipeline.settings import load_settings;"
    "split_by_day(Path(sys.argv[1]), load_settings(drop_dir=Path(sys.argv[2])))"
)


def test_two_splits_of_one_archive_at_once(tmp_path: Path) -> None:
    chosen = settings(tmp_path)
    path = put(tmp_path / "arch.jsonl", b"".join(lines(2500)))
    command = [sys.executable, "-c", SPLIT, str(path), str(chosen.drop_dir)]
    both = [subprocess.Popen(command, cwd=ROOT) for _ in range(2)]
    assert [process.wait(120) for process in both] == [0, 0]
    assert len(lines_of(tmp_path / "drop")) == 2500


@pytest.mark.slow
def test_splits_that_are_killed_at_any_moment_end_in_the_same_bytes(tmp_path: Path) -> None:
    (tmp_path / "whole").mkdir()
    path = put(tmp_path / "arch.jsonl", b"".join(lines(6000)))
    split_by_day(path, settings(tmp_path / "whole"))
    command = [sys.executable, "-c", SPLIT, str(path), str(tmp_path / "drop")]
    for wait_s in (0.9, 1.3, 1.7, 2.1, 2.5):
        process = subprocess.Popen(command, cwd=ROOT)
        time.sleep(wait_s)
        process.kill()
        process.wait()
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == 0
    assert tree(tmp_path / "drop") == tree(tmp_path / "whole" / "drop")


def test_archives_with_odd_names(tmp_path: Path) -> None:
    chosen = settings(tmp_path)
    names = [
        b".hidden.jsonl",
        b"caf\xe9.jsonl",
        b"x" * 240 + b".jsonl",
        b"a.part",
        b"license-2026-03-02.jsonl",
    ]
    for n, name in enumerate(names):
        with open(os.fsencode(tmp_path) + b"/" + name, "wb") as file:  # noqa: PTH123
            file.write(some(n))
        assert split_by_day(Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)), chosen)["records"] == 1
    assert ingest(Store(chosen.data_dir), Batch(date(2026, 3, 2)), chosen)["kept"] == len(names)


def test_an_archive_in_the_drop_folder_would_be_read_twice(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="move it out"):
        split_by_day(put(tmp_path / "drop" / "arch.jsonl", some(1)), settings(tmp_path))


@pytest.mark.parametrize(
    "data",
    [
        b'{"text": "a", "source": "Half \\ud83d", "date": "2026-03-02"}\n',
        b'{"text": ' + b"[" * 900 + b"]" * 900 + b"}\n",
        b'{"a": ' * 900 + b"1" + b"}" * 900 + b"\n",
        b'{"url": "https://h\\ud800.example/1", "text": "a", "date": ["\\ud800"]}\n',
    ],
)
def test_a_poisoned_record_goes_along(tmp_path: Path, data: bytes) -> None:
    chosen = settings(tmp_path)
    assert split_by_day(put(tmp_path / "arch.jsonl", some(1) + data + some(2)), chosen)["records"] == 3
    assert len(lines_of(tmp_path / "drop")) == 3


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
