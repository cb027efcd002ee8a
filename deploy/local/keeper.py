"""The keeper: a process of its own that starts Airflow's processes, and stops them when its pipe closes.

The pipe closes at the end, on Ctrl-C, or when the process that holds it is killed: nothing is left behind.

    python -m deploy.local.keeper FOLDER '{"scheduler": ["scheduler"]}'
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import select
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO, NoReturn

import psutil

_FIRST_S, _OTHERS_S = 6.0, 2.5
"""How long the scheduler, and then all others, may take to end in order."""

_LESS_S, _FORCE_S = 1.0, 1.0
"""How long they may take once all that they started is told as well, and once it is killed: together with the
patience above that is less than 15 seconds, after which a service manager might lose its own."""


def start_keeper(
    home: Path, env: dict[str, str], parts: dict[str, list[str]], lock: IO[str]
) -> subprocess.Popen[bytes]:
    """Start the keeper, in a session of its own, where neither Ctrl-C nor our end reaches it."""
    folder = home / "processes"
    folder.mkdir(exist_ok=True)
    keeper = subprocess.Popen(
        [sys.executable, "-m", "deploy.local.keeper", str(folder), json.dumps(parts)],
        env=env,
        stdin=subprocess.PIPE,
        stdout=(folder / "keeper.log").open("wb"),
        stderr=subprocess.STDOUT,
        start_new_session=True,
        pass_fds=[lock.fileno()],  # the folder stays locked until the keeper has ended
    )
    return keeper


def stop(keeper: subprocess.Popen[bytes]) -> None:
    """Close the keeper's pipe, and wait until it has stopped everything."""
    assert keeper.stdin is not None
    keeper.stdin.close()
    keeper.wait(timeout=120)


def _keep(folder: Path, parts: dict[str, list[str]]) -> int:
    """Run Airflow's processes until standard input closes or one of them ends; then stop them all.

    Returns:
        0, or 1 where one ended by itself.
    """
    signal.signal(signal.SIGTERM, _leave)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    processes: dict[str, psutil.Popen] = {}
    try:
        for name, args in parts.items():
            with (folder / f"{name}.log").open("wb") as log:
                processes[name] = psutil.Popen(
                    [sys.executable, "-m", "airflow", *args],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                    preexec_fn=_die_with_parent if sys.platform == "linux" else None,
                )
        while all(process.poll() is None for process in processes.values()):
            if select.select([sys.stdin], [], [], 0.5)[0]:
                return 0
        return 1
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        # The scheduler goes first: it waits for its tasks, which talk to the api-server.
        heads = [*processes.values()]
        _end(heads[:1], patience_s=_FIRST_S)
        _end(heads[1:], patience_s=_OTHERS_S)


def _end(heads: Sequence[psutil.Popen], *, patience_s: float) -> None:
    """End processes and all that they started: politely, after a while less so, and at last by force.

    It takes some seconds more than the patience at most, whatever the processes do.
    """
    family: set[psutil.Process] = set()
    steps = (("terminate", patience_s), ("terminate", _LESS_S), ("kill", _FORCE_S))
    for step, (send, wait_s) in enumerate(steps):
        for head in heads:
            with contextlib.suppress(psutil.NoSuchProcess):
                family |= {head, *head.children(recursive=True)}
        # Only the heads at first, so that they can end their children in order.
        for member in family if step else heads:
            with contextlib.suppress(psutil.NoSuchProcess):
                getattr(member, send)()
        deadline = time.monotonic() + wait_s
        while time.monotonic() < deadline:
            for head in heads:
                with contextlib.suppress(psutil.NoSuchProcess):
                    family |= set(head.children(recursive=True))
                head.poll()
            if not any(_is_alive(member) for member in family):
                return
            time.sleep(0.1)


def _is_alive(process: psutil.Process) -> bool:
    with contextlib.suppress(psutil.NoSuchProcess):
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    return False


def _die_with_parent() -> None:
    """Ask Linux for SIGTERM when the keeper itself is killed."""
    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGTERM)


def _leave(signum: int, frame: object) -> NoReturn:
    sys.exit(128 + signum)


if __name__ == "__main__":
    sys.exit(_keep(Path(sys.argv[1]), json.loads(sys.argv[2])))
