"""Times of an article as intervals of days: "late last year", "in May", "Wednesday", "12 March 2020".

A regular expression finds them (`date_words.py`); what is relative is counted from the day of publication. As
in agency copy, a bare weekday is the last one up to that day, a bare month or day of the month the last
one that had begun by then; "next" and "will" turn them to the future. "Early", "mid" and "late" are thirds.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from pipeline.components.claims.values import intervals
from pipeline.components.claims.values.date_words import DateWords, read_date_words
from pipeline.components.claims.values.intervals import Days
from pipeline.components.claims.values.patterns import matches_at
from pipeline.components.claims.values.tense import Tense
from pipeline.lexicons import Lexicon
from pipeline.lexicons import lexicon as lexicon_of_language

type DatedText = tuple[int, int, date | None, date | None]
"""Start and end (code points) of a time, its first and its last day, None where they are unknown."""

_LOOK_BACK = 60
"""Code points before a time in which a word may turn it to the future."""
_ANNOUNCED = timedelta(days=90)
"""A day of the month so far ahead of publication is an announcement; one further ahead is last year's."""


def find_dates(
    text: str,
    published: date | None,
    *,
    end: int | None = None,
    places: Iterable[int] | None = None,
    tense: Callable[[int], Tense | None] | None = None,
    lexicon: Lexicon | None = None,
) -> Iterator[DatedText]:
    """Yield the time expressions of a text in its order.

    Args:
        text: any.
        published: the day that relative expressions are counted from; without it they have no days.
        end: after the last code point to look at; the end of the text where it is None.
        places: where an expression may begin, in code points and text order; anywhere where it is None.
        tense: returns the tense in which a code point stands, see `tense.py`; the words before an
            expression tell where it is None.
        lexicon: the words of the text's language; English where None.
    """
    words = (lexicon or lexicon_of_language()).made(read_date_words)
    for match in matches_at(words.pattern, text, places, len(text) if end is None else end):
        groups = {name: value for name, value in match.groupdict().items() if value is not None}
        if "y_year" in groups and "y_part" not in groups and not _is_year(words, text, match):
            continue
        if tense is not None:
            when = tense(match.start())
        else:
            is_future = words.future.search(text, max(0, match.start() - _LOOK_BACK), match.start())
            when = "future" if is_future else None
        try:
            days = (
                None
                if _is_one_of_a_row(words, text, match)
                else _days(_Expression(words, groups, published, when))
            )
        except (ValueError, OverflowError):  # 31 February, the year 10000
            continue
        yield *match.span(), *(days or (None, None))


def _is_year(words: DateWords, text: str, match: re.Match[str]) -> bool:
    """Whether four digits are a year: in "1900 people" they are not, in "the 2020 election" they are."""
    year = int(match["y_year"])
    before = text[max(0, match.start() - 12) : match.start()]
    if words.before_year.search(before):
        return True
    if before.endswith(words.not_before_year):
        return False
    counted = words.counted if year >= 1990 else words.counted_early
    return 1900 <= year <= 2059 and not counted.match(text[match.end() : match.end() + 12])


def _is_one_of_a_row(words: DateWords, text: str, match: re.Match[str]) -> bool:
    """Whether a weekday is no one day: "every Monday", "the first Tuesday after", "last Friday of May"."""
    if match["wd"] is not None:
        return words.repeating.search(text, max(0, match.start() - 12), match.start()) is not None
    unit = (match["r_unit"] or "").lower()
    return unit in words.weekdays and words.of_a_row.match(text, match.end()) is not None


# ---- what an expression means ------------------------------------------------------------------------


@dataclass(slots=True)
class _Expression:
    """A time as printed.

    Attributes:
        words: of its language.
        groups: those of the pattern that are not empty.
        published: the day that it is counted from, if known.
        tense: of its clause, if known.
    """

    words: DateWords
    groups: dict[str, str]
    published: date | None
    tense: Tense | None

    @property
    def future(self) -> bool:
        return self.tense == "future"

    def month(self, group: str) -> int:
        return self.words.months[self.groups[group].lower().rstrip(".")]

    def count(self, group: str) -> int | None:
        """Return a small number, None where it is vague ("several")."""
        word = self.groups[group].lower()
        return int(word) if word.isdigit() else self.words.counts.get(word)

    def year(self, form: str) -> int | None:
        """Return the year that is printed, or the one that is told from that of publication."""
        if f"{form}_year" in self.groups:
            return int(self.groups[f"{form}_year"])
        if self.published is None:
            return None
        step = self.groups.get(f"{form}_rel")
        return self.published.year + (0 if step is None else self.words.steps[step])

    def part_of(self, days: Days, form: str) -> Days:
        """Return the third of an interval that "early", "mid" or "late" before it means."""
        part = self.groups.get(f"{form}_part")
        return days if part is None else intervals.part(days, self.words.parts[part.lower()])


def _iso(told: _Expression) -> Days:
    return intervals.around("day", date.fromisoformat(told.groups["iso"]))


def _month_and_day(told: _Expression) -> Days | None:
    return _day_of_month(told, "md")


def _day_and_month(told: _Expression) -> Days | None:
    return _day_of_month(told, "dm")


def _day_of_month(told: _Expression, form: str) -> Days | None:
    month = told.month(f"{form}_month")
    first = int(re.sub(r"\D", "", told.groups[f"{form}_day"]))
    last = int(re.sub(r"\D", "", told.groups.get(f"{form}_to", str(first))))
    year = told.year(form)
    if year is None:
        return None
    if told.published is not None and f"{form}_year" not in told.groups:
        if told.future:
            year += date(year, month, first) < told.published
        else:
            slack = timedelta(0) if told.tense == "past" else _ANNOUNCED
            year -= date(year, month, first) > told.published + slack
    return date(year, month, first), date(year, month, max(first, last))


def _portion(told: _Expression) -> Days | None:
    """ "The first quarter of 2020"."""
    year = told.year("q")
    if year is None:
        return None
    number, n_months = told.words.ordinals[told.groups["q_which"]], told.words.portions[told.groups["q_part"]]
    return intervals.portion(number, n_months, year)


def _month_and_year(told: _Expression) -> Days | None:
    year = told.year("my")
    return None if year is None else told.part_of(intervals.month(year, told.month("my_month")), "my")


def _decade(told: _Expression) -> Days:
    first = int(told.groups["decade"])
    return told.part_of((date(first, 1, 1), date(first + 9, 12, 31)), "decade")


def _years(told: _Expression) -> Days | None:
    """ "2015-16", "2015 to 2018"."""
    first, end = int(told.groups["y_from"]), told.groups.get("y_to") or told.groups["y_to2"]
    last = int(end) if len(end) == 4 else first // 100 * 100 + int(end)
    return (date(first, 1, 1), date(last, 12, 31)) if last >= first else None


def _lone_year(told: _Expression) -> Days:
    year = int(told.groups["y_year"])
    return told.part_of((date(year, 1, 1), date(year, 12, 31)), "y")


def _lone_month(told: _Expression) -> Days | None:
    if told.published is None:
        return None
    month = intervals.nearest_month(told.month("m_month"), told.published, future=told.future)
    return told.part_of(month, "m")


def _near(told: _Expression) -> Days | None:
    """ "Yesterday", "tonight"."""
    if told.published is None:
        return None
    shift = told.words.near[told.groups["near"].lower()]
    return intervals.around("day", told.published + timedelta(shift))


def _lone_weekday(told: _Expression) -> Days | None:
    if told.published is None:
        return None
    number = told.words.weekdays.index(told.groups["wd"].lower())
    day = told.published
    if told.future:  # today, or the next one
        day += timedelta((number - day.weekday()) % 7)
    return intervals.around("day", day if told.future else intervals.weekday(number, day, 0))


def _ago(told: _Expression) -> Days | None:
    """ "Two years ago", as exact as its unit: to the day, or to the week, month, year of the calendar."""
    count = told.count("ago_n")
    if told.published is None or count is None:
        return None
    unit = told.words.units[told.groups["ago_unit"]]
    return intervals.around(unit, intervals.before(count, unit, told.published))


def _span(told: _Expression) -> Days | None:
    """ "The past three weeks"."""
    count = told.count("span_n")
    if told.published is None or count is None:
        return None
    unit = told.words.units[told.groups["span_unit"]]
    return intervals.before(count, unit, told.published), told.published


def _step(told: _Expression) -> Days | None:
    """ "Late last year", "next Monday", "this summer"."""
    words, published = told.words, told.published
    if published is None:
        return None
    step = words.steps[told.groups["r_which"].lower()]
    unit = told.groups["r_unit"].lower().rstrip(".")
    if unit in words.weekdays:
        number = words.weekdays.index(unit)
        if step:
            return intervals.around("day", intervals.weekday(number, published, step))
        return intervals.around("day", intervals.weekday_of_week(number, published))
    if unit in words.times_of_day:
        return intervals.around("day", published + timedelta(step))
    if unit in words.weekends:
        return intervals.weekend(published, step)
    if unit in words.months:
        days = intervals.next_month(words.months[unit], published, step)
    elif unit in words.seasons:
        days = intervals.season(words.seasons[unit], published, step)
    else:
        days = intervals.next_to(words.units[unit], published, step)
    return told.part_of(days, "r")


_RULES: tuple[tuple[str, Callable[[_Expression], Days | None]], ...] = (
    ("iso", _iso),
    ("md_month", _month_and_day),
    ("dm_month", _day_and_month),
    ("q_part", _portion),
    ("my_month", _month_and_year),
    ("decade", _decade),
    ("y_from", _years),
    ("y_year", _lone_year),
    ("m_month", _lone_month),
    ("near", _near),
    ("wd", _lone_weekday),
    ("ago_n", _ago),
    ("span_n", _span),
    ("r_which", _step),
)
"""What reads a form of the pattern, by a group that it always has."""


def _days(told: _Expression) -> Days | None:
    """Return the days of an expression, None where it needs a day of publication and there is none.

    Raises:
        ValueError: there is no such day.
        OverflowError: so far the calendar does not go.
    """
    return next(rule(told) for group, rule in _RULES if group in told.groups)
