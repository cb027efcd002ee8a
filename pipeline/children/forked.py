"""Children that are forked off from a process which has all loaded: they start at once and share memory.

A fork copies one thread. A lock that another one held at that moment stays locked in the child for ever, so
this is done only where there is no other thread (`can_fork`). Elsewhere a child is started as a new Python
(`process.py`): on other systems than Linux, in notebooks, in threads and in daemonic processes.
"""

from __future__ import annotations

import contextlib
import gc
import io
import multiprocessing
import os
import select
import signal
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Callable
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from typing import NoReturn

from pipeline.children.process import Child, Serve, die_with_parent, try_to_send

_FORKABLE = frozenset({"jemalloc_bg_thd"})
"""Threads of libraries that take care of a fork themselves: the one of Arrow's allocator."""

_FIRST_OWN_DESCRIPTOR = 3


def can_fork() -> bool:
    """Tell whether this process can be forked safely: on Linux, not daemonic, and without other threads."""
    if sys.platform != "linux" or multiprocessing.current_process().daemon:
        return False
    if threading.active_count() > 1 or threading.current_thread() is not threading.main_thread():
        return False
    try:
        names = [(task / "comm").read_text().strip() for task in Path("/proc/self/task").iterdir()]
    except OSError:
        return False
    return sum(name not in _FORKABLE for name in names) == 1


class ForkedChild(Child):
    """A child that was forked off; for its parent it is as any other."""

    def __init__(self, prepare: Callable[[], Serve]) -> None:
        """Fork it off, without waiting until it is ready.

        Args:
            prepare: called in the child; returns the function that serves the pipe.
        """
        ours, theirs = Pipe()
        self._said = io.BytesIO()
        parent = os.getpid()
        sys.stdout.flush()
        sys.stderr.flush()
        gc.freeze()  # what is there stays where it is: the collector of a child would copy its pages
        try:
            with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
                pid = os.fork()  # it warns of jemalloc's thread, see `can_fork`
            if not pid:
                _be_forked(theirs, prepare, parent)
        finally:
            gc.unfreeze()
        theirs.close()
        self._process = _Forked(pid)
        self.pipe = ours
        self.owner = parent
        self.is_ready = False


class _Forked:
    """A forked process, with those methods of a `subprocess.Popen` that `Child` calls."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._handle = os.pidfd_open(pid)

    def poll(self) -> int | None:
        """Return how it ended, a signal as a negative number; None while it runs."""
        if self.returncode is None:
            try:
                pid, status = os.waitpid(self.pid, os.WNOHANG)
            except ChildProcessError:  # somebody else has waited for it
                self._ended(0)
            else:
                if pid:
                    self._ended(os.waitstatus_to_exitcode(status))
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end, and return how it ended."""
        until = None if timeout is None else time.monotonic() + timeout
        while (code := self.poll()) is None:
            left = None if until is None else until - time.monotonic()
            if left is not None and left <= 0:
                raise subprocess.TimeoutExpired(f"forked process {self.pid}", timeout or 0.0)
            select.select([self._handle], [], [], left)
        return code

    def kill(self) -> None:
        """Kill it; nothing happens where it has ended."""
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)

    def _ended(self, code: int) -> None:
        self.returncode = code
        os.close(self._handle)


# ---- in the child ----------------------------------------------------------------------------------


def _be_forked(pipe: Connection, prepare: Callable[[], Serve], parent: int) -> NoReturn:
    """Prepare and serve; the child's whole life. Nothing of the parent's is closed or flushed at its end."""
    try:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's, which then ends its children
        for number in (signal.SIGTERM, signal.SIGALRM, signal.SIGCHLD):
            signal.signal(number, signal.SIG_DFL)
        die_with_parent()
        if os.getppid() != parent:
            os._exit(0)
        _let_go(pipe.fileno())
        serve = prepare()
        pipe.send(("ready", None))
        serve(pipe)
    except BaseException as error:  # noqa: BLE001 - carried to the parent, which raises it
        try_to_send(error, pipe)
    finally:
        os._exit(0)


def _let_go(kept: int) -> None:
    """Close the parent's descriptors: one that held the end of a sibling's pipe would hide its death."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    for entry in os.listdir("/proc/self/fd"):  # noqa: PTH208 - numbers, no paths
        number = int(entry)
        if number >= _FIRST_OWN_DESCRIPTOR and number != kept:
            with contextlib.suppress(OSError):  # that of the listing itself
                os.close(number)
