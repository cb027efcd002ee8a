"""Children that are forked off do what others do; where a fork would not be safe there is none."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pipeline.children.light import leaving_out

HERE = Path(__file__).parent
ROOT = HERE.parents[1]

linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux's processes are forked")


def run(forks: str, how: str, *chunks: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, str(HERE / "forks.py"), forks, how, *chunks],
        capture_output=True, text=True, check=True, cwd=ROOT, timeout=60,
        env=os.environ | {"PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"},
    )  # fmt: skip
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.mark.parametrize("forks", ["never", "before start", "after start"])
def test_results_keep_their_order_and_the_dead_cost_themselves_alone(forks: str) -> None:
    found = run(forks, "well", "a b", "c die d", "e hang", "f", "exit g")
    faults = {"die: out_of_memory", "hang: timeout", "exit: extraction_error"}
    assert found["results"] == [
        "A", "B", "C", "die: out_of_memory", "D", "E", "hang: timeout", "F", "exit: extraction_error", "G",
    ]  # fmt: skip
    assert faults <= set(found["results"])
    assert found["children"] == "none"


@linux
@pytest.mark.parametrize(("forks", "times"), [("before start", 0), ("after start", 1)])
def test_forked_children_share_what_was_started_before(forks: str, times: int) -> None:
    found = run(forks, "well", "pids", "pids")
    assert found["can"]
    assert found["started"] == [found["pid"]] * times
    for pid, parent, started in found["results"]:
        assert parent == found["pid"] != pid
        assert started == ([parent] if times else [pid])


@linux
def test_a_single_child_starts_by_itself_and_others_in_its_place_share(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PROCESSES", "1")
    found = run("after start", "well", "pids", "exit", "pids", "exit pids")
    (first, *_), _, second, _, third = found["results"]
    assert found["results"][0] == [first, found["pid"], [first]]
    assert found["started"] == [found["pid"]]
    for pid, parent, started in (second, third):
        assert pid != first
        assert started == [parent] == [found["pid"]]


@linux
def test_a_forked_child_holds_nothing_of_its_parent_and_leaves_ctrl_c_to_it() -> None:
    found = run("after start", "well", "descriptors", "signals")
    descriptors, (ignores, alarm) = found["results"]
    # Its standard streams, its pipe, and the listing that counts them.
    assert len(descriptors) == 5
    assert ignores
    assert alarm == 0


@pytest.mark.parametrize("forks", ["never", "before start", "after start"])
def test_what_start_or_work_raise_is_raised_by_who_asked(forks: str) -> None:
    assert run(forks, "badly", "a")["error"] == ["ConfigError", "no such model"]
    assert run(forks, "well", "a raise")["error"] == ["ValueError", "as it was raised"]


def test_a_process_with_another_thread_is_not_forked() -> None:
    found = run("after start", "thread", "a", "pids")
    assert not found["can"]
    assert found["started"] == []
    assert found["results"][0] == "A"
    pid, _, started = found["results"][1]
    assert started == [pid]


def test_what_is_left_out_is_there_for_who_asks() -> None:
    code = (
        "import sys; from pipeline.children.light import import_spacy, leaving_out; import_spacy();"
        "import spacy; print('requests' in sys.modules, len(spacy.info(silent=True)) > 1);"
        "import spacy.cli; print(hasattr(spacy.cli, 'train_cli'))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.split() == ["False", "True", "True"]
    with leaving_out("json"):
        import json as there
    assert there is json
