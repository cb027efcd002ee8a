"""`python -m deploy.cluster try` brings a cluster up and runs days by it; `faults NAME…` disturbs it, too."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from deploy.cluster.airflow import cluster
from deploy.cluster.faults import FAULTS, run_fault
from deploy.cluster.trial import FIRST, LAST, LISTENS, QUEUES, differences, in_cluster, misplaced, run_here
from pipeline.errors import ConfigError

_START = time.monotonic()


def say(text: str) -> None:
    """Print a line with the seconds since the start."""
    sys.stdout.write(f"[{time.monotonic() - _START:6.1f} s] {text}\n")
    sys.stdout.flush()


def try_days() -> bool:
    """Run the sample's days by a cluster; tell whether all bytes are those of a run here."""
    with tempfile.TemporaryDirectory() as folder, cluster(say, queues=QUEUES, listens=LISTENS) as up:
        here = run_here(Path(folder))
        say(f"{len(here)} files are published here")
        before = up.backfill(FIRST, LAST)
        states = up.await_runs(before)
        say(f"two workers: {states}")
        wrong = differences(here, in_cluster(up))
        say(f"all {len(here)} files are equal" if not wrong else f"these differ: {wrong}")
        elsewhere, done = misplaced(up, before)
        say("tasks: " + ", ".join(f"{n} {what}" for what, n in sorted(done.items())))
        say("each by a worker that listens on its queue" if not elsewhere else f"not so: {elsewhere}")
        return not wrong and not elsewhere and set(states.values()) == {"success"}


def try_faults(names: Sequence[str]) -> bool:
    """Disturb a cluster in each of some ways; tell whether nothing was lost or doubled."""
    is_good = True
    with tempfile.TemporaryDirectory() as folder, cluster(say) as up:
        here = run_here(Path(folder), FIRST, "2026-03-02")
        for name in names:
            outcome = run_fault(up, name, here)
            is_good &= outcome.is_good
            say(outcome.line())
    return is_good


def main(arguments: Sequence[str]) -> int:
    """Do what is asked for; return the exit code."""
    what, *names = arguments or ["try"]
    try:
        if what == "try":
            return 0 if try_days() else 1
        if what == "faults" and not set(names) - FAULTS.keys():
            return 0 if try_faults(names or list(FAULTS)) else 1
    except ConfigError as error:
        sys.stderr.write(f"newstables: {error}\n")
        return 2
    sys.stderr.write(f"newstables: try, or faults with some of {', '.join(FAULTS)}\n")
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
