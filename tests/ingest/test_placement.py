"""The day of a record: of publication, else of arrival; never that of a file's last change."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.ingest.fields import read_fields
from pipeline.ingest.placement import Placement, arrival_day, place

ARRIVED = date(2026, 3, 2)


def placed(arrived: date | None = ARRIVED, **record: Any) -> Placement:
    return place(read_fields(record), arrived)


@pytest.mark.parametrize(
    ("path", "day"),
    [
        ("2026-03-02/herald.jsonl", date(2026, 3, 2)),
        ("in/2026-03-02/sub/herald.jsonl.gz", date(2026, 3, 2)),
        ("2026-03-02/2026-03-01/herald.jsonl", date(2026, 3, 1)),
        ("in/herald-2026-03-02.jsonl", date(2026, 3, 2)),
        ("in/2026-03-02.jsonl", date(2026, 3, 2)),
        ("in/from-2026-03-02-to-2026-03-09.jsonl", None),
        ("2026-02-30/herald.jsonl", None),
        ("batch 2026-03-02/herald.jsonl", None),
        ("herald.jsonl", None),
        ("12026-03-021/herald.jsonl", None),
    ],
)
def test_arrival_is_in_the_path(path: str, day: date | None) -> None:
    assert arrival_day(path) == day


def test_publication_counts_first_in_utc() -> None:
    assert placed(published_at="2026-03-01T22:30:00-05:00").day == date(2026, 3, 2)
    assert placed(published_at="2025-12-31").day == date(2025, 12, 31)


def test_undated_goes_to_its_arrival() -> None:
    placement = placed(title="T")
    assert placement.day == ARRIVED and placement.published is None and placement.undated == "no date"
    assert placed(published_at="6 YEARS AGO").day == ARRIVED


def test_time_of_fetching_is_an_arrival_where_the_path_says_nothing() -> None:
    placement = placed(None, crawled="2026-03-04T01:00:00Z")
    assert placement.day == date(2026, 3, 4) and placement.published is None
    assert placed(None).day is None


def test_time_of_fetching_never_passes_as_publication() -> None:
    placement = placed(date="2026-03-02T09:00:00Z", fetched_at="2026-03-02T09:00:00Z")
    assert placement.published is None and placement.day == ARRIVED
    assert placement.undated and "fetching" in placement.undated


def test_relative_dates_need_a_time_of_fetching() -> None:
    assert placed(published_at="2 days ago").published is None
    placement = placed(published_at="2 days ago", fetched_at="2026-03-02T09:00:00Z")
    assert placement.day == date(2026, 2, 28)


def test_the_date_in_the_url_is_the_last_resort() -> None:
    placement = placed(url="https://herald.example/2026/02/27/ferry")
    assert placement.day == date(2026, 2, 27) and placement.published_from == "url"
    assert placement.published and placement.published.precision == "day"
    assert placed(url="https://herald.example/2026/02/27/ferry", date="2026-02-26").published_from == "record"
    assert placed(url="https://herald.example/2031/02/27/ferry").day == ARRIVED


@pytest.mark.parametrize(
    "path", ["2026/02/ferry-put-off", "news/2026-02/ferry.html", "2026/2/12345678", "a/2026/02/x/y"]
)
def test_a_month_in_the_url_is_no_day(path: str) -> None:
    placement = placed(url=f"https://herald.example/{path}")
    assert placement.published_from == "url" and placement.published
    assert placement.published.precision == "month" and placement.day == date(2026, 2, 1)


@pytest.mark.parametrize(
    ("path", "day", "precision"),
    [
        ("uk-news/2026/feb/27/ferry-put-off", 27, "day"),
        ("2026/February/07/ferry", 7, "day"),
        ("20260227/ferry.html", 27, "day"),
        ("world/2026/feb/ferry", 1, "month"),
    ],
)
def test_urls_that_spell_their_date_otherwise(path: str, day: int, precision: str) -> None:
    placement = placed(url=f"https://herald.example/{path}")
    assert placement.published_from == "url" and placement.published
    assert (placement.day, placement.published.precision) == (date(2026, 2, day), precision)


@pytest.mark.parametrize(
    "path",
    [
        "2026/13/ferry",
        "2026/00/a",
        "12026/02/a",
        "2026/02",
        "2031/02/a/",
        "v/2026/ferry",
        "2026/market/a",
        "20261332/a",
        "a-20260227/x",
    ],
)
def test_what_is_no_month_in_a_url(path: str) -> None:
    assert placed(url=f"https://herald.example/{path}").published is None


@pytest.mark.parametrize("value", ["0201-01-06", "2026-02-30"])
def test_a_date_that_cannot_be_is_refused(value: str) -> None:
    placement = placed(published_at=value)
    assert placement.refused and placement.refused[0] == "bad_date" and placement.day == ARRIVED


def test_another_field_may_still_hold_the_date() -> None:
    assert placed(published_at="0201-01-06", date="2026-03-01").day == date(2026, 3, 1)


def test_published_after_it_arrived_is_refused_but_for_timezones() -> None:
    assert placed(published_at="2026-03-03T11:00:00Z").day == date(2026, 3, 3)
    placement = placed(published_at="2026-03-03T12:00:00Z")
    assert placement.refused and placement.refused[0] == "future_day" and placement.day == ARRIVED


@given(st.dictionaries(st.sampled_from(["published_at", "date", "url", "fetched_at"]), st.text()), st.dates())
def test_always_on_a_day_when_it_has_arrived(record: dict[str, str], arrived: date) -> None:
    assert place(read_fields(record), arrived).day is not None
