"""CoNLL-U: annotated corpora, of which only the text and the metadata of the document are taken."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from pipeline.ingest.formats.reader import Limits, Reader, TooLarge, decode, fault, read_whole, record
from pipeline.ingest.record import RawRecord

_START = re.compile(rb"^#\s{0,9}(?:newdoc|newpar|sent_id|text|global\.columns|meta::)", re.MULTILINE)
_TOKEN = re.compile(rb"1\t[^\t\n]{1,200}(?:\t[^\t\n]*+){8}$", re.MULTILINE)
_META = re.compile(r"#\s*+(?:meta::)?([\w:-]++)\s*+=\s*+(.*+)$")
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
    if _TOKEN.match(head.lstrip()):
        return True
    return head.startswith(b"#") and _START.search(head[:4000]) is not None and head.count(b"\t") >= 9


def read(stream: BinaryIO, file: str, limits: Limits) -> Iterator[RawRecord]:
    """Yield a record for each document.

    One begins with `# newdoc`, or where metadata of a document follow its sentences. The text of a sentence
    is that of `# text`, else that of its words; a line that is neither a comment nor a word is a fault.
    """
    try:
        lines = decode(read_whole(stream, limits.whole_bytes)).splitlines()
    except TooLarge as error:
        yield fault(file, 0, "too_large", str(error))
        return
    document = _Document()
    place = 0
    for number, line in enumerate([*lines, "", "# newdoc"], 1):
        if line.startswith("#"):
            meta = _META.match(line)
            name = meta[1].lower() if meta else ""
            is_new = re.match(r"#\s*newdoc\b", line) is not None
            is_new = is_new or (name in _NAMES and "meta::" in line)
            if is_new:
                document.end_sentence()
            if is_new and document.parts:
                place += 1
                yield record(file, place, document.data())
                document = _Document()
            if re.match(r"#\s*newpar\b(?!_)", line):
                document.begin_paragraph()
            elif meta and name == "text":
                document.begin_sentence(meta[2])
            elif meta and name in _NAMES:
                document.meta.setdefault(_NAMES[name], meta[2].strip())
        elif not line.strip():
            document.end_sentence()
        elif not document.add(line):
            place += 1
            detail = f"line {number} is neither a comment nor a word of ten columns"
            yield fault(file, place, "unreadable", detail, len(line))
    if document.meta:
        yield fault(file, place + 1, "no_text", f"a document without sentences: {str(document.meta)[:200]}")


_WORD = re.compile(r"(\d+)(?:-(\d+)|\.\d+)?")


class _Document:
    """A document, as far as it was read."""

    def __init__(self) -> None:
        self.meta: dict[str, Any] = {}
        self.parts: list[str] = []
        self._text: str | None = None
        """Of the sentence, where it is given."""
        self._words: list[str] = []
        self._covered = 0
        """Number of the last word that is part of one written together (`2-3  don't`)."""

    def begin_paragraph(self) -> None:
        self.end_sentence()
        self.parts.append("\n\n")

    def begin_sentence(self, text: str) -> None:
        self.end_sentence()
        self._text = text

    def add(self, line: str) -> bool:
        """Take a word; return whether the line is one."""
        columns = line.split("\t")
        found = _WORD.fullmatch(columns[0])
        if found is None or len(columns) != _N_COLUMNS:
            return False
        if "." in columns[0] or (not found[2] and int(found[1]) <= self._covered):
            return True
        if found[2]:
            self._covered = int(found[2])
        self._words.append(columns[1] + ("" if "SpaceAfter=No" in columns[9] else " "))
        return True

    def end_sentence(self) -> None:
        text = self._text if self._text is not None else "".join(self._words).strip()
        if text:
            self.parts.append(f"{text} ")
        self._text, self._words, self._covered = None, [], 0

    def data(self) -> dict[str, Any]:
        return self.meta | {"text": "".join(self.parts).strip()}


_N_COLUMNS = 10


READER = Reader(
    "conllu",
    sniff,
    read,
    "CoNLL-U: the text of annotated corpora",
    {
        "text": "# text, else the words; paragraphs by # newpar",
        "title": "# meta::title",
        "published_at": "# meta::dateCreated",
        "url": "# meta::sourceURL",
        "authors": "# meta::author",
    },
)
