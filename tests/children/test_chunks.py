"""Children that die or hang cost one article, and results keep their order."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence

import pytest

from pipeline.children.chunks import Children, map_chunks
from pipeline.children.process import ChildDiedError, ChildStartError
from pipeline.errors import ConfigError


def start() -> Callable[[Sequence[str]], list[str]]:
    return work


def work(items: Sequence[str]) -> list[str]:
    for item in items:
        if item == "die":
            os.kill(os.getpid(), signal.SIGKILL)
        if item == "exit":
            os._exit(1)
        if item == "hang":
            time.sleep(60)
        if item.startswith("long"):
            time.sleep(1.6)
        if item == "raise":
            raise ValueError("as it was raised")
    return [item.upper() for item in items]


def start_badly(how: str) -> Callable[[Sequence[str]], list[str]]:
    sys.stderr.write("first line\nno such library: libmodel.so\n")
    sys.stderr.flush()
    match how:
        case "exits":
            os._exit(3)
        case "raises":
            raise ConfigError("no such model")
        case "is killed":
            os.kill(os.getpid(), signal.SIGKILL)
        case _:
            time.sleep(60)
    raise AssertionError


def failed(item: str, fault: str) -> list[str]:
    return [f"{item}: {fault}"]


def run(chunks: list[list[str]], *, processes: int = 2, seconds: float = 20.0) -> list[str]:
    with Children(start, processes=processes) as children:
        results = map_chunks(chunks, children, failed=failed, seconds_per_item=seconds)
        return [item for result in results for item in result]


@pytest.mark.parametrize(("share", "result"), [(1.0, ["long: timeout"]), (8.0, ["LONG"])])
def test_a_long_item_gets_more_time(share: float, result: list[str]) -> None:
    with Children(start, processes=1) as children:
        results = map_chunks(
            [["long"]], children, failed=failed, seconds_per_item=0.2, counts_as=lambda item: share
        )
        assert [item for found in results for item in found] == result


@pytest.mark.parametrize("processes", [1, 3])
def test_results_come_in_the_order_of_the_chunks(processes: int) -> None:
    chunks = [[f"{i}a", f"{i}b"] for i in range(20)]
    assert run(chunks, processes=processes) == [item.upper() for chunk in chunks for item in chunk]


def test_no_chunks_give_no_results() -> None:
    assert run([]) == []


@pytest.mark.slow
@pytest.mark.parametrize("processes", [1, 2])
def test_an_item_that_kills_its_process_costs_only_itself(processes: int) -> None:
    chunks = [["a", "b", "die", "c"], ["d"], ["die"], ["e", "f"]]
    found = run(chunks, processes=processes)
    assert found == ["A", "B", "die: out_of_memory", "C", "D", "die: out_of_memory", "E", "F"]


@pytest.mark.slow
@pytest.mark.parametrize("processes", [1, 2])
def test_an_item_that_hangs_costs_only_itself(processes: int) -> None:
    assert run([["a", "hang"], ["b"]], seconds=1.0, processes=processes) == ["A", "hang: timeout", "B"]


def test_an_exception_reaches_the_caller() -> None:
    with pytest.raises(ValueError, match="as it was raised"):
        run([["a"], ["raise"]])


def test_an_item_that_ends_its_process_is_told_from_one_that_gets_it_killed() -> None:
    assert run([["a", "exit"], ["b"]]) == ["A", "exit: extraction_error", "B"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("how", "error", "message"),
    [
        ("exits", ChildStartError, "exit code 3; it said:\nfirst line\nno such library"),
        ("is killed", ChildDiedError, "SIGKILL; it said:\nfirst line"),
        ("hangs", ChildDiedError, "within 10 s; it said:\nfirst line"),
        ("raises", ConfigError, "^no such model\nraised in a child process"),
    ],
)
def test_a_child_that_cannot_start_says_why(how: str, error: type[Exception], message: str) -> None:
    with (
        Children(start_badly, how, processes=1, start_seconds=10.0 if how == "hangs" else 120.0) as children,
        pytest.raises(error, match=message) as raised,
    ):
        list(map_chunks([["a"]], children, failed=failed, seconds_per_item=5.0))
    assert isinstance(raised.value, ChildStartError) == (how == "exits")


def test_a_child_that_dies_while_it_waits_costs_no_item() -> None:
    def chunks() -> Iterator[list[str]]:
        yield ["a"]
        time.sleep(1)  # the child is done with the first chunk
        children.alive[0].process.kill()
        time.sleep(0.3)
        yield ["b"]

    with Children(start, processes=1) as children:
        results = map_chunks(chunks(), children, failed=failed, seconds_per_item=5.0)
        assert list(results) == [["A"], ["B"]]


def test_only_a_bounded_number_of_chunks_is_read_ahead() -> None:
    read = []

    def chunks() -> Iterator[list[str]]:
        for i in range(100):
            read.append(i)
            yield [str(i)]

    with Children(start, processes=1) as children:
        next(map_chunks(chunks(), children, failed=failed, seconds_per_item=20.0))
    assert len(read) < 20


def test_no_child_is_left_after_the_block() -> None:
    with Children(start, processes=2) as children:
        children.start()
        processes = [child.process for child in children.alive]
        assert all(process.is_alive() for process in processes)
    assert not any(process.is_alive() for process in processes)
