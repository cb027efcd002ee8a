"""A small chart as SVG: panels of lines over the same steps; the names stand at the lines' ends.

Made by hand, so that it is text of a few kilobytes that differs in a commit where its figures differ.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

# Colours that the colour-blind can tell apart (Okabe and Ito 2008), without those too light for white.
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#a0527f", "#5b5b5b")

_WIDTH = 760
_LEFT, _RIGHT = 44, 128
_PANEL, _TITLE, _GAP, _FOOT = 150, 26, 14, 30
_LABEL = 14  # the least distance between two names
_MOST_TICKS = 4


@dataclass(frozen=True, slots=True)
class Series:
    """A line: its name, and a value for each step, None where there is none."""

    name: str
    values: Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Panel:
    """Lines on one scale; `low` and `high` give way to values beyond them; `step` parts the grid lines."""

    title: str
    low: float
    high: float
    step: float
    series: Sequence[Series]

    def bounds(self) -> tuple[float, float]:
        """Return the ends of the scale, on grid lines, that hold all values."""
        values = [value for series in self.series for value in series.values if value is not None]
        low = min([self.low, *values]) // self.step * self.step
        high = -(-max([self.high, *values]) // self.step) * self.step
        return low, high


def chart(panels: Sequence[Panel], ticks: Sequence[str]) -> str:
    """Return the SVG.

    Args:
        panels: from top to bottom; each series has a value or None for each tick.
        ticks: names of the steps, from left to right.
    """
    height = len(panels) * (_TITLE + _PANEL + _GAP) + _FOOT
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}"'
        f' height="{height}" role="img" font-family="sans-serif" font-size="12">',
        f"<title>{escape('; '.join(panel.title for panel in panels))}</title>",
        f'<rect width="{_WIDTH}" height="{height}" fill="#ffffff"/>',
    ]
    for number, panel in enumerate(panels):
        parts += _panel(panel, number * (_TITLE + _PANEL + _GAP) + _TITLE, ticks)
    shown = _shown(len(ticks))
    for step in shown:
        anchor = "start" if step == 0 else "end" if step == len(ticks) - 1 else "middle"
        if len(ticks) == 1:
            anchor = "middle"
        parts.append(_text(_x(step, len(ticks)), height - _FOOT + 8, ticks[step], anchor=anchor))
    return "\n".join([*parts, "</svg>", ""])


def _panel(panel: Panel, top: int, ticks: Sequence[str]) -> Iterator[str]:
    low, high = panel.bounds()
    right = _WIDTH - _RIGHT

    def y(value: float) -> float:
        return round(top + _PANEL * (high - value) / (high - low), 1)

    yield _text(_LEFT, top - 10, panel.title, colour="#111111", weight="bold")
    for number in range(round((high - low) / panel.step) + 1):
        value = low + number * panel.step
        yield f'<line x1="{_LEFT}" y1="{y(value)}" x2="{right}" y2="{y(value)}" stroke="#dddddd"/>'
        yield _text(_LEFT - 6, y(value) + 4, f"{value:g}", anchor="end")
    if all(value is None for series in panel.series for value in series.values):
        yield _text((_LEFT + right) / 2, top + _PANEL / 2 - 12, "not measured yet", anchor="middle")
    ends = []
    for number, series in enumerate(panel.series):
        colour = _COLOURS[number % len(_COLOURS)]
        points = [
            (_x(step, len(ticks)), y(value), value, ticks[step])
            for step, value in enumerate(series.values)
            if value is not None
        ]
        if not points:
            continue
        path = " ".join(f"{px},{py}" for px, py, *_ in points)
        yield f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>'
        for px, py, value, tick in points:
            title = f"<title>{escape(f'{series.name} {value:g}, {tick}')}</title>"
            yield f'<circle cx="{px}" cy="{py}" r="3" fill="{colour}">{title}</circle>'
        ends.append((points[-1][1], f"{series.name} {_short(points[-1][2])}", colour))
    for at, name, colour in _spread(ends, bottom=top + _PANEL):
        yield _text(right + 10, at + 4, name, colour=colour)


def _short(value: float) -> str:
    """Return a value in three digits or so."""
    return f"{value:.2f}" if abs(value) < 10 else f"{value:.1f}"


def _spread(ends: Sequence[tuple[float, str, str]], *, bottom: float) -> list[tuple[float, str, str]]:
    """Return the names from top to bottom, moved apart so that none covers another."""
    placed: list[tuple[float, str, str]] = []
    for at, name, colour in sorted(ends):
        placed.append((max(at, placed[-1][0] + _LABEL) if placed else at, name, colour))
    limit = bottom
    for number in reversed(range(len(placed))):
        at, name, colour = placed[number]
        placed[number] = (min(at, limit), name, colour)
        limit = placed[number][0] - _LABEL
    return placed


def _x(step: int, n_steps: int) -> float:
    """Return where a step stands: in the middle where there is but one."""
    width = _WIDTH - _LEFT - _RIGHT - 20
    return round(_LEFT + 10 + (width / 2 if n_steps == 1 else width * step / (n_steps - 1)), 1)


def _shown(n_steps: int) -> list[int]:
    """Return the steps that are named: first, last, and some between."""
    n_named = min(n_steps, _MOST_TICKS)
    return sorted({round(number * (n_steps - 1) / max(n_named - 1, 1)) for number in range(n_named)})


def _text(
    x: float, y: float, text: str, *, anchor: str = "start", colour: str = "#444444", weight: str = "normal"
) -> str:
    return (
        f'<text x="{x}" y="{round(y, 1)}" text-anchor="{anchor}" fill="{colour}" font-weight="{weight}">'
        f"{escape(text)}</text>"
    )
