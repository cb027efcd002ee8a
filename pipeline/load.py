"""What analysts import: published tables as pandas frames.

    from pipeline.load import load
    quotes = load("quotes", days=("2026-03-01", "2026-03-03"))

Plain `pd.read_parquet("data/tables/quotes")` reads the same files. `load` also makes sure that each day is
whole and of one run, that the schema is the one this code knows, and can count articles once. It answers
views as well, `load("said", where={"outlet": "The Albion Courier"})`, which join the tables once for all.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from pipeline.curation.decisions import Decisions, decisions_of_json
from pipeline.errors import ConfigError, DamagedError, InputError
from pipeline.settings import load_settings
from pipeline.store import Store
from pipeline.store.batch import DECISIONS
from pipeline.store.days import PublishedDay, published
from pipeline.store.derived_files import read_derived
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

NAMES = {
    "name": "entity_id",
    "speaker_name": "speaker_entity_id",
    "claimer_name": "claimer_entity_id",
}
"""Columns that hold an entity's name, and beside it its id."""

_IDS = ("entity_id", "speaker_entity_id", "claimer_entity_id", "subject_entity_id")
_ID_LISTS = ("speaker_entity_ids", "entity_ids")

# A day is being replaced for some milliseconds: long enough to be met, too short to matter.
_ATTEMPTS = 20
_PAUSE_S = 0.1


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
            obeyed and an entity has the same name in all articles; otherwise those of each article. Views
            always have the index's.
        data_dir: where the tables lie; the setting of that name where it is left out.

    Raises:
        ConfigError: no such table or column, a value that `where` asks for and no row of any day has (the
            message names the nearest), or nothing is published.
        InputError: the files of a day are of different runs, or of another schema version.
        DamagedError: a file is not what was published, or cannot be read; the message says what to do.
    """
    rows = load_arrow(
        table,
        days=days,
        columns=columns,
        where=where,
        latest=latest,
        once=once,
        as_indexed=as_indexed,
        data_dir=data_dir,
    )
    frame: pd.DataFrame = rows.to_pandas()
    return frame


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
    if table in VIEWS:
        if not as_indexed:
            raise ConfigError(f"{table} is a view: its entities always go by the index")
        wanted = Wanted(columns=columns, where=where, latest=latest, once=once)
        rows = _view(store, table, days, wanted)
    elif table in TABLES:
        schema = arrow_schema(TABLES[table])
        check_columns(table, schema.names, [*(columns or ()), *(where if isinstance(where, Mapping) else ())])
        rows = _table(store, table, days, columns, where, latest=latest, once=once, as_indexed=as_indexed)
    else:
        like = " or ".join(nearest(table, [*TABLES, *VIEWS], n=2))
        there = ", ".join(sorted({*TABLES, *VIEWS}))
        raise ConfigError(f"no table {table!r}; {like} is meant? There are {there}")
    if not len(rows) and isinstance(where, Mapping):
        _need_values(table, where, as_indexed=as_indexed, data_dir=data_dir)
    return rows


def _table(
    store: Store,
    table: str,
    days: tuple[str | date, str | date] | str | date | None,
    columns: Sequence[str] | None,
    where: Where | None,
    *,
    latest: bool,
    once: bool,
    as_indexed: bool,
) -> pa.Table:
    schema = arrow_schema(TABLES[table])
    if TABLES[table].is_derived:
        rows = _derived(store, table, days=_range(days))
        return _select(rows if where is None else filtered(table, rows, where), columns)
    wanted = None
    if columns is not None and (where is None or isinstance(where, Mapping)):
        asked = [*columns, *(where or ())]
        # A name goes by the id of its entity, and that by the article.
        ids = [id for name, id in NAMES.items() if name in asked and id in schema.names]
        wanted = list(dict.fromkeys([*asked, *ids, "article_id", "day"]))
    index = _Index.read(store) if as_indexed else None
    empty = _select(schema.empty_table(), wanted)
    parts = [empty]
    for day, known in _days(store, days).items():
        part = _filled_up(_read_day(store, table, day, known, wanted), empty.schema, day)
        if index is not None:
            part = index.followed(part)
        if where is not None and not latest:  # whether there is a later version, all rows tell
            part = filtered(table, part, where)
        parts.append(part)
    rows = pa.concat_tables(parts)
    if latest:
        rows = _latest(rows)
        rows = rows if where is None else filtered(table, rows, where)
    if once:
        rows = _once(store, rows)
    return _select(rows, columns)


def _view(
    store: Store, name: str, days: tuple[str | date, str | date] | str | date | None, wanted: Wanted
) -> pa.Table:
    """Return rows of a view, made of the files of the days that it needs."""
    if days is not None and VIEWS[name].spans_days:
        wanted = replace(wanted, days=_range(days))
        days = None
    there = _days(store, days)
    _, names = needed(name)
    relations: dict[str, Any] = {}
    if names_of_decisions := {*names} & {*DECISIONS_OF_VIEWS}:
        tables = _decisions_of(store)
        relations |= {each: tables[each] for each in names_of_decisions}
    for each in {*names} & {*TABLES}:
        is_derived = TABLES[each].is_derived
        relations[each] = (
            _derived(store, each, days=_range(days)) if is_derived else _dataset(store, each, there)
        )
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


def _derived(
    store: Store,
    table: str,
    *,
    days: tuple[date, date] | None = None,
    columns: list[str] | None = None,
) -> pa.Table:
    """Return the rows of a derived table; of one that is kept by month, those of some days."""
    row_class = TABLES[table]
    schema = arrow_schema(row_class).remove_metadata()
    with _derive_again():
        try:
            files = [*read_derived(store, row_class, days=days, columns=columns)]
        except FileNotFoundError:  # a month that went meanwhile
            files = []
    if not files and not store.exists(DECISIONS):
        raise ConfigError(f"nothing is derived in {store.root}: run `python -m pipeline run` first")
    rows = pa.concat_tables([_select(schema.empty_table(), columns), *files])
    if days is not None and row_class.is_by_month:
        first, last = (pa.scalar(day, pa.date32()) for day in days)
        rows = rows.filter(pc.and_(pc.greater_equal(rows["day"], first), pc.less_equal(rows["day"], last)))
    return rows


@contextlib.contextmanager
def _derive_again() -> Iterator[None]:
    """Say what to do where what derive made is damaged."""
    try:
        yield
    except DamagedError as error:
        remedy = (
            "make it again (python -m pipeline verify --mend, then"
            " python -m pipeline run DAY --stage derive, for any day)"
        )
        raise DamagedError(f"{error}: {remedy}", path=error.path) from None


def _latest(rows: pa.Table) -> pa.Table:
    last = rows.group_by("article_id").aggregate([("day", "max")])
    return rows.filter(pc.is_in(_versions(rows), value_set=_versions(last, day="day_max")))


def _once(store: Store, rows: pa.Table) -> pa.Table:
    duplicates = _derived(store, "duplicates")
    others = duplicates.filter(pc.is_valid(duplicates["duplicate_of"]))
    return rows.filter(pc.invert(pc.is_in(_versions(rows), value_set=_versions(others))))


@dataclass(frozen=True, slots=True)
class _Index:
    """What entities are called, and the decisions on them.

    Attributes:
        decisions: human ones, as they were obeyed when the index was made.
        names: entity_id and name of the index.
    """

    decisions: Decisions
    names: pa.Table

    @classmethod
    def read(cls, store: Store) -> _Index | None:
        """Return what was derived; None before anything was."""
        if not store.exists(DECISIONS):
            return None
        return cls(_decisions(store), _derived(store, "entity_index", columns=["entity_id", "name"]))

    def followed(self, rows: pa.Table) -> pa.Table:
        """Follow decisions on entities, and call each entity by its name in the index."""
        decisions = self.decisions
        if decisions.merged or decisions.split:
            articles = rows["article_id"].to_pylist()

            def decided(entity_id: str | None, article_id: str) -> str | None:
                if entity_id is None:
                    return None
                own = decisions.split.get((entity_id, article_id), entity_id)
                return decisions.merged.get(own, own)

            for column in {*_IDS} & {*rows.column_names}:
                pairs = zip(rows[column].to_pylist(), articles, strict=True)
                rows = _with(rows, column, [decided(*pair) for pair in pairs])
            for column in {*_ID_LISTS} & {*rows.column_names}:
                lists = zip(rows[column].to_pylist(), articles, strict=True)
                rows = _with(
                    rows, column, [list(dict.fromkeys(decided(i, a) for i in ids)) for ids, a in lists]
                )
        ids = self.names["entity_id"].combine_chunks()
        for column, id_column in NAMES.items():
            if column in rows.column_names and id_column in rows.column_names:
                at = pc.index_in(rows[id_column], value_set=ids)
                names = pc.coalesce(
                    self.names["name"].combine_chunks().take(at.combine_chunks()),
                    rows[column].combine_chunks(),
                )
                rows = rows.set_column(rows.column_names.index(column), rows.schema.field(column), names)
        return rows


def _decisions(store: Store) -> Decisions:
    with _derive_again():
        return decisions_of_json(store.read_json(DECISIONS))


def _decisions_of(store: Store) -> dict[str, pa.Table]:
    """Return human decisions as the tables that views read."""
    found = _decisions(store)
    rows: dict[str, Any] = {
        "entity_merges": found.merged.items(),
        "entity_splits": ((*pair, own) for pair, own in found.split.items()),
    }
    return {
        name: pa.Table.from_pylist([dict(zip(schema.names, row, strict=True)) for row in rows[name]], schema)
        for name, schema in DECISIONS_OF_VIEWS.items()
    }


def _with(rows: pa.Table, column: str, values: list[Any]) -> pa.Table:
    at = rows.column_names.index(column)
    return rows.set_column(at, rows.schema.field(at), pa.array(values, rows.schema.field(at).type))


def _versions(rows: pa.Table, *, day: str = "day") -> pa.ChunkedArray:
    """Return (article, day) of each row as one string."""
    return pc.binary_join_element_wise(rows["article_id"], rows[day].cast(pa.string()), " ")


def _select(rows: pa.Table, columns: Sequence[str] | None) -> pa.Table:
    return rows.replace_schema_metadata(None) if columns is None else rows.select(list(columns))
