"""Tables in files of their own kind: Parquet, SQLite and Excel; each row is a record."""

from __future__ import annotations

import re
import sqlite3
import tempfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO
from zipfile import BadZipFile, ZipFile

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
    """Yield the rows, a batch at a time; a row group that is damaged costs itself."""
    try:
        table = pq.ParquetFile(stream)
    except (pa.ArrowException, OSError, ValueError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        yield fault(file, 0, "unreadable", f"Parquet: {error}")
        return
    place = n_before = 0
    if detail := _miscounted(table.metadata):
        yield fault(file, 0, "unreadable", f"Parquet: rows may be missing: {detail}")
    for group in range(table.num_row_groups):
        n_rows = table.metadata.row_group(group).num_rows
        place = n_before
        try:
            for batch in table.iter_batches(batch_size=256, row_groups=[group]):
                for row in batch.to_pylist():
                    place += 1
                    yield _row(file, place, row, limits)
            if place < n_before + n_rows:
                raise ValueError("it ends before its last row")
        except (pa.ArrowException, OSError, ValueError) as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise
            lost = n_before + n_rows - place
            detail = f"Parquet, {lost} rows of row group {group + 1}, after row {place}: {error}"
            yield fault(file, 0, "unreadable", detail)
        n_before += max(n_rows, 0)


def _miscounted(about: pq.FileMetaData) -> str:
    """Return how the counts in a footer contradict each other; "" where they do not."""
    n_rows = [about.row_group(group).num_rows for group in range(about.num_row_groups)]
    if sum(n_rows) != about.num_rows:
        return f"{about.num_rows} rows, but {sum(n_rows)} in its row groups"
    # What a column says is not looked at: pyarrow ends the process over some that are broken.
    return ""


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
        connection = sqlite3.connect(f"file:{copy}?mode=ro&immutable=1", uri=True)
        connection.text_factory = lambda data: data.decode("utf-8", "replace")
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, limits.page_bytes)
        n_made = 0
        try:
            connection.execute("PRAGMA trusted_schema = OFF")
            n_faults = 0
            for made in _tables(connection, file, limits):
                n_made += 1
                n_faults += made.fault is not None
                yield made
            # A page may have lost rows and look sound.
            said = connection.execute("PRAGMA quick_check(1)").fetchone()
            if n_made and not n_faults and said and said[0] != "ok":
                yield fault(file, 0, "unreadable", f"SQLite: rows may be missing: {said[0]}")
        except (sqlite3.Error, UnicodeError) as error:
            n_made += 1
            yield fault(file, 0, "unreadable", f"SQLite: {error}")
        finally:
            connection.close()
        if not n_made:
            yield fault(file, 0, "unreadable", "no table with columns of articles, or no rows in it")


_MAX_GAPS = 1000


def _tables(connection: sqlite3.Connection, file: str, limits: Limits) -> Iterator[RawRecord]:
    place = 0
    tables = [n for (n,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    for table in sorted(tables):
        quoted = '"' + table.replace('"', '""') + '"'
        try:
            names = [
                column[0] for column in connection.execute(f"SELECT * FROM {quoted} LIMIT 0").description
            ]
            if sum(map(is_known, names)) < 2:
                continue
            key = _row_key(connection, quoted, names)
        except sqlite3.Error as error:
            yield fault(file, 0, "unreadable", f"SQLite, table {table}: {error}")
            continue
        for row in _rows(connection, quoted, key):
            if isinstance(row, str):
                yield fault(file, 0, "unreadable", f"SQLite, table {table}, {row}")
                continue
            place += 1
            yield _row(file, place, dict(zip(names, row, strict=False)), limits)


def _row_key(connection: sqlite3.Connection, table: str, names: list[str]) -> str | None:
    """Return the name by which rows can be asked for by their number; None where they have none."""
    for key in ("rowid", "_rowid_", "oid"):
        if key not in map(str.lower, names):
            try:
                connection.execute(f"SELECT {key} FROM {table} LIMIT 0")
            except sqlite3.Error:  # the table is made WITHOUT ROWID
                return None
            return key
    return None


def _rows(connection: sqlite3.Connection, table: str, key: str | None) -> Iterator[tuple[Any, ...] | str]:
    """Yield the rows of a table; for those on a damaged page, a line that says so, and then what follows."""
    begin: int | None = None
    """The number of the row to go on with."""
    last = 0
    n_rows = 0
    for _ in range(_MAX_GAPS):
        try:
            if key is None:
                yield from connection.execute(f"SELECT * FROM {table}")
                return
            asked = f"SELECT {key}, * FROM {table}"
            if begin is None:
                rows = connection.execute(asked)
            else:
                rows = connection.execute(f"{asked} WHERE {key} >= ? ORDER BY {key}", (begin,))
            for number, *row in rows:
                last = number
                n_rows += 1
                yield tuple(row)
            return
        except (sqlite3.Error, UnicodeError) as error:
            # The module reads a row ahead: of the damage it tells before it gives the row in front of it.
            while key is not None and (row_ahead := _row_from(connection, table, key, last + 1)):
                last = row_ahead[0]
                n_rows += 1
                yield row_ahead[1:]
            yield f"after row {n_rows}: {error}"
            begin = _next_sound(connection, table, key, last) if key is not None else None
            if begin is None:
                return
    yield f"more than {_MAX_GAPS} damaged places; the rest is not read"


def _row_from(connection: sqlite3.Connection, table: str, key: str, number: int) -> tuple[Any, ...] | None:
    """Return the first row from a number on, its number before it; None where it cannot be read."""
    try:
        asked = f"SELECT {key}, * FROM {table} WHERE {key} >= ? ORDER BY {key} LIMIT 1"
        found: tuple[Any, ...] | None = connection.execute(asked, (number,)).fetchone()
    except (sqlite3.Error, UnicodeError):
        return None
    return found


def _next_sound(connection: sqlite3.Connection, table: str, key: str, last: int) -> int | None:
    """Return the smallest number after a row from which on rows can be read again, if there is one."""

    def is_sound(number: int) -> bool:
        return _row_from(connection, table, key, number) is not None

    step = 1
    while not is_sound(last + 1 + step):
        step *= 2
        if step > 1 << 40:
            return None
    low, high = last + 1 + step // 2, last + 1 + step
    while low + 1 < high:
        middle = (low + high) // 2
        low, high = (low, middle) if is_sound(middle) else (middle, high)
    return high


# ---- Excel -----------------------------------------------------------------------------------------


def is_xlsx(head: bytes, name: str) -> bool:
    """Tell by the name of a zip file; see `archive.py` for how its content tells."""
    return head.startswith(b"PK\x03\x04") and name.endswith((".xlsx", ".xlsm"))


def read_xlsx(stream: BinaryIO, file: str, limits: Limits) -> Iterator[RawRecord]:
    """Yield the rows of every sheet below the one that names columns; a sheet without is a fault."""
    import openpyxl  # slow to import
    from openpyxl.utils.exceptions import InvalidFileException

    place = n_made = 0
    try:
        book = openpyxl.load_workbook(stream, read_only=True, data_only=True, keep_links=False)
        n_missing = _n_sheets(stream) - len(book.sheetnames)
        if n_missing > 0:
            n_made += 1
            yield fault(file, 0, "unreadable", f"xlsx: {n_missing} sheets are named and not there")
        for sheet in book.worksheets:
            names: list[str] | None = None
            n_above = 0
            for row in sheet.iter_rows(values_only=True):
                if not any(cell is not None for cell in row):
                    continue
                if names is None:
                    found = [str(cell) if cell is not None else f"column {n}" for n, cell in enumerate(row)]
                    if sum(map(is_known, found)) >= 2:
                        names = found
                        continue
                    n_above += 1  # a title, or notes
                    if n_above > _MAX_ROWS_ABOVE:
                        break
                    continue
                place += 1
                n_made += 1
                yield _row(file, place, dict(zip(names, row, strict=False)), limits)
            if names is None and n_above:
                n_made += 1
                detail = f"sheet {sheet.title!r}: no row names columns of articles"
                yield fault(file, 0, "unreadable", detail)
    except (
        InvalidFileException,
        BadZipFile,
        KeyError,
        ValueError,
        TypeError,
        SyntaxError,
        EOFError,
        AttributeError,
        zlib.error,
    ) as error:
        yield fault(file, 0, "unreadable", f"xlsx, after row {place}: {error}")
        return
    if not n_made:
        yield fault(file, 0, "unreadable", "no sheet with columns of articles, or no rows in it")


_SHEET = re.compile(rb"<(?:\w{1,20}:)?sheet\s")


def _n_sheets(stream: BinaryIO) -> int:
    """Return how many sheets a workbook names; openpyxl leaves out those whose part is missing."""
    with ZipFile(stream) as archive:
        if "xl/workbook.xml" not in archive.namelist():
            return 0
        with archive.open("xl/workbook.xml") as part:
            return len(_SHEET.findall(part.read(1 << 20)))


_MAX_ROWS_ABOVE = 20
"""Of a title and notes above the header of a sheet."""

PARQUET = Reader("parquet", is_parquet, read_parquet, "Parquet files", whole=True)
SQLITE = Reader("sqlite", is_sqlite, read_sqlite, "SQLite databases: every table with columns of articles")
XLSX = Reader("xlsx", is_xlsx, read_xlsx, "Excel workbooks: every sheet with a header", whole=True)
