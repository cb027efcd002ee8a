"""The tables of a day take the place of those published before, the manifest last; and all are described."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pyarrow as pa

from pipeline import provenance
from pipeline.identity import checksum
from pipeline.store.batch import DATAPACKAGE, published_path, table_folder
from pipeline.store.files import Store, to_parquet
from pipeline.store.manifest import Manifest, Origin, PublishedTable, write_manifest
from pipeline.store.plan import IngestCounts, InputFile
from schemas import DAY_TABLES, TABLES, Article, Reject
from schemas.datapackage import datapackage
from schemas.table import SCHEMA_VERSION, arrow_schema

log = logging.getLogger(__name__)


def replace_day(
    store: Store,
    day: date,
    tables: Mapping[str, pa.Table],
    *,
    counts: IngestCounts,
    origin: Origin,
    inputs: Sequence[InputFile],
) -> dict[str, Any]:
    """Write the tables of a day and their manifest; the caller holds the day's lock.

    The run_id comes from the articles and rejects as they stand, so that a day from which an article was
    taken out has the id of a day that never had it.

    Returns:
        The number of rows by table, and the run_id.
    """
    came_in = (to_parquet(_with_run(tables[t.table_name], t, day, "")) for t in (Article, Reject))
    run = provenance.run_id(
        inputs=checksum(b"".join(came_in)),
        code=origin.code,
        model=origin.model,
        settings=origin.settings,
    )
    written: dict[str, PublishedTable] = {}
    for row_class in DAY_TABLES:
        name = row_class.table_name
        table = _with_run(tables[name], row_class, day, run)
        lineage = {"run_id": run, "schema_version": SCHEMA_VERSION}
        digest = store.write(published_path(name, day), table, lineage=lineage)
        written[name] = PublishedTable(rows=len(table), sha256=digest)
    manifest = Manifest(
        day=day,
        run_id=run,
        schema_version=SCHEMA_VERSION,
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


def describe(store: Store) -> None:
    """Write `datapackage.json` beside the tables."""
    with store.lock("datapackage"):
        paths = {
            name: [f"{name}/{file}" for file in store.names(table_folder(name)) if file.endswith(".parquet")]
            for name in TABLES
        }
        store.write_json(DATAPACKAGE, datapackage(paths))


def _with_run(table: pa.Table, row_class: Any, day: date, run: str) -> pa.Table:
    schema = arrow_schema(row_class)
    for name, value in (("day", day), ("run_id", run)):
        at = schema.get_field_index(name)
        column = pa.repeat(pa.scalar(value, schema.field(at).type), len(table))
        table = table.set_column(at, schema.field(at), column)
    return table.select(schema.names).cast(schema).combine_chunks()
