"""Which day a run of Airflow is of: a small file for each run, which its page in Airflow is shown by.

What Airflow tells a page is the id of the run, and that names no day where a run was started by hand.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from pipeline.identity import content_id
from pipeline.store.batch import day_of_name

if TYPE_CHECKING:
    from pipeline.store.files import Store

RUNS = "reports/runs"
"""The folder of runs; it may be removed at any time."""


def note_run(store: Store, dag_id: str, run_id: str, day: date) -> None:
    """Note of which day a run is."""
    store.write_json(_path(dag_id, run_id), {"dag_id": dag_id, "run_id": run_id, "day": day.isoformat()})


def find_run_day(store: Store, dag_id: str, run_id: str) -> date | None:
    """Return the day of a run; None where it has not begun, or was of an earlier version.

    Raises:
        DamagedError: its file is damaged.
    """
    noted = store.read_json(_path(dag_id, run_id))
    return day_of_name(str(noted.get("day"))) if isinstance(noted, dict) else None


def _path(dag_id: str, run_id: str) -> str:
    return f"{RUNS}/{content_id('run of airflow', dag_id, run_id)}.json"
