"""Frames are those that Arrow makes, in less memory."""

from datetime import UTC, date, datetime
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

from pipeline.frame import frame_of
from schemas import TABLES
from schemas.table import arrow_schema


def value(kind: pa.DataType, number: int) -> Any:
    """Return a value of a type; of three rows, one has empty lists."""
    if pa.types.is_list(kind):
        return [value(kind.value_type, number + n) for n in range(number % 3)]
    if pa.types.is_struct(kind):
        return {field.name: value(field.type, number) for field in kind}
    if pa.types.is_string(kind):
        return f"{number}é"
    if pa.types.is_timestamp(kind):
        return datetime(2026, 3, 1 + number % 20, tzinfo=UTC)
    if pa.types.is_date(kind):
        return date(2026, 3, 1 + number % 20)
    return number % 2 == 0 if pa.types.is_boolean(kind) else number


def rows_of(name: str, n: int) -> pa.Table:
    schema = arrow_schema(TABLES[name])
    columns = []
    for field in schema:
        values = [value(field.type, number) for number in range(n)]
        if field.nullable:
            values = [None if number % 4 == 1 else one for number, one in enumerate(values)]
        columns.append(pa.chunked_array([pa.array(values[:4], field.type), pa.array(values[4:], field.type)]))
    return pa.Table.from_arrays(columns, schema=schema.remove_metadata())


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("n", [0, 1, 9])
def test_a_frame_is_the_one_that_arrow_makes(name: str, n: int) -> None:
    rows = rows_of(name, n)
    made, wanted = frame_of(rows), rows.to_pandas()
    pd.testing.assert_frame_equal(made, wanted)
    assert list(made.dtypes) == list(wanted.dtypes)
    assert {c: [type(one) for one in made[c]] for c in made} == {
        c: [type(one) for one in wanted[c]] for c in made
    }


def test_lists_that_are_null_empty_or_of_any_kind() -> None:
    kinds = [pa.int32(), pa.string(), pa.list_(pa.float64()), pa.struct([("a", pa.int8())])]
    for kind in kinds:
        filled = [value(kind, 5)]
        cases: list[list[Any]] = [[None, [], filled], [[], []], [filled, filled], [None, None], []]
        for values in cases:
            rows = pa.table({"one": pa.array(values, pa.list_(kind)), "n": range(len(values))})
            made, wanted = frame_of(rows), rows.to_pandas()
            pd.testing.assert_frame_equal(made, wanted)
            arrays = [
                (x.dtype, y.dtype) for x, y in zip(made["one"], wanted["one"], strict=True) if y is not None
            ]
            assert all(x == y for x, y in arrays)


def test_rows_without_columns_are_as_many() -> None:
    rows = pa.table({"n": range(3)}).select([])
    assert len(frame_of(rows).columns) == 0
