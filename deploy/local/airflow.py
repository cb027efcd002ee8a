"""Airflow's own processes on this machine, in one folder; what they can be asked, and days run by them.

It is Airflow's own scheduler with the LocalExecutor, its api-server and, where there is a schedule, its
dag-processor, on SQLite. Nothing listens but 127.0.0.1.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import IO, Any

from deploy.local.keeper import start_keeper, stop
from deploy.local.own_pages import MISDIRECTED
from pipeline.errors import ConfigError, InputError
from pipeline.settings import load_settings

DAG_ID = "news_corpus"
HOST = "127.0.0.1"

_STARTED = time.monotonic()
_WITH_SECRETS = ("airflow.cfg", "airflow.db")
_LOADED = Path(__file__).parents[1] / "airflow_local_settings.py"
_FRONT_PAGE = '''

# What the front page of the web UI says.
from airflow.api_fastapi.common.types import UIAlert

ABOUT = """\\
The red cross at **Triggerer** is meant to be there: no task of Newstables is ever deferred, so none runs.
What a day brought is in **Reports** on the left, and in the tab **Day report** of each run.
"""
DASHBOARD_UIALERTS = [UIAlert(text=ABOUT, category="info")]
'''

_PAGE = 100
"""What the REST API lists at most in one answer."""


@dataclass(frozen=True, slots=True)
class LocalAirflow:
    """An Airflow that runs: its folder, its port, the environment of its processes, and their keeper."""

    home: Path
    port: int
    env: dict[str, str]
    keeper: subprocess.Popen[bytes]

    def cli(self, *args: str, timeout_s: float = 300) -> str:
        """Run an `airflow` command and return what it printed.

        Raises:
            InputError: it failed; the message ends with the last lines of its output.
        """
        return _cli(self.env, *args, timeout_s=timeout_s)

    def get(self, path: str, **query: Any) -> Any:
        """Return an answer of the REST API: `get("dags/news_corpus/dagRuns", limit=5)`.

        Raises:
            InputError: the api-server does not answer, or answers with an error, also when asked again.
        """
        for attempt in range(5):
            try:
                return self._call(
                    urllib.request.Request(f"{self._api}/{path}?{urllib.parse.urlencode(query)}")
                )
            except OSError as error:  # a busy machine, or a database that is locked for a moment
                last = error
                time.sleep(attempt)
        raise InputError(f"Airflow does not answer {path}: {last}; its logs are in {self.home / 'processes'}")

    def is_ready(self) -> bool:
        """Tell whether the api-server answers and has heard of the scheduler."""
        try:
            health = self._call(urllib.request.Request(f"{self._api}/monitor/health"))
        except OSError:
            return False
        return bool(health["scheduler"]["status"] == "healthy")

    def is_guarded(self) -> bool:
        """Tell whether the web server refuses who calls it by another name, as `own_pages.py` has it."""
        request = urllib.request.Request(f"{self._api}/monitor/health", headers={"Host": "elsewhere.example"})
        try:
            self._call(request)
        except urllib.error.HTTPError as error:
            return error.code == MISDIRECTED
        return False

    def post(self, path: str, **body: Any) -> Any:
        """Send a request to the REST API, and return its answer.

        Raises:
            OSError: the api-server does not answer, or answers with an error.
        """
        headers = {"Content-Type": "application/json"}
        return self._call(urllib.request.Request(f"{self._api}/{path}", json.dumps(body).encode(), headers))

    @property
    def _api(self) -> str:
        return f"http://{HOST}:{self.port}/api/v2"

    def _call(self, request: urllib.request.Request) -> Any:
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with direct.open(request, timeout=30) as answer:
            return json.load(answer)

    def runs(self) -> dict[str, dict[str, Any]]:
        """Return the backfill's runs of the DAG by their ids, oldest first."""
        runs = self.pages(f"dags/{DAG_ID}/dagRuns", "dag_runs", run_type="backfill", order_by="id")
        return {run["dag_run_id"]: run for run in runs}

    def pages(self, path: str, name: str, **query: Any) -> list[dict[str, Any]]:
        """Return all that the REST API lists under a name."""
        return pages(self.get, path, name, **query)


def pages(ask: Callable[..., Any], path: str, name: str, **query: Any) -> list[dict[str, Any]]:
    """Return all that Airflow's REST API lists under a name, which it does a hundred at a time.

    Args:
        ask: (path, query) -> an answer.
        path: of the list.
        name: under which an answer has its part of it.
        query: what else is asked for.
    """
    found: list[dict[str, Any]] = []
    while True:
        page = ask(path, limit=_PAGE, offset=len(found), **query)[name]
        found += page
        if len(page) < _PAGE:
            return found


@contextlib.contextmanager
def running(home: Path, *, port: int = 0, is_scheduled: bool = False) -> Iterator[LocalAirflow]:
    """Run Airflow in a folder for as long as the context lasts.

    Args:
        home: its folder, made where there is none.
        port: where the api-server listens on 127.0.0.1; 0 is any free one.
        is_scheduled: run the DAGs by their schedules and follow changes of their files, too; otherwise
            nothing runs but what is asked for.

    Raises:
        ConfigError: this is not the project's folder, the port is taken, or another one runs in `home`.
        InputError: Airflow did not start; the message says where its logs are.
    """
    if not Path("dags", f"{DAG_ID}.py").is_file():
        raise ConfigError("there is no dags/news_corpus.py here: run this in the project's folder")
    home.mkdir(parents=True, exist_ok=True)
    home.chmod(0o700)  # its configuration, its database and its logs hold secrets
    port = _free_port(port)
    env = _environment(home, port, is_scheduled=is_scheduled)
    with locked(home) as lock:
        (home / "config").mkdir(exist_ok=True)
        text = _LOADED.read_text(encoding="utf-8") + _FRONT_PAGE
        (home / "config" / _LOADED.name).write_text(text, encoding="utf-8")
        _cli(env, "db", "migrate")
        for path in (home / name for name in _WITH_SECRETS):
            if path.is_file():
                path.chmod(0o600)
        parts = {"scheduler": ["scheduler", "--skip-serve-logs"], "api-server": ["api-server"]}
        if is_scheduled:
            parts["dag-processor"] = ["dag-processor"]
        keeper = start_keeper(home, env, parts, lock)
        try:
            if not is_scheduled:
                _cli(env, "dags", "reserialize")
            airflow = LocalAirflow(home, port, env, keeper)
            _await_start(airflow)
            yield airflow
            if keeper.poll() is not None:
                raise InputError(f"Airflow stopped by itself; its logs are in {home / 'processes'}")
        finally:
            stop(keeper)


def run_days(
    airflow: LocalAirflow, first: date, last: date, *, reprocess: str = "completed", limit_s: float = 3600
) -> dict[str, str]:
    """Backfill the days from first to last, and wait until their runs have ended.

    It asks for what `airflow backfill create` asks for, but without the seconds that command needs to start.

    Args:
        airflow: where.
        first: the first day.
        last: the last day, included.
        reprocess: what happens to days that have a run: none, failed or completed.
        limit_s: seconds after which to give up.

    Returns:
        The state, success or failed, of each day that was run.

    Raises:
        InputError: it did not end in time.
    """
    deadline = time.monotonic() + limit_s
    # Airflow allows one backfill of a DAG, and closes it some time after its last run.
    while any(not b["completed_at"] for b in airflow.get("backfills", dag_id=DAG_ID)["backfills"]):
        _check(deadline, f"another backfill of {DAG_ID} is still open")
    before = airflow.runs()
    airflow.post(
        "backfills",
        dag_id=DAG_ID,
        from_date=f"{first}T00:00:00Z",
        to_date=f"{last}T23:59:59Z",
        reprocess_behavior=reprocess,
        max_active_runs=4,
    )
    return await_runs(airflow, before, deadline=deadline)


def await_runs(airflow: LocalAirflow, before: Container[str], *, deadline: float) -> dict[str, str]:
    """Wait until the backfill's runs have ended, tell how, and return the state of each day.

    Args:
        airflow: where.
        before: ids of runs that are of no interest, because they were there before.
        deadline: when to give up, by the monotonic clock.

    Raises:
        InputError: they did not end in time.
    """
    told: dict[str, str] = {}
    while True:
        asked = time.monotonic()
        runs = {name: run for name, run in airflow.runs().items() if name not in before}
        wait_s = max(0.5, 4 * (time.monotonic() - asked))  # to ask takes time from the tasks
        states = {run["partition_key"]: run["state"] for run in runs.values()}
        for day, state in sorted(states.items() - told.items()):
            say(f"{day} {state}")
        told = states
        if all(state in ("success", "failed") for state in states.values()):
            break
        open_runs = {day: state for day, state in states.items() if state not in ("success", "failed")}
        message = f"the runs have not ended: {open_runs}; see {airflow.home / 'logs'}"
        _check(deadline, message, wait_s=wait_s)
    for name, run in runs.items():
        if run["state"] == "failed":
            for line in failures(airflow, name):
                say(f"{run['partition_key']} {line}")
    return states


def _check(deadline: float, message: str, *, wait_s: float = 0.5) -> None:
    """Wait for a moment, or give up."""
    if time.monotonic() > deadline:
        raise InputError(message)
    time.sleep(wait_s)


def failures(airflow: LocalAirflow, run_id: str) -> list[str]:
    """Return a line for each failed task of a run: which it was, its last error, and its log."""
    lines = []
    page = airflow.get(f"dags/{DAG_ID}/dagRuns/{run_id}/taskInstances", state="failed", limit=100)
    for task in page["task_instances"]:
        shard = "" if task["map_index"] < 0 else f"map_index={task['map_index']}"
        folder = (
            airflow.home / "logs" / f"dag_id={DAG_ID}" / f"run_id={run_id}" / f"task_id={task['task_id']}"
        )
        log = folder / shard / f"attempt={task['try_number']}.log"
        lines.append(f"{task['task_id']} {shard}: {_last_error(log)} (log: {log})")
    return lines


def say(text: str) -> None:
    """Print a line with the seconds since the start."""
    sys.stdout.write(f"[{time.monotonic() - _STARTED:6.1f} s] {text}\n")
    sys.stdout.flush()


# ---- starting and stopping ---------------------------------------------------------------------------


def _environment(home: Path, port: int, *, is_scheduled: bool) -> dict[str, str]:
    """Return the environment of Airflow's processes: ours without its AIRFLOW variables, and what we set."""
    url = f"http://{HOST}:{port}"
    settings = {
        "CORE__DAGS_FOLDER": str(Path("dags").resolve()),
        "CORE__LOAD_EXAMPLES": "False",
        "CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "CORE__DEFAULT_TIMEZONE": "utc",  # dates of the command line are read in it
        "CORE__EXECUTOR": "LocalExecutor",
        # Parse and extract each keep to this by themselves; together they do so by this.
        "CORE__PARALLELISM": str(load_settings().fleet_tasks),
        "CORE__EXECUTION_API_SERVER_URL": f"{url}/execution/",
        "CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True",  # no login; only this machine gets here
        "API__HOST": HOST,
        "API__PORT": str(port),
        "API__BASE_URL": url,
        "API__WORKERS": "1",
        "CORE__PLUGINS_FOLDER": str(Path(__file__).with_name("plugins")),
        "SCHEDULER__USE_JOB_SCHEDULE": str(is_scheduled),
        "SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "1" if is_scheduled else "0.2",
        "SCHEDULER__ENABLE_HEALTH_CHECK": "False",  # it would listen on all interfaces
        "DAG_PROCESSOR__REFRESH_INTERVAL": "30",
        "USAGE_DATA_COLLECTION__ENABLED": "False",
    }
    env = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW_")}
    env |= {f"AIRFLOW__{name}": value for name, value in settings.items()}
    env["AIRFLOW_HOME"] = str(home.resolve())
    env["no_proxy"] = env["NO_PROXY"] = f"{HOST},{os.environ.get('no_proxy', '')}".rstrip(",")
    if sys.platform == "darwin":  # forked processes must not touch Objective-C, which looks for proxies
        env |= {"OBJC_DISABLE_INITIALIZE_FORK_SAFETY": "YES", "no_proxy": "*", "NO_PROXY": "*"}
    return env


def _cli(env: dict[str, str], *args: str, timeout_s: float = 300) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "airflow", *args],
        env=env,
        check=False,
        timeout=timeout_s,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode:
        raise InputError(f"airflow {' '.join(args)} failed:\n{_tail(done.stdout)}")
    return done.stdout


@contextlib.contextmanager
def locked(home: Path) -> Iterator[IO[str]]:
    """Hold the lock of a home, which its keeper holds too until it has ended."""
    with (home / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise ConfigError(f"another Airflow runs in {home}, or is being stopped") from None
        yield lock


def _free_port(port: int) -> int:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            raise ConfigError(
                f"port {port} is taken: choose another with AIRFLOW_PORT=... make airflow"
            ) from None
        return int(probe.getsockname()[1])


def _await_start(airflow: LocalAirflow, limit_s: float = 300) -> None:
    """Wait until the api-server answers and the scheduler is heard of."""
    deadline = time.monotonic() + limit_s
    while time.monotonic() < deadline and airflow.keeper.poll() is None:
        if airflow.is_ready():
            if not airflow.is_guarded():
                raise InputError(f"Airflow's web server answers any page; its logs are in {airflow.home}")
            return
        time.sleep(0.3)
    logs = airflow.home / "processes"
    last = "\n".join(_tail(log.read_text(errors="replace")) for log in sorted(logs.glob("*.log")))
    raise InputError(f"Airflow did not start; its logs are in {logs}:\n{last}")


def _tail(text: str, n_lines: int = 12) -> str:
    return "\n".join(text.splitlines()[-n_lines:])


def _last_error(log: Path) -> str:
    """Return the last error that a task logged, as type and message."""
    found = "it left no error: it was killed, or never started"
    with contextlib.suppress(OSError):
        for line in log.read_text(errors="replace").splitlines():
            with contextlib.suppress(ValueError, TypeError, AttributeError):
                entry = json.loads(line)
                if entry.get("error_detail"):
                    found = f"{entry['error_detail'][0]['exc_type']}: {entry['error_detail'][0]['exc_value']}"
    return found
