"""Children start where Celery's workers and Kubernetes' pods run a task, whatever main module these have."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.system

ROOT = Path(__file__).parents[2]

TASK = """
import sys
from pathlib import Path

from pipeline.children.chunks import Children, map_chunks
from pipeline.ingest.formats.apart import Task, read_apart
from pipeline.ingest.formats.reader import Limits


def start():
    return lambda items: [2 * item for item in items]


def run(folder):
    with Children(start, processes=2) as children:
        print(list(map_chunks([[1], [2], [3]], children, failed=None, seconds_per_item=30)))
    page = Path(folder, "page.xml")
    page.write_text("<a><b>1</b></a>")
    task = Task(page, "page.xml", Limits(record_bytes=1000, page_bytes=5000), 15, None)
    print(len(list(read_apart(task, seconds=30))), "of the file")
    sys.stdout.flush()
"""

CELERY_LIKE = """
import os
import sys

import billiard


def pool_process(folder):
    process = os.fork()  # as the supervisor of a task does, in a process of the pool, which is a daemon
    if process == 0:
        code = 1
        try:
            from task import run

            run(folder)
            code = 0
        finally:
            os._exit(code)
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]))


if __name__ == "__main__":
    pool = billiard.Process(target=pool_process, args=(sys.argv[1],), daemon=True)
    pool.start()
    pool.join()
    sys.exit(pool.exitcode)
"""

KUBERNETES_LIKE = """
import sys

from task import run

# No guard: whoever takes this main module for its own runs the task again.
print("main")
run(sys.argv[1])
"""


def run(folder: Path, main: str) -> list[str]:
    (folder / "task.py").write_text(TASK)
    (folder / "main.py").write_text(main)
    done = subprocess.run(
        [sys.executable, "main.py", str(folder)],
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": f"{folder}:{ROOT}"},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.splitlines()


def test_in_a_daemonic_process_of_celerys_pool(tmp_path: Path) -> None:
    assert run(tmp_path, CELERY_LIKE) == ["[[2], [4], [6]]", "1 of the file"]


def test_under_a_main_module_without_a_guard(tmp_path: Path) -> None:
    assert run(tmp_path, KUBERNETES_LIKE) == ["main", "[[2], [4], [6]]", "1 of the file"]
