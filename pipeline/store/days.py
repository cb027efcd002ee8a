"""All published days in short, in one object: what whoever looks at many days looks at.

The manifest of a day is the truth. The object repeats what is asked of all days at once, beside the version
of the manifest's file that it was taken from. The list of the manifests, a request for a thousand days,
tells which of them are others by now, and these are read. So the object may be behind, as after a crash, or
missing, as in an old data folder, and what is told is right all the same; whoever writes it last does no
harm.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Protocol

from pipeline.errors import DamagedError
from pipeline.identity import checksum
from pipeline.store.batch import DAYS, MANIFESTS, day_of_name
from pipeline.store.manifest import Manifest, PublishedTable, find_manifest

if TYPE_CHECKING:
    from pipeline.store.files import Store

_FORMAT = 2


class _Taken(Protocol):
    """What a day took from one file."""

    @property
    def path(self) -> str: ...

    @property
    def sha256(self) -> str: ...


def inputs_checksum(inputs: Iterable[_Taken]) -> str:
    """Return a checksum of what a day took from which file, in whatever order."""
    return checksum(json.dumps(sorted([one.path, one.sha256] for one in inputs)))


@dataclass(frozen=True, slots=True)
class PublishedDay:
    """What is asked of all days at once.

    Attributes:
        day: the day.
        run_id: of all rows.
        schema_version: of the tables.
        is_empty: there are no articles.
        inputs: a checksum of what was taken from which file.
        files: rows and SHA-256 of the file of each table.
    """

    day: date
    run_id: str
    schema_version: int
    is_empty: bool
    inputs: str
    files: Mapping[str, tuple[int, str]]

    @property
    def tables(self) -> dict[str, PublishedTable]:
        """The files as a manifest has them."""
        return {name: PublishedTable(rows=rows, sha256=sha256) for name, (rows, sha256) in self.files.items()}

    @classmethod
    def of(cls, manifest: Manifest) -> PublishedDay:
        """Return a manifest in short."""
        files = {name: (table.rows, table.sha256) for name, table in manifest.tables.items()}
        return cls(
            day=manifest.day,
            run_id=manifest.run_id,
            schema_version=manifest.schema_version,
            is_empty=manifest.is_empty,
            inputs=inputs_checksum(manifest.inputs),
            files=files,
        )


@dataclass(frozen=True, slots=True)
class Published:
    """All published days as they stand.

    Attributes:
        days: in order; without those whose manifest is damaged.
        damaged: what is wrong with these.
        versions: of the manifests' files, by day; empty where that cannot be told yet.
        is_noted: the object says just this.
    """

    days: Mapping[date, PublishedDay]
    damaged: Mapping[date, DamagedError]
    versions: Mapping[date, str]
    is_noted: bool

    def sound(self) -> Mapping[date, PublishedDay]:
        """Return the days.

        Raises:
            DamagedError: the manifests of one or more cannot be read; all of them are named.
        """
        if self.damaged:
            wrong = [*self.damaged.values()]
            raise DamagedError("; ".join(map(str, wrong)), path=wrong[0].path)
        return self.days


def published(store: Store, *, between: tuple[date, date] | None = None) -> Published:
    """Return all published days: as noted those that have not changed, by their manifests the others.

    Args:
        store: where they lie.
        between: first and last day of those that are asked for; None for all.
    """
    noted = store.read_cache(DAYS)
    known = noted["days"] if noted.get("format") == _FORMAT else {}
    days: dict[date, PublishedDay] = {}
    damaged: dict[date, DamagedError] = {}
    versions: dict[date, str] = {}
    n_kept = 0
    for name, version in store.versions(MANIFESTS).items():
        day = day_of_name(name, ".json")
        if day is None or (between is not None and not between[0] <= day <= between[1]):
            continue
        entry = known.get(day.isoformat())
        if entry is not None and version and entry[0] == version:
            days[day], versions[day] = _read(day, entry), version
            n_kept += 1
            continue
        try:
            manifest = find_manifest(store, day)
        except DamagedError as error:
            damaged[day] = error
            continue
        if manifest is not None:
            days[day], versions[day] = PublishedDay.of(manifest), version
    is_noted = bool(known or not days) and n_kept == len(days) == len(known)
    return Published(days, damaged, versions, is_noted)


def note(store: Store, found: Published) -> None:
    """Write the object, so that the manifests that were read need not be read again."""
    if not found.is_noted:
        days = {str(day): _written(one, found.versions[day]) for day, one in found.days.items()}
        store.write_cache(DAYS, {"format": _FORMAT, "days": days})


def _written(one: PublishedDay, version: str) -> list[Any]:
    return [version, one.run_id, one.schema_version, one.is_empty, one.inputs, one.files]


def _read(day: date, entry: list[Any]) -> PublishedDay:
    _, run_id, schema_version, is_empty, inputs, files = entry
    found = {name: (rows, sha256) for name, (rows, sha256) in files.items()}
    return PublishedDay(day, run_id, schema_version, is_empty, inputs, found)
