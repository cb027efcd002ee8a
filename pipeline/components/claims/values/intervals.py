"""Intervals of days: weeks, months, seasons, parts of a year, and what lies so many of them before a day.

All intervals are pairs of a first and a last day, both inside it.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

type Days = tuple[date, date]

_YEARS = {"year": 1, "decade": 10, "century": 100}
_MONTHS = {"month": 1, "year": 12, "decade": 120}


def month(year: int, number: int) -> Days:
    """Return a month."""
    return date(year, number, 1), date(year, number, monthrange(year, number)[1])


def nearest_month(number: int, published: date, *, future: bool) -> Days:
    """Return the last such month that had begun, or the next one that has not ended."""
    if future:
        return month(published.year + (number < published.month), number)
    return month(published.year - (number > published.month), number)


def next_month(number: int, published: date, step: int) -> Days:
    """Return a month that is not that of publication: the one after it (step 1) or before it (-1)."""
    year = published.year
    if step < 0:
        year -= number >= published.month
    elif step > 0:
        year += number <= published.month
    return month(year, number)


def weekday(number: int, published: date, step: int) -> date:
    """Return the weekday (Monday is 0) up to the day of publication (step 0), after (1) or before it (-1)."""
    if step > 0:
        return published + timedelta((number - published.weekday() - 1) % 7 + 1)
    if step < 0:
        return published - timedelta((published.weekday() - number - 1) % 7 + 1)
    return published - timedelta((published.weekday() - number) % 7)


def weekday_of_week(number: int, published: date) -> date:
    """Return the weekday (Monday is 0) of the week of publication."""
    return published + timedelta(number - published.weekday())


def weekend(published: date, step: int) -> Days:
    """Return the weekend of the week of publication, or of another one, so many weeks from it."""
    monday = published - timedelta(published.weekday()) + timedelta(7 * step)
    return monday + timedelta(5), monday + timedelta(6)


def season(first_month: int, published: date, step: int) -> Days:
    """Return a season of three months: this year's (step 0), the last one that is over (-1), the next (1)."""

    def of(year: int) -> Days:
        end = first_month + 2  # winter runs into the next year
        return date(year, first_month, 1), month(year + (end > 12), (end - 1) % 12 + 1)[1]

    this_year = of(published.year)
    if step < 0:
        return this_year if this_year[1] < published else of(published.year - 1)
    if step > 0:
        return this_year if this_year[0] > published else of(published.year + 1)
    return this_year


def before(count: int, unit: str, day: date) -> date:
    """Return the day that lies so many days, weeks, months, years or decades before another one.

    Raises:
        ValueError: it lies outside of the calendar.
        OverflowError: so does it.
    """
    if unit == "day":
        return day - timedelta(count)
    if unit == "week":
        return day - timedelta(7 * count)
    index = day.year * 12 + day.month - 1 - count * _MONTHS[unit]
    year, number = divmod(index, 12)
    return date(year, number + 1, min(day.day, monthrange(year, number + 1)[1]))


def around(unit: str, day: date) -> Days:
    """Return the day, week, month, year, decade or century that a day lies in."""
    if unit == "day":
        return day, day
    if unit == "week":
        monday = day - timedelta(day.weekday())
        return monday, monday + timedelta(6)
    if unit == "month":
        return month(day.year, day.month)
    length = _YEARS[unit]
    first = day.year // length * length
    return date(first, 1, 1), date(first + length - 1, 12, 31)


def next_to(unit: str, published: date, step: int) -> Days:
    """Return the day, week ... century that lies so many of them from that of publication."""
    if unit == "day":
        return around(unit, published + timedelta(step))
    if unit == "week":
        return around(unit, published + timedelta(7 * step))
    if unit == "month":
        return around(unit, before(-step, unit, published.replace(day=1)))
    return around(unit, published.replace(day=1, year=published.year + step * _YEARS[unit]))


def portion(number: int, n_months: int, year: int) -> Days:
    """Return a quarter or a half of a year.

    Args:
        number: which one, from 0.
        n_months: its length.
        year: in which it lies.

    Raises:
        ValueError: the year has not so many.
    """
    first = number * n_months + 1
    return date(year, first, 1), month(year, first + n_months - 1)[1]


def part(days: Days, which: str) -> Days:
    """Return the first, middle or last third of an interval, or "all" of it."""
    if which == "all":
        return days
    return _thirds(*days)[("first", "middle", "last").index(which)]


def _thirds(first: date, last: date) -> tuple[Days, Days, Days]:
    """Return three thirds; those of a year are four months, those of a month ten days each."""
    year = first.year
    if (first.month, first.day, last.month, last.day) == (1, 1, 12, 31) and year == last.year:
        return (first, date(year, 4, 30)), (date(year, 5, 1), date(year, 8, 31)), (date(year, 9, 1), last)
    if first.day == 1 and first.month == last.month:
        return (
            (first, first.replace(day=10)),
            (first.replace(day=11), first.replace(day=20)),
            (first.replace(day=21), last),
        )
    if last.year - year == 9:
        return (
            (first, date(year + 3, 12, 31)),
            (date(year + 4, 1, 1), date(year + 6, 12, 31)),
            (date(year + 7, 1, 1), last),
        )
    third = max(1, round(((last - first).days + 1) / 3))
    return (
        (first, first + timedelta(third - 1)),
        (first + timedelta(third), last - timedelta(third)),
        (last - timedelta(third - 1), last),
    )
