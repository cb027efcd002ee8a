"""A bound on the time that one article may take, and the reason that a failure gets in `rejects`."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType


class TooSlowError(Exception):
    """An article took longer than it may."""


@contextlib.contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise `TooSlowError` in the block once it has run for so many seconds.

    It works in the main thread of a process, by SIGALRM, and only between two steps of Python: compiled
    code that never comes back is stopped by the parent process (see `workers.py`). In another thread the
    block runs without a limit.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(signum: int, frame: FrameType | None) -> None:
        raise TooSlowError(f"took more than {seconds:g} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def reason_of(error: Exception) -> str:
    """Return the reason, in the words of the table of rejects, for what an article raised."""
    if isinstance(error, TooSlowError):
        return "timeout"
    return "out_of_memory" if isinstance(error, MemoryError) else "extraction_error"
