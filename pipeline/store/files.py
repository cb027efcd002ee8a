"""Read and write files of rows and of JSON, each atomically, in a folder or an object store.

How a file gets there in one step is a matter of the place (`folder.py`, `bucket.py`). Nothing else in the
project opens a file of the store.
"""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.identity import checksum
from pipeline.store.bucket import Bucket
from pipeline.store.folder import Folder

LINEAGE_KEY = b"newstables.lineage"
"""Key, in a staged file's footer, of what the file was made from."""

_ATTEMPTS = 5
"""So often a file is opened again that was replaced while its parts were read."""


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
            return self._place.get(path)
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

    def lock(self, name: str) -> contextlib.AbstractContextManager[None]:
        """Hold a lock among all who use the store.

        In a folder it is one of the file system (`locks.py`), on an object store a lease (`leases.py`); the
        holder's writes are then refused once it was taken over.
        """
        return self._place.lock(name)

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
        """Return the rows of a Parquet file.

        Raises:
            FileNotFoundError: there is no such file.
        """
        for attempt in range(_ATTEMPTS):
            try:
                with self._place.open(path, is_whole=columns is None) as stream:
                    return pq.read_table(stream, columns=columns)
            except InterruptedError:
                if attempt == _ATTEMPTS - 1:
                    raise
        raise AssertionError

    def read_batches(self, path: str, *, columns: list[str] | None = None) -> Iterator[pa.RecordBatch]:
        """Yield the rows of a Parquet file a row group at a time."""
        with self._place.open(path, is_whole=True) as stream:
            file = pq.ParquetFile(stream)
            for group in range(file.num_row_groups):
                yield from file.read_row_group(group, columns=columns).to_batches()

    def lineage(self, path: str) -> dict[str, Any] | None:
        """Return what a staged file was made from; None where there is no file, or nothing was said."""
        try:
            with self._place.open(path, is_whole=False) as stream:
                metadata = pq.read_schema(stream).metadata or {}
        except FileNotFoundError:
            return None
        return json.loads(metadata[LINEAGE_KEY]) if LINEAGE_KEY in metadata else None

    # ---- JSON --------------------------------------------------------------------------------------

    def write_json(self, path: str, value: Any) -> None:
        """Write a JSON file in one step; the same value gives the same bytes."""
        self.put(path, _json(value, indent=1) + b"\n")

    def read_json(self, path: str) -> Any:
        """Return the value of a JSON file, None where there is no file."""
        try:
            return json.loads(self.get(path))
        except FileNotFoundError:
            return None

    def append_line(self, path: str, value: Any) -> None:
        """Add a line of JSON to a file that only grows."""
        with self.lock("lines"):
            self.put(path, (self.find(path) or b"") + _json(value) + b"\n")

    def read_lines(self, path: str) -> list[Any]:
        """Return the values of a file of JSON lines; none where there is no file."""
        try:
            return [json.loads(line) for line in self.get(path).splitlines() if line.strip()]
        except FileNotFoundError:
            return []


def to_parquet(table: pa.Table, *, row_group_size: int | None = None) -> bytes:
    """Return rows as the bytes of a Parquet file."""
    sink = io.BytesIO()
    pq.write_table(table, sink, compression="zstd", row_group_size=row_group_size)
    return sink.getvalue()


def _json(value: Any, *, indent: int | None = None) -> bytes:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, indent=indent).encode()
