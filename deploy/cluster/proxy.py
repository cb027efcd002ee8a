"""A proxy in front of an S3 server that counts requests and lets some of them fail.

    python -m deploy.cluster.proxy LISTEN:PORT SERVER:PORT CONTROL_FILE COUNTS_FILE

CONTROL_FILE holds the faults as JSON and is read again for each request; COUNTS_FILE says what came and what
became of it. What fails is drawn from a fixed seed. Each connection serves one request.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import re
import sys
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Faults:
    """What goes wrong, each as a share of the requests.

    Attributes:
        error: answered 500 or 503, not passed on.
        cut: the connection ends without an answer, the request is not passed on.
        torn: passed on; the answer ends in the middle.
        lost: passed on and done, and answered 500.
        is_away: all connections are closed at once.
        is_silent: no request gets an answer, or goes anywhere.
        delay_s: seconds before each request is passed on.
    """

    error: float = 0.0
    cut: float = 0.0
    torn: float = 0.0
    lost: float = 0.0
    is_away: bool = False
    is_silent: bool = False
    delay_s: float = 0.0


def set_faults(control: Path, faults: Faults) -> None:
    """Tell a running proxy what is to go wrong from now on."""
    new = control.with_suffix(".new")
    new.write_text(json.dumps(asdict(faults)))
    new.replace(control)


_ERRORS = (b"500 Internal Server Error", b"503 Slow Down")


class Proxy:
    """The proxy: where it passes requests on, and what it counted."""

    def __init__(self, server: str, control: Path, counts: Path) -> None:
        self.host, _, port = server.rpartition(":")
        self.port = int(port)
        self.control, self.counts = control, counts
        self.seen: Counter[str] = Counter()
        self.random = random.Random(7)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, BrokenPipeError):
            await self._serve(reader, writer)
        with contextlib.suppress(ConnectionError):
            writer.close()
            await writer.wait_closed()
        self.counts.write_text(json.dumps(dict(self.seen)))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        faults = Faults(**json.loads(self.control.read_text())) if self.control.exists() else Faults()
        if faults.is_away:
            self.seen["away"] += 1
            return
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"\ncontent-length: *(\d+)", head, re.IGNORECASE)
        body = await reader.readexactly(int(length[1])) if length else b""
        self.seen[_kind(head.partition(b"\r\n")[0].decode("latin-1"))] += 1
        if faults.is_silent:
            self.seen["silent"] += 1
            await asyncio.sleep(3600)
        await asyncio.sleep(faults.delay_s)
        drawn = self.random.random()
        for name in ("error", "cut", "torn", "lost"):
            share = getattr(faults, name)
            if drawn < share:
                self.seen[name] += 1
                break
            drawn -= share
        else:
            name = "none"
        if name == "cut":
            return
        if name == "error":
            answer = _answer(self.random.choice(_ERRORS))
        else:
            answer = await self._passed_on(head, body)
            if name == "lost":
                answer = _answer(_ERRORS[0])
            elif name == "torn":
                end = answer.find(b"\r\n\r\n") + 4
                answer = answer[: end + (len(answer) - end) // 2] if len(answer) > end else answer[: end // 2]
        writer.write(answer)
        await writer.drain()

    async def _passed_on(self, head: bytes, body: bytes) -> bytes:
        reader, writer = await asyncio.open_connection(self.host, self.port)
        lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"connection:")]
        lines.insert(1, b"connection: close")
        writer.write(b"\r\n".join(lines) + body)
        await writer.drain()
        answer = await reader.read()
        writer.close()
        return answer


def _answer(status: bytes) -> bytes:
    body = b"<Error><Code>InternalError</Code><Message>as was asked for</Message></Error>"
    return b"HTTP/1.1 %s\r\nconnection: close\r\ncontent-length: %d\r\n\r\n%s" % (status, len(body), body)


def _kind(first_line: str) -> str:
    """Return what a request asks for."""
    method, target, _ = first_line.split(" ", 2)
    query = target.partition("?")[2]
    if "uploads" in query or "uploadId" in query:
        return "MULTIPART"
    if method == "GET" and "list-type" in query:
        return "LIST"
    return "DELETE" if method == "POST" and "delete" in query else method


async def main(listen: str, server: str, control: str, counts: str) -> None:
    """Serve until the process is ended."""
    proxy = Proxy(server, Path(control), Path(counts))
    host, _, port = listen.rpartition(":")
    async with await asyncio.start_server(proxy.serve, host, int(port), limit=1 << 20) as serving:
        await serving.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:5]))
