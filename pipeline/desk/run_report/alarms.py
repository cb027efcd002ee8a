"""What is out of the ordinary on a day, against the four weeks before it.

A figure raises an alarm where it lies outside of median ± 3 MAD of those weeks (MAD scaled by 1.4826, so that
it is a standard deviation where noise is normal), and outside of what is usual for its day of the week, too:
news has weekends. The bounds are never closer than chance alone would spread a count or a share of that size,
nor than a spread that nobody would look into. Median and MAD: Leys et al., "Detecting outliers: Do not use
standard deviation around the mean, use absolute deviation around the median", JESP 49 (2013).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median
from typing import Literal

from pipeline.desk.run_report.figures import Figures

WINDOW_DAYS = 28
LEAST_DAYS = 14
"""With fewer published days in the window, nothing is ordinary yet."""

_SCALE = 1.4826
_DEVIATIONS = 3.0
_BY_CHANCE = 4.0
"""So many standard deviations of pure chance are never an alarm."""

_SILENT = 8.0
"""An outlet is silent once so many of its articles would have been expected."""

_LEAST_REGULAR = 20
"""Days that it takes to see that an outlet is regular."""

_UNLIKELY = 1e-4
_LEAST_REJECTS = 5
_LEAST_RECORDS = 20


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something out of the ordinary.

    Attributes:
        kind: of what sort.
        what: which figure, or which outlet.
        text: a sentence for people.
    """

    kind: Literal["figure", "silent outlet", "rejects"]
    what: str
    text: str


@dataclass(frozen=True, slots=True)
class Usual:
    """What a figure usually is: its median, and the bounds of the ordinary."""

    middle: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class _Figure:
    """A figure that is watched.

    Attributes:
        name: for people.
        value: of a day; None where the day has none.
        by_chance: (median, day) -> the standard deviation that chance alone gives it.
        at_least: share of the median, or of 1 for shares, by which it has to differ.
        is_share: it lies between 0 and 1.
    """

    name: str
    value: Callable[[Figures], float | None]
    by_chance: Callable[[float, Figures], float]
    at_least: float
    is_share: bool = False


def _share(part: Callable[[Figures], int], whole: str) -> Callable[[Figures], float | None]:
    return lambda day: part(day) / day.rows[whole] if day.rows.get(whole) else None


def _each(table: str) -> Callable[[Figures], float | None]:
    return lambda day: day.rows.get(table, 0) / day.n_articles if day.n_articles else None


def _of_count(middle: float, day: Figures) -> float:
    return math.sqrt(middle)


def _of_mean(middle: float, day: Figures) -> float:
    """Counts an article spread as wide as a geometric distribution."""
    return math.sqrt(middle * (1 + middle) / max(1, day.n_articles))


def _of_share(middle: float, day: Figures) -> float:
    """Rows of one article are much alike: what counts is how many articles there are."""
    return math.sqrt(max(middle * (1 - middle), 0.04) / max(1, day.n_articles))


FIGURES = (
    _Figure("articles", lambda day: float(day.n_articles), _of_count, 0.4),
    _Figure("entities an article", _each("entities"), _of_mean, 0.25),
    _Figure("quotations an article", _each("quotes"), _of_mean, 0.25),
    _Figure("claims an article", _each("claims"), _of_mean, 0.25),
    _Figure(
        "quotations with a named speaker",
        _share(lambda day: day.quotes_named, "quotes"),
        _of_share,
        0.08,
        is_share=True,
    ),
    _Figure("mean score of quotations", lambda day: day.quotes_score, _of_share, 0.04, is_share=True),
    _Figure(
        "claims in the outlet's own voice",
        _share(lambda day: day.voices.get("outlet", 0), "claims"),
        _of_share,
        0.08,
        is_share=True,
    ),
    *(
        _Figure(
            f"entities that are {label}",
            _share(lambda day, label=label: day.labels.get(label, 0), "entities"),  # type: ignore[misc]
            _of_share,
            0.08,
            is_share=True,
        )
        for label in ("PERSON", "ORG", "GPE")
    ),
)
"""What is watched, beside rejects and outlets."""


def alarms_of(day: Figures, before: Mapping[date, Figures]) -> tuple[Alarm, ...]:
    """Return what is out of the ordinary on a day.

    Args:
        day: the day.
        before: published days before it; those of the four weeks before count.
    """
    window = window_of(day.day, before)
    if len(window) < LEAST_DAYS:
        return ()
    alarms = [alarm for figure in FIGURES if (alarm := _of_figure(figure, day, window)) is not None]
    if day.n_articles:  # where nothing came at all, one alarm says it
        alarms += _silent_outlets(day, window)
    return (*alarms, *_rejects(day, window))


def window_of(day: date, before: Mapping[date, Figures]) -> list[Figures]:
    """Return the published days of the four weeks before a day, in order."""
    first = day - timedelta(days=WINDOW_DAYS)
    return [before[other] for other in sorted(before) if first <= other < day]


def usual(figure: _Figure, day: Figures, days: Sequence[Figures]) -> Usual | None:
    """Return what a figure is on some days, and how far it may differ; None where they have none."""
    values = [value for other in days if (value := figure.value(other)) is not None]
    if not values:
        return None
    middle = median(values)
    spread = _SCALE * median(abs(value - middle) for value in values)
    least = figure.at_least * (1.0 if figure.is_share else middle)
    reach = max(_DEVIATIONS * spread, least, _BY_CHANCE * figure.by_chance(middle, day))
    return Usual(middle, max(0.0, middle - reach), middle + reach)


def _of_figure(figure: _Figure, day: Figures, window: Sequence[Figures]) -> Alarm | None:
    value = figure.value(day)
    all_days = usual(figure, day, window)
    if value is None or all_days is None or all_days.low <= value <= all_days.high:
        return None
    weekday = usual(figure, day, [other for other in window if _is_same_weekday(other, day)])
    if weekday is None:
        values = [found for other in window if (found := figure.value(other)) is not None]
        weekday = Usual(all_days.middle, min(values), max(values))
    if weekday.low <= value <= weekday.high:
        return None
    # A day that stands between the two, such as a Friday before a holiday, is neither.
    if (value < all_days.low) != (value < weekday.low):
        return None
    word = "fewer" if value < all_days.low else "more"
    if figure.is_share or figure.name.startswith("mean"):
        word = "lower" if value < all_days.low else "higher"
    shown, middle = _shown(figure, value), _shown(figure, weekday.middle)
    return Alarm("figure", figure.name, f"{figure.name}: {shown}, {word} than usual ({middle})")


def _shown(figure: _Figure, value: float) -> str:
    if figure.name.startswith("mean"):
        return f"{value:.2f}"
    if figure.is_share:
        return f"{100 * value:.0f} %"
    return f"{value:,.0f}" if figure.name == "articles" else f"{value:.1f}"


def _is_same_weekday(other: Figures, day: Figures) -> bool:
    return other.day.weekday() == day.day.weekday()


# ---- outlets ---------------------------------------------------------------------------------------


def _silent_outlets(day: Figures, window: Sequence[Figures]) -> list[Alarm]:
    """Return the outlets that fell silent, and not by chance."""
    names = {name for other in window for name, outlet in other.outlets.items() if name and outlet.kept}
    alarms = []
    for name in sorted(names):
        if _kept(day, name):
            continue
        last = max(at for at, other in enumerate(window) if _kept(other, name))
        base, quiet = window[: last + 1], [*window[last + 1 :], day]
        expected = sum(_expected(name, base, other) for other in quiet)
        if expected < _SILENT or not _is_over(name, base, quiet):
            continue
        since = "" if len(quiet) == 1 else f" since {base[-1].day}"
        text = f"{name}: no article{since}, where {expected:.0f} or more would have been usual"
        alarms.append(Alarm("silent outlet", name, text))
    return alarms


def _kept(day: Figures, name: str) -> int:
    outlet = day.outlets.get(name)
    return outlet.kept if outlet is not None else 0


def _same_weekday(name: str, base: Sequence[Figures], day: Figures) -> list[int]:
    return [_kept(other, name) for other in base if _is_same_weekday(other, day)]


def _expected(name: str, base: Sequence[Figures], day: Figures) -> float:
    """Return how many articles an outlet has on such a day of the week, at the least."""
    everywhere = sum(_kept(other, name) for other in base) / len(base)
    return min(_same_weekday(name, base, day), default=everywhere)


def _is_over(name: str, base: Sequence[Figures], quiet: Sequence[Figures]) -> bool:
    """Tell whether an outlet that was quiet for some days is so by more than its own irregularity.

    One that had articles on the same days of each week is over with the first that it misses; of any other,
    so many days must pass in silence that its silent days before make that one chance in ten thousand.
    """
    if len(base) < LEAST_DAYS:
        return False
    odd = 0
    for day in base:
        same = _same_weekday(name, base, day)
        had = sum(n > 0 for n in same)
        odd += (_kept(day, name) > 0) != (2 * had > len(same))
    missed = sum(_expected(name, base, day) >= 1 for day in quiet)
    if not odd and len(base) >= _LEAST_REGULAR:
        return missed > 0
    silent = (1 + sum(not _kept(day, name) for day in base)) / (1 + len(base))
    return silent ** len(quiet) < _UNLIKELY


# ---- rejects ---------------------------------------------------------------------------------------


def _rejects(day: Figures, window: Sequence[Figures]) -> list[Alarm]:
    """Return an alarm where the share of refused records has doubled, and not by chance."""
    rates = [rate for other in window if (rate := reject_rate(other)) is not None]
    rate = reject_rate(day)
    if rate is None or len(rates) < LEAST_DAYS:
        return []
    middle = median(rates)
    spread = _SCALE * median(abs(one - middle) for one in rates)
    expected = middle * _came_in(day)
    excess = day.n_rejected - expected
    if rate < 2 * middle or rate <= middle + _DEVIATIONS * spread:
        return []
    if excess < max(_LEAST_REJECTS, _BY_CHANCE * math.sqrt(max(expected, 1.0))):
        return []
    reason = f", most of them {day.refused[0].reason}" if day.refused else ""
    text = f"refused: {100 * rate:.1f} % of all records, usually {100 * middle:.1f} %{reason}"
    return [Alarm("rejects", "refused", text)]


def reject_rate(day: Figures) -> float | None:
    """Return the share of a day's records that was refused; None where there are too few to tell."""
    n = _came_in(day)
    return day.n_rejected / n if n >= _LEAST_RECORDS else None


def _came_in(day: Figures) -> int:
    return max(day.records, day.n_articles + day.n_rejected)
