"""Charts as SVG inside the page: no script, no style of their own, colours from the style sheet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from markupsafe import Markup

_WIDTH, _HEIGHT = 720, 120
_LEFT, _BOTTOM, _TOP = 34, 18, 8


def by_day_and_outlet(
    counts: Iterable[Mapping[str, Any]],
) -> tuple[dict[date, int], list[tuple[str, int]]]:
    """Return the sums of `n` by day, and by outlet, the largest first.

    Args:
        counts: rows with `day`, `outlet` and `n`.
    """
    by_day: Counter[date] = Counter()
    by_outlet: Counter[str] = Counter()
    for row in counts:
        by_day[row["day"]] += row["n"]
        by_outlet[row["outlet"]] += row["n"]
    return by_day, sorted(by_outlet.items(), key=lambda pair: (-pair[1], pair[0]))


def days_chart(counts: Mapping[date, int], first: date, last: date, *, what: str) -> Markup:
    """Return a chart of numbers by day, a bar a day; of more than 120 days, a bar a week.

    Args:
        counts: by day; other days count as 0.
        first: first day.
        last: last day, included.
        what: is counted, in the plural.
    """
    n_days = (last - first).days + 1
    step = 1 if n_days <= 120 else 7
    starts = [first + timedelta(days=at) for at in range(0, n_days, step)]
    values = [0] * len(starts)
    for day, n in counts.items():
        if first <= day <= last:
            values[(day - first).days // step] += n
    week = timedelta(days=6)  # never added to a day that it would lead beyond the last one of all
    names = [f"{start}" if step == 1 else f"{start} to {start + min(week, last - start)}" for start in starts]
    return _bars(names, values, ticks=_ticks(starts), what=what)


def _bars(names: Sequence[str], values: Sequence[int], *, ticks: Mapping[int, str], what: str) -> Markup:
    most = max(values, default=0)
    top = _nice(most)
    width, height = _WIDTH - _LEFT, _HEIGHT - _BOTTOM - _TOP
    slot = width / max(1, len(values))
    bar = max(1.0, min(slot * 0.78, 40.0))
    drawn = []
    for at, (name, value) in enumerate(zip(names, values, strict=True)):
        tall = value / top * height
        x = _LEFT + at * slot + (slot - bar) / 2
        drawn.append(
            Markup(
                '<rect class="bar" x="{}" y="{}" width="{}" height="{}"><title>{}: {}</title></rect>'
            ).format(
                f"{x:.1f}", f"{_TOP + height - tall:.1f}", f"{bar:.1f}", f"{tall:.1f}", name, f"{value:,}"
            )
        )
    lines = [
        Markup(
            '<line class="grid" x1="{}" x2="{}" y1="{}" y2="{}"/><text class="y" x="{}" y="{}">{}</text>'
        ).format(_LEFT, _WIDTH, f"{y:.1f}", f"{y:.1f}", _LEFT - 6, f"{y + 3.5:.1f}", f"{value:,}")
        for value in sorted({0, top // 2 if top % 2 == 0 else 0, top})
        for y in [_TOP + height - value / top * height]
    ]
    marks = [
        Markup('<text class="x" x="{}" y="{}">{}</text>').format(
            f"{_LEFT + at * slot + slot / 2:.1f}", _HEIGHT - 4, label
        )
        for at, label in ticks.items()
    ]
    said = f"{what} by day: {sum(values):,} in all, at most {most:,}"
    return Markup('<svg class="chart" viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}{}</svg>').format(
        _WIDTH, _HEIGHT, said, Markup("").join(lines), Markup("").join(drawn), Markup("").join(marks)
    )


def _ticks(starts: Sequence[date]) -> dict[int, str]:
    """Return which bars are labelled, at most about eight of them."""
    every = max(1, -(-len(starts) // 8))
    long = len(starts) > 1 and (starts[-1] - starts[0]).days > 200
    return {at: starts[at].strftime("%b %Y" if long else "%-d %b") for at in range(0, len(starts), every)}


def _nice(most: int) -> int:
    """Return a round number that is not less."""
    size = 1
    while True:
        for step in (1, 2, 4, 5, 6, 8):
            if step * size >= most:
                return max(1, step * size)
        size *= 10


def share(value: int, most: int) -> Markup:
    """Return a small horizontal bar for a cell of a table."""
    width = round(100 * value / most, 1) if most else 0
    return Markup(
        '<svg class="share" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="bar" width="{}" height="8"/></svg>'
    ).format(width)
