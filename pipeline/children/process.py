"""Start a child process that serves one pipe, from whatever process it is asked for.

A child is a new Python to which one end of a socket pair is handed over. It depends on nothing of its parent
but what that pipe brings: the parent's `sys.path`, and which function to import. So it starts alike from a
console script, a notebook, a thread, standard input, or a daemonic process such as Celery's, which may not
have a `multiprocessing.Process`; and it does not run the parent's main module again, which in Airflow is
Airflow.

Messages of a child are pairs of a kind and a value. The first kind is `ready`; `error` brings an exception;
what else there is, is a matter of the function that serves.
"""

from __future__ import annotations

import contextlib
import io
import os
import pickle
import runpy
import signal
import subprocess
import sys
import tempfile
import threading
import traceback
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from types import FunctionType, ModuleType
from typing import IO, Any, Protocol

type Serve = Callable[[Connection], None]
"""What a child does once it is ready, until its parent hangs up."""

_ROOT = str(Path(__file__).absolute().parents[2])
try:
    _FOLDER = str(Path.cwd())
except FileNotFoundError:  # it was removed; then nothing was imported from it
    _FOLDER = os.sep

_DYING_S = 10.0
"""The time between the end of a pipe and that of the process which held it."""

_SAID_BYTES, _SAID_LINES = 1 << 16, 12

_OWN_FAULTS = {signal.SIGABRT, signal.SIGBUS, signal.SIGFPE, signal.SIGILL, signal.SIGSEGV, signal.SIGSYS}
"""Signals that a process earns by what it does; others are sent to it."""


class Process(Protocol):
    """A process that was started: what is asked of it."""

    @property
    def pid(self) -> int:
        """Its process id."""

    def poll(self) -> int | None:
        """Return how it ended, a signal as a negative number; None while it runs."""

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end, and return how it ended."""

    def kill(self) -> None:
        """Kill it; nothing happens where it has ended."""


class ChildDiedError(ChildProcessError):
    """A child has ended by itself.

    Attributes:
        is_killed: a signal ended it: mostly SIGKILL, by the kernel when memory ran out.
    """

    def __init__(self, message: str, *, is_killed: bool = False) -> None:
        super().__init__(message)
        self.is_killed = is_killed


class ChildStartError(ChildDiedError):
    """A child has ended before it was ready, by what it did itself: the next one will do the same."""


class Child:
    """A child process and the pipe to it."""

    def __init__(self, prepare: Callable[..., Serve], *args: Any) -> None:
        """Start it, without waiting until it is ready.

        Args:
            prepare: called in the child; returns the function that serves the pipe. It must be importable.
                One in `__main__` is, where that is a file or a module, which the child then imports.
            args: its arguments, for which the same holds.

        Raises:
            TypeError: something of it stands where no child can import it from.
            OSError: the system starts no process.
        """
        work, main = _pickled((prepare, args))
        ours, theirs = Pipe()
        # Until it is ready its stderr is a file, so that the last lines can be told. A pipe would have to be
        # emptied while it writes.
        self._said: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - open until the child is ready
        stderr = _copy_of_stderr()
        # On Linux a process dies with the thread that started it, so only the main thread's are bound to it.
        is_bound = sys.platform == "linux" and threading.current_thread() is threading.main_thread()
        try:
            # All other descriptors are closed in it: one that held the end of a sibling's pipe would hide the
            # sibling's death.
            self._process: Process = subprocess.Popen(
                [*_python(), "-c", _BOOT, str(theirs.fileno()), str(stderr)],
                stdin=subprocess.DEVNULL,
                stderr=self._said,
                pass_fds=[theirs.fileno(), stderr],
            )
        finally:
            theirs.close()
            os.close(stderr)
        self.pipe = ours
        self.owner = os.getpid()
        """The process that started it: one forked off later must not talk to it."""
        self.is_ready = False
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # it has died: `receive` will say so
            self.pipe.send((_sys_path(), main, is_bound))
            self.pipe.send_bytes(work)

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def receive(self) -> tuple[str, Any]:
        """Wait for its next message, and return it as a pair of kind and value.

        Raises:
            ChildDiedError: it ended instead.
            BaseException: what it raised, as it was raised there, with its traceback as a note.
        """
        try:
            data = self.pipe.recv_bytes()
        except (EOFError, OSError):  # the end of the pipe, or one within a message
            raise self.died() from None
        kind, value = pickle.loads(data)
        if kind == "error":
            raise value
        if kind == "ready":
            self.is_ready = True
            self._said.close()
        return kind, value

    def is_alive(self) -> bool:
        """Tell whether it runs."""
        return self._process.poll() is None

    def died(self) -> ChildDiedError:
        """Return how it ended, once its pipe has, or it is not alive."""
        try:
            code = self._process.wait(_DYING_S)
        except subprocess.TimeoutExpired:
            self.kill()
            self.join()
            how, code = "closed its pipe", 0
        else:
            how = f"was killed by {_signal_name(-code)}" if code < 0 else f"ended with exit code {code}"
        if self.is_ready:
            return ChildDiedError(f"a child process {how}", is_killed=code < 0)
        message = f"a child process did not start: it {how}{self._last_lines()}"
        is_sent = code < 0 and -code not in _OWN_FAULTS
        return (ChildDiedError if is_sent else ChildStartError)(message, is_killed=code < 0)

    def late(self, seconds: float) -> ChildDiedError:
        """End it because it is still not ready, and return what to raise."""
        self.kill()
        self.join()
        return ChildDiedError(f"a child process did not start within {seconds:g} s{self._last_lines()}")

    def kill(self) -> None:
        """Kill it; nothing happens where it has ended."""
        self._process.kill()

    def join(self) -> None:
        """Wait until it is gone."""
        self._process.wait()

    def end(self) -> None:
        """Kill it, wait until it is gone, and close what belongs to it; in a fork of its owner only close."""
        self.pipe.close()
        self._said.close()
        if self.owner == os.getpid():
            self.kill()
            self.join()

    def _last_lines(self) -> str:
        """Return what it wrote to stderr last, to be put behind a message."""
        if self._said.closed:
            return ""
        self._said.seek(max(0, self._said.seek(0, os.SEEK_END) - _SAID_BYTES))
        lines = self._said.read().decode("utf-8", "replace").strip().splitlines()[-_SAID_LINES:]
        return "; it said:\n" + "\n".join(lines) if lines else " and said nothing"


def _python() -> list[str]:
    """Return the command of an interpreter like this one, which takes no module from the current folder."""
    if not sys.executable:
        raise FileNotFoundError("there is no Python to start a child process with: sys.executable is empty")
    flags: list[str] = subprocess._args_from_interpreter_flags()  # type: ignore[attr-defined] # as multiprocessing does
    return [sys.executable, *flags, "-P"]


def _sys_path() -> list[str]:
    """Return where modules are looked for, also from another folder, and this package last of all."""
    # What is no path, such as the mark of an editable installation, stays as it is.
    path = [str(Path(_FOLDER, entry)) if Path(_FOLDER, entry).exists() else entry for entry in sys.path]
    return path if _ROOT in path else [*path, _ROOT]


class _Pickler(pickle.Pickler):
    """Takes note of a function or class of the main module, which a child has to import first."""

    name_in_main: str | None = None

    def reducer_override(self, value: Any) -> Any:
        """Look at a value; leave it to be pickled as ever."""
        if isinstance(value, (type, FunctionType)) and value.__module__ == "__main__":
            self.name_in_main = value.__qualname__
        return NotImplemented


def _pickled(work: Any) -> tuple[bytes, tuple[str, str] | None]:
    """Return work as bytes; and how to import the main module where they need it: 'module' or 'path', which.

    Raises:
        TypeError: they need a main module that is no file: a notebook, standard input or a command line.
    """
    out = io.BytesIO()
    pickler = _Pickler(out)
    pickler.dump(work)
    name = pickler.name_in_main
    if name is None:
        return out.getvalue(), None
    main = sys.modules["__main__"]
    spec = getattr(main, "__spec__", None)
    if spec is not None:
        return out.getvalue(), ("module", spec.name)
    path = getattr(main, "__file__", None)
    if path is None or not Path(path).is_file():
        raise TypeError(
            f"no child process can import {name} from a __main__ that is no file: put it in a module"
        )
    return out.getvalue(), ("path", str(Path(path).absolute()))


def _copy_of_stderr() -> int:
    try:
        return os.dup(2)
    except OSError:  # a daemon that has closed it
        return os.open(os.devnull, os.O_WRONLY)


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


# ---- in the child ----------------------------------------------------------------------------------

_BOOT = """
import sys
from multiprocessing.connection import Connection
pipe = Connection(int(sys.argv[1]))
sys.path[:], *rest = pipe.recv()
from pipeline.children.process import be_child
be_child(pipe, int(sys.argv[2]), *rest)
"""


def be_child(pipe: Connection, stderr: int, main: tuple[str, str] | None, is_bound: bool) -> None:
    """Prepare what the parent asks for, and serve it; the child's whole life.

    Args:
        pipe: to the parent.
        stderr: descriptor of the parent's.
        main: see `_pickled`.
        is_bound: whether to die with the thread that started this process.
    """
    # Nor may what this process starts itself hold any of them.
    os.set_inheritable(pipe.fileno(), False)
    os.set_inheritable(stderr, False)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's, which then ends its children
    if is_bound:
        die_with_parent()
    try:
        work = pipe.recv_bytes()
    except (EOFError, OSError):
        return
    try:
        if main:
            _import_main(*main)
        prepare, args = pickle.loads(work)
        serve: Serve = prepare(*args)
    except BaseException as error:  # noqa: BLE001 - carried to the parent, which raises it
        _give_back(stderr)
        try_to_send(error, pipe)
        return
    _give_back(stderr)
    try:
        pipe.send(("ready", None))
        serve(pipe)
    except BaseException as error:  # noqa: BLE001 - carried to the parent, which raises it
        try_to_send(error, pipe)


def received(pipe: Connection, *, idle_s: float | None = None) -> Iterator[Any]:
    """Yield what the parent sends until it hangs up, or, if so wished, sends nothing for a while."""
    while True:
        try:
            if idle_s is not None and not pipe.poll(idle_s):
                return
            data = pipe.recv_bytes()
        except (EOFError, OSError):
            return
        yield pickle.loads(data)


def send_error(error: BaseException, pipe: Connection) -> None:
    """Send an exception to the parent, its traceback as a note; where it does not pickle, what it says."""
    note = "".join(traceback.format_exception(error)).rstrip()
    error.add_note(f"raised in a child process:\n{note}")
    try:
        data = pickle.dumps(("error", error))
        pickle.loads(data)
    except Exception:  # noqa: BLE001 - whatever the exception's own code does; it is told all the same
        stand_in = RuntimeError("".join(traceback.format_exception_only(error)[:1]).strip())
        stand_in.add_note(f"raised in a child process:\n{note}")
        data = pickle.dumps(("error", stand_in))
    pipe.send_bytes(data)


def try_to_send(error: BaseException, pipe: Connection) -> None:
    """Send an exception to the parent, if it is there."""
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # nobody is there to be told
        send_error(error, pipe)


def _give_back(stderr: int) -> None:
    """Write what was said so far to the parent's stderr, and go on there."""
    sys.stderr.flush()
    os.lseek(2, 0, os.SEEK_SET)
    with contextlib.suppress(OSError):  # the parent's is closed or full: nobody reads it
        while said := os.read(2, 1 << 16):
            os.write(stderr, said)
    os.dup2(stderr, 2)
    os.close(stderr)


def _import_main(how: str, where: str) -> None:
    """Import the parent's main module, under the name by which multiprocessing knows such copies."""
    run = runpy.run_module if how == "module" else runpy.run_path
    main = ModuleType("__mp_main__")
    main.__dict__.update(run(where, run_name="__mp_main__"))
    sys.modules["__main__"] = sys.modules["__mp_main__"] = main


def die_with_parent() -> None:
    """Ask Linux to be killed when the parent is: within a long call into C nobody notices the pipe's end."""
    import ctypes

    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL)
