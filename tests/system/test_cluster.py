"""Two Celery workers that share nothing but Postgres, Redis and S3 give the bytes of one command.

The tests of this file share one cluster and run in the order in which they stand.
"""

from collections.abc import Iterator

import pytest

from deploy.cluster.airflow import Cluster, cluster
from deploy.cluster.faults import run_fault
from deploy.cluster.trial import FIRST, LAST, differences, in_cluster, run_here

pytestmark = [pytest.mark.system, pytest.mark.slow, pytest.mark.timeout(1500)]


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What four days are by the command line."""
    return run_here(tmp_path_factory.mktemp("here"))


@pytest.fixture(scope="module")
def up(here: dict[str, str]) -> Iterator[Cluster]:
    with cluster() as running:
        yield running


def test_four_days_by_two_workers_are_those_of_one_command(up: Cluster, here: dict[str, str]) -> None:
    before = up.backfill(FIRST, LAST)
    states = up.await_runs(before)
    assert set(states.values()) == {"success"} and len(states) == 4, up.logs()
    assert differences(here, in_cluster(up)) == []
    tasks = [task for run in up.runs() if run not in before for task in up.tasks(run)]
    assert {task["hostname"] for task in tasks if task["hostname"]} == {"news-w1", "news-w2"}


@pytest.fixture(scope="module")
def two_days(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What the two days are that are disturbed."""
    return run_here(tmp_path_factory.mktemp("two"), FIRST, "2026-03-02")


@pytest.mark.parametrize("fault", ["api", "kill-parse"])
def test_what_dies_costs_a_try_and_no_byte(up: Cluster, two_days: dict[str, str], fault: str) -> None:
    outcome = run_fault(up, fault, two_days)
    assert outcome.is_good, f"{outcome.line()}\n{up.logs()}"
    assert outcome.tries, "nothing was tried again: nothing was disturbed"
