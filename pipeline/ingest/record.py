"""What a source hands on: records as they came in, each with the place where it stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple, Protocol

from pipeline.ingest.fields import Fields
from pipeline.ingest.placement import DateSource, Placement
from schemas.rejects import Reason


class Fault(NamedTuple):
    """Why a record cannot be read at all."""

    reason: Reason
    detail: str


@dataclass(frozen=True, slots=True)
class RawRecord:
    """One record of a file, read but not yet understood.

    Attributes:
        file: path of the file below the source's root, with `/` between its parts.
        place: number of the record's line, or of the record, from 1; 0 where it is the file as a whole.
        n_bytes: size of the record as it stands in the file.
        data: the record; None where there is a fault.
        fault: why there is no record.
        raw: the record's bytes, as far as they were read; tells whether it has changed.
        date_from: where its date of publication stands: `published_at_source`.
        reader: name of the reader that read it.
        arrived: day of arrival, where somebody knows it who does not go by the file's path.
    """

    file: str
    place: int
    n_bytes: int
    data: dict[str, Any] | None = None
    fault: Fault | None = None
    raw: bytes = b""
    date_from: DateSource = "record"
    reader: str = ""
    arrived: date | None = None

    @property
    def ref(self) -> str:
        """Name of the record in `record_ref`: file and place."""
        return f"{self.file}#{self.place}" if self.place else self.file


@dataclass(frozen=True, slots=True)
class DayRecord:
    """A record with its fields and its day; fields and placement are None where it cannot be read."""

    record: RawRecord
    fields: Fields | None
    placement: Placement | None


class Input(NamedTuple):
    """What a day takes from one file."""

    path: str
    """Below the source's root."""
    sha256: str
    """Of the records of the day in it, so that other records added to the file leave it as it is."""


class Unplaced(NamedTuple):
    """Records that no day can be found for, of one file."""

    path: str
    n_records: int
    detail: str


class Source(Protocol):
    """What an opened source can be asked."""

    def collect(self, day: date) -> None:
        """Fetch what the day's run is to bring in, where the source asks others; before `records`."""
        ...

    def days(self) -> list[date]:
        """Return the days with records, sorted."""
        ...

    def inputs(self, day: date) -> list[Input]:
        """Return what a day takes from which file, sorted by path."""
        ...

    def records(self, day: date) -> Iterator[DayRecord]:
        """Yield the records of a day, and what could not be read of it, in the order of their paths."""
        ...

    def unplaced(self) -> list[Unplaced]:
        """Return the files with records that belong to no day."""
        ...
