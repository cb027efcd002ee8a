"""The tables described as a Frictionless data package, for the `datapackage.json` beside them."""

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from schemas import TABLES
from schemas.table import SCHEMA_VERSION, Column, Row, columns, summary


def datapackage(paths: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Return the descriptor (https://datapackage.org, tabular data resources) of published tables.

    Args:
        paths: the Parquet files of each table, relative to the descriptor; a table without files is
            left out.
    """
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "newstables",
        "title": "Entities, quotes and claims of news articles",
        "version": f"{SCHEMA_VERSION}.0.0",
        "resources": [_resource(TABLES[name], files) for name, files in sorted(paths.items()) if files],
    }


def _resource(row_class: type[Row], files: Sequence[str]) -> dict[str, Any]:
    key = list(row_class.key) + ([] if row_class.is_derived else ["day"])
    return {
        "name": row_class.table_name,
        "title": summary(row_class),
        "path": sorted(files),
        "format": "parquet",
        "mediatype": "application/vnd.apache.parquet",
        "schema": {
            "fields": [_field(c) for c in columns(row_class)],
            "primaryKey": list(dict.fromkeys(key)),
        },
    }


def _field(column: Column) -> dict[str, Any]:
    constraints: dict[str, Any] = {"required": True} if column.is_required else {}
    if column.values:
        constraints["enum"] = list(column.values)
    field: dict[str, Any] = {
        "name": column.name,
        "type": _type(column.type),
        "description": column.description,
    }
    return field | ({"constraints": constraints} if constraints else {})


def _type(arrow_type: pa.DataType) -> str:
    checks = (
        (pa.types.is_boolean, "boolean"),
        (pa.types.is_integer, "integer"),
        (pa.types.is_floating, "number"),
        (pa.types.is_date, "date"),
        (pa.types.is_timestamp, "datetime"),
        (pa.types.is_list, "array"),
        (pa.types.is_struct, "object"),
    )
    return next((name for is_kind, name in checks if is_kind(arrow_type)), "string")
