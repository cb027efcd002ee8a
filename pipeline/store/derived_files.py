"""Which files a derived table has: one for each month, or one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

import pyarrow as pa

from pipeline.store.batch import derived_path, month_of, month_of_name, month_path, table_folder

if TYPE_CHECKING:
    from pipeline.store.files import Store
    from schemas import Row


def derived_files(store: Store, row_class: type[Row], days: tuple[date, date] | None = None) -> list[str]:
    """Return the paths of the files of a derived table, in order; none where nothing is derived.

    A table that is kept by month was one file in earlier versions. That is what there is until the next
    derive, which removes it before it writes the first month.

    Args:
        store: where they lie.
        row_class: of the table.
        days: first and last day of what is wanted; None for all. A month is a file, so that there is more.
    """
    name = row_class.table_name
    if not row_class.is_by_month:
        path = derived_path(name)
        return [path] if store.exists(path) else []
    there = store.names(table_folder(name))
    months = [month for file in there if (month := month_of_name(file))]
    if not months and f"{name}.parquet" in there:
        return [derived_path(name)]
    if days is not None:
        months = [month for month in months if month_of(days[0]) <= month <= month_of(days[1])]
    return [month_path(name, month) for month in months]


def read_derived(
    store: Store,
    row_class: type[Row],
    *,
    days: tuple[date, date] | None = None,
    columns: list[str] | None = None,
) -> Iterator[pa.Table]:
    """Yield the rows of a derived table, a file at a time, without the metadata of the files.

    Raises:
        DamagedError: a file cannot be read.
    """
    for path in derived_files(store, row_class, days):
        yield store.read(path, columns=columns).replace_schema_metadata(None)
