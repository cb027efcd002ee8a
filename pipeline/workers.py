"""Run a function over chunks of articles in child processes that may hang or die.

Some texts cannot be stopped politely: they fill the memory until the kernel kills the process, or loop in
compiled code. So the parent only waits. When a child dies or overruns its time, its chunk is cut in two
and tried again in a fresh child, until a single article stands alone; that one is given to `failed`, all
others keep their results. Results come in the order of the chunks, and only as many chunks are under way
as there are children, so memory does not grow with the input.
"""

from __future__ import annotations

import multiprocessing
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from time import monotonic
from typing import Any

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


def map_chunks[Item, Result](
    chunks: Iterable[Sequence[Item]],
    *,
    start: Callable[..., Callable[[Sequence[Item]], Result]],
    start_args: tuple[Any, ...] = (),
    failed: Callable[[Item, Fault], Result],
    processes: int,
    seconds_per_item: float,
    start_seconds: float = 300.0,
) -> Iterator[Result]:
    """Yield the results of all chunks in order; a chunk that had to be cut gives several.

    Args:
        chunks: what there is to do, consumed as children become free.
        start: called once in each child with `start_args`; returns the function that takes a chunk. Both
            must be importable (children are spawned), and what goes in and out must pickle.
        start_args: its arguments.
        failed: makes the result of a single item that killed its child or overran its time.
        processes: number of children.
        seconds_per_item: the time a chunk gets for each of its items before its child is killed.
        start_seconds: the time a child gets to start.

    Raises:
        BaseException: what `start` or the function raised in a child, as it was raised there.
        ChildProcessError: a child died while it was starting.
    """
    context = multiprocessing.get_context("spawn")
    source = enumerate(chunks)
    todo: deque[_Task[Item]] = deque()  # tasks to do before the source is asked again
    order: deque[tuple[int, ...]] = deque()  # what was begun and not yielded yet, in the order of the input
    done: dict[tuple[int, ...], Result] = {}
    children: list[_Child] = []

    def spawn() -> None:
        ours, theirs = context.Pipe()
        process = context.Process(target=_serve, args=(theirs, start, start_args), daemon=True)
        process.start()
        theirs.close()
        children.append(_Child(process, ours, deadline=monotonic() + start_seconds))

    def next_task() -> _Task[Item] | None:
        if todo:
            return todo.popleft()
        # Results that wait for an earlier chunk are held in memory: don't run too far ahead.
        if len(order) < 4 * processes:
            for number, items in source:
                order.append((number,))
                return _Task((number,), items)
        return None

    def give_up(child: _Child, fault: Fault) -> None:
        """Cut the chunk of a child that died or hung, or give its only article up."""
        _end(child)
        children.remove(child)
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
        spawn()

    first = next_task()
    if first is None:
        return
    todo.append(first)
    try:
        for _ in range(processes):
            spawn()
        while True:
            for child in children:
                if child.is_ready and child.task is None and (task := next_task()) is not None:
                    child.task = task
                    child.deadline = monotonic() + seconds_per_item * len(task.items) + 1.0
                    child.pipe.send(task.items)
            while order and order[0] in done:
                yield done.pop(order.popleft())
            if order:
                _await([c for c in children if c.task or not c.is_ready], done, give_up)
            elif (task := next_task()) is not None:
                todo.append(task)
            else:
                return
    finally:
        for child in children:
            _end(child)


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


def _end(child: _Child) -> None:
    child.pipe.close()
    child.process.kill()
    child.process.join()
