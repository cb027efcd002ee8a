"""What `make eval` and `make bench` said of each commit that was measured: one JSON line each, and a chart.

    python -m benchmarks.history QUALITY.json [SPEED.json]

QUALITY is what `python -m quality --json` wrote, SPEED what `python -m benchmarks.throughput --json` wrote,
both of the commit that is checked out. The line is added to `benchmarks/history.jsonl`, and
`benchmarks/history.svg` is drawn anew from all lines. Without SPEED, as where the machine is busy with other
things, the line has none.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.chart import Panel, Series, chart
from quality.own import HEADLINES

HISTORY = Path("benchmarks/history.jsonl")
CHART = HISTORY.with_suffix(".svg")

SHOWN = {
    "quotes: attributed": "quotes",
    "entities: names, span": "names",
    "entities: clusters, B3": "entities",
    "claims: clause": "claims",
    "same claims: same claim": "same claim",
}
"""The figures of quality that the chart shows, all of them F1, and what it calls them."""

_RATIO = "times as fast, CPU time"


def line(
    quality: Mapping[str, Any],
    speed: Mapping[str, Any],
    *,
    commit: str,
    date: str,
    machine: Mapping[str, Any],
) -> dict[str, Any]:
    """Return the line of a commit: its headline figures of quality, and all figures of speed.

    Args:
        quality: sections of figures, as `python -m quality --json` writes them.
        speed: as `python -m benchmarks.throughput --json` writes it.
        commit: that was measured.
        date: of that commit, YYYY-MM-DD.
        machine: what it was measured on.
    """
    figures = {
        f"{section}: {name}": round(quality[f"own gold: {section}"][name]["value"], 2)
        for section, names in HEADLINES.items()
        for name in names
    }
    return {
        "commit": commit,
        "date": date,
        "machine": dict(machine),
        "quality": figures,
        "speed": dict(speed),
    }


def draw(lines: Sequence[Mapping[str, Any]]) -> str:
    """Return the chart of all lines, as SVG; a figure that a line does not have is left out there."""
    ticks = [f"{each['commit'][:7]} {each['date']}" for each in lines]
    f1 = [Series(name, [each["quality"].get(key) for each in lines]) for key, name in SHOWN.items()]
    ratios = [
        Series(
            f"{n} process{'es' if n > 1 else ''}",
            [each["speed"]["processes"].get(str(n), {}).get(_RATIO) for each in lines],
        )
        for n in (1, 2)
    ]
    return chart(
        [
            Panel("F1 on the project's own gold, percent", 40, 100, 10, f1),
            Panel("times as fast as a bare spaCy parse, CPU time", 0, 4, 1, ratios),
        ],
        ticks,
    )


def machine() -> dict[str, Any]:
    """Return what this machine is: processor, cores, Python."""
    return {"cpu": _cpu(), "cores": os.cpu_count(), "python": platform.python_version()}


def _cpu() -> str:
    """Return the processor's name, as far as the system tells it."""
    try:
        for text in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if text.startswith("model name"):
                return text.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def _commit() -> tuple[str, str]:
    """Return the commit that is checked out, and its date.

    Raises:
        SystemExit: no commit is checked out, or files differ from it.
    """
    own = [f":!{HISTORY.as_posix()}", f":!{CHART.as_posix()}"]
    if _git("status", "--porcelain", "--", ".", *own):
        raise SystemExit("newstables: commit first: the line would name a commit that was not measured")
    commit, date = _git("log", "-1", "--format=%H %cs").split()
    return commit, date


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"newstables: git: {done.stderr.strip()}")
    return done.stdout.strip()


def main(arguments: Sequence[str] | None = None) -> None:
    """Add the line of the commit that is checked out, and draw the chart."""
    options = argparse.ArgumentParser(
        prog="python -m benchmarks.history", description=__doc__.split("\n\n")[0]
    )
    options.add_argument("quality", type=Path, nargs="?", help="from python -m quality --json")
    options.add_argument("speed", type=Path, nargs="?", help="from python -m benchmarks.throughput --json")
    options.add_argument("--check", action="store_true", help="only say whether the commit can be measured")
    options.add_argument("--draw", action="store_true", help="only draw the chart anew")
    args = options.parse_args(arguments)
    if args.check:
        _commit()
        return
    if not args.draw:
        if args.quality is None:
            options.error("name the file of quality, or --draw")
        commit, date = _commit()
        quality = json.loads(args.quality.read_text(encoding="utf-8"))
        speed = json.loads(args.speed.read_text(encoding="utf-8")) if args.speed else {"processes": {}}
        added = line(quality, speed, commit=commit, date=date, machine=machine())
        with HISTORY.open("a", encoding="utf-8") as file:
            file.write(json.dumps(added) + "\n")
    lines = [json.loads(text) for text in HISTORY.read_text(encoding="utf-8").splitlines()]
    CHART.write_text(draw(lines), encoding="utf-8")
    sys.stdout.write(f"lines in {HISTORY}: {len(lines)}, drawn in {CHART}\n")


if __name__ == "__main__":
    main()
