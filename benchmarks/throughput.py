"""How fast the whole extraction is, against a bare spaCy parse of the same articles.

    python -m benchmarks.throughput [--articles FILE.jsonl[.gz]] [--n N] [--repetitions R]
                                    [--json OUT] [--no-growth]

Each run is a fresh process, timed from its start to its end; the two sides take turns, so that a busy
machine slows both. A ratio is the median over the repetitions of bare time / extraction time; that of CPU
time hardly depends on what else the machine does. Start-up (imports, loading the model) is the time of the
same command for a single article. Memory is the peak of the proportional set size of the process and its
children (shared pages are counted once), sampled five times a second; where the system does not tell it, the
resident size.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import psutil

from benchmarks.articles import articles

INPUT = ("--input", "{input}", "--processes", "{processes}")
SIDES = {
    "bare parse": (sys.executable, "-m", "benchmarks.bare", *INPUT),
    "extraction": (sys.executable, "-m", "pipeline", "extract", *INPUT, "--output", "{output}"),
}

PROCESSES = (1, 2)
GROWTH = (250, 1_000, 4_000)

# Without --n, as many articles as have so many words: enough that start-up hardly counts. The whole takes
# about eight minutes on two cores.
_WORDS = 250_000


@dataclass(frozen=True, slots=True)
class Run:
    """A finished process with its children: how long it took, how much processor time, and memory at most."""

    seconds: float
    cpu_seconds: float
    peak_mb: float


@dataclass(frozen=True, slots=True)
class Sample:
    """A file of articles, one JSON object a line."""

    path: Path
    n: int
    words: int


@dataclass(frozen=True, slots=True)
class Pair:
    """The same command on all articles, and on one alone: what it takes to start."""

    full: Run
    start: Run

    @property
    def net_seconds(self) -> float:
        """Seconds without start-up."""
        return max(self.full.seconds - self.start.seconds, 0.001)


type Runs = dict[tuple[str, int], list[Pair]]
"""The repetitions by side and number of processes."""


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("--articles", type=Path, help="articles with a field text; else generated ones")
    options.add_argument("--n", type=int, help=f"how many to compare on (default: {_WORDS:,} words)")
    options.add_argument("--repetitions", type=int, default=3)
    options.add_argument("--json", type=Path, metavar="OUT", help="write ratios and speeds to this file")
    options.add_argument("--no-growth", action="store_true", help="leave out how memory grows with articles")
    args = options.parse_args()
    source: Path | None = args.articles
    stream = read(source) if source else articles(max(GROWTH))
    records = [*islice(distinct(stream), max(args.n or 0, *GROWTH))]
    with tempfile.TemporaryDirectory(prefix="newstables-bench-") as name:
        folder = Path(name)
        sample = write(folder / "articles.jsonl", records[: args.n or _enough(records)])
        print(
            f"{sample.n:,} articles ({source.name if source else 'generated'}), {sample.words:,} words;"
            f" {os.cpu_count()} cores; {args.repetitions} repetitions"
        )
        runs = _compare(sample, write(folder / "single.jsonl", records[:1]), folder, args.repetitions)
        _print_ratios(runs)
        _print_speeds(runs, sample)
        if args.json:
            figures = as_json(runs, sample) | {"articles from": source.name if source else "generated"}
            args.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
        if not args.no_growth:
            _print_growth(records, folder)


def _compare(sample: Sample, single: Sample, folder: Path, repetitions: int) -> Runs:
    """Run both sides in turn."""
    runs: Runs = {}
    for _ in range(repetitions):
        for processes in PROCESSES:
            for side, command in SIDES.items():
                pair = Pair(*(run_on(command, file, folder, processes) for file in (sample, single)))
                runs.setdefault((side, processes), []).append(pair)
    return runs


def as_json(runs: Runs, sample: Sample) -> dict[str, Any]:
    """Return the medians as plain values, ready for `json.dumps`, by number of processes."""
    figures: dict[str, Any] = {"articles": sample.n, "words": sample.words, "processes": {}}
    for processes in PROCESSES:
        ours = runs["extraction", processes]
        whole, net, cpu = (median(ratios) for ratios in _ratios(runs, processes))
        figures["processes"][str(processes)] = {
            "times as fast, whole run": round(whole, 3),
            "times as fast, no start-up": round(net, 3),
            "times as fast, CPU time": round(cpu, 3),
            "words a second": round(sample.words / median(pair.full.seconds for pair in ours)),
            "start-up seconds": round(median(pair.start.seconds for pair in ours), 2),
            "peak MB": round(max(pair.full.peak_mb for pair in ours)),
        }
    return figures


def _ratios(runs: Runs, processes: int) -> tuple[list[float], list[float], list[float]]:
    """Return bare / extraction of each repetition: of the whole run, without start-up, of CPU time."""
    pairs = [*zip(runs["bare parse", processes], runs["extraction", processes], strict=True)]
    return (
        [bare.full.seconds / ours.full.seconds for bare, ours in pairs],
        [bare.net_seconds / ours.net_seconds for bare, ours in pairs],
        [bare.full.cpu_seconds / ours.full.cpu_seconds for bare, ours in pairs],
    )


def _print_ratios(runs: Runs) -> None:
    print("\nHow many times as fast the extraction is as the bare parse")
    print(_row("", "whole run", "no start-up", "CPU time", "  each whole run"))
    for processes in PROCESSES:
        whole, net, cpu = _ratios(runs, processes)
        medians = [f"{median(ratios):.2f}" for ratios in (whole, net, cpu)]
        print(_row(_processes(processes), *medians, "  " + " ".join(f"{ratio:.2f}" for ratio in whole)))


def _print_speeds(runs: Runs, sample: Sample) -> None:
    print("\n" + _row("", "articles/s", "words/s", "no start-up", "start-up s", "peak MB"))
    for (side, processes), pairs in sorted(runs.items(), key=lambda item: item[0][::-1]):
        seconds = median(pair.full.seconds for pair in pairs)
        print(
            _row(
                f"{side}, {_processes(processes)}",
                f"{sample.n / seconds:.1f}",
                f"{sample.words / seconds:,.0f}",
                f"{sample.words / median(pair.net_seconds for pair in pairs):,.0f}",
                f"{median(pair.start.seconds for pair in pairs):.1f}",
                f"{max(pair.full.peak_mb for pair in pairs):,.0f}",
            )
        )


def _print_growth(records: Sequence[dict[str, Any]], folder: Path) -> None:
    print("\n" + _row("extraction, 1 process", "words", "seconds", "words/s", "CPU s", "peak MB"))
    for size in GROWTH:
        if size > len(records):
            print(f"(there are only {len(records):,} articles)")
            return
        sample = write(folder / "grown.jsonl", records[:size])
        run = run_on(SIDES["extraction"], sample, folder, 1)
        print(
            _row(
                f"{size:,} articles",
                f"{sample.words:,}",
                f"{run.seconds:.1f}",
                f"{sample.words / run.seconds:,.0f}",
                f"{run.cpu_seconds:.1f}",
                f"{run.peak_mb:,.0f}",
            )
        )


def _row(first: str, *cells: str) -> str:
    return f"{first:25}" + "".join(f"{cell:>13}" for cell in cells)


def measure(command: Sequence[str], *, env: Mapping[str, str] | None = None, cwd: Path | None = None) -> Run:
    """Run a command to its end, its output thrown away.

    Args:
        command: to run.
        env: its environment; this one's where it is left out.
        cwd: the folder to run it in; this one where it is left out.

    Raises:
        SystemExit: it failed; the message holds what it wrote to standard error.
    """
    with tempfile.TemporaryFile() as errors:
        started, cpu_before = perf_counter(), _cpu_of_ended_children()
        process = psutil.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors, env=env, cwd=cwd
        )
        peak_mb = 0.0
        ended = threading.Event()

        def watch() -> None:
            nonlocal peak_mb
            while not ended.wait(0.2):
                peak_mb = max(peak_mb, _memory_mb(process))

        watcher = threading.Thread(target=watch, daemon=True)
        watcher.start()
        status = process.wait()
        seconds, cpu_seconds = perf_counter() - started, _cpu_of_ended_children() - cpu_before
        ended.set()
        watcher.join()
        if status != 0:
            errors.seek(0)
            raise SystemExit(f"{' '.join(command)} failed:\n{errors.read().decode(errors='replace')[-2000:]}")
        return Run(seconds, cpu_seconds, peak_mb)


def _cpu_of_ended_children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def run_on(
    command: Sequence[str],
    sample: Sample,
    folder: Path,
    processes: int,
    *,
    env: Mapping[str, str] | None = None,
) -> Run:
    """Run a command such as those of `SIDES` on a file of articles, to its end.

    Args:
        command: with places for the file, the output and the number of processes.
        sample: the file.
        folder: where what it writes goes.
        processes: so many.
        env: its environment; this one's where it is left out.
    """
    values = {"input": sample.path, "output": folder / "output", "processes": processes}
    return measure([part.format(**values) for part in command], env=env)


def _memory_mb(process: psutil.Process) -> float:
    total = 0
    try:
        family = [process, *process.children(recursive=True)]
    except psutil.Error:
        return 0.0
    for member in family:
        try:
            memory = member.memory_full_info()
        except psutil.Error:
            continue
        total += getattr(memory, "pss", memory.rss)
    return total / 1e6


def _processes(n: int) -> str:
    return f"{n} process{'es' if n > 1 else ''}"


def read(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the articles of a file, one JSON object a line, compressed or not."""
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def distinct(records: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Leave out articles without a text and those whose text came before."""
    seen: set[str] = set()
    for record in records:
        text = record.get("text") or ""
        if text.strip() and text not in seen:
            seen.add(text)
            yield record


def _enough(records: Sequence[dict[str, Any]]) -> int:
    words = 0
    for number, record in enumerate(records, start=1):
        words += len(record["text"].split())
        if words >= _WORDS:
            return number
    return len(records)


def write(path: Path, records: Sequence[dict[str, Any]]) -> Sample:
    """Write articles to a file, and return it with what is in it."""
    with path.open("w", encoding="utf-8") as file:
        for record in records:
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
    return Sample(path, len(records), sum(len(record["text"].split()) for record in records))


if __name__ == "__main__":
    main()
