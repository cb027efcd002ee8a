"""A row class is the schema: types, descriptions, checks and what a file tells of itself."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated, ClassVar, Literal, NamedTuple

import pyarrow as pa
import pytest

from schemas import TABLES
from schemas.contract import violations
from schemas.table import METADATA_KEY, Row, arrow_schema, columns, summary, to_arrow


class Pair(NamedTuple):
    left: int
    right: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample(Row):
    """One row per sample.

    More of it.
    """

    table_name: ClassVar[str] = "samples"
    key: ClassVar[tuple[str, ...]] = ("sample_id",)

    sample_id: Annotated[str, "its id"]
    n: Annotated[int, "how many"] = 0
    big: Annotated[int, "how many bytes", pa.int64()] = 0
    share: Annotated[float | None, "how much"] = None
    at: Annotated[datetime | None, "when"] = None
    kind: Annotated[Literal["a", "b"] | None, "which"] = None
    pairs: Annotated[list[Pair] | None, "with what"] = None


def test_annotations_become_arrow_types() -> None:
    assert {c.name: c.type for c in columns(Sample)} == {
        "sample_id": pa.string(),
        "n": pa.int32(),
        "big": pa.int64(),
        "share": pa.float64(),
        "at": pa.timestamp("us", tz="UTC"),
        "kind": pa.string(),
        "pairs": pa.list_(pa.struct([("left", pa.int32()), ("right", pa.string())])),
        "day": pa.date32(),
        "run_id": pa.string(),
    }


def test_the_schema_explains_itself() -> None:
    schema = arrow_schema(Sample)
    assert schema.field("n").metadata == {b"description": b"how many"}
    assert b"One row per sample." in schema.metadata[METADATA_KEY]
    assert summary(Sample) == "One row per sample."


def test_rows_go_in_and_come_out() -> None:
    at = datetime(2026, 3, 1, 12, tzinfo=UTC)
    table = to_arrow(
        [Sample(sample_id="x", at=at, pairs=[Pair(1, None)])], Sample, day=date(2026, 3, 1), run_id="r"
    )
    assert table.to_pylist() == [
        {
            "sample_id": "x",
            "n": 0,
            "big": 0,
            "share": None,
            "at": at,
            "kind": None,
            "pairs": [{"left": 1, "right": None}],
            "day": date(2026, 3, 1),
            "run_id": "r",
        }
    ]
    assert violations(table, Sample) == []


def test_no_rows_have_the_same_schema_as_many() -> None:
    assert to_arrow([], Sample).schema.equals(to_arrow([Sample(sample_id="x")], Sample).schema)


@pytest.mark.parametrize(
    "rows, message",
    [
        ([Sample(sample_id=None)], "samples.sample_id: 1 nulls in a required column"),  # type: ignore[arg-type]
        ([Sample(sample_id="x", kind="c")], "samples.kind: ['c'] not among ['a', 'b']"),  # type: ignore[arg-type]
        ([Sample(sample_id="x"), Sample(sample_id="x")], "samples: 1 keys occur more than once"),
    ],
)
def test_what_breaks_the_contract_is_named(rows: list[Sample], message: str) -> None:
    found = violations(to_arrow(rows, Sample), Sample)
    assert len(found) == 1
    assert message in found[0]


def test_a_missing_column_and_a_wrong_type_are_named() -> None:
    table = to_arrow([Sample(sample_id="x")], Sample).drop_columns(["n"])
    table = table.set_column(1, "big", pa.array(["many"]))
    assert violations(table, Sample) == [
        "samples.n: the column is missing",
        "samples.big: type string, expected int64",
    ]


def test_a_value_of_the_wrong_type_is_not_taken() -> None:
    with pytest.raises((pa.ArrowInvalid, pa.ArrowTypeError)):
        to_arrow([Sample(sample_id="x", n="many")], Sample)  # type: ignore[arg-type]


def test_a_column_without_a_description_is_no_column() -> None:
    @dataclass
    class Bare(Row):
        """Bare."""

        name: str

    with pytest.raises(TypeError, match="no description"):
        columns(Bare)


@pytest.mark.parametrize("row_class", TABLES.values(), ids=lambda t: t.table_name)
def test_each_table_says_what_it_is(row_class: type[Row]) -> None:
    assert summary(row_class)
    names = [c.name for c in columns(row_class)]
    assert set(row_class.key) <= set(names)
    assert {column for column, _, _ in row_class.references} <= set(names)
    assert all(other in TABLES for _, other, _ in row_class.references)
