"""Which published days are late: their source has records that were not there at the time."""

from __future__ import annotations

import logging
from datetime import date

from pipeline.errors import DamagedError
from pipeline.ingest.record import Input
from pipeline.ingest.sources import open_source
from pipeline.settings import Settings
from pipeline.store import Store
from pipeline.store.days import Published, inputs_checksum, published
from pipeline.store.manifest import find_manifest

log = logging.getLogger(__name__)


def late_days(store: Store, settings: Settings) -> list[date]:
    """Return the published days for which the source has records that were not there at the time.

    Running these days again takes the records in. A day whose manifest is damaged is among them. Files that
    have gone since do not make a day late. The manifest of a day is read where it took something else than
    what the source has of it now; of the others, one object and a list say so.

    Raises:
        ConfigError: the source cannot be opened.
    """
    source = open_source(store, settings)
    found = published(store)
    late = []
    for day in source.days():
        try:
            is_late = _is_late(store, found, day, source.inputs(day))
        except DamagedError as error:  # what it was made of is not known, and its remedy is the same
            log.warning("%s", error)
            is_late = True
        if is_late:
            late.append(day)
    return late


def _is_late(store: Store, found: Published, day: date, inputs: list[Input]) -> bool:
    if day in found.damaged:
        raise found.damaged[day]
    if day not in found.days or found.days[day].inputs == inputs_checksum(inputs):
        return False
    manifest = find_manifest(store, day)
    if manifest is None:  # gone meanwhile
        return False
    return not {(file.path, file.sha256) for file in manifest.inputs}.issuperset(inputs)
