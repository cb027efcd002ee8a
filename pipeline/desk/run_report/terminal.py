"""The essentials of a report, for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from pipeline.desk.run_report import DayReport
from pipeline.desk.run_report.alarms import LEAST_DAYS, reject_rate, window_of
from pipeline.desk.run_report.page import middle_of, percent, share_of

_TABLES = ("articles", "entities", "quotes", "claims", "rejects")


def essentials(report: DayReport, where: str) -> Iterator[RenderableType]:
    """Yield what one wants to know first: counts, what is out of the ordinary, where the report lies.

    Args:
        report: of the day.
        where: its file, as the user can open it.
    """
    figures, window = report.figures, window_of(report.figures.day, report.before)
    counts = Table(f"{figures.day:%A}, {figures.day}", *_TABLES, "speaker named", "refused")
    of_quotes = share_of(figures, "named")
    counts.add_row(
        "this day",
        *(f"{figures.rows.get(name, 0):,}" for name in _TABLES),
        percent(of_quotes),
        percent(reject_rate(figures)),
    )
    if window:
        counts.add_row(
            f"usually ({len(window)} day{'s' if len(window) != 1 else ''})",
            *(f"{middle_of([day.rows.get(name, 0) for day in window]) or 0:,.0f}" for name in _TABLES),
            percent(middle_of([share_of(day, "named") for day in window])),
            percent(middle_of([reject_rate(day) for day in window])),
            style="dim",
        )
    yield counts
    for alarm in report.alarms:
        yield Text(f"! {alarm.text}", style="bold red")
    if not report.alarms and len(window) >= LEAST_DAYS:
        yield Text("Nothing is out of the ordinary.", style="green")
    # The path stands alone, so that it can be copied even where it is longer than a line.
    yield Text(f"report: {where}", overflow="ignore", no_wrap=True)
