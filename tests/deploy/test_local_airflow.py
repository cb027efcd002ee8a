"""What the local Airflow is told at its start: tasks are forked from a scheduler that has loaded their code."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.local.airflow import _LOCAL_SETTINGS
from pipeline.stages import STAGES

pytestmark = pytest.mark.slow

CODE = """
import sys
import airflow_local_settings
import threading
print(sorted(name for name in sys.modules if name.startswith("pipeline.stages.")))
print(threading.active_count(), len(airflow_local_settings.DASHBOARD_UIALERTS))
"""


@pytest.mark.parametrize("part", ["scheduler", "api-server", "dag-processor"])
def test_the_scheduler_and_no_other_part_has_loaded_the_stages(part: str, tmp_path: Path) -> None:
    (tmp_path / "airflow_local_settings.py").write_text(_LOCAL_SETTINGS, encoding="utf-8")
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r}){CODE}"
    done = subprocess.run(
        [sys.executable, "-c", code, part], capture_output=True, text=True, check=True, timeout=300
    )
    loaded, rest = done.stdout.splitlines()
    stages = {f"pipeline.stages.{stage.name}" for stage in STAGES}
    assert (stages <= set(ast.literal_eval(loaded))) == (part == "scheduler")
    assert part == "scheduler" or not stages & set(ast.literal_eval(loaded))
    assert rest == "1 1"  # no thread: it is to be forked
