"""Web archives and saved pages: each response with a page of HTML is a record.

The text is taken out of the page by ingest, in a child process (`pages.py`); here it stays HTML.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from fastwarc.warc import ArchiveIterator, WarcRecordType

from pipeline.ingest.formats.reader import Limits, Reader, TooLarge, fault, read_whole, record
from pipeline.ingest.formats.xml_tree import root_name
from pipeline.ingest.record import RawRecord

_HTML_TYPES = ("text/html", "application/xhtml")


def is_warc(head: bytes, name: str) -> bool:
    """Tell by the magic bytes."""
    return head.startswith(b"WARC/")


def read_warc(stream: BinaryIO, file: str, limits: Limits) -> Iterator[RawRecord]:
    """Yield a record for each response that is a page; other records of the archive hold no articles."""
    place = 0
    n_pages = 0
    try:
        types = WarcRecordType.response | WarcRecordType.resource | WarcRecordType.conversion
        for entry in ArchiveIterator(
            stream, record_types=types, parse_http=True, auto_decode="all", stream_detect=False
        ):
            place += 1
            made = _response(entry, file, place, limits)
            if made is not None:
                n_pages += 1
                yield made
    except (OSError, ValueError, EOFError, RuntimeError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        yield fault(file, 0, "unreadable", f"WARC, after record {place}: {error}")
        return
    except BaseException as error:
        if (
            type(error).__name__ != "PanicException"
        ):  # what fastwarc, which is written in Rust, breaks down with
            raise
        yield fault(file, 0, "unreadable", f"WARC, after record {place}: {error}")
        return
    if not n_pages:
        yield fault(file, 0, "unreadable", f"no page in {place} records of the archive")


def _response(entry: Any, file: str, place: int, limits: Limits) -> RawRecord | None:
    headers = {name.lower(): value for name, value in entry.headers.items()}
    data: dict[str, Any] = {
        "url": headers.get("warc-target-uri", "").strip("<> "),
        "fetched_at": headers.get("warc-date"),
        "id": headers.get("warc-record-id", "").strip("<>"),
    }
    if entry.record_type == WarcRecordType.conversion:
        text = entry.reader.read(limits.record_bytes + 1).decode("utf-8", "replace")
        if len(text) > limits.record_bytes:
            return fault(file, place, "too_large", "a text in the archive", len(text))
        return record(file, place, data | {"text": text})
    kind = (entry.http_content_type or headers.get("content-type") or "").lower()
    if kind and not kind.startswith(_HTML_TYPES) and "http" not in kind:
        return None
    status = entry.http_headers.status_code if entry.http_headers is not None else 200
    if status is not None and status >= 300:
        return fault(file, place, "not_an_article", f"HTTP status {status}", entry.content_length)
    page = entry.reader.read(limits.page_bytes + 1)
    if len(page) > limits.page_bytes:
        return fault(
            file, place, "too_large", f"a page of more than {limits.page_bytes} bytes", entry.content_length
        )
    if not page.strip():
        return fault(file, place, "no_text", "an empty page")
    charset = entry.http_charset
    return record(file, place, data | {"html": decode_page(page, charset)}, page, date_from="meta")


_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([A-Za-z0-9_:.-]{2,40})""", re.IGNORECASE)
_ALIASES = {
    "iso-8859-1": "cp1252",
    "latin-1": "cp1252",
    "latin1": "cp1252",
    "us-ascii": "cp1252",
    "ascii": "cp1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "x-sjis": "cp932",
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
    "iso-8859-9": "cp1254",
}


def decode_page(page: bytes, charset: str | None = None) -> str:
    """Return the text of a page: UTF-8 where it is that, else as the page or its headers say."""
    if page.startswith((b"\xff\xfe", b"\xfe\xff")):
        return page.decode("utf-16", "replace")
    try:
        return page.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    said = _CHARSET.search(page[:8192])
    for name in (said[1].decode("ascii") if said else None, charset):
        if name and name.lower() not in ("utf-8", "utf8"):
            try:
                return page.decode(_ALIASES.get(name.lower(), name), "replace")
            except (LookupError, UnicodeError):
                continue
    if said or charset:  # it says UTF-8, and is so but for some bytes
        return page.decode("utf-8", "replace")
    from trafilatura.utils import decode_file

    return str(decode_file(page))


def is_page(head: bytes, name: str) -> bool:
    """Tell by the first tags, or by the name."""
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:2048].lower()
    if start.startswith((b"<!doctype html", b"<html", b"<head", b"<body")) or root_name(head) == "html":
        return True
    return name.endswith((".html", ".htm", ".xhtml", ".shtml")) and b"<" in head


def read_page(stream: BinaryIO, file: str, limits: Limits) -> Iterator[RawRecord]:
    """Yield the one page."""
    try:
        page = read_whole(stream, limits.page_bytes)
    except TooLarge as error:
        yield fault(file, 0, "too_large", str(error))
        return
    yield record(file, 1, {"html": decode_page(page)}, page, date_from="meta")


_MAPPING = {
    "url": "WARC-Target-URI; of a saved page its canonical link",
    "fetched_at": "WARC-Date",
    "id": "WARC-Record-ID",
    "title": "JSON-LD headline, og:title, title",
    "published_at": "JSON-LD datePublished, meta, the URL, the text",
    "authors": "JSON-LD, meta, byline",
    "source": "og:site_name, JSON-LD publisher, else the host",
    "text": "main text",
}
WARC = Reader("warc", is_warc, read_warc, "Web archives (WARC, WARC.gz, WET)", _MAPPING, is_apart=False)
PAGE = Reader("html", is_page, read_page, "Saved web pages", _MAPPING, is_apart=False)
