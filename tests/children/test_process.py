"""A child starts whoever its parent is, says why it does not, and goes when its parent goes."""

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
import served

from pipeline.children.process import Child, ChildDiedError, ChildStartError

ROOT = Path(__file__).parents[2]
BOTH = "[[2], [4, 6]]\n['One']\n"


@pytest.fixture
def child() -> Iterator[Child]:
    child = Child(served.echo)
    yield child
    child.end()


def ask(child: Child, message: str) -> Any:
    """Return the child's answer."""
    if not child.is_ready:
        assert child.receive() == ("ready", None)
    child.pipe.send(message)
    kind, value = child.receive()
    assert kind == "answer"
    return value


def run_python(*args: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run Python as a user would, with the project and these tests to be found."""
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(Path(__file__).parent)])}
    return subprocess.run(
        [sys.executable, *args],
        env={**env, **options.pop("env", {})},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        **options,
    )


# ---- whoever the parent is -------------------------------------------------------------------------


def in_a_fork_of_a_daemon(path: str) -> None:
    """Fork, as Celery's workers do for each task, and want children there."""
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            # The check that forbids daemonic processes to have children holds in a fork of one, too.
            assert multiprocessing.current_process().daemon
            sys.stdout = Path(path).open("w", encoding="utf-8")  # noqa: SIM115 - it ends with the process
            served.both_kinds()
            status = 0
        finally:
            os._exit(status)
    os._exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))


def test_a_daemonic_process_has_children(tmp_path: Path) -> None:
    """As in a worker of Celery, whose processes are daemonic ones of billiard.

    Celery is not among what the project installs; multiprocessing, of which billiard is a fork, refuses
    children to daemonic processes by the same check.
    """
    out = tmp_path / "out"
    daemon = multiprocessing.get_context("spawn").Process(
        target=in_a_fork_of_a_daemon, args=(str(out),), daemon=True
    )
    daemon.start()
    daemon.join(120)
    assert daemon.exitcode == 0
    assert out.read_text() == BOTH


POD = """
import importlib.util, os, sys
sys.modules["__main__"].__spec__ = importlib.util.find_spec("airflow.sdk.execution_time.execute_workload")
os.environ["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"] = "airflow-db-not-allowed:///"
import served
served.both_kinds()
"""


@pytest.mark.slow
def test_a_task_of_airflow_has_children_although_its_main_module_cannot_be_run_again(tmp_path: Path) -> None:
    """As in a pod of the KubernetesExecutor: the supervisor has taken the database away."""
    script = tmp_path / "workload.py"
    script.write_text(POD)
    done = run_python(str(script), env={"AIRFLOW_HOME": str(tmp_path)})
    assert done.stdout == BOTH, done.stderr


GUARDLESS = "import served; served.both_kinds()"


def test_a_command_line_has_children() -> None:
    assert run_python("-c", GUARDLESS).stdout == BOTH


def test_a_script_from_standard_input_has_children() -> None:
    assert run_python("-", input=GUARDLESS).stdout == BOTH


def test_a_script_without_a_guard_has_children_and_is_run_once(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(GUARDLESS)
    assert run_python(str(script)).stdout == BOTH


def test_a_parent_that_has_gone_elsewhere_has_children(tmp_path: Path) -> None:
    """The project is found by the empty entry of `sys.path` here, which means the current folder."""
    code = (
        f"import sys; sys.path.append({str(Path(__file__).parent)!r}); import pipeline, served, os;"
        f"os.chdir({str(tmp_path)!r}); served.both_kinds()"
    )
    (tmp_path / "pickle.py").write_text("raise ImportError('taken from the current folder')")
    done = run_python("-c", code, cwd=ROOT, env={"PYTHONPATH": ""})
    assert done.stdout == BOTH, done.stderr


def test_a_parent_whose_folder_was_removed_has_children(tmp_path: Path) -> None:
    (tmp_path / "gone").mkdir()
    code = f"import os; os.rmdir({str(tmp_path / 'gone')!r}); {GUARDLESS}"
    done = run_python("-c", code, cwd=tmp_path / "gone")
    assert done.stdout == BOTH, done.stderr


IN_MAIN = """
from pipeline.children.chunks import Children, map_chunks

def start():
    return lambda items: [item + 1 for item in items]

if __name__ == "__main__":
    with Children(start, processes=1) as children:
        print(*map_chunks([[1]], children, failed=None, seconds_per_item=60))
"""


def test_the_work_may_stand_in_the_script_itself(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(IN_MAIN)
    assert run_python(str(script)).stdout == "[2]\n"
    assert run_python("-m", "script", cwd=tmp_path).stdout == "[2]\n"


@pytest.mark.parametrize("args", [("-c", IN_MAIN), ("-",)])
def test_work_that_stands_in_no_file_is_refused(args: tuple[str, ...]) -> None:
    done = run_python(*args, input=IN_MAIN)
    assert done.stderr.splitlines()[-1] == (
        "TypeError: no child process can import start from a __main__ that is no file: put it in a module"
    )


def test_a_child_of_a_thread_outlives_it() -> None:
    found: list[Child] = []
    thread = threading.Thread(target=lambda: found.append(Child(served.echo)))
    thread.start()
    thread.join()
    time.sleep(0.5)
    assert ask(found[0], "hello") == "hello"
    found[0].end()


def test_a_child_has_the_parents_path(child: Child) -> None:
    assert set(sys.path) - {""} <= set(ask(child, "path"))


# ---- how it ends -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("how", "error", "message"),
    [
        ("exit", ChildStartError, "it ended with exit code 3"),
        ("abort", ChildStartError, "it was killed by SIGABRT"),
        ("killed", ChildDiedError, "it was killed by SIGKILL"),
    ],
)
def test_one_that_does_not_start_says_what_it_said_last(how: str, error: type, message: str) -> None:
    child = Child(served.start_badly, how)
    with pytest.raises(error) as raised:
        child.receive()
    child.end()
    said = str(raised.value).splitlines()
    assert said[0] == f"a child process did not start: {message}; it said:"
    assert said[-2:] == ["line 99999", "the library is not there"]
    assert len(said) < 20
    # What it did itself it would do again; what was done to it, perhaps not.
    assert isinstance(raised.value, ChildStartError) == (how != "killed")


def test_one_that_hangs_while_it_starts_says_what_it_said_last() -> None:
    child = Child(served.start_badly, "hang")
    assert not child.pipe.poll(1.0)
    assert str(child.late(1.0)).endswith("the library is not there")
    child.end()


def test_what_it_raises_while_it_starts_arrives_as_it_was_raised(capfd: pytest.CaptureFixture[str]) -> None:
    child = Child(served.start_badly, "raise")
    with pytest.raises(ValueError, match="as it was raised") as raised:
        child.receive()
    child.end()
    assert "in start_badly" in raised.value.__notes__[0]
    assert capfd.readouterr().err.endswith("the library is not there\n")


def test_one_that_cannot_be_imported_in_the_child_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(served.echo, "__module__", "nowhere")
    monkeypatch.setitem(sys.modules, "nowhere", served)
    child = Child(served.echo)
    with pytest.raises(ModuleNotFoundError, match="nowhere"):
        child.receive()
    child.end()


def test_an_interpreter_that_cannot_start_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\necho libpython3.so: cannot open >&2\nexit 127\n")
    python.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(python))
    child = Child(served.echo)
    with pytest.raises(ChildStartError, match=r"exit code 127; it said:\nlibpython3\.so: cannot open"):
        child.receive()
    child.end()


@pytest.mark.parametrize(
    ("message", "error", "said"),
    [
        ("raise", EOFError, "as it was raised"),
        ("raise what does not pickle", RuntimeError, "served.UnpicklableError: one two"),
    ],
)
def test_what_it_raises_at_work_arrives_as_it_was_raised(
    child: Child, message: str, error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said) as raised:
        ask(child, message)
    assert "raised in a child process" in raised.value.__notes__[0]


def test_a_killed_child_is_told_from_one_that_ends(child: Child) -> None:
    ask(child, "hello")
    child.kill()
    with pytest.raises(ChildDiedError, match="killed by SIGKILL") as raised:
        child.receive()
    assert raised.value.is_killed and not isinstance(raised.value, ChildStartError)


def test_its_stderr_is_the_parents(child: Child, capfd: pytest.CaptureFixture[str]) -> None:
    other = Child(served.echo)  # after capfd: it is handed the stderr that is captured
    ask(other, "say")
    other.end()
    assert capfd.readouterr().err == "said in a child\n"


def test_a_death_is_noticed_although_another_process_holds_the_pipe() -> None:
    """One that the child forked holds all that the child had."""
    from pipeline.children.chunks import Children, map_chunks

    def failed(item: int, fault: str) -> list[Any]:
        return [item, fault]

    with Children(served.start_grandparent, processes=1) as children:
        results = map_chunks([[0]], children, failed=failed, seconds_per_item=30)
        start = time.monotonic()
        assert list(results) == [[0, "out_of_memory"]]
        assert time.monotonic() - start < 20


# ---- what belongs to whom --------------------------------------------------------------------------


def test_children_hold_nothing_of_each_other(child: Child) -> None:
    with Path(__file__).open() as inherited:
        os.set_inheritable(inherited.fileno(), True)
        other = Child(served.echo)
        assert len(ask(other, "descriptors")) == len(ask(child, "descriptors")) == 1
        assert ask(other, "grandchild's descriptors") == []
    other.end()


def test_descriptors_do_not_pile_up() -> None:
    for _ in range(3):
        child = Child(served.echo)
        ask(child, "hello")
        child.end()
        before = served.open_descriptors()
    assert served.open_descriptors() == before


def test_a_fork_lets_go_of_a_child_without_ending_it(child: Child) -> None:
    ask(child, "hello")
    pid = os.fork()
    if pid == 0:
        child.end()
        os._exit(0)
    os.waitpid(pid, 0)
    assert ask(child, "hello") == "hello"


# ---- the end of the parent -------------------------------------------------------------------------

ORPHANS = """
import sys, time, threading, served
from pipeline.children.process import Child

def begin():
    for message in sys.argv[2:]:
        child = Child(served.echo)
        child.receive()
        children.append(child)
        print(child.pid, flush=True)
        if message != "wait":
            child.pipe.send(message)

children = []
if sys.argv[1] == "thread":
    threading.Thread(target=begin).start()
else:
    begin()
time.sleep(600)
"""


@pytest.mark.parametrize(
    ("where", "doing"),
    [
        ("main", ["wait", "wait"]),
        ("thread", ["wait"]),
        pytest.param(
            "main",
            ["hang", "wait"],
            marks=pytest.mark.skipif(sys.platform != "linux", reason="Linux ends a child that hangs in C"),
        ),
    ],
)
def test_children_go_when_their_parent_is_killed(where: str, doing: list[str]) -> None:
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(Path(__file__).parent)])}
    with subprocess.Popen(
        [sys.executable, "-c", ORPHANS, where, *doing], stdout=subprocess.PIPE, text=True, env=env
    ) as parent:
        assert parent.stdout is not None
        children = [psutil.Process(int(parent.stdout.readline())) for _ in doing]
        parent.send_signal(signal.SIGKILL)
    _, alive = psutil.wait_procs(children, timeout=10)
    assert not [child for child in alive if child.status() != psutil.STATUS_ZOMBIE]
