"""What the index of a drop folder knows of a file, and when that still holds."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import repeat
from typing import Any

from pipeline.ingest.guarded import placed
from pipeline.ingest.sources.drop_files import DropFolder, read_file
from pipeline.ingest.sources.walk import FoundFile, open_found
from pipeline.ingest.understanding import day_of

INDEX_VERSION = 7
"""Raised by one whenever the same file might get other days than before."""


@dataclass(slots=True)
class Entry:
    """What the index knows of a file: how many records of which day, and a checksum of these.

    `loose` stands for the records that have no day of their own. `order` tells which record is of which day,
    in runs, so that only those of a day are looked at again; it is left out where there are too many runs.
    """

    days: dict[str, tuple[int, str]] = field(default_factory=dict)
    loose: tuple[int, str] | None = None
    loose_detail: str = ""
    order: list[tuple[str, int]] = field(default_factory=list)

    def noted(self) -> Iterator[str | None]:
        """Yield the day of each record in its order, "" for none; None for ever where that is not known."""
        for day, n in self.order:
            yield from repeat(day, n)
        yield from repeat(None)

    def home(self, today: date) -> str | None:
        """Return the day that the loose records belong to; None where the file has none."""
        return max((day for day in self.days if day <= today.isoformat()), default=None)

    def is_homeless(self, today: date) -> bool:
        """Tell whether there are records that belong to no day yet."""
        return self.home(today) is None and bool(self.loose or self.days)

    def early(self, today: date) -> list[str]:
        """Return the days after today, which no publication can have."""
        return sorted(day for day in self.days if day > today.isoformat())


def state_of(path: str, folder: DropFolder) -> list[Any]:
    """Return what an entry of the index depends on beside what is in the file."""
    limits = [folder.limits.record_bytes, folder.limits.page_bytes, folder.limits.records]
    faults = [found.fault.detail if found.fault else "" for found in _with_beside(path, folder)]
    return [INDEX_VERSION, *limits, *faults]


_YOUNG_NS = 2_000_000_000


def seen(path: str, folder: DropFolder) -> list[Any] | None:
    """Return by what it can be seen whether a file has changed; None where that cannot be seen now.

    A time of change cannot be put back by whoever writes the file (`rsync -t` and `cp -p` put back only the
    other one), but two changes may fall into one tick of a file system's clock.
    """
    files = _with_beside(path, folder)
    if any(map(is_young, files)):
        return None
    return [[found.size, found.mtime_ns, found.ctime_ns, found.inode] for found in files]


def is_young(found: FoundFile) -> bool:
    """Tell whether a file may change without that being seen by its times."""
    return found.ctime_ns > time.time_ns() - _YOUNG_NS


def content(path: str, folder: DropFolder) -> list[str]:
    """Return checksums of what an entry is made from; "" stands for what cannot be read."""
    return [_checksum(found) for found in _with_beside(path, folder)]


def _checksum(found: FoundFile) -> str:
    if found.fault:
        return ""
    try:
        with os.fdopen(open_found(found), "rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except PermissionError:
        return ""


def _with_beside(path: str, folder: DropFolder) -> list[FoundFile]:
    """Return a file and its companion, where it has one."""
    beside = [folder.beside.of[path][0]] if path in folder.beside.of else []
    return [folder.files[one] for one in (path, *beside)]


def scan(path: str, folder: DropFolder) -> Entry:
    """Read a file through and return which days it has records for."""
    counts: dict[date | None, int] = {}
    hashes: dict[date | None, Any] = {}
    detail = ""
    run_days: list[str] = []
    runs: list[int] = []
    last: date | None = None
    for record, placement in placed(read_file(path, folder), seconds=folder.seconds):
        day = day_of(record, placement)
        counts[day] = counts.get(day, 0) + 1
        if day == last and runs:
            runs[-1] += 1
        elif len(runs) <= _MAX_RUNS:
            run_days.append(day.isoformat() if day else "")
            runs.append(1)
            last = day
        hashes.setdefault(day, hashlib.sha256()).update(record.raw)
        if day is None and not detail:
            said = placement.refused[1] if placement and placement.refused else ""
            detail = said or (placement.undated if placement else "") or ""
            detail = detail or (record.fault.detail if record.fault else "")
    totals = {day: (n, hashes[day].hexdigest()) for day, n in counts.items()}
    loose = totals.pop(None, None)
    days = {day.isoformat(): totals[day] for day in sorted(d for d in totals if d is not None)}
    order = list(zip(run_days, runs, strict=True)) if len(runs) <= _MAX_RUNS else []
    return Entry(days, loose, detail, order)


_MAX_RUNS = 20_000


def load(kept: dict[str, Any]) -> Entry:
    """Return an entry of what was kept of it."""
    loose = kept["loose"]
    days = {day: (int(n), str(sha256)) for day, (n, sha256) in kept["days"].items()}
    order = [(str(day), int(n)) for day, n in kept["order"]]
    return Entry(days, (int(loose[0]), str(loose[1])) if loose else None, kept["detail"], order)


def dump(entry: Entry) -> dict[str, Any]:
    """Return an entry as it is kept."""
    return {
        "days": {day: list(found) for day, found in entry.days.items()},
        "loose": list(entry.loose) if entry.loose else None,
        "detail": entry.loose_detail,
        "order": [list(run) for run in entry.order],
    }
