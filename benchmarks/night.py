"""What a night costs, stage by stage: CPU and wall seconds of a day of so many articles.

    python -m benchmarks.night --articles FILE.jsonl[.gz] [FILE ...] [--n 3000] [--days 1] [--tree FOLDER ...]

The articles, those of the first file first, are dealt out to days and put into a drop folder. Each stage is
then a command of its own, `python -m pipeline run FIRST LAST --stage NAME`, with all its children, from its
start to its end. Derive is run last, for all days, as in a backfill: with `--days 5` it links claims across
days.

Each `--tree` is a checkout of the project, for what is compared: `git worktree add ../before COMMIT`, and
`make setup` there where its locks differ. Without one it is this checkout. All trees get the same articles,
and the commands are those of each tree, with the Python of its `.venv` if it has one, else with this one.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import chain, islice
from pathlib import Path
from typing import Any

from benchmarks.throughput import Run, distinct, measure, read
from pipeline.accelerator.builds import VARIABLE

ROOT = Path(__file__).parents[1]
STAGES = ("ingest", "parse", "extract", "publish", "derive")
FIRST = date(2026, 3, 2)


def on_days(records: Sequence[Mapping[str, Any]], n_days: int) -> list[dict[str, Any]]:
    """Return articles dealt out to days, the first to the first day, each at the hour that it has.

    Args:
        records: with `published_at` (ISO) or without.
        n_days: so many, from `FIRST` on.
    """
    out = []
    for number, record in enumerate(records):
        hour = str(record.get("published_at") or "")[10:19] or "T09:00:00"
        day = FIRST + timedelta(days=number % n_days)
        out.append({**record, "published_at": f"{day.isoformat()}{hour}"})
    return out


def run_night(
    tree: Path, drop: Path, data: Path, *, n_days: int, processes: int, fast: bool
) -> dict[str, Run]:
    """Run the days of a drop folder with the commands of a checkout; return what each stage took.

    Args:
        tree: the checkout.
        drop: the drop folder.
        data: where the tables go; no folder is there yet.
        n_days: from `FIRST` on.
        processes: child processes.
        fast: whether an accelerator that is built there is used.

    Raises:
        SystemExit: a stage failed.
    """
    python = tree / ".venv" / "bin" / "python"
    last = FIRST + timedelta(days=n_days - 1)
    env = {key: value for key, value in os.environ.items() if not key.startswith("NEWSTABLES_")} | {
        "NEWSTABLES_SOURCE": "drop",
        "NEWSTABLES_DROP_DIR": str(drop),
        "NEWSTABLES_DATA_DIR": str(data),
        "NEWSTABLES_PROCESSES": str(processes),
        VARIABLE: str(tree / "build" / "fast") if fast else "off",
    }
    command = [str(python if python.exists() else sys.executable), "-m", "pipeline", "run"]
    days = [FIRST.isoformat(), last.isoformat()]
    return {stage: measure([*command, *days, "--stage", stage], env=env, cwd=tree) for stage in STAGES}


def table(nights: Mapping[str, Mapping[str, Run]], n: int) -> str:
    """Return a table in Markdown: for each side of a comparison CPU and wall seconds by stage.

    Args:
        nights: by the name of the side; of two, the last column says how many times as much CPU the first
            took.
        n: articles.
    """
    sides = list(nights)
    heads = [f"{side}, {what}" for side in sides for what in ("CPU s", "wall s")]
    has_ratio = len(sides) == 2
    heads += ["times less CPU"] if has_ratio else []
    lines = [
        f"{n:,} articles",
        "",
        "| stage | " + " | ".join(heads) + " |",
        "| --- |" + " ---: |" * len(heads),
    ]
    for stage in (*STAGES, "in all"):
        runs = [
            [night[stage]] if stage in night else [*night.values()] for night in (nights[s] for s in sides)
        ]
        cpu = [sum(run.cpu_seconds for run in of_side) for of_side in runs]
        wall = [sum(run.seconds for run in of_side) for of_side in runs]
        cells = [f"{value:.1f}" for pair in zip(cpu, wall, strict=True) for value in pair]
        cells += [f"{cpu[0] / cpu[1]:.2f}"] if has_ratio else []
        lines.append(f"| {stage} | " + " | ".join(cells) + " |")
    peaks = [f"{side}: {max(run.peak_mb for run in nights[side].values()):,.0f} MB" for side in sides]
    return "\n".join([*lines, "", f"Peak memory: {'; '.join(peaks)}"])


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the night of each tree, and print the table."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("--articles", type=Path, nargs="+", required=True, help="articles with a field text")
    options.add_argument("--n", type=int, default=3_000)
    options.add_argument("--days", type=int, default=1)
    options.add_argument("--processes", type=int, default=1)
    options.add_argument(
        "--tree", type=Path, nargs="+", default=[ROOT], help="checkouts to compare, the old first"
    )
    options.add_argument("--fast", action="store_true", help="with the accelerator of each tree that has one")
    args = options.parse_args(arguments)
    records = [*islice(distinct(chain.from_iterable(map(read, args.articles))), args.n)]
    nights: dict[str, dict[str, Run]] = {}
    with tempfile.TemporaryDirectory(prefix="newstables-night-") as name:
        folder = Path(name)
        drop = folder / "drop"
        drop.mkdir()
        with (drop / "articles.jsonl").open("w", encoding="utf-8") as file:
            file.writelines(json.dumps(record) + "\n" for record in on_days(records, args.days))
        for tree in (tree.resolve() for tree in args.tree):
            data = folder / f"data-{len(nights)}"
            nights[tree.name] = run_night(
                tree, drop, data, n_days=args.days, processes=args.processes, fast=args.fast
            )
    print(table(nights, len(records)))


if __name__ == "__main__":
    main()
