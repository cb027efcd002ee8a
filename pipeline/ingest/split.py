"""One archive of years becomes a drop folder of days, in a single pass, in flat memory.

    python -m pipeline ingest ARCHIVE --split-by-day

The records of a day go, in the archive's order, to `<drop_dir>/<YYYY-MM-DD>/<archive>.<key>.jsonl`, those
without a day to `<drop_dir>/undated/`; what could not be read goes along as a line that says so, and ends in
rejects.

The key is made of what is in the archive. So archives of one name never meet, and a second split of the same
one finds that all is done. A line that an earlier split has put into the same day, as of an archive that has
grown since, is left out. Until the last record is there everything lies in `<drop_dir>/.splits`, which no
ingest reads. Every some thousand records the pass writes down how far it came, so that after a kill it goes
on from there, to the same bytes.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re
import shutil
from collections import deque
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from pipeline.errors import ConfigError, InputError
from pipeline.ingest.fields import Fields
from pipeline.ingest.formats.jsonl import FAULT_KEY, FROM_KEY
from pipeline.ingest.formats.sniff import BY_NAME
from pipeline.ingest.guarded import understood
from pipeline.ingest.moments import written
from pipeline.ingest.placement import Placement
from pipeline.ingest.record import DayRecord, RawRecord
from pipeline.ingest.sources.companions import Companions
from pipeline.ingest.sources.drop_files import DropFolder, limits_of, read_file
from pipeline.ingest.sources.walk import FoundFile
from pipeline.settings import Settings
from pipeline.store import replacing
from pipeline.store.locks import locked

log = logging.getLogger(__name__)

UNDATED = "undated"
CHECKPOINT_EVERY = 10_000
RECORD_KEY = "newstables:record"
"""Of a line that is a fault: a checksum of what could not be read, so that no two faults look the same."""

_VERSION = 2
"""Raised by one whenever a pass that was begun must not be gone on with."""

_FOLDER = ".splits"
_GATHERED_BYTES = 4 << 20
_LONGEST_NAME = 180


def split_by_day(archive: Path, settings: Settings) -> dict[str, int]:
    """Split an archive of any known format into the drop folder, and return how many records went where.

    Of one archive only one process is at work: others wait, and find all of it done.

    Args:
        archive: the file.
        settings: the drop folder, the limits, and the format, where `source` names one.

    Raises:
        ConfigError: the archive or the drop folder is missing or cannot be used.
        InputError: the archive has changed meanwhile, or a file that this would make is there as another one.
        OSError: the disk is full or the like; run it again, it goes on where it was.
    """
    if not archive.is_file():
        raise ConfigError(f"{archive} is no file")
    if "://" in settings.drop_dir:
        raise ConfigError(f"drop_dir {settings.drop_dir} is no folder: split into one, and copy that there")
    drop = Path(settings.drop_dir)
    if drop.resolve() in archive.resolve().parents:
        raise ConfigError(f"{archive} lies in the drop folder, where ingest reads it as it is: move it out")
    before = _state(archive)
    key = _key(archive)
    splits = drop / _FOLDER
    try:
        splits.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"drop_dir {settings.drop_dir} cannot be used: {error.strerror}") from None
    with locked(splits, key):
        work, note = splits / key, splits / f"{key}.json"
        done = _read(note)
        if done and all((drop / file).exists() for file in done["files"]):
            log.info("%s was split before; nothing is to be done", archive)
            shutil.rmtree(work, ignore_errors=True)  # a kill may have left it
            return dict(done["counts"])
        progress = _Progress(work, _how(settings))
        if not progress.is_complete:
            _pass(archive, settings, progress)
            if _state(archive) != before:
                shutil.rmtree(work)
                raise InputError(f"{archive} has changed while it was split: split it again")
        with locked(splits, "move"):
            files = _move(work, drop, f"{_name(archive)}.{key}.jsonl", progress)
        value = {"archive": _shown(archive.name), "counts": progress.counts, "files": files}
        _write(note, value)
        shutil.rmtree(work)
        return dict(progress.counts)


def _state(archive: Path) -> tuple[int, ...]:
    """Return what changes with a file, whoever puts back its time."""
    info = archive.stat()
    return info.st_size, info.st_mtime_ns, info.st_ctime_ns, info.st_ino


def _key(archive: Path) -> str:
    try:
        with archive.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()[:16]
    except OSError as error:
        raise ConfigError(f"{archive} cannot be read: {error.strerror or error}") from None


def _how(settings: Settings) -> list[Any]:
    """Return what decides which record of an archive is which: a pass is gone on with under the same only."""
    limits = limits_of(settings)
    reader = settings.source if settings.source in BY_NAME else "any"
    return [_VERSION, reader, limits.record_bytes, limits.page_bytes, limits.records]


def _shown(name: str) -> str:
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _name(archive: Path) -> str:
    """Return the name that files are called by: no hidden one, and not too long for one with a key."""
    return _shown(archive.name).lstrip(".").encode()[:_LONGEST_NAME].decode("utf-8", "ignore")


def _read(path: Path) -> dict[str, Any] | None:
    """Return what was noted; None where nothing was, or the file is damaged, which costs time only."""
    try:
        kept = json.loads(path.read_bytes())
    except (FileNotFoundError, ValueError):
        return None
    return kept if isinstance(kept, dict) else None


def _write(path: Path, value: dict[str, Any]) -> None:
    """Write something down, in one step."""
    with replacing(path) as file:
        file.write(json.dumps(value).encode())


class _Progress:
    """How far the pass came: records seen, and the size of each file at that time."""

    def __init__(self, work: Path, how: list[Any]) -> None:
        self.work = work
        self._path = work / "progress.json"
        self._how = how
        kept = _read(self._path)
        if kept is None or kept.get("how") != how:
            shutil.rmtree(work, ignore_errors=True)
            kept = {}
        work.mkdir(parents=True, exist_ok=True)
        self.n_records: int = kept.get("n_records", 0)
        self.sizes: dict[str, int] = kept.get("sizes", {})
        self.counts: dict[str, int] = kept.get("counts", {"records": 0, "days": 0, "undated": 0, "faults": 0})
        self.is_complete: bool = kept.get("is_complete", False)

    def save(self, *, is_complete: bool = False) -> None:
        """Write it down, in one step."""
        self.is_complete = is_complete
        value = {
            "how": self._how,
            "n_records": self.n_records,
            "sizes": self.sizes,
            "counts": self.counts,
            "is_complete": is_complete,
        }
        _write(self._path, value)


def _pass(archive: Path, settings: Settings, progress: _Progress) -> None:
    for path in progress.work.glob("*.jsonl"):
        # What was written after the last checkpoint is written again.
        size = progress.sizes.get(path.stem, 0)
        if size:
            os.truncate(path, size)
        else:
            path.unlink()
    files = _Files(progress.work)
    checksums: deque[str] = deque()

    def records() -> Iterator[RawRecord]:
        for record in islice(_records(archive, settings), progress.n_records, None):
            checksums.append(hashlib.sha256(record.raw).hexdigest()[:16])
            yield record

    # Texts stay as they are written: ingest makes them plain, and once is right.
    made = understood(records(), seconds=settings.timeout_s, as_is=True)
    for number, record in enumerate(made, progress.n_records + 1):
        line, name = _line(record, checksums.popleft())
        files.append(name, line)
        progress.n_records = number
        progress.counts["records"] += 1
        progress.counts["undated"] += name == UNDATED
        progress.counts["faults"] += record.record.fault is not None
        if number % CHECKPOINT_EVERY == 0:
            progress.sizes |= files.sync()
            progress.save()
    progress.sizes |= files.sync()
    progress.counts["days"] = len(progress.sizes.keys() - {UNDATED})
    progress.save(is_complete=True)


def _records(archive: Path, settings: Settings) -> Iterator[RawRecord]:
    info = archive.stat()
    name = _shown(archive.name)
    found = FoundFile(name, archive.resolve(), info.st_size)
    reader = BY_NAME.get(settings.source)
    folder = DropFolder(
        {name: found}, Companions({}, frozenset()), limits_of(settings), reader, settings.timeout_s
    )
    return read_file(name, folder)


def _line(record: DayRecord, checksum: str) -> tuple[bytes, str]:
    """Return a record as a line of JSON, and the name of the file that it belongs to."""
    fields, placement = record.fields, record.placement
    day = placement.day if placement else None
    name = day.isoformat() if day else UNDATED
    if fields is None or placement is None:
        reason, detail = record.record.fault or ("unreadable", "no record")
        value: dict[str, Any] = {FAULT_KEY: [reason, f"{record.record.ref}: {detail}"], RECORD_KEY: checksum}
    else:
        value = _fields(fields, placement)
    text = json.dumps(value, ensure_ascii=False, default=str).encode("utf-8", "replace")
    return text + b"\n", name


def _fields(fields: Fields, placement: Placement) -> dict[str, Any]:
    value = {
        "id": fields.id,
        "url": fields.url,
        "canonical_url": fields.canonical_url,
        "source": fields.source,
        "title": fields.title,
        "authors": list(fields.authors),
        "language": fields.language,
        "section": fields.section,
        "summary": fields.summary,
        "wire_source": fields.wire,
        "text": fields.text,
        "html": None if fields.text else fields.html,
        "fetched_at": placement.fetched_at.isoformat() if placement.fetched_at else None,
    }
    if placement.published:
        value["published_at"] = written(placement.published)
        value[FROM_KEY] = placement.published_from
    elif fields.published:
        value["published_at"] = fields.published[0]
    return {name: v for name, v in value.items() if v}


class _Files:
    """Files that grow; what is added is gathered, so that many files cost little."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._gathered: dict[str, list[bytes]] = {}
        self._n_bytes = 0
        self._changed: set[str] = set()

    def append(self, name: str, line: bytes) -> None:
        """Add a line to a file."""
        self._gathered.setdefault(name, []).append(line)
        self._n_bytes += len(line)
        if self._n_bytes > _GATHERED_BYTES:
            self._write()

    def _write(self) -> None:
        for name, lines in self._gathered.items():
            with (self._folder / f"{name}.jsonl").open("ab") as file:
                file.writelines(lines)
        self._changed |= self._gathered.keys()
        self._gathered = {}
        self._n_bytes = 0

    def sync(self) -> dict[str, int]:
        """Bring everything to the disk, and return the sizes of the files that grew since the last time."""
        self._write()
        sizes = {}
        for name in self._changed:
            with (self._folder / f"{name}.jsonl").open("ab") as file:
                os.fsync(file.fileno())
                sizes[name] = file.tell()
        self._changed = set()
        return sizes


_OF_A_SPLIT = re.compile(r".+\.[0-9a-f]{16}\.jsonl")


def _move(work: Path, drop: Path, name: str, progress: _Progress) -> list[str]:
    """Put the complete files where ingest reads them, and return them; nothing that is there is replaced.

    A pass that was killed here goes on here: a file that is not in `work` any more has been moved.
    """
    moved = []
    for stem in sorted(progress.sizes):
        path, target = work / f"{stem}.jsonl", drop / stem / name
        if path.exists():
            n_new = _leave_out_known(path, target)
            if target.exists() and target.read_bytes() != path.read_bytes():
                raise InputError(f"{target} is there with something else in it; move it away")
            target.parent.mkdir(exist_ok=True)
            if n_new:
                path.replace(target)
            else:
                path.unlink()
        if target.exists():
            moved.append(f"{stem}/{name}")
    return moved


def _leave_out_known(path: Path, target: Path) -> int:
    """Take lines out of a file that another split has put beside its target; return how many are left."""
    known: set[bytes] = set()
    for beside in target.parent.glob("*.jsonl"):
        if beside != target and _OF_A_SPLIT.fullmatch(beside.name):
            with beside.open("rb") as lines:
                known.update(hashlib.sha256(line).digest() for line in lines)
    n_new = 0
    with path.open("rb") as lines, replacing(path) as file:
        for line in lines:
            if not known or hashlib.sha256(line).digest() not in known:
                file.write(line)
                n_new += 1
    return n_new
