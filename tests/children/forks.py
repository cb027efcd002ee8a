"""What `test_forked.py` runs in a process of its own, since one that runs tests has threads.

python forks.py "after start" hold     # prints what became of some chunks, as JSON; `hold` keeps a thread
"""

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, cast

from pipeline.children.chunks import Children, Forks, map_chunks
from pipeline.children.forked import can_fork
from pipeline.errors import ConfigError

STARTED: list[int] = []


def start(how: str) -> Callable[[Sequence[str]], list[Any]]:
    STARTED.append(os.getpid())
    if how == "badly":
        raise ConfigError("no such model")
    return work


def work(items: Sequence[str]) -> list[Any]:
    found: list[Any] = []
    for item in items:
        match item:
            case "die":
                os.kill(os.getpid(), signal.SIGKILL)
            case "exit":
                os._exit(1)
            case "hang":
                time.sleep(60)
            case "raise":
                raise ValueError("as it was raised")
            case "pids":
                found.append([os.getpid(), os.getppid(), STARTED])
            case "descriptors":
                found.append(sorted(int(entry.name) for entry in Path("/proc/self/fd").iterdir()))
            case "signals":
                found.append(
                    [
                        signal.getsignal(signal.SIGINT) == signal.SIG_IGN,
                        signal.getitimer(signal.ITIMER_REAL)[0],
                    ]
                )
            case _:
                found.append(item.upper())
    return found


def failed(item: str, fault: str) -> list[Any]:
    return [f"{item}: {fault}"]


def main() -> None:
    forks, how, *chunks = sys.argv[1:]
    if how == "thread":
        threading.Thread(target=time.sleep, args=(30,), daemon=True).start()
    signal.setitimer(signal.ITIMER_REAL, 500)
    out: dict[str, Any] = {"pid": os.getpid(), "can": can_fork(), "results": []}
    try:
        processes = int(os.environ.get("PROCESSES", "2"))
        with Children(start, how, processes=processes, forks=cast(Forks, forks)) as children:
            for result in map_chunks(
                [chunk.split() for chunk in chunks], children, failed=failed, seconds_per_item=2.0
            ):
                out["results"] += result
    except (ConfigError, ValueError) as error:
        out["error"] = [type(error).__name__, str(error)]
    out["started"] = STARTED
    out["children"] = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG) if _has_children() else "none"
    print(json.dumps(out))  # noqa: T201 - read by the test


def _has_children() -> bool:
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    return True


if __name__ == "__main__":
    main()
