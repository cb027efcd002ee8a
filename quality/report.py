"""Figures as a table, for a terminal and for Markdown."""

from __future__ import annotations

from collections.abc import Mapping

from quality.figures import Figures

_HEADINGS = ("", "P", "R", "F1 or figure", "gold / found")


def as_text(sections: Mapping[str, Figures]) -> str:
    """Return all sections as aligned columns."""
    lines = []
    for section, figures in sections.items():
        lines.append(f"{section:40s}{'P':>7s}{'R':>7s}{'F1':>8s}  n")
        for name, figure in figures.items():
            p, r, value, n = figure.cells()
            lines.append(f"  {name:38s}{p:>7s}{r:>7s}{value:>8s}  {n}")
        lines.append("")
    return "\n".join(lines)


def as_markdown(sections: Mapping[str, Figures]) -> str:
    """Return a Markdown table for each section."""
    lines = []
    for section, figures in sections.items():
        lines += [f"### {section}", "", f"| {' | '.join(_HEADINGS)} |", "|---|---:|---:|---:|---:|"]
        lines += [f"| {' | '.join((name, *figure.cells()))} |" for name, figure in figures.items()]
        lines.append("")
    return "\n".join(lines)


def as_json(sections: Mapping[str, Figures]) -> dict[str, dict[str, dict[str, float | str]]]:
    """Return all figures as plain values, ready for `json.dumps`."""
    return {
        section: {
            name: dict(zip(("P", "R", "value", "n"), figure.cells(), strict=True)) | {"value": figure.value}
            for name, figure in figures.items()
        }
        for section, figures in sections.items()
    }
