"""What a reader of a format is, and the bounds within which all of them stay."""

from __future__ import annotations

import codecs
import io
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from pipeline.ingest.record import Fault, RawRecord

HEAD_BYTES = 1 << 16
"""How much of a file sniffing sees."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on what is read from one file.

    Attributes:
        record_bytes: of one record.
        page_bytes: of one web page, which is mostly markup.
        whole_bytes: of a file that can only be read as a whole, or copied to be read.
        members: of an archive.
        ratio: of the size of what was unpacked to the size of what it was packed in.
        free_bytes: unpacked bytes for which no ratio is asked.
        layers: of archives and compressions in each other.
        memory_bytes: address space of a child process that reads a file (`apart.py`).
        empty_records: of a file, beyond one for each 50 bytes that its records hold: a table of four
            kilobytes may say that it has a million rows of nothing.
        records: of a file, whatever they hold.
    """

    record_bytes: int = 1_000_000
    page_bytes: int = 5_000_000
    whole_bytes: int = 256_000_000
    members: int = 200_000
    ratio: int = 200
    free_bytes: int = 32_000_000
    layers: int = 4
    memory_bytes: int = 4 << 30
    empty_records: int = 20_000
    records: int = 10_000_000


@dataclass(frozen=True, slots=True)
class Reader:
    """A reader of one format.

    Attributes:
        name: as it is chosen by name and written in reports.
        sniff: tells from the first bytes and the name of a file whether it has this format.
        read: yields the records of a stream; what cannot be read is a record with a fault.
        about: the format, for `docs/sources.md`.
        mapping: where the format has the fields of an article; empty where the aliases hold.
        whole: the stream must be seekable, and so be in memory or on disk.
        is_apart: it reads in a child process (`apart.py`), since nobody knows what a hostile file may cost.
    """

    name: str
    sniff: Callable[[bytes, str], bool]
    read: Callable[[BinaryIO, str, Limits], Iterator[RawRecord]]
    about: str
    mapping: dict[str, str] = field(default_factory=dict)
    whole: bool = False
    is_apart: bool = True


MAX_DEPTH = 100
"""Of objects and lists in each other: deeper nobody writes news, and recursive code breaks on it."""

_SURROGATE = re.compile("[\ud800-\udfff]")


def record(file: str, place: int, data: dict[str, Any], raw: bytes | None = None, **values: Any) -> RawRecord:
    """Return a record; one that no later step could hold is a fault.

    Args:
        file: name of the file.
        place: number of the record.
        data: its fields.
        raw: its bytes; of a format that has none for a record, its fields stand for them.
        values: further attributes of the record.
    """
    settled = settle(data)
    if isinstance(settled, Fault):
        return fault(file, place, settled.reason, settled.detail, len(raw or b""))
    if raw is None:
        raw = json.dumps(settled, sort_keys=True, default=str, ensure_ascii=False).encode("utf-8", "replace")
    return RawRecord(file, place, len(raw), settled, raw=raw, **values)


def settle(data: dict[str, Any]) -> dict[str, Any] | Fault:
    """Return a record as all later steps can hold it, or why they cannot.

    Half a surrogate pair, which neither UTF-8 nor Arrow can write, becomes U+FFFD, in names and values alike;
    the depth is bounded. This is the one place where either is seen to.
    """
    level: list[Any] = [data]
    has_surrogates = False
    for _ in range(MAX_DEPTH):
        inner: list[Any] = []
        for container in level:
            if isinstance(container, dict):
                values: Any = container.values()
                has_surrogates = has_surrogates or any(
                    isinstance(k, str) and _is_broken(k) for k in container
                )
            else:
                values = container
            for value in values:
                if isinstance(value, str):
                    has_surrogates = has_surrogates or _is_broken(value)
                elif isinstance(value, (dict, list, tuple)):
                    inner.append(value)
        if not inner:
            return _mended(data) if has_surrogates else data
        level = inner
    return Fault("unreadable", f"objects and lists more than {MAX_DEPTH} deep in each other")


def _is_broken(text: str) -> bool:
    return not text.isascii() and _SURROGATE.search(text) is not None


def _mended(value: Any) -> Any:
    """Return a value without surrogates: pairs become their character, halves the replacement character."""
    if isinstance(value, str):
        if not _is_broken(value):
            return value
        return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if isinstance(value, dict):
        return {_mended(name): _mended(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_mended(inner) for inner in value]
    return value


def fault(file: str, place: int, reason: Any, detail: str, n_bytes: int = 0) -> RawRecord:
    """Return a record that cannot be read."""
    said = f"{reason}: {detail}"
    return RawRecord(file, place, n_bytes, fault=Fault(reason, detail), raw=said.encode("utf-8", "replace"))


class TooLarge(Exception):  # noqa: N818 - it ends a reading, it is no error
    """A stream holds more than may be read at once."""


def read_whole(stream: BinaryIO, limit: int) -> bytes:
    """Return all of a stream.

    Raises:
        TooLarge: it is longer than `limit`.
    """
    parts, n_bytes = [], 0
    while part := stream.read(1 << 20):
        n_bytes += len(part)
        if n_bytes > limit:
            raise TooLarge(f"more than {limit} bytes in one piece")
        parts.append(part)
    return b"".join(parts)


def _as_western(error: UnicodeError) -> tuple[str, int]:
    """Decode the bytes that are no UTF-8 as windows-1252: half of all exports are glued from both."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    broken = error.object[error.start : error.end]
    return broken.decode("cp1252", "replace"), error.end


MIXED = "newstables.mixed"
"""Name of the handler of errors by which stray bytes in UTF-8 are read as windows-1252."""
codecs.register_error(MIXED, _as_western)


def decode(data: bytes) -> str:
    """Return text of an encoding that is not named: UTF-8 or 16 by their marks, UTF-8, else windows-1252."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        n_lost = data.decode("utf-8", "replace").count("\ufffd")
        # Characters of several bytes that are whole tell UTF-8 that is damaged here and there.
        if len(_MULTIBYTE.findall(data)) > 4 * n_lost:
            return data.removeprefix(codecs.BOM_UTF8).decode("utf-8", MIXED)
        return data.decode("cp1252", "replace")


_MULTIBYTE = re.compile(rb"[\xc2-\xf4][\x80-\xbf]+")


def text_stream(stream: BinaryIO, head: bytes) -> io.TextIOWrapper:
    """Return a stream of text, its encoding told by its first bytes as `decode` does."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return io.TextIOWrapper(stream, encoding="utf-16", errors="replace", newline="")
    return io.TextIOWrapper(stream, encoding="utf-8-sig", errors=MIXED, newline="")
