"""What analysts import: published tables as pandas frames.

    from pipeline.load import load
    quotes = load("quotes", days=("2026-03-01", "2026-03-03"))

Plain `pd.read_parquet("data/tables/quotes")` reads the same files. `load` also makes sure that each day is
whole and of one run, that the schema is the one this code knows, and can count articles once.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.curation.decisions import decisions_of_json
from pipeline.errors import ConfigError, DamagedError, InputError
from pipeline.settings import load_settings
from pipeline.store import Store
from pipeline.store.batch import DECISIONS, derived_path
from pipeline.store.manifest import find_manifest, published_days, run_again
from pipeline.store.published import read_published
from schemas import TABLES
from schemas.table import SCHEMA_VERSION, arrow_schema

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
    latest: bool = False,
    once: bool = False,
    as_indexed: bool = True,
    data_dir: str | None = None,
) -> pd.DataFrame:
    """Return the rows of a published table as a pandas frame.

    Args:
        table: articles, entities, mentions, quotes, claims, rejects, or a derived table.
        days: first and last day, both included; one day; or None for all there are.
        columns: the columns wanted, None for all.
        latest: of an article published on several days in several versions, keep the last day's rows.
        once: leave out the rows of articles that are duplicates of another one, on any day.
        as_indexed: give entities the ids and names of the table `entity_index`, in which human decisions are
            obeyed and an entity has the same name in all articles; otherwise those of each article.
        data_dir: where the tables lie; the setting of that name where it is left out.

    Raises:
        ConfigError: no such table or column, or nothing is published.
        InputError: the files of a day are of different runs, or of another schema version.
        DamagedError: a file is not what was published, or cannot be read; the message says what to do.
    """
    rows = load_arrow(
        table, days=days, columns=columns, latest=latest, once=once, as_indexed=as_indexed, data_dir=data_dir
    )
    frame: pd.DataFrame = rows.to_pandas()
    return frame


def load_arrow(
    table: str,
    *,
    days: tuple[str | date, str | date] | str | date | None = None,
    columns: Sequence[str] | None = None,
    latest: bool = False,
    once: bool = False,
    as_indexed: bool = True,
    data_dir: str | None = None,
) -> pa.Table:
    """Return the rows of a published table as an Arrow table; see `load`.

    Raises:
        ConfigError: no such table or column, or nothing is published.
        InputError: the files of a day are of different runs, or of another schema version.
        DamagedError: a file is not what was published, or cannot be read; the message says what to do.
    """
    if table not in TABLES:
        raise ConfigError(f"no table {table!r}; there are {', '.join(sorted(TABLES))}")
    schema = arrow_schema(TABLES[table])
    unknown = [name for name in columns or () if name not in schema.names]
    if unknown:
        raise ConfigError(f"table {table} has no column {unknown[0]!r}; see docs/tables.md")
    store = Store(data_dir or load_settings().data_dir)
    if TABLES[table].is_derived:
        rows = _derived(store, table)
    else:
        # A name goes by the id of its entity, and that by the article.
        ids = [id for name, id in NAMES.items() if name in (columns or ()) and id in schema.names]
        wanted = None if columns is None else list(dict.fromkeys([*columns, *ids, "article_id", "day"]))
        empty = _select(schema.empty_table(), wanted)
        parts = [
            _filled_up(_read_day(store, table, day, wanted), empty.schema, day) for day in _days(store, days)
        ]
        rows = pa.concat_tables([empty, *parts])
        if latest:
            rows = _latest(rows)
        if once:
            rows = _once(store, rows)
        if as_indexed:
            rows = _indexed(store, rows)
    return _select(rows, columns)


def _days(store: Store, days: tuple[str | date, str | date] | str | date | None) -> list[date]:
    there = published_days(store)
    if not there:
        raise ConfigError(f"nothing is published in {store.root}: run `python -m pipeline run` first")
    if days is None:
        return there
    first, last = days if isinstance(days, tuple) else (days, days)
    return [day for day in there if _date(first) <= day <= _date(last)]


def _date(day: str | date) -> date:
    return day if isinstance(day, date) else date.fromisoformat(day)


def _read_day(store: Store, table: str, day: date, columns: list[str] | None) -> pa.Table:
    """Read a day's file once it is the one of the day's manifest, which comes last when a day is replaced."""
    problem = InputError(f"{day} is no longer published: {run_again(day)}")
    for attempt in range(_ATTEMPTS):
        if attempt:
            time.sleep(_PAUSE_S)
        manifest = find_manifest(store, day)
        if manifest is None:
            continue
        if manifest.schema_version != SCHEMA_VERSION:
            raise InputError(
                f"{day} has schema version {manifest.schema_version}, this code knows {SCHEMA_VERSION}:"
                f" {run_again(day)}"
            )
        try:
            return read_published(store, manifest, table, columns=columns).replace_schema_metadata(None)
        except DamagedError as error:
            problem = error
    raise problem


def _filled_up(rows: pa.Table, schema: pa.Schema, day: date) -> pa.Table:
    """Return rows with all columns: those that came to the table since the day was published are null.

    Raises:
        InputError: a column is missing that may not be null.
    """
    columns = []
    for field in schema:
        if field.name in rows.column_names:
            columns.append(rows[field.name])
        elif field.nullable:
            columns.append(pa.nulls(len(rows), field.type))
        else:
            raise InputError(f"{day} was published without the column {field.name}: {run_again(day)}")
    return pa.Table.from_arrays(columns, schema=schema)


def _derived(store: Store, table: str, *, columns: list[str] | None = None) -> pa.Table:
    """Return the rows of a derived table."""
    with _derive_again():
        try:
            return store.read(derived_path(table), columns=columns)
        except FileNotFoundError:
            raise ConfigError(
                f"nothing is derived in {store.root}: run `python -m pipeline run` first"
            ) from None


@contextlib.contextmanager
def _derive_again() -> Iterator[None]:
    """Say what to do where what derive made is damaged."""
    try:
        yield
    except DamagedError as error:
        remedy = "make it again (python -m pipeline run DAY --stage derive, for any day)"
        raise DamagedError(f"{error}: {remedy}", path=error.path) from None


def _latest(rows: pa.Table) -> pa.Table:
    last = rows.group_by("article_id").aggregate([("day", "max")])
    return rows.filter(pc.is_in(_versions(rows), value_set=_versions(last, day="day_max")))


def _once(store: Store, rows: pa.Table) -> pa.Table:
    duplicates = _derived(store, "duplicates")
    others = duplicates.filter(pc.is_valid(duplicates["duplicate_of"]))
    return rows.filter(pc.invert(pc.is_in(_versions(rows), value_set=_versions(others))))


def _indexed(store: Store, rows: pa.Table) -> pa.Table:
    """Follow decisions on entities, and call each entity by its name in the index."""
    if not store.exists(derived_path("entity_index")):
        return rows
    with _derive_again():
        decisions = decisions_of_json(store.read_json(DECISIONS))
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
            rows = _with(rows, column, [list(dict.fromkeys(decided(i, a) for i in ids)) for ids, a in lists])
    index = _derived(store, "entity_index", columns=["entity_id", "name"])
    for column, id_column in NAMES.items():
        if column in rows.column_names and id_column in rows.column_names:
            at = pc.index_in(rows[id_column], value_set=index["entity_id"].combine_chunks())
            names = pc.coalesce(
                index["name"].combine_chunks().take(at.combine_chunks()), rows[column].combine_chunks()
            )
            rows = rows.set_column(rows.column_names.index(column), rows.schema.field(column), names)
    return rows


def _with(rows: pa.Table, column: str, values: list[Any]) -> pa.Table:
    at = rows.column_names.index(column)
    return rows.set_column(at, rows.schema.field(at), pa.array(values, rows.schema.field(at).type))


def _versions(rows: pa.Table, *, day: str = "day") -> pa.ChunkedArray:
    """Return (article, day) of each row as one string."""
    return pc.binary_join_element_wise(rows["article_id"], rows[day].cast(pa.string()), " ")


def _select(rows: pa.Table, columns: Sequence[str] | None) -> pa.Table:
    return rows.replace_schema_metadata(None) if columns is None else rows.select(list(columns))
