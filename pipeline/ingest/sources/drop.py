"""The drop folder, here or on an object store: files of records, put there by whoever delivers them.

Files may be of any known format (`formats.py`) and lie in folders of any depth. A day's records may stand
in any file: an index says in which. It is kept in the store, an entry a file, and made anew for files that
are new or have changed. Whether one has changed is told by size, times and inode; where any of these
differs, or the file was so young when it was read that its times tell nothing, by its content. Losing the
index costs time, nothing else.

Records without a day of their own (undated, not readable) in a file without a day of arrival belong to the
last day, among those up to today, that the file has records for. In a file that has none, they belong to no
day: `Drop.unplaced` lists them.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from itertools import repeat
from pathlib import Path
from typing import Any

from pipeline.identity import checksum, content_id
from pipeline.ingest.formats.apart import Task, read_apart
from pipeline.ingest.formats.reader import Limits, Reader, decode
from pipeline.ingest.formats.reader import record as record_of
from pipeline.ingest.formats.sniff import needs_child, read_stream
from pipeline.ingest.guarded import placed, understood
from pipeline.ingest.record import DayRecord, Fault, Input, RawRecord, Unplaced
from pipeline.ingest.sources.companions import Companions, companion_fields, companions
from pipeline.ingest.sources.walk import FoundFile, here, open_found, walk
from pipeline.ingest.understanding import day_of
from pipeline.settings import Settings
from pipeline.store import Store
from pipeline.store.batch import index_path

INDEX_VERSION = 7
"""Raised by one whenever the same file might get other days than before."""


def open_drop(store: Store, settings: Settings, reader: Reader | None = None) -> Drop:
    """Open the drop folder, its index brought up to date.

    Args:
        store: where the index is kept.
        settings: the folder and the limits.
        reader: the format of all files in it; told from each file where it is not given.

    Raises:
        ConfigError: the folder is missing or cannot be read.
        OSError: the device or the network failed.
    """
    found = {f.path: f for f in walk(settings.drop_dir)}
    beside = companions(found, lambda path: _head(found[path]))
    folder = DropFolder(found, beside, limits_of(settings), reader, settings.timeout_s)
    root = settings.drop_dir if "://" in settings.drop_dir else str(Path(settings.drop_dir).resolve())
    return Drop(folder, _index(store, root, folder), datetime.now(UTC).date())


_HEAD_BYTES = 1 << 14


def _head(found: FoundFile) -> bytes:
    """Return the first bytes of a file; none of one that cannot be read, which is found out later."""
    if found.fault:
        return b""
    try:
        with os.fdopen(open_found(found), "rb") as stream:
            return stream.read(_HEAD_BYTES)
    except PermissionError:
        return b""


def limits_of(settings: Settings) -> Limits:
    """Return the bounds on what is read from one file."""
    return Limits(
        record_bytes=settings.max_record_bytes,
        page_bytes=5 * settings.max_record_bytes,
        records=settings.max_file_records,
    )


@dataclass(frozen=True, slots=True)
class DropFolder:
    """The files of a drop folder, and how they are to be read."""

    files: dict[str, FoundFile]
    beside: Companions
    limits: Limits
    reader: Reader | None
    seconds: float = 60.0
    """That the reader of a file may take in a child process, beside what the file's size earns it."""

    def paths(self) -> list[str]:
        """Return the paths of the files with articles, sorted."""
        return sorted(path for path in self.files if path not in self.beside.used)


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

    def early(self, today: date) -> list[str]:
        """Return the days after today, which no publication can have."""
        return sorted(day for day in self.days if day > today.isoformat())


@dataclass(slots=True)
class Drop:
    """An opened drop folder; see `record.Source` for what it can be asked."""

    folder: DropFolder
    index: dict[str, Entry]
    today: date

    def collect(self, day: date) -> None:
        """Do nothing: files are delivered."""

    def days(self) -> list[date]:
        """Return the days with records, sorted, up to today."""
        found = {day for entry in self.index.values() for day in entry.days}
        return [day for day in sorted(map(date.fromisoformat, found)) if day <= self.today]

    def inputs(self, day: date) -> list[Input]:
        """Return what a day takes from which file, sorted by path."""
        taken = []
        for path, entry in sorted(self.index.items()):
            parts = [entry.days[day.isoformat()][1]] if day.isoformat() in entry.days else []
            if entry.home(self.today) == day.isoformat():
                parts += [entry.loose[1]] if entry.loose else []
                parts += [entry.days[d][1] for d in entry.early(self.today)]
            if parts:
                taken.append(Input(path, parts[0] if len(parts) == 1 else checksum(" ".join(parts))))
        return taken

    def records(self, day: date) -> Iterator[DayRecord]:
        """Yield the records of a day in the order of their files' paths and of their places."""
        noted: deque[tuple[str | None, bool]] = deque()

        def wanted() -> Iterator[RawRecord]:
            for path, _ in self.inputs(day):
                entry = self.index[path]
                is_home = entry.home(self.today) == day.isoformat()
                days = {None, day.isoformat()} | ({"", *entry.early(self.today)} if is_home else set())
                for record, its_day in zip(read_file(path, self.folder), entry.noted(), strict=False):
                    if its_day in days:
                        noted.append((its_day, is_home))
                        yield record

        for made in understood(wanted(), seconds=self.folder.seconds):
            its_day, is_home = noted.popleft()
            own = day_of(made.record, made.placement)
            # A record that took too long this time, and not when the index was made, stays where it was.
            is_stopped = made.placement is None and its_day == day.isoformat()
            if own == day or is_stopped or (is_home and (own is None or own > self.today)):
                yield made

    def unplaced(self) -> list[Unplaced]:
        """Return the files with records that belong to no day, or to one that is not there yet."""
        listed = []
        for path, entry in sorted(self.index.items()):
            if entry.home(self.today) is not None:
                continue
            if entry.loose:
                listed.append(Unplaced(path, entry.loose[0], entry.loose_detail))
            early = entry.early(self.today)
            if early:
                n_early = sum(entry.days[day][0] for day in early)
                listed.append(Unplaced(path, n_early, f"dated {early[0]}, which is to come"))
        return listed


# ---- files -----------------------------------------------------------------------------------------


def read_file(path: str, folder: DropFolder) -> Iterator[RawRecord]:
    """Yield the records of a file; what cannot be read is a record with a fault.

    Raises:
        OSError: the device or the network failed.
    """
    found = folder.files[path]
    if found.fault:
        yield RawRecord(path, 0, 0, fault=found.fault, raw=found.fault.detail.encode())
        return
    chosen = folder.reader
    try:
        with os.fdopen(open_found(found), "rb", buffering=0) as head:
            is_apart = needs_child(head, path, folder.limits, size=found.size, reader=chosen)
        if is_apart:
            task = Task(here(found), path, folder.limits, found.size, chosen.name if chosen else None)
            yield from read_apart(task, seconds=folder.seconds)
            return
        stream = os.fdopen(open_found(found), "rb", buffering=0)
    except PermissionError:
        fault = Fault("unreadable", "permission denied")
        yield RawRecord(path, 0, found.size, fault=fault, raw=b"permission denied")
        return
    with stream:
        records = read_stream(stream, path, folder.limits, size=found.size, reader=chosen)
        if path in folder.beside.of:
            records = (_with_companion(record, folder) for record in records)
        yield from records


def _with_companion(record: RawRecord, folder: DropFolder) -> RawRecord:
    """Return the record of a plain text with what the file beside it says."""
    path, role = folder.beside.of[record.file]
    found = folder.files[path]
    if record.data is None or found.fault:
        return record
    with os.fdopen(open_found(found), "rb") as stream:
        data = stream.read(1 << 16)
    said = companion_fields(decode(data), role)
    made = record_of(record.file, record.place, {"text": decode(record.raw)} | said, record.raw + data)
    return replace(made, reader=record.reader)


# ---- the index -------------------------------------------------------------------------------------


def _index(store: Store, root: str, folder: DropFolder) -> dict[str, Entry]:
    """Return the index of the files given, from the store as far as it still holds."""
    reader = folder.reader.name if folder.reader else "any"
    name = f"drop-{content_id(root, reader)}"
    path = index_path(name)
    paths = folder.paths()
    state = {p: _state(p, folder) for p in paths}
    with store.lock(name):
        kept = store.read_cache(path)
        index: dict[str, Entry] = {}
        value: dict[str, Any] = {}
        for p in paths:
            known, seen = kept.get(p), _seen(p, folder)
            if known is not None and known["state"] != state[p]:
                known = None
            if known is not None and seen is not None and known["seen"] == seen:
                index[p], value[p] = _load(known), known
                continue
            # The content is looked at before the file is read: what is written meanwhile is seen next time.
            content = _content(p, folder)
            is_same = known is not None and known["content"] == content
            index[p] = _load(known) if known is not None and is_same else _scan(p, folder)
            value[p] = _dump(index[p]) | {"state": state[p], "seen": seen, "content": content}
        if value != kept:
            store.write_cache(path, value)
    return index


def _state(path: str, folder: DropFolder) -> list[Any]:
    """Return what an entry of the index depends on beside what is in the file."""
    limits = [folder.limits.record_bytes, folder.limits.page_bytes, folder.limits.records]
    faults = [found.fault.detail if found.fault else "" for found in _with_beside(path, folder)]
    return [INDEX_VERSION, *limits, *faults]


_YOUNG_NS = 2_000_000_000


def _seen(path: str, folder: DropFolder) -> list[Any] | None:
    """Return by what it can be seen whether a file has changed; None where that cannot be seen now.

    A time of change cannot be put back by whoever writes the file (`rsync -t` and `cp -p` put back only the
    other one), but two changes may fall into one tick of a file system's clock.
    """
    files = _with_beside(path, folder)
    youngest = time.time_ns() - _YOUNG_NS
    if any(found.ctime_ns > youngest for found in files):
        return None
    return [[found.size, found.mtime_ns, found.ctime_ns, found.inode] for found in files]


def _content(path: str, folder: DropFolder) -> list[str]:
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


def _scan(path: str, folder: DropFolder) -> Entry:
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


def _load(kept: dict[str, Any]) -> Entry:
    loose = kept["loose"]
    days = {day: (int(n), str(sha256)) for day, (n, sha256) in kept["days"].items()}
    order = [(str(day), int(n)) for day, n in kept["order"]]
    return Entry(days, (int(loose[0]), str(loose[1])) if loose else None, kept["detail"], order)


def _dump(entry: Entry) -> dict[str, Any]:
    return {
        "days": entry.days,
        "loose": entry.loose,
        "detail": entry.loose_detail,
        "order": entry.order,
    }
