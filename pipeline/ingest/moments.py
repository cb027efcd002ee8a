"""Dates of publication as corpora write them, to UTC, with how much of the time was given.

Understood are ISO 8601, RFC 2822, epoch numbers (seconds to nanoseconds), MongoDB's {"$date": ...}, the
forms of archives ("26-FEB-1987 15:01:01.79", "3 March 2026", "03/04/2018", "20260301T101500Z"), and, given
the time of fetching, relative ones ("6 hours ago"). Of several dates in one string, that of first publication
counts ("Updated 4 March, published 2 March"). A time without a zone is taken as UTC; of a time whose zone is
not known (IST is that of India, Ireland or Israel) only the day is taken. The beginning of 1970, with which
computers write that they know no date, is none.
"""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any, Literal

from dateutil import parser as dateutil_parser
from dateutil import tz

from pipeline.ingest.date_leads import of_publication
from pipeline.ingest.month_words import languages_of
from pipeline.ingest.patterns import one_of
from pipeline.ingest.zones import TIME_AND_ZONE, ZONES, region_of, weekdays, with_plain_zone
from pipeline.lexicons import Lexicon, lexicon

Precision = Literal["second", "minute", "day", "month"]

FIRST_YEAR = 1600
"""No newspaper is older: the Relation of Strasbourg appeared from 1605."""


class ImpossibleDateError(ValueError):
    """It is written as a date, but there is or can be no such date of publication."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A time in UTC, cut to what was given of it.

    Attributes:
        at: in UTC.
        precision: how much of it was given.
        offset: minutes by which the clock that it was written by is ahead of UTC (east is a plus); None where
            no zone was written. Two moments are the same whatever clock they were written by.
    """

    at: datetime
    precision: Precision
    offset: int | None = field(default=None, compare=False)

    @property
    def local(self) -> datetime:
        """The time by the clock that it was written by; in UTC where no zone was written."""
        return self.at.astimezone(timezone(timedelta(minutes=self.offset))) if self.offset else self.at


def written(moment: Moment) -> str:
    """Return a moment as text that `parse_moment` reads again, with its zone, and no more than was given."""
    text = moment.local.isoformat()
    zone = text[19:] if moment.offset is not None else ""
    cut = {"second": 19, "minute": 16, "day": 10, "month": 7}[moment.precision]
    return text[:cut] + (zone if cut > 10 else "")


def parse_moment(
    value: Any, *, fetched_at: datetime | None = None, latest: datetime | None = None
) -> Moment | None:
    """Return the time that a value stands for; None where it is not understood.

    Args:
        value: a string, a number, an object or a list, as records have them.
        fetched_at: time of fetching; without it a relative time is not understood.
        latest: when the record had arrived at the latest; settles "03/04/2018" where one reading is later.
            Without it the day comes first between slashes and dots, the month between hyphens or where
            there is an AM or PM.

    Raises:
        ImpossibleDateError: the 30th of February, the year 201.
    """
    found = _parsed(value, fetched_at, latest)
    return None if found and _is_epoch(found) else found


def _parsed(value: Any, fetched_at: datetime | None, latest: datetime | None) -> Moment | None:
    if isinstance(value, str):
        if len(value) > _MAX_LENGTH:
            return None
        text = of_publication(" ".join(value.split()))
        if len(text) > _MAX_DATE or _NOTHING.fullmatch(text):
            return None
        region = region_of(text)
        text = with_plain_zone(text)
        found = _absolute(text, _order(text, latest))
        is_local = found is not None and found.offset is None and found.precision in ("second", "minute")
        if found and is_local and region and region[1]:
            return _moment(found.at.replace(tzinfo=region[1]), found.precision)
        if found is None and fetched_at is not None:
            found = _relative(text, fetched_at)
        return found
    if isinstance(value, bool):
        return None
    if isinstance(value, (int, float)):
        return _number(value)
    if isinstance(value, datetime):
        return _moment(value, "second")
    if isinstance(value, dict):
        inner = next((value[k] for k in _DATE_KEYS if k in value), None)
        return None if inner is None else parse_moment(inner, fetched_at=fetched_at, latest=latest)
    if isinstance(value, list):
        return _list(value, fetched_at, latest)
    return None


_NOTHING = re.compile(r"0000-00-00(?:[T ].*)?|0001-01-01(?:[T ]00:00.*)?|1601-01-01[T ]00:00.*")
"""What MySQL, .NET and Windows write where they know no date."""
_DATE_KEYS = ("$date", "$numberLong", "iso", "value", "date", "seconds", "_seconds")
_MAX_LENGTH = 300
_MAX_DATE = 80
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _is_epoch(moment: Moment) -> bool:
    """Tell whether a moment is the zero of computers' time, in whatever zone it was written."""
    at, precision = moment.at, moment.precision
    if precision in ("day", "month"):
        return at == _EPOCH and precision == "day"
    return at == _EPOCH or (abs(at - _EPOCH) <= timedelta(hours=14) and (at.minute, at.second) == (0, 0))


def _moment(at: datetime, precision: Precision, *, is_zoned: bool = True) -> Moment:
    """Return a moment in UTC, cut to its precision.

    Args:
        at: the time; without a zone it is taken as UTC.
        precision: how much of it was given.
        is_zoned: its zone, where it has one, was given too.

    Raises:
        ImpossibleDateError: its year cannot be.
    """
    try:
        ahead = at.utcoffset() if is_zoned and precision in ("second", "minute") else None
        offset = None if ahead is None else round(ahead.total_seconds() / 60)
        at = (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (OverflowError, ValueError):
        raise ImpossibleDateError("out of the calendar") from None
    if at.year < FIRST_YEAR:
        raise ImpossibleDateError(f"year {at.year}")
    if precision == "second":
        return Moment(at.replace(microsecond=0), precision, offset)
    if precision == "minute":
        return Moment(at.replace(second=0, microsecond=0), precision, offset)
    return Moment(at.replace(hour=0, minute=0, second=0, microsecond=0), precision)


def _list(value: list[Any], fetched_at: datetime | None, latest: datetime | None) -> Moment | None:
    """Return the moment of a struct_time written as a list, or the first of a list of values."""
    if len(value) >= 6 and all(isinstance(v, int) and not isinstance(v, bool) for v in value):
        try:
            return _moment(datetime(*value[:6]), "second")
        except ValueError as error:
            raise ImpossibleDateError(str(error)) from None
    for item in value[:10]:
        if isinstance(item, list):
            continue
        found = parse_moment(item, fetched_at=fetched_at, latest=latest)
        if found:
            return found
    return None


# ---- numbers ---------------------------------------------------------------------------------------


def _number(value: float) -> Moment | None:
    """Return the moment of an epoch number, its unit told by its size; or of 20260301."""
    if isinstance(value, int) and 16000101 <= value <= 99991231:
        text = str(value)
        return _moment(_datetime(int(text[:4]), int(text[4:6]), int(text[6:])), "day")
    size = abs(value)
    if not 1e8 <= size < 1e20:  # before 1973 or so it may be any number
        return None
    units = ((1e11, 1), (1e14, 10**3), (1e17, 10**6), (1e20, 10**9))
    unit = next(unit for limit, unit in units if size < limit)
    try:
        return _moment(_EPOCH + timedelta(seconds=value // unit), "second", is_zoned=False)
    except OverflowError:
        raise ImpossibleDateError("out of the calendar") from None


# ---- written dates ---------------------------------------------------------------------------------

_ISO = re.compile(
    r"(\d{4})-(\d\d?)-(\d\d?)(?:[T ]{1,2}(\d\d?):(\d\d)(?::(\d\d)(?:[.,]\d+)?)?)?"
    r"(?: ?([ap]\.?m\.?))?"
    r" ?(Z|UTC|GMT|[+-]\d\d:?\d\d|[+-]\d\d)?",
    re.IGNORECASE,
)
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T?(\d\d)(\d\d)(\d\d)?(?:\.\d+)?(Z|[+-]\d\d:?\d\d)?)?")
_MONTH_ONLY = re.compile(r"(\d{4})-(\d\d)")
_DIGITS = re.compile(r"-?\d{9,19}(?:\.\d+)?")
_NUMERIC = re.compile(
    r"(\d\d?)([/.-])(\d\d?)\2(\d{4}|(?<=[/.])\d\d)"
    r"(?:,?[T ] ?(\d\d?):(\d\d)(?::(\d\d)(?:[.,]\d+)?)? ?([AaPp]\.?[Mm]\.?)?"
    r" ?(Z|UTC|GMT|[+-]\d\d:?\d\d)?)?"
)
_NAMED = re.compile(r"(\d\d?)[- ]([A-Za-z]{3,9})[- ](\d{4})(?: (\d\d?):(\d\d)(?::(\d\d)(?:\.\d+)?)?)?")


def month_numbers(words: Lexicon) -> dict[str, int]:
    """Return the numbers of months by their names, whole and short."""
    names = [name.lower() for name in words.ordered("dates.months")]
    return {form: number for number, name in enumerate(names, 1) for form in (name, name[:3])}


_SLASHED = re.compile(r"(\d{4})[/.](\d\d?)[/.](\d\d?)(.*)")
_YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)")
_LETTERS = re.compile(r"[^\W\d_]{3}")


def _order(text: str, latest: datetime | None) -> Literal["day", "month"]:
    """Return what comes first in a date of two numbers that could both be the month."""
    numeric = _NUMERIC.match(text)
    if not numeric:
        return "day"
    usual: Literal["day", "month"] = "month" if numeric[2] == "-" or numeric[8] else "day"
    first, second, year = int(numeric[1]), int(numeric[3]), int(_whole_year(numeric[4]))
    if first > 12 or second > 12:
        return "day" if first > 12 else "month"
    if latest is None:
        return usual
    day, month = (first, second) if usual == "day" else (second, first)
    if (year, month, day) > (latest.year, latest.month, latest.day):
        return "month" if usual == "day" else "day"
    return usual


def _whole_year(year: str) -> str:
    """Return a year with its century: "26" is 2026, "87" is 1987."""
    return year if len(year) == 4 else f"{'20' if year < '70' else '19'}{year}"


@lru_cache(maxsize=65536)
def _absolute(text: str, order: Literal["day", "month"]) -> Moment | None:
    iso = _ISO.fullmatch(text)
    if iso:
        return _from_parts(iso[1], iso[2], iso[3], iso[4], iso[5], iso[6], iso[8], iso[7])
    if _DIGITS.fullmatch(text) and not (len(text) in (12, 14) and text[:2] in ("19", "20")):
        return _number(float(text) if "." in text else int(text))
    compact = _COMPACT.fullmatch(text)
    if compact:
        return _from_parts(*compact.groups())
    only = _MONTH_ONLY.fullmatch(text)
    if only:
        return _moment(_datetime(int(only[1]), int(only[2]), 1), "month")
    numeric = _NUMERIC.fullmatch(text)
    if numeric:
        day, middle = (numeric[1], numeric[3]) if order == "day" else (numeric[3], numeric[1])
        return _from_parts(
            _whole_year(numeric[4]), middle, day, numeric[5], numeric[6], numeric[7], numeric[9], numeric[8]
        )
    slashed = _SLASHED.fullmatch(text)
    if slashed:
        return _absolute(f"{slashed[1]}-{slashed[2]}-{slashed[3]}{slashed[4]}", order)
    named = _NAMED.fullmatch(text)
    months = lexicon().made(month_numbers)
    if named and named[2].lower() in months:
        month = str(months[named[2].lower()])
        return _from_parts(named[3], month, named[1], named[4], named[5], named[6], None)
    if not _LETTERS.search(text) and not TIME_AND_ZONE.search(text):
        return None
    found = _rfc(text) or _worded(text) or _foreign(text)
    return _moment(found.at, "day") if found and _is_zone_unknown(text) else found


def _is_zone_unknown(text: str) -> bool:
    """Tell whether a time has the abbreviation of a zone that may be any of several."""
    found = TIME_AND_ZONE.search(text)
    name = (found[1] or found[2]) if found else None
    if not name or name in ZONES or name in ("AM", "PM", "UT"):
        return False
    words = lexicon()
    return name.lower() not in words.made(month_numbers) and name.lower() not in words.made(weekdays)


def _datetime(*parts: int, zone: tzinfo = UTC) -> datetime:
    try:
        return datetime(*parts, tzinfo=zone)  # type: ignore[arg-type,misc]
    except (ValueError, OverflowError) as error:
        raise ImpossibleDateError(str(error)) from None


def _from_parts(
    year: str,
    month: str,
    day: str,
    hour: str | None,
    minute: str | None,
    second: str | None,
    zone: str | None,
    half: str | None = None,
) -> Moment:
    if hour is None or minute is None:
        return _moment(_datetime(int(year), int(month), int(day)), "day")
    hours = int(hour)
    if half and hours <= 12:
        hours = hours % 12 + (12 if half[0] in "pP" else 0)
    parts = [int(year), int(month), int(day), hours, int(minute), min(int(second or 0), 59)]
    if hours == 24:  # 24:00 is the end of the day in ISO 8601
        parts[3] = 0
        at = _datetime(*parts, zone=_zone(zone)) + timedelta(days=1)
    else:
        at = _datetime(*parts, zone=_zone(zone))
    return _moment(at, "second" if second else "minute", is_zoned=zone is not None)


def _zone(text: str | None) -> tzinfo:
    if not text or text[0] not in "+-":
        return UTC
    digits = text[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return tz.tzoffset(None, (-offset if text[0] == "-" else offset).total_seconds())


_RFC = re.compile(
    r"(?:[A-Za-z]{3}, )?\d\d? [A-Za-z]{3} \d{4} \d\d:\d\d(:\d\d)? (?:[+-]\d{4}|[A-Z]{1,4}|[A-Z][a-z]+)"
)


def _rfc(text: str) -> Moment | None:
    found = _RFC.fullmatch(text)
    if not found:
        return None
    try:
        at = parsedate_to_datetime(text)
        if at.tzinfo is None:  # a name that the standard library does not know, or "-0000", which is none
            at = at.replace(tzinfo=ZONES.get(text.rpartition(" ")[2]))
        return _moment(at, "second" if found[1] else "minute")
    except ImpossibleDateError:
        raise
    except ValueError as error:
        raise ImpossibleDateError(str(error)) from None


_DEFAULTS = (datetime(1904, 1, 1), datetime(1908, 2, 2, 1, 1, 1))
"""Two that differ in each part: a part that comes out different was not given."""


def _noise(words: Lexicon) -> re.Pattern[str]:
    """Return the pattern of what stands in a date and says nothing of it."""
    return re.compile(
        rf"^(?:{one_of(words.ordered('ingest.date_leads'))})(?: on| at)?:? |"
        r"(?<=\d)(?:st|nd|rd|th)\b|[|•·–—]| at (?=\d)|\bo'?clock\b|[()]",
        re.IGNORECASE,
    )


def _worded(text: str) -> Moment | None:
    """Return the moment of an English date with the name of its month, by dateutil."""
    plain = " ".join(lexicon().made(_noise).sub(" ", text).split())
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an unknown abbreviation of a zone, for which see above
            first, second = (
                dateutil_parser.parse(plain, default=default, tzinfos=ZONES) for default in _DEFAULTS
            )
    except (ValueError, OverflowError, TypeError, AttributeError) as error:
        if _YEAR.search(plain) and re.search(r"out of range|must be in", str(error)):
            raise ImpossibleDateError(str(error)) from None
        return None
    if (first.year, first.month) != (second.year, second.month):
        return None
    if first.day != second.day:
        return _moment(first.replace(day=1, hour=0, tzinfo=UTC), "month")
    if first.hour != second.hour:
        return _moment(first.replace(tzinfo=UTC), "day")
    return _moment(first, "minute" if first.second != second.second else "second")


def _foreign(text: str) -> Moment | None:
    """Return the moment of a complete date in another language, by dateparser."""
    import dateparser  # slow to import, and seldom needed

    if not _YEAR.search(text):
        return None
    languages = languages_of(text)
    if not languages:
        return None
    found = dateparser.parse(
        text,
        languages=languages,
        settings={
            "STRICT_PARSING": True,
            "PARSERS": ["absolute-time"],
            "TIMEZONE": "UTC",
            "RETURN_AS_TIMEZONE_AWARE": True,
        },
    )
    if found is None:
        return None
    if found.hour or found.minute or found.second:
        is_zoned = bool(found.utcoffset())  # where the text has none, dateparser takes UTC
        return _moment(found, "second" if found.second else "minute", is_zoned=is_zoned)
    return _moment(found.replace(tzinfo=UTC), "day")


# ---- relative dates --------------------------------------------------------------------------------


def _ago(words: Lexicon) -> re.Pattern[str]:
    """Return the pattern of a time that is counted back from now."""
    units = one_of(tuple(words.entries("ingest.units")))
    one = one_of(words.ordered("ingest.one"))
    leads = one_of(words.ordered("ingest.date_leads"))
    ago = one_of(words.ordered("ingest.ago"))
    return re.compile(rf"(?:(?:{leads}) )?({one}|\d{{1,4}}) ?({units}) (?:{ago})", re.IGNORECASE)


def _relative(text: str, fetched_at: datetime) -> Moment | None:
    """Return the moment of "6 hours ago"; "6 years ago" does not say the month and is not understood."""
    words = lexicon()
    lower = text.lower()
    if lower in words.words("ingest.now"):
        return _moment(fetched_at, "minute", is_zoned=False)
    is_yesterday = lower in words.words("ingest.yesterday")
    if is_yesterday or lower in words.words("ingest.today"):
        return _moment(fetched_at - timedelta(days=is_yesterday), "day")
    found = words.made(_ago).fullmatch(text)
    if not found:
        return None
    n = int(found[1]) if found[1].isdigit() else 1
    unit = words.entries("ingest.units")[found[2].lower()]
    if unit == "month":
        months = fetched_at.year * 12 + fetched_at.month - 1 - n
        return _moment(_datetime(months // 12, months % 12 + 1, 1), "month")
    if unit == "week":
        at = fetched_at - timedelta(weeks=n)
        return _moment(at, "day") if n == 1 else _moment(at.replace(day=1), "month")
    if unit == "day":
        return _moment(fetched_at - timedelta(days=n), "day")
    if unit == "hour":
        return _moment(fetched_at - timedelta(hours=n), "day")
    return _moment(fetched_at - timedelta(**{f"{unit}s": n}), "minute", is_zoned=False)
