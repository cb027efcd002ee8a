"""Read and write files of rows and of JSON, each atomically, in a folder or an object store.

How a file gets there in one step is a matter of the place (`folder.py`, `bucket.py`). Nothing else in the
project opens a file of the store.

A file that is there but cannot be read is a `DamagedError`, whatever the library says; an `OSError` is a
matter of the disk or the network, which may recover. Pages of Parquet carry checksums, which are looked at.
"""

from __future__ import annotations

import contextlib
import io
import json
import logging
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.errors import DamagedError
from pipeline.identity import checksum
from pipeline.store.bucket import Bucket
from pipeline.store.folder import Folder

if TYPE_CHECKING:
    import pyarrow.dataset as ds

log = logging.getLogger(__name__)

LINEAGE_KEY = b"newstables.lineage"
"""Key, in a staged file's footer, of what the file was made from."""

_ATTEMPTS = 5
"""So often a file is opened again that was replaced while its parts were read."""


class _Written(NamedTuple):
    """A file as it must be."""

    root: str
    path: str
    sha256: str
    modified: datetime | None


_CHECKED: set[_Written] = set()
"""Files whose SHA-256 this process has looked at."""

_UNREADABLE = (pa.ArrowException, OSError, ValueError, RecursionError)
"""What decoding raises; an OSError also stands for a fault of disk or network."""


class Store:
    """Files below one root, by paths relative to it (see `batch.py` for the paths)."""

    def __init__(self, root: str, place: Bucket | Folder | None = None) -> None:
        """Open the store at a folder or an object store's URI.

        Args:
            root: the folder, or the URI.
            place: where its files lie; made from the root where it is not given.

        Raises:
            ConfigError: the root is no folder that can be written, or a URI of no known kind.
            OSError: the disk failed; it may recover.
        """
        self.root = root if place is not None or "://" not in root else root.partition("?")[0]
        self._place = place or (Bucket(root) if "://" in root else Folder(root))

    # ---- whole files -------------------------------------------------------------------------------

    def put(self, path: str, data: bytes) -> None:
        """Write a file, or replace it, in one step.

        Raises:
            OSError: the disk is full or the like, or a lock that is held was lost; the file is then as it was
                before.
        """
        self._place.put(path, data)

    def create(self, path: str, data: bytes) -> bool:
        """Write a file where there is none, in one step; of many that do so at once, one does.

        Returns:
            Whether the file is there now with this content.
        """
        return self._place.create(path, data)

    def get(self, path: str) -> bytes:
        """Return a file's bytes.

        Raises:
            FileNotFoundError: there is no such file.
        """
        return self._place.get(path)

    def find(self, path: str) -> bytes | None:
        """Return a file's bytes; None where there is no such file."""
        try:
            return self.get(path)
        except FileNotFoundError:
            return None

    def digest(self, path: str) -> str:
        """Return the SHA-256 of a file.

        Raises:
            FileNotFoundError: there is no such file.
        """
        return checksum(self.get(path))

    def remove(self, path: str) -> None:
        """Remove a file; nothing happens where there is none."""
        self._place.remove(path)

    def remove_folder(self, folder: str) -> None:
        """Remove a folder with all that is in it; nothing happens where there is none."""
        self._place.remove_folder(folder)

    def exists(self, path: str) -> bool:
        """Tell whether there is such a file."""
        return self._place.exists(path)

    def modified(self, path: str) -> datetime | None:
        """Return when a file was last written; None where there is none."""
        return self._place.modified(path)

    def names(self, folder: str) -> list[str]:
        """Return the names of the files and folders in a folder, sorted; hidden ones are left out."""
        return self._place.names(folder)

    def versions(self, folder: str) -> dict[str, str]:
        """Return the files in a folder by name, sorted, each with what changes when it is replaced.

        Empty where that cannot be told: it then may be another file by now.
        """
        return self._place.versions(folder)

    def lock(self, name: str) -> contextlib.AbstractContextManager[None]:
        """Hold a lock among all who use the store.

        In a folder it is one of the file system (`locks.py`), on an object store a lease (`leases.py`); the
        holder's writes are then refused once it was taken over.
        """
        return self._place.lock(name)

    def sweep(self) -> None:
        """Remove the hidden files that killed writers left; an object store has none."""
        self._place.sweep()

    # ---- rows --------------------------------------------------------------------------------------

    def write(
        self,
        path: str,
        table: pa.Table,
        *,
        lineage: dict[str, Any] | None = None,
        row_group_size: int | None = None,
    ) -> str:
        """Write rows as Parquet, in one step, and return the file's SHA-256.

        Args:
            path: relative to the root.
            table: rows; the same rows give the same bytes.
            lineage: what they were made from; stands in the footer, see `lineage()`.
            row_group_size: rows that `read_batches` will give at a time; None leaves it to Arrow.
        """
        if lineage is not None:
            metadata = {**(table.schema.metadata or {}), LINEAGE_KEY: _json(lineage)}
            table = table.replace_schema_metadata(metadata)
        data = to_parquet(table, row_group_size=row_group_size)
        self.put(path, data)
        return checksum(data)

    def read(self, path: str, *, columns: list[str] | None = None) -> pa.Table:
        """Return the rows of a Parquet file; columns that it does not have are left out.

        Raises:
            FileNotFoundError: there is no such file.
            DamagedError: it cannot be read.
        """

        def rows(stream: pa.NativeFile) -> pa.Table:
            return pq.ParquetFile(stream, page_checksum_verification=True).read(columns=columns)

        return self._decoded(path, rows, is_whole=columns is None)

    def read_checked(self, path: str, sha256: str, *, columns: list[str] | None = None) -> pa.Table:
        """Return the rows of a Parquet file that must be what was written.

        The SHA-256 is looked at once a process, as long as the file does not change.

        Raises:
            FileNotFoundError: there is no such file.
            DamagedError: its SHA-256 is another, or it cannot be read.
        """

        def rows(data: bytes | pa.Buffer) -> pa.Table:
            return pq.ParquetFile(pa.BufferReader(data)).read(columns=columns)

        wanted = self._written(path, sha256)
        if wanted in _CHECKED:
            return self.read(path, columns=columns)
        return self._checked(wanted, self.get(path), rows)

    def fragment(self, path: str, sha256: str) -> ds.Fragment:
        """Return a Parquet file that must be what was written as a part of an Arrow dataset.

        Of it is decoded what is asked for, in the version that stands now, even where it is replaced later.

        Raises:
            FileNotFoundError: there is no such file.
            DamagedError: its SHA-256 is another, or it cannot be read.
        """
        import pyarrow.dataset as ds  # which loads pandas

        def fragment(data: bytes | pa.Buffer) -> ds.Fragment:
            found = ds.ParquetFileFormat().make_fragment(data)
            found.ensure_complete_metadata()
            return found

        return self._checked(self._written(path, sha256), self._place.mapped(path), fragment)

    @property
    def local_root(self) -> Path | None:
        """The folder on this machine in which the files lie; None where they lie on an object store."""
        return self._place.base if isinstance(self._place, Folder) else None

    def need_written(self, path: str, sha256: str) -> pa.Schema:
        """Return the schema of a Parquet file that must be what was written.

        For whoever opens it by its path: by then another may have taken its place, see `modified`.

        Raises:
            FileNotFoundError: there is no such file.
            DamagedError: its SHA-256 is another, or it cannot be read.
        """

        def schema(data: bytes | pa.Buffer) -> pa.Schema:
            return pq.read_schema(pa.BufferReader(data))

        return self._checked(self._written(path, sha256), self._place.mapped(path), schema)

    def read_batches(self, path: str, *, columns: list[str] | None = None) -> Iterator[pa.RecordBatch]:
        """Yield the rows of a Parquet file a row group at a time.

        Raises:
            FileNotFoundError: there is no such file.
            DamagedError: it cannot be read.
        """
        with self._place.open(path, is_whole=True) as stream:
            with self._telling_damage(path):
                file = pq.ParquetFile(stream, page_checksum_verification=True)
            for group in range(file.num_row_groups):
                with self._telling_damage(path):
                    batches = file.read_row_group(group, columns=columns).to_batches()
                yield from batches

    def lineage(self, path: str) -> dict[str, Any] | None:
        """Return what a staged file was made from; None where there is no file, or nothing was said.

        Raises:
            DamagedError: it cannot be read.
        """

        def said(stream: pa.NativeFile) -> dict[str, Any] | None:
            metadata = pq.read_schema(stream).metadata or {}
            return json.loads(metadata[LINEAGE_KEY]) if LINEAGE_KEY in metadata else None

        try:
            return self._decoded(path, said, is_whole=False)
        except FileNotFoundError:
            return None

    def is_sound(self, path: str) -> bool:
        """Tell whether a Parquet file is there and can be read to its end."""
        try:
            for _ in self.read_batches(path):
                pass
        except (FileNotFoundError, DamagedError):
            return False
        return True

    def _written(self, path: str, sha256: str) -> _Written:
        """Return a file as it must be; asked before its bytes, so that those are no older."""
        return _Written(self.root, path, sha256, self.modified(path))

    def _checked[Result](
        self, wanted: _Written, data: bytes | pa.Buffer, decode: Callable[[bytes | pa.Buffer], Result]
    ) -> Result:
        """Return what is made of the bytes of a file that must be what was written."""
        path = wanted.path
        if wanted not in _CHECKED and checksum(data) != wanted.sha256:
            raise DamagedError(f"{self.root}/{path} is not what was written (by its SHA-256)", path=path)
        with self._telling_damage(path):
            found = decode(data)
        _CHECKED.add(wanted)
        return found

    def _decoded[Result](
        self, path: str, decode: Callable[[pa.NativeFile], Result], *, is_whole: bool
    ) -> Result:
        """Return what is made of an opened file.

        What cannot be decoded is fetched as it is, to its last byte, and decoded once more: a fault of the
        disk or the network then shows as what it is, and the rest is damage.
        """
        for _ in range(_ATTEMPTS):
            try:
                with self._place.open(path, is_whole=is_whole) as stream:
                    return decode(stream)
            except InterruptedError as error:
                replaced = error
            except (FileNotFoundError, MemoryError):
                raise
            except _UNREADABLE:
                data = self.get(path)
                with self._telling_damage(path):
                    return decode(pa.BufferReader(data))
        raise replaced

    @contextlib.contextmanager
    def _telling_damage(self, path: str) -> Iterator[None]:
        """Tell by name of a file that cannot be decoded; a fault of the disk has a number, and stays one."""
        try:
            yield
        except MemoryError:
            raise
        except _UNREADABLE as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise
            said = " ".join(str(error).split())[:200]
            raise DamagedError(f"{self.root}/{path} is damaged ({said})", path=path) from error

    # ---- JSON --------------------------------------------------------------------------------------

    def write_json(self, path: str, value: Any) -> None:
        """Write a JSON file in one step; the same value gives the same bytes."""
        self.put(path, _json(value, indent=1) + b"\n")

    def read_json(self, path: str) -> Any:
        """Return the value of a JSON file, None where there is no file.

        Raises:
            DamagedError: it is no JSON.
        """
        data = self.find(path)
        return None if data is None else self._parsed(path, data)

    def write_cache(self, path: str, value: Any) -> None:
        """Write a JSON object that can be made again, with a checksum beside it; see `read_cache`."""
        data = _json(value)
        self.put(path, b'{"sha256": "%s",\n"value": %s}\n' % (checksum(data).encode(), data))

    def read_cache(self, path: str) -> dict[str, Any]:
        """Return the JSON object that `write_cache` wrote; an empty one where it is missing or damaged."""
        try:
            kept = self.read_json(path)
            value = kept["value"] if kept is not None else {}
            if kept is None or (isinstance(value, dict) and checksum(_json(value)) == kept["sha256"]):
                return value
            problem: object = "its checksum is another"
        except (DamagedError, KeyError, TypeError) as error:
            problem = error
        log.warning("%s/%s cannot be used and is made again: %s", self.root, path, problem)
        return {}

    def read_lines(self, path: str) -> list[Any]:
        """Return the values of a file of JSON lines; none where there is no file.

        Raises:
            DamagedError: a line is no JSON; the message says which.
        """
        lines = (self.find(path) or b"").splitlines()
        return [self._parsed(f"{path}, line {n}", line) for n, line in enumerate(lines, 1) if line.strip()]

    def _parsed(self, path: str, data: bytes) -> Any:
        try:
            return json.loads(data)
        except (ValueError, RecursionError) as error:
            raise DamagedError(f"{self.root}/{path} is damaged ({error})", path=path) from None


def to_parquet(table: pa.Table, *, row_group_size: int | None = None) -> bytes:
    """Return rows as the bytes of a Parquet file."""
    sink = io.BytesIO()
    pq.write_table(table, sink, compression="zstd", row_group_size=row_group_size, write_page_checksum=True)
    return sink.getvalue()


def _json(value: Any, *, indent: int | None = None) -> bytes:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, indent=indent).encode()
