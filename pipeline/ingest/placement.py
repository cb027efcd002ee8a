"""Which day a record belongs to: that of its publication, else that of its arrival.

* The day of publication is the UTC date of `published_at`, or else of the date in the URL's path; where that
  has but year and month, the first of the month, and the date says that it is no more than a month.
* The day of arrival is that of the folder or file named YYYY-MM-DD on the record's path, or else that of
  the time of fetching that the record gives. A file's modification time says nothing and is never asked.
* A date that cannot be (of the year 201; after the arrival, with 36 hours' grace, since folders may be
  named in any timezone) makes the record a reject of its day of arrival.
* A date that is not understood, or that is the time of fetching in disguise, is no date.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Literal, NamedTuple

from pipeline.ingest.fields import Fields
from pipeline.ingest.moments import ImpossibleDateError, Moment, Precision, month_numbers, parse_moment
from pipeline.lexicons import lexicon

GRACE = timedelta(hours=36)
"""After the start (UTC) of a day of arrival, that day is over everywhere on Earth."""

DateSource = Literal["url", "json-ld", "meta", "feed", "record", "text"]

_ARCHIVES = (".zip", ".tar", ".tgz", ".gz", ".zst", ".bz2", ".xz")
_DATED = re.compile(r"(?<![0-9])(\d{4}-\d{2}-\d{2})(?![0-9])")
_URL_MONTH = re.compile(r"/((?:19|20)\d\d)[/-](0?[1-9]|1[0-2])/(?!\d{1,2}(?:[/_-]|$))")
_URL_DATE = re.compile(
    r"/((?:19|20)\d\d)[/-](\d{1,2})[/-](\d{1,2})(?=[/_-]|$)"
    r"|/((?:19|20)\d\d)(0[1-9]|1[0-2])([0-3]\d)(?=/)"
)
_URL_WORD = re.compile(r"(/(?:19|20)\d\d/)([a-z]{3,9})(?=/)", re.IGNORECASE)
"""What may be the name of a month: `/2026/mar/02/`."""


class Placement(NamedTuple):
    """The day of a record, and what its date of publication is worth.

    Attributes:
        day: None where neither publication nor arrival is known.
        published: None where the record is undated.
        published_from: where the date was found.
        refused: "bad_date" or "future_day", and what was found, where the date cannot be.
        undated: why there is no date of publication; None where there is one.
    """

    day: date | None
    published: Moment | None = None
    published_from: DateSource | None = None
    fetched_at: datetime | None = None
    refused: tuple[Literal["bad_date", "future_day"], str] | None = None
    undated: str | None = None


@lru_cache(maxsize=4096)
def arrival_day(path: str) -> date | None:
    """Return the day that a path is named by: of the innermost folder or file with one date in its name.

    A folder must be named by the date alone, a file must have it in its name.
    """
    parts = PurePosixPath(path).parts
    for i, part in reversed(list(enumerate(parts))):
        is_file = i == len(parts) - 1 or part.lower().endswith(_ARCHIVES)
        found = _DATED.findall(part)
        if len(found) == 1 and (is_file or part == found[0]):
            day = _day(found[0])
            if day:
                return day
    return None


def place(
    fields: Fields,
    arrived: date | None,
    *,
    found_in: DateSource = "record",
    precision: Precision | None = None,
) -> Placement:
    """Return the day of a record.

    Args:
        fields: what the record says.
        arrived: day of arrival by its path, None where the path does not say.
        found_in: what `published_at_source` is to be for the record's own date.
        precision: of that date, where it is not the one it is written with.
    """
    fetched = _moment_or_none(fields.fetched)
    fetched_at = fetched.at if fetched else None
    if arrived is None and fetched_at is not None:
        arrived = fetched_at.date()
    latest = datetime.combine(arrived, time(), UTC) + GRACE if arrived else None

    published: Moment | None = None
    origin: DateSource | None = found_in
    undated, impossible = "no date", None
    for value in fields.published:
        shown = str(value)[:60]
        try:
            published = parse_moment(value, fetched_at=fetched_at, latest=latest)
        except ImpossibleDateError as error:
            impossible = impossible or f"{shown!r}: {error}"
            continue
        if published and fetched and published == fetched and published.precision == "second":
            published, undated = None, f"{shown!r} is the time of fetching"
        elif published is None:
            undated = f"{shown!r} is no date"
        else:
            break
    if published is None and impossible:
        return Placement(arrived, fetched_at=fetched_at, refused=("bad_date", impossible))
    if published is None:
        published, origin = url_date(fields.url) or url_month(fields.url), "url"
        if published and latest and published.at >= latest:
            published = None
    if published is None:
        return Placement(arrived, fetched_at=fetched_at, undated=undated)
    if latest and published.at >= latest:
        detail = f"published {published.at:%Y-%m-%d}, but arrived {arrived}"
        return Placement(arrived, fetched_at=fetched_at, refused=("future_day", detail))
    if precision and origin == found_in:
        published = replace(published, precision=precision)
    return Placement(published.at.date(), published, origin, fetched_at)


def url_date(url: str | None) -> Moment | None:
    """Return the day in a URL's path; None where there is none."""
    found = _URL_DATE.search(_with_numbers(url)) if url else None
    if not found:
        return None
    day = _day("-".join(part.zfill(2) for part in found.groups() if part))
    return Moment(datetime.combine(day, time(), UTC), "day") if day else None


def url_month(url: str | None) -> Moment | None:
    """Return the month in a URL's path that has no day, as its first day and with that precision."""
    found = _URL_MONTH.search(_with_numbers(url)) if url else None
    if not found:
        return None
    return Moment(datetime(int(found[1]), int(found[2]), 1, tzinfo=UTC), "month")


def _with_numbers(url: str) -> str:
    """Return a URL with the number of the month in place of its name."""
    months = lexicon().made(month_numbers)
    return _URL_WORD.sub(lambda found: f"{found[1]}{months.get(found[2].lower(), found[2])}", url)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _moment_or_none(value: object) -> Moment | None:
    try:
        return parse_moment(value)
    except ImpossibleDateError:
        return None
