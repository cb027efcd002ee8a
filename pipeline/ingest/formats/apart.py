"""Read a file in a child process, where a hostile one can do no harm but to itself.

Readers of XML, office documents, databases and the like are libraries' work, and there is always one more
document that takes them hours or all the memory. So a child reads them, with a limit of memory, and sends the
records as they come. The parent waits only so long: the time that a record may take, and more for a file that
is large or gives much. A child serves one file after another, and leaves when nobody asks it for a while.
"""

from __future__ import annotations

import contextlib
import io
import os
import resource
from collections.abc import Iterator
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path
from time import monotonic
from typing import Any, BinaryIO, NamedTuple, cast

from pipeline.children.process import Child, ChildDiedError, Serve, received, send_error
from pipeline.ingest.formats.reader import Limits, fault
from pipeline.ingest.record import RawRecord

FILE_BYTES_PER_S = 200_000
RECORD_BYTES_PER_S = 1_000_000
"""So many bytes of the file as it is, or of the records that come out of it, earn a second more: less than
what the slowest reader does, since machines are shared."""

_START_S = 120.0
_IDLE_S = 20.0
_MANY_RECORDS, _MANY_BYTES, _LONG_S = 100, 1 << 18, 0.5


class Task(NamedTuple):
    """What a child is to read.

    Attributes:
        where: path of the file, or what is in it.
        file: its name, by which records refer to it.
        reader: name of its format; None where the content tells.
    """

    where: Path | bytes
    file: str
    limits: Limits
    size: int
    reader: str | None


_idle: list[Child] = []


def read_apart(task: Task, *, seconds: float) -> Iterator[RawRecord]:
    """Yield the records of a file; one that takes too long or too much memory ends in a fault.

    Args:
        task: what to read.
        seconds: time that the child may take, beside what the file and its records earn.

    Raises:
        OSError: the device or the network failed.
        ChildDiedError: no child could be started; what it said is in the message.
    """
    waiting = _waiting()
    child = waiting or _new()
    is_done = False
    try:
        left_s = seconds + task.size / FILE_BYTES_PER_S
        n_records = 0
        _ask(child, task)
        while not is_done:
            start = monotonic()
            if not child.pipe.poll(max(left_s, 0.0)):
                detail = f"reading it took too long, after {n_records} records"
                yield fault(task.file, 0, "timeout", detail, task.size)
                return
            left_s -= monotonic() - start
            try:
                kind, value = child.receive()
            except ChildDiedError as died:
                if child is waiting and not n_records:  # it may have left, or died of an earlier file
                    child.end()
                    child = _new()
                    _ask(child, task)
                    continue
                if died.is_killed:
                    detail = f"reading it filled the memory, after {n_records} records"
                    yield fault(task.file, 0, "out_of_memory", detail, task.size)
                else:
                    detail = f"reading it ended the process, after {n_records} records"
                    yield fault(task.file, 0, "extraction_error", detail, task.size)
                return
            is_done = kind == "end"
            for record in value:
                n_records += 1
                left_s += record.n_bytes / RECORD_BYTES_PER_S
                yield record
    finally:
        if is_done:
            _idle.append(child)
        else:  # it may be anywhere in the file
            child.end()


def _ask(child: Child, task: Task) -> None:
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # it has left, as `receive` will say
        child.pipe.send(task)


def _waiting() -> Child | None:
    """Return a child that waits for a task; None where there is none."""
    while _idle:
        child = _idle.pop()
        if child.owner == os.getpid():
            return child
        child.end()  # another process's: this one only lets go of it
    return None


def _new() -> Child:
    """Return a new child, when it is ready."""
    child = Child(_prepare)
    try:
        if not child.pipe.poll(_START_S):
            raise child.late(_START_S)
        child.receive()
    except BaseException:
        child.end()
        raise
    return child


# ---- in the child ----------------------------------------------------------------------------------


def _prepare() -> Serve:
    """Return what reads file after file until the parent hangs up, or asks nothing for a while."""
    from pipeline.ingest.formats.sniff import BY_NAME, read_stream

    def serve(pipe: Connection) -> None:
        for task in received(pipe, idle_s=_IDLE_S):
            _limit_memory(task.limits.memory_bytes)
            reader = BY_NAME[task.reader] if task.reader else None
            try:
                with _opened(task.where) as stream:
                    records = read_stream(stream, task.file, task.limits, size=task.size, reader=reader)
                    _send(_bounded(records, task), pipe)
            except MemoryError:
                detail = "reading it asked for more memory than a file may have"
                pipe.send(("end", [fault(task.file, 0, "out_of_memory", detail, task.size)]))
            except OSError as error:
                send_error(error, pipe)
            except Exception as error:  # noqa: BLE001 - such as a record that cannot be sent
                detail = f"{type(error).__name__}: {error}"
                pipe.send(("end", [fault(task.file, 0, "extraction_error", detail, task.size)]))

    return serve


def _limit_memory(n_bytes: int) -> None:
    """Set the limit of this process, as far as that of the system allows."""
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    soft = n_bytes if hard == resource.RLIM_INFINITY else min(n_bytes, hard)
    resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def _opened(where: Path | bytes) -> BinaryIO:
    if isinstance(where, bytes):
        return io.BytesIO(where)
    descriptor = os.open(where, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    return cast(BinaryIO, os.fdopen(descriptor, "rb", buffering=0))


def _bounded(records: Iterator[RawRecord], task: Task) -> Iterator[RawRecord]:
    """Yield records, none of them too large, until they hold far more than their file.

    A table of a kilobyte may say that it has the same row a thousand million times.
    """
    left = max(task.limits.free_bytes, task.size * task.limits.ratio)
    for found in records:
        record = found
        left -= record.n_bytes
        if record.data is not None and record.n_bytes > task.limits.page_bytes:
            detail = f"{record.n_bytes} bytes in one record"
            refused = fault(record.file, record.place, "too_large", detail, record.n_bytes)
            record = replace(refused, reader=record.reader)
        if left < 0:
            yield fault(task.file, 0, "hostile", "its records hold far more than the file", task.size)
            return
        yield record


def _send(records: Iterator[RawRecord], pipe: Connection) -> None:
    """Send records in handfuls, and not too seldom: the parent counts the time it waits."""
    gathered: list[Any] = []
    n_bytes, since = 0, monotonic()
    for record in records:
        gathered.append(record)
        n_bytes += record.n_bytes
        if len(gathered) >= _MANY_RECORDS or n_bytes >= _MANY_BYTES or monotonic() - since > _LONG_S:
            pipe.send(("records", gathered))
            gathered, n_bytes, since = [], 0, monotonic()
    pipe.send(("end", gathered))
