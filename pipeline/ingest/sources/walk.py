"""The files below a folder, without ever leaving it, or below the URI of an object store; and their parts.

A part is a folder that is named for a day, with all below it, and with the folders beside it that hold its
companions; all other files are one part together.
"""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path

from pipeline.errors import ConfigError
from pipeline.ingest.record import Fault
from pipeline.ingest.sources.companions import META, TITLES
from pipeline.ingest.sources.remote import Listed, Remote, RemoteFiles


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file below the root, or what stands there and must not be read.

    Attributes:
        path: below the root, with `/` between its parts; always valid UTF-8.
        where: for opening it.
        size: bytes.
        mtime_ns, ctime_ns, inode: hints whether it has changed, never a date; on an object store the first is
            a number for its version.
        fault: why it is not to be opened.
    """

    path: str
    where: Path | Remote
    size: int = 0
    mtime_ns: int = 0
    ctime_ns: int = 0
    inode: int = 0
    fault: Fault | None = None


def walk(root: str | Path) -> list[FoundFile]:
    """Return the files below a folder or the URI of an object store, sorted by path.

    Hidden files and those still on their way (`.part`, `.tmp`) are left out, and so are links to what lies
    inside the folder anyway. A link that leads out of it is a fault, and is not followed.

    Raises:
        ConfigError: the folder itself is missing or cannot be read.
        OSError: the device or the network failed.
    """
    tree = outline(str(root), is_whole=True)
    return sorted((file for part in tree.parts() for file in tree.files(part)), key=lambda file: file.path)


def _found(listed: Iterable[Listed]) -> Iterator[FoundFile]:
    return (FoundFile(*one) for one in listed if not _is_left_out(one.path))


def _real(root: str | Path) -> Path:
    """Return the folder, which can be read."""
    try:
        real = Path(root).resolve(strict=True)
        with os.scandir(real):
            pass
    except (FileNotFoundError, NotADirectoryError):
        raise ConfigError(f"drop_dir {root} is no folder; create it, or set drop_dir") from None
    except PermissionError:
        raise ConfigError(f"drop_dir {root} cannot be read: permission denied") from None
    return real


# ---- parts -----------------------------------------------------------------------------------------

REST = ""
"""The part of all files that lie in no folder that is named for a day."""

_DATED = re.compile(r"\d{4}-\d{2}-\d{2}")


def part_of(path: str) -> str:
    """Return the part in which a file lies: its first folder that is named for a day, with those above it."""
    return _part(path.split("/")[:-1])


def day_of_part(part: str) -> date | None:
    """Return the day that a part is named for; None for the rest."""
    name = part.rpartition("/")[2]
    try:
        return date.fromisoformat(name) if _DATED.fullmatch(name) else None
    except ValueError:
        return None


def _part(folders: Sequence[str]) -> str:
    for at, folder in enumerate(folders):
        name = folder
        for end in (TITLES, META):
            name = name.removesuffix(end)
        if day_of_part(name) is not None:
            return "/".join((*folders[:at], name))
    return REST


@dataclass(slots=True)
class Outline:
    """The parts of a drop folder; the files of one are listed when they are asked for."""

    _lists: dict[str, list[Callable[[], Iterator[FoundFile]]]] = field(default_factory=dict)

    def add(self, part: str, files: Callable[[], Iterator[FoundFile]]) -> None:
        """Add what lists some files of a part."""
        self._lists.setdefault(part, []).append(files)

    def parts(self) -> list[str]:
        """Return the parts, sorted."""
        return sorted(self._lists)

    def files(self, part: str) -> list[FoundFile]:
        """Return the files of a part, sorted by path.

        Raises:
            OSError: the device or the network failed.
        """
        found = (file for files in self._lists.get(part, ()) for file in files())
        return sorted(found, key=lambda file: file.path)


def outline(root: str, *, is_whole: bool) -> Outline:
    """Return the parts of a folder, or of the URI of an object store.

    Args:
        root: the folder, or the URI.
        is_whole: all parts will be looked at, so that an object store is asked for one list of all.

    Raises:
        ConfigError: the folder itself is missing or cannot be read.
        OSError: the device or the network failed.
    """
    found = Outline()
    if "://" in root:
        _outline_remote(RemoteFiles(root), found, is_whole=is_whole)
        return found
    real = _real(root)
    rest: list[FoundFile] = []
    waiting: list[tuple[Path, tuple[str, ...]]] = [(real, ())]
    while waiting:
        folder, names = waiting.pop()
        part = _part(names)
        if part == REST:
            rest.extend(_within(real, folder, names, waiting))
        else:
            found.add(part, partial(_below, real, folder, names))
    found.add(REST, rest.__iter__)
    return found


def _found_below(files: RemoteFiles, folder: str) -> Iterator[FoundFile]:
    return _found(files.below(folder))


def _outline_remote(files: RemoteFiles, found: Outline, *, is_whole: bool) -> None:
    if is_whole:
        by_part: dict[str, list[FoundFile]] = {REST: []}
        for one in _found(files.below()):
            by_part.setdefault(part_of(one.path), []).append(one)
        for part, of_part in by_part.items():
            found.add(part, of_part.__iter__)
        return
    rest: list[FoundFile] = []
    waiting = [""]
    while waiting:
        listed, folders = files.within(waiting.pop())
        rest.extend(_found(listed))
        for folder in folders:
            if _is_left_out(folder):
                continue
            part = _part(folder.split("/"))
            if part == REST:
                waiting.append(folder)
            else:
                found.add(part, partial(_found_below, files, folder))
    found.add(REST, rest.__iter__)


# ---- files -----------------------------------------------------------------------------------------

_ON_THEIR_WAY = (".part", ".tmp", ".crdownload", ".swp")


def _is_left_out(path: str) -> bool:
    """Tell whether a file, or a folder above it, is hidden or on its way."""
    return any(name.startswith(".") or name.endswith(_ON_THEIR_WAY) for name in path.split("/"))


def _below(root: Path, folder: Path, parts: tuple[str, ...]) -> Iterator[FoundFile]:
    waiting = [(folder, parts)]  # not by calls in calls: folders may lie a thousand deep
    while waiting:
        yield from _within(root, *waiting.pop(), waiting)


def _within(
    root: Path, folder: Path, parts: tuple[str, ...], waiting: list[tuple[Path, tuple[str, ...]]]
) -> Iterator[FoundFile]:
    """Yield the files of a folder, and add the folders in it to those that wait."""
    try:
        with os.scandir(folder) as entries:
            found = list(entries)
    except FileNotFoundError:  # removed meanwhile
        return
    except PermissionError:
        yield FoundFile("/".join(parts), folder, fault=Fault("unreadable", "folder: permission denied"))
        return
    except OSError as error:
        if error.errno != errno.ENAMETOOLONG:
            raise
        yield FoundFile("/".join(parts), folder, fault=Fault("unreadable", "folder: too deep to be opened"))
        return
    for entry in found:
        if _is_left_out(entry.name):
            continue
        here = (*parts, _readable(entry.name))
        path = "/".join(here)
        where = folder / entry.name
        if entry.is_symlink():
            target = os.path.realpath(where)
            if Path(target) != root and root not in Path(target).parents:
                fault = Fault("hostile", "a link that leads out of the folder; it is not followed")
                yield FoundFile(path, where, fault=fault)
            elif not Path(target).exists():
                yield FoundFile(path, where, fault=Fault("unreadable", "a link to nothing"))
        elif entry.is_dir(follow_symlinks=False):
            waiting.append((where, here))
        else:
            try:
                info = entry.stat(follow_symlinks=False)
            except FileNotFoundError:
                continue
            regular = stat.S_ISREG(info.st_mode)
            fault_or_none = None if regular else Fault("unreadable", "no regular file")
            yield FoundFile(
                path, where, info.st_size, info.st_mtime_ns, info.st_ctime_ns, info.st_ino, fault_or_none
            )


def _readable(name: str) -> str:
    """Return a file's name as valid text, no two alike: bytes that are no UTF-8 are written as `\\xff`.

    The backslash of a name that has just these characters is written as `\\x5c`.
    """
    data = _LIKE_A_BYTE.sub(rb"\\x5c", os.fsencode(name))
    return data.decode("utf-8", "backslashreplace")


_LIKE_A_BYTE = re.compile(rb"\\(?=x[0-9a-f]{2})")


def here(found: FoundFile) -> Path:
    """Return where a file lies on this machine; one on an object store is fetched first.

    Raises:
        OSError: the object store failed.
    """
    return found.where.fetched() if isinstance(found.where, Remote) else found.where


def open_found(found: FoundFile) -> int:
    """Open a file for reading and return its descriptor; a link put in its place meanwhile is refused.

    Raises:
        OSError: it cannot be opened.
    """
    return os.open(here(found), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
