"""How fast a whole run is, against a bare spaCy parse of the same articles: one command, one table.

    python -m benchmarks.speed [--corpora FOLDER] [--repetitions R] [--json OUT]
    make bench CORPORA=../shared/data        # about ten minutes on two cores

Each run is a fresh process with its children, from its start to its end, and all sides take turns. What
counts is CPU time, user and system, of which a busy machine changes little; wall time says what a second
process is worth. A start is the same command for a single article, and the CPU time of a further child is
what two processes take more for that than one. Memory is as in `benchmarks.throughput`.

The sides: spaCy's model as people run it (`benchmarks.bare`), the same with `batch_size=32`, which keeps it
out of most of its kernel time, the extraction in plain Python, and, where `make fast` has built it, with the
accelerator. Beside web news, which is what the project is for, short agency items: there, an article costs
more than its words. Other extractors of quotations (`benchmarks.peers`), where they are installed, are run
once, on web news; they have no targets.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from statistics import median

from benchmarks.articles import articles
from benchmarks.peers import PEERS
from benchmarks.throughput import INPUT, Run, Sample, distinct, read, run_on, write
from benchmarks.throughput import SIDES as BOTH
from pipeline.accelerator.builds import VARIABLE, usable_build

_BARE, _OURS = BOTH["bare parse"], BOTH["extraction"]
SIDES: Mapping[str, tuple[Sequence[str], Mapping[str, str]]] = {
    "bare": (_BARE, {}),
    "bare, 32": ((*_BARE, "--batch-size", "32"), {}),
    "pure": (_OURS, {VARIABLE: "off"}),
    "fast": (_OURS, {}),
    **{name: ((sys.executable, "-m", "benchmarks.peers", name, *INPUT), {}) for name in PEERS},
}
"""Command and environment of each side."""

N_ARTICLES = {"web": 300, "reuters": 1_800}
"""About 230,000 words of each kind."""

_FILES = {"web": "corpora/pool/pool.jsonl.gz", "reuters": "corpora/reuters21578.jsonl.gz"}

PEAK_MB_BEFORE = 812.0
"""What commit f32eafa took on the 300 web articles in one process."""


@dataclass(frozen=True, slots=True)
class Target:
    """What is asked of one figure: its name, how it is computed of all runs, and its bound."""

    name: str
    figure: Callable[[Runs], float | None]
    bound: float
    is_most: bool = False

    def holds(self, value: float) -> bool:
        """Tell whether a value is within the bound."""
        return value <= self.bound if self.is_most else value >= self.bound


type Key = tuple[str, str, int]
"""Kind of articles ("one" is a single one), side, number of processes."""

type Runs = dict[Key, list[Run]]


def cpu(runs: Runs, key: Key) -> float | None:
    """Return the median CPU seconds of the runs of a kind; None where there are none."""
    found = runs.get(key)
    return median(run.cpu_seconds for run in found) if found else None


def times_as_fast(kind: str, side: str, other: str) -> Callable[[Runs], float | None]:
    """Return what tells how many times as fast one side is as another, in CPU time in one process."""

    def figure(runs: Runs) -> float | None:
        pairs = zip(runs.get((kind, other, 1), ()), runs.get((kind, side, 1), ()), strict=False)
        ratios = [slow.cpu_seconds / quick.cpu_seconds for slow, quick in pairs]
        return median(ratios) if ratios else None

    return figure


def _two_for_one(runs: Runs) -> float | None:
    one, two = runs.get(("web", "pure", 1)), runs.get(("web", "pure", 2))
    return median(r.seconds for r in one) / median(r.seconds for r in two) if one and two else None


def _peak(runs: Runs) -> float | None:
    found = runs.get(("web", "pure", 1))
    return max(run.peak_mb for run in found) / PEAK_MB_BEFORE if found else None


def _further_child(runs: Runs) -> float | None:
    one, two = cpu(runs, ("one", "pure", 1)), cpu(runs, ("one", "pure", 2))
    return None if one is None or two is None else two - one


TARGETS = (
    Target("web: pure, times as fast as bare", times_as_fast("web", "pure", "bare"), 2.1),
    Target("web: fast, times as fast as bare", times_as_fast("web", "fast", "bare"), 2.5),
    Target("web: pure, as bare in batches of 32", times_as_fast("web", "pure", "bare, 32"), 1.7),
    Target("web: fast, as bare in batches of 32", times_as_fast("web", "fast", "bare, 32"), 2.1),
    Target("reuters: pure, times as fast as bare", times_as_fast("reuters", "pure", "bare"), 1.6),
    Target("reuters: fast, times as fast as bare", times_as_fast("reuters", "fast", "bare"), 1.8),
    Target("web: two processes, times as fast as one (wall)", _two_for_one, 1.8),
    Target("web: peak memory, share of before", _peak, 0.9, is_most=True),
    Target("start of one article, CPU s", lambda runs: cpu(runs, ("one", "pure", 1)), 2.2, is_most=True),
    Target("a further child, CPU s", _further_child, 0.2, is_most=True),
)
"""What is asked of a machine of two cores."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("--corpora", type=Path, help="the folder of the corpora; else generated articles")
    options.add_argument("--repetitions", type=int, default=2)
    options.add_argument("--n", type=int, help="so many articles of each kind, for a try")
    options.add_argument("--json", type=Path, metavar="OUT", help="write all runs to this file")
    args = options.parse_args(arguments)
    missing = left_out()
    sides = [side for side in SIDES if side not in missing]
    with tempfile.TemporaryDirectory(prefix="newstables-bench-") as name:
        samples = _samples(args.corpora, args.n, Path(name))
        for kind, sample in samples.items():
            print(f"{kind}: {sample.n:,} articles, {sample.words:,} words", flush=True)
        for side, how in missing.items():
            print(f"{side}: left out, since it is not installed here ({how})")
        # What a first run alone does is not counted: bytecode, and what is remembered of the code.
        for side in sides:
            _run(("one", side, 1), samples, Path(name))
        runs: Runs = {}
        for number in range(args.repetitions):
            for key in plan(samples, sides, is_first=number == 0):
                runs.setdefault(key, []).append(_run(key, samples, Path(name)))
                run = runs[key][-1]
                print(
                    f"  {key[0]:8}{key[1]:17}{key[2]}  {run.cpu_seconds:7.2f} CPU s  {run.seconds:7.2f} s"
                    f"  {run.peak_mb:6.0f} MB",
                    flush=True,
                )
    print("\n".join(["", *table(runs, samples), "", *acceptance(runs), *beside(runs)]))
    if args.json:
        rows = [{"of": key, "runs": [asdict(run) for run in found]} for key, found in runs.items()]
        args.json.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


def left_out() -> dict[str, str]:
    """Return the sides that are not installed here, each with how to have it."""
    missing = {name: peer.how for name, peer in PEERS.items() if not peer.is_installed()}
    return missing if usable_build() is not None else {"fast": "make fast", **missing}


def plan(samples: Mapping[str, Sample], sides: Sequence[str], *, is_first: bool) -> list[Key]:
    """Return what one repetition runs.

    Two processes are run once, by the sides that are compared there, and so are peers, in one process.
    """
    ours = [side for side in sides if side not in PEERS]
    keys = [("one", side, processes) for processes in (1, 2) for side in ours if side != "bare, 32"]
    keys += [(kind, side, 1) for kind in samples if kind != "one" for side in ours]
    if is_first:
        keys += [("web", side, 2) for side in ours if side != "bare, 32"]
        keys += [(kind, side, 1) for kind in ("one", "web") for side in sides if side in PEERS]
    return keys


def table(runs: Runs, samples: Mapping[str, Sample]) -> list[str]:
    """Return the lines of a table of all sides."""
    head = ("CPU s", "wall s", "peak MB", "µs a word", "without start")
    lines = [f"{'':34}" + "".join(f"{cell:>15}" for cell in head)]
    for (kind, side, processes), found in sorted(runs.items(), key=lambda item: (item[0][0], item[0][2])):
        seconds = cpu(runs, (kind, side, processes)) or 0.0
        start = cpu(runs, ("one", side if side != "bare, 32" else "bare", processes))
        words = samples[kind].words
        cells = [
            f"{seconds:.2f}",
            f"{median(run.seconds for run in found):.2f}",
            f"{max(run.peak_mb for run in found):,.0f}",
            "" if kind == "one" else f"{seconds / words * 1e6:.1f}",
            "" if kind == "one" or start is None else f"{(seconds - start) / words * 1e6:.1f}",
        ]
        name = f"{kind}, {side}, {processes} process{'es' if processes > 1 else ''}"
        lines.append(f"{name:34}" + "".join(f"{cell:>15}" for cell in cells))
    return lines


def acceptance(runs: Runs) -> list[str]:
    """Return the lines of the table of targets."""
    lines = [f"{'':50}{'figure':>9}{'target':>10}"]
    for target in TARGETS:
        value = target.figure(runs)
        shown = "-" if value is None else f"{value:.2f}"
        bound = f"{'≤' if target.is_most else '≥'} {target.bound:g}"
        verdict = "" if value is None else "  holds" if target.holds(value) else "  missed"
        lines.append(f"{target.name:50}{shown:>9}{bound:>10}{verdict}")
    return lines


def beside(runs: Runs) -> list[str]:
    """Return the lines, for a place below the targets, of how fast we are beside the peers that were run."""
    found = {peer: times_as_fast("web", "pure", peer)(runs) for peer in PEERS}
    return [
        f"{f'web: pure, times as fast as {peer}':50}{value:>9.2f}"
        for peer, value in found.items()
        if value is not None
    ]


def _samples(corpora: Path | None, n: int | None, folder: Path) -> dict[str, Sample]:
    found = {}
    for kind, wanted in N_ARTICLES.items():
        source = read(corpora / _FILES[kind]) if corpora else articles(wanted)
        if corpora is None and kind != "web":
            continue
        found[kind] = write(folder / f"{kind}.jsonl", [*islice(distinct(source), n or wanted)])
    first = [*islice(read(found["web"].path), 1)]
    return found | {"one": write(folder / "one.jsonl", first)}


def _run(key: Key, samples: Mapping[str, Sample], folder: Path) -> Run:
    kind, side, processes = key
    command, environment = SIDES[side]
    return run_on(command, samples[kind], folder, processes, env=os.environ | environment)


if __name__ == "__main__":
    main()
