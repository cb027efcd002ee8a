"""A JSON document: one article, a list of them, or an answer of an API that holds a list of them."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from json import JSONDecodeError
from typing import Any, BinaryIO

from pipeline.ingest.fields import read_fields
from pipeline.ingest.formats.jsonl import read_jsonl
from pipeline.ingest.formats.reader import Limits, Reader, TooLarge, fault, read_whole, record
from pipeline.ingest.record import RawRecord

_LISTS = (
    "articles",
    "items",
    "results",
    "data",
    "docs",
    "documents",
    "stories",
    "news",
    "entries",
    "posts",
    "hits",
    "response",
    "records",
    "rows",
    "value",
    "recent",
)


def sniff(head: bytes, name: str) -> bool:
    """Tell whether it begins like JSON."""
    return head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[")


def is_lines(head: bytes) -> bool:
    """Tell whether it is JSON lines: the first line that is not empty is an object by itself."""
    lines = [line for line in head.removeprefix(b"\xef\xbb\xbf").split(b"\n") if line.strip()]
    if not lines or lines[0].lstrip()[:1] not in (b"{", b'"'):
        return False
    if len(lines) == 1:  # a document without line ends, or one long line: `read` finds out
        return False
    try:
        json.loads(lines[0])
    except ValueError:
        # A broken first line, unless an object is spread over lines: then the next is no object either.
        return lines[0].strip() != b"{" and lines[1].lstrip()[:1] == b"{"
    except RecursionError:
        return True
    return True


def read(stream: BinaryIO, file: str, limits: Limits) -> Iterator[RawRecord]:
    """Yield the articles of a document; a list is read item by item, in flat memory."""
    start = stream.read(1 << 16)
    if start.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"[":
        yield from _items(start, stream, file, limits)
        return
    try:
        data = start + read_whole(stream, limits.whole_bytes)
        value = json.loads(data)
    except TooLarge as error:
        yield fault(file, 0, "too_large", str(error))
        return
    except UnicodeDecodeError as error:
        yield fault(file, 0, "bad_encoding", str(error), len(data))
        return
    except (ValueError, RecursionError) as error:
        if "Extra data" in str(error):  # lines after all, the first of them longer than what was sniffed at
            yield from read_jsonl(io.BytesIO(data), file, max_record_bytes=limits.record_bytes)
        else:
            yield fault(file, 0, "not_json", str(error), len(data))
        return
    for place, found in enumerate(_articles(value), 1):
        yield _bounded(file, place, found, limits)


def _bounded(file: str, place: int, found: Any, limits: Limits) -> RawRecord:
    if not isinstance(found, dict):
        return fault(file, place, "not_json", f"a JSON {type(found).__name__}, not an object")
    made = record(file, place, found)
    if made.n_bytes > limits.page_bytes:
        return fault(file, place, "too_large", f"{made.n_bytes} bytes in one record", made.n_bytes)
    return made


def _items(start: bytes, stream: BinaryIO, file: str, limits: Limits) -> Iterator[RawRecord]:
    """Yield the items of a list, of which only one is in memory at a time."""
    decoder = json.JSONDecoder()
    try:
        text = start.decode("utf-8-sig", "ignore").lstrip()[1:]
        pending = b""
        place = 0
        ended = False
        while True:
            text = text.lstrip(" \t\r\n,")
            if text.startswith("]"):
                return
            try:
                found, end = decoder.raw_decode(text)
                place += 1
                yield _bounded(file, place, found, limits)
                text = text[end:]
                continue
            except JSONDecodeError as error:
                if ended or len(text) > limits.page_bytes:
                    reason = "not_json" if ended or error.pos < len(text) - 100 else "too_large"
                    yield fault(file, 0, reason, f"the list breaks off after record {place}: {error.msg}")
                    return
            more = stream.read(1 << 20)
            ended = not more
            pending += more
            decoded = pending.decode("utf-8", "surrogateescape" if ended else "ignore")
            # A character cut in two at the end of a block is kept for the next.
            cut = len(pending) if ended else _whole_characters(pending)
            decoded = pending[:cut].decode("utf-8", "replace")
            pending = pending[cut:]
            text += decoded
    except RecursionError:
        yield fault(file, 0, "not_json", "nested too deep")


def _whole_characters(data: bytes) -> int:
    """Return the length of what is certain to end with a whole character."""
    for back in range(1, min(4, len(data)) + 1):
        byte = data[-back]
        if byte < 0x80:
            return len(data)
        if byte >= 0xC0:
            need = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
            return len(data) if back >= need else len(data) - back
    return len(data)


def _articles(value: Any, depth: int = 0) -> Iterator[Any]:
    """Yield the articles in a value: itself, those of a list in it, or the objects that it holds by name."""
    if isinstance(value, list):
        for item in value:
            yield item.get("_source", item) if isinstance(item, dict) else item
        return
    if not isinstance(value, dict):
        yield value
        return
    fields = read_fields(value)
    if fields.text:
        yield value
        return
    if depth < 3:
        for name in _LISTS:
            inner = value.get(name)
            if isinstance(inner, (list, dict)) and inner:
                yield from _articles(inner, depth + 1)
                return
        if len(value) > 0 and all(isinstance(inner, dict) for inner in value.values()):
            for name, inner in value.items():
                named = {"url": name} if name.startswith("http") else {"id": name}
                yield named | inner
            return
    yield value


READER = Reader("json", sniff, read, "JSON documents: an article, a list, or an API's answer", whole=False)
