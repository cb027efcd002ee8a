"""Tables as text: CSV and TSV with a header, in UTF-8, UTF-16 or windows-1252."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import BinaryIO, cast

from pipeline.ingest.fields import is_known
from pipeline.ingest.formats.reader import (
    HEAD_BYTES,
    Limits,
    Reader,
    TooLarge,
    decode,
    fault,
    record,
    text_stream,
)
from pipeline.ingest.record import RawRecord

_DELIMITERS = ",\t;|"


def sniff(head: bytes, name: str) -> bool:
    """Tell whether the first line names at least two columns that articles have."""
    return _delimiter(head) is not None


def _delimiter(head: bytes) -> str | None:
    first = next((line for line in decode(head[:20_000]).splitlines() if line.strip()), "")
    best: tuple[int, str] | None = None
    for delimiter in _DELIMITERS:
        try:
            columns = next(csv.reader([first], delimiter=delimiter), [])
        except csv.Error:
            continue
        n_known = sum(is_known(column) for column in columns)
        if len(columns) > 1 and n_known >= 2 and (best is None or n_known > best[0]):
            best = (n_known, delimiter)
    return best[1] if best else None


def read(stream: BinaryIO, file: str, limits: Limits) -> Iterator[RawRecord]:
    """Yield a record for each row."""
    buffered = (
        stream if isinstance(stream, io.BufferedReader) else io.BufferedReader(cast(io.RawIOBase, stream))
    )
    head = buffered.peek(HEAD_BYTES)[:HEAD_BYTES]
    delimiter = _delimiter(head)
    if delimiter is None:
        yield fault(file, 0, "unreadable", "the first line names no columns of articles")
        return
    csv.field_size_limit(limits.record_bytes)
    lines = _Lines(text_stream(buffered, head), limits)
    rows = csv.reader(lines, delimiter=delimiter, strict=False)
    names: list[str] | None = None
    place = 0
    while True:
        try:
            lines.n_chars = 0
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            place += 1
            if "limit" in str(error):  # where the field ends is anybody's guess, and so is all that follows
                detail = f"{error}; is a quotation mark not closed? The rest of the file is not read"
                yield fault(file, place, "too_large", detail)
                return
            yield fault(file, place, "unreadable", str(error))
            continue
        except TooLarge as error:
            yield fault(file, place + 1, "too_large", f"{error}; the rest of the file is not read")
            return
        if not any(cell.strip() for cell in row):
            continue
        if names is None:
            names = [cell.strip() or f"column {n}" for n, cell in enumerate(row)]
            continue
        place += 1
        if len(row) > len(names) + 5:
            yield fault(file, place, "unreadable", f"{len(row)} cells under {len(names)} columns")
            continue
        yield record(file, place, {n: cell for n, cell in zip(names, row, strict=False) if cell.strip()})


class _Lines:
    """Lines for the rows of a table, with a bound on each and on all that one row takes."""

    def __init__(self, stream: io.TextIOWrapper, limits: Limits) -> None:
        self._stream = stream
        self._line_limit = limits.record_bytes
        self._row_limit = limits.page_bytes
        self.n_chars = 0
        """Of the row that is being read; to be set to 0 before each."""

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        """Return a line; of one that is too long, only as much as makes the field too large.

        Raises:
            TooLarge: the row has become too long.
        """
        line = self._stream.readline(self._line_limit + 2)
        if not line:
            raise StopIteration
        if len(line) > self._line_limit and not line.endswith("\n"):
            while (rest := self._stream.readline(1 << 20)) and not rest.endswith("\n"):
                pass
        self.n_chars += len(line)
        if self.n_chars > self._row_limit:
            raise TooLarge(f"more than {self._row_limit} characters in one row")
        return line.replace("\x00", "")


READER = Reader("csv", sniff, read, "CSV and TSV with a header", is_apart=False)
