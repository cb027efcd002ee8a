"""Times of an article as intervals of days: "late last year", "in May", "Wednesday", "12 March 2020".

Regular expressions find the expressions; what is relative is resolved against the day of publication. As
in agency copy, a bare weekday is the last one up to that day, a bare month or day of the month the last
one that had begun by then; "next" and "will" turn them to the future. "Early", "mid" and "late" are
thirds.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from pipeline.components.claims.values.numbers import SMALL_NUMBERS, matches_at

# (start, end, first day, last day): code points, and days that may be unknown.
Found = tuple[int, int, date | None, date | None]
Days = tuple[date, date]

_MONTHS = {
    name: number
    for number, names in enumerate(
        [
            ("january", "jan"),
            ("february", "feb"),
            ("march", "mar"),
            ("april", "apr"),
            ("may",),
            ("june", "jun"),
            ("july", "jul"),
            ("august", "aug"),
            ("september", "sept", "sep"),
            ("october", "oct"),
            ("november", "nov"),
            ("december", "dec"),
        ],
        start=1,
    )
    for name in names
}
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
# Every time expression without a digit has one of these.
DATE_WORDS = frozenset(
    {
        *_MONTHS,
        *(f"{month}." for month in _MONTHS),
        *_WEEKDAYS,
        "last",
        "this",
        "next",
        "previous",
        "past",
        "ago",
    }
    | {"earlier", "yesterday", "today", "tomorrow", "tonight", "quarter", "half"}
)
# What may stand before them in one.
_LEADS = (
    "the early mid late earlier later beginning start middle end of a an several few couple first second "
    "third fourth day week month year decade days weeks months years decades , - – to"
)
DATE_LEADS = frozenset(SMALL_NUMBERS) | frozenset(_LEADS.split())
_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
_MONTH = (
    r"(?:(?:January|February|March|April|May|June|July|August|September|October|November|December)\b"
    r"|(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec)\b\.?)"
)
_DAY = r"(?:0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?"
_YEAR = r"(?:1[5-9]|20)\d\d"
_WEEKDAY = r"(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)"
_PART = r"(?:[Ee]arly|[Mm]id|[Ll]ate|[Tt]he[ ](?:beginning|start|middle|end)[ ]of|[Ee]arlier|[Ll]ater)"
_SMALL = "|".join(sorted(SMALL_NUMBERS, key=len, reverse=True))
_COUNT = rf"(?:\d{{1,3}}|an?|{_SMALL}|several|a[ ]few|few|a[ ]couple[ ]of)"
_UNIT = r"(?:day|week|month|year|decade)"

_PATTERN = re.compile(
    rf"""\b(?:
    (?P<iso>(?:19|20)\d\d-(?:0\d|1[0-2])-(?:[0-2]\d|3[01]))\b
  | (?:(?P<wd1>{_WEEKDAY}),?[ ])?(?P<md_month>{_MONTH})[ ](?P<md_day>{_DAY})(?!\d|[.,]\d|:)
        (?:(?:[ ]?(?:-|–|to)[ ]?)(?P<md_to>{_DAY})(?!\d|:))?(?:,?[ ](?P<md_year>{_YEAR})\b)?
  | (?:(?P<wd2>{_WEEKDAY}),?[ ])?(?:the[ ])?(?P<dm_day>{_DAY})(?:[ ]?(?:-|–|to)[ ]?(?P<dm_to>{_DAY}))?
        [ ](?:of[ ])?(?P<dm_month>{_MONTH})(?:,?[ ](?P<dm_year>{_YEAR})\b)?
  | (?P<q_part>(?:first|second|third|fourth)[ ](?:quarter|half))
        (?:[ ]of[ ](?:(?P<q_year>{_YEAR})|(?P<q_rel>last|this|next)[ ]year))
  | (?:(?P<my_part>{_PART})[ -])?(?P<my_month>{_MONTH})
        (?:,?[ ](?:of[ ])?(?P<my_year>{_YEAR})\b|[ ](?P<my_rel>last|this|next)[ ]year\b)
  | (?:(?P<r_part>{_PART})[ -])?(?P<r_which>[Ll]ast|[Tt]his|[Nn]ext|[Pp]revious|[Tt]he[ ]previous)[ ]
        (?P<r_unit>{_UNIT}|{_WEEKDAY}|{_MONTH}|spring|summer|autumn|fall|winter
          |weekend|night|morning|afternoon|evening|century)\b
  | (?P<ago_n>{_COUNT})[ ](?P<ago_unit>{_UNIT})s?[ ](?:ago|earlier)\b
  | (?:the[ ])?(?:past|last|previous)[ ](?P<span_n>{_COUNT})[ ](?P<span_unit>{_UNIT})s\b
  | (?P<near>[Yy]esterday|[Tt]oday|[Tt]omorrow|[Tt]onight)\b
  | (?P<wd>{_WEEKDAY})(?:[ ](?:morning|afternoon|evening|night))?\b
  | (?:(?P<decade_part>{_PART})[ -])?(?:the[ ])?(?P<decade>(?:1[5-9]|20)\d0)s\b
  | (?P<y_from>{_YEAR})(?:[-–](?P<y_to>{_YEAR}|\d\d)|[ ](?:to|and)[ ](?P<y_to2>{_YEAR}))\b(?![-–]\d)
  | (?:(?P<y_part>{_PART})[ -])?(?P<y_year>{_YEAR})\b(?![-–,.]\d|[ ]?(?:%|percent|per[ ]cent))
  | (?:(?P<m_part>{_PART})[ -])?
        (?:(?<=[Ii]n[ ])|(?<=[Ss]ince[ ])|(?<=[Bb]y[ ])|(?<=[Uu]ntil[ ])|(?<=[Dd]uring[ ])
          |(?<=arly[ ])|(?<=ate[ ])|(?<=id-))(?P<m_month>{_MONTH})
    )""",
    re.VERBOSE,
)
_YEAR_WORDS = re.compile(
    r"(?:\b(?:in|since|by|until|till|before|after|from|during|to|for|of|and|between|the|around|early|late|mid)"
    r"|[,(]) ?$",
    re.IGNORECASE,
)
_FUTURE = re.compile(r"\b(?:will|shall|next|by|until|due|scheduled|expected|plans?|going to)\b[^.;!?]{0,40}$")


def find_dates(
    text: str, published: date | None, *, end: int | None = None, places: Iterable[int] | None = None
) -> Iterator[Found]:
    """Yield the time expressions of a text in its order.

    Args:
        text: any.
        published: the day that relative expressions are counted from; without it they have no days.
        end: after the last code point to look at; the end of the text where it is None.
        places: where an expression may begin, in text order; anywhere where it is None.
    """
    for match in matches_at(_PATTERN, text, places, len(text) if end is None else end):
        kind = match.lastgroup
        groups = {name: value for name, value in match.groupdict().items() if value is not None}
        if "y_year" in groups and "y_part" not in groups and not _is_year(text, match):
            continue
        if kind is None:
            continue
        future = _FUTURE.search(text, max(0, match.start() - 60), match.start()) is not None
        try:
            days = _days(groups, published, future)
        except (ValueError, OverflowError):  # 31 February, the year 10000
            continue
        yield *match.span(), *(days or (None, None))


def _is_year(text: str, match: re.Match[str]) -> bool:
    """Whether four digits are a year: in "1900 people" they are not, in "the 2020 election" they are."""
    year = int(match["y_year"])
    before = text[max(0, match.start() - 12) : match.start()]
    if _YEAR_WORDS.search(before):
        return True
    if before.endswith(("$", "£", "€", "No. ", "#", "/", "-", "+")):
        return False
    after = text[match.end() : match.end() + 12]
    counted = r" (?:people|men|women|troops|soldiers|homes|jobs|m\b|km|kg|feet|miles|tonnes)"
    if year < 1990:
        counted = r" (?:[a-z]*(?:s|men|people)\b|m\b|km|kg|feet)"
    return 1900 <= year <= 2059 and not re.match(counted, after)


def _days(groups: dict[str, str], published: date | None, future: bool) -> Days | None:
    """The days of one expression, None where it needs a day of publication and there is none."""
    if "iso" in groups:
        day = date.fromisoformat(groups["iso"])
        return day, day
    for prefix in ("md", "dm"):
        if f"{prefix}_month" in groups:
            return _day_of_month(groups, prefix, published, future)
    if "q_part" in groups:
        year = _year(groups.get("q_year"), groups.get("q_rel"), published)
        return None if year is None else _portion(groups["q_part"], year)
    if "my_month" in groups:
        year = _year(groups.get("my_year"), groups.get("my_rel"), published)
        return None if year is None else _part(_month(year, groups["my_month"]), groups.get("my_part"))
    if "decade" in groups:
        first = int(groups["decade"])
        return _part((date(first, 1, 1), date(first + 9, 12, 31)), groups.get("decade_part"))
    if "y_from" in groups:
        start, end = int(groups["y_from"]), groups.get("y_to") or groups["y_to2"]
        last = int(end) if len(end) == 4 else start // 100 * 100 + int(end)
        return (date(start, 1, 1), date(last, 12, 31)) if last >= start else None
    if "y_year" in groups:
        year = int(groups["y_year"])
        return _part((date(year, 1, 1), date(year, 12, 31)), groups.get("y_part"))
    if published is None:
        return None
    if "m_month" in groups:
        days = _nearest_month(groups["m_month"], published, future)
        return _part(days, groups.get("m_part"))
    if "near" in groups:
        shift = {"yesterday": -1, "today": 0, "tonight": 0, "tomorrow": 1}[groups["near"].lower()]
        day = published + timedelta(shift)
        return day, day
    if "wd" in groups:
        day = _weekday(groups["wd"], published, 1 if future else 0)
        return day, day
    if "ago_n" in groups:
        return _ago(_count(groups["ago_n"]), groups["ago_unit"], published)
    if "span_n" in groups:
        count = _count(groups["span_n"])
        if count is None:
            return None
        return _back(count, groups["span_unit"], published), published
    return _relative(groups, published)


def _year(absolute: str | None, relative: str | None, published: date | None) -> int | None:
    if absolute is not None:
        return int(absolute)
    if published is None:
        return None
    return published.year + {"last": -1, "this": 0, "next": 1}[relative or "this"]


def _month_number(name: str) -> int:
    return _MONTHS[name.lower().rstrip(".")]


def _month(year: int, name: str) -> Days:
    month = _month_number(name)
    return date(year, month, 1), date(year, month, monthrange(year, month)[1])


def _nearest_month(name: str, published: date, future: bool) -> Days:
    """The last such month that had begun, or the next one that has not ended."""
    month = _month_number(name)
    if future:
        return _month(published.year + (month < published.month), name)
    return _month(published.year - (month > published.month), name)


def _day_of_month(groups: dict[str, str], prefix: str, published: date | None, future: bool) -> Days | None:
    month = _month_number(groups[f"{prefix}_month"])
    first = int(re.sub(r"\D", "", groups[f"{prefix}_day"]))
    last = int(re.sub(r"\D", "", groups.get(f"{prefix}_to", str(first))))
    if f"{prefix}_year" in groups:
        year = int(groups[f"{prefix}_year"])
    elif published is None:
        return None
    else:
        year = published.year
        if future:
            year += date(year, month, first) < published
        else:
            # A day a little ahead is an announcement, one far ahead is last year's.
            year -= date(year, month, first) > published + timedelta(days=90)
    return date(year, month, first), date(year, month, max(first, last))


def _weekday(name: str, published: date, direction: int) -> date:
    """The weekday up to the day of publication (0), after it (1), or before it (-1)."""
    wanted = _WEEKDAYS.index(name.lower())
    if direction > 0:
        return published + timedelta((wanted - published.weekday() - 1) % 7 + 1)
    if direction < 0:
        return published - timedelta((published.weekday() - wanted - 1) % 7 + 1)
    return published - timedelta((published.weekday() - wanted) % 7)


def _count(word: str) -> int | None:
    """A small number, None where it is vague ("several")."""
    word = word.lower()
    if word.isdigit():
        return int(word)
    if word in {"a", "an"}:
        return 1
    if word == "a couple of":
        return 2
    return SMALL_NUMBERS.get(word)


def _back(count: int, unit: str, day: date) -> date:
    """The day so many units before another one."""
    if unit == "day":
        return day - timedelta(count)
    if unit == "week":
        return day - timedelta(7 * count)
    months = count * {"month": 1, "year": 12, "decade": 120}[unit]
    index = day.year * 12 + day.month - 1 - months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _ago(count: int | None, unit: str, published: date) -> Days | None:
    """As exact as the unit: days to the day, weeks and months and years to their own calendar unit."""
    if count is None:
        return None
    day = _back(count, unit, published)
    return (day, day) if unit == "day" else _calendar(unit, day)


def _calendar(unit: str, day: date) -> Days:
    """The week, month, year, decade that a day lies in."""
    if unit == "week":
        monday = day - timedelta(day.weekday())
        return monday, monday + timedelta(6)
    if unit == "month":
        return day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1])
    first = day.year if unit == "year" else day.year // 10 * 10 if unit == "decade" else day.year // 100 * 100
    length = {"year": 1, "decade": 10}.get(unit, 100)
    return date(first, 1, 1), date(first + length - 1, 12, 31)


def _relative(groups: dict[str, str], published: date) -> Days | None:
    """ "Late last year", "next Monday", "this summer"."""
    which, unit = groups["r_which"].lower().removeprefix("the "), groups["r_unit"]
    step = {"last": -1, "previous": -1, "this": 0, "next": 1}[which]
    lower = unit.lower().rstrip(".")
    if lower in _WEEKDAYS:
        day = _weekday(unit, published, step or 1) if step else _this_week(unit, published)
        return day, day
    if lower in {"night", "morning", "afternoon", "evening"}:
        day = published + timedelta(step)
        return day, day
    if lower == "weekend":
        monday = published - timedelta(published.weekday()) + timedelta(7 * step)
        return monday + timedelta(5), monday + timedelta(6)
    if lower in _MONTHS:
        month = _month_number(unit)
        year = published.year
        if step < 0:
            year -= month >= published.month
        elif step > 0:
            year += month <= published.month
        days = _month(year, unit)
    elif lower in _SEASONS:
        days = _season(lower, step, published)
    elif lower == "day":
        day = published + timedelta(step)
        days = day, day
    elif lower == "week":
        days = _calendar("week", published + timedelta(7 * step))
    elif lower == "month":
        days = _calendar("month", _back(-step, "month", published.replace(day=1)))
    else:
        length = {"year": 1, "decade": 10, "century": 100}[lower]
        days = _calendar(lower, published.replace(day=1, year=published.year + step * length))
    return _part(days, groups.get("r_part"))


def _this_week(name: str, published: date) -> date:
    return published + timedelta(_WEEKDAYS.index(name.lower()) - published.weekday())


def _season(name: str, step: int, published: date) -> Days:
    """Three months from the season's first; winter runs into the next year."""

    def of(year: int) -> Days:
        start = date(year, _SEASONS[name], 1)
        end_year, end_month = (year + 1, 2) if name == "winter" else (year, start.month + 2)
        return start, date(end_year, end_month, monthrange(end_year, end_month)[1])

    year = published.year
    if step < 0:
        return of(year) if of(year)[1] < published else of(year - 1)
    if step > 0:
        return of(year) if of(year)[0] > published else of(year + 1)
    return of(year)


def _part(days: Days, part: str | None) -> Days:
    """The third of an interval that "early", "mid" or "late" means."""
    if part is None:
        return days
    word = part.lower()
    first, last = days
    third = max(1, round(((last - first).days + 1) / 3))
    if any(w in word for w in ("early", "earlier", "beginning", "start")):
        return _edge(first, last, third)[0] if "earlier" not in word else days
    if any(w in word for w in ("mid", "middle")):
        return _edge(first, last, third)[1]
    if "later" in word:
        return days
    return _edge(first, last, third)[2]


def _edge(first: date, last: date, third: int) -> tuple[Days, Days, Days]:
    """Three thirds; those of a year are four months each."""
    if (first.month, first.day, last.month, last.day) == (1, 1, 12, 31) and first.year == last.year:
        year = first.year
        return (
            (first, date(year, 4, 30)),
            (date(year, 5, 1), date(year, 8, 31)),
            (date(year, 9, 1), last),
        )
    if first.day == 1 and first.month == last.month:
        return (
            (first, first.replace(day=10)),
            (first.replace(day=11), first.replace(day=20)),
            (first.replace(day=21), last),
        )
    if (last.year - first.year) == 9:
        year = first.year
        return (
            (first, date(year + 3, 12, 31)),
            (date(year + 4, 1, 1), date(year + 6, 12, 31)),
            (date(year + 7, 1, 1), last),
        )
    return (
        (first, first + timedelta(third - 1)),
        (first + timedelta(third), last - timedelta(third)),
        (last - timedelta(third - 1), last),
    )


def _portion(name: str, year: int) -> Days:
    """A quarter or a half of a year."""
    ordinal, unit = name.lower().split()
    length = 3 if unit == "quarter" else 6
    first = {"first": 0, "second": 1, "third": 2, "fourth": 3}[ordinal] * length + 1
    last = first + length - 1
    return date(year, first, 1), date(year, last, monthrange(year, last)[1])
