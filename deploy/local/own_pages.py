"""The web server of a local Airflow answers its own pages and this machine's programs, and no page elsewhere.

It listens on this machine alone and asks for no login, so a browser on this machine is a way in for any page
that is open in it. Such a page can send requests to 127.0.0.1, also under a name of its own that it lets lead
there (DNS rebinding). What tells them apart is what a browser says, which no page can change: under which
name it asks (Host), and on whose behalf (Origin, Sec-Fetch-Site).
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

type Headers = Iterable[tuple[bytes, bytes]]
type Scope = MutableMapping[str, Any]
type Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
type Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

OWN_NAMES = ("127.0.0.1", "localhost")
_OWN_HOST = re.compile(rf"({'|'.join(map(re.escape, OWN_NAMES))})(:\d{{1,5}})?")

MISDIRECTED, FORBIDDEN = 421, 403

ANSWER_HEADERS = (
    (b"x-frame-options", b"DENY"),
    (b"content-security-policy", b"frame-ancestors 'none'"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"referrer-policy", b"same-origin"),
    (b"x-content-type-options", b"nosniff"),
)
"""What every answer says to the browser: no page frames it, embeds it, or keeps hold of its window."""

FRAMED = "/newstables/"
"""What this Airflow shows in frames of its own pages, and nobody else does: the reports of days."""

_FRAMED_HEADERS = {b"x-frame-options": b"SAMEORIGIN", b"content-security-policy": b"frame-ancestors 'self'"}


def refusal(method: str, headers: Headers) -> tuple[int, str] | None:
    """Return status and reason for a request that is not answered; None for one that is.

    Args:
        method: of the request; GET for a WebSocket.
        headers: as they came, names in small letters.
    """
    named: dict[str, list[str]] = {}
    for name, value in headers:
        named.setdefault(name.decode("latin-1").lower(), []).append(value.decode("latin-1").strip())
    hosts = named.get("host", [])
    if len(hosts) != 1 or _OWN_HOST.fullmatch(hosts[0].lower()) is None:
        return MISDIRECTED, f"this server is {' or '.join(OWN_NAMES)}, and nothing else"
    if any(origin.lower() != f"http://{hosts[0].lower()}" for origin in named.get("origin", [])):
        return FORBIDDEN, "a page elsewhere asks"
    is_elsewhere = any(site not in ("same-origin", "none") for site in named.get("sec-fetch-site", []))
    is_link = (
        method == "GET"
        and named.get("sec-fetch-mode") == ["navigate"]
        and named.get("sec-fetch-dest") == ["document"]
    )
    if is_elsewhere and not is_link:
        return FORBIDDEN, "a page elsewhere asks"
    return None


class OwnPages:
    """ASGI middleware: refuses what `refusal` refuses, and adds `ANSWER_HEADERS` to every answer."""

    def __init__(self, app: Callable[[Scope, Receive, Send], Awaitable[None]]) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        refused = refusal(scope.get("method", "GET"), scope["headers"])
        if refused is None:
            is_framed = scope.get("path", "").startswith(FRAMED)
            await self.app(scope, receive, _with_headers(send, is_framed=is_framed))
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008, "reason": refused[1]})
        else:
            status, reason = refused
            headers = [(b"content-type", b"text/plain; charset=utf-8"), *ANSWER_HEADERS]
            await send({"type": "http.response.start", "status": status, "headers": headers})
            await send({"type": "http.response.body", "body": f"{reason}\n".encode()})


def _with_headers(send: Send, *, is_framed: bool) -> Send:
    own = [(name, _FRAMED_HEADERS.get(name, value) if is_framed else value) for name, value in ANSWER_HEADERS]

    async def sending(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            ours = {name for name, _ in ANSWER_HEADERS if name != b"content-security-policy"}
            kept = [(name, value) for name, value in message.get("headers", []) if name.lower() not in ours]
            message["headers"] = [*kept, *own]
        await send(message)

    return sending
