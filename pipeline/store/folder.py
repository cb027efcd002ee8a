"""Files in a folder of this machine, or in one that several machines share.

A file is written under a hidden temporary name, flushed to the disk, then moved into place with `os.replace`:
a reader sees the old file or the new one, never half of one, and a crash leaves at most a hidden file that
readers ignore and the next writer removes.
"""

from __future__ import annotations

import contextlib
import glob
import os
import re
import secrets
import shutil
import socket
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import BinaryIO

import psutil
import pyarrow as pa

from pipeline.errors import ConfigError
from pipeline.identity import checksum
from pipeline.store.locks import locked

_YOUNG_NS = 2_000_000_000
"""The ticks of the clocks of all known file systems are shorter."""

_FORSAKEN_S = 24 * 3600.0
"""After so long a temporary file of a machine that cannot be asked is taken to be forsaken."""


class Folder:
    """The files below a folder."""

    def __init__(self, root: str) -> None:
        """Open the folder, and make it where there is none.

        Raises:
            ConfigError: it is no folder that can be written.
            OSError: the disk failed; it may recover.
        """
        try:
            self.base = Path(root).resolve()
            self.base.mkdir(parents=True, exist_ok=True)
        except (FileExistsError, NotADirectoryError, PermissionError) as error:
            raise ConfigError(f"data_dir {root} cannot be used: {error}") from None

    def put(self, path: str, data: bytes) -> None:
        """Write a file, or replace it, in one step.

        Raises:
            OSError: the disk is full or the like; the file is then as it was before.
        """
        with replacing(self.base / path) as file:
            file.write(data)

    def create(self, path: str, data: bytes) -> bool:
        """Write a file where there is none; tell whether it is there now with this content."""
        target = self.base / path
        with _written_aside(target) as temporary:
            with temporary.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            try:
                os.link(temporary, target)
            except FileExistsError:
                return target.read_bytes() == data
        _sync_folder(target.parent)
        return True

    def get(self, path: str) -> bytes:
        """Return a file's bytes.

        Raises:
            FileNotFoundError: there is no such file.
        """
        return (self.base / path).read_bytes()

    def open(self, path: str, *, is_whole: bool) -> pa.NativeFile:
        """Open a file to be read.

        Args:
            path: of the file.
            is_whole: all of it is wanted; of no use here.

        Raises:
            FileNotFoundError: there is no such file.
        """
        return pa.OSFile(str(self.base / path))

    def mapped(self, path: str) -> pa.Buffer:
        """Return a file's bytes as they stand now, read when they are looked at.

        Raises:
            FileNotFoundError: there is no such file.
        """
        target = self.base / path
        if not target.stat().st_size:  # nothing cannot be mapped
            return pa.py_buffer(b"")
        with pa.memory_map(str(target)) as file:
            return file.read_buffer()

    def remove(self, path: str) -> None:
        """Remove a file; nothing happens where there is none."""
        (self.base / path).unlink(missing_ok=True)

    def remove_folder(self, folder: str) -> None:
        """Remove a folder with all that is in it; nothing happens where there is none."""
        with contextlib.suppress(FileNotFoundError):
            shutil.rmtree(self.base / folder)

    def exists(self, path: str) -> bool:
        """Tell whether there is such a file."""
        return (self.base / path).is_file()

    def modified(self, path: str) -> datetime | None:
        """Return when a file was last written; None where there is none."""
        try:
            seconds = (self.base / path).stat().st_mtime
        except FileNotFoundError:
            return None
        return datetime.fromtimestamp(seconds, UTC)

    def names(self, folder: str) -> list[str]:
        """Return the names of the files and folders in a folder, sorted; hidden ones are left out."""
        try:
            with os.scandir(self.base / folder) as entries:
                return sorted(entry.name for entry in entries if not entry.name.startswith("."))
        except FileNotFoundError:
            return []

    def versions(self, folder: str) -> dict[str, str]:
        """Return the files in a folder by name, each with what changes when it is replaced.

        Two files may be written within one tick of the clock: of what is younger than that, it is empty.
        """
        found = {}
        settled_ns = time.time_ns() - _YOUNG_NS
        try:
            with os.scandir(self.base / folder) as entries:
                for entry in entries:
                    if not entry.name.startswith(".") and entry.is_file():
                        with contextlib.suppress(FileNotFoundError):  # replaced or removed just now
                            seen = entry.stat()
                            is_settled = max(seen.st_mtime_ns, seen.st_ctime_ns) < settled_ns
                            version = f"{seen.st_ino}-{seen.st_mtime_ns}-{seen.st_size}"
                            found[entry.name] = version if is_settled else ""
        except FileNotFoundError:
            return {}
        return dict(sorted(found.items()))

    def sweep(self) -> None:
        """Remove what killed writers left in all folders."""
        for left in self.base.rglob(".*.tmp"):
            if _is_left(left):
                left.unlink(missing_ok=True)

    def lock(self, name: str) -> contextlib.AbstractContextManager[None]:
        """Hold a lock among the processes that use the folder; one that dies lets go of it."""
        return locked(self.base / "locks", name)


@contextlib.contextmanager
def replacing(target: Path) -> Iterator[BinaryIO]:
    """Open a hidden file that takes the place of `target` when the block ends well, and is gone otherwise.

    Raises:
        OSError: the disk is full or the like; the target is then as it was before.
    """
    with _written_aside(target) as temporary:
        with temporary.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
    _sync_folder(target.parent)


@contextlib.contextmanager
def _written_aside(target: Path) -> Iterator[Path]:
    """Give the name of a hidden file beside a target, which is gone afterwards."""
    target.parent.mkdir(parents=True, exist_ok=True)
    _sweep(target)
    temporary = target.with_name(f".{target.name}.{_here()}-{os.getpid()}-{secrets.token_hex(4)}.tmp")
    try:
        yield temporary
    finally:
        temporary.unlink(missing_ok=True)


def _sweep(target: Path) -> None:
    """Remove what killed writers left of a file."""
    for left in target.parent.glob(f".{glob.escape(target.name)}.*.tmp"):
        if _is_left(left):
            left.unlink(missing_ok=True)


_HIDDEN = re.compile(r"\..+\.(?P<here>[0-9a-f]{12})-(?P<process>[0-9]{1,9})-[0-9a-f]{8}\.tmp")


def _is_left(hidden: Path) -> bool:
    """Tell whether a hidden file is of a writer that is no more; a file of somebody else's never is.

    Processes of another machine, or of another container of this one, cannot be asked: their files go when
    they are a day old.
    """
    named = _HIDDEN.fullmatch(hidden.name)
    if named is None:
        return False
    if named["here"] == _here():
        process = int(named["process"])
        return process != os.getpid() and not psutil.pid_exists(process)
    return _age_s(hidden) > _FORSAKEN_S


def _age_s(file: Path) -> float:
    try:
        return time.time() - file.stat().st_mtime
    except FileNotFoundError:
        return 0.0


@cache
def _here() -> str:
    """Return a name for where the numbers of this process and its like mean something.

    That is the machine as it was started last, and in it the container: two of them may have the same host
    name, and two containers of one machine share its start.
    """
    parts = [socket.gethostname()]
    try:
        parts += [
            Path("/proc/sys/kernel/random/boot_id").read_text(),
            str(Path("/proc/self/ns/pid").readlink()),
        ]
    except OSError:  # no Linux
        parts.append(str(psutil.boot_time()))
    return checksum(" ".join(parts))[:12]


def _sync_folder(folder: Path) -> None:
    """Make a rename last through a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
