"""JSON documents: articles, lists of them, answers of APIs that hold lists; also several in one file.

The text is read as a sequence of values, of which one at a time is in memory. A list at the top is read item
by item. What does not parse is a fault, and reading goes on at the next object that parses by itself: a
broken item costs itself, and the items of an answer that breaks off are found without the answer.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from json import JSONDecodeError
from typing import Any, BinaryIO

from pipeline.ingest.fields import is_known
from pipeline.ingest.formats.json_articles import articles, has_text
from pipeline.ingest.formats.reader import Limits, Reader, fault, record
from pipeline.ingest.record import RawRecord

_BOM = b"\xef\xbb\xbf"


def sniff(head: bytes, name: str) -> bool:
    """Tell whether it begins like JSON."""
    start = _start(head)
    is_named = name.endswith((".json", ".js", ".jsonp"))
    return start[:1] in (b"{", b"[") or (is_named and _WRAP.match(start[:200].decode("latin-1")) is not None)


_WRAP = re.compile(r"\s*+(?:(?:var|let|const)\s+)?[A-Za-z_$][\w$.]{0,80}\s*+[=(]\s*+(?=[\[{])")
"""What a script is given its values by: `callback(`, `var articles =`."""


def is_lines(head: bytes) -> bool:
    """Tell whether it is JSON lines: the first line that is not empty is an object by itself."""
    if _is_utf_16(head):
        return False
    lines = [line for line in head.removeprefix(_BOM).split(b"\n") if line.strip()]
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


def is_document(head: bytes) -> bool:
    """Tell whether it is a list, or objects that are spread over lines, whatever the file's name says."""
    start = _start(head)
    if _is_utf_16(head):  # which lines of bytes are not
        return start[:1] in (b"{", b"[")
    first, _, rest = start.partition(b"\n")
    follows = rest.lstrip()[:1]
    if start.startswith(b"["):  # not where the first of several lines happens to be a list
        return not (follows == b"{" and first.rstrip().endswith(b"]"))
    return (
        start.startswith(b"{")
        and first.rstrip().endswith((b"{", b"[", b","))
        and follows in (b'"', b"{", b"}", b"[", b"]")
    )


def _is_utf_16(head: bytes) -> bool:
    return head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))


def _start(head: bytes) -> bytes:
    if _is_utf_16(head):
        head = head[: len(head) // 2 * 2].decode("utf-16", "replace").encode()
    return head.lstrip(_BOM + b"\x1e \t\r\n")


def read(stream: BinaryIO, file: str, limits: Limits) -> Iterator[RawRecord]:
    """Yield the articles of a file; what cannot be read is a fault, and what follows it is read."""
    place = 0
    n_faults = 0
    for found in _Values(stream, limits):
        if isinstance(found, _Broken):
            # A fault stands where its record would.
            place += 1
            n_faults += 1
            if n_faults > _MAX_FAULTS:
                yield fault(file, 0, "not_json", f"more than {_MAX_FAULTS} faults; the rest is not read")
                return
            yield fault(file, place, found.reason, found.detail, found.n_bytes)
            continue
        for article in articles(found):
            place += 1
            yield _bounded(file, place, article, limits)


_MAX_FAULTS = 10_000
_MAX_CHECKED = 1 << 20


def _bounded(file: str, place: int, found: Any, limits: Limits) -> RawRecord:
    if not isinstance(found, dict):
        return fault(file, place, "not_json", f"a JSON {type(found).__name__}, not an object")
    made = record(file, place, found)
    if made.n_bytes > limits.page_bytes:
        return fault(file, place, "too_large", f"{made.n_bytes} bytes in one record", made.n_bytes)
    return made


# ---- values out of a stream ------------------------------------------------------------------------


class _Broken:
    """A stretch of text that is no JSON."""

    def __init__(self, reason: str, detail: str, n_bytes: int) -> None:
        self.reason, self.detail, self.n_bytes = reason, detail, n_bytes


_BETWEEN = re.compile(r"[\s,\x00\ufeff]*+")
_ITEM = re.compile(r"""(?:^|[\[,\n\]}])[ \t\r]*+(\{)""")
"""Where an object may begin that is an item: behind a bracket, a comma, another object, or a line end."""

_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[\]{}]', re.DOTALL)
_NEAR = 16
"""So near to the end of what was read, an error may be one of what is still to come."""


class _Values:
    """The values of a text, items of lists at the top being values of their own."""

    def __init__(self, stream: BinaryIO, limits: Limits) -> None:
        self._stream = stream
        self._limits = limits
        self._decoder = json.JSONDecoder()
        self._strict = json.JSONDecoder(object_pairs_hook=self._object, strict=False)
        self._n_doubled = 0
        """Objects with a name twice: two in one, that have lost what stood between them."""
        self._bytes: Any = None
        self._text = ""
        self._at = 0
        self._block = 1 << 16
        self._ended = False
        self._depth = 0
        """Of lists that are open at the top."""
        self._names: frozenset[str] = frozenset()
        """Of the fields of the last good object, which its siblings will have too."""
        self._credit = 64 << 20
        """Characters that may still be parsed in vain."""
        self._has_broken = False
        self._is_wrapped = False
        """The values are those of a script."""
        self._is_answer = False
        """The items that are read are those of an answer that is broken as a whole."""
        self._owed: _Broken | None = None
        """What is wrong with that answer; an item of it that does not parse says it better."""

    def __iter__(self) -> Iterator[Any]:
        for found in self._all():
            if isinstance(found, _Broken):
                self._owed = None
                self._has_broken = True
            yield found
        if self._owed:
            yield self._owed

    def _all(self) -> Iterator[Any]:
        self._skip()
        wrap = _WRAP.match(self._text)
        if wrap:
            self._at = wrap.end()
            self._is_wrapped = True
        while True:
            self._skip()
            if self._at >= len(self._text):
                if self._depth:
                    yield _Broken("not_json", "the list breaks off", 0)
                return
            sign = self._text[self._at]
            if sign == "[":
                self._at += 1
                self._depth += 1
            elif sign == "]" and self._depth:
                self._at += 1
                self._depth -= 1
            elif (sign in ");" and self._is_wrapped) or (sign in "]}" and self._has_broken):
                self._at += 1
            elif sign == "{" or (self._depth and sign not in "}:"):
                yield from self._value()
            elif self._is_answer and not self._depth:
                # What stands behind the items of a broken answer is the rest of it.
                for found in self._resume(self._at, "the rest of an answer"):
                    if self._owed:
                        yield self._owed
                    del found
            else:
                yield from self._resume(self._at, "text between the values")

    def _value(self) -> Iterator[Any]:
        """Yield the value that begins here, or a fault and what can be found behind it."""
        start = self._at
        while True:
            try:
                value, end = self._decoder.raw_decode(self._text, self._at)
            except JSONDecodeError as error:
                if error.msg.startswith("Invalid control character"):
                    value, end, is_cut = self._with_line_ends()
                    if end:
                        self._at = end
                        self._remember(value)
                        yield value
                        return
                else:
                    is_cut = error.pos >= len(self._text) - _NEAR or error.msg.startswith("Unterminated")
                if is_cut and not self._ended and self._is_in_bounds():
                    self._fill()
                    start = self._at
                    continue
                if is_cut and not self._ended:
                    detail = f"more than {len(self._text) - self._at} characters in one value"
                    yield from self._resume(start, detail, reason="too_large")
                    return
                shown = f"{error.msg} at character {error.pos - start}"
                yield from self._resume(start, shown, near=error.pos)
                return
            except (RecursionError, ValueError) as error:  # or a number of thousands of digits
                detail = "nested too deep" if isinstance(error, RecursionError) else str(error)
                if self._depth:
                    yield self._stepped_over(detail)
                else:  # an answer may hold sound items beside the one that is not
                    yield from self._resume(start, detail, near=self._end_of(start))
                return
            if end >= len(self._text) - 1 and not self._ended and not isinstance(value, (dict, list, str)):
                self._fill()  # a number may go on
                start = self._at
                continue
            self._at = end
            self._remember(value)
            yield value
            if self._is_doubled(start, end):
                yield _Broken("not_json", "an object that has the same name twice", end - start)
            return

    def _with_line_ends(self) -> tuple[Any, int, bool]:
        """Return a value with line ends and tabs in its strings, its end or 0, and whether it is cut off."""
        self._n_doubled = 0
        try:
            value, end = self._strict.raw_decode(self._text, self._at)
        except JSONDecodeError as error:
            self._credit -= error.pos - self._at
            return None, 0, error.pos >= len(self._text) - _NEAR or error.msg.startswith("Unterminated")
        except (RecursionError, ValueError):
            return None, 0, False
        # A mark that is missing makes two objects one, which then have names twice.
        return value, 0 if self._n_doubled else end, False

    def _is_doubled(self, start: int, end: int) -> bool:
        """Tell whether an object in a value has a name twice; values of megabytes are taken as they are."""
        self._n_doubled = 0
        if end - start <= _MAX_CHECKED:
            self._strict.raw_decode(self._text, start)
        return self._n_doubled > 0

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        self._n_doubled += len(made) < len(pairs)
        return made

    def _is_in_bounds(self) -> bool:
        limit = self._limits.page_bytes if self._depth else self._limits.whole_bytes
        return len(self._text) - self._at <= limit

    def _remember(self, value: Any) -> None:
        if isinstance(value, dict) and len(value) > 1:
            self._names = frozenset(value)

    def _end_of(self, start: int) -> int:
        """Return where the value that begins here ends by its brackets, or the end of what was read."""
        depth = 0
        for token in _TOKEN.finditer(self._text, start):
            if token[0][0] != '"':
                depth += 1 if token[0] in "[{" else -1
                if depth <= 0:
                    return token.end()
        return len(self._text)

    def _stepped_over(self, detail: str) -> _Broken:
        """Step over a value that cannot be parsed, though its brackets may be sound."""
        while True:
            end = self._end_of(self._at)
            if end < len(self._text) or self._ended or len(self._text) - self._at > self._limits.page_bytes:
                n_bytes = end - self._at
                self._at = end
                return _Broken("not_json", detail, n_bytes)
            self._fill()

    def _resume(
        self, start: int, detail: str, *, reason: str = "not_json", near: int | None = None
    ) -> Iterator[Any]:
        """Yield a fault for the text from here, and go on at the next object that is an item by itself.

        Inside a broken answer of an API the items are looked for from its beginning: what stands before the
        first is its head, and the fault is that of the item which does not parse.
        """
        is_head = near is not None and not self._depth
        text_at = start + 1 if self._text[start : start + 1] == "{" else start
        skipped = text_at - start
        at = text_at
        while True:
            found = _ITEM.search(self._text, at)
            if found is None or self._credit <= 0:
                # Nothing more in what was read so far, but for its last characters.
                rest = len(self._text)
                if not self._ended and self._credit > 0:
                    keep = max(at, rest - _NEAR)
                    skipped += keep - at
                    self._at = keep
                    self._fill()
                    at = self._at
                    near = None
                    continue
                skipped += rest - at
                if self._credit <= 0:
                    self._drain()
                    detail = f"{detail}; the rest of the file is not read"
                self._at = len(self._text)
                self._depth = 0
                yield _Broken(reason, detail, skipped)
                return
            begin = found.start(1)
            value, is_cut = self._item(begin)
            if is_cut and not self._ended and len(self._text) - begin <= self._limits.page_bytes:
                skipped += begin - at
                self._at = begin
                self._fill()
                at = max(self._at - 1, 0)
                if self._text[at : at + 1] not in ("[", ",", "\n", "]", "}"):
                    at = self._at
                near = None
                continue
            if value is None or not self._is_sibling(value):
                skipped += begin + 1 - at
                at = begin + 1
                continue
            head = is_head and near is not None and begin < near
            if not head:
                yield _Broken(reason, detail, skipped + begin - at)
            self._at = begin
            if head:
                self._depth += 1  # as in a list that is open
                self._is_answer = True
                self._owed = _Broken(reason, detail, 0)
            return

    def _item(self, begin: int) -> tuple[Any, bool]:
        """Return the object that begins here; else None, and whether the text is only cut off."""
        try:
            value, end = self._decoder.raw_decode(self._text, begin)
        except JSONDecodeError as error:
            self._credit -= error.pos - begin
            is_cut = error.pos >= len(self._text) - _NEAR or error.msg.startswith("Unterminated string")
            return None, is_cut
        except (RecursionError, ValueError):
            self._credit -= 1 << 14
            return None, False
        self._credit -= end - begin
        return value, False

    def _is_sibling(self, value: Any) -> bool:
        """Tell whether an object found in broken text is an item, not a part of one."""
        if not isinstance(value, dict) or not value:
            return False
        if self._names and 2 * len(self._names & value.keys()) >= len(self._names):
            return True
        return sum(is_known(str(name)) for name in value) >= 2 and bool(has_text(value))

    def _skip(self) -> None:
        """Go to the next character that is neither blank nor a comma."""
        while True:
            found = _BETWEEN.match(self._text, self._at)
            assert found is not None  # it matches nothing, too
            self._at = found.end()
            if self._at < len(self._text) or self._ended:
                return
            self._fill()

    def _fill(self) -> None:
        """Read on; what was read is forgotten up to here. Each block is twice as long as the one before.

        So a value of any length is parsed again only as often as its length doubles.
        """
        waiting = len(self._text) - self._at
        block = max(self._block, min(waiting, 64 << 20))
        data = self._stream.read(block)
        if self._bytes is None:
            self._bytes = _decoder(data)
        self._ended = not data
        self._text = self._text[self._at :] + self._bytes.decode(data, self._ended)
        self._at = 0

    def _drain(self) -> None:
        """Read to the end, so that what unpacks the file sees all of it."""
        while self._stream.read(1 << 20):
            pass
        self._ended = True


def _decoder(head: bytes) -> codecs.IncrementalDecoder:
    if _is_utf_16(head):
        return codecs.getincrementaldecoder("utf-16")("replace")
    return codecs.getincrementaldecoder("utf-8-sig")("replace")


READER = Reader(
    "json",
    sniff,
    read,
    "JSON documents: articles, lists of them, answers of APIs, in any order; tables by columns",
)
