"""Airflow on the hosts: api-server, scheduler and dag-processor on one, a Celery worker on each of two."""

from __future__ import annotations

import contextlib
import json
import shutil
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deploy.cluster import services
from deploy.cluster.hosts import ADDRESSES, Hosts, hosts
from deploy.local.airflow import DAG_ID, pages
from pipeline.errors import ConfigError

ROOT = Path(__file__).parents[2]
AIRFLOW = str(Path(sys.executable).with_name("airflow"))
CONTROL = {
    "api-server": ["api-server"],
    "scheduler": ["scheduler", "--skip-serve-logs"],
    "dag-processor": ["dag-processor"],
}
WORKERS = ("w1", "w2")


@dataclass(slots=True)
class Cluster:
    """An Airflow that runs on several hosts.

    Attributes:
        hosts: those that it runs on.
        prefix: of its store in the bucket.
        queues: the queue of a stage, by its name; the other stages have Airflow's own.
        listens: the queues that a worker listens on, by its host; without, on Airflow's own.
        env: what all hosts have beside, or instead of, `environment`.
    """

    hosts: Hosts
    prefix: str = "corpus"
    queues: Mapping[str, str] = field(default_factory=dict)
    listens: Mapping[str, Sequence[str]] = field(default_factory=dict)
    env: Mapping[str, str] = field(default_factory=dict)

    def start(self, part: str) -> None:
        """Start a part of the control host, or a worker by the name of its host."""
        queues = json.dumps([f"{stage}={queue}" for stage, queue in self.queues.items()])
        env = environment(part if part in WORKERS else "ctl", self.prefix)
        env |= {"NEWSTABLES_QUEUES": queues, **self.env}
        if part in WORKERS:
            config = self.hosts.home(part) / "airflow" / "config"
            config.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / "deploy" / "airflow_local_settings.py", config)
            listens = ("--queues", ",".join(self.listens[part])) if part in self.listens else ()
            self.hosts.start(part, "worker", AIRFLOW, "celery", "worker", *listens, env=env)
        else:
            self.hosts.start("ctl", part, AIRFLOW, *CONTROL[part], env=env)

    def end(self, part: str, *, is_killed: bool = False, patience_s: float = 20) -> float:
        """End a part, or a worker; return the seconds that it took."""
        host, name = (part, "worker") if part in WORKERS else ("ctl", part)
        return self.hosts.end(host, name, is_killed=is_killed, patience_s=patience_s)

    def call(
        self, path: str, body: dict[str, Any] | None = None, *, method: str | None = None, **query: Any
    ) -> Any:
        """Return an answer of the REST API.

        Raises:
            OSError: it does not answer, or answers with an error.
        """
        url = f"http://{ADDRESSES['ctl']}:8080/api/v2/{path}?{urllib.parse.urlencode(query)}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(url, data, {"Content-Type": "application/json"}, method=method)
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with self.hosts.within("ctl"), direct.open(request, timeout=30 if data is None else 300) as answer:
            return json.load(answer)

    def ask(self, path: str, **query: Any) -> Any:
        """Return an answer of the REST API, if it takes a while."""
        deadline = time.monotonic() + 120
        while True:
            try:
                return self.call(path, **query)
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(1)

    def backfill(self, first: str, last: str) -> list[str]:
        """Ask for days as `airflow backfill create` does; return the ids of the runs there were before."""
        self._close_backfills()
        before = list(self.runs())
        self.call(
            "backfills",
            {
                "dag_id": DAG_ID,
                "from_date": f"{first}T00:00:00Z",
                "to_date": f"{last}T23:59:59Z",
                "reprocess_behavior": "completed",
                "max_active_runs": 4,
            },
        )
        return before

    def _close_backfills(self) -> None:
        """Close backfills that have ended; Airflow allows one, and looks for its end each half minute."""
        while left := [
            one["id"] for one in self.ask("backfills", dag_id=DAG_ID)["backfills"] if not one["completed_at"]
        ]:
            for backfill in left:
                with contextlib.suppress(urllib.error.HTTPError):  # Airflow has just done it
                    self.call(f"backfills/{backfill}/cancel", method="PUT")

    def runs(self) -> dict[str, dict[str, Any]]:
        """Return all runs by their ids, the latest first."""
        runs = self.pages(f"dags/{DAG_ID}/dagRuns", "dag_runs", order_by="-id")
        return {run["dag_run_id"]: run for run in runs}

    def tasks(self, run_id: str = "~") -> list[dict[str, Any]]:
        """Return the tasks of a run, or of all runs."""
        path = f"dags/{DAG_ID}/dagRuns/{urllib.parse.quote(run_id)}/taskInstances"
        return self.pages(path, "task_instances", order_by="id")

    def pages(self, path: str, name: str, **query: Any) -> list[dict[str, Any]]:
        """Return all that the REST API lists under a name."""
        return pages(self.ask, path, name, **query)

    def await_runs(self, before: list[str], *, limit_s: float = 600) -> dict[str, str]:
        """Wait until all runs but some have ended; return the state of each day.

        Raises:
            ConfigError: they did not end in time.
        """
        deadline = time.monotonic() + limit_s
        while True:
            asked = time.monotonic()
            runs = {name: run for name, run in self.runs().items() if name not in before}
            wait_s = max(0.5, 4 * (time.monotonic() - asked))  # to ask takes time from the tasks
            states = {run["partition_key"]: run["state"] for run in runs.values()}
            if states and all(state in ("success", "failed") for state in states.values()):
                return states
            if time.monotonic() > deadline:
                raise ConfigError(f"the runs have not ended: {states}\n{self.logs()}")
            time.sleep(wait_s)

    def await_task(self, stage: str, before: list[str], *, limit_s: float = 240) -> str:
        """Wait until a stage runs, and return the name of the worker's host."""
        deadline = time.monotonic() + limit_s
        while time.monotonic() < deadline:
            for run in (name for name in self.runs() if name not in before):
                for task in self.tasks(run):
                    if task["task_id"].endswith(stage) and task["state"] == "running" and task["hostname"]:
                        return str(task["hostname"]).removeprefix("news-")
            time.sleep(0.3)
        raise ConfigError(f"{stage} never ran\n{self.logs()}")

    def logs(self) -> str:
        """Return the last lines of all processes."""
        paths = sorted(self.hosts.folder.glob("*/*.log"))
        return "\n".join(f"== {path.parent.name}/{path.name}\n{path.read_text()[-1500:]}" for path in paths)

    def await_ready(self, *, limit_s: float = 180) -> None:
        """Wait until the api-server answers, and knows the DAG and the scheduler."""

        def is_ready() -> bool:
            try:
                health = self.call("monitor/health")
                dags = [dag["dag_id"] for dag in self.call("dags")["dags"]]
            except OSError:
                return False
            return health["scheduler"]["status"] == "healthy" and DAG_ID in dags

        services.await_true(is_ready, "Airflow did not start", limit_s=limit_s)


def environment(host: str, prefix: str) -> dict[str, str]:
    """Return what a site sets on its hosts; the database on the control host alone."""
    at = ADDRESSES["ctl"]
    settings = {
        "CORE__EXECUTOR": "CeleryExecutor",
        "CORE__DAGS_FOLDER": str(ROOT / "dags"),
        "CORE__LOAD_EXAMPLES": "False",
        "CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "CORE__DEFAULT_TIMEZONE": "utc",
        "CORE__EXECUTION_API_SERVER_URL": f"http://{at}:8080/execution/",
        "CORE__FERNET_KEY": "8vQ1m3dTq9yOqXx3e9C0m1bRr6m0y3m2m3c4d5e6f7g=",
        "CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True",
        "API__SECRET_KEY": "3b1f6a0e7c7c4e6f9c2d1a0b5e8f7d6c3b1f6a0e7c7c4e6f9c2d1a0b5e8f7d6c",
        "API_AUTH__JWT_SECRET": "9f8e7d6c5b4a39281706f5e4d3c2b1a09f8e7d6c5b4a39281706f5e4d3c2b1a0",
        "CELERY__BROKER_URL": f"redis://{at}:6379/0",
        "CELERY__RESULT_BACKEND": f"db+postgresql+psycopg2://{services.DATABASE}",
        "CELERY__WORKER_CONCURRENCY": "2",
        "CELERY_BROKER_TRANSPORT_OPTIONS__VISIBILITY_TIMEOUT": "86400",
        # Half a minute instead of five: a trial waits for what died.
        "SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "40",
        "SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL": "5",
        "SCHEDULER__TASK_QUEUED_TIMEOUT": "60",
        "SCHEDULER__TASK_QUEUED_TIMEOUT_CHECK_INTERVAL": "10",
        "SCHEDULER__USE_JOB_SCHEDULE": "False",
        "SCHEDULER__ENABLE_HEALTH_CHECK": "False",
        "USAGE_DATA_COLLECTION__ENABLED": "False",
    }
    if host == "ctl":
        settings |= {
            "DATABASE__SQL_ALCHEMY_CONN": f"postgresql+psycopg2://{services.DATABASE}",
            "API__HOST": at,
            "API__PORT": "8080",
            "API__BASE_URL": f"http://{at}:8080",
            "API__WORKERS": "1",
        }
    everybody = ",".join(ADDRESSES.values())
    return {
        **{f"AIRFLOW__{name}": value for name, value in settings.items()},
        **services.KEYS,
        "PATH": f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
        "LANG": "C.UTF-8",
        "OMP_NUM_THREADS": "1",
        "no_proxy": everybody,
        "NO_PROXY": everybody,
        "NEWSTABLES_SOURCE": "drop",
        "NEWSTABLES_DROP_DIR": str(ROOT / "data" / "sample"),
        "NEWSTABLES_DATA_DIR": services.data_dir(prefix),
        "NEWSTABLES_PROCESSES": "1",
        "NEWSTABLES_FLEET_PROCESSES": "4",
    }


@contextlib.contextmanager
def cluster(
    say: Callable[[str], None] = lambda text: None,
    *,
    queues: Mapping[str, str] | None = None,
    listens: Mapping[str, Sequence[str]] | None = None,
    env: Mapping[str, str] | None = None,
) -> Iterator[Cluster]:
    """Bring a cluster up, and take it down with all that it started.

    Args:
        say: is told how far it is.
        queues: the queue of a stage, by its name; the other stages have Airflow's own.
        listens: the queues that a worker listens on, by its host; without, on Airflow's own.
        env: what all hosts have beside, or instead of, `environment`.

    Raises:
        ConfigError: something that it needs is missing, or did not start.
    """
    with hosts() as up:
        made = Cluster(up, queues=queues or {}, listens=listens or {}, env=env or {})
        say("hosts are up")
        services.start_s3(up)
        services.start_postgres(up)
        services.start_redis(up)
        say("S3, Postgres and Redis are up")
        up.run("ctl", AIRFLOW, "db", "migrate", env=environment("ctl", made.prefix))
        for part in (*CONTROL, *WORKERS):
            made.start(part)
        made.await_ready()
        say("Airflow is up")
        yield made
