"""The drop folder: files of records, put there by whoever delivers them, one folder a day of arrival.

`<drop_dir>/<any>/*.jsonl[.gz]`. A day's records may stand in any file: an index says in which. It is kept
in the store, an entry a file, and made anew for files that are new or have changed (their size, or their
time of change, which serves as nothing but this hint). Losing the index costs time, nothing else.

Records without a day of their own (undated, not readable) in a file without a day of arrival belong to the
last day, among those up to today, that the file has records for. In a file that has none, they belong to no
day: `Drop.unplaced` lists them.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any, BinaryIO, cast

from pipeline.identity import checksum, content_id
from pipeline.settings import Settings
from pipeline.sources.fields import read_dates, read_fields
from pipeline.sources.jsonl import read_jsonl
from pipeline.sources.placement import Placement, arrival_day, place
from pipeline.sources.record import DayRecord, Fault, Input, RawRecord, Unplaced
from pipeline.sources.walk import FoundFile, open_found, walk
from pipeline.store import Store

INDEX_VERSION = 1
"""Raised by one whenever the same file might get other days than before."""

_SUFFIXES = (".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz")
_GZIP_MAGIC = b"\x1f\x8b"


def open_drop(store: Store, settings: Settings) -> Drop:
    """Open the drop folder, its index brought up to date.

    Raises:
        ConfigError: the folder is missing or cannot be read.
        OSError: the device or the network failed.
    """
    found = [f for f in walk(settings.drop_dir) if f.fault or f.path.lower().endswith(_SUFFIXES)]
    today = datetime.now(UTC).date()
    return Drop(settings, {f.path: f for f in found}, _index(store, found, settings), today)


@dataclass(slots=True)
class Entry:
    """What the index knows of a file: how many records of which day, and a checksum of these.

    `loose` stands for the records that have no day of their own.
    """

    days: dict[str, tuple[int, str]] = field(default_factory=dict)
    loose: tuple[int, str] | None = None
    loose_detail: str = ""

    def home(self, today: date) -> str | None:
        """Return the day that the loose records belong to; None where the file has none."""
        return max((day for day in self.days if day <= today.isoformat()), default=None)

    def early(self, today: date) -> list[str]:
        """Return the days after today, which no publication can have."""
        return sorted(day for day in self.days if day > today.isoformat())


@dataclass(slots=True)
class Drop:
    """An opened drop folder; see `record.Source` for what it can be asked."""

    settings: Settings
    files: dict[str, FoundFile]
    index: dict[str, Entry]
    today: date

    def days(self) -> list[date]:
        """Return the days with records, sorted, up to today."""
        found = {day for entry in self.index.values() for day in entry.days}
        return [day for day in sorted(map(date.fromisoformat, found)) if day <= self.today]

    def inputs(self, day: date) -> list[Input]:
        """Return what a day takes from which file, sorted by path."""
        taken = []
        for path, entry in sorted(self.index.items()):
            parts = [entry.days[day.isoformat()][1]] if day.isoformat() in entry.days else []
            if self._is_home(path, entry, day):
                parts += [entry.loose[1]] if entry.loose else []
                parts += [entry.days[d][1] for d in entry.early(self.today)]
            if parts:
                taken.append(Input(path, parts[0] if len(parts) == 1 else checksum(" ".join(parts))))
        return taken

    def records(self, day: date) -> Iterator[DayRecord]:
        """Yield the records of a day in the order of their files' paths and of their lines."""
        for path, _ in self.inputs(day):
            arrived = arrival_day(path)
            is_home = self._is_home(path, self.index[path], day)
            for record in read_file(self.files[path], self.settings):
                placed, placement = _placed(record, arrived)
                own = placement.day if placement else arrived
                if own == day or (is_home and (own is None or own > self.today)):
                    fields = read_fields(placed.data) if placed.data is not None else None
                    yield DayRecord(placed, fields, placement)

    def unplaced(self) -> list[Unplaced]:
        """Return the files with records that belong to no day, or to one that is not there yet."""
        listed = []
        for path, entry in sorted(self.index.items()):
            if entry.home(self.today) is not None:
                continue
            if entry.loose:
                listed.append(Unplaced(path, entry.loose[0], entry.loose_detail))
            n_early = sum(entry.days[day][0] for day in entry.early(self.today))
            if n_early:
                listed.append(
                    Unplaced(path, n_early, f"dated {entry.early(self.today)[0]}, which is to come")
                )
        return listed

    def _is_home(self, path: str, entry: Entry, day: date) -> bool:
        return arrival_day(path) is None and entry.home(self.today) == day.isoformat()


def _placed(record: RawRecord, arrived: date | None) -> tuple[RawRecord, Placement | None]:
    """Return a record with its placement, or with a fault and None where it has none."""
    if record.data is None:
        return record, None
    try:
        return record, place(read_dates(record.data), arrived)
    except Exception as error:  # noqa: BLE001 - one poisoned record must not stop a night
        fault = Fault("extraction_error", f"{type(error).__name__}: {error}")
        return replace(record, data=None, fault=fault), None


# ---- files -----------------------------------------------------------------------------------------


def read_file(found: FoundFile, settings: Settings) -> Iterator[RawRecord]:
    """Yield the records of a file; what cannot be read is a record with a fault.

    Raises:
        OSError: the device or the network failed.
    """
    if found.fault:
        yield RawRecord(found.path, 0, 0, fault=found.fault, raw=found.fault.detail.encode())
        return
    try:
        stream = os.fdopen(open_found(found), "rb")
    except PermissionError:
        fault = Fault("unreadable", "permission denied")
        yield RawRecord(found.path, 0, found.size, fault=fault, raw=b"permission denied")
        return
    with stream, decompressed(stream) as plain:
        yield from read_jsonl(plain, found.path, max_record_bytes=settings.max_record_bytes)


@contextmanager
def decompressed(stream: BinaryIO) -> Iterator[BinaryIO]:
    """Give a stream's content, of gzip or as it is; its first bytes tell, not its name."""
    buffered = io.BufferedReader(cast(Any, stream), 1 << 16)
    if buffered.peek(2)[:2] == _GZIP_MAGIC:
        with gzip.open(buffered) as plain:
            yield io.BufferedReader(cast(Any, plain), 1 << 16)
    else:
        yield buffered


# ---- the index -------------------------------------------------------------------------------------


def _index(store: Store, found: list[FoundFile], settings: Settings) -> dict[str, Entry]:
    """Return the index of the files given, from the store as far as it still holds."""
    root = str(settings.drop_dir.resolve())
    name = f"drop-{content_id(root)}"
    path = f"index/{name}.json"
    state = {
        f.path: [
            INDEX_VERSION,
            settings.max_record_bytes,
            f.size,
            f.mtime_ns,
            f.fault.detail if f.fault else "",
        ]
        for f in found
    }
    with store.lock(name):
        kept: dict[str, Any] = store.read_json(path) or {}
        files = {f.path: f for f in found}
        index = {p: _load(kept[p]) for p in files if p in kept and kept[p]["state"] == state[p]}
        missing = [p for p in files if p not in index]
        for p in missing:
            index[p] = _scan(files[p], settings)
        if missing or len(kept) != len(files):
            store.write_json(path, {p: _dump(index[p], state[p]) for p in sorted(files)})
    return index


def _scan(found: FoundFile, settings: Settings) -> Entry:
    """Read a file through and return which days it has records for."""
    arrived = arrival_day(found.path)
    counts: dict[date | None, int] = {}
    hashes: dict[date | None, Any] = {}
    detail = ""
    for record in read_file(found, settings):
        placed, placement = _placed(record, arrived)
        day = placement.day if placement else arrived
        counts[day] = counts.get(day, 0) + 1
        hashes.setdefault(day, hashlib.sha256()).update(record.raw)
        if day is None and not detail:
            said = placement.refused[1] if placement and placement.refused else ""
            detail = said or (placement.undated if placement else "") or ""
            detail = detail or (placed.fault.detail if placed.fault else "")
    totals = {day: (n, hashes[day].hexdigest()) for day, n in counts.items()}
    loose = totals.pop(None, None)
    days = {day.isoformat(): totals[day] for day in sorted(d for d in totals if d is not None)}
    return Entry(days, loose, detail)


def _load(kept: dict[str, Any]) -> Entry:
    loose = kept["loose"]
    days = {day: (int(n), str(sha256)) for day, (n, sha256) in kept["days"].items()}
    return Entry(days, (int(loose[0]), str(loose[1])) if loose else None, kept["detail"])


def _dump(entry: Entry, state: list[Any]) -> dict[str, Any]:
    return {"state": state, "days": entry.days, "loose": entry.loose, "detail": entry.loose_detail}
