"""A folder to work in, which is gone when the work ends, also by Ctrl-C or SIGTERM."""

from __future__ import annotations

import contextlib
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil

_PATIENCE_S = 20
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextlib.contextmanager
def work_folder(prefix: str, given: Path | None = None) -> Iterator[Path]:
    """Give a folder; a temporary one is removed at the end, with whatever then lies in it.

    Until then the signals that ask a process to end raise `SystemExit`, so that all contexts within end
    what they started; child processes that are left, as of a signal between their start and the context that
    was to end them, are ended here. A second signal disturbs nothing. Those that are ignored stay so
    (`nohup`, `&`).

    Args:
        prefix: of the temporary folder's name.
        given: a folder to be used instead, and left as it then is; made where there is none.
    """
    before = {one: signal.getsignal(one) for one in _SIGNALS if signal.getsignal(one) != signal.SIG_IGN}
    others = _children()
    is_leaving = False

    def leave(number: int, frame: object) -> None:
        nonlocal is_leaving
        if not is_leaving:
            is_leaving = True
            sys.exit(128 + number)

    folder = given
    try:
        for one in before:
            signal.signal(one, leave)
        if folder is None:
            folder = Path(tempfile.mkdtemp(prefix=prefix))
        else:
            folder.mkdir(parents=True, exist_ok=True)
        yield folder
    finally:
        is_leaving = True
        _end(_children() - others)
        if given is None and folder is not None:
            shutil.rmtree(folder, ignore_errors=True)
        for one, handler in before.items():
            signal.signal(one, handler)


def _children() -> set[psutil.Process]:
    return {*psutil.Process().children(recursive=True)}


def _end(left: set[psutil.Process]) -> None:
    for process in left:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.terminate()
    for process in psutil.wait_procs(left, timeout=_PATIENCE_S)[1]:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
