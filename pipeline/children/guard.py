"""What one bad article may do: cost its own row, and nobody else's.

`attempt` runs a piece of work on one article or one batch within a time limit, and gives back its result or
a `Failure`, whose reason is one of those that the table `rejects` knows. Parse and extract both work
through it.
"""

from __future__ import annotations

import logging
import math
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Literal

_LOG = logging.getLogger(__name__)

# An alarm that rings inside of a destructor is lost, so it rings again.
_REPEAT_S = 1.0


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an article gave nothing: a reason of the table `rejects`, and its detail in one line."""

    reason: Literal["too_large", "timeout", "out_of_memory", "extraction_error"]
    detail: str


LONG_CHARS = 100_000
"""An article longer than this gets as many times the time: 90,000 words take half a minute by themselves."""


def time_shares(n_chars: int) -> float:
    """Return how many times the time limit of an article one of so many characters gets: 1 or more."""
    return max(1.0, n_chars / LONG_CHARS)


def attempt[Result](work: Callable[[], Result], *, timeout_s: float) -> Result | Failure:
    """Return what `work` returns, or a `Failure` where it raises or takes longer than `timeout_s` seconds.

    Memory that the system grants and then takes back by killing the process is beyond reach here.
    """
    try:
        with _time_limit(timeout_s):
            return work()
    except _TimeIsUp:
        return Failure("timeout", f"took longer than {timeout_s:g} s")
    except MemoryError:
        return Failure("out_of_memory", "asked for more memory than there is")
    except Exception as error:  # noqa: BLE001 (whatever it is, it must not stop the others)
        _LOG.warning("an article failed", exc_info=True)
        message = " ".join(str(error).split())[:300]
        return Failure("extraction_error", f"{type(error).__name__}: {message}".removesuffix(": "))


class _TimeIsUp(BaseException):
    """Not an `Exception`, so that no `except Exception` on its way swallows it."""


@contextmanager
def _time_limit(seconds: float) -> Iterator[None]:
    """Raise `_TimeIsUp` in the body after so many seconds, by SIGALRM.

    Signals reach the main thread only, and only between two instructions of Python: in another thread
    there is no limit, and a long call into C ends before it is stopped. Whoever else has set an alarm
    (Airflow for `execution_timeout`, a test runner) hears it ring in time, and finds it set again afterwards.
    """
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return

    left, interval = signal.getitimer(signal.ITIMER_REAL)
    ours_at = time.monotonic() + seconds
    theirs_at = time.monotonic() + left if left else math.inf

    def arm() -> None:
        wait = min(ours_at, theirs_at) - time.monotonic()
        signal.setitimer(signal.ITIMER_REAL, max(wait, 0.001), _REPEAT_S)

    def ring(number: int, frame: FrameType | None) -> None:
        nonlocal theirs_at
        now = time.monotonic() + 0.01  # clocks differ by a little
        if now >= theirs_at and callable(theirs):
            theirs_at = now + interval if interval else math.inf
            arm()
            theirs(number, frame)
        elif now >= ours_at:
            raise _TimeIsUp

    theirs = signal.signal(signal.SIGALRM, ring)
    try:
        arm()
        yield
    finally:
        try:
            signal.setitimer(signal.ITIMER_REAL, 0)
        finally:
            signal.signal(signal.SIGALRM, theirs)
            if theirs_at < math.inf:
                signal.setitimer(signal.ITIMER_REAL, max(theirs_at - time.monotonic(), 0.001), interval)
