"""Kill the stages at random moments, run them again, and compare all bytes with those of an undisturbed run.

    python -m benchmarks.faults --kills 120 --seed 1

A small archive is split, and a day of it goes through the stages, each in a process of its own. Then, again
and again, one of these steps is begun from the same folder, killed with SIGKILL, and run once more.

The moment is drawn: half of the time by the clock, as a share of what the step takes undisturbed, half of the
time just before or after one of its writes is moved into place. The step that is run again must leave the
bytes that an undisturbed one leaves, and no hidden file. What comes after reads these bytes and no others.
"""

from __future__ import annotations

import argparse
import json
import logging
import multiprocessing
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from datetime import date
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from pipeline.ingest import split
from pipeline.settings import Settings
from pipeline.stages import STAGES, run_stage
from pipeline.store import Store
from pipeline.store.batch import Batch
from pipeline.store.plan import shards
from pipeline.store.timings import TIMINGS

DAY = date(2026, 3, 1)
N_RECORDS = 1000
STEPS = ("split", *(stage.name for stage in STAGES))
_PER_SHARD = {stage.name for stage in STAGES if stage.per_shard}
SHARE = {"split": 15, "ingest": 30, "parse": 15, "extract": 15, "publish": 25, "derive": 20}
"""Kills of each step, of 120: those that write most often are killed most often."""

_SPEECH = (
    'Harbour master Edda Vance said on Sunday that the ferry "must not sail" before Tuesday, number {n}.',
    "The ferry company, which owes the port {n} million crowns, denied that it had been warned of the storm.",
    'A passenger, Ilse Brandt, said: "Nobody told us anything." She had waited for {n} hours in the rain.',
)
_CONTEXT = multiprocessing.get_context("forkserver")


def _settings(root: Path) -> Settings:
    return Settings(
        data_dir=str(root / "data"), drop_dir=root / "drop", shard_size=50, processes=1, max_reject_rate=1.0
    )


def _prepare(root: Path) -> None:
    """Write the archive: a few records of one day, many of others, some of them broken."""
    root.mkdir(parents=True)
    lines = []
    for n in range(N_RECORDS):
        day = DAY.isoformat() if n % (N_RECORDS // 7) == 0 else f"2026-02-{1 + n % 28:02}"
        text = _SPEECH[n % 3].format(n=n)
        record = {"url": f"https://port.example/{n}", "text": text, "date": f"{day}T08:00:00Z"}
        lines.append("{broken" if n % 500 == 499 else json.dumps(record))
    (root / "archive.jsonl").write_text("\n".join(lines), encoding="utf-8")


def _run(root: Path, step: str, write: tuple[int, bool] | None) -> None:
    """Run a step; with `write` it dies at its nth write, before or after this is moved into place."""
    logging.disable(logging.CRITICAL)
    if write is not None:
        _die_at(*write)
    if not step:
        return
    settings = _settings(root)
    if step == "split":
        split.CHECKPOINT_EVERY = 200
        split.split_by_day(root / "archive.jsonl", settings)
        return
    store = Store(settings.data_dir)
    numbers = shards(store, DAY) if step in _PER_SHARD else [0]
    for number in numbers:
        run_stage(step, store, Batch(DAY, number), settings)


def _die_at(nth: int, is_after: bool) -> None:
    replace, n = Path.replace, 0

    def dying(self: Path, target: str | os.PathLike[str]) -> Path:
        nonlocal n
        n += 1
        if n == nth and not is_after:
            os.kill(os.getpid(), signal.SIGKILL)
        done = replace(self, target)
        if n == nth:
            os.kill(os.getpid(), signal.SIGKILL)
        return done

    Path.replace = dying  # type: ignore[method-assign, assignment]


def _begun(root: Path, step: str, write: tuple[int, bool] | None = None) -> ForkServerProcess:
    process = _CONTEXT.Process(target=_run, args=(root, step, write))
    process.start()
    return process


def _whole(root: Path, step: str) -> float:
    """Run a step to its end; return the seconds that it took."""
    started = time.monotonic()
    process = _begun(root, step)
    process.join()
    if process.exitcode:
        raise SystemExit(f"{step} failed where nothing ended it (exit code {process.exitcode})")
    return time.monotonic() - started


def _killed(root: Path, step: str, takes_s: float, draw: random.Random) -> bool:
    """Begin a step and kill it at a random moment; tell whether it was still at work then."""
    by_clock = draw.random() < 0.5
    write = None if by_clock else (draw.randint(1, 9), draw.random() < 0.5)
    moment = draw.random() * takes_s
    process = _begun(root, step, write)
    process.join(moment if by_clock else None)
    if by_clock and process.is_alive() and process.pid:
        os.kill(process.pid, signal.SIGKILL)
    process.join()
    return process.exitcode == -signal.SIGKILL


def _content(root: Path) -> dict[str, bytes]:
    """Return all files by path, but for the index of the drop folder and the timings, and the locks."""
    found = {}
    for path in (path for path in root.rglob("*") if path.is_file()):
        name = path.relative_to(root).as_posix()
        if not name.startswith(("data/index/", "data/locks/")) and path.parent.name != TIMINGS:
            found[name] = path.read_bytes()
    return found


def _differences(got: dict[str, bytes], wanted: dict[str, bytes]) -> list[str]:
    return sorted(name for name in got.keys() | wanted.keys() if got.get(name) != wanted.get(name))


def _plan(n_kills: int, draw: random.Random) -> list[str]:
    """Return which step is killed when: each by its share, in random order."""
    total = sum(SHARE.values())
    steps = [step for step in STEPS for _ in range(-(-SHARE[step] * n_kills // total))]
    draw.shuffle(steps)
    return steps[:n_kills]


def main() -> int:
    """Print what was killed and what differed; return 1 where anything did."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.faults", description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=120)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--limit-s", type=float, default=1800, help="stop after so many seconds")
    args = parser.parse_args()
    draw = random.Random(args.seed)
    started = time.monotonic()
    _CONTEXT.set_forkserver_preload([f"pipeline.stages.{stage.name}" for stage in STAGES] + ["pandas"])
    with tempfile.TemporaryDirectory(prefix="newstables-faults-") as folder:
        work = Path(folder)
        _prepare(work / "root")
        _begun(work, "").join()  # nothing, so that no step pays for the start of the server of processes
        before: dict[str, Path] = {}
        takes_s: dict[str, float] = {}
        for step in STEPS:
            before[step] = work / f"before-{step}"
            shutil.copytree(work / "root", before[step])
            takes_s[step] = _whole(work / "root", step)
        after = {
            step: _content(before[later])
            for step, later in zip(STEPS, [*STEPS[1:], ""], strict=True)
            if later
        } | {STEPS[-1]: _content(work / "root")}
        print("undisturbed:", ", ".join(f"{step} {s:.1f} s" for step, s in takes_s.items()), flush=True)
        n_killed: Counter[str] = Counter()
        wrong: list[str] = []
        for step in _plan(args.kills, draw):
            if time.monotonic() - started > args.limit_s:
                print(f"stopped after {args.limit_s:.0f} s")
                break
            root = work / "trial"
            while True:
                shutil.copytree(before[step], root)
                if _killed(root, step, takes_s[step], draw):
                    break
                shutil.rmtree(root)  # it had ended before
            n_killed[step] += 1
            _whole(root, step)
            wrong += [f"{step}: {name}" for name in _differences(_content(root), after[step])]
            shutil.rmtree(root)
    print("killed:", ", ".join(f"{step} {n_killed[step]}" for step in STEPS))
    for line in wrong:
        print("differs:", line)
    seconds = time.monotonic() - started
    print(f"{sum(n_killed.values())} kills (seed {args.seed}), {len(wrong)} differences, {seconds:.0f} s")
    return 1 if wrong or sum(n_killed.values()) < args.kills else 0


if __name__ == "__main__":
    sys.exit(main())
