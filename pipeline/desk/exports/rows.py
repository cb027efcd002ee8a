"""The rows of a table or view as a stream, and what was selected: what the plain formats write."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import pyarrow as pa

from pipeline.desk.exports.cells import as_json
from pipeline.desk.exports.selection import Selection
from pipeline.load import load_batches
from pipeline.settings import load_settings
from pipeline.store import Store
from pipeline.store.manifest import find_manifest, published_days
from pipeline.views import Where


def selected_rows(
    name: str,
    *,
    days: tuple[date, date] | None = None,
    columns: Sequence[str] | None = None,
    where: Where | None = None,
    once: bool = False,
    data_dir: str | None = None,
) -> tuple[pa.RecordBatchReader, Selection]:
    """Return rows of a table or view, and what they are a selection of.

    Args:
        name: of the table or view.
        days: first and last day, both included; None for all there are.
        columns: the columns wanted, None for all.
        where: the rows wanted; see `pipeline.load.load`.
        once: no rows of reprints.
        data_dir: where the tables lie; the setting of that name where it is left out.

    Raises:
        ConfigError: no such table, view or column, or nothing is published.
        InputError: the files of a day are of different runs, or of another schema version.
        DamagedError: a file is not what was published; the message says what to do.
    """
    runs = published_runs(days, data_dir=data_dir)
    rows = load_batches(name, days=days, columns=columns, where=where, once=once, data_dir=data_dir)
    return rows, Selection(name=name, query=_in_words(where, days, columns, once=once), runs=runs)


def published_runs(days: tuple[date, date] | None = None, *, data_dir: str | None = None) -> dict[date, str]:
    """Return the run_id of each published day of a range, in order."""
    store = Store(data_dir or load_settings().data_dir)
    first, last = days or (date.min, date.max)
    manifests = (find_manifest(store, day) for day in published_days(store) if first <= day <= last)
    return {manifest.day: manifest.run_id for manifest in manifests if manifest}


def _in_words(
    where: Where | None, days: tuple[date, date] | None, columns: Sequence[str] | None, *, once: bool
) -> str:
    said = []
    if isinstance(where, Mapping):
        said += [f"{name} = {as_json(value)}" for name, value in where.items()]
    elif where:
        said.append(where)
    if days:
        said.append(f"day from {days[0]} to {days[1]}")
    if columns:
        said.append(f"columns {', '.join(columns)}")
    if once:
        said.append("without reprints")
    return "; ".join(said) or "all rows"
