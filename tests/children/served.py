"""What the children of these tests do; it imports nothing that takes time."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from pipeline.children.process import Serve, received


class UnpicklableError(Exception):
    """An exception that cannot be made again from its arguments."""

    def __init__(self, first: str, second: str) -> None:
        super().__init__(f"{first} {second}")


def echo() -> Serve:
    """Answer each message with itself; some are orders."""

    def serve(pipe: Connection) -> None:
        for message in received(pipe):
            match message:
                case "pid":
                    answer: Any = os.getpid()
                case "path":
                    answer = sys.path
                case "descriptors":
                    answer = open_descriptors()
                case "grandchild's descriptors":
                    code = "import served; print(*served.open_descriptors())"
                    done = subprocess.run(
                        [sys.executable, "-c", code],
                        close_fds=False,
                        cwd=Path(__file__).parent,
                        env={"PYTHONPATH": os.pathsep.join(sys.path)},
                        capture_output=True,
                        text=True,
                        check=True,
                    )
                    answer = [int(number) for number in done.stdout.split()]
                case "say":
                    sys.stderr.write("said in a child\n")
                    answer = sys.stderr.flush()
                case "raise":
                    raise EOFError("as it was raised")
                case "raise what does not pickle":
                    raise UnpicklableError("one", "two")
                case "hang":  # within C, holding the lock of the interpreter: no thread of Python gets to run
                    ctypes.PyDLL(None).sleep(600)
                    answer = None
                case _:
                    answer = message
            pipe.send(("answer", answer))

    return serve


def open_descriptors() -> list[int]:
    """Return the numbers of the descriptors above stderr that are open."""

    def is_open(number: int) -> bool:
        try:
            os.fstat(number)
        except OSError:
            return False
        return True

    return [number for number in range(3, 256) if is_open(number)]


def start_badly(how: str) -> Serve:
    """Do not start."""
    sys.stderr.write("".join(f"line {number}\n" for number in range(100_000)))
    sys.stderr.write("the library is not there\n")
    sys.stderr.flush()
    match how:
        case "exit":
            os._exit(3)
        case "abort":
            os.abort()
        case "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        case "hang":
            time.sleep(600)
    raise ValueError("as it was raised")


def start() -> Callable[[Sequence[int]], list[int]]:
    """Start a worker that doubles numbers."""
    return double


def double(numbers: Sequence[int]) -> list[int]:
    return [2 * number for number in numbers]


def both_kinds() -> None:
    """Use both kinds of children that the project has, and print what they did."""
    from pipeline.children.chunks import Children, map_chunks
    from pipeline.ingest.formats.apart import Task, read_apart
    from pipeline.ingest.formats.reader import Limits

    with Children(start, processes=2) as children:
        results = map_chunks([[1], [2, 3]], children, failed=lambda item, fault: [], seconds_per_item=60)
        sys.stdout.write(f"{[*results]}\n")
    data = b"<rss><channel><item><title>One</title></item></channel></rss>"
    task = Task(data, "a.xml", Limits(), len(data), None)
    records = [record.data for record in read_apart(task, seconds=60)]
    sys.stdout.write(f"{[record['title'] for record in records if record]}\n")
    sys.stdout.flush()


def start_grandparent() -> Callable[[Sequence[int]], list[int]]:
    """Start a worker that forks a process which outlives it, and is killed."""
    return fork_and_die


def fork_and_die(numbers: Sequence[int]) -> list[int]:
    if os.fork() == 0:
        time.sleep(15)
        os._exit(0)
    os.kill(os.getpid(), signal.SIGKILL)
    return [*numbers]
