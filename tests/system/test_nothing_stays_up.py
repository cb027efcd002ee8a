"""Hosts in namespaces are gone with all that runs on them, however who brought them up is ended."""

import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

pytestmark = pytest.mark.system

# What was started in the background inherits that Ctrl-C is ignored.
CODE = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from deploy.cluster.hosts import hosts
with hosts() as up:
    up.start("w1", "sleeper", "sleep", "600")
    print(up.folder, up.tag, up.processes["w1", "sleeper"].pid, flush=True)
    sys.stdin.read()
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_nothing_stays_of_them(number: signal.Signals) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", CODE],
        cwd=Path(__file__).parents[2],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    folder, tag, pid = process.stdout.readline().split()
    assert Path(folder).exists() and psutil.pid_exists(int(pid))
    process.send_signal(number)
    assert process.wait(timeout=60) != 0
    process.communicate()
    assert not Path(folder).exists() and not psutil.pid_exists(int(pid))
    assert not [path.name for path in Path("/run/netns").iterdir() if tag in path.name]
