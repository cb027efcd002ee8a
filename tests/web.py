"""A small web of one server on this machine, that answers as a test wants it to, and notes who asked."""

import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network
from ssl import SSLContext
from threading import Thread
from typing import Any, NamedTuple, Self

LOOPBACK = (ip_network("127.0.0.0/8"),)


@dataclass
class Page:
    """What the server answers.

    `drips` sends it a byte at a time, the head or the body, or nothing at all; what has a header that it
    `refuses` gets a 400.
    """

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    drips: str = ""
    refuses: str = ""
    is_raw: bool = False


class Asked(NamedTuple):
    path: str
    headers: dict[str, str]
    at: float


class Web:
    """The server, a context manager; paths that have no page are 404."""

    host = "127.0.0.1"

    def __init__(self, tls: SSLContext | None = None) -> None:
        self.pages: dict[str, Page] = {}
        self.asked: list[Asked] = []
        self.n_connections = 0
        self.n_sent = 0
        self._server = ThreadingHTTPServer((self.host, 0), _handler(self))
        self._server.daemon_threads = True
        self._server.handle_error = lambda *_: None  # type: ignore[method-assign] # whoever asked hung up
        if tls:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self.port = self._server.server_port
        self._thread = Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    def url(self, path: str, host: str = host) -> str:
        return f"http://{host}:{self.port}{path}"

    def paths(self) -> list[str]:
        return [asked.path for asked in self.asked]

    def stop(self) -> None:
        if self._thread.is_alive():
            self._server.shutdown()
            self._server.server_close()
            self._thread.join()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def _handler(web: Web) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            web.n_connections += 1
            super().setup()

        def do_GET(self) -> None:
            web.asked.append(Asked(self.path, dict(self.headers), time.monotonic()))
            page = web.pages.get(self.path, Page(b"nothing here", 404))
            if page.refuses and page.refuses in self.headers:
                page = Page(b"no", 400)
            if page.is_raw:
                self._send(page.body)
                self.close_connection = True
                return
            if page.drips == "before":
                time.sleep(3)
                self.close_connection = True
                return
            status = page.status
            for header, condition in (("ETag", "If-None-Match"), ("Last-Modified", "If-Modified-Since")):
                if header in page.headers and self.headers.get(condition) == page.headers[header]:
                    status = 304
            body = b"" if status == 304 else page.body
            head = [f"HTTP/1.1 {status} As It Is", *(f"{k}: {v}" for k, v in page.headers.items())]
            if status != 304:
                head.append(f"Content-Length: {len(body)}")
            self._send("\r\n".join([*head, "", ""]).encode(), slow=page.drips == "head")
            self._send(body, slow=page.drips == "body")

        def _send(self, data: bytes, *, slow: bool = False) -> None:
            step = 1 if slow else 1 << 16
            try:
                for start in range(0, len(data), step):
                    self.wfile.write(data[start : start + step])
                    web.n_sent += step
                    if slow:
                        time.sleep(0.05)
            except OSError:  # whoever asked has gone
                self.close_connection = True

        def log_message(self, *_: Any) -> None:
            pass

    return Handler
