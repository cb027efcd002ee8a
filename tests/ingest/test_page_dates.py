# ruff: noqa: E501 - pages in a line
"""Dates in the text of pages: of this story, not of others and not of a change."""

from datetime import UTC, datetime

import pytest

from pipeline.ingest.pages.dates import page_date, page_fields

WORDS = "The lighthouse on the northern pier was sold to a brewer, who wants to keep the lamp lit for ships."
BODY = "".join(f"<p>{WORDS} It is the {n}th to be sold.</p>" for n in range(4, 10))


def dated(inside: str, url: str | None = None, head: str = "") -> tuple[str, str, str] | None:
    page = f"<!DOCTYPE html><html><head>{head}<title>Sold</title></head><body><article><h1>Sold</h1>{inside}</article></body></html>"
    found = page_date(page, url, fetched_at=datetime(2026, 3, 9, tzinfo=UTC))
    return (found[0].at.date().isoformat(), found[0].precision, found[1]) if found else None


@pytest.mark.parametrize(
    "said",
    [
        "<p class='byline'>By A. Pell, published 2 March 2026, updated 5 March 2026</p>",
        "<p>Updated: March 5, 2026. Published: March 2, 2026</p>",
        "<div>First posted on 2 Mar 2026 | Last modified 5 Mar 2026</div>",
        "<span>Last updated 2026-03-05</span> <span>Published 2026-03-02</span>",
        "<p>Monday 2 March 2026</p><p>Last updated on 5 March 2026</p>",
    ],
)
def test_the_date_of_a_change_is_not_that_of_publication(said: str) -> None:
    head = "<meta property='article:modified_time' content='2026-03-05T21:00:00Z'>"
    assert dated(said + BODY, head=head) == ("2026-03-02", "day", "text")


@pytest.mark.parametrize(
    "other",
    [
        "<div class='related'><span class='date'>12 January 2024</span> <a href='/o'>An old story</a></div>",
        "<aside><p>3 February 2025</p><a href='/o'>Another</a></aside>",
        "<ul id='most-read-list'><li><time>4 May 2023</time> <a href='/o'>Read</a></li></ul>",
        "<section class='teaser-box'>Published 1 April 2022: <a href='/o'>Something</a></section>",
        "<div class='c-recommended'><p>Posted on 7 June 2021</p></div>",
    ],
)
def test_dates_of_other_stories_are_none_of_this(other: str) -> None:
    assert dated(f"{other}{BODY}<div class='dateline'>Tuesday 3 March 2026</div>") == (
        "2026-03-03",
        "day",
        "text",
    )
    assert dated(f"<p>Tuesday 3 March 2026</p>{BODY}{other}") == ("2026-03-03", "day", "text")
    assert dated(f"{other}{BODY}") is None


def test_a_date_in_a_sentence_is_not_said_of_the_story() -> None:
    text = (
        "<p>Published 3 March 2026</p><p>The report, which was published on 5 May 2019, names no price.</p>"
    )
    assert dated(text + BODY) == ("2026-03-03", "day", "text")


def test_a_month_in_the_url_comes_behind_the_text_that_agrees_with_it() -> None:
    url = "https://pier.example/2026/02/sold"
    assert dated(BODY, url) == ("2026-02-01", "month", "url")
    assert dated("<p>Published 20 February 2026</p>" + BODY, url) == ("2026-02-20", "day", "text")
    assert dated("<p>Published 20 February 2020</p>" + BODY, url) == ("2026-02-01", "month", "url")
    assert dated(BODY, "https://pier.example/2026/02/14/sold") == ("2026-02-14", "day", "url")


def test_a_year_alone_is_no_date() -> None:
    assert dated(BODY + "<p>Copyright 2025 Pier Gazette</p>") is None


def test_the_title_of_live_reports_is_not_that_of_an_entry() -> None:
    for entry in ("Ferries to run", "Second entry"):
        page = (
            '<html><head><title>The sale: live</title><script type="application/ld+json">{"@type": "LiveBlogPosting", '
            '"headline": "The sale: live", "datePublished": "2026-03-02T08:00:00Z", "liveBlogUpdate": [{"@type": '
            f'"BlogPosting", "headline": "{entry}", "datePublished": "2026-03-03T08:00:00Z"}}]}}</script></head>'
            f"<body><article><h1>The sale: live</h1><h2>{entry}</h2>{BODY}</article></body></html>"
        )
        assert page_fields(page, None).title == "The sale: live"
        found = page_date(page, None, fetched_at=datetime(2026, 3, 9, tzinfo=UTC))
        assert found and found[0].at == datetime(2026, 3, 2, 8, tzinfo=UTC)
