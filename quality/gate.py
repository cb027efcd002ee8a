"""Floors: no figure on the project's own gold may fall below what is written down.

The file of floors names the gold by a checksum. With other gold the figures mean something else, so the
floors have to be set anew, and a floor is never lowered unasked.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from pipeline.identity import checksum
from quality.figures import Figures

EPSILON = 1.0
"""Percentage points that a figure may lie below its floor: about one item of the gold."""

type Floors = dict[str, dict[str, float]]


class GateError(Exception):
    """A figure is below its floor, or the floors do not fit the gold. The message says what to do."""


def gold_checksum(gold: Path, files: tuple[str, ...]) -> str:
    """Return the checksum of the gold's files, whose order and names count."""
    return checksum("\n".join(f"{name} {checksum((gold / name).read_bytes())}" for name in files))


def read_floors(path: Path) -> tuple[str, Floors]:
    """Return the checksum of the gold that the floors were set with, and the floors by section and figure."""
    stored = json.loads(path.read_text(encoding="utf-8"))
    return stored["gold"], stored["floors"]


def write_floors(path: Path, gold: str, floors: Mapping[str, Mapping[str, float]]) -> None:
    """Write the file of floors."""
    text = json.dumps({"gold": gold, "floors": floors}, indent=1, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")


REPORTED = Path(__file__).parents[1] / "pipeline" / "desk" / "run_report" / "floors.json"
"""Where the floors stand once more, for the reports of days: an installed package has no gold."""


def copy_for_reports(path: Path) -> None:
    """Write the floors of a file once more, for the reports of days."""
    text = json.dumps(read_floors(path)[1], indent=1, ensure_ascii=False)
    REPORTED.write_text(text + "\n", encoding="utf-8")


def check(path: Path, gold: str, sections: Mapping[str, Figures]) -> None:
    """Compare figures with their floors; sections that were not measured are left out.

    Raises:
        GateError: a figure is below its floor or missing, or the gold is another.
    """
    stored, floors = read_floors(path)
    if stored != gold:
        raise GateError("the gold has changed: run `make eval ARGS=--update-floors` and commit the floors")
    problems = []
    for section, figures in sections.items():
        for name, floor in floors.get(section, {}).items():
            value = figures[name].value if name in figures else None
            if value is None or value < floor - EPSILON:
                problems.append(
                    f"{section}: {name} {'is missing' if value is None else f'{value:.1f}'}, floor {floor}"
                )
        problems += [f"{section}: {name} has no floor" for name in figures.keys() - floors.get(section, {})]
    if problems:
        raise GateError("; ".join(problems))


def update(
    path: Path, gold: str, sections: Mapping[str, Figures], *, allow_regression: bool = False
) -> list[str]:
    """Set the floors to the figures measured, and return the names of those that changed.

    Args:
        path: the file of floors; made where it is missing.
        gold: checksum of the gold.
        sections: the figures; the floors of other sections stay.
        allow_regression: lower floors too.

    Raises:
        GateError: a floor would be lowered, and `allow_regression` is not given. Nothing is written.
    """
    old = read_floors(path)[1] if path.exists() else {}
    new: Floors = dict(old)
    for section, figures in sections.items():
        new[section] = {name: round(figure.value, 1) for name, figure in figures.items()}
    floors = {section: old.get(section, {}) for section in sections}
    lowered = [
        f"{section}: {name} {floor} -> {new[section].get(name, 'none')}"
        for section, names in floors.items()
        for name, floor in names.items()
        if new[section].get(name, -1.0) < floor - EPSILON
    ]
    if lowered and not allow_regression:
        raise GateError(f"floors would be lowered ({'; '.join(lowered)}); --allow-regression does it")
    if not allow_regression:  # what lies within epsilon below a floor does not wear it down
        for section, names in floors.items():
            for name, floor in names.items():
                new[section][name] = max(new[section][name], floor)
    write_floors(path, gold, new)
    return [
        f"{section}: {name}"
        for section, names in new.items()
        for name, floor in names.items()
        if old.get(section, {}).get(name) != floor
    ]
