"""What can go wrong in a cluster while two days run, and whether anything is lost or doubled by it."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from deploy.cluster import services
from deploy.cluster.airflow import Cluster
from deploy.cluster.hosts import ADDRESSES
from deploy.cluster.proxy import Faults
from deploy.cluster.trial import clear, differences, in_cluster
from pipeline.errors import ConfigError

LIMIT_S = 480.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a fault.

    Attributes:
        name: of the fault.
        what: was done, in words.
        states: of the days.
        wrong: files that are not those of an undisturbed run.
        tries: tasks that needed more than one try.
        wall_s: from the start of the days to the end of their runs.
        after_s: of these, after the fault was over.
    """

    name: str
    what: str
    states: dict[str, str]
    wrong: list[str]
    tries: list[str]
    wall_s: float
    after_s: float

    @property
    def is_good(self) -> bool:
        """Nothing was lost, and nothing doubled."""
        return not self.wrong and set(self.states.values()) == {"success"}

    def line(self) -> str:
        """Return all of it in a line."""
        result = "all bytes equal" if self.is_good else f"WRONG: {self.states} {self.wrong}"
        again = f"; again: {', '.join(self.tries)}" if self.tries else ""
        return (
            f"{self.name}: {self.what}; {result}; {self.wall_s:.0f} s, {self.after_s:.0f} s after it{again}"
        )


def run_fault(cluster: Cluster, name: str, here: dict[str, str]) -> Outcome:
    """Run two days, disturb them, and compare what is published with an undisturbed run."""
    clear(cluster)
    before = cluster.backfill("2026-03-01", "2026-03-02")
    start = time.monotonic()
    try:
        what = FAULTS[name](cluster, before)
    finally:
        services.s3_faults(cluster.hosts, Faults())
    over = time.monotonic()
    try:
        states = cluster.await_runs(before, limit_s=LIMIT_S)
    except ConfigError:
        states = {"in time": "not ended"}
    end = time.monotonic()
    tries = [
        f"{task['task_id'].rpartition('.')[2]} {run['partition_key'][-2:]} x{task['try_number']}"
        for run_id, run in cluster.runs().items()
        if run_id not in before
        for task in cluster.tasks(run_id)
        if task["try_number"] > 1
    ]
    wrong = differences(here, in_cluster(cluster))
    return Outcome(name, what, states, wrong, sorted(tries), end - start, end - over)


def _worker_killed(cluster: Cluster, before: list[str], *, stage: str) -> str:
    host = cluster.await_task(stage, before)
    cluster.end(host, is_killed=True)
    time.sleep(5)
    cluster.start(host)
    return f"kill -9 of {host} in {stage}, back after 5 s"


def _worker_stopped(cluster: Cluster, before: list[str]) -> str:
    host = cluster.await_task("parse", before)
    took_s = cluster.end(host, patience_s=150)
    cluster.start(host)
    return f"SIGTERM to {host} in parse, gone after {took_s:.0f} s, then started"


def _redis_restarted(cluster: Cluster, before: list[str]) -> str:
    cluster.await_task("parse", before)
    cluster.hosts.end("ctl", "redis", is_killed=True)
    time.sleep(5)
    services.start_redis(cluster.hosts)
    return "Redis killed, back empty after 5 s"


def _postgres_restarted(cluster: Cluster, before: list[str]) -> str:
    cluster.await_task("parse", before)
    process = cluster.hosts.processes["ctl", "postgres"]
    os.kill(cluster.hosts.family(process)[0].pid, signal.SIGQUIT)  # an immediate shutdown
    process.wait(timeout=30)
    del cluster.hosts.processes["ctl", "postgres"]
    (cluster.hosts.home("ctl") / "postgres" / "data" / "postmaster.pid").unlink(missing_ok=True)
    time.sleep(8)
    services.start_postgres(cluster.hosts)
    time.sleep(15)
    ended = [name for name in ("api-server", "scheduler", "dag-processor") if not _is_there(cluster, name)]
    for name in ended:  # as a supervisor does
        cluster.hosts.processes.pop(("ctl", name), None)
        cluster.start(name)
    return f"Postgres away for 8 s; a supervisor started {', '.join(ended) or 'nothing'}"


def _is_there(cluster: Cluster, name: str) -> bool:
    process = cluster.hosts.processes["ctl", name]
    return bool(process.poll() is None)


def _scheduler_killed(cluster: Cluster, before: list[str]) -> str:
    cluster.await_task("parse", before)
    cluster.end("scheduler", is_killed=True)
    time.sleep(15)
    cluster.start("scheduler")
    return "kill -9 of the scheduler, back after 15 s"


def _api_server_killed(cluster: Cluster, before: list[str]) -> str:
    cluster.await_task("parse", before)
    cluster.end("api-server", is_killed=True)
    time.sleep(20)
    cluster.start("api-server")
    cluster.await_ready()
    return "kill -9 of the API server, back after 20 s"


def _worker_cut_off(cluster: Cluster, before: list[str]) -> str:
    host = cluster.await_task("parse", before)
    cluster.hosts.cut_off(host, ADDRESSES["ctl"])
    time.sleep(75)
    cluster.hosts.let_through(host, ADDRESSES["ctl"])
    return f"{host} cut off from API server and Redis for 75 s, not from S3"


def _s3(cluster: Cluster, before: list[str], *, faults: Faults, seconds: float, what: str) -> str:
    cluster.await_task("parse", before)
    services.s3_faults(cluster.hosts, faults)
    time.sleep(seconds)
    if faults.is_silent:  # connections that hang stay so, as in a network that swallows packets
        cluster.hosts.end("s3", "proxy", is_killed=True)
        services.s3_faults(cluster.hosts, Faults())
        services.start_proxy(cluster.hosts)
    return what


def _s3_fails(cluster: Cluster, before: list[str]) -> str:
    at = services.s3_counts(cluster.hosts)
    services.s3_faults(cluster.hosts, Faults(error=0.08, cut=0.04, torn=0.04, lost=0.04))
    states = cluster.await_runs(before, limit_s=LIMIT_S)
    now = services.s3_counts(cluster.hosts)
    n_failed = sum(now.get(name, 0) - at.get(name, 0) for name in ("error", "cut", "torn", "lost"))
    return f"20 of 100 requests fail all the time, {n_failed} did ({len(states)} days)"


FAULTS: dict[str, Callable[[Cluster, list[str]], str]] = {
    **{
        f"kill-{stage}": partial(_worker_killed, stage=stage)
        for stage in ("ingest", "parse", "extract", "publish", "derive")
    },
    "term": _worker_stopped,
    "redis": _redis_restarted,
    "postgres": _postgres_restarted,
    "scheduler": _scheduler_killed,
    "api": _api_server_killed,
    "cut-off": _worker_cut_off,
    "s3-away": partial(_s3, faults=Faults(is_away=True), seconds=60, what="S3 refuses all for 60 s"),
    "s3-hangs": partial(_s3, faults=Faults(is_silent=True), seconds=60, what="S3 answers nothing for 60 s"),
    "s3-fails": _s3_fails,
}
