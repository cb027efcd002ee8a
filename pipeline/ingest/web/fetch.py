"""One page from the web, by somebody else's address: bounded, and never from a private network.

An address is resolved once, checked, and then connected to as it is, so that a name cannot mean another
machine the second time (DNS rebinding). Each request has a time limit as a whole, beside those of connecting
and of waiting for the next bytes, and a limit of size that holds for what it unpacks to as well. Redirects
are not followed here, and answers are handed on as they came.
"""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import NamedTuple

import certifi
import httpcore
import httpx

from schemas.rejects import Reason

type Network = IPv4Network | IPv6Network

_NAT64 = IPv6Network("64:ff9b::/96")
_MAX_URL = 2000
_MAX_ADDRESSES = 4
"""Addresses of one host that are tried before it counts as unreachable."""


class NotFetched(Exception):  # noqa: N818 - says what came of it
    """There is no answer that can be used.

    Attributes:
        reason: one of the table `rejects`.
        is_temporary: whether asking again soon may help.
    """

    def __init__(self, reason: Reason, detail: str, *, is_temporary: bool = False) -> None:
        super().__init__(detail)
        self.reason = reason
        self.is_temporary = is_temporary


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """Bounds on a request.

    Attributes:
        agent: the header User-Agent.
        total_s: seconds that a request may take as a whole.
        step_s: seconds for connecting, and for waiting for the next bytes.
        max_bytes: of a body, as it comes and unpacked.
        allowed: networks that may be asked although they are not public.
    """

    agent: str
    total_s: float
    step_s: float
    max_bytes: int
    allowed: tuple[Network, ...] = ()


class Response(NamedTuple):
    """An answer as it came; header names are in small letters, the body is still packed if it was."""

    status: int
    headers: dict[str, str]
    body: bytes
    fetched_at: datetime


def checked_url(text: str) -> httpx.URL:
    """Return an address that may be asked for.

    Raises:
        NotFetched: it is no address of http or https, or carries a name or password.
    """
    try:
        url = httpx.URL(text.strip()).copy_with(fragment=None)
        port = url.port
    except (httpx.InvalidURL, ValueError) as error:
        raise NotFetched("not_fetched", f"no address: {error}") from None
    if url.scheme not in ("http", "https") or not url.host:
        raise NotFetched("not_fetched", "no address of http or https")
    if url.userinfo:
        raise NotFetched("not_fetched", "an address with a name or password in it")
    if len(str(url)) > _MAX_URL or port == 0:
        raise NotFetched("not_fetched", "no address that a server would have")
    return url


def is_public(address: str, allowed: Iterable[Network] = ()) -> bool:
    """Tell whether a numeric address lies in the public internet, or in one of the networks allowed.

    Addresses that carry another (v4-mapped, 6to4, Teredo, NAT64) are as public as the one they carry.
    """
    at = ip_address(address.partition("%")[0])
    return all(
        any(part in network for network in allowed if network.version == part.version) or _is_global(part)
        for part in _carried(at)
    )


def _carried(at: IPv4Address | IPv6Address) -> list[IPv4Address | IPv6Address]:
    if isinstance(at, IPv4Address):
        return [at]
    if at.ipv4_mapped:
        return [at.ipv4_mapped]
    inner = [at.sixtofour] if at.sixtofour else list(at.teredo) if at.teredo else []
    if at in _NAT64 or int(at) >> 32 == 0:  # the latter: "v4-compatible", given up long ago
        inner.append(IPv4Address(int(at) & 0xFFFFFFFF))
        return [*inner]
    return [at, *inner]


def _is_global(at: IPv4Address | IPv6Address) -> bool:
    return at.is_global and not (
        at.is_multicast
        or at.is_reserved
        or at.is_private
        or at.is_loopback
        or at.is_link_local
        or at.is_unspecified
        or (isinstance(at, IPv6Address) and at.is_site_local)
    )


async def resolve(host: str, port: int) -> list[str]:
    """Return the addresses of a host, in the order in which the system would try them.

    Raises:
        OSError: it has none.
    """
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))


class _CheckedBackend(httpcore.AsyncNetworkBackend):
    """Connects to addresses that were checked, and to no name."""

    def __init__(self, allowed: tuple[Network, ...]) -> None:
        self._allowed = allowed
        self._inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        try:
            async with asyncio.timeout(timeout):
                found = await resolve(host, port)
        except TimeoutError:
            raise httpcore.ConnectTimeout(f"{host}: its address took too long to find") from None
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(f"{host}: {error}") from None
        public = [address for address in found if is_public(address, self._allowed)]
        if not public:
            raise NotFetched("hostile", f"{host} lies in a private network ({', '.join(found[:3])})")
        failure: Exception | None = None
        for address in public[:_MAX_ADDRESSES]:
            try:
                return await self._inner.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        assert failure is not None  # there was an address
        raise failure

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


def pool(guard: Guard) -> httpcore.AsyncConnectionPool:
    """Return connections that only lead where the guard lets them; an async context manager."""
    # As other clients of the web do: certificates come with a package, unless the environment names others.
    certificates = os.environ.get("SSL_CERT_FILE") or certifi.where()
    return httpcore.AsyncConnectionPool(
        ssl_context=ssl.create_default_context(cafile=certificates),
        keepalive_expiry=10.0,
        network_backend=_CheckedBackend(guard.allowed),
    )


async def get(
    connections: httpcore.AsyncConnectionPool,
    url: httpx.URL,
    guard: Guard,
    headers: Mapping[str, str],
    *,
    cut_at: int | None = None,
) -> Response:
    """Return the answer to one request.

    Args:
        connections: of `pool`.
        url: a checked address.
        guard: bounds.
        headers: beside those that every request has.
        cut_at: bytes after which a body is cut off; otherwise one that is too long is no answer.

    Raises:
        NotFetched: nothing came in time, too much came, or the address must not be asked.
    """
    sent = {
        "Host": url.netloc.decode("ascii"),
        "User-Agent": guard.agent,
        "Accept": "application/rss+xml, application/atom+xml, application/xml, text/xml, */*;q=0.5",
        "Accept-Encoding": "gzip",
        **headers,
    }
    address = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
    waits = {"connect": guard.step_s, "read": guard.step_s, "write": guard.step_s, "pool": guard.total_s}
    try:
        async with (
            asyncio.timeout(guard.total_s),
            connections.stream(
                "GET", address, headers=list(sent.items()), extensions={"timeout": waits}
            ) as answer,
        ):
            fetched_at = datetime.now(UTC)
            named = {k.decode("latin-1").lower(): v.decode("latin-1") for k, v in answer.headers}
            body = await _body(answer, guard, cut_at)
            return Response(answer.status, named, body, fetched_at)
    except (TimeoutError, httpcore.TimeoutException):
        raise NotFetched("timeout", "no answer in time", is_temporary=True) from None
    except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
        detail = " ".join(str(error).split()) or type(error).__name__
        raise NotFetched("not_fetched", f"no answer: {detail}", is_temporary=True) from None


async def _body(answer: httpcore.Response, guard: Guard, cut_at: int | None) -> bytes:
    parts: list[bytes] = []
    n_bytes = 0
    unpacked = _Unpacked(guard.max_bytes)
    limit = cut_at or guard.max_bytes
    async for part in answer.aiter_stream():
        parts.append(part)
        n_bytes += len(part)
        if n_bytes > limit and cut_at:
            break
        if n_bytes > limit:
            raise NotFetched("too_large", f"more than {limit} bytes")
        unpacked.add(part)
    return b"".join(parts)[:limit]


class _Unpacked:
    """Counts what a gzip body unpacks to while it comes, without keeping it."""

    def __init__(self, limit: int) -> None:
        self._left = limit
        self._inflate: zlib._Decompress | None = None
        self._head = b""

    def add(self, part: bytes) -> None:
        """Count a part.

        Raises:
            NotFetched: it has become too much.
        """
        if self._inflate is None:
            if len(self._head) >= 2:  # it is not gzip
                return
            self._head += part
            if not self._head.startswith(b"\x1f\x8b"):
                return
            self._inflate, part = zlib.decompressobj(31), self._head
        try:
            while part:
                if self._inflate.eof:  # another member
                    self._inflate = zlib.decompressobj(31)
                self._left -= len(self._inflate.decompress(part, 1 << 16))
                if self._left < 0:
                    raise NotFetched("hostile", "it unpacks to more than may be")
                part = self._inflate.unused_data if self._inflate.eof else self._inflate.unconsumed_tail
        except zlib.error:  # broken, or not gzip: the reader will say so
            return
