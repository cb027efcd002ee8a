"""Several sources as one: `drop+feeds` reads the drop folder and pulls the feeds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from pipeline.ingest.record import DayRecord, Input, Source, Unplaced


@dataclass(frozen=True, slots=True)
class Joined:
    """Opened sources, asked one after the other; see `record.Source`."""

    sources: tuple[Source, ...]

    def collect(self, day: date) -> None:
        """Let each source fetch what the day's run is to bring in."""
        for source in self.sources:
            source.collect(day)

    def days(self) -> list[date]:
        """Return the days with records, sorted."""
        return sorted({day for source in self.sources for day in source.days()})

    def inputs(self, day: date) -> list[Input]:
        """Return what a day takes from which file, sorted by path."""
        return sorted(taken for source in self.sources for taken in source.inputs(day))

    def records(self, day: date) -> Iterator[DayRecord]:
        """Yield the records of a day, source after source."""
        for source in self.sources:
            yield from source.records(day)

    def unplaced(self) -> list[Unplaced]:
        """Return the files with records that belong to no day."""
        return [listed for source in self.sources for listed in source.unplaced()]
