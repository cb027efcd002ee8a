"""A derived table is brought up to date: only what other days, code or decisions ask for is made again."""

from __future__ import annotations

import json
import logging
from collections.abc import Container, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipeline import code_identity
from pipeline.curation.decisions import Decisions, decisions_json
from pipeline.derived.tables import Derived
from pipeline.errors import DamagedError
from pipeline.identity import checksum
from pipeline.store import Store
from pipeline.store.batch import PARTIALS, day_of_name, derived_path, partial_path
from pipeline.store.fresh import Lineage, Target, keep_or_make
from pipeline.store.manifest import Manifest
from pipeline.store.published import read_published

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Archive:
    """What stands published: the store, the manifests of all days in order, and the decisions that hold."""

    store: Store
    manifests: Mapping[date, Manifest]
    decisions: Decisions

    @property
    def run_ids(self) -> dict[date, str]:
        """The run of each day."""
        return {day: manifest.run_id for day, manifest in self.manifests.items()}


def bring_up(derived: Derived, archive: Archive) -> int:
    """Bring one table up to date, and return its number of rows.

    A day whose partial is missing or damaged, or is of another run than the day that stands published, or was
    made by other code or under other decisions, is read again.

    Raises:
        DamagedError: a file of a published day is damaged, or gone.
    """
    made_again: set[str] = set()
    while True:
        try:
            return _bring_up(derived, archive)
        except DamagedError as error:
            # What is damaged in its pages shows when it is merged; its footer was all that was looked at.
            if not error.path.startswith(PARTIALS) or error.path in made_again:
                raise
            log.warning("%s: it is made again", error)
            archive.store.remove(error.path)
            made_again.add(error.path)


def _bring_up(derived: Derived, archive: Archive) -> int:
    store, code = archive.store, code_identity.code_version(derived.module)
    said = (archive.decisions,) if "merge" in derived.obeys else ()
    if derived.partial is None:
        given_by = ((day, manifest.counts.report) for day, manifest in archive.manifests.items())
        reports = [[str(day), *(line.model_dump() for line in report)] for day, report in given_by if report]
        made_of = checksum(json.dumps([reports, code], sort_keys=True))
        return _merged(derived, store, made_of, lambda: derived.merge(archive.manifests))
    given = _with_partials(derived, archive, code)
    if derived.links is not None:
        _link(derived, store, given, code)
    obeyed = decisions_json(archive.decisions) if "merge" in derived.obeys else None
    beside = [derived_path(name) for name in derived.beside]
    made_of = checksum(
        json.dumps([*map(str, given.items()), obeyed, code, *(store.digest(path) for path in beside)])
    )
    source = derived.links.name if derived.links else derived.name

    def merge() -> pa.Table:
        parts = [store.read(partial_path(source, day)).replace_schema_metadata(None) for day in given]
        return derived.merge(parts, *said, *(store.read(path) for path in beside))

    return _merged(derived, store, made_of, merge)


def _merged(derived: Derived, store: Store, made_of: str, merge: Any) -> int:
    target = Target(derived_path(derived.name))
    made_of_it = {"made_of": made_of}
    return keep_or_make(store, [target], made_of_it, lambda _: [merge()], is_read_through=True).rows[0]


def _with_partials(derived: Derived, archive: Archive, code: str) -> dict[date, str]:
    """Bring the partials of all days up to date; return the runs of the days that give anything."""
    store = archive.store
    said = (archive.decisions,) if "partial" in derived.obeys else ()
    decided = decisions_json(archive.decisions)
    split = decided["split"] if said else None
    speakers = {"speakers": checksum(json.dumps(decided["speakers"]))} if "speakers" in derived.obeys else {}
    given = {}
    _remove_others(store, derived.name, archive.run_ids)
    for day, run_id in archive.run_ids.items():

        def make(_: Lineage | None, day: date = day) -> list[pa.Table]:
            try:
                tables = {
                    name: read_published(store, archive.manifests[day], name, columns=columns)
                    for name, columns in derived.reads.items()
                }
            except DamagedError:
                with store.lock(f"publish-{day}"):  # where it is being replaced, until that is done
                    raise
            assert derived.partial is not None
            return [derived.partial(tables, *said)]

        made_of = {"run_id": run_id, "split": checksum(json.dumps(split)), "code": code} | speakers
        if keep_or_make(store, [Target(partial_path(derived.name, day))], made_of, make).rows[0]:
            given[day] = run_id
    return given


def _remove_others(store: Store, name: str, days: Container[date]) -> None:
    """Remove what days gave that give nothing now: nobody would look at it again, and so nothing may stay."""
    for file in store.names(f"{PARTIALS}/{name}"):
        day = day_of_name(file, ".parquet")
        if day is not None and day not in days:
            store.remove(partial_path(name, day))


def _link(derived: Derived, store: Store, runs: Mapping[date, str], code: str) -> None:
    """Bring the links of all days up to date: compare each with the days in its window that changed.

    What is compared in a night is the days that are new or of another run, with those in the window around
    them.
    """
    links = derived.links
    assert links is not None
    _remove_others(store, links.name, runs)
    read = cache(lambda day: store.read(partial_path(derived.name, day)).replace_schema_metadata(None))
    for day, run_id in runs.items():
        others = {str(other): of for other, of in runs.items() if links.in_window(day, other)}
        path = partial_path(links.name, day)

        def make(
            before: Lineage | None,
            day: date = day,
            path: str = path,
            run_id: str = run_id,
            others: dict[str, str] = others,
        ) -> list[pa.Table]:
            kept: list[str] = []
            if before is not None and (before.get("run_id"), before.get("code")) == (run_id, code):
                kept = sorted(other for other, of in before["others"].items() if others.get(other) == of)
            new = [read(date.fromisoformat(other)) for other in others if other not in kept]
            found = links.find(read(day), new)
            if kept:
                old = store.read(path).replace_schema_metadata(None)
                days = pa.array([date.fromisoformat(other) for other in kept], pa.date32())
                found = pa.concat_tables([old.filter(pc.is_in(old["other_day"], value_set=days)), found])
            return [found.sort_by([(column, "ascending") for column in links.order])]

        keep_or_make(store, [Target(path)], {"run_id": run_id, "code": code, "others": others}, make)
