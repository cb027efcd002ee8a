"""What one bad article may do: cost its own row, and nobody else's.

`attempt` runs a piece of work on one article or one batch within a time limit, and gives back its result or
a `Failure`, whose reason is one of those that the table `rejects` knows. Parse and extract both work
through it.
"""

from __future__ import annotations

import logging
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

    started = time.monotonic()
    others_left, others_interval = signal.getitimer(signal.ITIMER_REAL)

    def others_due() -> float:
        return started + others_left - time.monotonic()

    def ring(number: int, frame: FrameType | None) -> None:
        if others_left and others_due() <= 0 and callable(others):
            others(number, frame)
        else:
            raise _TimeIsUp

    others = signal.signal(signal.SIGALRM, ring)
    try:
        signal.setitimer(signal.ITIMER_REAL, min(seconds, others_left) if others_left else seconds, _REPEAT_S)
        yield
    finally:
        try:
            signal.setitimer(signal.ITIMER_REAL, 0)
        finally:
            signal.signal(signal.SIGALRM, others)
            if others_left:
                signal.setitimer(signal.ITIMER_REAL, max(others_due(), 0.001), others_interval)
