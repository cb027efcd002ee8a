"""The web server of a local Airflow answers its own pages and programs, and no page elsewhere."""

import asyncio
from collections.abc import MutableMapping
from typing import Any

import httpx
import pytest

from deploy.local.own_pages import OwnPages, refusal

OWN = "127.0.0.1:8080"


def status(method: str = "GET", *, host: str = OWN, **headers: str) -> int:
    named = [
        (b"host", host.encode()),
        *((k.replace("_", "-").encode(), v.encode()) for k, v in headers.items()),
    ]
    refused = refusal(method, named)
    return refused[0] if refused else 200


@pytest.mark.parametrize("host", [OWN, "127.0.0.1", "localhost:8080", "LOCALHOST"])
def test_it_answers_to_its_own_names(host: str) -> None:
    assert status(host=host) == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example:8080",
        "127.0.0.1.evil.example",
        "evil.example:127.0.0.1",
        "localhost.evil.example:8080",
        "localhost:8080@evil.example",
        "0.0.0.0:8080",
        "[::1]:8080",
        "10.0.0.7",
        "",
    ],
)
def test_it_answers_to_no_other_name(host: str) -> None:
    assert status(host=host) == 421
    assert status("POST", host=host, origin=f"http://{host}", sec_fetch_site="same-origin") == 421


def test_one_name_and_no_more() -> None:
    assert refusal("GET", []) is not None
    assert refusal("GET", [(b"host", OWN.encode()), (b"host", b"evil.example")]) is not None


@pytest.mark.parametrize(
    "headers",
    [
        {},  # curl, Airflow's own tasks
        {"sec_fetch_site": "none", "sec_fetch_mode": "navigate", "sec_fetch_dest": "document"},  # typed in
        {"origin": f"http://{OWN}", "sec_fetch_site": "same-origin", "sec_fetch_mode": "cors"},
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_own_pages_and_programs_read_and_write(method: str, headers: dict[str, str]) -> None:
    assert status(method, **headers) == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:9000"},
        {"origin": f"https://{OWN}"},
        {"origin": "http://localhost:8080"},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site", "sec_fetch_mode": "no-cors", "sec_fetch_dest": "script"},
        {"sec_fetch_site": "cross-site", "sec_fetch_mode": "navigate", "sec_fetch_dest": "iframe"},
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "OPTIONS"])
def test_pages_elsewhere_neither_read_nor_write(method: str, headers: dict[str, str]) -> None:
    assert status(method, **headers) == 403


def test_a_link_from_elsewhere_leads_here_but_a_form_does_not() -> None:
    link = {"sec_fetch_site": "cross-site", "sec_fetch_mode": "navigate", "sec_fetch_dest": "document"}
    assert status("GET", **link) == 200
    assert status("POST", **link) == 403


async def _hello(scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
    headers = [(b"X-Frame-Options", b"SAMEORIGIN"), (b"Content-Security-Policy", b"default-src 'self'")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"hello"})


def asked(url: str, **headers: str) -> httpx.Response:
    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app=OwnPages(_hello))
        async with httpx.AsyncClient(transport=transport) as client:
            return await client.get(url, headers=headers)

    return asyncio.run(ask())


def test_every_answer_denies_framing_and_keeps_what_was_asked_for_before() -> None:
    for answer in (asked(f"http://{OWN}/"), asked("http://evil.example/")):
        assert answer.headers.get_list("x-frame-options") == ["DENY"]
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    answer = asked(f"http://{OWN}/")
    assert answer.text == "hello" and "default-src 'self'" in answer.headers["content-security-policy"]
    assert asked("http://evil.example/").status_code == 421


def test_a_socket_of_a_page_elsewhere_is_closed() -> None:
    sent: list[Any] = []

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    async def receive() -> MutableMapping[str, Any]:
        return {}

    scope = {"type": "websocket", "headers": [(b"host", OWN.encode()), (b"origin", b"https://evil.example")]}
    asyncio.run(OwnPages(_hello)(scope, receive, send))
    assert [message["type"] for message in sent] == ["websocket.close"]
