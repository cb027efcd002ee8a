"""From a raw record to its fields and its day: one function for all sources, which never raises.

Whatever a record holds, it is understood or becomes a fault: a night must not stop over one poisoned record.
`guarded.py` runs it in a child process, within limits of time and memory.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from pipeline.ingest.fields import Fields, bounded, needed_for_dates, read_dates, read_fields
from pipeline.ingest.formats.reader import settle
from pipeline.ingest.moments import written
from pipeline.ingest.pages.dates import page_date
from pipeline.ingest.pages.plain import plain_text
from pipeline.ingest.placement import Placement, arrival_day, place
from pipeline.ingest.record import DayRecord, Fault, RawRecord


def understand(record: RawRecord, *, as_is: bool = False) -> DayRecord:
    """Return a record with its fields and its day, or with a fault and neither.

    Args:
        record: as a reader made it.
        as_is: its text stays as it is written; else HTML and Markdown become plain text.
    """
    settled = _settled(record)
    if settled.data is None:
        return DayRecord(settled, None, None)
    try:
        said = read_fields(settled.data)
        placement = _placement(settled, said)
        fields = bounded(said)
        return DayRecord(settled, fields if as_is else _plain(fields), placement)
    except Exception as error:  # noqa: BLE001 - one poisoned record must not stop a night
        return DayRecord(_broken(record, error), None, None)


def place_record(record: RawRecord) -> tuple[RawRecord, Placement | None]:
    """Return a record with its placement, or with a fault and None where it has none.

    This is the part of `understand` that tells the day; the other fields are not looked at.
    """
    settled = _settled(record)
    if settled.data is None:
        return settled, None
    try:
        return settled, _placement(settled, read_dates(settled.data))
    except Exception as error:  # noqa: BLE001 - as above
        return _broken(record, error), None


def for_dating(record: RawRecord) -> RawRecord:
    """Return a record with no more in it than `place_record` looks at: little is sent to where it runs."""
    if record.data is None:
        return replace(record, raw=b"")
    return replace(record, raw=b"", data=needed_for_dates(record.data))


def day_of(record: RawRecord, placement: Placement | None) -> date | None:
    """Return the day that a record belongs to; None where it has none of its own."""
    return placement.day if placement else record.arrived or arrival_day(record.file)


def _placement(record: RawRecord, fields: Fields) -> Placement:
    """Return the day of a record; of its fields, the dates and the URL are looked at."""
    arrived = record.arrived or arrival_day(record.file)
    html = (record.data or {}).get("html")
    if fields.published or not isinstance(html, str):
        return place(fields, arrived, found_in=record.date_from)
    undated = place(fields, arrived)
    found = page_date(html, fields.url, fetched_at=undated.fetched_at)
    if found is None:
        return undated
    published = replace(fields, published=(written(found[0]),))
    return place(published, arrived, found_in=found[1], precision=found[0].precision)


def _settled(record: RawRecord) -> RawRecord:
    """Return a record without what no later step can hold; readers have mostly seen to it already."""
    if record.data is None:
        return record
    settled = settle(record.data)
    if isinstance(settled, Fault):
        return replace(record, data=None, fault=settled)
    return record if settled is record.data else replace(record, data=settled)


def _plain(fields: Fields) -> Fields:
    text = plain_text(fields.text) or None if fields.text else None
    return replace(fields, text=text, title=_plain_line(fields.title), summary=_plain_line(fields.summary))


def _plain_line(line: str | None) -> str | None:
    """Return a title without tags; entities alone are resolved where it is cleaned."""
    return plain_text(line) or None if line and ("<" in line or "&" in line) else line


def _broken(record: RawRecord, error: Exception) -> RawRecord:
    detail = f"{type(error).__name__}: {error}"[:300].encode("utf-8", "replace").decode()
    return replace(record, data=None, fault=Fault("extraction_error", detail))
