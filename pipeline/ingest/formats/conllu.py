"""CoNLL-U: annotated corpora, of which only the text and the metadata of the document are taken."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from pipeline.ingest.formats.reader import Limits, Reader, TooLarge, decode, fault, read_whole, record
from pipeline.ingest.record import RawRecord

_START = re.compile(rb"^#\s*(?:newdoc|sent_id|text|global\.columns)\b", re.MULTILINE)
_META = re.compile(r"^#\s*(?:meta::)?([\w:-]+)\s*=\s*(.*)$")
_NAMES = {
    "title": "title",
    "author": "author",
    "datecreated": "published_at",
    "date": "published_at",
    "sourceurl": "url",
    "source": "source",
    "newdoc id": "id",
    "language": "language",
}


def sniff(head: bytes, name: str) -> bool:
    """Tell by the comments before the first sentence, and by a line of ten columns."""
    return head.startswith(b"#") and _START.search(head[:4000]) is not None and head.count(b"\t") > 9


def read(stream: BinaryIO, file: str, limits: Limits) -> Iterator[RawRecord]:
    """Yield a record for each document."""
    try:
        lines = decode(read_whole(stream, limits.whole_bytes)).splitlines()
    except TooLarge as error:
        yield fault(file, 0, "too_large", str(error))
        return
    data: dict[str, Any] = {}
    text: list[str] = []
    place = 0
    for line in [*lines, "# newdoc"]:
        if not line.startswith("#"):
            continue
        if re.match(r"#\s*newdoc\b", line):
            if text:
                place += 1
                yield record(file, place, data | {"text": "".join(text).strip()})
                data, text = {}, []
        elif re.match(r"#\s*newpar\b(?!_)", line):
            text.append("\n\n")
        elif found := _META.match(line):
            if found[1] == "text":
                text.append(f"{found[2]} ")
            elif found[1].lower() in _NAMES:
                data.setdefault(_NAMES[found[1].lower()], found[2].strip())


READER = Reader(
    "conllu",
    sniff,
    read,
    "CoNLL-U: the text of annotated corpora",
    {
        "text": "# text, paragraphs by # newpar",
        "title": "# meta::title",
        "published_at": "# meta::dateCreated",
        "url": "# meta::sourceURL",
        "authors": "# meta::author",
    },
)
