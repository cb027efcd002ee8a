"""What one more night costs in archives of 10,000 to a million articles, and what reading a year takes.

    python -m benchmarks.growth [--base FOLDER] [--sizes N ...] [--a-day N] [--write-docs]

The base is a data folder with published days, such as `data` after `make run`; without one, the sample's days
are run first. Archives are made of it by `grown.py`. In each, a night is ingested, published and derived, and
derived once more with nothing new, in processes of their own. Told are their processor seconds, the most
memory, and the requests that an object store would be sent.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import resource
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, cast

from benchmarks.grown import (
    NIGHT,
    WINDOW,
    Tables,
    base_tables,
    settings_of,
    stage_extracted,
    tables_of,
    take_back,
    write_drop,
    write_files,
    write_night,
    write_older,
    write_window,
)
from benchmarks.history import machine
from benchmarks.leaving import work_folder
from benchmarks.year import WAYS, read_a_year, write_year
from pipeline.derived.work import State
from pipeline.settings import load_settings
from pipeline.stages import run_days, run_stage
from pipeline.store import Store
from pipeline.store.batch import Batch
from pipeline.store.folder import Folder
from quality.web.document import replaced

ROOT = Path(__file__).parents[1]
FIGURES = Path("benchmarks/growth.json")
DOCUMENT = Path("docs/operations.md")
COMMAND = "make growth ARGS=--write-docs"

SAMPLE = [date(2026, 3, 1) + timedelta(n) for n in range(4)]

SIZES = (10_000, 100_000, 1_000_000)
_FILES = {"is_file_an_article": True}
STAGES: dict[str, tuple[str, dict[str, Any]]] = {
    "ingest": ("ingest", {}),
    "ingest, an article a file": ("ingest", _FILES),
    "the same, `drop_window_days = 30`": ("ingest", _FILES | {"window_days": 30}),
    "publish": ("publish", {}),
    "derive": ("derive", {}),
    "derive, nothing new": ("derive", {}),
}
"""What is measured: a stage, and under which settings."""

MAY_GROW = frozenset({"ingest, an article a file"})
"""What looks at every file that was ever delivered."""

MOST_TIMES = 3.0
"""So many times what a night takes in the smallest archive it may take in the largest."""

MOST_MB = 1_500


class Counted:
    """A folder that counts the requests which an object store would be sent (`bucket.py`)."""

    def __init__(self, root: str) -> None:
        self._folder = Folder(root)
        self._n_locks = 0
        self.requests: Counter[str] = Counter()

    def __getattr__(self, name: str) -> Any:
        asked = getattr(self._folder, name)

        def counted(*args: Any, **options: Any) -> Any:
            # A holder of a lock asks first which version of a file it replaces.
            n = {"put": 2 if self._n_locks else 1, "remove_folder": 2, "sweep": 0}.get(name, 1)
            self.requests[name] += n  # also where there is no such file
            found = asked(*args, **options)
            if name in ("names", "versions"):
                self.requests[name] += max(0, len(found) - 1) // 1000
            return found

        return counted if callable(asked) else asked

    @contextlib.contextmanager
    def lock(self, name: str) -> Iterator[None]:
        """Hold a lock: it is put where there is none, looked at twice, taken, and let go.

        A new one is taken with the first request; then two that must be refused are tried, and looked after.
        """
        self.requests["lock"] += 5 if self._folder.exists(f"locks/{name}.lock") else 6
        with self._folder.lock(name):
            self._n_locks += 1
            try:
                yield
            finally:
                self._n_locks -= 1


def night(root: str, name: str) -> dict[str, Any]:
    """Run one of STAGES for the night, and return what it took."""
    stage, how = STAGES[name]
    place = Counted(root)
    store = Store(root, cast(Folder, place))
    before = resource.getrusage(resource.RUSAGE_SELF)
    run_stage(stage, store, Batch(NIGHT), settings_of(store, **how))
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = own.ru_utime + own.ru_stime - before.ru_utime - before.ru_stime
    return {
        "cpu_s": round(seconds + children.ru_utime + children.ru_stime, 2),
        "mb": max(_most_kb(), children.ru_maxrss) // 1024,
        "requests": place.requests.total(),
        "of": dict(place.requests),
    }


def _most_kb() -> int:
    """Return the most memory of this process, in KB."""
    status = Path("/proc/self/status")
    if status.exists():  # what `getrusage` tells counts the process that started this one
        return int(status.read_text().split("VmHWM:")[1].split()[0])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1024 if sys.platform == "darwin" else 1)


def measured(window: Path, root: Path, tables: Tables, *, n_days: int) -> dict[str, Any]:
    """Make an archive of a window of days and of older ones, and return what each stage of a night takes."""
    shutil.copytree(window, root, copy_function=os.link)  # a store replaces files, and never writes into one
    store = Store(str(root))
    write_drop(store, n_days)
    write_older(store, max(0, n_days - WINDOW))
    write_night(store, tables)
    n_entities = State.read(store).tables["entity_index"].n_rows
    found: dict[str, Any] = {"days": n_days, "entities": n_entities, "stages": {}}
    write_files(store, tables, n_days, len(tables["articles"]))
    for name, (stage, how) in STAGES.items():
        if stage == "publish":
            found["with_rows"] = stage_extracted(store, tables)
        found["stages"][name] = _apart("--night", str(root), name)
        if how:
            take_back(store, settings_of(store, **how))
    return found


def _apart(*options: str) -> dict[str, Any]:
    """Return what this module prints in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.growth", *options]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(options)} failed:\n{done.stderr}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


# ---- figures ---------------------------------------------------------------------------------------


def table(figures: Mapping[str, Any]) -> str:
    """Return the table of the document, of figures as `benchmarks/growth.json` has them."""
    sizes = figures["sizes"]
    lines = [
        f"{figures['a_day']:,} articles a night; {figures['machine']}, Python {figures['python']},"
        f" {figures['date']}.",
        "",
        "| one more night | " + " | ".join(f"{one['articles']:,} articles" for one in sizes) + " | times |",
        "| --- |" + " ---: |" * (len(sizes) + 1),
        "| days before it | " + " | ".join(f"{one['days']:,}" for one in sizes) + " | |",
        "| entities before it | " + " | ".join(f"{one['entities']:,}" for one in sizes) + " | |",
    ]
    for stage, key in _measured(sizes):
        values = [one["stages"][stage][key] for one in sizes]
        cells = [f"{value:.1f}" if key == "cpu_s" else f"{value:,}" for value in values]
        times = values[-1] / max(values[0], 0.01)
        lines.append(f"| {stage}, {_ABOUT[key]} | " + " | ".join(cells) + f" | {times:.1f} |")
    if (year := figures.get("year")) is not None:
        lines += [
            "",
            f"| a year of {year['articles']:,} articles, {year['claims']:,} claims"
            " | rows | CPU s | most memory, MB |",
            "| --- | ---: | ---: | ---: |",
        ]
        for way, took in year["ways"].items():
            lines.append(f"| {way} | {took['rows']:,} | {took['cpu_s']:.0f} | {took['mb']:,} |")
    return "\n".join(lines)


_ABOUT = {"cpu_s": "CPU s", "mb": "most memory, MB", "requests": "requests"}


def _measured(sizes: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """Return stages, and what is known of them in all archives."""
    return [
        (stage, key)
        for stage in STAGES
        for key in _ABOUT
        if all(key in one["stages"].get(stage, {}) for one in sizes)
    ]


def missed(figures: Mapping[str, Any]) -> list[str]:
    """Return what a night takes too much of in the largest archive."""
    first, last = figures["sizes"][0]["stages"], figures["sizes"][-1]["stages"]
    known = _measured(figures["sizes"])
    found = [
        f"{stage}, {key}: {last[stage][key]} after {first[stage][key]}"
        for stage, key in known
        if stage not in MAY_GROW and last[stage][key] > MOST_TIMES * first[stage][key]
    ]
    too_much = [stage for stage, key in known if key == "mb" and last[stage]["mb"] > MOST_MB]
    return found + [f"{stage}: {last[stage]['mb']} MB" for stage in too_much]


def measure(base_folder: Path, sizes: Sequence[int], a_day: int) -> dict[str, Any]:
    """Return the figures of archives of all sizes."""
    base, origin = base_tables(Store(str(base_folder)))
    tables = tables_of(base, NIGHT, a_day)
    found: list[dict[str, Any]] = []
    with work_folder("newstables-growth-") as folder:
        window, n_there = folder / "window", 0
        for size in sorted(sizes):
            began = time.monotonic()
            n_days = max(1, size // a_day)
            if n_there < min(n_days, WINDOW):
                n_made = min(n_days, WINDOW)
                write_window(Store(str(window)), base, origin, n_made, a_day, n_there=n_there)
                n_there = n_made
            took = measured(window, folder / str(size), tables, n_days=n_days)
            found.append({"articles": n_days * a_day, **took})
            print(f"{json.dumps(found[-1])} {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
        year = folder / "year"
        shutil.copytree(window, year, copy_function=os.link)
        full, _ = base_tables(Store(str(base_folder)), n_claims=20)
        n_claims = write_year(Store(str(year)), full, origin, a_day)
        ways = {way: _apart("--year", str(year), way) for way in WAYS}
    return {
        "machine": machine()["cpu"],
        "python": platform.python_version(),
        "date": datetime.now(UTC).date().isoformat(),
        "a_day": a_day,
        "sizes": found,
        "year": {"articles": 365 * a_day, "claims": n_claims, "ways": ways},
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print; exit code 1 where a night grows with the archive."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("--base", type=Path, help="a data folder with published days")
    options.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="articles")
    options.add_argument("--a-day", type=int, default=600, help="articles of a day")
    options.add_argument("--write-docs", action="store_true", help="keep the figures, write the table anew")
    options.add_argument("--night", nargs=2, metavar=("ROOT", "STAGE"), help=argparse.SUPPRESS)
    options.add_argument("--year", nargs=2, metavar=("ROOT", "WAY"), help=argparse.SUPPRESS)
    args = options.parse_args(arguments)
    if args.night:
        print(json.dumps(night(*args.night)))
        return
    if args.year:
        print(json.dumps(read_a_year(*args.year) | {"mb": _most_kb() // 1024}))
        return
    with work_folder("newstables-growth-") as folder:
        base = args.base or folder
        if args.base is None:
            made_of = {"source": "drop", "drop_dir": str(ROOT / "data/sample")}
            for _ in run_days(SAMPLE, Store(str(folder)), load_settings(data_dir=str(folder), **made_of)):
                pass
        figures = measure(base, args.sizes, args.a_day)
    print(table(figures))
    for line in missed(figures):
        print(f"! {line}")
    if args.write_docs:
        (ROOT / FIGURES).write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
        document = ROOT / DOCUMENT
        text = replaced(document.read_text("utf-8"), "growth", table(figures), command=COMMAND)
        document.write_text(text, encoding="utf-8")
    sys.exit(1 if missed(figures) else 0)


if __name__ == "__main__":
    main()
