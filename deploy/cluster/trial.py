"""Days by a cluster, compared byte for byte with the same days by one command here."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from deploy.cluster import services
from deploy.cluster.airflow import ROOT, Cluster, environment
from deploy.cluster.published import published
from pipeline.errors import ConfigError

FIRST, LAST = "2026-03-01", "2026-03-04"

QUEUES = {"ingest": "drop", "parse": "cores", "extract": "cores"}
LISTENS = {"w1": ("drop", "cores", "default"), "w2": ("cores",)}
"""One worker is where the drop folder is and does all; the other only parses and extracts."""


def run_here(folder: Path, first: str = FIRST, last: str = LAST) -> dict[str, str]:
    """Run days by the command line into a folder; return the checksums of what it published."""
    own = {"NEWSTABLES_DATA_DIR": str(folder), "NEWSTABLES_DROP_DIR": str(ROOT / "data" / "sample")}
    env = {name: value for name, value in os.environ.items() if not name.startswith(("NEWSTABLES", "AWS_"))}
    command = [sys.executable, "-m", "pipeline", "run", first, last]
    done = subprocess.run(command, env=env | own, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ConfigError(f"the days do not run here:\n{done.stderr[-3000:]}")
    return published(str(folder))


def in_cluster(cluster: Cluster) -> dict[str, str]:
    """Return the checksums of what a cluster published."""
    env = environment("ctl", cluster.prefix) | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "deploy.cluster.published", services.data_dir(cluster.prefix)]
    found: dict[str, str] = json.loads(cluster.hosts.run("ctl", *command, env=env).splitlines()[-1])
    return found


def differences(here: dict[str, str], there: dict[str, str]) -> list[str]:
    """Return the files that one has and the other has not, or has with other bytes."""
    return sorted(path for path in here.keys() | there.keys() if here.get(path) != there.get(path))


def misplaced(cluster: Cluster, before: Sequence[str]) -> tuple[list[str], Counter[str]]:
    """Look where the tasks of runs were done, but for those of some runs.

    Returns:
        The tasks that were in another queue than their stage's, or on a worker that does not listen there;
        and how many each worker did of each stage.
    """
    wrong: list[str] = []
    done: Counter[str] = Counter()
    for run in (name for name in cluster.runs() if name not in before):
        for task in cluster.tasks(run):
            stage, host = task["task_id"].rpartition(".")[2], str(task["hostname"]).removeprefix("news-")
            queue = QUEUES.get(stage, "default")
            if task["queue"] != queue or queue not in LISTENS[host]:
                wrong.append(f"{run} {task['task_id']}: in {task['queue']}, by {host}")
            done[f"{stage} by {host}"] += 1
    return wrong, done


def clear(cluster: Cluster) -> None:
    """Remove all that a cluster has made."""
    code = "import sys; from pipeline.store import Store; Store(sys.argv[1]).remove_folder('')"
    command = [sys.executable, "-c", code, services.data_dir(cluster.prefix)]
    cluster.hosts.run("ctl", *command, env=environment("ctl", cluster.prefix) | {"PYTHONPATH": str(ROOT)})
