"""What is published, as one page sees it: files of one run a day, and what people decided up to now.

DuckDB opens the files as they lie. They are looked at before (are they those of the day's manifest?) and
after (are they still there?), so that a page made while a day was replaced is made again. Takedowns and
decisions on entities and claims are read for each page: they show at once, before the next derive.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.dataset as ds

from pipeline.curation.decision_files import load_decisions
from pipeline.curation.decisions import Decisions, decisions_of_json
from pipeline.curation.decisions_now import leaving_groups
from pipeline.curation.takedowns import Takedowns, read_takedowns
from pipeline.derived.work import State
from pipeline.desk.explorer.connection import connect, need_select, quoted
from pipeline.errors import ConfigError, DamagedError, InputError, NewstablesError
from pipeline.indexed import as_tables
from pipeline.store import Store
from pipeline.store.batch import (
    DECISIONS,
    DERIVED_STATE,
    NOTED_DECISIONS,
    OLD_TAKEDOWNS,
    TAKEDOWNS,
    manifest_path,
    published_path,
)
from pipeline.store.derived_files import derived_files
from pipeline.store.manifest import Manifest, find_manifest, published_days, run_again
from pipeline.store.published import published_fragment, published_schema
from schemas import DAY_TABLES, TABLES, ClaimGroup, EntityDay, QuoteNameDay, Reject, SpeakerDay
from schemas.table import SCHEMA_VERSION, arrow_schema
from schemas.views import DECISIONS as DECISIONS_OF_VIEWS
from schemas.views import NOW, VIEWS, needed

_NAME = re.compile(r"\b(?:from|join)\s+(\w+)", re.IGNORECASE)
_READY = {row_class.table_name for row_class in (EntityDay, SpeakerDay, QuoteNameDay, ClaimGroup)}

_OF_ARTICLES = {row_class.table_name for row_class in DAY_TABLES if row_class is not Reject}
"""Tables of a day whose rows go when their article is taken down."""


class ReplacedError(NewstablesError):
    """A day is being replaced."""


class Desk:
    """The published tables, and what is kept of one page for the next."""

    def __init__(self, store: Store, decisions_file: Path, *, threads: int = 2) -> None:
        """Open the tables to be read.

        Args:
            store: where they lie.
            decisions_file: the setting of that name.
            threads: of DuckDB.
        """
        self.store = store
        self.decisions_file = decisions_file
        self._spill = tempfile.TemporaryDirectory(prefix="newstables-explorer-")
        self._con = connect(store, threads=threads, spill=self._spill.name)
        self._kept: dict[str, tuple[Any, Any]] = {}

    def snapshot(self) -> Snapshot:
        """Begin a page."""
        return Snapshot(self, self._con.cursor())

    def close(self) -> None:
        """Let go of everything."""
        self._con.close()
        self._spill.cleanup()

    def kept[Value](self, name: str, state: Any, make: Callable[[], Value]) -> Value:
        """Return what was made of something in this state, or make it."""
        before = self._kept.get(name)
        if before is not None and before[0] == state:
            value: Value = before[1]
            return value
        value = make()
        self._kept[name] = (state, value)
        return value


class Snapshot:
    """The published tables during one request."""

    def __init__(self, desk: Desk, con: duckdb.DuckDBPyConnection) -> None:
        """Begin; nothing is read yet."""
        self._desk = desk
        self._store = desk.store
        self._con = con
        self._seen: dict[str, datetime | None] = {}
        self._manifests: dict[date, Manifest] = {}
        self.window: tuple[date, date] | None = None

    def __enter__(self) -> Snapshot:
        return self

    def __exit__(self, *_: object) -> None:
        self._con.close()

    # ---- what there is -----------------------------------------------------------------------------

    @cached_property
    def days(self) -> list[date]:
        """All published days.

        Raises:
            ConfigError: there is none.
        """
        days = published_days(self._store)
        if not days:
            raise ConfigError(
                f"Nothing is published in {self._store.root}: run days first (python -m pipeline run)."
            )
        return days

    def days_between(self, first: date, last: date) -> list[date]:
        """Return the published days from first to last, both included."""
        return [day for day in self.days if first <= day <= last]

    @property
    def days_of_window(self) -> list[date]:
        """The published days that are looked at: all, where there is no window."""
        return self.days_between(*self.window) if self.window else list(self.days)

    def manifest(self, day: date) -> Manifest:
        """Return a published day's manifest.

        Raises:
            ReplacedError: it is not published now.
            InputError: it was published with another schema.
            DamagedError: the file is no manifest.
        """
        if day not in self._manifests:
            path = manifest_path(day)
            state = self._mark(path)
            manifest = self._desk.kept(path, state, lambda: find_manifest(self._store, day))
            if manifest is None:
                raise ReplacedError(f"{day} is no longer published: {run_again(day)}")
            if manifest.schema_version != SCHEMA_VERSION:
                raise InputError(
                    f"{day} has schema version {manifest.schema_version}, this code knows {SCHEMA_VERSION}:"
                    f" {run_again(day)}"
                )
            self._manifests[day] = manifest
        return self._manifests[day]

    @cached_property
    def takedowns(self) -> Takedowns:
        """Articles that were taken down, up to now."""
        store = self._store
        names = store.names(TAKEDOWNS)
        state = [(name, store.modified(f"{TAKEDOWNS}/{name}")) for name in names]
        state.append((OLD_TAKEDOWNS, store.modified(OLD_TAKEDOWNS)))
        return self._desk.kept("takedowns", state, lambda: read_takedowns(store))

    @cached_property
    def decisions(self) -> Decisions:
        """What people decided, up to now."""
        file = self._desk.decisions_file
        edited = file.stat().st_mtime_ns if file.is_file() else None
        state = (edited, self._store.names(NOTED_DECISIONS))
        return self._desk.kept("decisions", state, lambda: load_decisions(file, self._store))

    @cached_property
    def derived_decisions(self) -> Decisions:
        """The decisions under which the derived tables were made."""
        state = self._store.modified(DECISIONS)
        return self._desk.kept("derived", state, lambda: decisions_of_json(self._store.read_json(DECISIONS)))

    @property
    def is_ahead(self) -> bool:
        """Something was decided since the derived tables were made."""
        return self.decisions != self.derived_decisions

    def has(self, table: str) -> bool:
        """Tell whether a derived table was made."""
        return bool(derived_files(self._store, TABLES[table]))

    @cached_property
    def is_counted(self) -> bool:
        """Tell whether tables that count by day say of the window what its days themselves say now.

        They do where they were derived of these days as they are, under the decisions of now.
        """
        return self._derived_state.decisions == self.decisions and self.is_derived

    @cached_property
    def is_derived(self) -> bool:
        """Tell whether derived tables are of the window's days as they are, whatever was decided since.

        They are where they were made of these runs, and where no article that was taken down is still to go.
        """
        state = self._derived_state
        first, last = self.window or (date.min, date.max)
        runs = {day: self.manifest(day).run_id for day in self.days_between(first, last)}
        if state.is_at_work or not state.tables.keys() >= _READY:
            return False
        if {day: run for day, run in state.runs.items() if first <= day <= last} != runs:
            return False
        if not self.takedowns.ids:
            return True
        left = self.row("select count(*) as n from articles", days=sorted(runs))
        there = sum(self.manifest(day).tables["articles"].rows for day in runs)
        return left is not None and left["n"] == there

    @cached_property
    def _derived_state(self) -> State:
        noted = self._mark(DERIVED_STATE)
        return self._desk.kept("derived state", noted, lambda: State.read(self._store))

    def is_current(self) -> bool:
        """Tell whether all that was read still stands as it did."""
        return all(self._store.modified(path) == state for path, state in self._seen.items())

    def _mark(self, path: str) -> datetime | None:
        """Note how a file stands when it is first needed, to look again afterwards."""
        if path not in self._seen:
            self._seen[path] = self._store.modified(path)
        return self._seen[path]

    # ---- rows --------------------------------------------------------------------------------------

    def rows(
        self,
        sql: str,
        values: Mapping[str, Any] | None = None,
        *,
        days: Iterable[date] | None = None,
        only: Mapping[str, str] | None = None,
    ) -> list[dict[str, Any]]:
        """Return the rows of a select over tables and views.

        Args:
            sql: a select in the SQL of DuckDB.
            values: of its parameters, `$name`.
            days: whose rows tables have, those of a day and those kept by month; the window's where they are
                left out. Where there are none, tables of a day are empty, and derived ones whole.
            only: conditions by table: its other rows are left out before views are made of it.
        """
        whole, given = self._whole(sql, values or {}, days, only or {})
        need_select(self._con, whole)
        found = self._con.execute(whole, given or None)
        names = [column[0] for column in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def row(self, sql: str, values: Mapping[str, Any] | None = None, **options: Any) -> dict[str, Any] | None:
        """Return the first row of a select; None where there is none. Arguments as of `rows`."""
        return next(iter(self.rows(sql, values, **options)), None)

    def batches(
        self,
        sql: str,
        values: Mapping[str, Any] | None = None,
        *,
        days: Iterable[date] | None = None,
        only: Mapping[str, str] | None = None,
        n_rows: int = 10_000,
    ) -> pa.RecordBatchReader:
        """Return the rows of a select in batches, of which one is in memory at a time."""
        whole, given = self._whole(sql, values or {}, days, only or {})
        need_select(self._con, whole)
        return self._con.sql(whole, params=given or None).to_arrow_reader(n_rows)

    def _whole(
        self, sql: str, values: Mapping[str, Any], days: Iterable[date] | None, only: Mapping[str, str]
    ) -> tuple[str, dict[str, Any]]:
        """Return a select with all that it stands on before it, and the values of its parameters."""
        relations = self._relations(sql, list(days) if days is not None else self.days_of_window, only)
        given = dict(values)
        if any("$_taken_down" in select for _, select in relations):
            given["_taken_down"] = sorted(self.takedowns.ids)
        if any("$_apart" in select for _, select in relations):
            given["_apart"] = sorted(self._newly_apart)
        head = ",\n".join(f"{name} as not materialized ({select})" for name, select in relations)
        whole = f"with {head}\n{sql}" if head else sql
        if re.match(r"\s*with\s", sql, re.IGNORECASE) and head:
            whole = f"with {head},\n{re.sub(r'^\s*with\s', '', sql, flags=re.IGNORECASE)}"
        return whole, given

    def _relations(self, sql: str, days: Sequence[date], only: Mapping[str, str]) -> list[tuple[str, str]]:
        """Return the tables and views that a select needs, with the select that each stands for."""
        asked = {name.lower() for name in _NAME.findall(" ".join([sql, *only.values()]))}
        views = {view.name: view for name in asked & VIEWS.keys() for view in needed(name)[0]}
        tables = asked | {name for name in asked & VIEWS.keys() for name in needed(name)[1]}
        if "entity_index" in tables and self.is_ahead:
            tables |= {"entity_renames", "entity_merges"}
        found = [(name, self._decided(name)) for name in sorted(tables & DECISIONS_OF_VIEWS.keys())]
        for name in sorted(tables & TABLES.keys()):
            select = self._derived(name, days) if TABLES[name].is_derived else self._of_days(name, days)
            if condition := only.get(name):
                select = f"from ({select}) where {condition}"
            found.append((name, select))
        return found + [(name, views[name].select) for name in VIEWS if name in views]

    def _of_days(self, table: str, days: Sequence[date]) -> str:
        is_less = table in _OF_ARTICLES and self.takedowns.ids
        condition = " where article_id not in (select unnest($_taken_down))" if is_less else ""
        schema = arrow_schema(TABLES[table]).remove_metadata()
        if not days:
            return f"from {self._registered(table, schema.empty_table())}"
        if self._store.local_root is None:
            fragments = [published_fragment(self._store, self.manifest(day), table) for day in days]
            for day in days:
                self._mark(published_path(table, day))
            dataset = ds.FileSystemDataset(fragments, schema, ds.ParquetFileFormat())
            return f"from {self._registered(table, dataset)}{condition}"
        files, are_full = [], True
        for day in days:
            manifest = self.manifest(day)
            path = published_path(table, day)
            state = (manifest.run_id, self._mark(path))
            names = self._desk.kept(path, state, partial(self._column_names, manifest, table))
            are_full = are_full and names == schema.names
            files.append(str(self._store.local_root / path))
        listed = ", ".join(map(quoted, files))
        if are_full:
            return f"from read_parquet([{listed}]){condition}"
        # Columns that came to the table since a day was published are null.
        empty = self._registered(table, schema.empty_table())
        return (
            f"from (from {empty} union all by name from read_parquet([{listed}], union_by_name = true))"
            f"{condition}"
        )

    def _column_names(self, manifest: Manifest, table: str) -> list[str]:
        return list(published_schema(self._store, manifest, table).names)

    def _derived(self, table: str, days: Sequence[date]) -> str:
        row_class, condition, between = TABLES[table], "", None
        if days and row_class.is_by_month:
            between = (min(days), max(days))
            condition = f" where day between date '{between[0]}' and date '{between[1]}'"
        paths = derived_files(self._store, row_class, between)
        for path in paths:
            self._mark(path)
        if not paths and not self.has(table):
            raise InputError(
                f"{table} is not derived in {self._store.root}: derive it"
                " (python -m pipeline run DAY --stage derive, for any day)"
            )
        if self._store.local_root is None or not paths:
            empty = arrow_schema(row_class).remove_metadata().empty_table()
            rows = pa.concat_tables(map(self._store.read, paths)) if paths else empty
            select = f"from {self._registered(table, rows)}{condition}"
        else:
            listed = ", ".join(quoted(str(self._store.local_root / path)) for path in paths)
            select = f"from read_parquet([{listed}]){condition}"
        if table == "entity_index" and self.is_ahead:
            return NOW[table].format(rows=f"({select})")
        if table == "claim_groups" and self._newly_apart:
            return f"from ({select}) where claim_id not in (select unnest($_apart))"
        return select

    def _decided(self, name: str) -> str:
        return f"from {self._registered(name, self._decision_tables[name])}"

    @cached_property
    def _decision_tables(self) -> dict[str, pa.Table]:
        return as_tables(self.decisions)

    @cached_property
    def _newly_apart(self) -> set[str]:
        """Claims that leave their group now."""
        new = {*self.decisions.apart} - {*self.derived_decisions.apart}
        for path in derived_files(self._store, TABLES["claim_groups"]) if new else ():
            self._mark(path)
        return leaving_groups(self._store, new)

    def _registered(self, name: str, rows: Any) -> str:
        name = f"_{name}"
        self._con.register(name, rows)
        return name


def until_current[Made](desk: Desk, make: Callable[[Snapshot], Made], pauses: Iterator[None]) -> Made:
    """Make something of the tables, again and again until no day was replaced meanwhile.

    Args:
        desk: the tables.
        make: makes it of what is published.
        pauses: waits a little each time; when it ends, so does the patience.

    Raises:
        ReplacedError: a day was being replaced all the time.
        NewstablesError: what is wrong with a file stayed wrong.
    """
    problem: NewstablesError = ReplacedError("The tables are being replaced: load the page again.")
    for _ in pauses:
        with desk.snapshot() as snapshot:
            try:
                made = make(snapshot)
            except (DamagedError, ReplacedError) as error:
                problem = error
                continue
            except duckdb.Error:
                if snapshot.is_current():
                    raise
                continue
            if snapshot.is_current():
                return made
    raise problem
