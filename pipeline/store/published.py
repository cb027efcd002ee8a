"""The tables of a day take the place of those published before, the manifest last; and all are described."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from pipeline import provenance
from pipeline.errors import DamagedError, InputError
from pipeline.identity import checksum
from pipeline.store.batch import DATAPACKAGE, TABLES_FOLDER, manifest_path, published_path
from pipeline.store.days import PublishedDay, note, published
from pipeline.store.derived_files import derived_files
from pipeline.store.files import LINEAGE_KEY, Store, to_parquet
from pipeline.store.manifest import Manifest, Origin, PublishedTable, run_again, write_manifest
from pipeline.store.plan import IngestCounts, InputFile
from schemas import DAY_TABLES, TABLES, Article, Reject
from schemas.datapackage import datapackage
from schemas.table import SCHEMA_VERSION, arrow_schema

if TYPE_CHECKING:
    import pyarrow.dataset as ds

log = logging.getLogger(__name__)


def replace_day(
    store: Store,
    day: date,
    tables: Mapping[str, pa.Table],
    *,
    counts: IngestCounts,
    origin: Origin,
    inputs: Sequence[InputFile],
    schema_version: int = SCHEMA_VERSION,
) -> dict[str, Any]:
    """Write the tables of a day and their manifest; the caller holds the day's lock.

    The run_id comes from the articles and rejects as they stand, so that a day from which an article was
    taken out has the id of a day that never had it.

    Args:
        store: where published files lie.
        day: the day.
        tables: its rows by table. A day that was published before a table or a column was added has none.
        counts: of its records.
        origin: what its rows were made with.
        inputs: what was taken from which file.
        schema_version: of its tables.

    Returns:
        The number of rows by table, and the run_id.
    """
    came_in = (_with_run(tables[t.table_name], t, day, "") for t in (Article, Reject))
    run = provenance.run_id(
        inputs=checksum(b"".join(map(to_parquet, came_in))),
        code=origin.code,
        model=origin.model,
        settings=origin.settings,
    )
    written: dict[str, PublishedTable] = {}
    for row_class in DAY_TABLES:
        name = row_class.table_name
        if name not in tables:
            continue
        table = _with_run(tables[name], row_class, day, run)
        lineage = {"run_id": run, "schema_version": schema_version}
        digest = store.write(published_path(name, day), table, lineage=lineage)
        written[name] = PublishedTable(rows=len(table), sha256=digest)
    manifest = Manifest(
        day=day,
        run_id=run,
        schema_version=schema_version,
        code=origin.code,
        model=origin.model,
        settings=origin.settings,
        is_empty=written["articles"].rows == 0,
        counts=counts,
        inputs=tuple(inputs),
        tables=written,
    )
    write_manifest(store, manifest)
    describe(store)
    rows = {name: table.rows for name, table in written.items()}
    log.info("published %s: %s", day, ", ".join(f"{n} {name}" for name, n in sorted(rows.items())))
    return {"run_id": run, **rows}


def read_published(
    store: Store, manifest: Manifest | PublishedDay, table: str, *, columns: list[str] | None = None
) -> pa.Table:
    """Return the rows of a table of a published day, once they are known to be those that were published.

    Raises:
        DamagedError: the file is gone, or is not the one that was published; the message says what to do.
        InputError: the day was published before there was such a table.
    """

    def rows(path: str, sha256: str) -> tuple[pa.Table, pa.Schema]:
        found = store.read_checked(path, sha256, columns=columns)
        return found, found.schema

    return _published(store, manifest, table, rows)


def published_fragment(store: Store, manifest: Manifest | PublishedDay, table: str) -> ds.Fragment:
    """Return a table of a published day as a part of a dataset, of which only what is asked for is decoded.

    Raises:
        DamagedError: the file is gone, or is not the one that was published; the message says what to do.
        InputError: the day was published before there was such a table.
    """

    def fragment(path: str, sha256: str) -> tuple[ds.Fragment, pa.Schema]:
        found = store.fragment(path, sha256)
        return found, found.physical_schema

    return _published(store, manifest, table, fragment)


def published_schema(store: Store, manifest: Manifest, table: str) -> pa.Schema:
    """Return the schema of a table of a published day, once its file is known to be the one published.

    Raises:
        DamagedError: the file is gone, or is not the one that was published; the message says what to do.
        InputError: the day was published before there was such a table.
    """

    def schema(path: str, sha256: str) -> tuple[pa.Schema, pa.Schema]:
        found = store.need_written(path, sha256)
        return found, found

    return _published(store, manifest, table, schema)


def _published[Read](
    store: Store,
    manifest: Manifest | PublishedDay,
    table: str,
    read: Callable[[str, str], tuple[Read, pa.Schema]],
) -> Read:
    """Return what is read of a published file, once it is known to be of the manifest's run."""
    day = manifest.day
    path = published_path(table, day)
    if table not in manifest.tables:
        raise InputError(f"{day} was published before there was the table {table}: {run_again(day)}")
    try:
        found, schema = read(path, manifest.tables[table].sha256)
    except FileNotFoundError:
        raise DamagedError(f"{store.root}/{path} is gone: {run_again(day)}", path=path) from None
    except DamagedError as error:
        message = str(error)
        if (run := run_of_file(store, path)) and run != manifest.run_id:
            message = _other_run(store, path, day)
        raise DamagedError(f"{message}: {run_again(day)}", path=path) from None
    if json.loads(schema.metadata[LINEAGE_KEY])["run_id"] != manifest.run_id:
        raise DamagedError(f"{_other_run(store, path, day)}: {run_again(day)}", path=path)
    return found


def run_of_file(store: Store, path: str) -> str | None:
    """Return the run that a day's file is of, published or partial; None where there is none that says so."""
    try:
        lineage = store.lineage(path)
    except DamagedError:
        return None
    return lineage.get("run_id") if lineage else None


def _other_run(store: Store, path: str, day: date) -> str:
    return f"{store.root}/{path} is of another run than {manifest_path(day)}: publishing was cut short"


def describe(store: Store) -> None:
    """Write `datapackage.json` beside the tables: the files of the published days, and what is derived."""
    with store.lock("datapackage"):
        found = published(store)
        note(store, found)
        paths: dict[str, list[str]] = {}
        for name, row_class in TABLES.items():
            if row_class.is_derived:
                files = derived_files(store, row_class)
            else:
                files = [published_path(name, day) for day, one in found.days.items() if name in one.files]
            paths[name] = [file.removeprefix(f"{TABLES_FOLDER}/") for file in files]
        store.write_json(DATAPACKAGE, datapackage(paths))


def _with_run(table: pa.Table, row_class: Any, day: date, run: str) -> pa.Table:
    schema = arrow_schema(row_class)
    if not set(schema.names) <= {*table.schema.names, "day", "run_id"}:  # published before a column was added
        metadata = {k: v for k, v in (table.schema.metadata or {}).items() if k != LINEAGE_KEY}
        schema = table.schema.with_metadata(metadata)
    for name, value in (("day", day), ("run_id", run)):
        at = schema.get_field_index(name)
        column = pa.repeat(pa.scalar(value, schema.field(at).type), len(table))
        table = table.set_column(at, schema.field(at), column)
    return table.select(schema.names).cast(schema).combine_chunks()
