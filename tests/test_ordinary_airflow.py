"""Days in an Airflow that is started as everybody starts it: by its console scripts, a process for each.

The tests of this file share one Airflow and run in the order in which they stand.
"""

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from deploy.local.airflow import DAG_ID, HOST, LocalAirflow, failures
from pipeline.identity import checksum

pytestmark = [pytest.mark.airflow, pytest.mark.slow, pytest.mark.timeout(1200)]

ROOT = Path(__file__).parents[1]
SCRIPTS = Path(sys.executable).parent
DAY = "2026-03-01"
PARTS = ("api-server", "scheduler", "dag-processor")


class Ordinary:
    """An Airflow of three processes, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.env = environment(folder)
        self.processes: dict[str, psutil.Popen] = {}

    def run(self, *command: str, **env: str) -> None:
        done = subprocess.run(
            [str(SCRIPTS / command[0]), *command[1:]],
            env={**self.env, **env},
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout

    def start(self, part: str) -> None:
        with (self.folder / f"{part}.log").open("ab") as log:
            self.processes[part] = psutil.Popen(
                [str(SCRIPTS / "airflow"), part],
                env=self.env,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def end(self, part: str, *, is_killed: bool = False) -> None:
        """End a process and all that it started."""
        process = self.processes.pop(part)
        family = [process, *process.children(recursive=True)]
        if not is_killed:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.terminate()
            family = psutil.wait_procs(family, timeout=5)[1]
        for member in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                member.kill()
        process.wait()

    @property
    def api(self) -> LocalAirflow:
        home = Path(self.env["AIRFLOW_HOME"])
        return LocalAirflow(home, int(self.env["AIRFLOW__API__PORT"]), self.env, self.processes["scheduler"])

    def await_start(self) -> None:
        deadline = time.monotonic() + 300
        while not self.api.is_ready():
            assert time.monotonic() < deadline, self.logs()
            assert all(process.poll() is None for process in self.processes.values()), self.logs()
            time.sleep(0.2)

    def logs(self) -> str:
        paths = [self.folder / f"{part}.log" for part in PARTS]
        return "\n".join(path.read_text()[-2000:] for path in paths if path.is_file())

    def run_day(self, day: str) -> str:
        """Ask for a day; return the id of its run."""
        self.api.post(f"dags/{DAG_ID}/dagRuns", logical_date=None, partition_key=day, dag_run_id=day)
        return day


def environment(folder: Path) -> dict[str, str]:
    """Return what a site would set: the port, SQLite and so on; and what is quicker than the default."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = probe.getsockname()[1]
    settings = {
        "CORE__DAGS_FOLDER": str(folder / "dags"),
        "CORE__LOAD_EXAMPLES": "False",
        "CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "CORE__EXECUTOR": "LocalExecutor",
        "CORE__PARALLELISM": "2",
        "CORE__EXECUTION_API_SERVER_URL": f"http://{HOST}:{port}/execution/",
        "CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True",
        "API__HOST": HOST,
        "API__PORT": str(port),
        "API__BASE_URL": f"http://{HOST}:{port}",
        "API__WORKERS": "1",
        "SCHEDULER__USE_JOB_SCHEDULE": "False",
        "SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.2",
        "SCHEDULER__ENABLE_HEALTH_CHECK": "False",
        # A supervisor gives a request that gets no answer up after some seconds, without heartbeats between.
        "WORKERS__EXECUTION_API_RETRIES": "6",
        "WORKERS__EXECUTION_API_RETRY_WAIT_MAX": "2",
        "WORKERS__MIN_HEARTBEAT_INTERVAL": "60",
        "USAGE_DATA_COLLECTION__ENABLED": "False",
    }
    env = {
        name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW_", "NEWSTABLES"))
    }
    env |= {f"AIRFLOW__{name}": value for name, value in settings.items()}
    env |= {"AIRFLOW_HOME": str(folder / "home"), "no_proxy": HOST, "NO_PROXY": HOST}
    env |= {"NEWSTABLES_DROP_DIR": str(ROOT / "data" / "sample"), "NEWSTABLES_DATA_DIR": str(folder / "data")}
    return env


@pytest.fixture(scope="module")
def airflow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ordinary]:
    folder = tmp_path_factory.mktemp("ordinary")
    (folder / "dags").mkdir()
    source = (ROOT / "dags" / f"{DAG_ID}.py").read_text(encoding="utf-8")
    # As it is, but for the half a minute before a task is tried again.
    hurried = source.replace('"retry_delay": timedelta(seconds=30)', '"retry_delay": timedelta(seconds=5)')
    assert hurried != source
    (folder / "dags" / f"{DAG_ID}.py").write_text(hurried, encoding="utf-8")
    airflow = Ordinary(folder)
    airflow.run("airflow", "db", "migrate")
    try:
        for part in PARTS:
            airflow.start(part)
        airflow.await_start()
        deadline = time.monotonic() + 300
        while not any(dag["dag_id"] == DAG_ID for dag in airflow.api.get("dags")["dags"]):
            assert time.monotonic() < deadline, airflow.logs()
            time.sleep(0.5)
        yield airflow
    finally:
        for part in reversed([*airflow.processes]):
            airflow.end(part)


def await_day(airflow: Ordinary, run: str, *, limit_s: float = 300) -> None:
    deadline = time.monotonic() + limit_s
    while (state := airflow.api.get(f"dags/{DAG_ID}/dagRuns/{run}")["state"]) != "success":
        assert state != "failed", failures(airflow.api, run)
        assert time.monotonic() < deadline, airflow.logs()
        time.sleep(0.5)


def published(data: Path) -> dict[str, str]:
    """Return the checksum of each published file."""
    return {
        str(path.relative_to(data)): checksum(path.read_bytes())
        for path in sorted((data / "tables").rglob("*"))
        if path.is_file() and path.name != "_runs.jsonl"
    }


def run_here(airflow: Ordinary, day: str) -> dict[str, str]:
    """Run a day by the command line, and return what it published."""
    data = airflow.folder / "here"
    airflow.run("newstables", "run", day, NEWSTABLES_DATA_DIR=str(data))
    return published(data)


def await_line(log: Path, text: str, *, limit_s: float = 300) -> None:
    """Wait until a task has logged something."""
    deadline = time.monotonic() + limit_s
    while not log.is_file() or text not in log.read_text():
        assert time.monotonic() < deadline, log.read_text() if log.is_file() else f"there is no {log}"
        time.sleep(0.1)


def test_an_api_server_that_was_away_costs_a_try_and_not_the_day(airflow: Ordinary) -> None:
    run = airflow.run_day(DAY)
    folder = Path(airflow.env["AIRFLOW_HOME"], "logs", f"dag_id={DAG_ID}", f"run_id={run}")
    log = folder / "task_id=shards.parse" / "map_index=0" / "attempt=1.log"
    await_line(log, f"parse {DAY}, shard 0")  # it runs
    airflow.end("api-server", is_killed=True)
    await_line(log, "AirflowRuntimeError")  # it is done, and can tell nobody
    assert "'was_parsed': False" in log.read_text()  # by its children, that is
    airflow.start("api-server")
    airflow.await_start()
    await_day(airflow, run)
    assert "Airflow's API server may come back" in log.read_text()
    assert log.with_name("attempt=2.log").is_file()


def test_the_day_has_the_bytes_of_one_run_by_the_command_line(airflow: Ordinary) -> None:
    found = published(airflow.folder / "data")
    assert found == run_here(airflow, DAY)
    assert f"tables/quotes/{DAY}.parquet" in found
