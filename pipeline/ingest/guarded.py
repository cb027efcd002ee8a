"""Records are understood, and become articles, in child processes with limits of time and memory.

Nobody knows before what a record holds, and cleaning, dating and reading pages are libraries' work too. So
all of it is done in children, many records at a time: a record that takes too long, or asks for too much
memory, becomes a fault, and the others go on (`children/chunks.py`). Children that are done wait a while for
the next records, of whatever file or day.
"""

from __future__ import annotations

import resource
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pipeline.children.chunks import Children, Forks, map_chunks
from pipeline.children.chunks import Fault as ChildFault
from pipeline.children.guard import Failure, attempt
from pipeline.ingest.article_row import UNKNOWN_SOURCE, article_or_fault, clean_article
from pipeline.ingest.pages.text import is_page, with_page
from pipeline.ingest.placement import Placement
from pipeline.ingest.record import DayRecord, Fault, RawRecord
from pipeline.ingest.understanding import for_dating, place_record, understand
from pipeline.ingest.urls import host
from schemas import Article

if TYPE_CHECKING:
    from pipeline.settings import Settings

MEMORY_BYTES = 4 << 30
"""Address space of a child, beyond what it starts with: a page of 5 MB takes about half a gigabyte."""

_MANY_RECORDS, _MANY_BYTES = 64, 1 << 20
"""So many go to a child at once."""

_SECONDS_EACH = 0.5
"""Enough for a record of a chunk, whatever limit the settings have: most take a thousandth."""


class Made(NamedTuple):
    """What became of a record of a day.

    Attributes:
        record: where it stands, without what is in it.
        outlet: as its fields have it, or its host; "" where it was not understood.
        article_id: of an article that was refused after its id was known.
        row: the article, or why there is none.
    """

    record: RawRecord
    outlet: str
    article_id: str | None
    row: Article | Fault


def placed(records: Iterable[RawRecord], *, seconds: float) -> Iterator[tuple[RawRecord, Placement | None]]:
    """Yield records with their placements, or with a fault and None; see `understanding.place_record`.

    Args:
        records: as they were read; only what tells their days is sent to the child.
        seconds: the time that a record may take.
    """
    whole: deque[RawRecord] = deque()

    def items() -> Iterator[tuple[RawRecord, int]]:
        for record in records:
            whole.append(record)
            slim = for_dating(record)
            yield slim, record.n_bytes if slim.data and "html" in slim.data else 200

    for found in _mapped(items(), _place, seconds=seconds):
        record = whole.popleft()
        fault, placement = (found, None) if isinstance(found, Fault) else found
        yield (replace(record, data=None, fault=fault) if fault else record), placement


def understood(
    records: Iterable[RawRecord], *, seconds: float, as_is: bool = False, may_fork: bool = False
) -> Iterator[DayRecord]:
    """Yield records with their fields and days, or with faults; see `understanding.understand`.

    Args:
        records: as they were read.
        seconds: the time that a record may take.
        as_is: their texts stay as they are written.
        may_fork: children are forked off where that is safe.
    """
    bare: deque[RawRecord] = deque()

    def items() -> Iterator[tuple[RawRecord, int]]:
        for record in records:
            bare.append(replace(record, raw=b"", data=None))
            yield replace(record, raw=b""), record.n_bytes

    for found in _mapped(items(), partial(_understand, as_is=as_is), seconds=seconds, may_fork=may_fork):
        record = bare.popleft()
        if isinstance(found, Fault):
            yield DayRecord(replace(record, fault=found), None, None)
        else:
            yield found


def articles(records: Iterable[DayRecord], settings: Settings, *, is_clean: bool = False) -> Iterator[Made]:
    """Yield what becomes of the records of a day, in their order.

    Args:
        records: understood.
        settings: the limits of an article, the time that a record may take, and the number of children.
        is_clean: they are articles that somebody has cleaned; see `article_row`.
    """
    bare: deque[RawRecord] = deque()

    def items() -> Iterator[tuple[DayRecord, int]]:
        for record in records:
            light = replace(record.record, raw=b"", data=None)
            bare.append(light)
            yield replace(record, record=light), record.record.n_bytes

    work = partial(_make, settings=settings, is_clean=is_clean)
    made = _mapped(
        items(),
        work,
        seconds=settings.timeout_s,
        processes=settings.model_processes,
        may_fork=settings.fork_children,
    )
    for found in made:
        record = bare.popleft()
        if isinstance(found, Fault):
            yield Made(record, "", None, found)
        else:
            yield Made(record, *found)


# ---- in the child ----------------------------------------------------------------------------------


def _place(record: RawRecord) -> tuple[Fault | None, Placement | None]:
    placed, placement = place_record(record)
    return placed.fault, placement


def _understand(record: RawRecord, *, as_is: bool) -> DayRecord:
    made = understand(record, as_is=as_is)
    return replace(made, record=replace(made.record, data=None))


def _make(
    record: DayRecord, *, settings: Settings, is_clean: bool
) -> tuple[str, str | None, Article | Fault]:
    fields = record.fields
    if fields is not None and not is_clean and is_page(fields):
        record = replace(record, fields=with_page(fields))
        fields = record.fields
    outlet = "" if fields is None else fields.source or host(fields.url) or UNKNOWN_SOURCE
    if is_clean:
        return outlet, *clean_article(record, settings)
    return outlet, None, article_or_fault(record, settings)


# ---- between the processes -------------------------------------------------------------------------


class _Task(NamedTuple):
    work: Callable[[Any], Any]
    item: Any
    seconds: float


def _mapped[Item](
    items: Iterable[tuple[Item, int]],
    work: Callable[[Item], Any],
    *,
    seconds: float,
    processes: int = 1,
    may_fork: bool = False,
) -> Iterator[Any]:
    """Yield what the work gives for each item, or the fault for which it gives nothing, in their order.

    Args:
        items: each with its size in bytes.
        work: of a module, so that a child can import it.
        seconds: the time that an item may take.
        processes: number of children.
        may_fork: they are forked off where that is safe.
    """
    forks: Forks = "before start" if may_fork else "never"
    with Children(_start, processes=processes, is_kept=True, forks=forks) as children:
        chunks = _chunks(_Sized(_Task(work, item, seconds), n_bytes) for item, n_bytes in items)
        for results in map_chunks(
            chunks,
            children,
            failed=_failed,
            seconds_per_item=_SECONDS_EACH,
            # The limit within the child comes first: it costs the record, not its child.
            seconds_at_least=2 * seconds + 1.0,
        ):
            yield from results


class _Sized(NamedTuple):
    task: _Task
    n_bytes: int


def _chunks(tasks: Iterable[_Sized]) -> Iterator[Sequence[_Task]]:
    chunk: list[_Task] = []
    n_bytes = 0
    for task, size in tasks:
        chunk.append(task)
        n_bytes += size
        if len(chunk) >= _MANY_RECORDS or n_bytes >= _MANY_BYTES:
            yield chunk
            chunk, n_bytes = [], 0
    if chunk:
        yield chunk


def _start() -> Callable[[Sequence[_Task]], list[Any]]:
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    limit = MEMORY_BYTES + _address_space()  # a forked child begins with its parent's
    limit = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
    resource.setrlimit(
        resource.RLIMIT_AS, (limit if soft == resource.RLIM_INFINITY else min(soft, limit), hard)
    )
    return _run


def _address_space() -> int:
    """Return the bytes that this process has mapped; 0 where the system does not tell."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    except OSError:
        return 0


def _run(tasks: Sequence[_Task]) -> list[Any]:
    return [_done(task) for task in tasks]


def _done(task: _Task) -> Any:
    made = attempt(partial(task.work, task.item), timeout_s=task.seconds)
    return Fault(made.reason, made.detail) if isinstance(made, Failure) else made


def _failed(task: _Task, fault: ChildFault) -> list[Any]:
    match fault:
        case "timeout":
            return [Fault("timeout", f"took longer than {task.seconds:g} s")]
        case "out_of_memory":
            return [Fault("out_of_memory", "filled the memory")]
        case _:
            return [Fault("extraction_error", "ended its process")]
