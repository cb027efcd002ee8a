"""The drop folder: every record on one day, nothing outside the folder, nothing lost in silence."""

import gzip
import json
import os
import shutil
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import ConfigError
from pipeline.ingest import guarded
from pipeline.ingest.sources import drop, open_source, walk
from pipeline.ingest.sources.drop import Drop, open_drop
from pipeline.settings import Settings, load_settings
from pipeline.store import Store

DAY = date(2026, 3, 2)


class Folder:
    """A drop folder in a test's own folder, with the store beside it."""

    def __init__(self, base: Path) -> None:
        self.root = base / "drop"
        self.root.mkdir()
        self.store = Store(str(base / "data"))
        self.settings: Settings = load_settings(drop_dir=self.root, max_record_bytes=5000)

    def put(self, name: str, *records: dict[str, Any] | bytes) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = [r if isinstance(r, bytes) else json.dumps(r).encode() for r in records]
        data = b"".join(line + b"\n" for line in lines)
        path.write_bytes(gzip.compress(data, mtime=0) if name.endswith(".gz") else data)
        return path

    def open(self) -> Drop:
        return open_drop(self.store, self.settings)

    def refs(self, day: date = DAY) -> list[str]:
        return [record.record.ref for record in self.open().records(day)]

    def faults(self, day: date = DAY) -> dict[str, str]:
        found = ((r.record.ref, r.record.fault) for r in self.open().records(day))
        return {ref: fault.reason for ref, fault in found if fault}


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def on(day: str) -> dict[str, str]:
    return {"published_at": day, "text": f"Of {day}."}


def test_records_of_a_day_stand_in_any_file(folder: Folder) -> None:
    folder.put("2026-03-03/b.jsonl", on("2026-03-02"), on("2026-03-03"))
    folder.put("2026-03-02/a.jsonl.gz", on("2026-03-02"), {"text": "undated"})
    folder.put("archive.jsonl", on("2026-03-01"), on("2026-03-02"))
    assert folder.refs() == [
        "2026-03-02/a.jsonl.gz#1",
        "2026-03-02/a.jsonl.gz#2",
        "2026-03-03/b.jsonl#1",
        "archive.jsonl#2",
    ]
    assert folder.open().days() == [date(2026, 3, 1), DAY, date(2026, 3, 3)]


def test_the_time_of_change_of_a_file_is_no_date(folder: Folder) -> None:
    path = folder.put("2026-03-02/a.jsonl", {"text": "undated"})
    os.utime(path, (10**9, 10**9))
    assert folder.open().days() == [DAY]


def test_every_record_is_on_exactly_one_day(folder: Folder) -> None:
    folder.put(
        "mixed.jsonl", on("2026-03-01"), on("2026-03-02"), {"text": "undated"}, b"{broken", on("2999-01-01")
    )
    folder.put("2026-03-02/a.jsonl", on("2026-03-05"), on("0201-03-02"), b"\xff", on("2026-02-27"))
    opened = folder.open()
    refs = [r.record.ref for day in opened.days() for r in opened.records(day)]
    assert len(refs) == len(set(refs)) == 9
    assert not opened.unplaced()
    assert "mixed.jsonl#3" in folder.refs() and "mixed.jsonl#5" in folder.refs()  # its last day


def test_records_without_any_day_are_listed(folder: Folder) -> None:
    folder.put("loose.jsonl", {"text": "undated"}, b"{broken")
    folder.put("early.jsonl", on("2999-01-01"))
    opened = folder.open()
    assert opened.days() == []
    assert [(u.path, u.n_records) for u in opened.unplaced()] == [("early.jsonl", 1), ("loose.jsonl", 2)]


def test_today_is_a_day_but_not_yet_one_to_be_run(folder: Folder) -> None:
    today = datetime.now(UTC).date()
    folder.put("a.jsonl", on(str(today)), on(str(today - timedelta(days=1))), {"text": "undated"})
    assert folder.refs(today - timedelta(days=1)) == ["a.jsonl#2"]
    assert folder.refs(today) == ["a.jsonl#1", "a.jsonl#3"]


def test_links_never_lead_out(folder: Folder, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "s.jsonl").write_text(json.dumps(on("2026-03-02")))
    folder.put("2026-03-02/a.jsonl", on("2026-03-02"))
    (folder.root / "2026-03-02" / "file.jsonl").symlink_to(secret / "s.jsonl")
    (folder.root / "2026-03-02" / "folder").symlink_to(secret)
    (folder.root / "2026-03-02" / "up").symlink_to("../..")
    (folder.root / "2026-03-02" / "nothing.jsonl").symlink_to("gone.jsonl")
    (folder.root / "latest").symlink_to("2026-03-02")
    assert folder.faults() == {
        "2026-03-02/file.jsonl": "hostile",
        "2026-03-02/folder": "hostile",
        "2026-03-02/up": "hostile",
        "2026-03-02/nothing.jsonl": "unreadable",
    }
    assert len(folder.refs()) == 5  # what `latest` leads to is read once


def test_a_file_swapped_for_a_link_meanwhile_is_not_followed(folder: Folder, tmp_path: Path) -> None:
    path = folder.put("2026-03-02/a.jsonl", on("2026-03-02"))
    found = walk.walk(folder.root)[0]
    path.unlink()
    (tmp_path / "secret.jsonl").write_text(json.dumps(on("2026-03-02")))
    path.symlink_to(tmp_path / "secret.jsonl")
    with pytest.raises(OSError, match="symbolic"):
        walk.open_found(found)


def test_pipes_are_not_waited_for(folder: Folder) -> None:
    (folder.root / "2026-03-02").mkdir()
    os.mkfifo(folder.root / "2026-03-02" / "pipe.jsonl")
    assert folder.faults() == {"2026-03-02/pipe.jsonl": "unreadable"}


def test_files_on_their_way_and_hidden_ones_are_left_alone(folder: Folder) -> None:
    for name in (".hidden.jsonl", "a.jsonl.part", "b.jsonl.tmp", ".git/c.jsonl"):
        folder.put(f"2026-03-02/{name}", on("2026-03-02"))
    assert folder.refs() == []


def test_a_truncated_gzip_keeps_what_is_readable(folder: Folder) -> None:
    path = folder.put(
        "2026-03-02/a.jsonl.gz", *(on("2026-03-02") | {"n": str(n * 7919)} for n in range(3000))
    )
    path.write_bytes(path.read_bytes()[:-3000])
    assert len(folder.refs()) > 1000
    assert folder.faults() == {"2026-03-02/a.jsonl.gz": "unreadable"}


@pytest.mark.parametrize("content", [b"", b"\x1f\x8b", b"\x1f\x8b" + b"x" * 50, gzip.compress(b"", mtime=0)])
def test_odd_gzips(folder: Folder, content: bytes) -> None:
    path = folder.put("2026-03-02/a.jsonl.gz")
    path.write_bytes(content)
    assert list(folder.faults().values()) in ([], ["unreadable"])


def test_plain_lines_under_a_name_of_gzip(folder: Folder) -> None:
    path = folder.put("2026-03-02/a.jsonl.gz")
    path.write_text(json.dumps(on("2026-03-02")))
    assert folder.refs() == ["2026-03-02/a.jsonl.gz#1"]


def test_a_folder_or_file_without_permission(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.put("2026-03-02/a.jsonl", on("2026-03-02"))
    folder.put("2026-03-02/closed/b.jsonl", on("2026-03-02"))
    folder.put("2026-03-02/locked.jsonl", on("2026-03-02"))
    scandir, open_ = os.scandir, os.open  # root may read everything, so the refusal is put here

    def refuse_folder(path: Any) -> Any:
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    def refuse_file(path: Any, *args: Any, **kwargs: Any) -> int:
        if str(path).endswith("locked.jsonl"):
            raise PermissionError(13, "Permission denied", str(path))
        return open_(path, *args, **kwargs)

    monkeypatch.setattr(os, "scandir", refuse_folder)
    monkeypatch.setattr(os, "open", refuse_file)
    assert folder.faults() == {"2026-03-02/closed": "unreadable", "2026-03-02/locked.jsonl": "unreadable"}
    assert "2026-03-02/a.jsonl#1" in folder.refs()


def test_a_device_that_fails_is_loud(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.put("2026-03-02/a.jsonl", on("2026-03-02"))

    def fail(*_: Any) -> int:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(drop, "open_found", fail)
    with pytest.raises(OSError, match="Input/output"):
        folder.open()


def test_names_that_are_no_utf8(folder: Folder) -> None:
    (folder.root / "2026-03-02").mkdir()
    with open(os.fsencode(folder.root) + b"/2026-03-02/h\xe9rald.jsonl", "w") as file:  # noqa: PTH123
        file.write(json.dumps(on("2026-03-02")))
    assert folder.refs() == ["2026-03-02/h\\xe9rald.jsonl#1"]


def test_a_missing_root_is_the_users_to_mend(folder: Folder) -> None:
    shutil.rmtree(folder.root)
    with pytest.raises(ConfigError, match="drop_dir"):
        folder.open()


def test_a_source_that_is_not_known(folder: Folder) -> None:
    with pytest.raises(ConfigError, match="drop"):
        open_source(folder.store, folder.settings.model_copy(update={"source": "telex"}))


# ---- the index -------------------------------------------------------------------------------------


def test_unchanged_files_are_not_read_again(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.put("2026-03-01/a.jsonl", on("2026-03-01"))
    folder.open()
    folder.put("2026-03-02/b.jsonl", on("2026-03-02"))
    read: list[str] = []
    scan = drop._scan

    def spy(path: str, folder: drop.DropFolder) -> drop.Entry:
        read.append(path)
        return scan(path, folder)

    monkeypatch.setattr(drop, "_scan", spy)
    assert folder.open().days() == [date(2026, 3, 1), DAY]
    assert read == ["2026-03-02/b.jsonl"]
    folder.open()
    assert read == ["2026-03-02/b.jsonl"]


def test_a_changed_file_is_read_again_and_a_removed_one_forgotten(folder: Folder) -> None:
    folder.put("a.jsonl", on("2026-03-01"))
    folder.put("b.jsonl", on("2026-03-04"))
    folder.open()
    folder.put("a.jsonl", on("2026-03-01"), on("2026-03-02"))
    (folder.root / "b.jsonl").unlink()
    assert folder.open().days() == [date(2026, 3, 1), DAY]


@pytest.mark.parametrize("is_old", [True, False])
@pytest.mark.parametrize("how", ["written over", "put in its place", "named like it"])
def test_a_file_with_the_same_size_and_time_is_told_by_its_content(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, how: str, is_old: bool
) -> None:
    if is_old:  # as if the files had lain there for long
        monkeypatch.setattr(drop, "_YOUNG_NS", 0)
        time.sleep(0.02)
    path = folder.put("a.jsonl", on("2026-03-02"), on("2026-03-02"))
    before = path.stat()
    first = folder.open().inputs(DAY)
    if how == "written over":  # rsync --inplace -t
        folder.put("a.jsonl", on("2026-03-02"), on("2026-03-01"))
    else:  # rsync -t, cp -p
        if how == "named like it":
            path.unlink()
        folder.put(".new", on("2026-03-02"), on("2026-03-01")).rename(path)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    after = path.stat()
    assert (after.st_size, after.st_mtime_ns) == (before.st_size, before.st_mtime_ns)
    assert folder.open().days() == [date(2026, 3, 1), DAY]
    assert folder.open().inputs(DAY) != first


def test_a_file_that_was_only_touched_or_moved_is_not_read_again(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = folder.put("a.jsonl", on("2026-03-02"))
    folder.open()
    monkeypatch.setattr(drop, "_scan", lambda *_: pytest.fail("read again"))
    os.utime(path, (10**9, 10**9))
    folder.open()
    shutil.copy(path, folder.root / ".copy")
    (folder.root / ".copy").rename(path)
    assert folder.open().days() == [DAY]


def test_files_whose_names_are_shown_alike_are_two(folder: Folder) -> None:
    (folder.root / "2026-03-02").mkdir()
    for name in (b"a\xff.jsonl", b"a\\xff.jsonl", b"a\\x5cxff.jsonl"):
        with open(os.fsencode(folder.root) + b"/2026-03-02/" + name, "w") as file:  # noqa: PTH123
            file.write(json.dumps(on("2026-03-02")))
    assert len(set(folder.refs())) == 3


def test_the_records_of_a_file_are_bounded(folder: Folder) -> None:
    folder.settings = folder.settings.model_copy(update={"max_file_records": 5})
    folder.put("2026-03-02/a.jsonl", *(on("2026-03-02") for _ in range(9)))
    folder.put("2026-03-02/b.jsonl", *(on("2026-03-02") for _ in range(5)))
    assert len(folder.refs()) == 11
    assert folder.faults() == {"2026-03-02/a.jsonl": "too_large"}


def test_the_index_is_a_cache(folder: Folder) -> None:
    folder.put("a.jsonl", on("2026-03-01"), on("2026-03-02"), b"{broken")
    first = folder.open()
    index = f"index/{folder.store.names('index')[0]}"
    kept = folder.store.read_cache(index)
    folder.store.remove(index)
    again = folder.open()
    for path, entry in folder.store.read_cache(index).items():
        assert entry | {"seen": None} == kept[path] | {"seen": None}
    assert again.inputs(DAY) == first.inputs(DAY) == folder.open().inputs(DAY)


def test_what_is_added_to_a_file_changes_only_its_own_day(folder: Folder) -> None:
    folder.put("2026-03-09/live.jsonl", on("2026-03-01"), on("2026-03-02"))
    before = folder.open()
    folder.put("2026-03-09/live.jsonl", on("2026-03-01"), on("2026-03-02"), on("2026-03-02"))
    after = folder.open()
    assert after.inputs(date(2026, 3, 1)) == before.inputs(date(2026, 3, 1))
    assert after.inputs(DAY) != before.inputs(DAY)


def test_only_the_records_of_a_day_are_looked_at_again(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    days = ["2026-03-01", "2026-03-02", "2026-03-01", "2026-03-03", "2026-03-02"]
    folder.put("a.jsonl", *map(on, days), b"{broken")
    opened = folder.open()
    looked: list[str] = []
    understood = guarded.understood

    def spy(records: Any, **options: Any) -> Any:
        records = list(records)
        looked.extend(record.ref for record in records)
        return understood(records, **options)

    monkeypatch.setattr(drop, "understood", spy)
    assert [r.record.ref for r in opened.records(DAY)] == looked == ["a.jsonl#2", "a.jsonl#5"]
    looked.clear()
    assert [r.record.ref for r in opened.records(date(2026, 3, 3))] == looked == ["a.jsonl#4", "a.jsonl#6"]


def test_a_file_of_too_many_runs_is_read_all_the_same(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drop, "_MAX_RUNS", 3)
    folder.put("a.jsonl", *(on(f"2026-03-0{n % 2 + 1}") for n in range(20)))
    assert len(folder.refs()) == 10
