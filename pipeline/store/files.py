"""Read and write files of rows and of JSON, each atomically, on local disk or an object store.

On local disk a file is written under a hidden temporary name, flushed to the disk, then moved into place
with `os.replace` (`aside.py`): a reader sees the old file or the new one, never half of one, and a crash
leaves at most a hidden file that readers ignore. On an object store the file is serialised first and put with
one request, which has the same effect. Nothing else in the project opens a file of the store.

A file that is there but cannot be read is a `DamagedError`, whatever the library says; an `OSError` is a
matter of the disk or the network, which may recover. Pages of Parquet carry checksums, which are looked at.
"""

from __future__ import annotations

import contextlib
import io
import json
import logging
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.fs as pafs
import pyarrow.parquet as pq

from pipeline.errors import ConfigError, DamagedError
from pipeline.identity import checksum
from pipeline.store.aside import replacing as replacing  # noqa: PLC0414 - `pipeline.store` has it from here
from pipeline.store.aside import sweep
from pipeline.store.locks import locked, locks_folder

log = logging.getLogger(__name__)

LINEAGE_KEY = b"newstables.lineage"
"""Key, in a staged file's footer, of what the file was made from."""


_CHECKED: set[tuple[str, str, str, datetime | None]] = set()
"""Files whose SHA-256 this process has looked at: store, path, checksum and time of change."""


class Store:
    """Files below one root, by paths relative to it (see `batch.py` for the paths)."""

    def __init__(self, root: str) -> None:
        """Open the store at a folder or an object store's URI.

        Raises:
            ConfigError: the root is no folder that can be written, or a URI that Arrow does not know.
            OSError: the object store cannot be reached, or the disk failed; it may recover.
        """
        self.root = _without_secrets(root)
        self._local = "://" not in root
        self._locks_of = root
        try:
            if self._local:
                folder = Path(root).resolve()
                folder.mkdir(parents=True, exist_ok=True)
                files: pafs.FileSystem = pafs.LocalFileSystem()
                base = str(folder)
            else:
                files, base = pafs.FileSystem.from_uri(root)
        except (FileExistsError, NotADirectoryError, PermissionError, pa.ArrowInvalid) as error:
            said = str(error).replace(root, self.root)
            raise ConfigError(f"data_dir {self.root} cannot be used: {said}") from None
        self._files = pafs.SubTreeFileSystem(base, files)
        self._base = base

    # ---- whole files -------------------------------------------------------------------------------

    def put(self, path: str, data: bytes) -> None:
        """Write a file, or replace it, in one step.

        Raises:
            OSError: the disk is full or the like; the file is then as it was before.
        """
        if self._local:
            with replacing(Path(self._base) / path) as file:
                file.write(data)
            return
        with self._files.open_output_stream(path) as stream:
            stream.write(data)

    def get(self, path: str) -> bytes:
        """Return a file's bytes.

        Raises:
            FileNotFoundError: there is no such file.
        """
        with self._files.open_input_file(path) as stream:
            return stream.read()  # type: ignore[no-any-return]

    def digest(self, path: str) -> str:
        """Return the SHA-256 of a file.

        Raises:
            FileNotFoundError: there is no such file.
        """
        return checksum(self.get(path))

    def remove(self, path: str) -> None:
        """Remove a file or a folder with all that is in it; nothing happens where there is none."""
        info = self._files.get_file_info(path)
        with contextlib.suppress(FileNotFoundError):
            if info.type == pafs.FileType.Directory:
                self._files.delete_dir(path)
            elif info.type == pafs.FileType.File:
                self._files.delete_file(path)

    def exists(self, path: str) -> bool:
        """Tell whether there is such a file or folder."""
        return bool(self._files.get_file_info(path).type != pafs.FileType.NotFound)

    def modified(self, path: str) -> datetime | None:
        """Return when a file was last written; None where there is none, or the store does not say."""
        modified: datetime | None = self._files.get_file_info(path).mtime
        return modified

    def names(self, folder: str) -> list[str]:
        """Return the names of the files and folders in a folder, sorted; hidden ones are left out."""
        selector = pafs.FileSelector(folder, allow_not_found=True)
        found = (Path(info.path).name for info in self._files.get_file_info(selector))
        return sorted(name for name in found if not name.startswith("."))

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
            DamagedError: it cannot be read.
        """
        with self._decoding(path), self._files.open_input_file(path) as stream:
            return pq.read_table(stream, columns=columns, page_checksum_verification=True)

    def read_checked(self, path: str, sha256: str, *, columns: list[str] | None = None) -> pa.Table:
        """Return the rows of a Parquet file that must be what was written.

        The SHA-256 is looked at once a process, as long as the file does not change.

        Raises:
            FileNotFoundError: there is no such file.
            DamagedError: its SHA-256 is another, or it cannot be read.
        """
        known = (self._locks_of, path, sha256, self.modified(path))
        if known in _CHECKED:
            return self.read(path, columns=columns)
        data = self.get(path)
        if checksum(data) != sha256:
            raise DamagedError(f"{self.root}/{path} is not what was written (by its SHA-256)", path=path)
        with self._decoding(path):
            rows = pq.read_table(pa.BufferReader(data), columns=columns)
        _CHECKED.add(known)
        return rows

    def read_batches(self, path: str, *, columns: list[str] | None = None) -> Iterator[pa.RecordBatch]:
        """Yield the rows of a Parquet file a row group at a time.

        Raises:
            FileNotFoundError: there is no such file.
            DamagedError: it cannot be read.
        """
        with self._files.open_input_file(path) as stream:
            with self._decoding(path):
                file = pq.ParquetFile(stream, page_checksum_verification=True)
            for group in range(file.num_row_groups):
                with self._decoding(path):
                    batches = file.read_row_group(group, columns=columns).to_batches()
                yield from batches

    def lineage(self, path: str) -> dict[str, Any] | None:
        """Return what a staged file was made from; None where there is no file, or nothing was said.

        Raises:
            DamagedError: it cannot be read.
        """
        try:
            with self._decoding(path), self._files.open_input_file(path) as stream:
                metadata = pq.read_schema(stream).metadata or {}
                return json.loads(metadata[LINEAGE_KEY]) if LINEAGE_KEY in metadata else None
        except FileNotFoundError:
            return None

    def is_sound(self, path: str) -> bool:
        """Tell whether a Parquet file is there and can be read to its end."""
        try:
            for _ in self.read_batches(path):
                pass
        except FileNotFoundError:
            return False
        except DamagedError as error:
            log.warning("%s", error)
            return False
        return True

    @contextlib.contextmanager
    def _decoding(self, path: str) -> Iterator[None]:
        """Tell damage from a fault of disk or network: Arrow raises an OSError for both.

        What cannot be fetched as it is, to its last byte, is a fault; what can is damaged.
        """
        try:
            yield
        except (FileNotFoundError, MemoryError):
            raise
        except (pa.ArrowException, OSError, ValueError, RecursionError) as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise
            self.get(path)
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
        try:
            data = self.get(path)
        except FileNotFoundError:
            return None
        return self._parsed(path, data)

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
        try:
            lines = self.get(path).splitlines()
        except FileNotFoundError:
            return []
        return [self._parsed(f"{path}, line {n}", line) for n, line in enumerate(lines, 1) if line.strip()]

    def _parsed(self, path: str, data: bytes) -> Any:
        try:
            return json.loads(data)
        except (ValueError, RecursionError) as error:
            raise DamagedError(f"{self.root}/{path} is damaged ({error})", path=path) from None

    # ---- one at a time -----------------------------------------------------------------------------

    def lock(self, name: str) -> contextlib.AbstractContextManager[None]:
        """Hold a lock among the processes of this machine; a process that dies lets go of it.

        For an object store the lock file lies in the user's cache: publishing from several machines is
        serialised by Airflow (`max_active_tis_per_dag=1`), not here.
        """
        folder = locks_folder(self._locks_of, base=Path(self._base) if self._local else None)
        return locked(folder, name, is_private=not self._local)

    def sweep(self) -> None:
        """Remove the hidden files that killed writers left; an object store has none."""
        if self._local:
            sweep(Path(self._base))


def to_parquet(table: pa.Table, *, row_group_size: int | None = None) -> bytes:
    """Return rows as the bytes of a Parquet file."""
    sink = io.BytesIO()
    pq.write_table(table, sink, compression="zstd", row_group_size=row_group_size, write_page_checksum=True)
    return sink.getvalue()


def _json(value: Any, *, indent: int | None = None) -> bytes:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, indent=indent).encode()


def _without_secrets(root: str) -> str:
    """Return a root as it may stand in messages: a URI may carry a key and its secret."""
    return re.sub(r"(?<=://)[^/@]+@", "***@", root)
