"""How fast the whole extraction is, against a bare spaCy parse of the same articles.

    python -m benchmarks.throughput [--articles FILE.jsonl[.gz]] [--n N] [--repetitions R]

Each run is a fresh process, timed from its start to its end; the two sides take turns, so that a busy
machine slows both. A ratio is the median over the repetitions of bare time / extraction time. Start-up
(imports, loading the model) is the time of the same command for a single article. Memory is the peak of the
proportional set size of the process and its children (shared pages are counted once), sampled five times a
second; where the system does not tell it, the resident size.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import Any

import psutil

from benchmarks.articles import articles

BARE = (sys.executable, "-m", "benchmarks.bare", "--input", "{input}", "--processes", "{processes}")
EXTRACTION = (
    *(sys.executable, "-m", "pipeline", "extract"),
    *("--input", "{input}", "--output", "{output}", "--processes", "{processes}"),
)

PROCESSES = (1, 2)
GROWTH = (250, 1_000, 4_000)

# Without --n, as many articles as have so many words: the whole takes some minutes on two cores.
_WORDS = 130_000


@dataclass(frozen=True, slots=True)
class Run:
    """A finished process: how long it took and the most memory it and its children held."""

    seconds: float
    peak_mb: float


@dataclass(frozen=True, slots=True)
class Sample:
    """A file of articles, one JSON object a line."""

    path: Path
    n: int
    words: int


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("--articles", type=Path, help="articles with a field text; else generated ones")
    options.add_argument(
        "--n", type=int, help="articles to compare on (default: as many as have 130,000 words)"
    )
    options.add_argument("--repetitions", type=int, default=3)
    args = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="newstables-bench-") as folder:
        bench(Path(folder), args.articles, args.n, args.repetitions)


def bench(folder: Path, source: Path | None, n: int | None, repetitions: int) -> None:
    """Run all measurements in a folder and print their table, ratios first."""
    records = [*islice(_distinct(_read(source) if source else articles(max(GROWTH))), max(n or 0, *GROWTH))]
    sample = _write(folder / "articles.jsonl", records[: n or _enough(records)])
    single = _write(folder / "single.jsonl", records[:1])

    sides = {"bare parse": BARE, "extraction": EXTRACTION}
    runs: dict[tuple[str, int], list[tuple[Run, Run]]] = {}
    for _ in range(repetitions):
        for processes in PROCESSES:
            for side, command in sides.items():
                pair = tuple(_run(command, file, folder, processes) for file in (sample, single))
                runs.setdefault((side, processes), []).append((pair[0], pair[1]))

    name = source.name if source else "generated"
    print(f"{sample.n:,} articles ({name}), {sample.words:,} words; {os.cpu_count()} cores")
    print("\nextraction against bare parse: how many times as fast")
    print(f"{'':24}{'whole process':>15}{'without start-up':>18}   repetitions")
    for processes in PROCESSES:
        pairs = [*zip(runs["bare parse", processes], runs["extraction", processes], strict=True)]
        whole = [bare.seconds / ours.seconds for (bare, _), (ours, _) in pairs]
        net = [_net(*bare) / _net(*ours) for bare, ours in pairs]
        print(
            f"{_processes(processes):24}{statistics.median(whole):>15.2f}{statistics.median(net):>18.2f}   "
            + " ".join(f"{ratio:.2f}" for ratio in whole)
        )
    print(f"\n{'':24}{'articles/s':>12}{'words/s':>10}{'words/s net':>13}{'start-up s':>12}{'peak MB':>9}")
    for (side, processes), pairs_of_side in sorted(runs.items(), key=lambda item: (item[0][1], item[0][0])):
        seconds = statistics.median(full.seconds for full, _ in pairs_of_side)
        net_seconds = statistics.median(_net(*pair) for pair in pairs_of_side)
        print(
            f"{side + ', ' + _processes(processes):24}{sample.n / seconds:>12.1f}{sample.words / seconds:>10,.0f}"
            f"{sample.words / net_seconds:>13,.0f}"
            f"{statistics.median(start.seconds for _, start in pairs_of_side):>12.1f}"
            f"{max(full.peak_mb for full, _ in pairs_of_side):>9,.0f}"
        )
    print(f"\nextraction as articles grow, {_processes(1)}")
    print(f"{'articles':>24}{'words':>12}{'seconds':>10}{'words/s':>10}{'peak MB':>9}")
    for size in GROWTH:
        if size <= len(records):
            grown = _write(folder / "grown.jsonl", records[:size])
            run = _run(EXTRACTION, grown, folder, 1)
            print(
                f"{size:>24,}{grown.words:>12,}{run.seconds:>10.1f}{grown.words / run.seconds:>10,.0f}"
                f"{run.peak_mb:>9,.0f}"
            )


def measure(command: Sequence[str]) -> Run:
    """Run a command to its end, its output thrown away.

    Raises:
        SystemExit: it failed; the message holds what it wrote to standard error.
    """
    with tempfile.TemporaryFile() as errors:
        started = perf_counter()
        process = psutil.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors)
        peak_mb = 0.0
        ended = threading.Event()

        def watch() -> None:
            nonlocal peak_mb
            while not ended.wait(0.2):
                peak_mb = max(peak_mb, _memory_mb(process))

        watcher = threading.Thread(target=watch, daemon=True)
        watcher.start()
        status = process.wait()
        seconds = perf_counter() - started
        ended.set()
        watcher.join()
        if status != 0:
            errors.seek(0)
            raise SystemExit(f"{' '.join(command)} failed:\n{errors.read().decode(errors='replace')[-2000:]}")
        return Run(seconds, peak_mb)


def _run(command: Sequence[str], sample: Sample, folder: Path, processes: int) -> Run:
    values = {"input": sample.path, "output": folder / "output", "processes": processes}
    return measure([part.format(**values) for part in command])


def _net(full: Run, start: Run) -> float:
    """Return seconds without start-up."""
    return max(full.seconds - start.seconds, 0.001)


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


def _read(path: Path) -> Iterator[dict[str, Any]]:
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def _distinct(records: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
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


def _write(path: Path, records: Sequence[dict[str, Any]]) -> Sample:
    with path.open("w", encoding="utf-8") as file:
        for record in records:
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
    return Sample(path, len(records), sum(len(record["text"].split()) for record in records))


if __name__ == "__main__":
    main()
