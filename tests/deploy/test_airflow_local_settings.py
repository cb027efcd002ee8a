"""Tasks are forked from a scheduler, or a worker, that has loaded the stages; other parts have not."""

import ast
import subprocess
import sys

import pytest

from pipeline.stages import STAGES

pytestmark = pytest.mark.slow

CODE = """
import sys
sys.path.insert(0, "deploy")
import airflow_local_settings
import threading
print(sorted(name for name in sys.modules if name.startswith("pipeline.stages.")))
print(threading.active_count())
"""


@pytest.mark.parametrize(
    "part", [["scheduler"], ["celery", "worker", "--queues", "drop"], ["api-server"], ["dag-processor"]]
)
def test_only_what_tasks_are_forked_from_has_loaded_the_stages(part: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", CODE, *part], capture_output=True, text=True, check=True, timeout=300
    )
    loaded, n_threads = done.stdout.splitlines()
    stages = {f"pipeline.stages.{stage.name}" for stage in STAGES}
    are_forked = {"scheduler", "worker"} & set(part)
    assert stages & set(ast.literal_eval(loaded)) == (stages if are_forked else set())
    assert n_threads == "1"  # a fork copies no other
