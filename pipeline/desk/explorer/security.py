"""Who may ask what, and what a page may do in the browser: this machine, GET and HEAD; and next to nothing.

A page of another site can send a browser to 127.0.0.1 under a name of its own (DNS rebinding), so the Host
header must be this machine's. Texts come from anywhere: should one get into a page unescaped after all, the
Content-Security-Policy lets no script run, nothing be loaded from elsewhere, and no form be sent elsewhere.
"""

from __future__ import annotations

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HOSTS = frozenset({"127.0.0.1", "localhost"})

METHODS = ("GET", "HEAD")

HEADERS = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none';"
        " frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "cache-control": "no-store",
}


class Gate:
    """An ASGI application that lets in what may come in, and adds headers to every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or refuse to."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return  # no websockets

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = {name.lower() for name, _ in message.get("headers", [])}
                added = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
                message["headers"] = [
                    *message.get("headers", []),
                    *(pair for pair in added if pair[0] not in own),
                ]
            await send(message)

        refusal = _refusal(scope)
        await (refusal or self._app)(scope, receive, send_with_headers)


def _refusal(scope: Scope) -> PlainTextResponse | None:
    hosts = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
    if len(hosts) != 1 or _name_of(hosts[0]) not in HOSTS:
        return PlainTextResponse("This server answers to 127.0.0.1 and localhost only.\n", 421)
    if scope["method"] not in METHODS:
        return PlainTextResponse(
            "These pages can be read only.\n", 405, headers={"allow": ", ".join(METHODS)}
        )
    return None


def _name_of(host: str) -> str:
    name, colon, port = host.rpartition(":")
    if not colon:
        return host.lower()
    return name.lower() if port.isascii() and port.isdecimal() else ""
