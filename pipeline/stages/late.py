"""Which published days are late: their source has records that were not there at the time."""

from __future__ import annotations

import logging
from datetime import date

from pipeline.errors import DamagedError
from pipeline.ingest.sources import open_source
from pipeline.settings import Settings
from pipeline.store import Store
from pipeline.store.manifest import find_manifest

log = logging.getLogger(__name__)


def late_days(store: Store, settings: Settings) -> list[date]:
    """Return the published days for which the source has records that were not there at the time.

    Running these days again takes the records in. A day whose manifest is damaged is among them. Files that
    have gone since do not make a day late.

    Raises:
        ConfigError: the source cannot be opened.
    """
    source = open_source(store, settings)
    late = []
    for day in source.days():
        try:
            manifest = find_manifest(store, day)
        except DamagedError as error:  # what it was made of is not known, and its remedy is the same
            log.warning("%s", error)
            late.append(day)
            continue
        if manifest is None:
            continue
        known = {(file.path, file.sha256) for file in manifest.inputs}
        if not known.issuperset(source.inputs(day)):
            late.append(day)
    return late
