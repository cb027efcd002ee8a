"""Folders of plain texts, an article a file, with its date in the file's name, if anywhere.

The first line is the title where an empty line follows it or it is short; the rest is the text. Two known
corpora keep titles and metadata in folders beside the texts; see `companions.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any, BinaryIO

from pipeline.ingest.formats.reader import Limits, Reader, TooLarge, decode, fault, read_whole, record
from pipeline.ingest.record import RawRecord

_DATED = re.compile(r"(?<!\d)(\d{4}-\d{2}-\d{2})(?!\d)")
_MAX_TITLE = 200


def sniff(head: bytes, name: str) -> bool:
    """Tell whether it is a text by its name and without control characters by its content."""
    if not name.endswith((".txt", ".text", ".md")) and "." in PurePosixPath(name).name:
        return False
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    return bool(head.strip()) and not re.search(rb"[\x00-\x08\x0e-\x1a]", head)


def read(stream: BinaryIO, file: str, limits: Limits) -> Iterator[RawRecord]:
    """Yield the one article."""
    try:
        data = read_whole(stream, limits.record_bytes)
    except TooLarge as error:
        yield fault(file, 0, "too_large", str(error))
        return
    yield record(file, 1, article(decode(data), file), data)


def article(text: str, file: str) -> dict[str, Any]:
    """Return the fields of a plain text."""
    found: dict[str, Any] = {}
    first, _, rest = text.strip().partition("\n")
    first = first.strip()
    is_alone = rest.startswith(("\n", "\r\n"))
    is_sentence = first.endswith((".", "!", "?", '"', "”"))
    if rest.strip() and len(first) <= _MAX_TITLE and (not is_sentence or (is_alone and len(first) < 100)):
        found = {"title": first, "text": rest}
    else:
        found = {"text": text}
    dates = _DATED.findall(PurePosixPath(file).name)
    if len(dates) == 1:
        found["published_at"] = dates[0]
    return found


READER = Reader(
    "text",
    sniff,
    read,
    "Folders of plain texts, an article a file",
    {
        "title": "first line, where it looks like one",
        "text": "the rest",
        "published_at": "YYYY-MM-DD in the file's name",
    },
    is_apart=False,
)
