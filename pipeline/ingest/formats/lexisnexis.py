"""Exports of LexisNexis: one text or DOCX file with many articles, in the old layout or Nexis Uni's.

Old layout: "3 of 10 DOCUMENTS", outlet, date, headline, fields in capitals (BYLINE:, SECTION:, LENGTH:),
text, more fields (LOAD-DATE:, LANGUAGE:). New layout: headline, outlet, date, fields (Byline:, Section:,
Length:), "Body", text, "End of Document".
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any, BinaryIO
from zipfile import BadZipFile

from pipeline.ingest.formats.reader import Limits, Reader, TooLarge, decode, fault, read_whole, record
from pipeline.ingest.record import RawRecord
from pipeline.lexicons import lexicon

_OF = re.compile(
    r"^[ \t]*(?:Dokument |Document )?(\d+) (?:of|von|de) (\d+)(?: DOCUMENTS?| DOKUMENTEN?)?[ \t]*$", re.M
)
_END = re.compile(r"^[ \t]*End of Document[ \t]*$", re.M)
_FIELD = re.compile(
    r"^([A-Z][A-Z-]{3,20}|Byline|Section|Length|Dateline|Highlight|Series|Graphic|Load-Date|Language)"
    r":[ \t]*(.*)$"
)
_DATE = re.compile(
    rf"\b(?:{'|'.join(lexicon().ordered('dates.months'))}|Januar|Februar|März"
    r"|Mai|Juni|Juli|Oktober|Dezember)\b.{0,12}\b(?:1[6-9]|20)\d\d\b|\b(?:1[6-9]|20)\d\d\b.{0,8}\b(?:January|March)\b"
)
_AFTER_TEXT = (
    "LOAD-DATE",
    "LANGUAGE",
    "PUBLICATION-TYPE",
    "JOURNAL-CODE",
    "GRAPHIC",
    "SUBJECT",
    "Load-Date",
    "Language",
    "Graphic",
    "DOCUMENT-TYPE",
    "Classification",
    "TYPE",
    "COUNTRY",
    "PERSON",
    "ORGANIZATION",
    "COMPANY",
    "GEOGRAPHIC",
    "TICKER",
)


def is_text(head: bytes, name: str) -> bool:
    """Tell by the heading of its first article."""
    text = decode(head)
    return re.search(r"^[ \t]*\d{1,9} of \d{1,9} DOCUMENTS?[ \t]*\r?$", text, re.M) is not None or (
        "End of Document" in text and re.search(r"^Length:\s+[\d,]+ words", text, re.M | re.I) is not None
    )


def read_text(stream: BinaryIO, file: str, limits: Limits) -> Iterator[RawRecord]:
    """Yield the articles of a text export."""
    try:
        text = decode(read_whole(stream, limits.whole_bytes)).replace("\r\n", "\n").replace("\r", "\n")
    except TooLarge as error:
        yield fault(file, 0, "too_large", str(error))
        return
    yield from _articles(text, file)


def read_docx(stream: BinaryIO, file: str, limits: Limits) -> Iterator[RawRecord]:
    """Yield the articles of a DOCX export; any other DOCX is one article."""
    import docx  # slow to import
    from docx.opc.exceptions import PackageNotFoundError

    try:
        document = docx.Document(io.BytesIO(read_whole(stream, limits.whole_bytes)))
        lines = [paragraph.text for paragraph in document.paragraphs]
    except (PackageNotFoundError, BadZipFile, KeyError, ValueError, SyntaxError, TooLarge) as error:
        yield fault(file, 0, "unreadable", f"DOCX: {error}")
        return
    text = "\n".join(lines)
    if _END.search(text) or _OF.search(text):
        yield from _articles(text, file)
        return
    filled = [line for line in lines if line.strip()]
    if not filled:
        yield fault(file, 0, "no_text", "an empty document")
        return
    data: dict[str, Any] = {"title": filled[0], "text": "\n\n".join(filled[1:])}
    if document.core_properties.author:
        data["author"] = document.core_properties.author
    yield record(file, 1, data)


def _articles(text: str, file: str) -> Iterator[RawRecord]:
    if _END.search(text):
        parts = _END.split(text)[:-1]
        made = [_new(part) for part in parts]
    else:
        starts = list(_OF.finditer(text))
        ends = [start.start() for start in starts[1:]] + [len(text)]
        parts = [text[start.end() : end] for start, end in zip(starts, ends, strict=True)]
        made = [_old(part) for part in parts]
    for place, (part, data) in enumerate(zip(parts, made, strict=True), 1):
        yield record(file, place, {k: v for k, v in data.items() if v}, part.encode("utf-8", "replace"))
    if not parts:
        yield fault(file, 0, "unreadable", "no article between the headings of an export")


def _old(part: str) -> dict[str, Any]:
    """Return the fields of an article in the old layout: outlet, date, headline, fields, text."""
    blocks = [block for block in re.split(r"\n[ \t]*\n", part) if block.strip()]
    data: dict[str, Any] = {}
    headline: list[str] = []
    i = 0
    while i < len(blocks):
        block = " ".join(blocks[i].split())
        field = _FIELD.match(block)
        if field:
            break
        if "published_at" not in data and _DATE.search(block) and "Copyright" not in block:
            data["published_at"] = _day(block)
        elif "published_at" not in data:
            if "source" not in data:
                data["source"] = block
        else:
            headline.append(block)
        i += 1
    if headline:
        data["title"] = headline[0]
    body: list[str] = []
    ended = False
    is_body = False
    for block in blocks[i:]:
        line = " ".join(block.split())
        field = _FIELD.match(line)
        if field:
            _keep(data, field[1], field[2])
            ended = ended or field[1] in _AFTER_TEXT
            is_body = is_body or field[1].upper() == "LENGTH"
        elif not ended and not line.startswith(("Copyright ", "All Rights Reserved")):
            if is_body or "title" in data:
                body.append(line)
            else:
                data["title"] = line
    data["text"] = "\n\n".join(body)
    return data


def _new(part: str) -> dict[str, Any]:
    """Return the fields of an article in the layout of Nexis Uni."""
    lines = [line.strip() for line in part.split("\n")]
    bodies = [n for n, line in enumerate(lines) if line == "Body"]
    start = (
        bodies[-1] if bodies else next((n for n, line in enumerate(lines) if line.startswith("Length:")), 0)
    )
    head = [line for line in lines[:start] if line]
    data: dict[str, Any] = {}
    date_at = next(
        (
            n
            for n in range(len(head) - 1, -1, -1)
            if _DATE.search(head[n])
            and not _FIELD.match(head[n])
            and not head[n].startswith(("Copyright", "Date and Time"))
        ),
        None,
    )
    if date_at is not None:
        data["published_at"] = _day(head[date_at])
        if date_at >= 1:
            data["source"] = head[date_at - 1]
        if date_at >= 2:
            data["title"] = head[date_at - 2]
    for line in head:
        field = _FIELD.match(line)
        if field:
            _keep(data, field[1], field[2])
    body: list[str] = []
    for line in lines[start + 1 :]:
        field = _FIELD.match(line)
        if field and field[1] in _AFTER_TEXT:
            _keep(data, field[1], field[2])
            break
        if line:
            body.append(line)
    while body and body[-1] in ("Graphic", "Classification", "Notes"):
        body.pop()
    data["text"] = "\n\n".join(body)
    return data


def _keep(data: dict[str, Any], name: str, value: str) -> None:
    wanted = {"BYLINE": "author", "SECTION": "section", "LANGUAGE": "language", "HIGHLIGHT": "summary"}.get(
        name.upper()
    )
    if wanted:
        data.setdefault(wanted, value.split(";", maxsplit=1)[0].strip() if wanted == "language" else value)


_MONTH = r"(?:[A-Z][a-zä]{2,8})"
_WHEN = re.compile(
    rf"({_MONTH} \d{{1,2}},? \d{{4}}|\d{{1,2}}\.? {_MONTH},? \d{{4}}|{_MONTH} \d{{4}})"
    r"(?:.{0,20}?\b(\d{1,2}:\d\d(?::\d\d)? ?(?:[AP]M)?)(?: ?(GMT|EST|EDT|BST|CET|CEST|UTC))?)?"
)


def _day(text: str) -> str:
    """Return a date, with the time where there is one, without the day of the week and the edition."""
    found = _WHEN.search(text)
    if found is None:
        return text
    return " ".join(part for part in found.groups() if part).replace(". ", " ")


_MAPPING = {
    "source": "line before the date",
    "published_at": "date line",
    "title": "headline",
    "authors": "BYLINE:",
    "section": "SECTION:",
    "language": "LANGUAGE:",
    "text": "what follows LENGTH: or 'Body'",
}
TEXT = Reader("lexisnexis", is_text, read_text, "LexisNexis exports as text", _MAPPING)
DOCX = Reader(
    "docx", lambda head, name: False, read_docx, "LexisNexis exports as DOCX, other DOCX files", _MAPPING
)
