"""Tasks are forked from a scheduler, or a worker, that has loaded libraries, and no code of the project."""

import ast
import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow

CODE = """
import sys
sys.path.insert(0, "deploy")
import airflow_local_settings
import threading
print(sorted({name.partition(".")[0] for name in sys.modules}))
print(threading.active_count())
from pipeline.stages import STAGES
print(all(stage.run for stage in STAGES))
"""


@pytest.mark.parametrize(
    "part", [["scheduler"], ["celery", "worker", "--queues", "drop"], ["api-server"], ["dag-processor"]]
)
def test_only_what_tasks_are_forked_from_has_loaded_their_libraries(part: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", CODE, *part], capture_output=True, text=True, check=True, timeout=300
    )
    loaded, n_threads, can_be_imported = done.stdout.splitlines()
    are_forked = bool({"scheduler", "worker"} & set(part))
    packages = set(ast.literal_eval(loaded))
    assert packages & {"spacy", "pyarrow"} == ({"spacy", "pyarrow"} if are_forked else set())
    assert not packages & {"pipeline", "schemas"}  # a task takes the code that stands there when it begins
    assert n_threads == "1"  # a fork copies no other
    assert can_be_imported == "True"
