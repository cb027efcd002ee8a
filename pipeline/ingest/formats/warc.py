"""Web archives and saved pages: each response with a page of HTML is a record.

An archive is read by its own rules (ISO 28500) and not by what its headers say alone: crawlers write lengths
that are too long or too short, and say of bodies that they are chunked or compressed which are not, or no
longer. So each record ends where the next begins, and a body is what its first bytes say.

The text is taken out of the page by ingest, in a child process (`pages/text.py`); here it stays HTML.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, BinaryIO, NamedTuple

from pipeline.ingest.formats.http_body import decoded_body
from pipeline.ingest.formats.reader import Limits, Reader, TooLarge, fault, read_whole, record
from pipeline.ingest.formats.xml_tree import root_name
from pipeline.ingest.record import RawRecord

_HTML_TYPES = ("text/html", "application/xhtml")
_WITH_PAGES = ("response", "resource", "conversion")
_OTHERS = ("warcinfo", "request", "metadata", "revisit", "continuation")
"""Types of records that hold no articles."""


def is_warc(head: bytes, name: str) -> bool:
    """Tell by the magic bytes; where the name says so too, something may stand in front of them."""
    return head.startswith(b"WARC/") or (".warc" in name and _RECORD_AT.search(head) is not None)


_RECORD_AT = re.compile(rb"^WARC/[01]\.\d+\r?\n[\w-]{1,60}:", re.MULTILINE)


def read_warc(stream: BinaryIO, file: str, limits: Limits) -> Iterator[RawRecord]:
    """Yield a record for each response that is a page; other records of the archive hold no articles."""
    n_records = n_made = 0
    for place, entry in enumerate(_entries(stream, limits), 1):
        if entry.fault:
            n_made += 1
            yield fault(file, place, "unreadable", f"WARC: {entry.fault}", entry.n_bytes)
            continue
        n_records += 1
        made = _response(entry, file, place, limits)
        if made is not None:
            n_made += 1
            yield made
    if not n_made:
        yield fault(file, 0, "unreadable", f"no page in {n_records} records of the archive")


def _response(entry: _Entry, file: str, place: int, limits: Limits) -> RawRecord | None:
    headers = entry.headers
    kind = headers.get("warc-type", "").lower()
    if kind not in _WITH_PAGES:
        if kind in _OTHERS:
            return None
        return fault(file, place, "unreadable", f"WARC: a record of the type {kind[:40]!r}", entry.n_bytes)
    data: dict[str, Any] = {
        "url": headers.get("warc-target-uri", "").strip("<> "),
        "fetched_at": headers.get("warc-date"),
        "id": headers.get("warc-record-id", "").strip("<>"),
    }
    if kind == "conversion":
        text = entry.block.decode("utf-8", "replace")
        if len(text) > limits.record_bytes or entry.is_cut:
            return fault(file, place, "too_large", "a text in the archive", entry.n_bytes)
        return record(file, place, data | {"text": text})
    said = headers.get("content-type", "").lower()
    is_http = entry.block.startswith(b"HTTP/") and (not said or "http" in said or kind == "response")
    http, body = _http(entry.block) if is_http else (_Http(200, {}), entry.block)
    status = http.status
    media = (http.headers.get("content-type") or ("" if is_http else said)).strip().lower()
    is_page_by_name = not media or media.startswith(_HTML_TYPES) or "http" in media
    if media.startswith(_NO_PAGES):
        return None
    if status >= 300:
        if not is_page_by_name:
            return None
        return fault(file, place, "not_an_article", f"HTTP status {status}", entry.n_bytes)
    if entry.is_cut:
        if not is_page_by_name:
            return None
        detail = f"a page of more than {limits.page_bytes} bytes"
        return fault(file, place, "too_large", detail, entry.n_bytes)
    try:
        page = decoded_body(body, http.headers, limits.page_bytes)
    except TooLarge as error:
        return fault(file, place, "too_large", str(error), entry.n_bytes) if is_page_by_name else None
    except ValueError as error:
        return fault(file, place, "unreadable", f"WARC: {error}", entry.n_bytes) if is_page_by_name else None
    if not is_page_by_name and not _is_html(page):
        return None
    if not page.strip():
        return fault(file, place, "no_text", "an empty page")
    charset = _HTTP_CHARSET.search(media)
    html = decode_page(page, charset[1] if charset else None)
    return record(file, place, data | {"html": html}, page, date_from="meta")


_NO_PAGES = ("image/", "video/", "audio/", "font/", "text/css", "text/javascript", "application/javascript")
"""Media types that are believed; any other may be that of a page all the same, if it begins like one."""


def _is_html(page: bytes) -> bool:
    return _HTML_TAG.search(page, 0, 2048) is not None


_HTML_TAG = re.compile(rb"<(?:!doctype html|html|head|body|title)\b", re.IGNORECASE)
_HTTP_CHARSET = re.compile(r"""charset\s{0,9}=\s{0,9}["']?([A-Za-z0-9_:.-]{2,40})""")


# ---- records of an archive -------------------------------------------------------------------------


class _Entry(NamedTuple):
    """A record of an archive, or a fault that stands for one.

    Attributes:
        headers: by their names in small letters.
        block: what follows them, as far as it may be read at once.
        is_cut: it was longer.
        n_bytes: its length.
        fault: what is wrong with it.
    """

    headers: dict[str, str]
    block: bytes
    is_cut: bool = False
    n_bytes: int = 0
    fault: str = ""


_MAX_HEAD = 1 << 16
_RECORD = re.compile(rb"WARC/\d\.\d{1,2}[ \t]*\r?\n(?=[A-Za-z][A-Za-z0-9-]{2,40}[ \t]*:)")
"""The line with which a record begins, and the name of a header in the next."""
_HEADERS_END = re.compile(rb"\r?\n\r?\n")
_TAIL = 256
"""What is kept back when a record is looked for: its first line may be read by half."""


class _Window:
    """The part of a stream that is looked at."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.data = b""
        self.ended = False

    def need(self, n_bytes: int) -> bool:
        """Read on until so many bytes are there; return whether they are."""
        parts = [self.data]
        n_there = len(self.data)
        while n_there < n_bytes and not self.ended:
            part = self._stream.read(max(1 << 16, n_bytes - n_there))
            self.ended = not part
            n_there += len(part)
            parts.append(part)
        if len(parts) > 1:
            self.data = b"".join(parts)
        return n_there >= n_bytes

    def drop(self, n_bytes: int) -> None:
        """Forget the first bytes."""
        self.data = self.data[n_bytes:]

    def until_record(self, start: int, keep: int) -> tuple[bytes, int, bool]:
        """Take what stands before the next record at or after `start`.

        Returns:
            Its first bytes, at most `keep`; its length; whether there is such a record.
        """
        kept: list[bytes] = []
        n_kept = n_bytes = 0
        at = start
        while True:
            found = _RECORD.search(self.data, at)
            stop = found.start() if found else len(self.data) - (0 if self.ended else _TAIL)
            if stop > 0:
                part = self.data[: min(stop, keep - n_kept)]
                kept.append(part)
                n_kept += len(part)
                n_bytes += stop
                self.drop(stop)
                at = max(at - stop, 0)
            if found or self.ended:
                return b"".join(kept), n_bytes, found is not None
            self.need(len(self.data) + (1 << 18))


def _entries(stream: BinaryIO, limits: Limits) -> Iterator[_Entry]:
    """Yield the records of an archive; what stands between them, and is not blank, is a fault."""
    window = _Window(stream)
    keep = limits.page_bytes + _MAX_HEAD
    while True:
        window.need(_MAX_HEAD)
        if not _RECORD.match(window.data):
            between, n_bytes, is_there = window.until_record(0, _MAX_HEAD)
            if between.strip():
                yield _Entry({}, b"", n_bytes=n_bytes, fault=f"{n_bytes} bytes that are no record")
            if not is_there:
                return
            window.need(_MAX_HEAD)
        end = _HEADERS_END.search(window.data, 0, _MAX_HEAD)
        following = _RECORD.search(window.data, 1, end.start() if end else _MAX_HEAD)
        if end is None or following:
            _, n_bytes, _ = window.until_record(1, 0)
            yield _Entry({}, b"", n_bytes=n_bytes, fault="a record whose headers do not end")
            continue
        headers = _headers(window.data[: end.start()])
        window.drop(end.end())
        entry = _block(window, headers, keep)
        yield entry
        for _ in range(max(entry.block.count(line) for line in _OF_HEADERS)):
            yield _Entry({}, b"", fault="a record that has lost its first line")


_OF_HEADERS = (b"\nWARC-Target-URI: ", b"\nWARC-Record-ID: ", b"\nWARC-Type: ")
"""Lines of headers; within a block, those of a record whose first line is broken."""


def _block(window: _Window, headers: dict[str, str], keep: int) -> _Entry:
    """Take the block of a record; it ends where the next record begins, whatever length is given."""
    given = headers.get("content-length", "")
    length = int(given) if given.isascii() and given.isdigit() and len(given) < 16 else None
    if length is not None:
        there = min(length, keep)
        window.need(there + _TAIL)
        inside = _RECORD.search(window.data, 0, min(there + 4, len(window.data)))
        is_swallowed = (
            inside is not None and inside.start() < length and _is_behind_blank(window.data, inside)
        )
        if not is_swallowed and length <= keep:
            if len(window.data) < length:
                n_bytes = len(window.data)
                window.drop(n_bytes)
                return _Entry(headers, b"", n_bytes=n_bytes, fault=f"{n_bytes} of {length} bytes are there")
            rest = window.data[length : length + _TAIL]
            is_end = rest.startswith((b"\r\n\r\n", b"\n\n"))
            if is_end or not rest.strip(b"\r\n") or _RECORD.match(rest.lstrip(b"\r\n")):
                block = window.data[:length]
                window.drop(length)
                return _Entry(headers, block, n_bytes=length)
    block, n_bytes, is_there = window.until_record(0, keep)
    if not is_there and length is not None and n_bytes < length:
        return _Entry(headers, b"", n_bytes=n_bytes, fault=f"{n_bytes} of {length} bytes are there")
    is_cut = n_bytes > len(block)
    return _Entry(headers, block if is_cut else _without_end(block), is_cut, n_bytes)


def _is_behind_blank(data: bytes, found: re.Match[bytes]) -> bool:
    """Tell whether a record begins here: behind an empty line, not within a page about archives."""
    return data[max(0, found.start() - 2) : found.start()] in (b"\r\n", b"\n\n", b"")


def _without_end(block: bytes) -> bytes:
    """Return a block without the empty lines that stand between records."""
    return block.removesuffix(b"\r\n\r\n") if block.endswith(b"\r\n\r\n") else block.rstrip(b"\r\n")


def _headers(head: bytes) -> dict[str, str]:
    """Return headers; a line that begins with a blank belongs to the one before."""
    found: dict[str, str] = {}
    last = ""
    for line in head.decode("utf-8", "replace").splitlines()[1:]:
        if line[:1] in (" ", "\t") and last:
            found[last] = f"{found[last]} {line.strip()}"
            continue
        name, colon, value = line.partition(":")
        if colon:
            last = name.strip().lower()
            found.setdefault(last, value.strip())
    return found


# ---- responses -------------------------------------------------------------------------------------


class _Http(NamedTuple):
    status: int
    headers: dict[str, str]


def _http(block: bytes) -> tuple[_Http, bytes]:
    """Return the status and headers of a response, and its body."""
    end = _HEADERS_END.search(block, 0, _MAX_HEAD)
    head = block[: end.start()] if end else block[:_MAX_HEAD]
    status = re.match(rb"HTTP/[\d.]{1,4} +(\d{3})\b", head)
    headers = _headers(head)
    return _Http(int(status[1]) if status else 200, headers), block[end.end() :] if end else b""


# ---- pages -----------------------------------------------------------------------------------------

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
    "sjis": "cp932",
    "x-sjis": "cp932",
    "windows-31j": "cp932",
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
    "iso-8859-9": "cp1254",
    "iso-8859-11": "cp874",
    "windows-874": "cp874",
    "tis-620": "cp874",
    "x-gbk": "gb18030",
    "big5-hkscs": "big5hkscs",
    "x-euc-jp": "euc_jp",
    "macintosh": "mac_roman",
    "x-mac-cyrillic": "mac_cyrillic",
}
_CODECS = frozenset(
    [f"iso-8859-{n}" for n in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)]
    + [f"iso8859-{n}" for n in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 13, 14, 15, 16)]
    + [f"{prefix}125{n}" for prefix in ("windows-", "cp", "win-") for n in range(9)]
    + ["koi8-r", "koi8-u", "ibm866", "cp866", "big5", "euc-jp", "iso-2022-jp", "gb18030", "johab", "cp932"]
    + ["cp949", "utf-16", "utf-16le", "utf-16be"]
)
"""Encodings of the web (the list of the WHATWG, and its old names). Python has more, among them such as are
no encodings of text, or take time that grows with the square of a page's length (Punycode)."""


def _codec(name: str) -> str | None:
    """Return the codec of an encoding's name; None where it is none that pages are written in."""
    name = name.lower()
    if name in _ALIASES:
        return _ALIASES[name]
    return name.replace("win-", "cp").replace("windows-", "cp") if name in _CODECS else None


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
        codec = _codec(name) if name else None
        if codec:
            return page.decode(codec, "replace")
    if any(
        name and name.lower() in ("utf-8", "utf8") for name in (said and said[1].decode("ascii"), charset)
    ):
        return page.decode("utf-8", "replace")  # it says UTF-8, and is so but for some bytes
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
