"""Files that a published day was made from and that are gone: it must not be lost by being run again."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import date

from pipeline.errors import InputError
from pipeline.ingest.record import Input
from pipeline.store import Store
from pipeline.store.manifest import find_manifest

log = logging.getLogger(__name__)

_SHOWN = 10


def gone_inputs(store: Store, day: date, inputs: Iterable[Input]) -> list[str]:
    """Return the files that a published day was made from and that have nothing of it now, sorted.

    A file that was renamed or packed is known by its records.

    Args:
        store: where the day is published.
        day: the day.
        inputs: what its source has of it now.
    """
    try:
        manifest = find_manifest(store, day)
    except InputError as error:  # what it was made from cannot be told, and running it again mends it
        log.warning("%s", error)
        return []
    now = list(inputs)
    paths, checksums = {one.path for one in now}, {one.sha256 for one in now}
    before = manifest.inputs if manifest is not None else ()
    return sorted(one.path for one in before if one.path not in paths and one.sha256 not in checksums)


def check_gone(store: Store, day: date, inputs: Iterable[Input], *, is_meant: bool) -> None:
    """Make sure that a published day is not made anew from less than before, unless that is meant.

    Raises:
        InputError: files that it was made from are gone.
    """
    gone = gone_inputs(store, day, inputs)
    if not gone:
        return
    more = f" and {len(gone) - _SHOWN} more" if len(gone) > _SHOWN else ""
    listed = ", ".join(gone[:_SHOWN]) + more
    if is_meant:
        log.warning("%s is made anew without %s", day, listed)
        return
    raise InputError(
        f"{day} was published from files that are gone, or have nothing of it any more: {listed}."
        " It stays as it is published. Put them back, or mount their folder; where they are meant to be gone,"
        " run the day with --allow-missing-inputs (setting allow_missing_inputs)"
    )
