"""One bad piece of work gives a reason, in time, and leaves everybody else's alarms as they were."""

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from types import FrameType

import pytest

from pipeline.children.guard import LONG_CHARS, Failure, attempt, time_shares


def spin(seconds: float) -> Callable[[], str]:
    def work() -> str:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            pass
        return "done"

    return work


def test_what_the_work_returns_comes_back() -> None:
    assert attempt(spin(0), timeout_s=5) == "done"


@pytest.mark.parametrize(
    ("n_chars", "shares"), [(0, 1.0), (1, 1.0), (LONG_CHARS, 1.0), (2 * LONG_CHARS, 2.0), (540_000, 5.4)]
)
def test_only_a_long_article_gets_more_time(n_chars: int, shares: float) -> None:
    assert time_shares(n_chars) == pytest.approx(shares)


def test_an_exception_becomes_a_reason_with_one_line_of_detail() -> None:
    def fails() -> None:
        raise ValueError("first\n  second   third " + "x" * 1_000)

    outcome = attempt(fails, timeout_s=5)
    assert isinstance(outcome, Failure)
    assert outcome.reason == "extraction_error"
    assert outcome.detail.startswith("ValueError: first second third xxx")
    assert len(outcome.detail) < 400


def test_an_exception_without_a_message_gives_its_name() -> None:
    def fails() -> None:
        raise ZeroDivisionError

    assert attempt(fails, timeout_s=5) == Failure("extraction_error", "ZeroDivisionError")


def test_too_much_memory_is_its_own_reason() -> None:
    def fills() -> None:
        bytearray(1 << 62)

    outcome = attempt(fills, timeout_s=5)
    assert isinstance(outcome, Failure)
    assert outcome.reason == "out_of_memory"


def test_endless_recursion_is_a_failure() -> None:
    def deeper() -> None:
        deeper()

    outcome = attempt(deeper, timeout_s=5)
    assert isinstance(outcome, Failure)
    assert outcome.detail.startswith("RecursionError")


@pytest.mark.parametrize("stop", [KeyboardInterrupt, SystemExit])
def test_whoever_stops_the_program_is_obeyed(stop: type[BaseException]) -> None:
    def stopped() -> None:
        raise stop

    with pytest.raises(stop):
        attempt(stopped, timeout_s=5)


def test_work_that_takes_too_long_is_stopped() -> None:
    started = time.monotonic()
    assert attempt(spin(60), timeout_s=0.2) == Failure("timeout", "took longer than 0.2 s")
    assert time.monotonic() - started < 20


def test_work_that_swallows_exceptions_is_stopped_too() -> None:
    def stubborn() -> None:
        for _ in range(100):
            with suppress(Exception):
                spin(1)()

    assert attempt(stubborn, timeout_s=0.2) == Failure("timeout", "took longer than 0.2 s")


def test_an_alarm_lost_in_a_destructor_rings_again(monkeypatch: pytest.MonkeyPatch) -> None:
    lost: list[object] = []
    monkeypatch.setattr("sys.unraisablehook", lost.append)

    class Slow:
        def __del__(self) -> None:
            spin(0.5)()

    def work() -> str:
        Slow()  # its destructor runs at once, and takes the first alarm with it
        return spin(60)()

    started = time.monotonic()
    assert attempt(work, timeout_s=0.2) == Failure("timeout", "took longer than 0.2 s")
    assert time.monotonic() - started < 20
    assert len(lost) == 1


def test_another_thread_has_no_limit() -> None:
    outcomes: list[object] = []
    thread = threading.Thread(target=lambda: outcomes.append(attempt(spin(0.3), timeout_s=0.05)))
    thread.start()
    thread.join()
    assert outcomes == ["done"]


@pytest.fixture
def alarm() -> Iterator[list[float]]:
    """An alarm of somebody else, who notes when it rings."""
    rung: list[float] = []
    before = signal.signal(signal.SIGALRM, lambda number, frame: rung.append(time.monotonic()))
    left = signal.setitimer(signal.ITIMER_REAL, 0)
    yield rung
    signal.signal(signal.SIGALRM, before)
    signal.setitimer(signal.ITIMER_REAL, *left)


def test_the_alarm_of_somebody_else_is_set_again(alarm: list[float]) -> None:
    ours = signal.getsignal(signal.SIGALRM)
    signal.setitimer(signal.ITIMER_REAL, 1000)
    assert attempt(spin(0.2), timeout_s=30) == "done"
    assert attempt(spin(60), timeout_s=0.2) == Failure("timeout", "took longer than 0.2 s")
    assert signal.getsignal(signal.SIGALRM) is ours
    left, _ = signal.getitimer(signal.ITIMER_REAL)
    assert 900 < left < 1000 - 0.4
    assert alarm == []


def test_the_alarm_of_somebody_else_rings_in_time(alarm: list[float]) -> None:
    signal.setitimer(signal.ITIMER_REAL, 0.2)
    started = time.monotonic()
    assert attempt(spin(0.6), timeout_s=30) == "done"
    assert alarm
    assert 0.15 < alarm[0] - started < 0.55


def test_our_limit_holds_where_somebody_else_has_an_earlier_alarm(alarm: list[float]) -> None:
    signal.setitimer(signal.ITIMER_REAL, 0.2)
    assert attempt(spin(60), timeout_s=1.5) == Failure("timeout", "took longer than 1.5 s")
    assert len(alarm) == 1


def test_what_an_earlier_alarm_raises_goes_through() -> None:
    class TaskTimeout(BaseException):
        """As Airflow's: not an Exception."""

    def ring(number: int, frame: FrameType | None) -> None:
        raise TaskTimeout

    before = signal.signal(signal.SIGALRM, ring)
    left = signal.setitimer(signal.ITIMER_REAL, 0.2)
    try:
        with pytest.raises(TaskTimeout):
            attempt(spin(60), timeout_s=30)
    finally:
        signal.signal(signal.SIGALRM, before)
        signal.setitimer(signal.ITIMER_REAL, *left)


def test_without_another_alarm_none_is_left_behind(alarm: list[float]) -> None:
    attempt(spin(0), timeout_s=0.3)
    time.sleep(0.5)
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
    assert alarm == []
