"""The index of a drop folder: in which files the records of a day stand.

It is kept in the store in parts, one for each folder that is named for a day and one for all other files, and
an object above them that says of each part which days it has records for. A part whose list of files is the
one it had, by names, sizes and times, is not read: a night reads and writes the parts of what was delivered
and of the day that is run, however many files there are. An entry of a part is made anew for a file that is
new or has changed, see `drop_entries.py`. Losing the index costs time, nothing else.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from pipeline.identity import content_id
from pipeline.ingest.formats.reader import Limits, Reader
from pipeline.ingest.sources.drop_entries import (
    INDEX_VERSION,
    Entry,
    content,
    dump,
    is_young,
    load,
    scan,
    seen,
    state_of,
)
from pipeline.ingest.sources.drop_files import DropFolder, drop_folder
from pipeline.ingest.sources.walk import FoundFile, Outline, day_of_part, part_of
from pipeline.store import Store
from pipeline.store.batch import index_path

_FORMAT = 2
_KEPT = 16
"""So many parts are in memory at a time, beside those of the day that is run."""

type _Entries = dict[str, dict[str, Any]]
"""As they are kept, by path."""


@dataclass(frozen=True, slots=True)
class DropPart:
    """A part of the drop folder: its files, what is known of each, and which of them a day is in."""

    folder: DropFolder
    entries: dict[str, Entry]
    files_of: dict[str, list[str]]


@dataclass(slots=True)
class DropIndex:
    """The index, as it is once it is brought up to date.

    Attributes:
        store: where it is kept.
        name: of it.
        tree: the drop folder.
        limits: bounds on what is read from one file.
        reader: of all files; None where it is told from each.
        seconds: that the reader of a file may take.
        today: the day after which nothing can have been published.
        parts: of each, what the object above them says.
    """

    store: Store
    name: str
    tree: Outline
    limits: Limits
    reader: Reader | None
    seconds: float
    today: date
    parts: dict[str, dict[str, Any]] = field(default_factory=dict)
    _of_day: dict[str, DropPart] = field(default_factory=dict)
    _opened: OrderedDict[str, DropPart] = field(default_factory=OrderedDict)

    def with_day(self, day: date) -> list[str]:
        """Return the parts that have records of a day."""
        return [part for part, said in self.parts.items() if day.isoformat() in said["days"]]

    def unplaced(self) -> dict[str, Entry]:
        """Return the files none of whose records has a day that has come, sorted by path."""
        found = {path: load(kept) for said in self.parts.values() for path, kept in said["homeless"].items()}
        return {path: entry for path, entry in sorted(found.items()) if entry.home(self.today) is None}

    def part(self, part: str) -> DropPart:
        """Return a part: of the day that is run, as it was when the index was opened.

        Raises:
            OSError: the device or the network failed.
        """
        if part in self._of_day:
            return self._of_day[part]
        if (known := self._opened.pop(part, None)) is None:
            with self.store.lock(self.name):
                files = self.tree.files(part)
                known = self._brought_up(part, files, self.digest_of(files), {})
        self._opened[part] = known
        while len(self._opened) > _KEPT:
            self._opened.popitem(last=False)
        return known

    def bring_up(self, day: date | None, window_days: int) -> None:
        """Look which parts have changed, and make these anew.

        Args:
            day: that is to be run; its parts are there then.
            window_days: known parts of days further from it that have no records of it are not looked at; 0
                looks at all.

        Raises:
            OSError: the device or the network failed.
        """
        path = index_path(self.name)
        with self.store.lock(self.name):
            noted = self.store.read_cache(path)
            is_ours = noted.get("format") == _FORMAT
            kept: dict[str, dict[str, Any]] = noted["parts"] if is_ours else {}
            older: dict[str, _Entries] = {}
            for file, entry in ({} if is_ours else noted).items():  # of an earlier version: an entry a file
                older.setdefault(part_of(file), {})[file] = entry
            for part in self.tree.parts():
                if part in kept and day and window_days and self._is_far(kept[part], part, day, window_days):
                    self.parts[part] = kept[part]
                    continue
                files = self.tree.files(part)
                digest = self.digest_of(files)
                is_known = part in kept and bool(digest) and kept[part]["digest"] == digest
                if is_known:
                    self.parts[part] = kept[part]
                if not is_known or (day is not None and day.isoformat() in kept[part]["days"]):
                    opened = self._brought_up(part, files, digest, older.get(part, {}))
                    if day is not None and day.isoformat() in opened.files_of:
                        self._of_day[part] = opened
            for part in kept.keys() - self.parts.keys():
                self.store.remove(self.path_of(part))
            if (value := {"format": _FORMAT, "parts": self.parts}) != noted:
                self.store.write_cache(path, value)

    @staticmethod
    def _is_far(said: dict[str, Any], part: str, day: date, window_days: int) -> bool:
        named = day_of_part(part)
        return (
            named is not None
            and bool(said["digest"])
            and abs((named - day).days) > window_days
            and day.isoformat() not in said["days"]
        )

    def _brought_up(self, part: str, files: list[FoundFile], digest: str, older: _Entries) -> DropPart:
        """Return a part, its entries as kept as far as these still hold; write down what is new."""
        folder = drop_folder(files, self.limits, self.reader, self.seconds)
        kept = self.store.read_cache(self.path_of(part))
        if digest and kept.get("digest") == digest:
            entries = {path: load(entry) for path, entry in kept["files"].items()}
        else:
            entries, value = _entries(folder, kept.get("files") or older)
            new = {"digest": digest, "files": value}
            if kept != new and (value or kept):
                self.store.write_cache(self.path_of(part), new)
        days: dict[str, list[str]] = {}
        homeless = {}
        for path, entry in entries.items():
            for day in entry.days:
                days.setdefault(day, []).append(path)
            if entry.is_homeless(self.today):
                homeless[path] = dump(entry) | {"order": []}
        self.parts[part] = {"digest": digest, "days": sorted(days), "homeless": homeless}
        return DropPart(folder, entries, days)

    def path_of(self, part: str) -> str:
        """Return the path of what is kept of a part."""
        return index_path(f"{self.name}/{content_id(part)}")

    def digest_of(self, files: Iterable[FoundFile]) -> str:
        """Return a checksum of the list of files and how they are read; "" where it may miss a change."""
        found = hashlib.sha256(repr((INDEX_VERSION, self.limits)).encode())
        for file in files:
            if is_young(file):
                return ""
            said = f"{file.size} {file.mtime_ns} {file.ctime_ns} {file.inode} {file.fault}"
            found.update(f"{file.path}\0{said}\0".encode())
        return found.hexdigest()


def _entries(folder: DropFolder, kept: _Entries) -> tuple[dict[str, Entry], _Entries]:
    """Return what is known of each file, and the same as it is kept."""
    entries: dict[str, Entry] = {}
    value: _Entries = {}
    for path in folder.paths():
        known, state, sight = kept.get(path), state_of(path, folder), seen(path, folder)
        if known is not None and known["state"] != state:
            known = None
        if known is not None and sight is not None and known["seen"] == sight:
            entries[path], value[path] = load(known), known
            continue
        # The content is looked at before the file is read: what is written meanwhile is seen next time.
        now = content(path, folder)
        is_same = known is not None and known["content"] == now
        entries[path] = load(known) if known is not None and is_same else scan(path, folder)
        value[path] = dump(entries[path]) | {"state": state, "seen": sight, "content": now}
    return entries, value
