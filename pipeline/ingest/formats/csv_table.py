"""Tables as text: CSV and TSV with a header, in UTF-8, UTF-16 or windows-1252.

Quotation marks are read as whoever wrote the file meant them: doubled (RFC 4180) or behind a backslash; one
that stands alone within a field is text. A field that is not closed costs its own row: where a line within it
is a row by itself, or nothing closes it at all, reading goes on at the next line that is one.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple, cast

from pipeline.ingest.fields import is_known
from pipeline.ingest.formats.reader import (
    HEAD_BYTES,
    Limits,
    Reader,
    decode,
    fault,
    record,
    text_stream,
)
from pipeline.ingest.record import RawRecord

_DELIMITERS = ",\t;|"
_SEP = re.compile(r"""["']?sep=(.)["']?\s*$""", re.IGNORECASE)
_MAX_LINES_ABOVE = 20
"""Of a title and notes above the header."""
_MAX_SPARE_CELLS = 1000


def sniff(head: bytes, name: str) -> bool:
    """Tell whether one of the first lines names at least two columns that articles have."""
    return _layout(head, is_table=name.endswith((".csv", ".tsv"))) is not None


class _Layout(NamedTuple):
    """How a table is written: its delimiter, how many lines stand above its header, blanks before cells."""

    delimiter: str
    n_above: int
    is_spaced: bool = False


def _layout(head: bytes, *, is_table: bool = True) -> _Layout | None:
    """Return the layout of a table; None where no line looks like a header.

    Args:
        head: the first bytes of the file.
        is_table: its name says that it is a table, so that lines may stand above the header; in a text, a
            line of commas that names two columns is a sentence.
    """
    lines = re.split(r"\r\n|\n|\r", decode(head[:20_000]))
    given = None
    for n, line in enumerate(lines[: _MAX_LINES_ABOVE + 1]):
        if not line.strip():
            continue
        said = _SEP.fullmatch(line.strip("\ufeff "))
        if said and given is None:
            given = said[1]
            continue
        best: tuple[int, str, bool] | None = None
        for delimiter in given or _DELIMITERS:
            try:
                columns = next(csv.reader([line], delimiter=delimiter), [])
            except csv.Error:
                continue
            n_known = sum(is_known(column) for column in columns)
            # Above the header, a title may name a column or two in passing.
            if len(columns) > 1 and n_known >= 2 and (best is None or n_known > best[0]):
                best = (n_known, delimiter, all(column.startswith(" ") for column in columns[1:]))
        if best:
            return _Layout(best[1], n, best[2])
        if not is_table and given is None:
            return None
    return None


def read(stream: BinaryIO, file: str, limits: Limits) -> Iterator[RawRecord]:
    """Yield a record for each row."""
    buffered = (
        stream if isinstance(stream, io.BufferedReader) else io.BufferedReader(cast(io.RawIOBase, stream))
    )
    head = buffered.peek(HEAD_BYTES)[:HEAD_BYTES]
    layout = _layout(head)
    if layout is None:
        yield fault(file, 0, "unreadable", "no line names columns of articles")
        return
    rows = _Rows(text_stream(buffered, head), layout, limits)
    names: list[str] | None = None
    place = 0
    for row in rows:
        if isinstance(row, _Unread):
            place += 1
            yield fault(file, place, row.reason, row.detail, row.n_chars)
            continue
        cells = row
        if not any(cell.strip() for cell in cells):
            continue
        if names is None:
            names = [cell.strip() or f"column {n}" for n, cell in enumerate(cells)]
            rows.n_columns = len(names)
            if max(map(len, names)) > _MAX_NAME or any(_shape(name) in ("date", "url") for name in names):
                place += 1
                yield fault(file, place, "unreadable", "the header and the first row stand in one line")
            continue
        place += 1
        if any(cell.strip() for cell in cells[len(names) :]):
            yield fault(file, place, "unreadable", f"{len(cells)} cells under {len(names)} columns")
            continue
        longest = max(map(len, cells))
        if longest > limits.record_bytes:
            yield fault(file, place, "too_large", f"a field of {longest} characters", longest)
            continue
        yield record(file, place, {n: cell for n, cell in zip(names, cells, strict=False) if cell.strip()})


_MAX_NAME = 200


# ---- rows out of a text ----------------------------------------------------------------------------


class _Unread(NamedTuple):
    """A row that cannot be read."""

    reason: str
    detail: str
    n_chars: int


class _Parsed(NamedTuple):
    """A row as it was read from some place on.

    Attributes:
        cells: None where it cannot be read.
        end: where the next row begins.
        is_cut: the text read so far ends within it.
        is_sound: no mark stood where none should.
        detail: why it cannot be read.
    """

    cells: list[str] | None
    end: int
    is_cut: bool = False
    is_sound: bool = True
    detail: str = ""


_SHAPES = re.compile(r"(?P<number>-?\d+(?:\.\d+)?)|(?P<date>\d{4}-\d\d-\d\d\b.*)|(?P<url>https?://\S+)")


class _Rows:
    """The rows of a table, a window of its text in memory."""

    def __init__(self, stream: io.TextIOWrapper, layout: _Layout, limits: Limits) -> None:
        self.n_columns = 0
        """Of the header; 0 until it is known."""
        self._stream = stream
        self._limit = limits.page_bytes
        self._max_window = 4 * limits.page_bytes
        self._text = ""
        self._at = 0
        self._ended = False
        self._credit = 256 << 20
        """Characters that may still be read in vain."""
        self._shape: tuple[str, ...] = ()
        self._delimiter = layout.delimiter
        mark = re.escape(layout.delimiter)
        self._spaces = re.compile(r"[ ]*+(?=\")" if layout.is_spaced else "")
        self._is_spaced = layout.is_spaced
        self._aside = re.compile(rf"{mark} (?! *\")")
        self._plain = re.compile(rf"[^{mark}\r\n]*+")
        self._doubled = re.compile(r'(?:[^"]++|"")*+')
        self._escaped = re.compile(r'(?:[^"\\]++|\\.|"")*+', re.DOTALL)
        self._has_backslashes = False
        self._closing = re.compile(rf"[ ]*+(?={mark}|\r|\n|\Z)")
        self._n_above = layout.n_above
        self._eol = re.compile(r"\r\n|\n|\r")

    def __iter__(self) -> Iterator[list[str] | _Unread]:
        for _ in range(self._n_above):
            self._at = self._line_end(self._at)
        while True:
            if self._at >= len(self._text) and not self._fill():
                return
            spoken = self._spoken()
            if spoken:
                yield spoken.cells or []
                self._at = spoken.end
                continue
            parsed = self._row()
            if parsed.cells is not None and not (self._is_uneven(parsed) or self._swallows(parsed)):
                yield parsed.cells
                self._at = parsed.end
                continue
            yield self._skip(parsed.detail or "a quotation mark is not closed")

    def _fill(self) -> bool:
        """Read on, twice as much each time a row needs more; return whether there was anything."""
        if self._ended:
            return False
        waiting = len(self._text) - self._at
        more = self._stream.read(max(1 << 16, waiting))
        self._ended = not more
        self._text = self._text[self._at :] + more.replace("\x00", "")
        self._at = 0
        return bool(more)

    def _line_end(self, at: int) -> int:
        """Return where the line after that of `at` begins; `at` is kept in the window."""
        while True:
            found = self._eol.search(self._text, at)
            if found and (found.end() < len(self._text) or self._ended):
                return found.end()
            if self._ended or len(self._text) - self._at > self._max_window:
                return len(self._text)
            before = self._at
            self._fill()
            at -= before

    def _spoken(self) -> _Parsed | None:
        """Return the row of a line with a cell that begins with somebody's words, its marks being text.

        Tables that quote nothing have such (`"Never," he said.`); None where the marks are those of cells.
        """
        if self.n_columns < 2:
            return None
        end = self._line_end(self._at)
        line = self._text[self._at : end].rstrip("\r\n")
        if not (line.startswith('"') or self._delimiter + '"' in line):
            return None
        cells = line.split(self._delimiter)
        if len(cells) != self.n_columns or any(cell.count('"') % 2 for cell in cells):
            return None
        if not any(map(_SPOKEN.match, cells)):
            return None
        return _Parsed([cell[1:-1] if _CELL.fullmatch(cell) else cell for cell in cells], end)

    def _row(self) -> _Parsed:
        """Return the row that begins here, reading on as far as it goes."""
        while True:
            parsed = self._parse(self._at)
            if not parsed.is_cut or self._ended:
                return parsed
            if len(self._text) - self._at > self._max_window:
                return _Parsed(None, parsed.end, detail="a field without an end")
            self._fill()

    def _parse(self, at: int, *, is_strict: bool = False) -> _Parsed:
        """Return the row that begins at a place of the window.

        Args:
            at: the place.
            is_strict: a mark where none should be ends the reading; such a row is not looked at further.
        """
        text, start = self._text, at
        cells: list[str] = []
        is_sound = True
        checked = -1
        while True:
            blanks = self._spaces.match(text, at)
            at = blanks.end() if blanks else at
            if text.startswith('"', at):
                inner = at + 1
                body = self._escaped if self._has_backslashes else self._doubled
                while True:
                    found = body.match(text, inner)
                    assert found is not None  # it matches nothing, too
                    end = found.end()
                    if end >= len(text):
                        return _Parsed(None, end, is_cut=True, detail="a quotation mark is not closed")
                    closing = self._closing.match(text, end + 1)
                    # In the last column, words that follow a comma are words.
                    is_aside = len(cells) + 1 == self.n_columns and not self._is_spaced
                    if closing and not (is_aside and self._aside.match(text, closing.end())):
                        if closing.end() >= len(text) and not self._ended:
                            return _Parsed(None, end, is_cut=True)
                        break
                    is_sound = False
                    if is_strict:
                        return _Parsed(None, end)
                    if not self._has_backslashes and text[end - 1] == "\\":
                        # The file escapes its marks by backslashes: the row is read again so.
                        self._has_backslashes = True
                        return self._parse(start)
                    if len(cells) + 1 == self.n_columns and self._is_glued(cells, end + 1):
                        cells.append(self._unquoted(text[at + 1 : end]))
                        return _Parsed(cells, end + 1, is_sound=False)
                    line = self._line_start(end)
                    if line > start and line != checked:
                        checked = line
                        if self._is_row(line):
                            return _Parsed(None, end, detail="a quotation mark is not closed")
                    inner = end + 1
                cells.append(self._unquoted(text[at + 1 : end]))
                at = closing.end()
            else:
                found = self._plain.match(text, at)
                assert found is not None  # it matches nothing, too
                cells.append(found[0])
                at = found.end()
            if at >= len(text):
                return _Parsed(cells, at, is_cut=not self._ended, is_sound=is_sound)
            if text[at] != self._delimiter:
                eol = self._eol.match(text, at)
                assert eol is not None  # a field ends nowhere else
                if eol.end() >= len(text) and text[at] == "\r" and not self._ended:
                    return _Parsed(None, at, is_cut=True)
                return _Parsed(cells, eol.end(), is_sound=is_sound)
            at += 1
            if self.n_columns and len(cells) > self.n_columns + _MAX_SPARE_CELLS:
                return _Parsed(None, at, detail=f"more than {len(cells) - 1} cells in one row")

    def _unquoted(self, text: str) -> str:
        if self._has_backslashes and "\\" in text:
            text = _ESCAPE.sub(r"\1", text)
        return text.replace('""', '"') if '""' in text else text

    def _line_start(self, at: int) -> int:
        return max(self._text.rfind("\n", 0, at), self._text.rfind("\r", 0, at)) + 1

    def _strict(self, at: int) -> _Parsed:
        """Return the row at a place, if it is one that is written as it should be."""
        parsed = self._parse(at, is_strict=True)
        self._credit -= max(parsed.end - at, 100)
        return parsed

    def _is_row(self, at: int) -> bool:
        """Tell whether a row begins here that is written as it should be, with a cell for each column."""
        if self.n_columns < 2 or self._credit <= 0:
            return False
        return self._is_whole(self._strict(at))

    def _is_whole(self, parsed: _Parsed) -> bool:
        return parsed.cells is not None and not parsed.is_cut and len(parsed.cells) == self.n_columns

    def _is_glued(self, cells: list[str], at: int) -> bool:
        """Tell whether the next row follows without a line end: one of the same numbers, dates, addresses."""
        shape = [_shape(cell) for cell in cells]
        if not any(shape) or self._credit <= 0:
            return False
        parsed = self._strict(at)
        return self._is_whole(parsed) and [_shape(cell) for cell in (parsed.cells or [])[:-1]] == shape

    def _is_uneven(self, parsed: _Parsed) -> bool:
        """Tell whether a mark that stands where none should has cost the row some of its cells."""
        return not parsed.is_sound and self.n_columns > 0 and len(parsed.cells or []) != self.n_columns

    def _swallows(self, parsed: _Parsed) -> bool:
        """Tell whether a row with a field of several lines holds lines that are rows like the one before it.

        They are told by what stands in their columns: numbers, dates and addresses where the row before has
        such. A mark too many at the end of a line swallows all down to the next.
        """
        cells = parsed.cells or []
        shape = tuple(_shape(cell) for cell in cells)
        if self.n_columns < 2 or len(cells) != self.n_columns:
            return False
        has_lines = any("\n" in cell or "\r" in cell for cell in cells)
        if not has_lines:
            self._shape = shape if any(shape) else self._shape
            return False
        if not any(self._shape):
            self._shape = shape if any(shape) else self._shape
        line = self._next_line(self._at, parsed.end)
        while any(self._shape) and line < parsed.end and self._credit > 0:
            inside = self._strict(line)
            if self._is_whole(inside) and tuple(map(_shape, inside.cells or [])) == self._shape:
                return True
            line = self._next_line(line, parsed.end)
        return False

    def _next_line(self, at: int, end: int) -> int:
        found = self._eol.search(self._text, at, end)
        return found.end() if found else end

    def _skip(self, detail: str) -> _Unread:
        """Go to the next line that is a row by itself; return what was left out."""
        n_chars = 0
        for _ in range(_MAX_LINES_SKIPPED):
            end = self._line_end(self._at)
            n_chars += end - self._at
            self._at = end
            if end >= len(self._text) and not self._fill():
                break
            while True:
                parsed = self._strict(self._at) if self.n_columns > 1 and self._credit > 0 else None
                is_cut = parsed is not None and parsed.is_cut and not self._ended
                if not is_cut or len(self._text) - self._at >= _MAX_TRIED:
                    break
                self._fill()
            if parsed is not None and self._is_whole(parsed):
                break
        else:
            detail = f"{detail}, and {_MAX_LINES_SKIPPED} lines on no row begins; the rest is not read"
            while self._fill():
                n_chars += len(self._text)
                self._at = len(self._text)
            self._at = len(self._text)
        reason = "too_large" if n_chars > self._limit or "cells" in detail else "unreadable"
        return _Unread(reason, detail, n_chars)


_SPOKEN = re.compile(r'"(?!")[^"]*+"(?=[ \u00a0]\S)')
"""What begins with a mark and has its second at the end of what somebody says."""
_CELL = re.compile(r'"[^"]*+"')
_MAX_LINES_SKIPPED = 100_000
_MAX_TRIED = 1 << 18
"""Characters that a row may have which is to be the first that is sound again."""
_ESCAPE = re.compile(r'\\(["\\])')


def _shape(cell: str) -> str:
    """Return what a cell is by its form; "" for a text or nothing."""
    found = _SHAPES.fullmatch(cell.strip())
    return found.lastgroup or "" if found else ""


READER = Reader(
    "csv", sniff, read, "CSV and TSV with a header, `sep=` lines and titles above it", is_apart=False
)
