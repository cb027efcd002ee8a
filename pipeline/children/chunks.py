"""Run a function over chunks of articles in child processes that may hang or die.

Some texts cannot be stopped politely: they fill the memory until the kernel kills the process, or loop in
compiled code. So the parent only waits. When a child dies or overruns its time, its chunk is cut in two
and tried again in a fresh child, until a single article stands alone; that one is given to `failed`, all
others keep their results. Results come in the order of the chunks, and only as many chunks are under way
as there are children, so memory does not grow with the input.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from multiprocessing.connection import Connection, wait
from time import monotonic
from typing import Any, Literal, Self

from pipeline.children.forked import ForkedChild, can_fork
from pipeline.children.light import do_without_pandas
from pipeline.children.process import Child, ChildDiedError, Serve, received

Fault = str
"""'timeout', 'out_of_memory' (it was killed) or 'extraction_error' (it ended by itself): reasons as in the
table of rejects."""

Forks = Literal["never", "before start", "after start"]

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3  # of malloc.h

_IDLE_S = 30.0
"""How long a child that is kept waits for more work before it leaves."""

_MOST_KEPT = 4

_CHUNKS_EACH = 4
"""Of children that are kept, one more pays once there were so many chunks for each that is there."""

_LOOK_S = 1.0
"""How long to wait at most for a pipe's end: a process that a dead child has left behind may keep it open."""


@dataclass(slots=True)
class _Task[Item]:
    """A chunk under way: its place in the order, and the results of its parts so far."""

    order: tuple[int, ...]
    items: Sequence[Item]


@dataclass(slots=True)
class _Child:
    process: Child
    task: _Task[Any] | None = None
    deadline: float = field(default=0.0)
    is_ready: bool = False
    is_old: bool = False
    """It worked for others before, and has answered nothing yet."""


class Children[Item, Result]:
    """Processes that all do the same work; a context manager that leaves none of them behind.

    Args:
        start: called once in each child with `args`; returns the function that takes a chunk. It must be
            importable (see `Child`), and what goes in and out must pickle.
        args: its arguments.
        processes: number of children.
        start_seconds: the time a child gets to start.
        is_kept: children that are done wait for the next `Children` of the same work for a while, and no more
            are started than there is work for: for work that comes often and is short.
        forks: whether children are forked off where that is safe, before `start` is called in each of them,
            or after it was called once, here: then they share what it has loaded. A single child has nobody
            to share with: it is forked before, so that not two processes hold all that, and those that
            come in its place are forked after.
    """

    def __init__(
        self,
        start: Callable[..., Callable[[Sequence[Item]], Result]],
        *args: Any,
        processes: int,
        start_seconds: float = 300.0,
        is_kept: bool = False,
        forks: Forks = "never",
    ) -> None:
        self.processes = processes
        self.alive: list[_Child] = []
        self._work = (start, args)
        self.start_seconds = start_seconds
        self.is_kept = is_kept
        self._forks = forks
        self._run: Callable[[Sequence[Item]], Result] | None = None
        self._is_first = True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for child in [*self.alive]:
            waiting = _waiting.setdefault(self._work, []) if self.is_kept else None
            if waiting is None or len(waiting) >= _MOST_KEPT or not child.is_ready or child.task:
                self.end(child)
            else:
                self.alive.remove(child)
                waiting.append(child.process)

    def start(self, *, n_chunks: int | None = None) -> None:
        """Let children start that have not yet; they get ready while the parent goes on.

        Args:
            n_chunks: how many chunks there were so far: of children that are kept, only so many start as pay.
        """
        wanted = self.processes
        if self.is_kept and n_chunks is not None:
            wanted = min(wanted, max(1, n_chunks // _CHUNKS_EACH))
        while len(self.alive) < wanted:
            self.spawn()

    def spawn(self) -> None:
        """Let one more child start, or take one that waits for work."""
        waiting = _waiting.get(self._work, []) if self.is_kept else []
        while waiting:
            old = waiting.pop()
            if old.owner == os.getpid() and old.is_alive() and not old.pipe.poll():
                self.alive.append(_Child(old, is_ready=True, is_old=True))
                return
            old.end()  # it has left, or is another process's, of which this one only lets go
        process = self._new_process(_IDLE_S if self.is_kept else None)
        self.alive.append(_Child(process, deadline=monotonic() + self.start_seconds))

    def _new_process(self, idle_s: float | None) -> Child:
        if self._forks == "never" or not can_fork():
            return Child(_prepare, *self._work, idle_s)
        is_only, self._is_first = self._is_first and self.processes == 1, False
        if self._forks == "before start" or is_only:
            return ForkedChild(partial(_prepare, *self._work, idle_s))
        if self._run is None:
            start, args = self._work
            self._run = start(*args)
        return ForkedChild(partial(_serving, self._run, idle_s))

    def end(self, child: _Child) -> None:
        """Kill a child, and wait until it is gone."""
        self.alive.remove(child)
        child.process.end()


_waiting: dict[Any, list[Child]] = {}
"""Children that are kept, by their work."""


def map_chunks[Item, Result](
    chunks: Iterable[Sequence[Item]],
    children: Children[Item, Result],
    *,
    failed: Callable[[Item, Fault], Result],
    seconds_per_item: float,
    counts_as: Callable[[Item], float] | None = None,
    seconds_at_least: float = 0.0,
) -> Iterator[Result]:
    """Yield the results of all chunks in order; a chunk that had to be cut gives several.

    Args:
        chunks: what there is to do, consumed as children become free. The children start with the first.
        children: that do it.
        failed: makes the result of a single item that killed its child or overran its time.
        seconds_per_item: the time a chunk gets for each of its items before its child is killed.
        counts_as: for how many items one counts, such as a long article; 1 where None.
        seconds_at_least: the time that any chunk gets.

    Raises:
        BaseException: what the work raised in a child, as it was raised there.
        ChildDiedError: a child died while it was starting, or took too long; what it said is in the message.
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
        task = child.task
        assert task is not None  # one that has none is still starting, and `_await` raises
        if child.is_old and fault != "timeout":  # it may have left just when it was asked
            todo.appendleft(task)
        elif len(task.items) == 1:
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
    n_chunks = 0
    while True:
        children.start(n_chunks=n_chunks)
        for child in [*children.alive]:
            if not child.is_ready or child.task is not None:
                continue
            if child.process.pipe.poll():  # its end: it died while it waited, which is no chunk's fault
                children.end(child)
                children.spawn()
            elif (task := next_task()) is not None:
                child.task = task
                n_items = sum(map(counts_as, task.items)) if counts_as else len(task.items)
                child.deadline = monotonic() + max(seconds_at_least, seconds_per_item * n_items) + 1.0
                n_chunks += 1
                with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # `_await` finds out
                    child.process.pipe.send(task.items)
        # The next chunk is read while the children are at work, not when one of them waits for it.
        if not todo and (task := read_task()) is not None:
            todo.append(task)
        while order and order[0] in done:
            yield done.pop(order.popleft())
        if order:
            busy = [child for child in children.alive if child.task or not child.is_ready]
            _await(busy, done, give_up, children.start_seconds)
        elif (task := read_task()) is not None:
            todo.append(task)
        else:
            return


def _await(
    busy: Sequence[_Child],
    done: dict[tuple[int, ...], Any],
    give_up: Callable[[_Child, Fault], None],
    start_seconds: float,
) -> None:
    """Wait for the first of the busy children that answers, dies or overruns its time."""
    left = min(child.deadline for child in busy) - monotonic()
    wait([child.process.pipe for child in busy], timeout=min(max(0.0, left), _LOOK_S))
    for child in busy:
        try:
            if child.process.pipe.poll():
                kind, value = child.process.receive()
            elif not child.process.is_alive():
                raise child.process.died()
            elif monotonic() <= child.deadline:
                continue
            elif child.task is None:
                raise child.process.late(start_seconds)
            else:
                give_up(child, "timeout")
                continue
        except ChildDiedError as died:
            if child.task is None:
                raise
            give_up(child, "out_of_memory" if died.is_killed else "extraction_error")
            continue
        if kind == "result" and child.task is not None:
            done[child.task.order] = value
            child.task = None
            child.is_old = False
        child.is_ready = True


def _prepare(
    start: Callable[..., Callable[[Any], Any]], args: tuple[Any, ...], idle_s: float | None
) -> Serve:
    """Start in a child; return what answers chunk after chunk."""
    _keep_memory()  # the start frees much that what comes after can take
    return _serving(start(*args), idle_s)


def _serving(run: Callable[[Any], Any], idle_s: float | None) -> Serve:
    collect_seldom()
    do_without_pandas()
    _keep_memory()

    def serve(pipe: Connection) -> None:
        for items in received(pipe, idle_s=idle_s):
            pipe.send(("result", run(items)))

    return serve


def collect_seldom() -> None:
    """Let the garbage collector leave alone what is there, and come seldom.

    Models stay until the end. What a batch of articles makes, some 200,000 objects, goes without it once the
    batch is done: it comes after more.
    """
    gc.freeze()
    gc.set_threshold(400_000, 10, 10)


def _keep_memory() -> None:
    """Let glibc keep what is freed: else each large array is new pages, which the kernel clears first."""
    with contextlib.suppress(OSError, AttributeError):  # another C library: it does as it does
        libc = ctypes.CDLL(None)
        libc.mallopt(_M_MMAP_THRESHOLD, 1 << 30)
        libc.mallopt(_M_TRIM_THRESHOLD, 1 << 29)
