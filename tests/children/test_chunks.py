"""Children that die or hang cost one article, and results keep their order."""

import os
import time
from collections.abc import Callable, Sequence

import pytest

from pipeline.children.chunks import Children, map_chunks


def start() -> Callable[[Sequence[str]], list[str]]:
    return work


def work(items: Sequence[str]) -> list[str]:
    for item in items:
        if item == "die":
            os._exit(1)
        if item == "hang":
            time.sleep(60)
        if item == "raise":
            raise ValueError("as it was raised")
    return [item.upper() for item in items]


def start_badly() -> Callable[[Sequence[str]], list[str]]:
    os._exit(3)


def failed(item: str, fault: str) -> list[str]:
    return [f"{item}: {fault}"]


def run(chunks: list[list[str]], *, processes: int = 2, seconds: float = 20.0) -> list[str]:
    with Children(start, processes=processes) as children:
        results = map_chunks(chunks, children, failed=failed, seconds_per_item=seconds)
        return [item for result in results for item in result]


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


def test_a_child_that_cannot_start_is_told() -> None:
    with Children(start_badly, processes=1) as children, pytest.raises(ChildProcessError, match="not start"):
        list(map_chunks([["a"]], children, failed=failed, seconds_per_item=5.0))


def test_only_a_bounded_number_of_chunks_is_read_ahead() -> None:
    read = []

    def chunks():
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
