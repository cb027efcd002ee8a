"""Streams of what is packed: bounded, read on behind what is damaged, and watched for what is left out."""

from __future__ import annotations

import io
import zlib
from typing import Any

from pipeline.ingest.formats.reader import Limits, TooLarge


class Bounded(io.RawIOBase):
    """A stream that ends in `TooLarge` where it unpacks to more than may be."""

    def __init__(self, inner: Any, packed_bytes: int, limits: Limits) -> None:
        self._inner = inner
        self._left = max(limits.free_bytes, packed_bytes * limits.ratio)
        self._at = 0

    def readable(self) -> bool:
        """Return that it can be read."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Tell where the stream stands; it goes nowhere else."""
        if offset == 0 and whence == io.SEEK_CUR:
            return self._at
        raise io.UnsupportedOperation("seek")

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer as far as there is something, and return how far."""
        data = self._inner.read(len(buffer))
        self._left -= len(data)
        self._at += len(data)
        if self._left < 0:
            raise TooLarge("it unpacks to far more than it was")
        buffer[: len(data)] = data
        return len(data)


_GZIP = b"\x1f\x8b\x08"


class Gzip(io.RawIOBase):
    """What a gzip file holds, member by member; one that is damaged costs itself, where another follows.

    Web archives are written so: each record is a member. What a member held up to its damage is given, and a
    line end after it, so that no line of it runs into the next member.
    """

    def __init__(self, inner: io.BufferedReader) -> None:
        self._inner = inner
        self._pending = b""
        """Packed bytes that were read and not yet unpacked."""
        self._unpacker: Any = None
        self._is_first = True
        self.faults: list[str] = []

    def readable(self) -> bool:
        """Return that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer as far as there is something, and return how far."""
        n_given = 0
        while n_given < len(buffer):
            data = self._unpacked(len(buffer) - n_given)
            if not data:
                break
            buffer[n_given : n_given + len(data)] = data
            n_given += len(data)
        return n_given

    def _unpacked(self, n_bytes: int) -> bytes:
        """Return some bytes, at most so many; none at the end."""
        while True:
            if self._unpacker is None and not self._next_member():
                return b""
            if not self._pending:
                self._pending = self._inner.read1(1 << 16)
                if not self._pending:
                    self._unpacker = None
                    self._fault("it breaks off")
                    continue
            try:
                data: bytes = self._unpacker.decompress(self._pending, n_bytes)
            except zlib.error as error:
                self._fault(str(error))
                self._unpacker = None
                # Its first bytes are no longer those of a member, so that the search goes on behind them.
                self._pending = self._pending[1:] if self._pending.startswith(_GZIP) else self._pending
                return b"\n"
            if self._unpacker.eof:
                self._pending = self._unpacker.unused_data
                self._unpacker = None
            else:
                self._pending = self._unpacker.unconsumed_tail
            if data:
                return data

    def _next_member(self) -> bool:
        """Go to the next member; what stands before it is padding, or a fault."""
        n_skipped = 0
        while True:
            if len(self._pending) < len(_GZIP):
                more = self._inner.read1(1 << 16)
                self._pending += more
                if not more:
                    n_skipped += len(self._pending.strip(b"\x00"))
                    self._pending = b""
                    if n_skipped and not self.faults:
                        self._fault(f"{n_skipped} bytes that are no member")
                    return False
                continue
            at = self._pending.find(_GZIP)
            if at >= 0:
                n_skipped += len(self._pending[:at].strip(b"\x00"))
                if n_skipped and not self.faults:
                    self._fault(f"{n_skipped} bytes that are no member")
                self._pending = self._pending[at:]
                self._unpacker = zlib.decompressobj(31)
                return True
            keep = len(_GZIP) - 1
            n_skipped += len(self._pending[:-keep].strip(b"\x00"))
            self._pending = self._pending[-keep:]

    def _fault(self, detail: str) -> None:
        if len(self.faults) < _MAX_FAULTS:
            self.faults.append(f"gzip: {detail}")


_MAX_FAULTS = 1000


class Watched:
    """A stream that remembers where its last byte stood that was not zero."""

    def __init__(self, inner: io.BufferedReader) -> None:
        self._inner = inner
        self._at = 0
        self.filled_to = 0

    def read(self, n_bytes: int) -> bytes:
        """Return some bytes, and note where the last was that is not zero."""
        data = self._inner.read(n_bytes)
        filled = len(data.rstrip(b"\x00"))
        if filled:
            self.filled_to = self._at + filled
        self._at += len(data)
        return data
