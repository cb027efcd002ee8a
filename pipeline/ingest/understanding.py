"""From a raw record to its fields and its day: one function for all sources, which never raises.

Whatever a record holds, it is understood or becomes a fault: a night must not stop over one poisoned record.
"""

from __future__ import annotations

from dataclasses import replace

from pipeline.ingest.fields import Fields, read_dates, read_fields
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
    placed, placement = place_record(record)
    return with_fields(placed, placement, as_is=as_is)


def place_record(record: RawRecord) -> tuple[RawRecord, Placement | None]:
    """Return a record with its placement, or with a fault and None where it has none.

    This is the part of `understand` that tells the day; the other fields are not looked at.
    """
    if record.data is None:
        return record, None
    try:
        fields = read_dates(record.data)
        arrived = arrival_day(record.file)
        html = record.data.get("html")
        if fields.published or not isinstance(html, str):
            return record, place(fields, arrived, found_in=record.date_from)
        undated = place(fields, arrived)
        found = page_date(html, fields.url, fetched_at=undated.fetched_at)
        if found is None:
            return record, undated
        published = replace(fields, published=(written(found[0]),))
        return record, place(published, arrived, found_in=found[1], precision=found[0].precision)
    except Exception as error:  # noqa: BLE001 - one poisoned record must not stop a night
        return _broken(record, error), None


def with_fields(record: RawRecord, placement: Placement | None, *, as_is: bool = False) -> DayRecord:
    """Return a record that was placed with its fields, or with a fault; see `understand`."""
    if record.data is None or placement is None:
        return DayRecord(record, None, None)
    settled = settle(record.data)
    if isinstance(settled, Fault):
        return DayRecord(replace(record, data=None, fault=settled), None, None)
    try:
        fields = read_fields(settled)
        return DayRecord(record, fields if as_is else _plain(fields), placement)
    except Exception as error:  # noqa: BLE001 - as above
        return DayRecord(_broken(record, error), None, None)


def _plain(fields: Fields) -> Fields:
    return replace(fields, text=plain_text(fields.text) or None) if fields.text else fields


def _broken(record: RawRecord, error: Exception) -> RawRecord:
    detail = f"{type(error).__name__}: {error}"[:300].encode("utf-8", "replace").decode()
    return replace(record, data=None, fault=Fault("extraction_error", detail))
