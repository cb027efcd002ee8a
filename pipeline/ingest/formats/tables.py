"""Tables in files of their own kind: Parquet, SQLite and Excel; each row is a record."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO
from zipfile import BadZipFile

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.ingest.fields import is_known
from pipeline.ingest.formats.reader import Limits, Reader, TooLarge, fault, record
from pipeline.ingest.record import RawRecord


def _row(file: str, place: int, data: dict[str, Any], limits: Limits) -> RawRecord:
    made = record(file, place, {str(k): v for k, v in data.items() if v is not None})
    if made.n_bytes > limits.page_bytes:
        return fault(file, place, "too_large", f"{made.n_bytes} bytes in one row", made.n_bytes)
    return made


# ---- Parquet ---------------------------------------------------------------------------------------


def is_parquet(head: bytes, name: str) -> bool:
    """Tell by the magic bytes."""
    return head.startswith(b"PAR1")


def read_parquet(stream: BinaryIO, file: str, limits: Limits) -> Iterator[RawRecord]:
    """Yield the rows, a batch at a time."""
    place = 0
    try:
        for batch in pq.ParquetFile(stream).iter_batches(batch_size=256):
            for row in batch.to_pylist():
                place += 1
                yield _row(file, place, row, limits)
    except (pa.ArrowException, OSError, ValueError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        yield fault(file, 0, "unreadable", f"Parquet, after row {place}: {error}")


# ---- SQLite ----------------------------------------------------------------------------------------


def is_sqlite(head: bytes, name: str) -> bool:
    """Tell by the magic bytes."""
    return head.startswith(b"SQLite format 3\x00")


def read_sqlite(stream: BinaryIO, file: str, limits: Limits) -> Iterator[RawRecord]:
    """Yield the rows of every table with columns of articles, from a copy opened for reading only."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy.sqlite"
        with copy.open("wb") as out:
            n_bytes = 0
            while part := stream.read(1 << 20):
                n_bytes += len(part)
                if n_bytes > 100 * limits.whole_bytes:
                    raise TooLarge(f"a database of more than {n_bytes} bytes")
                out.write(part)
        place = 0
        connection = sqlite3.connect(f"file:{copy}?mode=ro&immutable=1", uri=True)
        connection.text_factory = lambda data: data.decode("utf-8", "replace")
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, limits.page_bytes)
        try:
            connection.execute("PRAGMA trusted_schema = OFF")
            tables = [n for (n,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
            for table in sorted(tables):
                quoted = '"' + table.replace('"', '""') + '"'
                cursor = connection.execute(f"SELECT * FROM {quoted}")
                names = [column[0] for column in cursor.description]
                if sum(map(is_known, names)) < 2:
                    continue
                for row in cursor:
                    place += 1
                    yield _row(file, place, dict(zip(names, row, strict=True)), limits)
        except (sqlite3.Error, UnicodeError) as error:
            yield fault(file, 0, "unreadable", f"SQLite, after row {place}: {error}")
            return
        finally:
            connection.close()
        if not place:
            yield fault(file, 0, "unreadable", "no table with columns of articles, or no rows in it")


# ---- Excel -----------------------------------------------------------------------------------------


def is_xlsx(head: bytes, name: str) -> bool:
    """Tell by the name of a zip file; see `archive.py` for how its content tells."""
    return head.startswith(b"PK\x03\x04") and name.endswith((".xlsx", ".xlsm"))


def read_xlsx(stream: BinaryIO, file: str, limits: Limits) -> Iterator[RawRecord]:
    """Yield the rows of every sheet whose first row names columns of articles."""
    import openpyxl  # slow to import
    from openpyxl.utils.exceptions import InvalidFileException

    place = 0
    try:
        book = openpyxl.load_workbook(stream, read_only=True, data_only=True, keep_links=False)
        for sheet in book.worksheets:
            names: list[str] | None = None
            for row in sheet.iter_rows(values_only=True):
                if not any(cell is not None for cell in row):
                    continue
                if names is None:
                    names = [str(cell) if cell is not None else f"column {n}" for n, cell in enumerate(row)]
                    if sum(map(is_known, names)) < 2:
                        break
                    continue
                place += 1
                yield _row(file, place, dict(zip(names, row, strict=False)), limits)
    except (
        InvalidFileException,
        BadZipFile,
        KeyError,
        ValueError,
        TypeError,
        SyntaxError,
        EOFError,
    ) as error:
        yield fault(file, 0, "unreadable", f"xlsx, after row {place}: {error}")
        return
    if not place:
        yield fault(file, 0, "unreadable", "no sheet with columns of articles, or no rows in it")


PARQUET = Reader("parquet", is_parquet, read_parquet, "Parquet files", whole=True)
SQLITE = Reader("sqlite", is_sqlite, read_sqlite, "SQLite databases: every table with columns of articles")
XLSX = Reader("xlsx", is_xlsx, read_xlsx, "Excel workbooks: every sheet with a header", whole=True)
