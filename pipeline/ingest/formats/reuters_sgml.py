"""The SGML of Reuters-21578: some thousand stories a file, with control characters between them.

Format: README of "Reuters-21578, Distribution 1.0" (D. Lewis).
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from itertools import pairwise
from typing import BinaryIO

from pipeline.ingest.formats.reader import Limits, Reader, fault, record
from pipeline.ingest.record import RawRecord

_END = b"</REUTERS>"
_START = re.compile(rb"<REUTERS\b([^>]*)>")
_ATTRIBUTE = re.compile(r'(\w+)="([^"]*)"')
_BLANK = " \t\r\n\x03"
_SIGN_OFF = re.compile(
    r"""(?:\n\s*|[ \t]{2,}|(?<=[.!?"')>])[ \t])  # on a line of its own, or after the last sentence
        reuters?(?:\.{3})?(?:\^M)?\Z""",
    re.IGNORECASE | re.VERBOSE,
)
"""The agency's name, with which a story ends."""
_TAIL = 80


def sniff(head: bytes, name: str) -> bool:
    """Tell by the document type or the first story."""
    return b"<!DOCTYPE lewis" in head[:200] or _START.match(head.lstrip()) is not None


def read(stream: BinaryIO, file: str, limits: Limits) -> Iterator[RawRecord]:
    """Yield a record for each story; only one is in memory at a time."""
    buffer = b""
    place = 0
    while True:
        part = stream.read(1 << 18)
        buffer += part
        *stories, buffer = buffer.split(_END)
        for text in stories:
            for story in _apart(text):
                place += 1
                yield _story(story, file, place, limits)
                for _ in range(story.count(b"<DATE>") - 1):
                    place += 1
                    yield fault(file, place, "unreadable", "a story whose tags are broken")
        if not part:
            break
        if len(buffer) > limits.page_bytes:
            yield fault(file, 0, "too_large", f"no end of a story after story {place}", len(buffer))
            return
    if buffer.strip(_JUNK) and (place or _START.search(buffer)):
        *stories, last = _apart(buffer)
        for story in stories:
            place += 1
            yield _story(story, file, place, limits)
        yield fault(file, 0, "unreadable", f"the file breaks off in story {place + 1}", len(last))


_JUNK = b" \t\r\n\x00\x1a\x03"


def _apart(text: bytes) -> list[bytes]:
    """Return the stories in a text up to the end of one: those before the last have lost their ends."""
    starts = [found.start() for found in _START.finditer(text)]
    return [text[a:b] for a, b in pairwise([0, *starts[1:], len(text)])]


def _story(story: bytes, file: str, place: int, limits: Limits) -> RawRecord:
    start = _START.search(story)
    if start is None or len(story) > limits.record_bytes:
        reason = "unreadable" if start is None else "too_large"
        return fault(file, place, reason, f"{len(story)} bytes before the end of a story", len(story))
    attributes = dict(_ATTRIBUTE.findall(start[1].decode("latin-1")))
    content = story[start.end() :].decode("latin-1")
    body = _element(content, "BODY")
    if body is None and 'TYPE="UNPROC"' in content:
        body = _element(content, "TEXT")
    data = {
        "id": attributes.get("NEWID"),
        "title": _element(content, "TITLE"),
        "text": _without_sign_off(body) if body else None,
        "published_at": _element(content, "DATE"),
        "author": _element(content, "AUTHOR"),
        "dateline": _element(content, "DATELINE"),
        "source": "Reuters",
        "language": "en",
    }
    return record(file, place, {k: v for k, v in data.items() if v}, story)


def _without_sign_off(body: str) -> str:
    body = body.rstrip(_BLANK)
    found = _SIGN_OFF.search(body, max(0, len(body) - _TAIL))
    return body[: found.start()].rstrip(_BLANK) if found else body


def _element(content: str, name: str) -> str | None:
    start = re.search(rf"<{name}\b[^>]*>", content)
    if start is None:
        return None
    end = content.find(f"</{name}>", start.end())
    text = html.unescape(content[start.end() : end if end >= 0 else None])
    return text.replace("\x02", "").strip("\n") if name in ("BODY", "TEXT") else text.strip()


READER = Reader(
    "reuters_sgml",
    sniff,
    read,
    "Reuters-21578 SGML",
    {
        "id": "@NEWID",
        "title": "TITLE",
        "published_at": "DATE",
        "authors": "AUTHOR",
        "text": "BODY, else TEXT of a story of type UNPROC",
        "source": "Reuters",
    },
)
