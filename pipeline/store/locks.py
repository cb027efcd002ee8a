"""One at a time: locks among the processes of one machine."""

from __future__ import annotations

import contextlib
import fcntl
import tempfile
from collections.abc import Iterator
from pathlib import Path

from pipeline.identity import checksum


def locks_folder(root: str, *, base: Path | None) -> Path:
    """Return the folder of a store's locks: inside of a local one, else in the machine's temporary folder.

    Args:
        root: of the store, as it is set.
        base: its folder; None for an object store.
    """
    if base is not None:
        return base / "locks"
    return Path(tempfile.gettempdir()) / f"newstables-{checksum(root)[:16]}"


@contextlib.contextmanager
def locked(folder: Path, name: str) -> Iterator[None]:
    """Hold a lock; a process that dies lets go of it."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
