"""Many small files of a folder, repeated in one object: takedowns and decisions, a file each, over the years.

As with all days in short (`days.py`), the files are the truth. One list of them, a request for a thousand,
tells which are others than those that the object repeats, and only these are read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.store.batch import index_path

if TYPE_CHECKING:
    from pipeline.store.files import Store

_FORMAT = 1


@dataclass(frozen=True, slots=True)
class Gathered:
    """What is in the files of a folder.

    Attributes:
        folder: in which they lie.
        texts: by name, sorted; bytes that are no UTF-8 are replaced.
        versions: of the files; empty where that cannot be told yet.
        is_noted: the object says just this.
    """

    folder: str
    texts: Mapping[str, str]
    versions: Mapping[str, str]
    is_noted: bool


def gathered(store: Store, folder: str, names: re.Pattern[str], *, is_read_through: bool = False) -> Gathered:
    """Return what is in the files of a folder.

    Args:
        store: where they lie.
        folder: their folder; what else lies in it is left aside.
        names: their names.
        is_read_through: read all of them, whatever the object says.
    """
    noted = {} if is_read_through else store.read_cache(_path(folder))
    known = noted["files"] if noted.get("format") == _FORMAT else {}
    texts: dict[str, str] = {}
    versions: dict[str, str] = {}
    n_kept = 0
    for name, version in store.versions(folder).items():
        if names.fullmatch(name) is None:
            continue
        entry = known.get(name)
        if entry is not None and version and entry[0] == version:
            texts[name], versions[name] = entry[1], version
            n_kept += 1
        elif (data := store.find(f"{folder}/{name}")) is not None:
            texts[name], versions[name] = data.decode("utf-8", "replace"), version
    return Gathered(folder, texts, versions, n_kept == len(texts) == len(known))


def note_gathered(store: Store, found: Gathered) -> None:
    """Write the object, so that the files that were read need not be read again."""
    if not found.is_noted:
        files = {name: [found.versions[name], text] for name, text in found.texts.items()}
        store.write_cache(_path(found.folder), {"format": _FORMAT, "files": files})


def _path(folder: str) -> str:
    return index_path(f"_{folder.rsplit('/', 1)[-1].strip('_')}")
