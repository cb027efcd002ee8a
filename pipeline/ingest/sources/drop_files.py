"""The files of a part of a drop folder, and how they are read."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from pipeline.ingest.formats.apart import Task, read_apart
from pipeline.ingest.formats.reader import Limits, Reader, decode
from pipeline.ingest.formats.reader import record as record_of
from pipeline.ingest.formats.sniff import needs_child, read_stream
from pipeline.ingest.record import Fault, RawRecord
from pipeline.ingest.sources.companions import Companions, companion_fields, companions
from pipeline.ingest.sources.walk import FoundFile, here, open_found
from pipeline.settings import Settings

_HEAD_BYTES = 1 << 14


def _head(found: FoundFile) -> bytes:
    """Return the first bytes of a file; none of one that cannot be read, which is found out later."""
    if found.fault:
        return b""
    try:
        with os.fdopen(open_found(found), "rb") as stream:
            return stream.read(_HEAD_BYTES)
    except PermissionError:
        return b""


def limits_of(settings: Settings) -> Limits:
    """Return the bounds on what is read from one file."""
    return Limits(
        record_bytes=settings.max_record_bytes,
        page_bytes=5 * settings.max_record_bytes,
        records=settings.max_file_records,
    )


@dataclass(frozen=True, slots=True)
class DropFolder:
    """The files of a drop folder, and how they are to be read."""

    files: dict[str, FoundFile]
    beside: Companions
    limits: Limits
    reader: Reader | None
    seconds: float = 60.0
    """That the reader of a file may take in a child process, beside what the file's size earns it."""

    def paths(self) -> list[str]:
        """Return the paths of the files with articles, sorted."""
        return sorted(path for path in self.files if path not in self.beside.used)


def drop_folder(
    files: Iterable[FoundFile], limits: Limits, reader: Reader | None, seconds: float
) -> DropFolder:
    """Return files with what stands beside which of them."""
    found = {file.path: file for file in sorted(files, key=lambda file: file.path)}
    beside = companions(found, lambda path: _head(found[path]))
    return DropFolder(found, beside, limits, reader, seconds)


def read_file(path: str, folder: DropFolder) -> Iterator[RawRecord]:
    """Yield the records of a file; what cannot be read is a record with a fault.

    Raises:
        OSError: the device or the network failed.
    """
    found = folder.files[path]
    if found.fault:
        yield RawRecord(path, 0, 0, fault=found.fault, raw=found.fault.detail.encode())
        return
    chosen = folder.reader
    try:
        with os.fdopen(open_found(found), "rb", buffering=0) as head:
            is_apart = needs_child(head, path, folder.limits, size=found.size, reader=chosen)
        if is_apart:
            task = Task(here(found), path, folder.limits, found.size, chosen.name if chosen else None)
            yield from read_apart(task, seconds=folder.seconds)
            return
        stream = os.fdopen(open_found(found), "rb", buffering=0)
    except PermissionError:
        fault = Fault("unreadable", "permission denied")
        yield RawRecord(path, 0, found.size, fault=fault, raw=b"permission denied")
        return
    with stream:
        records = read_stream(stream, path, folder.limits, size=found.size, reader=chosen)
        if path in folder.beside.of:
            records = (_with_companion(record, folder) for record in records)
        yield from records


def _with_companion(record: RawRecord, folder: DropFolder) -> RawRecord:
    """Return the record of a plain text with what the file beside it says."""
    path, role = folder.beside.of[record.file]
    found = folder.files[path]
    if record.data is None or found.fault:
        return record
    with os.fdopen(open_found(found), "rb") as stream:
        data = stream.read(1 << 16)
    said = companion_fields(decode(data), role)
    made = record_of(record.file, record.place, {"text": decode(record.raw)} | said, record.raw + data)
    return replace(made, reader=record.reader)
