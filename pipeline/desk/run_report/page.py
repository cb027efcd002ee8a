"""A day's report as one HTML file that needs nothing else: no script, no font, no picture from elsewhere."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from statistics import median
from typing import Any

from jinja2 import Environment, Template

from pipeline.desk.run_report.alarms import LEAST_DAYS, WINDOW_DAYS, Alarm, reject_rate, window_of
from pipeline.desk.run_report.figures import Figures
from pipeline.desk.templates import environment
from pipeline.store.timings import Timings

SHOWN_DAYS = 14
"""So many days, the last of them the report's own, are drawn side by side."""

_MOST_OUTLETS = 25
_SECTIONS = ("quotes", "entities", "claims")
_ORDER = ("ingest", "parse", "extract", "publish", "derive")


@dataclass(frozen=True, slots=True)
class Bar:
    """A day in a chart, 100 units high; None where the day is not published."""

    day: date
    value: float | None
    height: float
    label: str


@dataclass(frozen=True, slots=True)
class Slice:
    """A part of a whole."""

    name: str
    n: int
    share: float
    start: float


def report_page(figures: Figures, before: Mapping[date, Figures], alarms: Sequence[Alarm]) -> str:
    """Return the report of a day; the same figures give the same text.

    Args:
        figures: of the day.
        before: of days before it.
        alarms: of the day.
    """
    window = window_of(figures.day, before)
    by_day = {other.day: other for other in window} | {figures.day: figures}
    tables = ("articles", "entities", "quotes", "claims", "rejects")
    return _template("report.html").render(
        figures=figures,
        alarms=alarms,
        n_before=len(window),
        least_days=LEAST_DAYS,
        window_days=WINDOW_DAYS,
        before=window[-1].day if window else None,
        tiles=[
            {
                "name": name,
                "n": figures.rows.get(name, 0),
                "usual": middle_of([other.rows.get(name, 0) for other in window]),
                "bars": _bars(figures.day, {d: f.rows.get(name, 0) for d, f in by_day.items()}),
            }
            for name in tables
        ],
        outlets=_outlets(figures, window),
        silent={alarm.what for alarm in alarms if alarm.kind == "silent outlet"},
        n_outlets=sum(outlet.kept > 0 for outlet in figures.outlets.values()),
        languages=_slices(figures.languages),
        labels=_slices(figures.labels),
        kinds=_slices(figures.kinds),
        voices=_slices(figures.voices),
        shares=[
            (
                "with a named speaker",
                share_of(figures, "named"),
                [share_of(other, "named") for other in window],
            ),
            ("said or written", share_of(figures, "speech"), [share_of(other, "speech") for other in window]),
            ("mean score", figures.quotes_score, [other.quotes_score for other in window]),
        ],
        reject_rate=reject_rate(figures),
        usual_reject_rate=middle_of([reject_rate(other) for other in window]),
        floors={name: rows for name, rows in floors().items() if name in _SECTIONS},
    )


def index_page(days: Sequence[date], shown: Sequence[tuple[Figures, Sequence[Alarm]]]) -> str:
    """Return the list of all reports, the latest days with their figures.

    Args:
        days: that have a report, in order.
        shown: the latest of them with their alarms, the latest first.
    """
    years: dict[int, dict[int, list[date]]] = {}
    for day in days:
        years.setdefault(day.year, {}).setdefault(day.month, []).append(day)
    return _template("index.html").render(shown=shown, years=years)


def durations_page(day: date, timings: Timings, articles: Mapping[str, Mapping[str, Any]]) -> str:
    """Return how long a day took, stage by stage, and which articles took longest.

    Args:
        day: the day.
        timings: what was noted.
        articles: title, source and n_words of its articles by id.
    """
    stages = []
    for name in _ORDER:
        of_stage = [one for one in timings.stages if one.stage == name]
        if of_stage:
            slowest = max(of_stage, key=lambda one: (one.seconds, -one.shard))
            kept = all(one.counts.get("was_parsed") for one in of_stage)
            total = sum(one.seconds for one in of_stage)
            stages.append(
                {"name": name, "seconds": total, "n": len(of_stage), "slowest": slowest, "kept": kept}
            )
    slow = [
        {"seconds": one.seconds, **articles[one.article_id]}
        for one in timings.slowest
        if one.article_id in articles
    ]
    total = sum(stage["seconds"] for stage in stages)  # type: ignore[misc]
    return _template("durations.html").render(day=day, stages=stages, slow=slow, total=total)


def message_page(title: str, text: str) -> str:
    """Return a page that says one thing, such as that there is no report."""
    return _template("message.html").render(title=title, text=text)


def floors() -> dict[str, dict[str, float]]:
    """Return the floors of quality that the tests hold: section -> figure -> percent.

    They are those of tests/gold/floors.json; `make eval ARGS=--update-floors` writes both.
    """
    found: dict[str, dict[str, float]] = json.loads(
        files("pipeline.desk.run_report").joinpath("floors.json").read_text("utf-8")
    )
    return found


def _template(name: str) -> Template:
    return _environment().get_template(name)


@cache
def _environment() -> Environment:
    """Return what makes pages of templates: each is read once, and a night writes dozens of pages."""
    filters: dict[str, Callable[..., Any]] = {
        "n": lambda value: f"{value:,.1f}" if value < 10 and value % 1 else f"{value:,.0f}",
        "long": _long,
        "percent": percent,
        "rounded": lambda value: "–" if value is None else f"{value:.2f}",
        "duration": duration,
    }
    made = environment("pipeline.desk.run_report", filters)
    made.globals |= {"median": middle_of}
    return made


def percent(share: float | None) -> str:
    """Return a share for people; a dash where there is none."""
    return "–" if share is None else f"{100 * share:.1f} %"


def _long(day: date) -> str:
    return f"{day:%A}, {day.day} {day:%B} {day.year}"


def duration(seconds: float) -> str:
    """Return a duration for people: 0.42 s, 12 s, 3 min 05 s, 2 h 07 min."""
    if seconds < 9.95:
        return f"{seconds:.2f} s" if seconds < 1 else f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def middle_of(values: Sequence[float | None]) -> float | None:
    """Return the median of those values that there are; None where there are none."""
    there = [value for value in values if value is not None]
    return median(there) if there else None


def share_of(figures: Figures, part: str) -> float | None:
    """Return the share of a day's quotations that are `named` or `speech`; None where there are none."""
    n = figures.rows.get("quotes", 0)
    return getattr(figures, f"quotes_{part}") / n if n else None


def _bars(last: date, values: Mapping[date, int]) -> list[Bar]:
    """Return the bars of the last days, one for each day of the calendar, published or not."""
    days = [last - timedelta(days=n) for n in reversed(range(SHOWN_DAYS))]
    top = max([*(values.get(day, 0) for day in days), 1])
    return [
        Bar(
            day,
            values.get(day),
            round(100 * values.get(day, 0) / top, 1),
            f"{day:%a} {day.day} {day:%b}: {values[day]:,}" if day in values else f"{day}: not published",
        )
        for day in days
    ]


def _outlets(figures: Figures, window: Sequence[Figures]) -> list[dict[str, Any]]:
    """Return the outlets of a day and of the weeks before it, the largest first."""
    names = {
        name for day in (*window, figures) for name, outlet in day.outlets.items() if name or outlet.records
    }
    rows: list[dict[str, Any]] = []
    top = max([*(outlet.kept for outlet in figures.outlets.values()), 1])
    for name in names:
        today = figures.outlets.get(name)
        usual = middle_of([day.outlets[name].kept if name in day.outlets else 0 for day in window])
        kept = today.kept if today else 0
        if today is None and not usual:
            continue
        rows.append(
            {
                "name": name,
                "kept": kept,
                "usual": usual,
                "width": round(100 * kept / top, 1),
                "rejected": today.rejected if today else 0,
                "duplicates": today.duplicates if today else 0,
                "n_wire": today.n_wire if today else 0,
            }
        )
    rows.sort(key=lambda row: (-row["kept"], -(row["usual"] or 0), row["name"]))
    if len(rows) > _MOST_OUTLETS:
        rest = rows[_MOST_OUTLETS:]
        names_of_sums = ("kept", "rejected", "duplicates", "n_wire")
        summed = {name: sum(row[name] for row in rest) for name in names_of_sums}
        rows[_MOST_OUTLETS:] = [{"name": f"{len(rest)} others", "usual": None, "width": 0, **summed}]
    return rows


def _slices(counts: Mapping[str, int], *, most: int = 6) -> list[Slice]:
    """Return the largest parts of a whole, and what is left as one."""
    total = sum(counts.values())
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    if len(ranked) > most:
        rest = ranked[most - 1 :]
        ranked[most - 1 :] = [(f"{len(rest)} others", sum(n for _, n in rest))]
    found: list[Slice] = []
    start = 0.0
    for name, n in ranked:
        share = n / total if total else 0.0
        found.append(Slice(name, n, share, start))
        start += share
    return found
