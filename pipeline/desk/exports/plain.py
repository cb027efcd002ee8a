"""Rows as plain files, whatever they are rows of: CSV, JSON lines, Parquet, XLSX.

Each writer takes rows batch by batch and holds one of them at a time, so that memory does not grow with the
number of rows. What nobody else may alter is in Parquet and JSON lines as it is in the tables; what is meant
for spreadsheets cannot run as a formula.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pc_csv
import pyarrow.parquet as pq

from pipeline.desk.exports.cells import as_json, defused, flat, is_text
from pipeline.desk.exports.selection import Selection
from pipeline.desk.exports.xlsx import write_xlsx

SELECTION_KEY = b"newstables.selection"
"""Key of the selection in the metadata of an exported Parquet file."""

_CLOCK = "%Y-%m-%dT%H:%M:%S"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainFormat:
    """A format that any rows can be written in.

    Attributes:
        media_type: as in HTTP's Content-Type.
        write: writes rows to a stream, which it leaves open, and returns how many there were.
    """

    media_type: str
    write: Callable[[pa.RecordBatchReader, BinaryIO, Selection], int]


def write_csv(rows: pa.RecordBatchReader, to: BinaryIO, selection: Selection) -> int:
    """Write rows as CSV (RFC 4180, UTF-8, a header); returns their number.

    A null is an empty cell, an empty text is `""`. Times are in UTC, to the second. Lists are JSON. A text
    that a spreadsheet may take for a formula gets an apostrophe before it; numbers stay as they are.

    Args:
        rows: of any schema.
        to: where the bytes go; it is left open.
        selection: of no use here: CSV has no place for it.
    """
    n_rows = 0
    schema = _cells(pa.RecordBatch.from_pylist([], rows.schema)).schema
    with pc_csv.CSVWriter(_Unclosed(to), schema) as writer:
        for batch in rows:
            writer.write_batch(_cells(batch))
            n_rows += len(batch)
    return n_rows


def write_json_lines(rows: pa.RecordBatchReader, to: BinaryIO, selection: Selection) -> int:
    """Write rows as JSON lines (UTF-8), an object a row with all of its columns; returns their number.

    Dates and times are texts of ISO 8601, times in UTC. Lists and structs stay what they are.

    Args:
        rows: of any schema.
        to: where the bytes go; it is left open.
        selection: of no use here: a line is a row.
    """
    n_rows = 0
    for batch in rows:
        to.write("".join(f"{as_json(row)}\n" for row in batch.to_pylist()).encode())
        n_rows += len(batch)
    return n_rows


def write_parquet(rows: pa.RecordBatchReader, to: BinaryIO, selection: Selection) -> int:
    """Write rows as one Parquet file; returns their number.

    Args:
        rows: of any schema; descriptions of columns are kept.
        to: where the bytes go; it is left open, and need not be able to seek.
        selection: what stands in the file's metadata under `newstables.selection`, as JSON.
    """
    metadata = {**(rows.schema.metadata or {}), SELECTION_KEY: selection.as_json()}
    schema = rows.schema.with_metadata(metadata)
    n_rows = 0
    with pq.ParquetWriter(_Unclosed(to), schema, compression="zstd") as writer:
        for batch in rows:
            writer.write_batch(batch.replace_schema_metadata(metadata))
            n_rows += len(batch)
    return n_rows


FORMATS: dict[str, PlainFormat] = {
    "csv": PlainFormat(media_type="text/csv; charset=utf-8", write=write_csv),
    "jsonl": PlainFormat(media_type="application/jsonl; charset=utf-8", write=write_json_lines),
    "parquet": PlainFormat(media_type="application/vnd.apache.parquet", write=write_parquet),
    "xlsx": PlainFormat(
        media_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        write=write_xlsx,
    ),
}
"""The plain formats by what they are called on the command line and in addresses."""


def _cells(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Return a batch as CSV shows it."""
    batch = flat(batch)
    columns = []
    for field, column in zip(batch.schema, batch.columns, strict=True):
        if is_text(field.type):
            columns.append(defused(column.cast(pa.string())))
        elif pa.types.is_timestamp(field.type):
            zone = "Z" if field.type.tz else ""
            at = column.cast(pa.timestamp("s", field.type.tz), safe=False)
            columns.append(pc.strftime(at, f"{_CLOCK}{zone}"))
        else:
            columns.append(column)
    names = defused(pa.array(batch.schema.names, pa.string())).to_pylist()
    return pa.RecordBatch.from_arrays(columns, names=names)


class _Unclosed:
    """A stream that Arrow's writers may close without an effect on the one behind it."""

    closed = False

    def __init__(self, to: BinaryIO) -> None:
        self.write = to.write

    def flush(self) -> None:
        """Do nothing: whoever opened the stream flushes it."""

    def close(self) -> None:
        """Do nothing: whoever opened the stream closes it."""

    def writable(self) -> bool:
        """It can be written to."""
        return True
