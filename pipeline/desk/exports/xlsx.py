"""Rows as a workbook for Excel, LibreOffice and the like, and a sheet that says what they are.

Limits are those of the programs: https://support.microsoft.com/office/1672b34d-7043-467e-8e27-269d656771c3
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any, BinaryIO

import openpyxl
import pyarrow as pa
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from pipeline.desk.exports.cells import flat, is_formula, is_text
from pipeline.desk.exports.selection import Selection

MOST_ROWS = 1_048_576
"""Rows of a sheet, its header included: further rows go to a further sheet."""
MOST_UNITS = 32_767
"""UTF-16 code units of a cell: a longer text is cut, and says so."""

_MOST_DIGITS = 15  # of a number: those after them would be lost
_FIRST_DAY = date(1900, 3, 1)  # programs disagree on days before it
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|[\ud800-\udfff]")
_HEAD_FONT, _HEAD_FILL = Font(bold=True), PatternFill("solid", fgColor="E8E8E8")
_FORMATS = {date: "yyyy-mm-dd", datetime: "yyyy-mm-dd hh:mm:ss"}
_WIDTHS = {"date": 12.0, "timestamp": 20.0, "number": 11.0, "id": 18.0, "text": 28.0, "long": 70.0}
_LONG = {"quote", "claim", "text", "content", "title", "article_text", "context_before", "context_after"}
_ABOUT = "about"


def write_xlsx(rows: pa.RecordBatchReader, to: BinaryIO, selection: Selection) -> int:
    """Write rows as a workbook; returns their number.

    The first sheet has the rows, the second, `about`, what was asked, the days and the runs that they are of.
    Rows that one sheet cannot hold go on in a third and further ones. A text that a cell cannot hold is cut,
    which its end and `about` say. Every text is typed as a text, and one that looks like a formula is marked
    (quotePrefix), so that it stays a text when it is edited. Dates and times, in UTC, are typed; a whole
    number with too many digits is a text. Lists are JSON.

    Args:
        rows: of any schema.
        to: where the bytes go; it is left open.
        selection: what `about` says.

    Raises:
        ValueError: there are more columns than a sheet can have (16,384).
    """
    book = openpyxl.Workbook(write_only=True)
    sheet = _new_sheet(book, selection.name, rows.schema)
    about = book.create_sheet(_ABOUT)
    cut: Counter[str] = Counter()
    n_rows = n_here = 0
    for batch in rows:
        for values in _rows(flat(batch)):
            if n_here == MOST_ROWS - 1:
                _filter(sheet, rows.schema, n_here)
                name = f"{selection.name[:26]} {len(book.sheetnames)}"
                sheet, n_here = _new_sheet(book, name, rows.schema), 0
            sheet.append(_cells(sheet, rows.schema.names, values, cut))
            n_here += 1
            n_rows += 1
    _filter(sheet, rows.schema, n_here)
    _write_about(about, selection, n_rows, len(book.sheetnames) - 1, cut)
    book.save(to)
    return n_rows


def _rows(batch: pa.RecordBatch) -> Iterator[tuple[Any, ...]]:
    return (
        zip(*(column.to_pylist() for column in batch.columns), strict=True) if batch.num_columns else iter(())
    )


def _new_sheet(book: openpyxl.Workbook, name: str, schema: pa.Schema) -> WriteOnlyWorksheet:
    sheet = book.create_sheet(re.sub(r"[\[\]:*?/\\]", " ", name)[:31])
    sheet.freeze_panes = "A2"
    for number, field in enumerate(schema, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = _WIDTHS[_width(field)]
    sheet.append([_head(sheet, name) for name in schema.names])
    return sheet


def _head(sheet: WriteOnlyWorksheet, text: str) -> WriteOnlyCell:
    cell = _text_cell(sheet, text)
    cell.font, cell.fill = _HEAD_FONT, _HEAD_FILL
    return cell


def _width(field: pa.Field) -> str:
    kind = field.type
    if pa.types.is_timestamp(kind):
        return "timestamp"
    if pa.types.is_date(kind):
        return "date"
    if not is_text(kind):
        return "text" if pa.types.is_nested(kind) else "number"
    if field.name.endswith("_id"):
        return "id"
    return "long" if field.name in _LONG else "text"


def _filter(sheet: WriteOnlyWorksheet, schema: pa.Schema, n_rows: int) -> None:
    if len(schema):
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(schema))}{n_rows + 1}"


def _cells(
    sheet: WriteOnlyWorksheet, names: list[str], values: tuple[Any, ...], cut: Counter[str]
) -> Iterator[Any]:
    """Yield a row as openpyxl takes it: plain values, and cells where a value would be taken for another."""
    for name, value in zip(names, values, strict=True):
        if isinstance(value, str):
            yield _text(sheet, name, value, cut)
        elif isinstance(value, datetime):
            at = value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
            yield _moment(sheet, at) if at.date() >= _FIRST_DAY else at.isoformat(sep=" ")
        elif isinstance(value, date):
            yield _moment(sheet, value) if value >= _FIRST_DAY else value.isoformat()
        elif isinstance(value, int) and len(str(abs(value))) > _MOST_DIGITS:
            yield str(value)
        elif isinstance(value, float) and value - value != 0:  # infinite, or not a number
            yield None
        elif isinstance(value, bytes):
            yield value.hex()
        else:
            yield value


def _text(sheet: WriteOnlyWorksheet, name: str, text: str, cut: Counter[str]) -> Any:
    if len(text) > MOST_UNITS // 2 and _units(text) > MOST_UNITS:
        cut[name] += 1
        text = _shortened(text)
    if not text:
        return None
    if text[0] in "=#" or is_formula(text):
        return _text_cell(sheet, text)
    return _UNWRITABLE.sub("\ufffd", text)


def _text_cell(sheet: WriteOnlyWorksheet, text: str) -> WriteOnlyCell:
    """Return a cell whose text stays a text, also where somebody edits it."""
    cell = WriteOnlyCell(sheet)
    cell._value, cell.data_type = _UNWRITABLE.sub("\ufffd", text), "s"
    if is_formula(text):
        cell.quotePrefix = True
    return cell


def _moment(sheet: WriteOnlyWorksheet, value: date) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet)
    cell._value, cell.data_type, cell.number_format = value, "d", _FORMATS[type(value)]
    return cell


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _shortened(text: str) -> str:
    end = f" … [cut: the text has {len(text)} characters]"
    kept = text.encode("utf-16-le", "surrogatepass")[: 2 * (MOST_UNITS - _units(end))]
    return kept.decode("utf-16-le", "ignore") + end


def _write_about(
    sheet: WriteOnlyWorksheet, selection: Selection, n_rows: int, n_sheets: int, cut: Counter[str]
) -> None:
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 16, 100
    said: list[tuple[str, str | int]] = [
        ("rows of", selection.name),
        ("query", selection.query),
        ("link", selection.link),
        ("days", selection.days),
        ("rows", n_rows),
        ("sheets", n_sheets if n_sheets > 1 else ""),
        ("times", "in UTC"),
        ("cut", ", ".join(f"{n} cells of {name}" for name, n in sorted(cut.items()))),
        (
            "",
            "Cells hold 32,767 characters at most: CSV, JSON lines and Parquet have them whole."
            if cut
            else "",
        ),
    ]
    for name, value in said:
        if value != "":
            shown = value if isinstance(value, int) else _wrapped(sheet, value)
            sheet.append([_head(sheet, name) if name else None, shown])
    sheet.append([])
    sheet.append([_head(sheet, "day"), _head(sheet, "run_id")])
    for day, run in sorted(selection.runs.items()):
        sheet.append([_moment(sheet, day), run])


def _wrapped(sheet: WriteOnlyWorksheet, text: str) -> WriteOnlyCell:
    cell = _text_cell(sheet, _shortened(text) if _units(text) > MOST_UNITS else text)
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    return cell
