"""What a reader of a format is, and the bounds within which all of them stay."""

from __future__ import annotations

import io
import json
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
    """

    record_bytes: int = 1_000_000
    page_bytes: int = 5_000_000
    whole_bytes: int = 256_000_000
    members: int = 200_000
    ratio: int = 200
    free_bytes: int = 32_000_000
    layers: int = 4
    memory_bytes: int = 4 << 30


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


def record(file: str, place: int, data: dict[str, Any], raw: bytes | None = None, **values: Any) -> RawRecord:
    """Return a record of a format that has no bytes of its own for it: its fields stand for them."""
    if raw is None:
        raw = json.dumps(data, sort_keys=True, default=str, ensure_ascii=False).encode(
            "utf-8", "surrogatepass"
        )
    return RawRecord(file, place, len(raw), data, raw=raw, **values)


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


def decode(data: bytes) -> str:
    """Return text of an encoding that is not named: UTF-8 or 16 by their marks, UTF-8, else windows-1252."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def text_stream(stream: BinaryIO, head: bytes) -> io.TextIOWrapper:
    """Return a stream of text, its encoding told by its first bytes as `decode` does."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    else:
        try:
            head[: len(head) - 4].decode("utf-8-sig")
            encoding = "utf-8-sig"
        except UnicodeDecodeError as error:
            encoding = "utf-8-sig" if error.start >= len(head) - 8 else "cp1252"
    return io.TextIOWrapper(stream, encoding=encoding, errors="replace", newline="")
