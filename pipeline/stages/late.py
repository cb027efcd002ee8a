"""Which published days are late: their source has records that were not there at the time."""

from __future__ import annotations

from datetime import date

from pipeline.ingest.sources import open_source
from pipeline.settings import Settings
from pipeline.store import Store
from pipeline.store.manifest import find_manifest


def late_days(store: Store, settings: Settings) -> list[date]:
    """Return the published days for which the source has records that were not there at the time.

    Running these days again takes the records in. Files that have gone since do not make a day late.

    Raises:
        ConfigError: the source cannot be opened.
        InputError: the manifest of a day cannot be read.
    """
    source = open_source(store, settings)
    late = []
    for day in source.days():
        manifest = find_manifest(store, day)
        if manifest is None:
            continue
        known = {(file.path, file.sha256) for file in manifest.inputs}
        if not known.issuperset(source.inputs(day)):
            late.append(day)
    return late
