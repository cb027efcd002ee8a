"""What analysts import: published tables as pandas frames.

    from pipeline.load import load
    quotes = load("quotes", days=("2026-03-01", "2026-03-03"))

Plain `pd.read_parquet("data/tables/quotes")` reads the same files. `load` also makes sure that each day is
whole and of one run, that the schema is the one this code knows, and can count articles once. It answers
views as well, `load("said", where={"outlet": "The Albion Courier"})`, which join the tables once for all.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from pipeline.curation.corrected import corrected_claims, corrected_quotes
from pipeline.errors import ConfigError, DamagedError, InputError
from pipeline.frame import frame_of
from pipeline.indexed import NAMES, Index, decision_rows, derived_rows
from pipeline.settings import load_settings
from pipeline.store import Store
from pipeline.store.days import PublishedDay, published
from pipeline.store.manifest import Manifest, find_manifest, published_days, run_again
from pipeline.store.published import published_fragment, read_published
from pipeline.views import Wanted, Where, check_columns, filtered, nearest, view_rows
from schemas import TABLES
from schemas.table import SCHEMA_VERSION, arrow_schema
from schemas.table import columns as columns_of
from schemas.views import DECISIONS as DECISIONS_OF_VIEWS
from schemas.views import VIEWS, needed

if TYPE_CHECKING:
    import pandas as pd

# A day is being replaced for some milliseconds: long enough to be met, too short to matter.
_ATTEMPTS = 20
_PAUSE_S = 0.1

_BATCH = 10_000


def load(
    table: str,
    *,
    days: tuple[str | date, str | date] | str | date | None = None,
    columns: Sequence[str] | None = None,
    where: Where | None = None,
    latest: bool = False,
    once: bool = False,
    as_indexed: bool = True,
    data_dir: str | None = None,
) -> pd.DataFrame:
    """Return the rows of a published table or view as a pandas frame.

    Args:
        table: articles, entities, mentions, quotes, claims, rejects, a derived table, or a view (said,
            asserted, spread ...; docs/tables.md describes them).
        days: first and last day, both included; one day; or None for all there are. Derived tables without a
            column `day` are of all days.
        columns: the columns wanted, None for all.
        where: the rows wanted: what columns must be equal to, `{"outlet": "The Albion Courier",
            "kind": ["direct", "mixed"], "day": "2026-03-02"}` (None is null; of a column of lists, one that
            they hold); or a condition in the SQL of DuckDB, "score > 0.8 and quote ilike '%ferry%'". Rows
            that are not wanted are left out as they are read, so that memory is needed for the others only.
        latest: of an article published on several days in several versions, keep the last day's rows.
        once: leave out the rows of articles that are duplicates of another one, on any day.
        as_indexed: give entities the ids and names of the table `entity_index`, in which human decisions are
            obeyed and an entity has the same name in all articles, and quotations and claims the speakers
            that people corrected; otherwise those of each article, as they were found. Views always have the
            index's.
        data_dir: where the tables lie; the setting of that name where it is left out.

    Raises:
        ConfigError: no such table or column, a value that `where` asks for and no row of any day has (the
            message names the nearest), or nothing is published.
        InputError: the files of a day are of different runs, or of another schema version.
        DamagedError: a file is not what was published, or cannot be read; the message says what to do.
    """
    return frame_of(
        load_arrow(
            table,
            days=days,
            columns=columns,
            where=where,
            latest=latest,
            once=once,
            as_indexed=as_indexed,
            data_dir=data_dir,
        )
    )


def load_arrow(
    table: str,
    *,
    days: tuple[str | date, str | date] | str | date | None = None,
    columns: Sequence[str] | None = None,
    where: Where | None = None,
    latest: bool = False,
    once: bool = False,
    as_indexed: bool = True,
    data_dir: str | None = None,
) -> pa.Table:
    """Return the rows of a published table or view as an Arrow table; see `load`.

    Raises:
        ConfigError: no such table or column, a value that `where` asks for and no row of any day has (the
            message names the nearest), or nothing is published.
        InputError: the files of a day are of different runs, or of another schema version.
        DamagedError: a file is not what was published, or cannot be read; the message says what to do.
    """
    store = Store(data_dir or load_settings().data_dir)
    whole = _Whole(store)
    rows = _rows(whole, table, days, columns, where, latest=latest, once=once, as_indexed=as_indexed)
    if not len(rows) and isinstance(where, Mapping):
        _need_values(table, where, as_indexed=as_indexed, data_dir=data_dir)
    return rows


def load_batches(
    table: str,
    *,
    days: tuple[str | date, str | date] | str | date | None = None,
    columns: Sequence[str] | None = None,
    where: Where | None = None,
    once: bool = False,
    data_dir: str | None = None,
) -> pa.RecordBatchReader:
    """Return the rows of a published table or view as a stream, for which one day at a time is in memory.

    The rows and their order are those of `load_arrow`. Of what spans days (derived tables, `spread` ...), and
    where a condition holds a select of its own, all rows are in memory at once.

    Raises:
        ConfigError: no such table or column, a value that `where` asks for and no row of any day has (the
            message names the nearest), or nothing is published. It is raised at once where it can be, and
            while the stream is read for a value that turns out to be in no row.
        InputError: the files of a day are of different runs, or of another schema version.
        DamagedError: a file is not what was published, or cannot be read; the message says what to do.
    """
    store = Store(data_dir or load_settings().data_dir)

    whole = _Whole(store)

    def rows(days: Any) -> pa.Table:
        return _rows(whole, table, days, columns, where, once=once)

    is_one = isinstance(where, str) and re.search(r"\bselect\b|\bfrom\b", where, re.IGNORECASE)
    spans_days = VIEWS[table].spans_days if table in VIEWS else table in TABLES and TABLES[table].is_derived
    there = [days] if is_one or spans_days else [*_days(store, days)]
    first = rows(there[0] if there else days)

    def batches() -> Iterator[pa.RecordBatch]:
        n_rows = 0
        for number, day in enumerate(there):
            part = rows(day) if number else first
            n_rows += len(part)
            yield from part.to_batches(max_chunksize=_BATCH)
        if not n_rows and isinstance(where, Mapping):
            _need_values(table, where, as_indexed=True, data_dir=data_dir)

    return pa.RecordBatchReader.from_batches(first.schema, batches())


@dataclass(frozen=True)
class _Whole:
    """What is of all days, and so is read once, not day by day."""

    store: Store

    @cached_property
    def index(self) -> Index | None:
        return Index.read(self.store)

    @cached_property
    def duplicates(self) -> pa.ChunkedArray:
        """Versions of articles that are duplicates of another one."""
        rows = derived_rows(self.store, "duplicates")
        return _versions(rows.filter(pc.is_valid(rows["duplicate_of"])))

    @cached_property
    def decisions(self) -> dict[str, pa.Table]:
        """Human decisions, as the tables that views read."""
        return decision_rows(self.store)

    @cached_property
    def _tables(self) -> dict[str, pa.Table]:
        return {}

    def table(self, name: str) -> pa.Table:
        """Return a derived table that is one file."""
        if name not in self._tables:
            self._tables[name] = derived_rows(self.store, name)
        return self._tables[name]


def _rows(
    whole: _Whole,
    table: str,
    days: tuple[str | date, str | date] | str | date | None,
    columns: Sequence[str] | None,
    where: Where | None,
    *,
    latest: bool = False,
    once: bool,
    as_indexed: bool = True,
) -> pa.Table:
    if table in VIEWS:
        if not as_indexed:
            raise ConfigError(f"{table} is a view: its entities always go by the index")
        wanted = Wanted(columns=columns, where=where, latest=latest, once=once)
        return _view(whole, table, days, wanted)
    if table in TABLES:
        schema = arrow_schema(TABLES[table])
        check_columns(table, schema.names, [*(columns or ()), *(where if isinstance(where, Mapping) else ())])
        return _table(whole, table, days, columns, where, latest=latest, once=once, as_indexed=as_indexed)
    like = " or ".join(nearest(table, [*TABLES, *VIEWS], n=2))
    there = ", ".join(sorted({*TABLES, *VIEWS}))
    raise ConfigError(f"no table {table!r}; {like} is meant? There are {there}")


def _table(
    whole: _Whole,
    table: str,
    days: tuple[str | date, str | date] | str | date | None,
    columns: Sequence[str] | None,
    where: Where | None,
    *,
    latest: bool,
    once: bool,
    as_indexed: bool,
) -> pa.Table:
    store, schema = whole.store, arrow_schema(TABLES[table])
    if TABLES[table].is_derived:
        rows = derived_rows(store, table, days=_range(days))
        return _select(rows if where is None else filtered(table, rows, where), columns)
    wanted = None
    if columns is not None and (where is None or isinstance(where, Mapping)):
        asked = [*columns, *(where or ())]
        # A name goes by the id of its entity, and that by the article.
        ids = [id for name, id in NAMES.items() if name in asked and id in schema.names]
        ids += [name for name in ("quote_id", "claimer_kind", "claimer_entity_id") if name in schema.names]
        wanted = list(dict.fromkeys([*asked, *ids, "article_id", "day"]))
    index = whole.index if as_indexed else None
    empty = _select(schema.empty_table(), wanted)
    parts = [empty]
    for day, known in _days(store, days).items():
        part = _filled_up(_read_day(store, table, day, known, wanted), empty.schema, day)
        if index is not None:
            if index.speakers and table == "quotes":
                part = corrected_quotes(part, index.speakers)
            elif index.speakers and table == "claims":
                found = _read_day(store, "quotes", day, known, ["quote_id", "speaker_entity_id"])
                part = corrected_claims(part, found, index.speakers)
            part = index.followed(part)
        if where is not None and not latest:  # whether there is a later version, all rows tell
            part = filtered(table, part, where)
        parts.append(part)
    rows = pa.concat_tables(parts)
    if latest:
        rows = _latest(rows)
        rows = rows if where is None else filtered(table, rows, where)
    if once:
        rows = rows.filter(pc.invert(pc.is_in(_versions(rows), value_set=whole.duplicates)))
    return _select(rows, columns)


def _view(
    whole: _Whole, name: str, days: tuple[str | date, str | date] | str | date | None, wanted: Wanted
) -> pa.Table:
    """Return rows of a view, made of the files of the days that it needs."""
    store = whole.store
    if days is not None and VIEWS[name].spans_days:
        wanted = replace(wanted, days=_range(days))
        days = None
    there = _days(store, days)
    _, names = needed(name)
    relations: dict[str, Any] = {}
    for each in {*names} & {*DECISIONS_OF_VIEWS}:
        relations[each] = whole.decisions[each]
    for each in {*names} & {*TABLES}:
        if not TABLES[each].is_derived:
            relations[each] = _dataset(store, each, there)
        elif TABLES[each].is_by_month:
            relations[each] = derived_rows(store, each, days=_range(days))
        else:
            relations[each] = whole.table(each)
    return view_rows(name, relations, wanted)


def _dataset(store: Store, table: str, days: Mapping[date, PublishedDay | None]) -> ds.Dataset:
    """Return a table of some days, of which only what is asked for will be decoded."""
    schema = arrow_schema(TABLES[table]).remove_metadata()
    fragments = [
        _of_day(store, day, known, lambda found: published_fragment(store, found, table))
        for day, known in days.items()
    ]
    for day, fragment in zip(days, fragments, strict=True):
        _need_columns(fragment.physical_schema, schema, day)
    if not fragments:
        return ds.dataset(schema.empty_table())
    return ds.FileSystemDataset(fragments, schema, ds.ParquetFileFormat())


def _need_values(table: str, where: Mapping[str, Any], *, as_indexed: bool, data_dir: str | None) -> None:
    """Raise a ConfigError for a text that no row of any day has: more likely than not, it is misspelled."""
    declared = VIEWS[table].columns if table in VIEWS else columns_of(TABLES[table])
    for column in (each for each in declared if each.name in where and pa.types.is_string(each.type)):
        value = where[column.name]
        asked = value if isinstance(value, list | tuple | set | frozenset) else [value]
        there: Any = column.values
        if not there:
            rows = load_arrow(table, columns=[column.name], as_indexed=as_indexed, data_dir=data_dir)
            there = pc.unique(rows[column.name]).to_pylist()
        for one in asked:
            if isinstance(one, str) and one not in there:
                like = " or ".join(map(repr, nearest(one, there)))
                raise ConfigError(
                    f"no row of {table} has {column.name} {one!r}; the nearest: {like or 'none'}"
                )


def _days(
    store: Store, days: tuple[str | date, str | date] | str | date | None
) -> dict[date, PublishedDay | None]:
    """Return the published days of a range; None stands for one whose manifest cannot be read."""
    found = published(store, between=_range(days))
    if not found.days and not found.damaged and not published_days(store):
        raise ConfigError(f"nothing is published in {store.root}: run `python -m pipeline run` first")
    return {day: found.days.get(day) for day in sorted({*found.days, *found.damaged})}


def _range(days: tuple[str | date, str | date] | str | date | None) -> tuple[date, date] | None:
    if days is None:
        return None
    first, last = days if isinstance(days, tuple) else (days, days)
    return _date(first), _date(last)


def _date(day: str | date) -> date:
    return day if isinstance(day, date) else date.fromisoformat(day)


def _read_day(
    store: Store, table: str, day: date, known: PublishedDay | None, columns: list[str] | None
) -> pa.Table:
    rows = _of_day(store, day, known, lambda found: read_published(store, found, table, columns=columns))
    return rows.replace_schema_metadata(None)


def _of_day[Read](
    store: Store, day: date, known: PublishedDay | None, read: Callable[[Manifest | PublishedDay], Read]
) -> Read:
    """Read a day's file once it is the one of the day's manifest, which comes last when a day is replaced.

    Args:
        store: where it lies.
        day: the day.
        known: of its manifest, as it was a moment ago.
        read: what reads it.
    """
    problem = InputError(f"{day} is no longer published: {run_again(day)}")
    for attempt in range(_ATTEMPTS):
        if attempt:
            time.sleep(_PAUSE_S)
        manifest = known if known is not None and not attempt else find_manifest(store, day)
        if manifest is None:
            continue
        if manifest.schema_version != SCHEMA_VERSION:
            raise InputError(
                f"{day} has schema version {manifest.schema_version}, this code knows {SCHEMA_VERSION}:"
                f" {run_again(day)}"
            )
        try:
            return read(manifest)
        except DamagedError as error:
            problem = error
    raise problem


def _filled_up(rows: pa.Table, schema: pa.Schema, day: date) -> pa.Table:
    """Return rows with all columns: those that came to the table since the day was published are null.

    Raises:
        InputError: a column is missing that may not be null.
    """
    _need_columns(rows.schema, schema, day)
    columns = [
        rows[field.name] if field.name in rows.column_names else pa.nulls(len(rows), field.type)
        for field in schema
    ]
    return pa.Table.from_arrays(columns, schema=schema)


def _need_columns(there: pa.Schema, wanted: pa.Schema, day: date) -> None:
    for field in wanted:
        if field.name not in there.names and not field.nullable:
            raise InputError(f"{day} was published without the column {field.name}: {run_again(day)}")


def _latest(rows: pa.Table) -> pa.Table:
    last = rows.group_by("article_id").aggregate([("day", "max")])
    return rows.filter(pc.is_in(_versions(rows), value_set=_versions(last, day="day_max")))


def _versions(rows: pa.Table, *, day: str = "day") -> pa.ChunkedArray:
    """Return (article, day) of each row as one string."""
    return pc.binary_join_element_wise(rows["article_id"], rows[day].cast(pa.string()), " ")


def _select(rows: pa.Table, columns: Sequence[str] | None) -> pa.Table:
    return rows.replace_schema_metadata(None) if columns is None else rows.select(list(columns))
