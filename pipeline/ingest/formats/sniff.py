"""Which reader reads a file: told by its first bytes, then by its keys, header or root; or chosen by name.

Compression (gzip, zstd, bz2, xz) and archives (zip, tar) of anything are opened on the way, within bounds:
of their members, of their layers, and of the ratio of what comes out to what went in. Nothing is ever
unpacked to the disk under a name from an archive.
"""

from __future__ import annotations

import bz2
import errno
import io
import lzma
import tarfile
import tempfile
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any, BinaryIO, cast
from zipfile import BadZipFile, ZipFile, ZipInfo

import pyarrow as pa

from pipeline.ingest.formats import (
    conllu,
    csv_table,
    feed,
    json_articles,
    json_document,
    jsonl,
    lexisnexis,
    newsml,
    plain_text,
    reuters_sgml,
    tables,
    warc,
)
from pipeline.ingest.formats.about import is_about, may_be_about
from pipeline.ingest.formats.packed import Bounded, Gzip, Watched
from pipeline.ingest.formats.reader import HEAD_BYTES, Limits, Reader, TooLarge, fault, record
from pipeline.ingest.record import RawRecord


def _is_lines(head: bytes, name: str) -> bool:
    if name.endswith((".jsonl", ".ndjson", ".jl")):
        return not json_document.is_document(head)
    return json_document.sniff(head, name) and json_document.is_lines(head)


def _lines(stream: BinaryIO, file: str, limits: Limits) -> Iterator[RawRecord]:
    """Yield a record for each line; of a line that is an answer of an API, one for each article in it."""
    for found in jsonl.read_jsonl(stream, file, max_record_bytes=limits.record_bytes):
        if found.data is not None and json_articles.may_hold_articles(tuple(found.data)):
            inner = list(json_articles.articles(found.data))
            if inner != [found.data]:
                for article in inner:
                    if isinstance(article, dict):
                        yield record(file, found.place, article)
                    else:
                        yield fault(file, found.place, "not_json", "no object in the list of an answer")
                continue
        yield found


JSONL = Reader("jsonl", _is_lines, _lines, "JSON lines: an object a line", is_apart=False)

READERS: tuple[Reader, ...] = (
    warc.WARC,
    tables.PARQUET,
    tables.SQLITE,
    JSONL,
    tables.XLSX,
    lexisnexis.DOCX,
    reuters_sgml.READER,
    newsml.NEWSML,
    newsml.NITF,
    feed.FEED,
    feed.SITEMAP,
    warc.PAGE,
    json_document.READER,
    lexisnexis.TEXT,
    conllu.READER,
    csv_table.READER,
    plain_text.READER,
)
"""In the order in which they are asked."""

BY_NAME = {reader.name: reader for reader in READERS}


def needs_child(
    stream: BinaryIO, file: str, limits: Limits, *, size: int, reader: Reader | None = None
) -> bool:
    """Tell whether a file is to be read in a child process: archives, and what libraries read as a whole.

    Only the first bytes are looked at, unpacked where need be; what is told wrongly costs time, no harm.

    Args:
        stream: the file, which may be closed afterwards.
        file: its name.
        limits: bounds.
        size: its bytes.
        reader: the format, where it was chosen.

    Raises:
        OSError: the device failed.
    """
    buffered = io.BufferedReader(cast(Any, stream), HEAD_BYTES)
    try:
        for _ in range(limits.layers + 1):
            head = _peek(buffered)
            if _is_zip(head) or _is_tar(head):
                return True
            opened = _decompressed(head, buffered)
            if opened is None:
                chosen = reader or _sniffed(head, file)
                return chosen is not None and chosen.is_apart
            buffered = io.BufferedReader(Bounded(opened, size, limits), HEAD_BYTES)
    except (TooLarge, EOFError, zlib.error, lzma.LZMAError, pa.ArrowException):
        return False
    except OSError as error:
        if _is_of_the_device(error):
            raise
    return False


def read_stream(
    stream: BinaryIO, file: str, limits: Limits, *, size: int, reader: Reader | None = None, layer: int = 0
) -> Iterator[RawRecord]:
    """Yield the records of a stream of any known format.

    Args:
        stream: the file.
        file: its name, by which records refer to it.
        limits: bounds.
        size: bytes of the file as it is packed, to see bombs by.
        reader: the format, where it was chosen; told from the content otherwise.
        layer: how many archives and compressions lie around it.

    Raises:
        OSError: the device failed.
    """
    if layer:
        yield from _read(stream, file, limits, size, reader, layer)
        return
    n_bytes = 0
    for n_records, found in enumerate(_read(stream, file, limits, size, reader, layer), 1):
        n_bytes += found.n_bytes
        if n_records > limits.empty_records + n_bytes // _SMALL_BYTES:
            detail = f"{n_records} records that hold next to nothing; the rest is not read"
            yield fault(file, 0, "hostile", detail, size)
            return
        if n_records > limits.records:
            detail = f"more than {limits.records} records (setting max_file_records); the rest is not read"
            yield fault(file, 0, "too_large", detail, size)
            return
        yield found


_SMALL_BYTES = 50


def _read(
    stream: BinaryIO, file: str, limits: Limits, size: int, reader: Reader | None, layer: int
) -> Iterator[RawRecord]:
    """Yield the records of a stream; a fault where it has none."""
    n_records = 0
    for found in _opened(stream, file, limits, size, reader, layer):
        n_records += 1
        yield found
    if not n_records:
        yield fault(file, 0, "unreadable", "nothing in it that could be a record", size)


def _opened(
    stream: BinaryIO, file: str, limits: Limits, size: int, reader: Reader | None, layer: int
) -> Iterator[RawRecord]:
    if layer > limits.layers:
        yield fault(file, 0, "hostile", f"more than {limits.layers} archives in each other")
        return
    buffered = io.BufferedReader(cast(Any, stream), HEAD_BYTES)
    try:
        head = _peek(buffered)
        if not head.strip() and len(head) < HEAD_BYTES:
            return
        unpacked = _decompressed(head, buffered)
        if unpacked is not None:
            plain = cast(BinaryIO, io.BufferedReader(Bounded(unpacked, size, limits), HEAD_BYTES))
            last: RawRecord | None = None
            for found in _opened(plain, file, limits, size, reader, layer + 1):
                if last is not None:
                    yield last
                last = found
            faults = getattr(unpacked, "faults", [])
            # Where the file breaks off, what is left of its last line is no fault of its own.
            is_rest = bool(faults) and last is not None and last.fault is not None and last.place > 0
            if last is not None and not is_rest:
                yield last
            for detail in faults:
                yield fault(file, 0, "unreadable", detail, size)
            return
        if _is_zip(head):
            yield from _zip(buffered, file, limits, size, reader, layer)
            return
        if _is_tar(head):
            yield from _tar(buffered, file, limits, size, reader, layer)
            return
        chosen = reader or _sniffed(head, file)
        if chosen is None:
            yield fault(file, 0, "unreadable", "no known format", size)
            return
        source = _seekable(buffered, limits) if chosen.whole else cast(BinaryIO, buffered)
        for found in chosen.read(source, file, limits):
            yield replace(found, reader=chosen.name)
    except TooLarge as error:
        yield fault(file, 0, "hostile", str(error), size)
    except MemoryError:
        yield fault(file, 0, "out_of_memory", "reading it asked for more memory than a file may have", size)
    except (EOFError, zlib.error, lzma.LZMAError, pa.ArrowException) as error:
        yield fault(file, 0, "unreadable", f"the file breaks off: {error}", size)
    except Exception as error:
        if _is_of_the_device(error):
            raise
        # Libraries raise whatever they like over broken files; the file ends here, the night goes on.
        yield fault(file, 0, "unreadable", f"{type(error).__name__}: {error}", size)


def _is_of_the_device(error: Exception) -> bool:
    """Tell whether the device failed; a file with an offset that leads nowhere (EINVAL) has not."""
    return isinstance(error, OSError) and error.errno not in (None, errno.EINVAL)


def _peek(buffered: io.BufferedReader) -> bytes:
    return buffered.peek(HEAD_BYTES)[:HEAD_BYTES]


def _is_zip(head: bytes) -> bool:
    return head.startswith((b"PK\x03\x04", b"PK\x05\x06"))


def _is_tar(head: bytes) -> bool:
    return head[257:262] == b"ustar"


def _sniffed(head: bytes, file: str) -> Reader | None:
    return next((r for r in READERS if r.sniff(head, _sniffed_name(file))), None)


_SUFFIXES = (".gz", ".zst", ".bz2", ".xz")


def _without_suffix(file: str) -> str:
    return next((file[: -len(s)] for s in _SUFFIXES if file.lower().endswith(s)), file)


def _sniffed_name(file: str) -> str:
    return PurePosixPath(_without_suffix(file)).name.lower()


def _decompressed(head: bytes, buffered: io.BufferedReader) -> Any:
    """Return a stream of what was compressed; None where nothing was."""
    if head.startswith(b"\x1f\x8b"):
        return Gzip(buffered)
    if head.startswith(b"\x28\xb5\x2f\xfd"):
        return pa.CompressedInputStream(pa.PythonFile(buffered, mode="r"), "zstd")
    if head.startswith(b"BZh") and head[4:10] in (b"1AY&SY", b"\x17rE8P\x90"):
        return bz2.BZ2File(cast(Any, buffered))
    if head.startswith(b"\xfd7zXZ\x00"):
        return lzma.LZMAFile(cast(Any, buffered))
    return None


def _seekable(stream: io.BufferedReader, limits: Limits) -> BinaryIO:
    """Return a stream that can be sought in: itself where it is a file, else a copy."""
    # A member of a tar that is read as a stream looks like a file, but cannot be sought in.
    is_file = isinstance(stream.raw, io.BufferedReader) and not isinstance(stream.raw, tarfile.ExFileObject)
    if is_file and stream.seekable():
        return cast(BinaryIO, stream)
    copy = tempfile.TemporaryFile()  # noqa: SIM115 - closed when it is collected
    n_bytes = 0
    while part := stream.read(1 << 20):
        n_bytes += len(part)
        if n_bytes > 8 * limits.whole_bytes:
            raise TooLarge(f"more than {n_bytes} bytes to be copied")
        copy.write(part)
    copy.seek(0)
    return cast(BinaryIO, copy)


# ---- archives --------------------------------------------------------------------------------------


def _zip(
    stream: io.BufferedReader, file: str, limits: Limits, size: int, reader: Reader | None, layer: int
) -> Iterator[RawRecord]:
    try:
        source = _seekable(stream, limits)
        archive = ZipFile(source)
        members = archive.infolist()
        n_counted = _counted(source)
    except (BadZipFile, ValueError, NotImplementedError, OSError) as error:
        if _is_of_the_device(error):
            raise
        yield fault(file, 0, "unreadable", f"zip: {error}", size)
        return
    if len(members) > limits.members:
        yield fault(file, 0, "hostile", f"an archive of {len(members)} members", size)
        return
    total = sum(member.file_size for member in members)
    if total > max(limits.free_bytes, size * limits.ratio):
        yield fault(file, 0, "hostile", f"{size} bytes that unpack to {total}", size)
        return
    names = {member.filename for member in members}
    if "[Content_Types].xml" in names:
        office = lexisnexis.DOCX if "word/document.xml" in names else tables.XLSX
        assert archive.fp is not None  # it is open
        archive.fp.seek(0)
        for found in office.read(cast(BinaryIO, archive.fp), file, limits):
            yield replace(found, reader=office.name)
        return
    if n_counted is not None and n_counted != len(members):
        yield fault(file, 0, "unreadable", f"zip: {len(members)} of {n_counted} members are found", size)
    for member in sorted(members, key=lambda m: m.filename):
        if member.is_dir():
            continue
        yield from _member(archive, member, file, limits, reader, layer)


_ZIP_END = b"PK\x05\x06"


def _counted(source: BinaryIO) -> int | None:
    """Return how many members a zip file says that it has; None where it does not."""
    end = source.seek(0, io.SEEK_END)
    source.seek(max(0, end - (1 << 16)))
    tail = source.read()
    at = tail.rfind(_ZIP_END)
    n = int.from_bytes(tail[at + 10 : at + 12], "little") if at >= 0 else 0xFFFF
    return n if n != 0xFFFF else None


def _member(
    archive: ZipFile, member: ZipInfo, file: str, limits: Limits, reader: Reader | None, layer: int
) -> Iterator[RawRecord]:
    path = _member_path(file, member.filename)
    if path is None:
        shown = member.filename.encode("ascii", "backslashreplace").decode()
        yield fault(f"{file}/{shown.replace('/', '|')}", 0, "hostile", "a path that leads out of its archive")
        return
    if (member.external_attr >> 16) & 0o170000 == 0o120000:
        yield fault(path, 0, "hostile", "a link inside of an archive; it is not followed")
        return
    try:
        with archive.open(member) as inner:  # which compares its name with that in front of it
            if _is_ignored(path) or _is_about(inner, path):
                return
            stream = cast(BinaryIO, inner)
            yield from read_stream(
                stream, path, limits, size=member.compress_size, reader=reader, layer=layer + 1
            )
    except (
        BadZipFile,
        RuntimeError,
        NotImplementedError,
        EOFError,
        ValueError,
        OSError,
        zlib.error,
    ) as error:
        if _is_of_the_device(error):
            raise
        yield fault(path, 0, "unreadable", f"zip: {error}", member.compress_size)


def _tar(
    stream: io.BufferedReader, file: str, limits: Limits, size: int, reader: Reader | None, layer: int
) -> Iterator[RawRecord]:
    watched = Watched(stream)
    end = 0
    lost = fault(file, 0, "unreadable", "tar: bytes that are no member", size)
    try:
        # What is no header is skipped, up to the next; what was skipped is seen by where that begins.
        with tarfile.open(fileobj=cast(Any, watched), mode="r|", ignore_zeros=True) as archive:
            for n_members, member in enumerate(archive):
                if n_members >= limits.members:
                    yield fault(file, 0, "hostile", f"an archive of more than {limits.members} members", size)
                    return
                if member.offset > end and watched.filled_to > end:
                    yield lost
                end = member.offset_data + (-(-member.size // 512) * 512 if member.isreg() else 0)
                path = _member_path(file, member.name)
                if member.isdir() or (path and _is_ignored(path)):
                    continue
                if path is None or not member.isreg():
                    shown = member.name.encode("ascii", "backslashreplace").decode().replace("/", "|")
                    yield fault(
                        f"{file}/{shown}", 0, "hostile", "a path or link that leads out of its archive"
                    )
                    continue
                inner = archive.extractfile(member)
                if inner is not None and not _is_about(inner, path):
                    part = cast(BinaryIO, inner)
                    yield from read_stream(
                        part, path, limits, size=member.size, reader=reader, layer=layer + 1
                    )
        if watched.filled_to > end:
            yield lost
    except tarfile.TarError as error:
        yield fault(file, 0, "unreadable", f"tar: {error}", size)


def _member_path(file: str, name: str) -> str | None:
    """Return the name by which a member is referred to; None where its path leads out of the archive."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    if not parts or ".." in parts or name.startswith(("/", "\\")) or ":" in parts[0]:
        return None
    safe = [part.encode("utf-8", "backslashreplace").decode() for part in parts]
    return "/".join([file, *safe])


def _is_ignored(path: str) -> bool:
    name = PurePosixPath(path).name
    return name.startswith(".") or "/__MACOSX/" in path


def _is_about(member: Any, path: str) -> bool:
    """Tell whether a member of an archive is a README or a licence, which tells of the others."""
    name = PurePosixPath(path).name
    return may_be_about(name) and is_about(name, member.peek(HEAD_BYTES)[:HEAD_BYTES])
