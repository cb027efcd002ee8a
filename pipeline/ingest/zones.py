"""Zones of time as they stand behind a date: offsets, abbreviations, names of regions."""

from __future__ import annotations

import re
from datetime import tzinfo

from dateutil import tz

from pipeline.ingest.patterns import one_of
from pipeline.lexicons import Lexicon, lexicon

ZONES: dict[str, tzinfo] = {
    name: tz.tzoffset(name, hours * 3600)
    for name, hours in {
        "UTC": 0, "GMT": 0, "Z": 0, "WET": 0, "EST": -5, "EDT": -4, "ET": -5, "CST": -6, "CDT": -5, "MST": -7,
        "MDT": -6, "PST": -8, "PDT": -7, "AKST": -9, "AKDT": -8, "HST": -10, "BST": 1, "WEST": 1, "CET": 1,
        "CEST": 2, "EET": 2, "EEST": 3, "MSK": 3, "SAST": 2, "JST": 9, "KST": 9, "SGT": 8, "HKT": 8,
        "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13,
    }.items()
}  # fmt: skip
"""Abbreviations that mean one zone in news copy; with any other (IST, AST) only the day is taken."""

_NAMED_OFFSET = re.compile(
    r"[ (]{0,2}(?:(?<=\d)Z|\b(?:UTC|GMT)) ?([+\u2212\u2013-]) ?(\d{1,2})(?::?(\d\d))?(?![\d:])\)?",
    re.IGNORECASE,
)
"""An offset from UTC or GMT, east with a plus: not as in the names of POSIX, which dateutil takes it for."""
_REGION = re.compile(r" ?[\[(]?\b([A-Z][A-Za-z_]{2,20}(?:/[A-Z][A-Za-z_+-]{1,30}){1,2})[\])]?$")
_ZONE_IN_WORDS = re.compile(r" \([A-Za-z][A-Za-z .]{1,40}\)$")
_HAS_OFFSET = re.compile(r"(?:Z|[+-]\d\d:?\d\d)$")
_NAMED_AGAIN = re.compile(r"(?<=[+-]\d\d)(:?\d\d) \(?[A-Z]{2,5}\)?$")
"""The abbreviation of a zone whose offset stands in front of it: `-0500 EST`."""
_CLOCK_WITH_DOT = re.compile(
    r"(?<=\d{4} )(\d{1,2})\.(\d\d)(?= ?(?:[ap]\.?m\b|[A-Z]{2,5}\b|[+-]\d)|$)", re.IGNORECASE
)
"""A time as British papers print it behind the year: `18.15 GMT`."""
TIME_AND_ZONE = re.compile(
    r"\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?(?: ?[AaPp]\.?[Mm]\b\.?)? ?\(?([A-Z]{2,5})\b|\d ?[ap]m ([A-Z]{2,5})\b"
)


def with_plain_zone(text: str) -> str:
    """Return a date whose zone is written as `+0100` if it is an offset, and left out if it is a region."""
    text = _CLOCK_WITH_DOT.sub(r"\1:\2", _NAMED_AGAIN.sub(r"\1", text.replace("\u2212", "-")))
    found = _NAMED_OFFSET.search(text)
    if found:
        sign = "+" if found[1] == "+" else "-"
        written = f" {sign}{int(found[2]):02d}{found[3] or '00'}"
        rest = text[found.end() :]
        # Behind it may stand the zone's name, or a year.
        text = f"{text[: found.start()]}{written}{'' if _ZONE_IN_WORDS.fullmatch(rest) else rest}"
    region = region_of(text)
    if region:
        text = region[0]
    day = lexicon().made(_weekday).match(text)
    return text[day.end() :] if day and _NUMERIC_START.match(text, day.end()) else text


def region_of(text: str) -> tuple[str, tzinfo | None] | None:
    """Return a date without the name of a region behind it, and that region's zone; None where there is none.

    The zone is None where the date has an offset of its own, or no such region is known.
    """
    region = _REGION.search(text)
    if region is None:
        return None
    rest = text[: region.start()]
    return rest, None if _HAS_OFFSET.search(rest) else tz.gettz(region[1])


_NUMERIC_START = re.compile(r"\d\d?[/.]|\d{4}-")


def _weekday(words: Lexicon) -> re.Pattern[str]:
    """Return the pattern of a day of the week in front of a date."""
    return re.compile(rf"(?:{one_of(weekdays(words))})\b\.?,? ", re.IGNORECASE)


def weekdays(words: Lexicon) -> tuple[str, ...]:
    """Return the days of the week, whole and short, in small letters."""
    names = [name.lower() for name in words.ordered("dates.weekdays")]
    return tuple(dict.fromkeys(form for name in names for form in (name, name[:3], name[:4], name[:5])))
