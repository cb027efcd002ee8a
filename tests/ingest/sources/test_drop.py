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
from pipeline.ingest.sources import drop, drop_entries, drop_files, drop_index, open_source, walk
from pipeline.ingest.sources.drop import Drop, open_drop
from pipeline.ingest.sources.drop_files import DropFolder
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

    monkeypatch.setattr(drop_files, "open_found", fail)
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
    scan = drop_entries.scan

    def spy(path: str, folder: DropFolder) -> drop_entries.Entry:
        read.append(path)
        return scan(path, folder)

    monkeypatch.setattr(drop_index, "scan", spy)
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
        monkeypatch.setattr(drop_entries, "_YOUNG_NS", 0)
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
    monkeypatch.setattr(drop_index, "scan", lambda *_: pytest.fail("read again"))
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


def kept(folder: Folder) -> dict[str, dict[str, Any]]:
    """Return what the parts of the index say of each file."""
    [name] = [name for name in folder.store.names("index") if not name.endswith(".json")]
    parts = [folder.store.read_cache(f"index/{name}/{part}") for part in folder.store.names(f"index/{name}")]
    return {path: entry for part in parts for path, entry in part["files"].items()}


def test_the_index_is_a_cache(folder: Folder) -> None:
    folder.put("a.jsonl", on("2026-03-01"), on("2026-03-02"), b"{broken")
    folder.put("2026-03-02/b.jsonl", on("2026-03-02"))
    first, before = folder.open(), kept(folder)
    folder.store.remove_folder("index")
    again = folder.open()
    for path, entry in kept(folder).items():
        assert entry | {"seen": None} == before[path] | {"seen": None}
    assert again.inputs(DAY) == first.inputs(DAY) == folder.open().inputs(DAY)
    [top] = [name for name in folder.store.names("index") if name.endswith(".json")]
    for broken in (
        f"index/{top}",
        *(f"index/{top[:-5]}/{p}" for p in folder.store.names(f"index/{top[:-5]}")),
    ):
        for change in (lambda path: folder.store.put(path, b"{"), folder.store.remove):
            change(broken)
            assert folder.open().inputs(DAY) == first.inputs(DAY)
            assert open_drop(folder.store, folder.settings, DAY).inputs(DAY) == first.inputs(DAY)


@pytest.mark.parametrize(
    "path, part",
    [
        ("2026-03-01/herald.jsonl", "2026-03-01"),
        ("2026-03-01/pages/a/index.html", "2026-03-01"),
        ("herald/2026-03-01/a.txt", "herald/2026-03-01"),
        ("herald/2026-03-01/2026-02-28/a.txt", "herald/2026-03-01"),
        ("2026-03-01_titles/12.txt", "2026-03-01"),
        ("true/2026-03-01-meta-information/12-meta.txt", "true/2026-03-01"),
        ("herald/a-2026-03-01.jsonl", ""),
        ("2026-03-01.jsonl", ""),
        ("2026-03/01/a.jsonl", ""),
        ("2026-02-30/a.jsonl", ""),
        ("archive/2026-03-01 to 2026-03-04/a.jsonl", ""),
    ],
)
def test_parts_are_the_folders_that_are_named_for_a_day(path: str, part: str) -> None:
    assert walk.part_of(path) == part


def test_each_file_is_in_its_part(folder: Folder) -> None:
    for name in ("a.jsonl", "2026-03-01/b.jsonl", "x/2026-03-01/c/d.jsonl", "x/e.jsonl", "x/.f/g.jsonl"):
        folder.put(name, on("2026-03-01"))
    found = walk.outline(str(folder.root), is_whole=True)
    listed = {part: [file.path for file in found.files(part)] for part in found.parts()}
    assert listed == {
        "": ["a.jsonl", "x/e.jsonl"],
        "2026-03-01": ["2026-03-01/b.jsonl"],
        "x/2026-03-01": ["x/2026-03-01/c/d.jsonl"],
    }
    assert sorted(path for paths in listed.values() for path in paths) == [
        file.path for file in walk.walk(folder.root)
    ]


def test_an_index_of_an_earlier_version_is_gone_on_with(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drop_entries, "_YOUNG_NS", 0)
    folder.put("a.jsonl", on("2026-03-01"), b"{broken")
    folder.put("2026-03-02/b.jsonl", on("2026-03-02"))
    first = folder.open()
    [top] = [name for name in folder.store.names("index") if name.endswith(".json")]
    entries = kept(folder)
    folder.store.remove_folder("index")
    folder.store.write_cache(f"index/{top}", entries)
    monkeypatch.setattr(drop_index, "scan", lambda *_: pytest.fail("read again"))
    again = folder.open()
    assert again.inputs(DAY) == first.inputs(DAY) and again.days() == first.days()
    assert kept(folder) == entries


def test_a_night_reads_the_parts_of_its_day_and_of_what_is_new(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drop_entries, "_YOUNG_NS", 0)
    days = [DAY - timedelta(n) for n in range(30)]
    for day in days:
        folder.put(f"{day}/a.jsonl", on(f"{day}"))
    folder.open()
    folder.put(f"{DAY}/late.jsonl", on(f"{days[20]}"))
    asked: list[str] = []
    read, write = Store.read_cache, Store.write_cache

    def reading(self: Store, path: str) -> dict[str, Any]:
        asked.append("read")
        return read(self, path)

    def writing(self: Store, path: str, value: Any) -> None:
        asked.append("write")
        write(self, path, value)

    monkeypatch.setattr(Store, "read_cache", reading)
    monkeypatch.setattr(Store, "write_cache", writing)
    opened = open_drop(folder.store, folder.settings, DAY)
    assert [one.path for one in opened.inputs(DAY)] == [f"{DAY}/a.jsonl"]
    assert asked == ["read", "read", "write", "write"]  # the whole in short, and one part
    asked.clear()
    opened = open_drop(folder.store, folder.settings, days[20])
    assert len(opened.inputs(days[20])) == 2
    assert asked == ["read", "read", "read"]


@pytest.mark.parametrize("day", [DAY, DAY - timedelta(60), DAY + timedelta(9)])
def test_in_a_window_what_is_near_new_or_of_the_day_is_looked_at(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, day: date
) -> None:
    monkeypatch.setattr(drop_entries, "_YOUNG_NS", 0)
    folder.settings = folder.settings.model_copy(update={"drop_window_days": 10})
    near, far, new, holding = (day + timedelta(n) for n in (10, 11, 40, 100))
    folder.put(f"{near}/a.jsonl", on(f"{near}"))
    folder.put(f"{far}/a.jsonl", on(f"{far}"))
    folder.put(f"{holding}/a.jsonl", on(f"{day}"), on(f"{holding}"))
    folder.put("any/a.jsonl", on(f"{near}"))
    open_drop(folder.store, folder.settings, day)

    def paths() -> list[str]:
        found = open_drop(folder.store, folder.settings, day)
        return [one.path for one in found.inputs(day)]

    assert paths() == [f"{holding}/a.jsonl"]
    for name in (f"{near}/b", f"{far}/b", f"{holding}/b", "any/b", f"{new}/b"):
        folder.put(f"{name}.jsonl", on(f"{day}"))
    found = paths()
    expected = {f"{near}/b", f"{holding}/a", f"{holding}/b", "any/b", f"{new}/b"}
    assert set(found) == {f"{name}.jsonl" for name in expected}
    # Whoever looks at all finds the rest, and from then on each run does.
    assert len(folder.open().inputs(day)) == len(paths()) == 6


def test_what_is_added_to_a_file_changes_only_its_own_day(folder: Folder) -> None:
    folder.put("2026-03-09/live.jsonl", on("2026-03-01"), on("2026-03-02"))
    before = [folder.open().inputs(day) for day in (date(2026, 3, 1), DAY)]
    folder.put("2026-03-09/live.jsonl", on("2026-03-01"), on("2026-03-02"), on("2026-03-02"))
    after = [folder.open().inputs(day) for day in (date(2026, 3, 1), DAY)]
    assert after[0] == before[0]
    assert after[1] != before[1]


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
    monkeypatch.setattr(drop_entries, "_MAX_RUNS", 3)
    folder.put("a.jsonl", *(on(f"2026-03-0{n % 2 + 1}") for n in range(20)))
    assert len(folder.refs()) == 10
