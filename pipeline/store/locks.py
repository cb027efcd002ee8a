"""One at a time: locks among the processes of one machine.

The locks of a local store lie in its folder. Those of an object store lie in a folder that belongs to the
user alone: in the machine's temporary folder anybody could put a file, or a link, under the name of a lock.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from pipeline.errors import ConfigError
from pipeline.identity import checksum


def locks_folder(root: str, *, base: Path | None) -> Path:
    """Return the folder of a store's locks: inside of a local one, else in the user's own cache.

    Args:
        root: of the store, as it is set.
        base: its folder; None for an object store.
    """
    if base is not None:
        return base / "locks"
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "newstables" / "locks" / checksum(root)[:16]


@contextlib.contextmanager
def locked(folder: Path, name: str, *, is_private: bool = False) -> Iterator[None]:
    """Hold a lock; a process that dies lets go of it.

    Args:
        folder: of the locks, made where there is none.
        name: of the lock.
        is_private: the folder must be this user's, and nobody else may write to it.

    Raises:
        ConfigError: the folder cannot be made, or is not this user's alone.
    """
    if is_private:
        _make_private(folder)
    else:
        folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(
        folder / f"{name}.lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600
    )
    with os.fdopen(descriptor, "r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _make_private(folder: Path) -> None:
    remedy = "set XDG_CACHE_HOME to a folder that belongs to the user who runs the stages"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        about = folder.lstat()
    except OSError as error:
        raise ConfigError(f"locks cannot be kept in {folder}: {error.strerror or error}; {remedy}") from None
    is_open = stat.S_IMODE(about.st_mode) & (stat.S_IWGRP | stat.S_IWOTH)
    if not stat.S_ISDIR(about.st_mode) or about.st_uid != os.geteuid() or is_open:
        raise ConfigError(f"locks cannot be kept in {folder}: others may write to it; {remedy}")
