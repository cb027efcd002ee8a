"""The DAGs as Airflow reads them: their shape, their limits, and what they must not import."""

import os
import pickle
import runpy
import subprocess
import sys
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from airflow.sdk.definitions.retry_policy import ExceptionRetryPolicy
from airflow.sdk.exceptions import AirflowException, AirflowRuntimeError, AirflowTaskTimeout, ErrorType
from airflow.sdk.execution_time.comms import ErrorResponse

from pipeline.children.process import ChildDiedError, ChildStartError
from pipeline.errors import AuditError, ConfigError, InputError
from pipeline.settings import load_settings
from pipeline.stages import STAGES
from schemas import DAY_TABLES, DERIVED_TABLES

pytestmark = pytest.mark.slow

DAGS = Path(__file__).parents[1] / "dags"

READ_DAGS = """
import sys
from airflow.dag_processing.dagbag import DagBag
bag = DagBag(dag_folder=sys.argv[1])
assert not bag.import_errors, bag.import_errors
print(*sorted(bag.dags))
print(*sorted({"spacy", "thinc", "pandas", "pyarrow"} & set(sys.modules)))
"""


def api_server_error(detail: dict[str, Any]) -> AirflowRuntimeError:
    """What the Task SDK raises in a task whose supervisor did not get an answer from the API server."""
    return AirflowRuntimeError(ErrorResponse(error=ErrorType.API_SERVER_ERROR, detail=detail))


@pytest.fixture(scope="module")
def airflow_home(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A folder for Airflow, which makes one in the user's home where it is told none."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AIRFLOW_HOME", str(tmp_path_factory.mktemp("airflow")))
        patch.setenv("AIRFLOW__CORE__LOAD_EXAMPLES", "False")
        yield


@pytest.fixture(scope="module")
def module(airflow_home: None) -> dict[str, Any]:
    """The names in dags/news_corpus.py."""
    return runpy.run_path(str(DAGS / "news_corpus.py"))


@pytest.fixture(scope="module")
def dag(module: dict[str, Any]) -> Any:
    """The DAG news_corpus."""
    from airflow.dag_processing.dagbag import DagBag

    bag = DagBag(dag_folder=str(DAGS))
    assert not bag.import_errors
    return bag.dags["news_corpus"]


def test_dags_are_read_without_spacy_pandas_and_pyarrow(airflow_home: None) -> None:
    done = subprocess.run(
        [sys.executable, "-c", READ_DAGS, str(DAGS)],
        env=os.environ,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    ids, heavy = done.stdout.splitlines()[-2:]
    assert ids == "news_corpus quotes_report"
    assert heavy == ""


def test_stages_are_chained_and_those_of_a_shard_mapped_as_a_group(dag: Any) -> None:
    upstream = {task.task_id: set(task.upstream_task_ids) for task in dag.tasks}
    assert upstream == {
        "ingest": set(),
        "shards.parse": {"ingest"},
        "shards.extract": {"shards.parse", "ingest"},
        "publish": {"shards.extract"},
        "derive": {"publish"},
    }
    assert [name.rpartition(".")[2] for name in upstream] == [stage.name for stage in STAGES]
    mapped = {task.task_id for task in dag.tasks if task.get_closest_mapped_task_group() is not None}
    assert mapped == {"shards.parse", "shards.extract"}


def test_a_day_without_shards_is_published_and_one_with_a_failed_shard_is_not(dag: Any) -> None:
    assert {task.trigger_rule for task in dag.tasks} == {"none_failed"}


def test_limits(dag: Any) -> None:
    at_once = {task.task_id: task.max_active_tis_per_dag for task in dag.tasks}
    n_models = load_settings().fleet_tasks
    assert at_once == {
        "ingest": 1,
        "shards.parse": n_models,
        "shards.extract": n_models,
        "publish": 1,
        "derive": 1,
    }
    assert dag.max_active_runs == 4
    assert all(timedelta(0) < task.execution_timeout <= timedelta(hours=2) for task in dag.tasks)
    assert all(task.retries == 3 and task.retry_exponential_backoff for task in dag.tasks)


def test_a_site_says_where_its_stages_run(airflow_home: None, monkeypatch: pytest.MonkeyPatch) -> None:
    from airflow.dag_processing.dagbag import DagBag

    monkeypatch.setenv("NEWSTABLES_QUEUES", '["ingest=drop", "parse=cores", "extract=cores"]')
    monkeypatch.setenv("NEWSTABLES_POOLS", '["parse=models"]')
    monkeypatch.setenv("NEWSTABLES_PROCESSES", "3")
    monkeypatch.setenv("NEWSTABLES_FLEET_PROCESSES", "40")
    bag = DagBag(dag_folder=str(DAGS))
    assert not bag.import_errors
    tasks = {task.task_id.rpartition(".")[2]: task for task in bag.dags["news_corpus"].tasks}
    assert {name: task.queue for name, task in tasks.items()} == {
        "ingest": "drop",
        "parse": "cores",
        "extract": "cores",
        "publish": "default",
        "derive": "default",
    }
    assert {name: task.pool for name, task in tasks.items() if task.pool != "default_pool"} == {
        "parse": "models"
    }
    assert tasks["parse"].max_active_tis_per_dag == 40


@pytest.mark.parametrize("value", ["parse", "parse=", "sing=cores", "=cores"])
def test_a_queue_of_no_stage_is_a_wrong_setting(value: str) -> None:
    with pytest.raises(ConfigError, match="is not STAGE=NAME"):
        load_settings(queues=[value])


ENDS = [
    (InputError("bad"), "fail"),
    (AuditError("bad"), "fail"),
    (ConfigError("bad"), "fail"),
    (ChildStartError("a child process did not start: it ended with exit code 1"), "fail"),
    (AirflowTaskTimeout("two hours"), "fail"),
    (api_server_error({"status_code": None, "exception_type": "ConnectError"}), "retry"),
    (api_server_error({"status_code": 503}), "retry"),
    (httpx.ConnectError("refused"), "retry"),
    (httpx.ReadTimeout("no answer"), "retry"),
    (ConnectionResetError("gone"), "retry"),
    (TimeoutError("no answer"), "retry"),
    (FileNotFoundError(2, "No such file or directory"), "retry"),  # such as a share that is not mounted yet
    (OSError(28, "No space left on device"), "retry"),
    (BlockingIOError(11, "Resource temporarily unavailable"), "retry"),  # no process can be forked
    (ChildDiedError("a child process did not start: it was killed by SIGKILL"), "retry"),
    (MemoryError(), "retry"),
    (KeyError("a bug"), "fail"),
    (pickle.PicklingError("a bug"), "fail"),
    (AirflowException("a DAG that is not as Airflow wants it"), "fail"),
    (SystemExit(1), "fail"),
]


@pytest.mark.parametrize(("error", "action"), ENDS, ids=lambda value: getattr(type(value), "__name__", None))
def test_what_can_recover_is_tried_again(dag: Any, error: BaseException, action: str) -> None:
    for task in dag.tasks:
        assert type(task.retry_policy) is ExceptionRetryPolicy
        assert task.retry_policy.evaluate(error, 1, 3).action.value == action


def test_each_row_of_the_table_of_retries_is_tried(module: dict[str, Any]) -> None:
    rows = [row[0] for row in module["RETRY_TABLE"]]
    reached = [next((row for row in rows if isinstance(error, row)), None) for error, _ in ENDS]
    assert set(reached) == {*rows, None}


def test_the_policy_is_the_same_once_airflow_has_stored_it(module: dict[str, Any]) -> None:
    stored = ExceptionRetryPolicy.deserialize(module["RETRY_POLICY"].serialize())
    for error, action in ENDS:
        assert stored.evaluate(error, 1, 3).action.value == action


def test_an_api_server_may_be_away_for_some_minutes(dag: Any) -> None:
    """`test_ordinary_airflow.py` takes it away from a task that runs."""
    for task in dag.tasks:
        waits = [task.retry_delay * task.retry_exponential_backoff**number for number in range(task.retries)]
        assert timedelta(minutes=3) < sum(waits, timedelta()) < timedelta(minutes=10)


def test_each_published_table_is_an_asset(dag: Any, module: dict[str, Any]) -> None:
    outlets = {task.task_id: {asset.name for asset in task.outlets} for task in dag.tasks if task.outlets}
    assert outlets == {
        "publish": {row_class.table_name for row_class in DAY_TABLES},
        "derive": {row_class.table_name for row_class in DERIVED_TABLES},
    }


def test_dags_and_assets_say_what_they_are(airflow_home: None, module: dict[str, Any]) -> None:
    from airflow.dag_processing.dagbag import DagBag

    for dag in DagBag(dag_folder=str(DAGS)).dags.values():
        assert dag.description and dag.doc_md
    classes = {row_class.table_name: row_class for row_class in (*DAY_TABLES, *DERIVED_TABLES)}
    assert module["ASSETS"].keys() == classes.keys()
    for name, asset in module["ASSETS"].items():
        assert asset.extra == {"what": (classes[name].__doc__ or "").splitlines()[0]}


def test_the_report_waits_for_the_asset_that_publish_has(module: dict[str, Any]) -> None:
    assert runpy.run_path(str(DAGS / "quotes_report.py"))["QUOTES"] == module["ASSETS"]["quotes"]


def test_schedule_starts_before_any_archive_and_catches_nothing_up(dag: Any) -> None:
    assert dag.start_date == datetime(1900, 1, 1, tzinfo=UTC)
    assert dag.catchup is False
    assert "backfill create" in dag.doc_md


@pytest.mark.parametrize("day", [None, "2026-03-01", "2024-02-29"])
def test_params_take_a_day(dag: Any, day: str | None) -> None:
    params = deepcopy(dag.params)
    params["day"] = day
    assert params.validate()["day"] == day


@pytest.mark.parametrize(
    ("name", "value"),
    [("day", "yesterday"), ("day", "2026-02-30"), ("day", 20260301), ("source", ""), ("source", 1)],
)
def test_params_refuse_what_is_no_day_or_no_source(dag: Any, name: str, value: Any) -> None:
    from airflow.sdk.exceptions import ParamValidationError

    params = deepcopy(dag.params)
    with pytest.raises(ParamValidationError):
        params[name] = value
        params.validate()


def run_of(
    *,
    partition_key: str | None = None,
    logical_date: datetime | None = None,
    run_after: datetime = datetime(2026, 5, 1, 23, 30, tzinfo=UTC),
) -> Any:
    return SimpleNamespace(partition_key=partition_key, logical_date=logical_date, run_after=run_after)


def test_day_of_a_run_is_param_then_partition_then_logical_date_in_utc(module: dict[str, Any]) -> None:
    day_of_run = module["day_of_run"]
    tokyo = datetime.fromisoformat("2026-03-03T05:00:00+09:00")
    everything = run_of(partition_key="2026-03-04", logical_date=tokyo)
    assert str(day_of_run({"day": "2026-03-05"}, everything)) == "2026-03-05"
    assert str(day_of_run({"day": None}, everything)) == "2026-03-04"
    assert str(day_of_run({"day": None}, run_of(logical_date=tokyo))) == "2026-03-02"


def test_a_run_that_is_triggered_without_any_choice_is_of_yesterday(module: dict[str, Any]) -> None:
    day_of_run = module["day_of_run"]
    assert str(day_of_run({"day": None}, run_of())) == "2026-04-30"
    tokyo = datetime.fromisoformat("2026-05-02T08:30:00+09:00")  # the same moment in UTC
    for logical_date in (None, datetime(2026, 5, 1, 23, 29, tzinfo=UTC), tokyo):
        run = run_of(logical_date=logical_date, run_after=tokyo)
        assert str(day_of_run({}, run)) == "2026-04-30", "the form of the UI fills in the moment"


def test_days_that_are_not_over_are_refused(module: dict[str, Any]) -> None:
    day_of_run = module["day_of_run"]
    for days in (0, 1, 400):
        with pytest.raises(ConfigError, match="not over"):
            day_of_run({}, run_of(partition_key=f"{datetime.now(UTC) + timedelta(days=days):%Y-%m-%d}"))
