"""What a host's processes took is counted with what they started, also when that has ended."""

import subprocess
import sys

import psutil

from deploy.cluster.hosts import cpu_s

BURN = "import time\nwhile time.process_time() < 0.5: pass\nprint('done', flush=True)\nif {}: input()"


def test_the_seconds_of_children_that_ended_and_of_those_that_run_are_counted_once() -> None:
    code = f"""
import subprocess, sys
for is_left in (False, True):
    subprocess.Popen([sys.executable, "-c", {BURN!r}.format(is_left)]).wait()
"""
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert [process.stdout.readline() for _ in range(2)] == ["done\n", "done\n"]
        seconds = cpu_s(psutil.Process(process.pid))
        process.communicate("\n")
    assert 0.95 <= seconds < 2.0  # two children burn half a second each; the kernel counts hundredths
    assert process.returncode == 0


def test_of_a_process_that_is_gone_there_is_nothing() -> None:
    process = psutil.Popen([sys.executable, "-c", ""])
    process.wait()
    assert cpu_s(process) == 0.0
