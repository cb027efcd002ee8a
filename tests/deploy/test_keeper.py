"""The keeper ends what it started, and what that started, however stubborn it is."""

import subprocess
import sys
import time

import psutil
import pytest

from deploy.local.keeper import _FIRST_S, _FORCE_S, _LESS_S, _OTHERS_S, _end

POLITE = "import time; time.sleep(600)"
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"
PARENT = f"""
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", {STUBBORN!r}], start_new_session=True)
print(child.pid, flush=True)
time.sleep(600)
"""


def started(code: str) -> psutil.Popen:
    return psutil.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, start_new_session=True)


@pytest.mark.parametrize("code", [POLITE, STUBBORN, PARENT])
def test_nothing_is_left(code: str) -> None:
    heads = [started(code), started(POLITE)]
    time.sleep(1.0)
    family = [member for head in heads for member in (head, *head.children(recursive=True))]
    began = time.monotonic()
    _end(heads, patience_s=0.5)
    assert time.monotonic() - began < 0.5 + _LESS_S + _FORCE_S + 2
    assert not [one for one in family if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]
    for head in heads:
        head.wait(5)


def test_all_patience_together_is_less_than_fifteen_seconds() -> None:
    assert _FIRST_S + _OTHERS_S + 2 * (_LESS_S + _FORCE_S) < 15 - 2
