"""What is asked of the web: never a private address, never more than was agreed."""

import asyncio
import gzip
import ssl
import time
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from web import LOOPBACK, Page, Web

from pipeline.ingest.web import fetch
from pipeline.ingest.web.fetch import Guard, NotFetched, Response, checked_url, is_public


@pytest.fixture
def web() -> Iterator[Web]:
    with Web() as running:
        yield running


def guard(**values: Any) -> Guard:
    given: dict[str, Any] = {
        "agent": "Harbour/1.0",
        "total_s": 5.0,
        "step_s": 5.0,
        "max_bytes": 100_000,
        "allowed": LOOPBACK,
    }
    return Guard(**(given | values))


def get(address: str, with_guard: Guard | None = None, **headers: str) -> Response:
    bounds = with_guard or guard()

    async def once() -> Response:
        async with fetch.pool(bounds) as connections:
            return await fetch.get(connections, checked_url(address), bounds, headers)

    return asyncio.run(once())


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.9.1", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1",
        "169.254.169.254", "192.0.2.1", "198.18.0.1", "203.0.113.9", "224.0.0.1", "240.0.0.1",
        "255.255.255.255", "::", "::1", "fe80::1%eth0", "fc00::1", "fd12::1", "fec0::1", "ff02::1", "ff0e::1",
        "2001:db8::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "2002:7f00:1::",
        "64:ff9b::7f00:1", "64:ff9b:1::1", "2002:a00:1::1",
    ],
)  # fmt: skip
def test_private_and_reserved_addresses_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(address)


def test_a_network_that_is_allowed_counts_as_public_and_no_other() -> None:
    allowed = (ip_network("10.2.0.0/16"),)
    assert is_public("10.2.3.4", allowed) and is_public("::ffff:10.2.3.4", allowed)
    assert not is_public("10.3.3.4", allowed) and not is_public("127.0.0.1", allowed)


@pytest.mark.parametrize(
    "address",
    [
        "ftp://herald.example/feed", "file:///etc/passwd", "//herald.example/feed", "herald.example/feed", "http://",
        "https://desk:secret@herald.example/feed", "https://desk@herald.example/feed", "http://[::1/feed",
        "http://herald.example/\x00", "http://herald.example/" + "a" * 3000, "http://herald.example:0/", "",
        "javascript:alert(1)", "gopher://herald.example/", "http://herald.example:port/",
    ],
)  # fmt: skip
def test_what_is_no_address_of_the_web_is_refused(address: str) -> None:
    with pytest.raises(NotFetched):
        checked_url(address)


def test_an_answer_comes_as_it_was_sent(web: Web) -> None:
    packed = gzip.compress(b"<rss/>", mtime=0)
    web.pages["/feed"] = Page(packed, headers={"Content-Encoding": "gzip", "ETag": '"a1"'})
    answer = get(web.url("/feed"), None, **{"If-None-Match": '"a0"'})
    assert (answer.status, answer.body, answer.headers["etag"]) == (200, packed, '"a1"')
    asked = web.asked[0].headers
    assert asked["User-Agent"] == "Harbour/1.0" and asked["If-None-Match"] == '"a0"'
    assert asked["Host"] == f"127.0.0.1:{web.port}" and asked["Accept-Encoding"] == "gzip"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "0x7f.1", "2130706433", "[::ffff:127.0.0.1]"])
def test_nothing_is_sent_to_loopback_unless_it_is_allowed(web: Web, host: str) -> None:
    web.pages["/feed"] = Page(b"secret")
    with pytest.raises(NotFetched, match="private network") as failure:
        get(f"http://{host}:{web.port}/feed", guard(allowed=()))
    assert failure.value.reason == "hostile"
    assert web.asked == [] and web.n_connections == 0


def test_a_name_is_resolved_once_and_that_address_is_asked(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that means a public machine when it is checked and a private one afterwards gains nothing."""
    answers = [[web.host], ["10.0.0.1"]]

    async def resolve(host: str, port: int) -> list[str]:
        return answers.pop(0) if host == "herald.example" else [host]

    monkeypatch.setattr(fetch, "resolve", resolve)
    web.pages["/feed"] = Page(b"<rss/>")
    assert get(f"http://herald.example:{web.port}/feed").body == b"<rss/>"
    assert web.asked[0].headers["Host"] == f"herald.example:{web.port}"
    assert answers == [["10.0.0.1"]]


def test_of_a_name_with_public_and_private_addresses_only_the_public_are_asked(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def resolve(host: str, port: int) -> list[str]:
        return ["10.0.0.1", "192.168.0.1", web.host]

    monkeypatch.setattr(fetch, "resolve", resolve)
    web.pages["/feed"] = Page(b"<rss/>")
    assert get(f"http://herald.example:{web.port}/feed").status == 200


def test_a_body_that_is_too_long_is_given_up_on_the_way(web: Web) -> None:
    web.pages["/feed"] = Page(b"x" * 50_000_000)
    with pytest.raises(NotFetched) as failure:
        get(web.url("/feed"))
    assert failure.value.reason == "too_large"
    assert web.n_sent < 20_000_000


@pytest.mark.parametrize("headers", [{"Content-Encoding": "gzip"}, {}])
def test_a_bomb_is_given_up_while_it_unpacks(web: Web, headers: dict[str, str]) -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join(packer.compress(bytes(1 << 20)) for _ in range(50)) + packer.flush()
    assert len(bomb) < 100_000
    web.pages["/feed"] = Page(bomb, headers=headers)
    with pytest.raises(NotFetched) as failure:
        get(web.url("/feed"))
    assert failure.value.reason == "hostile"


def test_a_bomb_in_the_second_member_is_one(web: Web) -> None:
    web.pages["/feed"] = Page(gzip.compress(b"<rss/>") + gzip.compress(bytes(10_000_000)))
    with pytest.raises(NotFetched) as failure:
        get(web.url("/feed"))
    assert failure.value.reason == "hostile"


@pytest.mark.parametrize("pace", ["before", "head", "body"])
def test_a_server_that_drips_is_given_up_in_time(web: Web, pace: str) -> None:
    """Each byte comes soon enough; the answer as a whole does not."""
    web.pages["/feed"] = Page(b"x" * 1000, drips=pace)
    start = time.monotonic()
    with pytest.raises(NotFetched) as failure:
        get(web.url("/feed"), guard(total_s=0.8, step_s=0.5))
    assert failure.value.reason == "timeout" and failure.value.is_temporary
    assert time.monotonic() - start < 4


def test_nobody_at_home(web: Web) -> None:
    port = web.port
    web.stop()
    with pytest.raises(NotFetched) as failure:
        get(f"http://127.0.0.1:{port}/feed")
    assert failure.value.reason == "not_fetched" and failure.value.is_temporary


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"nonsense\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 500_000,
    ],
)
def test_an_answer_that_is_no_http_is_none(web: Web, raw: bytes) -> None:
    web.pages["/feed"] = Page(raw, is_raw=True)
    with pytest.raises(NotFetched) as failure:
        get(web.url("/feed"))
    assert failure.value.reason == "not_fetched"


def certificate(folder: Path, name: str) -> tuple[Path, Path]:
    """Write a certificate for a host, signed by itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    encoding = serialization.Encoding.PEM
    private = key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    paths = folder / "certificate.pem", folder / "key.pem"
    paths[0].write_bytes(made.public_bytes(encoding))
    paths[1].write_bytes(private)
    return paths


def test_https_is_checked_against_the_name_and_not_the_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pem, key = certificate(tmp_path, "herald.example")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem, key)
    asked_for: list[str | None] = []
    context.sni_callback = lambda _, name, __: asked_for.append(name)

    async def resolve(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    monkeypatch.setattr(fetch, "resolve", resolve)
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    with Web(context) as web:
        web.pages["/feed"] = Page(b"<rss/>")
        assert get(f"https://herald.example:{web.port}/feed").body == b"<rss/>"
        assert asked_for == ["herald.example"]
        with pytest.raises(NotFetched, match="certificate"):
            get(f"https://courier.example:{web.port}/feed")
        monkeypatch.delenv("SSL_CERT_FILE")
        with pytest.raises(NotFetched, match="certificate"):
            get(f"https://herald.example:{web.port}/feed")
        assert len(web.asked) == 1
