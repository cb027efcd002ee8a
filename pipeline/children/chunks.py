"""Run a function over chunks of articles in child processes that may hang or die.

Some texts cannot be stopped politely: they fill the memory until the kernel kills the process, or loop in
compiled code. So the parent only waits. When a child dies or overruns its time, its chunk is cut in two
and tried again in a fresh child, until a single article stands alone; that one is given to `failed`, all
others keep their results. Results come in the order of the chunks, and only as many chunks are under way
as there are children, so memory does not grow with the input.
"""

from __future__ import annotations

import gc
import multiprocessing
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from time import monotonic
from typing import Any, Self

Fault = str
"""'timeout' or 'out_of_memory': reasons as in the table of rejects."""


@dataclass(slots=True)
class _Task[Item]:
    """A chunk under way: its place in the order, and the results of its parts so far."""

    order: tuple[int, ...]
    items: Sequence[Item]


@dataclass(slots=True)
class _Child:
    process: BaseProcess
    pipe: Connection
    task: _Task[Any] | None = None
    deadline: float = field(default=0.0)
    is_ready: bool = False


class Children[Item, Result]:
    """Processes that all do the same work; a context manager that leaves none of them behind.

    Args:
        start: called once in each child with `args`; returns the function that takes a chunk. Both must be
            importable (children are spawned), and what goes in and out must pickle.
        args: its arguments.
        processes: number of children.
        start_seconds: the time a child gets to start.
    """

    def __init__(
        self,
        start: Callable[..., Callable[[Sequence[Item]], Result]],
        *args: Any,
        processes: int,
        start_seconds: float = 300.0,
    ) -> None:
        self.processes = processes
        self.alive: list[_Child] = []
        self._work = (start, args)
        self._start_seconds = start_seconds

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for child in [*self.alive]:
            self.end(child)

    def start(self) -> None:
        """Let all children start that have not yet; they get ready while the parent goes on."""
        while len(self.alive) < self.processes:
            self.spawn()

    def spawn(self) -> None:
        """Let one more child start."""
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=_serve, args=(theirs, *self._work), daemon=True)
        process.start()
        theirs.close()
        self.alive.append(_Child(process, ours, deadline=monotonic() + self._start_seconds))

    def end(self, child: _Child) -> None:
        """Kill a child, and wait until it is gone."""
        self.alive.remove(child)
        child.pipe.close()
        child.process.kill()
        child.process.join()


def map_chunks[Item, Result](
    chunks: Iterable[Sequence[Item]],
    children: Children[Item, Result],
    *,
    failed: Callable[[Item, Fault], Result],
    seconds_per_item: float,
) -> Iterator[Result]:
    """Yield the results of all chunks in order; a chunk that had to be cut gives several.

    Args:
        chunks: what there is to do, consumed as children become free. The children start with the first.
        children: that do it.
        failed: makes the result of a single item that killed its child or overran its time.
        seconds_per_item: the time a chunk gets for each of its items before its child is killed.

    Raises:
        BaseException: what the work raised in a child, as it was raised there.
        ChildProcessError: a child died while it was starting.
    """
    source = enumerate(chunks)
    todo: deque[_Task[Item]] = deque()  # tasks to do before the source is asked again
    order: deque[tuple[int, ...]] = deque()  # what was begun and not yielded yet, in the order of the input
    done: dict[tuple[int, ...], Result] = {}

    def read_task() -> _Task[Item] | None:
        # Results that wait for an earlier chunk are held in memory: don't run too far ahead.
        if len(order) < 4 * children.processes:
            for number, items in source:
                order.append((number,))
                return _Task((number,), items)
        return None

    def next_task() -> _Task[Item] | None:
        return todo.popleft() if todo else read_task()

    def give_up(child: _Child, fault: Fault) -> None:
        """Cut the chunk of a child that died or hung, or give its only article up."""
        children.end(child)
        if child.task is None:
            raise ChildProcessError(f"a worker process did not start ({fault})")
        task = child.task
        if len(task.items) == 1:
            done[task.order] = failed(task.items[0], fault)
        else:
            middle = len(task.items) // 2
            halves = [
                _Task((*task.order, 0), task.items[:middle]),
                _Task((*task.order, 1), task.items[middle:]),
            ]
            at = order.index(task.order)
            order.remove(task.order)
            for half in reversed(halves):
                order.insert(at, half.order)
            todo.extendleft(reversed(halves))
        children.spawn()

    first = read_task()
    if first is None:
        return
    todo.append(first)
    children.start()
    while True:
        for child in children.alive:
            if child.is_ready and child.task is None and (task := next_task()) is not None:
                child.task = task
                child.deadline = monotonic() + seconds_per_item * len(task.items) + 1.0
                child.pipe.send(task.items)
        # The next chunk is read while the children are at work, not when one of them waits for it.
        if not todo and (task := read_task()) is not None:
            todo.append(task)
        while order and order[0] in done:
            yield done.pop(order.popleft())
        if order:
            _await([c for c in children.alive if c.task or not c.is_ready], done, give_up)
        elif (task := read_task()) is not None:
            todo.append(task)
        else:
            return


def _await(
    busy: Sequence[_Child],
    done: dict[tuple[int, ...], Any],
    give_up: Callable[[_Child, Fault], None],
) -> None:
    """Wait for the first of the busy children that answers, dies or overruns its time."""
    left = max(0.0, min(child.deadline for child in busy) - monotonic())
    wait([c.pipe for c in busy] + [c.process.sentinel for c in busy], timeout=left)
    for child in busy:
        if child.pipe.poll():
            try:
                kind, value = child.pipe.recv()
            except (EOFError, ConnectionResetError):
                give_up(child, "out_of_memory")
                continue
            if kind == "error":
                raise value
            if kind == "result" and child.task is not None:
                done[child.task.order] = value
                child.task = None
            child.is_ready = True
        elif not child.process.is_alive():
            give_up(child, "out_of_memory")
        elif monotonic() > child.deadline:
            give_up(child, "timeout")


def _serve(
    pipe: Connection,
    start: Callable[..., Callable[[Any], Any]],
    start_args: tuple[Any, ...],
) -> None:
    """Run in a child: start, then answer chunk after chunk until the parent hangs up."""
    try:
        run = start(*start_args)
        # Models stay until the end: the garbage collector need not look through them again and again.
        gc.freeze()
        gc.set_threshold(20_000, 20, 100)
        sys.meta_path.insert(0, _NoPandas())
        pipe.send(("ready", None))
        while True:
            pipe.send(("result", run(pipe.recv())))
    except EOFError:
        return
    except BaseException as error:  # noqa: BLE001 - carried to the parent, which raises it
        error.add_note("raised in a worker process")
        pipe.send(("error", error))


class _NoPandas:
    """Keeps Arrow from importing pandas with its first array: that takes a second, and serves nobody here."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> None:
        """Refuse pandas; leave all other modules to the finders that come after."""
        if name == "pandas":
            raise ModuleNotFoundError("worker processes do without pandas", name=name)
