"""The drop folder, here or on an object store: files of records, put there by whoever delivers them.

Files may be of any known format (`formats.py`) and lie in folders of any depth. A day's records may stand
in any file: an index says in which (`drop_index.py`).

Records without a day of their own (undated, not readable) in a file without a day of arrival belong to the
last day, among those up to today, that the file has records for. In a file that has none, they belong to no
day: `Drop.unplaced` lists them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from pipeline.identity import checksum, content_id
from pipeline.ingest.formats.reader import Reader
from pipeline.ingest.guarded import understood
from pipeline.ingest.record import DayRecord, Input, RawRecord, Unplaced
from pipeline.ingest.sources.drop_files import limits_of, read_file
from pipeline.ingest.sources.drop_index import DropIndex
from pipeline.ingest.sources.walk import outline, part_of
from pipeline.ingest.understanding import day_of
from pipeline.settings import Settings
from pipeline.store import Store


def open_drop(
    store: Store, settings: Settings, day: date | None = None, *, reader: Reader | None = None
) -> Drop:
    """Open the drop folder, its index brought up to date.

    Args:
        store: where the index is kept.
        settings: the folder, the limits, and how far from the day that is run folders are looked at.
        day: that is to be run; without one, all folders are looked at.
        reader: the format of all files in it; told from each file where it is not given.

    Raises:
        ConfigError: the folder is missing or cannot be read.
        OSError: the device or the network failed.
    """
    index = drop_index_of(store, settings, reader, is_whole=day is None or not settings.drop_window_days)
    index.bring_up(day, settings.drop_window_days)
    return Drop(index)


def drop_index_of(
    store: Store, settings: Settings, reader: Reader | None = None, *, is_whole: bool = True
) -> DropIndex:
    """Return the index of the drop folder, not yet brought up to date.

    Args:
        store: where the index is kept.
        settings: the folder and the limits.
        reader: the format of all files in it; told from each file where it is not given.
        is_whole: all folders will be looked at.

    Raises:
        ConfigError: the folder is missing or cannot be read.
        OSError: the device or the network failed.
    """
    root = settings.drop_dir
    tree = outline(root, is_whole=is_whole)
    place = root if "://" in root else str(Path(root).resolve())
    name = f"drop-{content_id(place, reader.name if reader else 'any')}"
    today = datetime.now(UTC).date()
    return DropIndex(store, name, tree, limits_of(settings), reader, settings.timeout_s, today)


@dataclass(slots=True)
class Drop:
    """An opened drop folder; see `record.Source` for what it can be asked."""

    index: DropIndex

    def collect(self, day: date) -> None:
        """Do nothing: files are delivered."""

    def days(self) -> list[date]:
        """Return the days with records, sorted, up to today."""
        found = {day for said in self.index.parts.values() for day in said["days"]}
        return [day for day in sorted(map(date.fromisoformat, found)) if day <= self.index.today]

    def inputs(self, day: date) -> list[Input]:
        """Return what a day takes from which file, sorted by path."""
        today, name = self.index.today, day.isoformat()
        taken = []
        for part in map(self.index.part, self.index.with_day(day)):
            for path in part.files_of.get(name, ()):
                entry = part.entries[path]
                parts = [entry.days[name][1]]
                if entry.home(today) == name:
                    parts += [entry.loose[1]] if entry.loose else []
                    parts += [entry.days[d][1] for d in entry.early(today)]
                taken.append(Input(path, parts[0] if len(parts) == 1 else checksum(" ".join(parts))))
        return sorted(taken)

    def records(self, day: date) -> Iterator[DayRecord]:
        """Yield the records of a day in the order of their files' paths and of their places."""
        noted: deque[tuple[str | None, bool]] = deque()
        today = self.index.today

        def wanted() -> Iterator[RawRecord]:
            for path, _ in self.inputs(day):
                part = self.index.part(part_of(path))
                entry = part.entries[path]
                is_home = entry.home(today) == day.isoformat()
                days = {None, day.isoformat()} | ({"", *entry.early(today)} if is_home else set())
                for record, its_day in zip(read_file(path, part.folder), entry.noted(), strict=False):
                    if its_day in days:
                        noted.append((its_day, is_home))
                        yield record

        for made in understood(wanted(), seconds=self.index.seconds):
            its_day, is_home = noted.popleft()
            own = day_of(made.record, made.placement)
            # A record that took too long this time, and not when the index was made, stays where it was.
            is_stopped = made.placement is None and its_day == day.isoformat()
            if own == day or is_stopped or (is_home and (own is None or own > today)):
                yield made

    def unplaced(self) -> list[Unplaced]:
        """Return the files with records that belong to no day, or to one that is not there yet."""
        listed = []
        for path, entry in self.index.unplaced().items():
            if entry.loose:
                listed.append(Unplaced(path, entry.loose[0], entry.loose_detail))
            early = entry.early(self.index.today)
            if early:
                n_early = sum(entry.days[day][0] for day in early)
                listed.append(Unplaced(path, n_early, f"dated {early[0]}, which is to come"))
        return listed
