"""Where articles come from, by name; what each source gives for a day; and the aliases of fields.

A source is opened with a store and the settings, and then tells which days it has records for, which
files these records stand in, and, for a day, the records themselves. Every record of a source belongs to
exactly one day (see `placement.py`) or is listed as without a day: nothing is lost in silence.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from pipeline.errors import ConfigError
from pipeline.settings import Settings
from pipeline.sources.drop import open_drop
from pipeline.sources.formats import READERS
from pipeline.sources.record import Source
from pipeline.store import Store

SOURCES: dict[str, Callable[[Store, Settings], Source]] = {
    "drop": open_drop,
    **{reader.name: partial(open_drop, reader=reader) for reader in READERS},
}
"""`drop` tells the format of each file; the others take all files of the drop folder for the one named."""


def open_source(store: Store, settings: Settings) -> Source:
    """Open the source that the settings name.

    Raises:
        ConfigError: there is no such source, or it cannot be read.
    """
    if settings.source not in SOURCES:
        raise ConfigError(f"source {settings.source!r} is not known; there are: {', '.join(SOURCES)}")
    return SOURCES[settings.source](store, settings)
