"""A file is written aside, under a hidden name, and moved into place when it is whole.

    .<name>.<host>-<boot>-<process>-<token>.tmp

The hidden name says who writes: the host, its boot, and the process. So what a killed writer left can be told
from what another one, perhaps on another machine that shares the folder, is writing just now.
"""

from __future__ import annotations

import contextlib
import glob
import os
import re
import secrets
import socket
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import BinaryIO

import psutil

from pipeline.identity import checksum

MAX_AGE_S = 24 * 3600.0
"""Nobody writes at one file for so long: what another host has left is removed after that."""

_HIDDEN = re.compile(
    r"\.(?P<name>.+)\.(?P<host>[0-9a-f]{8})-(?P<boot>[0-9a-f]{8})-(?P<process>\d{1,10})-[0-9a-f]{8}\.tmp"
)


@contextlib.contextmanager
def replacing(target: Path) -> Iterator[BinaryIO]:
    """Open a hidden file that takes the place of `target` when the block ends well, and is gone otherwise.

    Raises:
        OSError: the disk is full or the like; the target is then as it was before.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    for left in target.parent.glob(f".{glob.escape(target.name)}.*.tmp"):
        if is_left_over(left):
            left.unlink(missing_ok=True)
    host, boot = _machine()
    temporary = target.with_name(f".{target.name}.{host}-{boot}-{os.getpid()}-{secrets.token_hex(4)}.tmp")
    try:
        with temporary.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _sync_folder(target.parent)


def sweep(folder: Path) -> None:
    """Remove what killed writers left in a folder and all below it."""
    for left in folder.rglob(".*.tmp"):
        if is_left_over(left):
            left.unlink(missing_ok=True)


def is_left_over(path: Path) -> bool:
    """Tell whether a file is what a writer left that is no more; a stranger's file never is."""
    named = _HIDDEN.fullmatch(path.name)
    if named is None:
        return False
    host, boot = _machine()
    if named["host"] == host:
        process = int(named["process"])
        return named["boot"] != boot or (process != os.getpid() and not psutil.pid_exists(process))
    with contextlib.suppress(OSError):
        return time.time() - path.stat().st_mtime > MAX_AGE_S
    return False


@cache
def _machine() -> tuple[str, str]:
    """Return what stands for this host, and for the time since it was started."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii")
    except OSError:
        boot = str(int(psutil.boot_time()))
    return checksum(socket.gethostname())[:8], checksum(boot)[:8]


def _sync_folder(folder: Path) -> None:
    """Make a rename last through a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
