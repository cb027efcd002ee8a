"""A whole store is looked through: is every file what was written, and does all of it fit together?

Truth is compared by SHA-256, caches are read to their end. Nothing is changed, unless it is asked for: then
damaged caches are removed, which the next run makes again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date

import pyarrow as pa

from pipeline.curation.decision_files import load_decisions
from pipeline.curation.takedowns import Takedowns, read_takedowns
from pipeline.derived.tables import DERIVED
from pipeline.derived.work import State
from pipeline.errors import DamagedError, NewstablesError
from pipeline.identity import checksum
from pipeline.settings import Settings
from pipeline.stages.taken_down import COLUMNS, taken_down_ids
from pipeline.store import Store
from pipeline.store.batch import (
    DATAPACKAGE,
    DECISIONS,
    DECISIONS_NOW,
    DERIVED_STATE,
    FEEDS,
    INDEX,
    PARTIALS,
    TAKEDOWNS,
    Batch,
    day_of_name,
    manifest_path,
    plan_path,
    published_path,
    pull_path,
    shard_of_name,
    staged_folder,
    staged_path,
    table_folder,
)
from pipeline.store.manifest import Manifest, find_manifest, published_days
from pipeline.store.plan import Plan, find_plan
from pipeline.store.published import read_published
from pipeline.store.staged import staged_days
from schemas import DAY_TABLES

MEND = "python -m pipeline verify --mend"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong: with which file, what, and what to run.

    Attributes:
        path: relative to the root of the store.
        wrong: in a few words.
        run: the command; empty where the next run mends it by itself.
        is_cache: the file can be removed: it is made again.
    """

    path: str
    wrong: str
    run: str = ""
    is_cache: bool = False


@dataclass(slots=True)
class Verified:
    """What was looked at, and what was found."""

    n_days: int = 0
    n_files: int = 0
    findings: list[Finding] = field(default_factory=list)

    @property
    def commands(self) -> list[str]:
        """What to run, in order, each once."""
        return list(dict.fromkeys(finding.run for finding in self.findings if finding.run))


def verify(store: Store, settings: Settings, *, mend: bool = False) -> Verified:
    """Look through a store.

    Args:
        store: where staged and published files lie.
        settings: where human decisions are written down.
        mend: remove damaged caches.
    """
    seen = Verified()
    takedowns = Takedowns()
    try:
        takedowns = read_takedowns(store, is_read_through=True)
    except DamagedError as error:
        what, _, remedy = str(error).removeprefix(f"{store.root}/").partition(": ")
        seen.findings.append(Finding(error.path or TAKEDOWNS, what, remedy))
    try:
        load_decisions(settings.decisions_file, store, is_read_through=True)
    except NewstablesError as error:
        where, _, wrong = str(error).partition(": ")
        seen.findings.append(Finding(where.removeprefix(f"{store.root}/"), wrong or where, "mend it by hand"))
    manifests: dict[date, Manifest] = {}
    seen.findings += _published(store, takedowns, manifests, seen)
    seen.findings += _cut_short(store, manifests)
    seen.findings += _derived(store, manifests, seen)
    seen.findings += _staged(store, takedowns, seen)
    seen.findings += _others(store, manifests, seen)
    if mend:
        for finding in seen.findings:
            if finding.is_cache:
                store.remove(finding.path)
    return seen


def _run(day: date) -> str:
    return f"python -m pipeline run {day}"


def _derive(manifests: dict[date, Manifest]) -> str:
    return f"{_run(max(manifests))} --stage derive" if manifests else ""


def _wrong(store: Store, error: Exception) -> str:
    """Return what an error says, without the file and the remedy, which stand beside it."""
    said = str(error).removeprefix(f"{store.root}/").partition(": run the")[0]
    return said if not isinstance(error, DamagedError) else said.removeprefix(f"{error.path} ").strip()


def _published(
    store: Store, takedowns: Takedowns, manifests: dict[date, Manifest], seen: Verified
) -> Iterator[Finding]:
    """Yield published files that are not what their manifest says, and what should be gone from them."""
    for day in published_days(store):
        seen.n_days += 1
        seen.n_files += 1
        try:
            manifest = find_manifest(store, day)
        except DamagedError as error:
            yield Finding(manifest_path(day), _wrong(store, error), _run(day))
            continue
        if manifest is None:
            continue
        manifests[day] = manifest
        for row_class in DAY_TABLES:
            name = row_class.table_name
            path = published_path(name, day)
            if name not in manifest.tables:
                yield Finding(path, "was added after the day was published", _run(day))
                continue
            seen.n_files += 1
            columns = list(COLUMNS) if name == "articles" else ["article_id"]
            try:
                rows = read_published(store, manifest, name, columns=columns)
            except DamagedError as error:
                yield Finding(path, _wrong(store, error), _run(day))
                continue
            if len(rows) != manifest.tables[name].rows:
                wrong = f"has {len(rows)} rows, {manifest.tables[name].rows} were published"
                yield Finding(path, wrong, _run(day))
            yield from _taken_down(path, rows, takedowns)


def _taken_down(path: str, rows: pa.Table, takedowns: Takedowns) -> Iterator[Finding]:
    gone = taken_down_ids(rows, takedowns) & set(rows["article_id"].to_pylist())
    for article_id in sorted(gone):
        yield Finding(
            path, f"holds {article_id}, which was taken down", f"python -m pipeline forget {article_id}"
        )


def _cut_short(store: Store, manifests: dict[date, Manifest]) -> Iterator[Finding]:
    """Yield files of days that have no manifest."""
    there = set(published_days(store))
    for row_class in DAY_TABLES:
        name = row_class.table_name
        for file in store.names(table_folder(name)):
            day = day_of_name(file, ".parquet")
            if day is not None and day not in there:
                yield Finding(
                    published_path(name, day), "has no manifest: publishing was cut short", _run(day)
                )
            elif day in manifests and name not in manifests[day].tables:
                yield Finding(published_path(name, day), "is not in the manifest of its day", _run(day))


def _derived(store: Store, manifests: dict[date, Manifest], seen: Verified) -> Iterator[Finding]:
    """Yield derived tables that are damaged or behind the published days, and damaged caches beside them."""
    again = _derive(manifests)
    for folder in store.names(PARTIALS):
        for file in store.names(f"{PARTIALS}/{folder}") if "." not in folder else ():
            path = f"{PARTIALS}/{folder}/{file}"
            seen.n_files += 1
            if file.endswith(".parquet") and not store.is_sound(path):
                yield Finding(path, "is damaged", MEND, is_cache=True)
    if not manifests:
        return
    state = State.read(store)
    seen.n_files += 1
    for derived in DERIVED:
        files = state.tables[derived.name].files if derived.name in state.tables else {}
        if not files:
            yield Finding(table_folder(derived.name), "is missing", again)
        for file, (_, sha256) in sorted(files.items()):
            path = f"{table_folder(derived.name)}/{file}"
            seen.n_files += 1
            data = store.find(path)
            if data is None:
                yield Finding(path, "is missing", again)
            elif checksum(data) != sha256:
                yield Finding(path, "is damaged", again, is_cache=True)
    runs = {day: manifest.run_id for day, manifest in manifests.items()}
    behind = sorted({day for day, _ in state.runs.items() ^ runs.items()} | state.unfinished)
    if behind:
        wrong = f"do not fit the published days ({len(behind)} of them, first {behind[0]})"
        yield Finding(DERIVED_STATE, f"the derived tables {wrong}", again)
    elif state.is_at_work:
        yield Finding(DERIVED_STATE, "a derive was cut short, or is at work", again)


def _staged(store: Store, takedowns: Takedowns, seen: Verified) -> Iterator[Finding]:
    """Yield what is on its way and damaged, cut short, or should be gone."""
    for day in staged_days(store):
        plan: Plan | None = None
        try:
            plan = find_plan(store, day)
        except NewstablesError as error:
            yield Finding(plan_path(day), _wrong(store, error), _run(day))
        shards = {shard.shard: shard.sha256 for shard in plan.shards} if plan else {}
        for table in store.names(staged_folder(day)):
            for file in store.names(staged_folder(day, table)) if "." not in table else ():
                shard = shard_of_name(file)
                if shard is None:
                    continue
                seen.n_files += 1
                path = staged_path(table, Batch(day, shard))
                if not store.is_sound(path):
                    yield Finding(path, "is damaged", _run(day))
                elif table == "articles":
                    if plan and store.digest(path) != shards.get(shard):
                        yield Finding(path, "is not what the plan says", _run(day))
                    yield from _taken_down(path, store.read(path, columns=list(COLUMNS)), takedowns)


def _others(store: Store, manifests: dict[date, Manifest], seen: Verified) -> Iterator[Finding]:
    """Yield JSON files that cannot be read: pulls of feeds, indexes, what derive writes beside its tables."""
    for night in store.names(FEEDS):
        if day_of_name(night) is not None and store.exists(pull_path(night)):
            seen.n_files += 1
            wrong = _unreadable(store, pull_path(night), lambda pull: pull["feeds"] + list(pull["before"]))
            if wrong:
                yield Finding(
                    pull_path(night), wrong, "get it back from a backup: no feed can be asked again"
                )
    for name in store.names(INDEX):
        parts = [f"{name}/{part}" for part in store.names(f"{INDEX}/{name}")] if "." not in name else [name]
        for path in (f"{INDEX}/{part}" for part in parts if part.endswith(".json")):
            seen.n_files += 1
            if not store.read_cache(path):
                yield Finding(path, "is damaged or empty: it is made again", is_cache=True)
    for path in (DECISIONS, DECISIONS_NOW, DATAPACKAGE) if manifests else ():
        seen.n_files += 1
        wrong = _unreadable(store, path, len)
        if wrong:
            yield Finding(path, wrong, _derive(manifests))


def _unreadable(store: Store, path: str, use: Callable[..., object]) -> str:
    """Return why a JSON file cannot be used; "" where it can."""
    try:
        use(json.loads(store.get(path)))
    except FileNotFoundError:
        return "is missing"
    except (ValueError, RecursionError, KeyError, TypeError) as error:
        return f"is damaged ({type(error).__name__}: {error})"
    return ""
