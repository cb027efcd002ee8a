"""Whether a table keeps what its row class promises.

What writes rows needs none of it, and goes without Arrow's compute functions, which take a while to import.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from schemas.table import Row, columns


def violations(table: pa.Table, row_class: type[Row]) -> list[str]:
    """Return what is wrong with a table, a line each; nothing when it keeps its contract.

    Checked are missing columns and wrong types, nulls in required columns, values outside a closed list,
    repeated keys, and offsets that run backwards.
    """
    name = row_class.table_name
    wrong: list[str] = []
    for column in columns(row_class):
        if column.name not in table.column_names:
            wrong.append(f"{name}.{column.name}: the column is missing")
            continue
        values = table[column.name]
        if values.type != column.type:
            wrong.append(f"{name}.{column.name}: type {values.type}, expected {column.type}")
        elif column.is_required and values.null_count:
            wrong.append(f"{name}.{column.name}: {values.null_count} nulls in a required column")
        if column.values and values.type == column.type:
            extra = set(pc.unique(values).to_pylist()) - set(column.values) - {None}
            if extra:
                wrong.append(f"{name}.{column.name}: {sorted(extra)[:5]} not among {list(column.values)}")
    if wrong:
        return wrong
    repeated = _repeated_keys(table, row_class.key)
    if repeated:
        wrong.append(f"{name}: {len(repeated)} keys occur more than once, first {repeated[0]}")
    if {"start_char", "end_char"} <= set(table.column_names) and len(table):
        backwards = pc.sum(pc.greater_equal(table["start_char"], table["end_char"])).as_py()
        if backwards:
            wrong.append(f"{name}: {backwards} rows with start_char >= end_char")
    return wrong


def _repeated_keys(table: pa.Table, key: Sequence[str]) -> list[dict[str, Any]]:
    counts = table.select(list(key)).group_by(list(key)).aggregate([([], "count_all")])
    many = counts.filter(pc.greater(counts["count_all"], 1)).drop_columns("count_all")
    return many.sort_by([(k, "ascending") for k in key]).to_pylist()  # type: ignore[no-any-return]
