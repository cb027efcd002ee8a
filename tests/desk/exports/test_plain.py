"""Plain files of any rows: read back by others, harmless in a spreadsheet, written in flat memory."""

import io
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any, BinaryIO, cast

import duckdb
import openpyxl
import pandas as pd
import polars as pl
import psutil
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.desk.exports import xlsx
from pipeline.desk.exports.plain import FORMATS, SELECTION_KEY
from pipeline.desk.exports.selection import Selection

DAY = date(2026, 3, 2)
AT = datetime(2026, 3, 2, 8, 15, tzinfo=UTC)
SELECTION = Selection(
    name="said", query="outlet = 'The Ledger'", runs={DAY: "run2", date(2026, 3, 1): "run1"}
)
SCHEMA = pa.schema(
    [
        pa.field("day", pa.date32(), metadata={"description": "UTC day"}),
        ("published_at", pa.timestamp("us", "UTC")),
        ("quote", pa.string()),
        ("score", pa.float64()),
        ("n_words", pa.int32()),
        ("is_speech", pa.bool_()),
        ("topics", pa.list_(pa.string())),
        ("amounts", pa.list_(pa.struct([("value", pa.float64()), ("on", pa.date32())]))),
    ]
)
ROWS: list[dict[str, Any]] = [
    {
        "day": DAY,
        "published_at": AT,
        "quote": "The “ferry”, she said,\nmust wait 🛳️",
        "score": -0.5,
        "n_words": 6,
        "is_speech": True,
        "topics": ["ports", "=ports"],
        "amounts": [{"value": 2.0, "on": DAY}],
    },
    dict.fromkeys(SCHEMA.names),
    dict.fromkeys(SCHEMA.names) | {"quote": "", "topics": [], "n_words": -7},
]
FORMULAS = (
    "=1+1",
    "+1+cmd",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(A1)",
    "\t=1",
    " =1+1",
    "＝1+1",
    "- I never said so",
    "\r=1",
)
HARMLESS = ("-5", "+3.5", "-1,200", "-12 %", "1e-9", "He said = so", "a-b", "'tis so", "#1 in town", "😀=1")


def reader(rows: list[dict[str, Any]], schema: pa.Schema = SCHEMA, *, size: int = 2) -> pa.RecordBatchReader:
    return pa.Table.from_pylist(rows, schema).to_reader(size)


def written(name: str, rows: list[dict[str, Any]] = ROWS, schema: pa.Schema = SCHEMA) -> bytes:
    to = io.BytesIO()
    assert FORMATS[name].write(reader(rows, schema), to, SELECTION) == len(rows)
    assert not to.closed
    return to.getvalue()


def texts(*values: str | None) -> pa.RecordBatchReader:
    return pa.table({"quote": pa.array(values, pa.string())}).to_reader()


def test_csv_is_what_others_read() -> None:
    data = written("csv")
    frame = pd.read_csv(io.BytesIO(data), parse_dates=["day", "published_at"])
    assert frame["published_at"][0] == pd.Timestamp(AT)
    assert frame["quote"][0] == ROWS[0]["quote"]
    assert json.loads(frame["amounts"][0]) == [{"value": 2.0, "on": "2026-03-02"}]
    polars = pl.read_csv(data, try_parse_dates=True)
    assert polars["day"].to_list() == [DAY, None, None]
    assert polars["published_at"].to_list() == [AT, None, None]
    assert polars["n_words"].to_list() == [6, None, -7]
    assert polars["score"].to_list() == [-0.5, None, None]
    assert data.splitlines()[-1] == b',,"",,-7,,"[]",'  # a null is an empty cell, an empty text is not


def test_duckdb_reads_csv_with_types(tmp_path: Any) -> None:
    (tmp_path / "said.csv").write_bytes(written("csv"))
    found = duckdb.connect().execute(
        f"select day, published_at, n_words, is_speech from '{tmp_path}/said.csv'"
    )
    assert [str(column[1]) for column in found.description or ()] == [
        "DATE",
        "TIMESTAMP WITH TIME ZONE",
        "BIGINT",
        "BOOLEAN",
    ]
    assert found.fetchall()[0] == (DAY, AT, 6, True)


def test_json_lines_are_the_rows() -> None:
    first, nothing, last = map(json.loads, written("jsonl").decode().splitlines())
    assert first["amounts"] == [{"value": 2.0, "on": "2026-03-02"}]
    assert first["published_at"] == "2026-03-02T08:15:00Z"
    assert first["quote"] == ROWS[0]["quote"]
    assert set(nothing) == set(SCHEMA.names)
    assert all(value is None for value in nothing.values())
    assert (last["quote"], last["topics"]) == ("", [])


def test_what_json_cannot_say_is_null() -> None:
    to = io.BytesIO()
    FORMATS["jsonl"].write(pa.table({"score": [float("nan"), float("inf"), 0.5]}).to_reader(), to, SELECTION)
    assert [json.loads(line)["score"] for line in to.getvalue().splitlines()] == [None, None, 0.5]


def test_parquet_is_the_same_and_knows_where_it_is_from() -> None:
    data = written("parquet")
    table = pq.read_table(io.BytesIO(data))
    assert table.to_pylist() == ROWS
    assert table.schema.equals(SCHEMA)
    assert table.schema.field("day").metadata[b"description"] == b"UTC day"
    said = json.loads(table.schema.metadata[SELECTION_KEY])
    assert said["query"] == SELECTION.query
    assert said["runs"] == {"2026-03-01": "run1", "2026-03-02": "run2"}
    assert pl.read_parquet(data)["published_at"][0] == AT


def test_a_workbook_has_typed_cells_and_says_what_it_is() -> None:
    book = openpyxl.load_workbook(io.BytesIO(written("xlsx")))
    assert book.sheetnames == ["said", "about"]
    head, first, nothing, last = book["said"].iter_rows()
    assert [cell.value for cell in head] == SCHEMA.names
    kinds = "".join(cell.data_type for cell in first)
    assert kinds == "ddsnnbss"
    assert first[0].value == datetime(2026, 3, 2)
    assert first[1].value == AT.replace(tzinfo=None)
    assert first[2].value == ROWS[0]["quote"]
    assert json.loads(first[7].value) == [{"value": 2.0, "on": "2026-03-02"}]
    assert [cell.value for cell in nothing] == [None] * len(SCHEMA)
    assert [cell.value for cell in last] == [None, None, None, None, -7, None, "[]", None]
    about = {row[0]: row[1] for row in book["about"].iter_rows(values_only=True) if row[0]}
    assert about["query"] == SELECTION.query
    assert about["rows"] == 3
    assert about["days"] == "2026-03-01 to 2026-03-02 (2 published days)"
    assert about[datetime(2026, 3, 1)] == "run1"


def test_pandas_reads_the_workbook() -> None:
    frame = pd.read_excel(io.BytesIO(written("xlsx")), sheet_name="said")
    assert frame["n_words"].tolist()[0] == 6
    assert frame["day"][0] == pd.Timestamp(DAY)


@pytest.mark.parametrize("name", FORMATS)
def test_no_rows_are_a_file_as_well(name: str) -> None:
    data = written(name, [])
    if name == "csv":
        assert pl.read_csv(data).columns == SCHEMA.names
    elif name == "parquet":
        assert pq.read_table(io.BytesIO(data)).schema.names == SCHEMA.names
    elif name == "xlsx":
        assert openpyxl.load_workbook(io.BytesIO(data))["said"].max_row == 1
    else:
        assert data == b""


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_does_not_run(text: str) -> None:
    to = io.BytesIO()
    FORMATS["csv"].write(texts(text), to, SELECTION)
    assert pd.read_csv(io.BytesIO(to.getvalue()))["quote"][0].replace("\n", "\r") == f"'{text}"
    to = io.BytesIO()
    FORMATS["xlsx"].write(texts(text), to, SELECTION)
    cell = openpyxl.load_workbook(to)["said"]["A2"]
    assert (cell.data_type, cell.quotePrefix) == ("s", True)
    assert cell.value.replace("\n", "\r") == text


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_no_formula_stays_as_it_is(text: str) -> None:
    to = io.BytesIO()
    FORMATS["csv"].write(texts(text), to, SELECTION)
    assert pd.read_csv(io.BytesIO(to.getvalue()), dtype=str)["quote"][0] == text
    to = io.BytesIO()
    FORMATS["xlsx"].write(texts(text), to, SELECTION)
    cell = openpyxl.load_workbook(to)["said"]["A2"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == (text, "s", False)


def test_names_of_columns_and_the_query_are_defused_too() -> None:
    rows = pa.table({"=cmd()": [1]})
    to = io.BytesIO()
    FORMATS["csv"].write(rows.to_reader(), to, SELECTION)
    assert to.getvalue().startswith(b'"\'=cmd()"')
    to = io.BytesIO()
    FORMATS["xlsx"].write(rows.to_reader(), to, Selection(name="a/b", query='=HYPERLINK("x")'))
    book = openpyxl.load_workbook(to)
    assert book.sheetnames == ["a b", "about"]
    assert book["a b"]["A1"].data_type == "s"
    assert {cell.data_type for row in book["about"].iter_rows() for cell in row} <= {"s", "n", "d"}


def test_more_rows_than_a_sheet_has_go_on_in_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx, "MOST_ROWS", 4)
    to = io.BytesIO()
    assert FORMATS["xlsx"].write(texts(*"abcdefg"), to, SELECTION) == 7
    book = openpyxl.load_workbook(to)
    assert book.sheetnames == ["said", "about", "said 2", "said 3"]
    found = [[row[0] for row in book[name].values] for name in ("said", "said 2", "said 3")]
    assert found == [["quote", "a", "b", "c"], ["quote", "d", "e", "f"], ["quote", "g"]]
    assert {row[0]: row[1] for row in book["about"].values if row[0]}["sheets"] == 3


@pytest.mark.parametrize("character", ["x", "é", "😀"])
def test_a_text_that_is_too_long_for_a_cell_says_so(character: str) -> None:
    units = len(character.encode("utf-16-le")) // 2
    whole = character * (xlsx.MOST_UNITS // units)
    to = io.BytesIO()
    FORMATS["xlsx"].write(texts(whole, whole + "yy"), to, SELECTION)
    book = openpyxl.load_workbook(to)
    _, fits, cut = (row[0] for row in book["said"].values)
    assert fits == whole
    assert cut.endswith(f" … [cut: the text has {len(whole) + 2} characters]")
    assert xlsx.MOST_UNITS - 1 <= len(cut.encode("utf-16-le")) // 2 <= xlsx.MOST_UNITS
    about = {row[0]: row[1] for row in book["about"].values if row[0]}
    assert about["cut"] == "1 cells of quote"


def test_cells_hold_what_excel_would_spoil() -> None:
    rows = pa.table(
        {
            "id": pa.array([12345678901234567, 2**53, -42], pa.int64()),
            "day": [date(1899, 5, 1), date(1900, 3, 1), None],
            "text": ["bell \x07 and \ufffe", "#N/A", "TRUE"],
            "score": [float("nan"), float("-inf"), 1e300],
        }
    )
    to = io.BytesIO()
    FORMATS["xlsx"].write(rows.to_reader(), to, SELECTION)
    found = list(zip(*openpyxl.load_workbook(to)["said"].values, strict=True))
    assert found[0] == ("id", "12345678901234567", "9007199254740992", -42)
    assert found[1] == ("day", "1899-05-01", datetime(1900, 3, 1), None)
    assert found[2] == ("text", "bell \ufffd and \ufffd", "#N/A", "TRUE")
    assert found[3] == ("score", None, None, 1e300)


class Counted(io.RawIOBase):
    """A stream that forgets what is written to it, and cannot be gone back in."""

    n_bytes = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.n_bytes += len(data)
        return len(data)


@pytest.mark.parametrize(
    ("name", "n_rows"), [("csv", 10**6), ("parquet", 10**6), ("jsonl", 10**6), ("xlsx", 10**5)]
)
def test_a_million_rows_take_no_more_memory_than_some(name: str, n_rows: int) -> None:
    """Kept rows would take 300 MB and more (of a workbook's, ten times fewer, 30 MB)."""
    process = psutil.Process()
    used: list[int] = []

    def batches() -> Iterator[pa.RecordBatch]:
        for number in range(n_rows // 10_000):
            used.append(process.memory_info().rss)
            quotes = [f"{number} {row} {'the ferry must wait ' * 15}" for row in range(10_000)]
            yield pa.record_batch({"quote": pa.array(quotes, pa.string())})

    rows = pa.RecordBatchReader.from_batches(pa.schema([("quote", pa.string())]), batches())
    to = Counted()
    assert FORMATS[name].write(rows, cast("BinaryIO", to), SELECTION) == n_rows
    warm = len(used) // 4
    grown = max(used[warm:]) - max(used[: warm + 1])
    assert grown < (60 if n_rows == 10**6 else 12) * 2**20
    assert to.n_bytes > n_rows // 100
