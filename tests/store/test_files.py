"""Files of the store are whole or not there, whatever happens while they are written."""

import errno
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import ConfigError
from pipeline.store import Store, replacing


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(str(tmp_path / "root"))


def files_below(folder: Path) -> list[str]:
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())


@given(st.lists(st.text(alphabet=st.characters(codec="utf-8"))))
def test_rows_written_twice_are_the_same_bytes(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str]
) -> None:
    store = Store(str(tmp_path_factory.mktemp("store")))
    rows = pa.table({"text": pa.array(texts, pa.string())})
    first = store.write("a.parquet", rows, lineage={"from": "x"})
    assert store.write("a.parquet", rows, lineage={"from": "x"}) == first
    assert store.read("a.parquet")["text"].to_pylist() == texts
    assert store.lineage("a.parquet") == {"from": "x"}


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.put("day.json", b"old")

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        store.put("day.json", b"new")
    assert store.get("day.json") == b"old"
    assert files_below(Path(store.root)) == ["day.json"]


@pytest.fixture
def small_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A disk of 1 MB: a real one where mounting is allowed, else one whose writes fail after that much."""
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(tmp_path)]
    if shutil.which("mount") and subprocess.run(mount, capture_output=True, check=False).returncode == 0:
        yield tmp_path
        subprocess.run(["umount", str(tmp_path)], check=True)
        return
    fsync = os.fsync

    def full(descriptor: int) -> None:
        if os.fstat(descriptor).st_size > 1 << 20:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", full)
    yield tmp_path


def test_a_full_disk_leaves_the_old_file(small_disk: Path) -> None:
    store = Store(str(small_disk / "root"))
    store.put("day.bin", b"old")
    with pytest.raises(OSError, match="No space left"):
        store.put("day.bin", os.urandom(3 << 20))
    assert store.get("day.bin") == b"old"
    assert files_below(small_disk) == ["root/day.bin"]


WRITER = """
import sys
from pipeline.store import Store
store = Store(sys.argv[1])
n = 0
while True:
    n += 1
    store.put("day.bin", str(n % 10).encode() * 5_000_000)
    print(n, flush=True)
"""


def test_a_killed_writer_leaves_a_whole_file(tmp_path: Path) -> None:
    root = tmp_path / "root"
    for pause in (0.01, 0.013, 0.017):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(root)], stdout=subprocess.PIPE, text=True
        )
        assert writer.stdout is not None
        writer.stdout.readline()
        time.sleep(pause)
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        data = (root / "day.bin").read_bytes()
        assert len(data) == 5_000_000
        assert len(set(data)) == 1
    store = Store(str(root))
    assert store.names("") == ["day.bin"]  # what the killed left is hidden
    store.put("day.bin", b"whole")  # and swept away by the next writer
    assert files_below(root) == ["day.bin"]


def test_what_another_machine_is_writing_is_left_alone(tmp_path: Path) -> None:
    """Numbers of processes mean nothing there: on a folder that two machines share, age alone tells."""
    other, forsaken = ".day.bin.0123456789ab-1-00ff00ff.tmp", ".day.bin.0123456789ab-2-00ff00ff.tmp"
    older, no_number = ".day.bin.999999999-00ff.tmp", ".day.bin.x.tmp"  # as versions before named them
    names = {other, forsaken, older, no_number}
    for name in names:
        (tmp_path / name).write_bytes(b"in flight")
    two_days_ago = time.time() - 48 * 3600
    os.utime(tmp_path / forsaken, (two_days_ago, two_days_ago))
    Store(str(tmp_path)).put("day.bin", b"whole")
    assert set(files_below(tmp_path)) == {"day.bin", *names} - {forsaken}


def test_replacing_shows_nothing_before_its_end(tmp_path: Path) -> None:
    target = tmp_path / "out.parquet"
    with replacing(target) as file:
        file.write(b"half")
        assert not target.exists()
    assert target.read_bytes() == b"half"


HOLDER = """
import sys, time
from pipeline.store import Store
with Store(sys.argv[1]).lock("x"):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_lock_is_let_go_of_when_its_holder_dies(store: Store) -> None:
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, store.root], stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    holder.kill()
    holder.wait()
    started = time.monotonic()
    with store.lock("x"):
        assert time.monotonic() - started < 5


def test_lines_are_read(store: Store) -> None:
    assert store.read_lines("log.jsonl") == []
    store.put("log.jsonl", '{"a": 1}\n\n{"b": "é"}\n'.encode())
    assert store.read_lines("log.jsonl") == [{"a": 1}, {"b": "é"}]


def test_names_leave_hidden_files_out(store: Store) -> None:
    store.put("t/b.parquet", b"")
    store.put("t/.a.parquet.1.tmp", b"")
    assert store.names("t") == ["b.parquet"]
    assert store.names("nowhere") == []


def test_removing_takes_files_and_folders_and_minds_nothing_missing(store: Store) -> None:
    store.put("a/b/c", b"x")
    store.put("a/b/d", b"x")
    store.remove("a/b/c")
    store.remove("a/b/c")
    assert store.names("a/b") == ["d"]
    store.remove_folder("a")
    store.remove_folder("a")
    assert not store.exists("a/b/d")


def test_a_root_that_is_a_file_is_a_configuration_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(ConfigError, match="data_dir"):
        Store(str(tmp_path / "file"))


def test_a_disk_that_fails_may_recover(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stale(self: Path, **options: object) -> None:
        raise OSError(errno.ESTALE, os.strerror(errno.ESTALE))

    monkeypatch.setattr(Path, "mkdir", stale)
    with pytest.raises(OSError, match=r"[Ss]tale"):
        Store(str(tmp_path / "root"))


def test_an_unknown_object_store_is_a_configuration_error() -> None:
    for uri in ("carrier-pigeon://loft", "s3://", "s3://news?colour=red", "s3://key:secret@news/corpus"):
        with pytest.raises(ConfigError, match="data_dir") as raised:
            Store(uri)
        assert "secret@" not in str(raised.value)
