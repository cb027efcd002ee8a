"""One archive of years becomes a drop folder of days, in a single pass, in flat memory.

    python -m pipeline ingest ARCHIVE --split-by-day

The records of a day go, in the archive's order, to `<drop_dir>/<YYYY-MM-DD>/<archive>.jsonl`, those without
a day to `<drop_dir>/undated/<archive>.jsonl`; what could not be read goes along as a line that says so, and
ends in rejects. Until the last record is there everything lies in a hidden folder that no ingest reads. Every
some thousand records the pass writes down how far it came, so that after a kill it goes on from there, to the
same bytes.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pipeline.errors import ConfigError
from pipeline.identity import content_id
from pipeline.ingest.fields import Fields, read_fields
from pipeline.ingest.formats.jsonl import FAULT_KEY, FROM_KEY
from pipeline.ingest.formats.sniff import BY_NAME
from pipeline.ingest.moments import written
from pipeline.ingest.placement import Placement
from pipeline.ingest.record import RawRecord
from pipeline.ingest.sources.companions import Companions
from pipeline.ingest.sources.drop import Folder, limits_of, place_record, read_file
from pipeline.ingest.sources.walk import FoundFile
from pipeline.settings import Settings

UNDATED = "undated"
CHECKPOINT_EVERY = 10_000
_GATHERED_BYTES = 4 << 20


def split_by_day(archive: Path, settings: Settings) -> dict[str, int]:
    """Split an archive of any known format into the drop folder, and return how many records went where.

    Args:
        archive: the file.
        settings: the drop folder, the limits, and the format, where `source` names one.

    Raises:
        ConfigError: the archive or the drop folder is missing or cannot be used.
        OSError: the disk is full or the like; run it again, it goes on where it was.
    """
    if not archive.is_file():
        raise ConfigError(f"{archive} is no file")
    work = settings.drop_dir / f".split-{content_id(archive.name, archive.stat().st_size)}"
    try:
        work.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"drop_dir {settings.drop_dir} cannot be used: {error.strerror}") from None
    progress = _Progress(work)
    if not progress.is_complete:
        _pass(archive, settings, progress)
    counts = dict(progress.counts)
    _move(work, settings.drop_dir, archive.name)
    return counts


class _Progress:
    """How far the pass came: records seen, and the size of each file at that time."""

    def __init__(self, work: Path) -> None:
        self.work = work
        self._path = work / "progress.json"
        kept = json.loads(self._path.read_text()) if self._path.exists() else {}
        self.n_records: int = kept.get("n_records", 0)
        self.sizes: dict[str, int] = kept.get("sizes", {})
        self.counts: dict[str, int] = kept.get("counts", {"records": 0, "days": 0, "undated": 0, "faults": 0})
        self.is_complete: bool = kept.get("is_complete", False)

    def save(self, *, is_complete: bool = False) -> None:
        """Write it down, in one step."""
        self.is_complete = is_complete
        value = {
            "n_records": self.n_records,
            "sizes": self.sizes,
            "counts": self.counts,
            "is_complete": is_complete,
        }
        temporary = self._path.with_suffix(".tmp")
        with temporary.open("w") as file:
            json.dump(value, file)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(self._path)


def _pass(archive: Path, settings: Settings, progress: _Progress) -> None:
    for path in progress.work.glob("*.jsonl"):
        # What was written after the last checkpoint is written again.
        size = progress.sizes.get(path.stem, 0)
        if size:
            os.truncate(path, size)
        else:
            path.unlink()
    files = _Files(progress.work)
    for number, record in enumerate(_records(archive, settings), 1):
        if number <= progress.n_records:
            continue
        placed, placement = place_record(record)
        line, name = _line(placed, placement)
        files.append(name, line)
        progress.n_records = number
        progress.counts["records"] += 1
        progress.counts["undated"] += name == UNDATED
        progress.counts["faults"] += placed.fault is not None
        if number % CHECKPOINT_EVERY == 0:
            progress.sizes |= files.sync()
            progress.save()
    progress.sizes |= files.sync()
    progress.counts["days"] = len(progress.sizes.keys() - {UNDATED})
    progress.save(is_complete=True)


def _records(archive: Path, settings: Settings) -> Iterator[RawRecord]:
    info = archive.stat()
    found = FoundFile(archive.name, archive.resolve(), info.st_size, info.st_mtime_ns)
    reader = BY_NAME.get(settings.source)
    folder = Folder(
        {archive.name: found}, Companions({}, frozenset()), limits_of(settings), reader, settings.timeout_s
    )
    return read_file(archive.name, folder)


def _line(record: RawRecord, placement: Placement | None) -> tuple[bytes, str]:
    """Return a record as a line of JSON, and the name of the file that it belongs to."""
    day = placement.day if placement else None
    name = day.isoformat() if day else UNDATED
    if record.data is None or placement is None:
        reason, detail = record.fault or ("unreadable", "no record")
        value: dict[str, Any] = {FAULT_KEY: [reason, f"{record.ref}: {detail}"]}
    else:
        value = _fields(read_fields(record.data), placement)
    text = json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")
    try:
        text.decode()
    except UnicodeDecodeError:  # half a surrogate pair
        text = json.dumps(value).encode()
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


def _move(work: Path, drop: Path, name: str) -> None:
    """Put the complete files where ingest reads them; a pass that was killed here goes on here."""
    for path in sorted(work.glob("*.jsonl")):
        target = drop / path.stem / f"{name}.jsonl"
        target.parent.mkdir(exist_ok=True)
        path.replace(target)
    shutil.rmtree(work)
