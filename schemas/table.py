"""What a table is: a typed row class, and everything that follows from it.

A row class is a dataclass derived from `Row`. Its docstring documents the table, each annotation
documents a column:

    quote_id: Annotated[str, "hash of the article and the offsets"]
    cue: Annotated[str | None, "words that attribute it; null where there are none"] = None

From that one text come the Arrow schema (descriptions included, so that the Parquet file explains
itself), the checks of `contract.py`, `docs/tables.md` and `datapackage.json`. `X | None` is a column that
may be null, a `Literal` a closed list of values, a `NamedTuple` a struct.

Row classes of which an article has dozens are not frozen, which would triple what it takes to make a row.

Every table that is published by day also has the columns of `PARTITION_COLUMNS`, which rows do not carry:
they are the same for all rows of a file and are added when the file is written.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from dataclasses import fields as dataclass_fields
from datetime import date, datetime
from operator import attrgetter
from types import NoneType, UnionType
from typing import Annotated, Any, ClassVar, Literal, NamedTuple, Union, get_args, get_origin, get_type_hints

import pyarrow as pa

SCHEMA_VERSION = 1
"""Raised by one when a column is renamed, removed or changes its meaning; adding one leaves it."""

METADATA_KEY = b"newstables"
"""Key of the table's own entry in the metadata of an Arrow schema (and so of a Parquet footer)."""


class TextSpan(NamedTuple):
    """A stretch of `articles.text`, in Unicode code points, end exclusive."""

    start_char: int
    end_char: int


class Row:
    """Base of all row classes.

    Attributes:
        table_name: name of the table and of its folder.
        key: the columns that together identify a row within a day.
        references: (column, table, column there): what a value must exist in, within the same day.
        order: the columns by which the rows of a day are sorted when they are published.
        is_derived: made of all days; then the table has its own `day` column or none.
        is_by_month: of a derived table, that it is a file for each month of `day`, instead of one file.
    """

    table_name: ClassVar[str]
    key: ClassVar[tuple[str, ...]]
    references: ClassVar[tuple[tuple[str, str, str], ...]] = ()
    order: ClassVar[tuple[str, ...]] = ()
    is_derived: ClassVar[bool] = False
    is_by_month: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its Arrow type, description, whether it is never null, and its closed list of values."""

    name: str
    type: pa.DataType
    description: str
    is_required: bool
    values: tuple[str, ...] = ()


PARTITION_COLUMNS = (
    Column(
        "day",
        pa.date32(),
        "UTC day of the partition: of publication, else of arrival. Null only in the output of the command"
        " `extract` for an article without a date",
        is_required=False,
    ),
    Column(
        "run_id",
        pa.string(),
        "hash of input, code, model and settings: the same for the same content, whenever it was run",
        is_required=True,
    ),
)


def columns(row_class: type[Row]) -> tuple[Column, ...]:
    """Return the columns of a table in their published order.

    Raises:
        TypeError: an annotation that has no Arrow type, or no description.
    """
    return _table(row_class).columns


def arrow_schema(row_class: type[Row]) -> pa.Schema:
    """Return the table's Arrow schema, descriptions and key inside."""
    return _table(row_class).schema


@dataclass(frozen=True, slots=True)
class _Table:
    columns: tuple[Column, ...]
    schema: pa.Schema


_tables: dict[type[Row], _Table] = {}


def _table(row_class: type[Row]) -> _Table:
    """Read a row class, once: hints take a millisecond, and tables are made for every few articles."""
    if row_class in _tables:
        return _tables[row_class]
    hints = get_type_hints(row_class, include_extras=True)
    found = [_column(field.name, hints[field.name]) for field in dataclass_fields(row_class)]  # type: ignore[arg-type]
    all_columns = tuple(found) + (() if row_class.is_derived else PARTITION_COLUMNS)
    about = {
        "table": row_class.table_name,
        "description": summary(row_class),
        "key": list(row_class.key),
        "schema_version": SCHEMA_VERSION,
    }
    schema = pa.schema(
        [pa.field(c.name, c.type, metadata={"description": c.description}) for c in all_columns],
        metadata={METADATA_KEY: json.dumps(about, sort_keys=True).encode()},
    )
    return _tables.setdefault(row_class, _Table(all_columns, schema))


def summary(row_class: type[Row]) -> str:
    """Return the first paragraph of the table's docstring, in one line."""
    return " ".join((row_class.__doc__ or "").strip().split("\n\n")[0].split())


def to_arrow(
    rows: Iterable[Row], row_class: type[Row], *, day: date | None = None, run_id: str = ""
) -> pa.Table:
    """Return rows as an Arrow table with the explicit schema of their class.

    Args:
        rows: instances of `row_class`; their order is kept.
        row_class: gives the schema, also where there are no rows.
        day: value of the partition column `day`.
        run_id: value of the partition column `run_id`; staged files leave it empty.

    Raises:
        pyarrow.ArrowInvalid, pyarrow.ArrowTypeError: a value does not have its column's type.
    """
    rows = list(rows)
    constant: dict[str, Any] = {} if row_class.is_derived else {"day": day, "run_id": run_id}
    arrays = [
        pa.repeat(pa.scalar(constant[c.name], c.type), len(rows))
        if c.name in constant
        else pa.array([*map(attrgetter(c.name), rows)], c.type)
        for c in columns(row_class)
    ]
    return pa.Table.from_arrays(arrays, schema=arrow_schema(row_class))


def with_values(table: pa.Table, column: str, values: Sequence[Any]) -> pa.Table:
    """Return rows with other values in a column, which stays what it is: its place, type and description."""
    at = table.schema.get_field_index(column)
    field = table.schema.field(at)
    return table.set_column(at, field, pa.array(values, field.type))


def _column(name: str, annotation: Any) -> Column:
    if get_origin(annotation) is not Annotated:
        raise TypeError(f"column {name}: no description; write Annotated[type, 'description']")
    bare, *extras = get_args(annotation)
    bare, is_required = _without_none(bare)
    description = next((e for e in extras if isinstance(e, str)), None)
    if description is None:
        raise TypeError(f"column {name}: no description; write Annotated[type, 'description']")
    explicit = next((e for e in extras if isinstance(e, pa.DataType)), None)
    values = tuple(get_args(bare)) if get_origin(bare) is Literal else ()
    return Column(name, explicit or _arrow_type(bare), description, is_required, values)


def _without_none(annotation: Any) -> tuple[Any, bool]:
    """Split `X | None` into (X, False); anything else is (itself, True)."""
    if get_origin(annotation) in (Union, UnionType):
        rest = [part for part in get_args(annotation) if part is not NoneType]
        if len(rest) != 1:
            raise TypeError(f"{annotation} has no Arrow type: a column has one type, or one and None")
        return rest[0], False
    return annotation, True


_PLAIN = {
    str: pa.string(),
    int: pa.int32(),
    float: pa.float64(),
    bool: pa.bool_(),
    date: pa.date32(),
    datetime: pa.timestamp("us", tz="UTC"),
}


def _arrow_type(annotation: Any) -> pa.DataType:
    annotation, _ = _without_none(annotation)
    if annotation in _PLAIN:
        return _PLAIN[annotation]
    if get_origin(annotation) is Literal:
        return pa.string()
    if get_origin(annotation) is list:
        return pa.list_(_arrow_type(get_args(annotation)[0]))
    if isinstance(annotation, type) and issubclass(annotation, tuple) and hasattr(annotation, "_fields"):
        hints = get_type_hints(annotation)
        return pa.struct([pa.field(name, _arrow_type(hints[name])) for name in annotation._fields])
    raise TypeError(f"{annotation} has no Arrow type")
