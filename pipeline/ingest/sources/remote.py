"""Delivered files that lie on an object store: listed as they are, and fetched one at a time to be read."""

from __future__ import annotations

import tempfile
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from pipeline.identity import checksum
from pipeline.store.bucket import Below, Bucket

_KEPT = 4
"""So many fetched files lie on this machine's disk at a time: one that is read, and what stands beside it."""


@dataclass(slots=True)
class Spool:
    """A folder of this machine in which fetched files lie for as long as they are read; gone with it."""

    bucket: Bucket
    _folder: tempfile.TemporaryDirectory[str] = field(
        default_factory=lambda: tempfile.TemporaryDirectory(prefix="newstables-")
    )
    _fetched: OrderedDict[str, Path] = field(default_factory=OrderedDict)

    def fetch(self, path: str, version: str) -> Path:
        """Return where a file lies on this machine, once it is there."""
        where = self._fetched.pop(path, None)
        if where is None:
            where = Path(self._folder.name, checksum(f"{path} {version}")[:32])
            self.bucket.fetch(path, where)
        self._fetched[path] = where
        while len(self._fetched) > _KEPT:
            _, oldest = self._fetched.popitem(last=False)
            oldest.unlink(missing_ok=True)
        return where


class Remote(NamedTuple):
    """A file on an object store."""

    spool: Spool
    path: str
    version: str

    def fetched(self) -> Path:
        """Return where the file lies on this machine, once it is there.

        Raises:
            OSError: the object store failed, or the file is gone.
        """
        return self.spool.fetch(self.path, self.version)


class Listed(NamedTuple):
    """A file as the object store lists it: its path, where it is, its size, and a number for its version."""

    path: str
    where: Remote
    size: int
    version: int


class RemoteFiles:
    """The files below a URI."""

    def __init__(self, uri: str) -> None:
        """Open the place; nothing is asked of it yet.

        Raises:
            ConfigError: it is no such URI.
        """
        self._bucket = Bucket(uri, setting="drop_dir")
        self._spool = Spool(self._bucket)

    def below(self, folder: str = "") -> Iterator[Listed]:
        """Yield the files below a folder, with a request for each thousand.

        Raises:
            ConfigError: there is no such bucket, or access is refused.
            OSError: the object store failed.
        """
        return map(self._listed, self._bucket.below(folder))

    def within(self, folder: str) -> tuple[list[Listed], list[str]]:
        """Return the files in a folder, and the paths of the folders in it, with a request for each thousand.

        Raises:
            ConfigError: there is no such bucket, or access is refused.
            OSError: the object store failed.
        """
        files, folders = self._bucket.within(folder)
        return [self._listed(file) for file in files], folders

    def _listed(self, found: Below) -> Listed:
        # As many bits as the time of a file's change has, whose place it takes.
        number = int(checksum(f"{found.e_tag} {found.modified}")[:15], 16)
        return Listed(found.path, Remote(self._spool, found.path, str(number)), found.size, number)
