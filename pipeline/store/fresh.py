"""What was made before by the same code from the same things is kept; everything else is made again."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from pipeline.errors import DamagedError
from pipeline.store.files import Store

log = logging.getLogger(__name__)

type Lineage = Mapping[str, Any]
"""What a file was made of, as JSON values; in the file it has the number of its rows beside it."""


@dataclass(frozen=True, slots=True)
class Target:
    """A file that can be made again: its path, and how many of its rows make a row group."""

    path: str
    row_group_size: int | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What stands there now: the rows of each target, and whether they were made just now."""

    rows: tuple[int, ...]
    is_new: bool


def keep_or_make(
    store: Store,
    targets: Sequence[Target],
    made_of: Lineage,
    make: Callable[[Lineage | None], Sequence[pa.Table]],
    *,
    is_read_through: bool = False,
) -> Outcome:
    """Leave files as they are where they were made of the same things, and make them otherwise.

    Args:
        store: where they lie.
        targets: written in this order, so that the last one means that all are there.
        made_of: what decides: checksums, runs, the version of the code.
        make: returns a table for each target. It is handed what the last target was made of before; None
            where there is none, or it cannot be read.
        is_read_through: look at all of a file before it is left as it is, not at its footer alone: for files
            that nobody looks at again before they are needed.
    """
    wanted = json.loads(json.dumps(made_of))
    before = [_lineage(store, target.path) for target in targets]
    known = [{k: v for k, v in lineage.items() if k != "rows"} for lineage in before if lineage is not None]
    is_known = known == [wanted] * len(targets)
    if is_known and is_read_through:
        unsound = [target.path for target in targets if not store.is_sound(target.path)]
        for path in unsound:
            log.warning("%s/%s is damaged: it is made again", store.root, path)
        is_known = not unsound
    if is_known:
        return Outcome(tuple(int(lineage["rows"]) for lineage in before if lineage), is_new=False)
    tables = make(known[-1] if before[-1] is not None else None)
    for target, table in zip(targets, tables, strict=True):
        lineage = {**wanted, "rows": len(table)}
        store.write(target.path, table, lineage=lineage, row_group_size=target.row_group_size)
    return Outcome(tuple(len(table) for table in tables), is_new=True)


def _lineage(store: Store, path: str) -> dict[str, Any] | None:
    """Return what a file was made of; of one that cannot be read or does not say, None: it is made again."""
    try:
        lineage = store.lineage(path)
    except DamagedError as error:
        log.warning("%s: it is made again", error)
        return None
    return lineage if lineage is not None and "rows" in lineage else None
