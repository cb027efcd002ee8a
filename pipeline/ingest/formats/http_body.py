"""The body of a response as it was before it was chunked and compressed, whatever its headers say."""

from __future__ import annotations

import re
import zlib

import brotli
import pyarrow as pa

from pipeline.ingest.formats.reader import TooLarge

_CHUNK = re.compile(rb"[ \t]*([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n]{0,200})?\r?\n")
_MAX_CODINGS = 3


def decoded_body(body: bytes, headers: dict[str, str], limit: int) -> bytes:
    """Return the body of a response as it was before it was chunked and compressed.

    What the headers say is a hint and no more: the bodies of archives are often unpacked already. Whether a
    body is chunked or compressed is told by its first bytes; where these tell nothing (Brotli, deflate) it is
    tried, and a body that is text as it stands stays so.

    Args:
        body: as it stands in the archive.
        headers: of the response, by names in small letters.
        limit: of the bytes that it may unpack to.

    Raises:
        TooLarge: it unpacks to more.
        ValueError: it is packed in a way that cannot be undone.
    """
    is_chunked = "chunked" in headers.get("transfer-encoding", "").lower()
    body = _dechunked(body, is_said=is_chunked)
    said = [name.strip() for name in headers.get("content-encoding", "").lower().split(",")]
    for _ in range(_MAX_CODINGS):
        unpacked = _by_magic(body, limit)
        if unpacked is None:
            break
        body = unpacked
    if _is_text(body):
        return body
    for name in reversed(said):
        unpacked = _by_name(name, body, limit)
        if unpacked is not None and _is_text(unpacked):
            return unpacked
    named = ", ".join(filter(None, said))
    if named and named not in ("identity", "none"):
        raise ValueError(f"a body that is no text, nor in its Content-Encoding {named[:40]!r}")
    return body


def _dechunked(body: bytes, *, is_said: bool) -> bytes:
    """Return a body without the lengths of its chunks; itself where it has none.

    Args:
        body: chunked or not.
        is_said: the headers say so; then the last chunks may be missing.
    """
    parts: list[bytes] = []
    at = 0
    while found := _CHUNK.match(body, at):
        size = int(found[1], 16)
        if not size:
            return b"".join(parts) if parts else body
        parts.append(body[found.end() : found.end() + size])
        at = found.end() + size
        if at > len(body):
            break
        end = 2 if body.startswith(b"\r\n", at) else 1 if body.startswith(b"\n", at) else 0
        if not end and len(parts) == 1:  # a page that begins with a number
            return body
        at += end
    return b"".join([*parts, body[at:]]) if parts and is_said else body


def _by_magic(body: bytes, limit: int) -> bytes | None:
    """Return what a body of a compression with first bytes of its own holds; None for any other."""
    if body.startswith(b"\x1f\x8b"):
        return _inflated(body, 31, limit)
    if body.startswith(b"\x28\xb5\x2f\xfd"):
        try:
            with pa.CompressedInputStream(pa.BufferReader(body), "zstd") as stream:
                data = bytes(stream.read(limit + 1))
        except (pa.ArrowException, OSError) as error:
            raise ValueError(f"zstd: {error}") from None
        return _within(data, limit)
    return None


def _by_name(name: str, body: bytes, limit: int) -> bytes | None:
    """Return what a body of a compression without first bytes of its own holds; None where it is none."""
    try:
        if name in ("deflate", "x-deflate"):
            try:
                return _inflated(body, 15, limit)
            except ValueError:
                return _inflated(body, -15, limit)
        if name == "br":
            return _unbrotlied(body, limit)
    except ValueError:
        return None
    return None


def _inflated(body: bytes, window: int, limit: int) -> bytes:
    """Return what is deflated, as far as it is sound; a body may break off."""
    unpacker = zlib.decompressobj(window)
    try:
        data = unpacker.decompress(body, limit + 1)
    except zlib.error as error:
        raise ValueError(f"compressed, but {error}") from None
    return _within(data, limit)


def _unbrotlied(body: bytes, limit: int) -> bytes:
    unpacker = brotli.Decompressor()
    parts: list[bytes] = []
    n_bytes = 0
    try:
        for start in range(0, len(body), 1 << 12):
            part = unpacker.process(body[start : start + (1 << 12)])
            n_bytes += len(part)
            parts.append(part)
            _within(part, limit - n_bytes + len(part))
    except brotli.error as error:
        raise ValueError(f"Brotli: {error}") from None
    return b"".join(parts)


def _within(data: bytes, limit: int) -> bytes:
    if len(data) > limit:
        raise TooLarge(f"a page of more than {limit} bytes")
    return data


_CONTROL = bytes(n for n in range(32) if n not in (9, 10, 12, 13, 27))
_SAMPLE = 4096


def _is_text(body: bytes) -> bool:
    """Tell whether bytes are a text as they stand: hardly any control characters, or UTF-16 by its mark."""
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    sample = body[:_SAMPLE]
    n_control = len(sample) - len(sample.translate(None, _CONTROL))
    return 50 * n_control <= len(sample)
