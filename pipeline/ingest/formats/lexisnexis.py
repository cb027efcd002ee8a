"""Exports of LexisNexis: one text or DOCX file with many articles, in any of its layouts.

* Old: "3 of 10 DOCUMENTS", outlet, date, headline, fields in capitals (BYLINE:, SECTION:, LENGTH:), text,
  more fields (LOAD-DATE:, LANGUAGE:).
* Text Assembler: the same without the first line, some values on a line of their own below their name.
* Nexis Uni: headline, outlet, date, fields (Byline:, Section:, Length:), "Body", text, "End of Document".

The names of fields are a closed list, and fields stand in front of the text and behind it, nowhere else: a
paragraph that begins with a town, a speaker or a word in capitals and a colon is text.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, BinaryIO, NamedTuple
from zipfile import BadZipFile

from pipeline.ingest.formats.lexisnexis_fields import (
    BROADCAST_FIELDS,
    COPYRIGHT,
    DATE,
    HEAD_FIELDS,
    INDEX_FIELDS,
    LATE_FIELDS,
    TAIL_FIELDS,
    body_end,
    field_of,
    is_said,
    is_tail,
)
from pipeline.ingest.formats.reader import Limits, Reader, TooLarge, decode, fault, read_whole, record
from pipeline.ingest.record import RawRecord

_OF = re.compile(
    r"^[ \t]*+(?:(?:Dokument|Document) (\d{1,9}) (?:of|von|de) \d{1,9}"
    r"|(\d{1,9}) (?:of|von|de) \d{1,9} DO[CK]UMENT\w{0,3})[ \t]*+$",
    re.M,
)
_END = re.compile(r"^[ \t]*+End of Document[ \t]*+$", re.M)
_LENGTH = re.compile(r"^[ \t]*+length:\s*+[\d,.]{1,9} words\b", re.M | re.I)

_EDITION = re.compile(r"[\w ,-]{0,40}\bedition(?: ?[-–] ?\w+)?", re.I)

_MAX_DATE_LINE = 150


def is_text(head: bytes, name: str) -> bool:
    """Tell by the heading of its first article, or by the number of its words and another field."""
    text = decode(head).replace("\r\n", "\n").replace("\r", "\n").replace("\x0c", "\n")
    if re.search(r"^[ \t]*+\d{1,9} of \d{1,9} DOCUMENTS?[ \t]*+$", text, re.M):
        return True
    return _LENGTH.search(text) is not None and (
        "End of Document" in text or len(_OTHER_FIELD.findall(text)) > 0
    )


_OTHER_FIELD = re.compile(
    r"^[ \t]*+(?:LOAD-DATE|Load-Date|SECTION|BYLINE|PUBLICATION-TYPE|LANGUAGE|DATELINE|JOURNAL-CODE):", re.M
)


def read_text(stream: BinaryIO, file: str, limits: Limits) -> Iterator[RawRecord]:
    """Yield the articles of a text export."""
    try:
        text = decode(read_whole(stream, limits.whole_bytes)).replace("\r\n", "\n").replace("\r", "\n")
    except TooLarge as error:
        yield fault(file, 0, "too_large", str(error))
        return
    yield from _articles(text.replace("\x0c", "\n"), file)


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
    if _END.search(text) or _OF.search(text) or _LENGTH.search(text):
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


# ---- articles of an export -------------------------------------------------------------------------


class _Part(NamedTuple):
    """What may be an article.

    Attributes:
        text: of it.
        number: the article's own number in the export, where it is given.
        is_rest: it stands behind the end of the last, and is no article.
    """

    text: str
    number: int | None = None
    is_rest: bool = False


def _articles(text: str, file: str) -> Iterator[RawRecord]:
    """Yield the articles of an export, and a fault for each that it counts and does not have."""
    place = 0
    due: int | None = None
    for part in _parts(text):
        articles = [] if part.is_rest else _apart(part.text)
        if part.number is not None and due is not None:
            for missing in range(due, min(part.number, due + _MAX_MISSING)):
                place += 1
                yield fault(file, place, "unreadable", f"article {missing} of the export is not there")
        if not articles:
            place += 1
            detail = f"{len(part.text.strip())} characters that are no article"
            yield fault(file, place, "no_text", detail, len(part.text))
        for article in articles:
            place += 1
            data = _new(article) if _has_body(article) else _old(article)
            raw = article.encode("utf-8", "replace")
            yield record(file, place, {k: v for k, v in data.items() if v}, raw)
            n_lengths = len(_LENGTH.findall(article))
            if n_lengths > 1:
                place += 1
                yield fault(
                    file, place, "unreadable", f"{n_lengths} articles in one, with no end between them"
                )
        if part.number is not None:
            due = part.number + max(len(articles), 1)
    if not place:
        yield fault(file, 0, "unreadable", "no article between the headings of an export")


_MAX_MISSING = 1000


def _parts(text: str) -> Iterator[_Part]:
    """Yield what stands between the headings and the ends of articles."""
    starts = [(found.end(), found.start(), int(found[1] or found[2])) for found in _OF.finditer(text)]
    ends = [0, *(start for _, start, _ in starts), len(text)]
    for n, (begin, end) in enumerate(zip([0, *(end for end, _, _ in starts)], ends[1:], strict=True)):
        number = starts[n - 1][2] if n else None
        inner = _END.split(text[begin:end])
        for k, piece in enumerate(inner):
            is_last = k == len(inner) - 1
            # In front of the first heading and behind the last end is a cover, or an article without a mark.
            is_margin = (n == 0 and bool(starts)) or (is_last and k > 0)
            if is_margin and not (_LENGTH.search(piece) or _has_body(piece)):
                if k > 0 and piece.strip():
                    yield _Part(piece, is_rest=True)
                continue
            if piece.strip() or not is_last or number is not None:
                yield _Part(piece, number if k == 0 else None)


def _has_body(text: str) -> bool:
    return any(line.strip() == "Body" for line in text.split("\n"))


def _apart(text: str) -> list[str]:
    """Return the articles in a text; one that lost its heading begins behind the fields of the one before."""
    lengths = [found.start() for found in _LENGTH.finditer(text)]
    if len(lengths) < 2:
        return [text] if text.strip() else []
    cuts = [0]
    for before, length in pairwise(lengths):
        end = None
        for found in _LAST_FIELD.finditer(text, before, length):
            end = found.end()
        if end is not None:
            cuts.append(end)
    cuts.append(len(text))
    return [text[a:b] for a, b in pairwise(cuts) if text[a:b].strip()]


_LAST_FIELD = re.compile(
    r"^[ \t]*+(?:LOAD-DATE|LANGUAGE|PUBLICATION-TYPE|DOCUMENT-TYPE|JOURNAL-CODE|Load-Date|Language)"
    r":[ \t]*+(?:\n[ \t]*+)*+.*+$|^[ \t]*+(?:Copyright (?:\d{4}|©)|All Rights Reserved).*+$",
    re.M,
)
"""The last line of the fields behind a text, its value perhaps on a line below."""


def _tail(data: dict[str, Any], lines: list[str]) -> None:
    for n, line in enumerate(lines):
        field = field_of(line, TAIL_FIELDS | INDEX_FIELDS)
        if field:
            _keep(data, field.name, field.value or _below(lines, n))


def _below(lines: list[str], n: int) -> str:
    """Return the value that stands below the name of a field; none where another field follows."""
    following = lines[n + 1] if n + 1 < len(lines) else ""
    return "" if field_of(following, HEAD_FIELDS | TAIL_FIELDS | INDEX_FIELDS) else following


def _old(part: str) -> dict[str, Any]:
    """Return the fields of an article in the old layout: outlet, date, headline, fields, text."""
    blocks = [" ".join(_COPYRIGHT_LINES.sub("", block).split()) for block in re.split(r"\n[ \t]*+\n", part)]
    blocks = [block for block in blocks if block]
    data: dict[str, Any] = {}
    headline: list[str] = []
    _fields_above(data, blocks)
    i = 0
    while i < len(blocks) and not field_of(blocks[i], HEAD_FIELDS):
        block = blocks[i]
        is_dated = len(block) <= _MAX_DATE_LINE and DATE.search(block) and not COPYRIGHT.match(block)
        if "published_at" not in data and is_dated:
            data["published_at"] = _day(block)
        elif "published_at" not in data:
            data.setdefault("source", block)
        elif not headline and _EDITION.fullmatch(block):
            pass  # which of the outlet's editions it was
        elif is_tail(block):
            break
        else:
            headline.append(block)
        i += 1
    is_headed = i < len(blocks) and bool(field_of(blocks[i], HEAD_FIELDS))
    names = HEAD_FIELDS
    while i < len(blocks) and (field := field_of(blocks[i], names)) and not is_said(field):
        value = field.value
        if not value and i + 1 < len(blocks) and not field_of(blocks[i + 1], names):
            i += 1
            value = blocks[i]
        _keep(data, field.name, value)
        if field.name == "length":
            names = LATE_FIELDS
        i += 1
        if field.name == "body":
            if value:
                i -= 1
                blocks[i] = value
            break
    rest = blocks[i:]
    if headline:
        data["title"] = headline[0]
    end = body_end(rest)
    body, tail = rest[:end], rest[end:]
    if not is_headed:  # without any field, the headline is followed by the text
        body = headline[1:] + body
    if "title" not in data and len(body) > 1 and not body[0].endswith((".", "”", '"')):
        data["title"] = body.pop(0)
    data["text"] = "\n\n".join(body)
    _tail(data, tail)
    return data


_COPYRIGHT_LINES = re.compile(
    r"\A(?:[ \t\n]*+(?:Copyright (?:\d{4}|©|\(c\))|All Rights Reserved).*+\n)+(?=.*\S)", re.I
)
"""In front of the outlet, in exports before 2008."""


def _fields_above(data: dict[str, Any], blocks: list[str]) -> None:
    """Take the fields that stand in front of the date, as `SHOW:` does, and those of broadcasts behind it."""
    dated = next(
        (n for n, block in enumerate(blocks) if len(block) <= _MAX_DATE_LINE and DATE.search(block)), 0
    )
    while dated + 1 < len(blocks) and field_of(blocks[dated + 1], BROADCAST_FIELDS):
        del blocks[dated + 1]  # of which nothing is kept
    for n in range(dated - 1, 0, -1):
        field = field_of(blocks[n], HEAD_FIELDS - {"length", "body"})
        if field:
            _keep(data, field.name, field.value)
            del blocks[n]


def _new(part: str) -> dict[str, Any]:
    """Return the fields of an article in the layout of Nexis Uni."""
    lines = [line.strip() for line in part.split("\n")]
    start = lines.index("Body")  # the first: a line of the text may say so, too
    head = [line for line in lines[:start] if line]
    data: dict[str, Any] = {}
    date_at = next(
        (
            n
            for n in range(len(head) - 1, -1, -1)
            if DATE.search(head[n])
            and not field_of(head[n], HEAD_FIELDS | TAIL_FIELDS)
            and not COPYRIGHT.match(head[n])
            and not head[n].startswith("Date and Time")
        ),
        None,
    )
    if date_at is not None:
        data["published_at"] = _day(head[date_at])
        if date_at >= 1:
            data["source"] = head[date_at - 1]
        if date_at >= 2:
            data["title"] = head[date_at - 2]
    for n, line in enumerate(head):
        field = field_of(line, HEAD_FIELDS | TAIL_FIELDS)
        if field:
            _keep(data, field.name, field.value or _below(head, n))
    body = [line for line in lines[start + 1 :] if line]
    end = body_end(body)
    body, tail = body[:end], body[end:]
    while body and body[-1] in ("Graphic", "Classification", "Notes"):
        body.pop()
    data["text"] = "\n\n".join(body)
    _tail(data, tail)
    return data


_KEPT = {
    "headline": "title",
    "byline": "author",
    "section": "section",
    "language": "language",
    "highlight": "summary",
}


def _keep(data: dict[str, Any], name: str, value: str) -> None:
    wanted = _KEPT.get(name)
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
    "text": "what follows LENGTH: or 'Body', up to the fields behind it",
}
TEXT = Reader("lexisnexis", is_text, read_text, "LexisNexis exports as text", _MAPPING)
DOCX = Reader(
    "docx", lambda head, name: False, read_docx, "LexisNexis exports as DOCX, other DOCX files", _MAPPING
)
