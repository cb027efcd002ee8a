"""Which files modules follow, remembered from one process to the next.

To read all of the code takes half a second of each command. What was found holds as long as no file of code
has changed, none is new and none gone; it is kept with a hash of all of them, in `.cache` of a checkout.
Where there is none, or it cannot be written, the code is read again.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path

_FILE = "code.json"
_TALKING = (".py", ".toml")
"""Files whose content says what is followed; of others it counts that they are there."""


def recall(modules: Sequence[str], root: Path, packages: Sequence[str]) -> set[str] | None:
    """Return the files that modules follow, below the root; None where that is not known."""
    folder = _folder(root)
    if folder is None:
        return None
    try:
        kept = json.loads((folder / _FILE).read_bytes())
        if kept["state"] == _state(root, tuple(packages)):
            files = kept["files"].get(" ".join(modules))
            return None if files is None else set(files)
    except (OSError, ValueError, KeyError, TypeError):  # missing, or of another version: it is made again
        pass
    return None


def remember(modules: Sequence[str], files: set[str], root: Path, packages: Sequence[str]) -> None:
    """Keep what was found, beside what else holds for the same code."""
    folder = _folder(root)
    if folder is None:
        return
    state = _state(root, tuple(packages))
    found: dict[str, list[str]] = {}
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        kept = json.loads((folder / _FILE).read_bytes())
        if kept["state"] == state:
            found = kept["files"]
    found[" ".join(modules)] = sorted(files)
    with contextlib.suppress(OSError):  # a checkout that may only be read
        folder.mkdir(exist_ok=True)
        number, name = tempfile.mkstemp(dir=folder, prefix=f".{_FILE}-")
        with os.fdopen(number, "w", encoding="utf-8") as file:
            json.dump({"state": state, "files": found}, file)
        Path(name).replace(folder / _FILE)


def _folder(root: Path) -> Path | None:
    return root / ".cache" if (root / "pyproject.toml").is_file() else None


@cache
def _state(root: Path, packages: tuple[str, ...]) -> str:
    """Return a hash of the names of all files of the packages, and of the content of those that talk."""
    whole = hashlib.sha256()
    for package in packages:
        for folder, folders, names in os.walk(root / package):
            folders[:] = sorted(name for name in folders if name != "__pycache__")
            for name in sorted(names):
                path = os.path.join(folder, name)  # noqa: PTH118 - some hundred files, at each start
                whole.update(path.encode() + b"\0")
                if name.endswith(_TALKING):
                    whole.update(Path(path).read_bytes())
    return whole.hexdigest()
