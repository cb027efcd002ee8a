"""The texts of web pages, taken out in child processes that may hang or die.

A page may be a bomb: markup that keeps an extractor busy for hours, or fills the memory. So pages are handed
to children with a limit of memory, in small chunks; the page that kills its child, or overruns its time,
becomes a record with a fault, and all others keep their texts (`children/chunks.py`). Days without
pages start no child.
"""

from __future__ import annotations

import resource
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import chain
from typing import NamedTuple

from pipeline.children.chunks import Children, map_chunks
from pipeline.children.chunks import Fault as WorkerFault
from pipeline.ingest.fields import Fields
from pipeline.ingest.record import DayRecord, Fault

MEMORY_BYTES = 4 << 30
"""Address space of a child: a page of five megabytes takes about half a gigabyte."""

_CHUNK = 8


class _Page(NamedTuple):
    number: int
    html: str
    url: str | None


type _Result = list[tuple[int, Fields | Fault]]


def is_whole_page(html: str) -> bool:
    """Tell a page from a piece of HTML, such as feeds carry."""
    head = html[:3000].lower()
    return "<html" in head or "<!doctype html" in head or "<head" in head or "<body" in head


def with_pages(records: Iterator[DayRecord], *, processes: int, seconds: float) -> Iterator[DayRecord]:
    """Yield records in their order, those that are web pages with the fields that the pages hold.

    Args:
        records: of a day.
        processes: number of children.
        seconds: the time that a page may take.
    """
    for record in records:
        if is_page(record):
            yield from _with_pages(chain([record], records), processes=processes, seconds=seconds)
            return
        yield record


def is_page(record: DayRecord) -> bool:
    """Tell whether a record is a web page whose text is still to be taken out."""
    fields = record.fields
    return fields is not None and not fields.text and fields.html is not None and is_whole_page(fields.html)


def _with_pages(records: Iterator[DayRecord], *, processes: int, seconds: float) -> Iterator[DayRecord]:
    waiting: dict[int, DayRecord] = {}
    numbers = iter(range(1 << 62))
    others: dict[int, DayRecord] = {}

    def chunks() -> Iterator[Sequence[_Page]]:
        chunk: list[_Page] = []
        for number, record in zip(numbers, records, strict=False):
            fields = record.fields
            if fields is None or not is_page(record):
                others[number] = record
                continue
            waiting[number] = replace(record, fields=replace(fields, html=""))
            chunk.append(_Page(number, fields.html or "", fields.url))
            if len(chunk) == _CHUNK:
                yield chunk
                chunk = []
        if chunk:
            yield chunk

    due = 0
    with Children(_start, processes=processes) as children:
        for results in map_chunks(chunks(), children, failed=_failed, seconds_per_item=seconds):
            for number, found in results:
                others[number] = _merged(waiting.pop(number), found)
            while due in others:
                yield others.pop(due)
                due += 1
    for number in sorted(others):
        yield others[number]


def _merged(record: DayRecord, found: Fields | Fault) -> DayRecord:
    """Return a record with what its page says, where the record says nothing itself."""
    if isinstance(found, Fault):
        return replace(record, record=replace(record.record, data=None, fault=found))
    said = record.fields
    assert said is not None  # pages have fields
    return replace(
        record,
        fields=replace(
            said,
            url=said.url or found.url,
            title=said.title or found.title,
            authors=said.authors or found.authors,
            source=said.source or found.source,
            language=said.language or found.language,
            text=found.text,
            summary=said.summary or found.summary,
        ),
    )


def _start() -> Callable[[Sequence[_Page]], _Result]:
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    limit = MEMORY_BYTES if hard == resource.RLIM_INFINITY else min(MEMORY_BYTES, hard)
    resource.setrlimit(
        resource.RLIMIT_AS, (limit if soft == resource.RLIM_INFINITY else min(soft, limit), hard)
    )
    from pipeline.ingest.pages.dates import page_fields

    def run(pages: Sequence[_Page]) -> _Result:
        done: _Result = []
        for page in pages:
            try:
                done.append((page.number, page_fields(page.html, page.url)))
            except MemoryError:
                done.append(
                    (page.number, Fault("out_of_memory", "asked for more memory than a page may have"))
                )
            except Exception as error:  # noqa: BLE001 - whatever ails a page, it ends in rejects
                fault = Fault("extraction_error", f"{type(error).__name__}: {error}"[:300])
                done.append((page.number, fault))
        return done

    return run


def _failed(page: _Page, fault: WorkerFault) -> _Result:
    match fault:
        case "timeout":
            return [(page.number, Fault("timeout", "taking out the text took too long"))]
        case "out_of_memory":
            return [(page.number, Fault("out_of_memory", "taking out the text filled the memory"))]
        case _:
            return [(page.number, Fault("extraction_error", "taking out the text ended the process"))]
