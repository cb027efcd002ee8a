"""Dates as corpora write them, in UTC, with no more precision than was given."""

import time
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.ingest.moments import ImpossibleDateError, Moment, parse_moment, written

FETCHED = datetime(2026, 3, 5, 14, 30, tzinfo=UTC)


def moment(text: str, precision: str) -> Moment:
    return Moment(datetime.fromisoformat(text).replace(tzinfo=UTC), precision)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-03-01", moment("2026-03-01", "day")),
        ("2026-03-01T10:05", moment("2026-03-01T10:05", "minute")),
        ("2026-03-01T10:05:07.123456Z", moment("2026-03-01T10:05:07", "second")),
        ("2026-03-01 23:30:00-05:00", moment("2026-03-02T04:30:00", "second")),
        ("2026-03-01T00:30:00+0200", moment("2026-02-28T22:30:00", "second")),
        ("2026-3-1 9:05", moment("2026-03-01T09:05", "minute")),
        ("2026/03/01 10:05:07", moment("2026-03-01T10:05:07", "second")),
        ("20260301T100507Z", moment("2026-03-01T10:05:07", "second")),
        ("20260301100507", moment("2026-03-01T10:05:07", "second")),
        ("20260301", moment("2026-03-01", "day")),
        (20260301, moment("2026-03-01", "day")),
        ("2026-03", moment("2026-03-01", "month")),
        ("March 2026", moment("2026-03-01", "month")),
        (1772359507, moment("2026-03-01T10:05:07", "second")),
        (1772359507.25, moment("2026-03-01T10:05:07", "second")),
        (1772359507000, moment("2026-03-01T10:05:07", "second")),
        ("1772359507000", moment("2026-03-01T10:05:07", "second")),
        ({"$date": 1772359507000}, moment("2026-03-01T10:05:07", "second")),
        ({"$date": {"$numberLong": "1772359507000"}}, moment("2026-03-01T10:05:07", "second")),
        ({"$date": "2026-03-01T10:05:07Z"}, moment("2026-03-01T10:05:07", "second")),
        ([2026, 3, 1, 10, 5, 7, 6, 60, 0], moment("2026-03-01T10:05:07", "second")),
        (["2026-03-01"], moment("2026-03-01", "day")),
        ("Sun, 01 Mar 2026 10:05:07 GMT", moment("2026-03-01T10:05:07", "second")),
        ("Sun, 01 Mar 2026 10:05:07 EST", moment("2026-03-01T15:05:07", "second")),
        ("Sun Mar 01 10:05:07 +0000 2026", moment("2026-03-01T10:05:07", "second")),
        ("26-FEB-1987 15:01:01.79", moment("1987-02-26T15:01:01", "second")),
        ("March 1, 2026 at 5:30 pm EST", moment("2026-03-01T22:30", "minute")),
        ("Published on 1st March 2026", moment("2026-03-01", "day")),
        ("May 18, 2016 Wednesday", moment("2016-05-18", "day")),
        ("31/12/2018", moment("2018-12-31", "day")),
        ("12/31/2018", moment("2018-12-31", "day")),
        ("03/04/2018", moment("2018-04-03", "day")),
        ("03.04.2018 17:45", moment("2018-04-03T17:45", "minute")),
        ("03-04-2018", moment("2018-03-04", "day")),
        ("3/4/2018 4:05 PM", moment("2018-03-04T16:05", "minute")),
        ("3/4/2018 12:05 AM", moment("2018-03-04T00:05", "minute")),
        ("3 mars 2026", moment("2026-03-03", "day")),
        ("6 de enero de 2021", moment("2021-01-06", "day")),
        ("2026-02-28T24:00", moment("2026-03-01", "minute")),
        # offsets from UTC and GMT: east is a plus
        ("2026-03-01 20:30:00 UTC-4", moment("2026-03-02T00:30:00", "second")),
        ("2026-03-01 20:30 UTC+05:30", moment("2026-03-01T15:00", "minute")),
        ("March 1, 2026 8:30 AM GMT+9", moment("2026-02-28T23:30", "minute")),
        ("1 March 2026, 08:30 (GMT-04:00)", moment("2026-03-01T12:30", "minute")),
        ("1 March 2026 08:30 GMT +2", moment("2026-03-01T06:30", "minute")),
        ("Sun 1/03/2026 10:00 PM (GMT-03:30)", moment("2026-01-04T01:30", "minute")),
        (
            "Sun Mar 01 2026 23:30:00 GMT+0100 (Central European Standard Time)",
            moment("2026-03-01T22:30:00", "second"),
        ),
        ("2026-03-01T22:00:00Z-0700", moment("2026-03-02T05:00:00", "second")),
        ("2026-03-01T22:00:00\u22120500", moment("2026-03-02T03:00:00", "second")),
        ("2026-03-01T23:15:00-05:00[America/Chicago]", moment("2026-03-02T04:15:00", "second")),
        ("2026-03-01T23:15:00[America/Chicago]", moment("2026-03-02T05:15:00", "second")),
        ("2026-07-01 12:00:00 Europe/Berlin", moment("2026-07-01T10:00:00", "second")),
        # names of zones
        ("March 1, 2026 9:00 pm PST", moment("2026-03-02T05:00", "minute")),
        ("Wed, 01 Jul 2026 09:00:00 BST", moment("2026-07-01T08:00:00", "second")),
        ("2026-03-01 22:15:00 EST", moment("2026-03-02T03:15:00", "second")),
        ("March 1, 2026 9:00 pm IST", moment("2026-03-01", "day")),
        ("Sun, 01 Mar 2026 23:59:00 IST", moment("2026-03-01", "day")),
        ("1 March 2026 01:15 AST", moment("2026-03-01", "day")),
        # halves of the day
        ("2026-03-01 10:15:00 PM", moment("2026-03-01T22:15:00", "second")),
        ("2026-03-01T12:05 am", moment("2026-03-01T00:05", "minute")),
        ("2026-03-01 09:05 p.m.", moment("2026-03-01T21:05", "minute")),
        ("3/4/26 10:15 PM", moment("2026-03-04T22:15", "minute")),
        ("31.12.87", moment("1987-12-31", "day")),
        # published and updated
        ("Published 1 March 2026, updated 4 March 2026", moment("2026-03-01", "day")),
        ("Updated: March 4, 2026 | First published: March 1, 2026", moment("2026-03-01", "day")),
        ("1 March 2026 10:00 (last updated 4 March 2026 11:00)", moment("2026-03-01T10:00", "minute")),
        ("Posted on 2026-03-01; modified on 2026-03-04", moment("2026-03-01", "day")),
        ("Last updated on 4 March 2026", moment("2026-03-04", "day")),
    ],
)
def test_understood(value: object, expected: Moment) -> None:
    assert parse_moment(value) == expected


@pytest.mark.parametrize(
    ("value", "offset", "day"),
    [
        ("2026-03-03T21:30:00-05:00", -300, 3),
        ("2026-03-04T06:15+09:00", 540, 4),
        ("Tue, 03 Mar 2026 22:10:00 -0330", -210, 3),
        ("Tue, 03 Mar 2026 22:10:00 EST", -300, 3),
        ("March 3, 2026 9:00 pm PST", -480, 3),
        ("2026-03-03 20:30 UTC-4", -240, 3),
        ("4 March 2026 00:20 GMT+2", 120, 4),
        ("2026-07-04 00:30:00 Europe/Berlin", 120, 4),
        ("4 July 2026 00:30 Europe/Berlin", 120, 4),
        ("March 3, 2026 11:15 PM America/Chicago", -360, 3),
        ("2026-03-03 23:15 (America/New_York)", -300, 3),
        ("2026-03-03 23:15:00 -0500 EST", -300, 3),
        ("Tue, 3 Mar 2026 23:15:00 +0100 (CET)", 60, 3),
        ("Tue 7 Jul 2026 18.15 BST", 60, 7),
        ("First published on Tue 3 Mar 2026 18.15 GMT", 0, 3),
        ("3 March 2026 6.15pm EST", -300, 3),
        ("2026-03-03T23:30:00Z", 0, 3),
        ("2026-03-03 23:30 GMT", 0, 3),
        ("2026-03-03T23:30:00", None, 3),
        ("3 March 2026 23:30", None, 3),
        ("Tue, 03 Mar 2026 23:30:00 -0000", None, 3),
        ("March 3, 2026 9:00 pm IST", None, 3),
        ("2026-03-03", None, 3),
        (1772359507, None, 1),
        ([2026, 3, 3, 23, 30, 0], None, 3),
        ("3 mars 2026 23:30", None, 3),
        (datetime(2026, 3, 3, 23, tzinfo=timezone(timedelta(hours=-8))), -480, 3),
    ],
)
def test_the_zone_that_was_written_is_kept(value: object, offset: int | None, day: int) -> None:
    found = parse_moment(value)
    assert found is not None and (found.offset, found.local.day) == (offset, day)
    again = parse_moment(written(found))
    assert again == found and again is not None and again.offset == offset


@pytest.mark.parametrize(
    "value",
    [
        "",
        "n/a",
        "None",
        "2026",
        "6 YEARS AGO",
        "5 hours ago",
        "yesterday",
        "12",
        12,
        0,
        True,
        None,
        [],
        {},
        3.5,
        "Tuesday",
        "10:30",
        "3 March",
        "March 3",
        "x" * 5000,
        "in 2026",
        "1970-01-01T00:00:00Z",
        "1970-01-01",
        "Thu, 01 Jan 1970 00:00:00 +0000",
        "Thu, 01 Jan 1970 01:00:00 GMT",
        "1969-12-31T19:00:00-05:00",
        "1969-12-31 16:00:00",
        "January 1, 1970",
        {"$date": "1970-01-01T00:00:00.000Z"},
        [1970, 1, 1, 0, 0, 0],
        "0000-00-00 00:00:00",
        "0001-01-01T00:00:00",
        "1601-01-01T00:00:00Z",
        "1e400",
        float("1e30"),
    ],
)
def test_not_understood(value: object) -> None:
    assert parse_moment(value) is None


@pytest.mark.parametrize(
    "value",
    [
        "0201-01-06",
        "0001-02-01T00:00:00Z",
        "2026-02-30",
        "2026-13-01",
        "30/02/2026",
        "2026-03-01T25:00:00",
        "30 February 2020",
        20261340,
        "1066-10-14",
    ],
)
def test_impossible(value: object) -> None:
    with pytest.raises(ImpossibleDateError):
        parse_moment(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("just now", moment("2026-03-05T14:30", "minute")),
        ("15 minutes ago", moment("2026-03-05T14:15", "minute")),
        ("6 hours ago", moment("2026-03-05", "day")),
        ("Updated 20 hours ago", moment("2026-03-04", "day")),
        ("yesterday", moment("2026-03-04", "day")),
        ("A DAY AGO", moment("2026-03-04", "day")),
        ("1 week ago", moment("2026-02-26", "day")),
        ("3 weeks ago", moment("2026-02-01", "month")),
        ("4 months ago", moment("2025-11-01", "month")),
        ("6 YEARS AGO", None),
    ],
)
def test_relative_to_the_time_of_fetching(value: str, expected: Moment | None) -> None:
    assert parse_moment(value, fetched_at=FETCHED) == expected


def test_the_reading_that_is_not_in_the_future() -> None:
    arrived = datetime(2026, 3, 5, tzinfo=UTC)
    assert parse_moment("03/04/2026", latest=arrived) == moment("2026-03-04", "day")
    assert parse_moment("03/04/2025", latest=arrived) == moment("2025-04-03", "day")


@pytest.mark.slow
@given(
    st.one_of(
        st.text(), st.integers(), st.floats(), st.from_regex(r"\d{1,4}[-/. ]\w{1,3}[-/. ]\d{1,4}.{0,20}")
    )
)
def test_never_anything_but_a_moment_none_or_impossible(value: object) -> None:
    try:
        found = parse_moment(value, fetched_at=FETCHED)
    except ImpossibleDateError:
        return
    assert found is None or (found.at.utcoffset() == timedelta(0) and found.at.microsecond == 0)


@given(st.datetimes(datetime(1700, 1, 1), datetime(2100, 1, 1), timezones=st.timezones()))
def test_iso_goes_round(at: datetime) -> None:
    if at.utcoffset() % timedelta(minutes=1):  # type: ignore[operator]
        return  # offsets of the days before standard time have seconds, which ISO 8601 does not know
    expected = at.astimezone(UTC).replace(microsecond=0)
    assert parse_moment(at.isoformat()) == Moment(expected, "second")


def test_the_day_after_the_epoch_is_a_day() -> None:
    assert parse_moment("2 January 1970") == moment("1970-01-02", "day")
    assert parse_moment("1970-01-01T10:25:00Z") == moment("1970-01-01T10:25:00", "second")


def test_words_of_no_language_cost_nothing() -> None:
    start = time.process_time()
    for n in range(3000):
        assert parse_moment(f"{n % 28 + 1} xqz{chr(97 + n % 26)}blorp 20{n % 100:02d} {n}") is None
    assert time.process_time() - start < 10
