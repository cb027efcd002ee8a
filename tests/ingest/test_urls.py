"""Canonical URLs: the same page under one address, different pages under different ones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.ingest.urls import canonical_url, host


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("https://herald.example/a/1?utm_source=x&utm_medium=y", "https://herald.example/a/1"),
        ("HTTPS://Herald.Example:443/a/1#comments", "https://herald.example/a/1"),
        ("https://herald.example/story?id=7&fbclid=abc", "https://herald.example/story?id=7"),
        ("https://herald.example/story.asp?12345", "https://herald.example/story.asp?12345"),
        (" https://herald.example/a//1 ", "https://herald.example/a/1"),
        ("https://herald.example/", None),
        ("https://herald.example", None),
        ("ftp://herald.example/a", None),
        ("javascript:alert(1)", None),
        ("http://[::1", None),
        ("nonsense", None),
        ("https://herald.example/" + "a" * 5000, None),
        (None, None),
    ],
)
def test_canonical(url: str | None, canonical: str | None) -> None:
    assert canonical_url(url) == canonical


def test_articles_told_apart_by_their_query_alone_stay_apart() -> None:
    base = "https://herald.example/story.asp"
    assert len({canonical_url(f"{base}?{query}") for query in ("1", "2", "id=1", "id=2")}) == 4


def test_host() -> None:
    assert host("https://www.herald.example/a") == "herald.example"
    assert host(None) is None and host("http://[::1") is None


@given(st.one_of(st.text(), st.from_regex(r"https?://[a-z.]{1,10}/.{0,20}")))
def test_canonical_again_changes_nothing(url: str) -> None:
    canonical = canonical_url(url)
    assert canonical is None or canonical_url(canonical) == canonical
