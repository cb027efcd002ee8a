"""Read and write files of rows and of JSON, each atomically, on local disk or an object store.

On local disk a file is written under a hidden temporary name, flushed to the disk, then moved into place
with `os.replace`: a reader sees the old file or the new one, never half of one, and a crash leaves at most
a hidden file that readers ignore. On an object store the file is serialised first and put with one request,
which has the same effect. Nothing else in the project opens a file of the store.
"""

from __future__ import annotations

import contextlib
import glob
import io
import json
import os
import secrets
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

import psutil
import pyarrow as pa
import pyarrow.fs as pafs
import pyarrow.parquet as pq

from pipeline.errors import ConfigError
from pipeline.identity import checksum
from pipeline.store.locks import locked, locks_folder

LINEAGE_KEY = b"newstables.lineage"
"""Key, in a staged file's footer, of what the file was made from."""


class Store:
    """Files below one root, by paths relative to it (see `batch.py` for the paths)."""

    def __init__(self, root: str) -> None:
        """Open the store at a folder or an object store's URI.

        Raises:
            ConfigError: the root is no folder that can be written, or a URI that Arrow does not know.
            OSError: the object store cannot be reached, or the disk failed; it may recover.
        """
        self.root = root
        self._local = "://" not in root
        try:
            if self._local:
                folder = Path(root).resolve()
                folder.mkdir(parents=True, exist_ok=True)
                files: pafs.FileSystem = pafs.LocalFileSystem()
                base = str(folder)
            else:
                files, base = pafs.FileSystem.from_uri(root)
        except (FileExistsError, NotADirectoryError, PermissionError, pa.ArrowInvalid) as error:
            raise ConfigError(f"data_dir {root} cannot be used: {error}") from None
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
        """
        with self._files.open_input_file(path) as stream:
            return pq.read_table(stream, columns=columns)

    def read_batches(self, path: str, *, columns: list[str] | None = None) -> Iterator[pa.RecordBatch]:
        """Yield the rows of a Parquet file a row group at a time."""
        with self._files.open_input_file(path) as stream:
            file = pq.ParquetFile(stream)
            for group in range(file.num_row_groups):
                yield from file.read_row_group(group, columns=columns).to_batches()

    def lineage(self, path: str) -> dict[str, Any] | None:
        """Return what a staged file was made from; None where there is no file, or nothing was said."""
        try:
            with self._files.open_input_file(path) as stream:
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
        line = _json(value) + b"\n"
        if self._local:
            target = Path(self._base) / path
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("ab") as file:
                file.write(line)
                file.flush()
                os.fsync(file.fileno())
        else:
            self.put(path, (self.get(path) if self.exists(path) else b"") + line)

    def read_lines(self, path: str) -> list[Any]:
        """Return the values of a file of JSON lines; none where there is no file."""
        try:
            return [json.loads(line) for line in self.get(path).splitlines() if line.strip()]
        except FileNotFoundError:
            return []

    # ---- one at a time -----------------------------------------------------------------------------

    def lock(self, name: str) -> contextlib.AbstractContextManager[None]:
        """Hold a lock among the processes of this machine; a process that dies lets go of it.

        For an object store the lock file lies in the machine's temporary folder: publishing from
        several machines is serialised by Airflow (`max_active_tis_per_dag=1`), not here.
        """
        return locked(locks_folder(self.root, base=Path(self._base) if self._local else None), name)


def to_parquet(table: pa.Table, *, row_group_size: int | None = None) -> bytes:
    """Return rows as the bytes of a Parquet file."""
    sink = io.BytesIO()
    pq.write_table(table, sink, compression="zstd", row_group_size=row_group_size)
    return sink.getvalue()


def _json(value: Any, *, indent: int | None = None) -> bytes:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, indent=indent).encode()


@contextlib.contextmanager
def replacing(target: Path) -> Iterator[BinaryIO]:
    """Open a hidden file that takes the place of `target` when the block ends well, and is gone otherwise.

    Raises:
        OSError: the disk is full or the like; the target is then as it was before.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    _sweep(target)
    temporary = target.with_name(f".{target.name}.{os.getpid()}-{secrets.token_hex(4)}.tmp")
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


def _sweep(target: Path) -> None:
    """Remove what killed writers left of a file: hidden files of processes that are no more."""
    for left in target.parent.glob(f".{glob.escape(target.name)}.*.tmp"):
        process = int(left.name.removesuffix(".tmp").rsplit(".", 1)[1].split("-")[0])
        if process != os.getpid() and not psutil.pid_exists(process):
            left.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    """Make a rename last through a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
