"""Where articles come from, by name; what each source gives for a day; and the aliases of fields.

A source is opened with a store and the settings, and then tells which days it has records for, which
files these records stand in, and, for a day, the records themselves. Every record of a source belongs to
exactly one day (see `placement.py`) or is listed as without a day: nothing is lost in silence.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial

from pipeline.errors import ConfigError
from pipeline.ingest.formats.sniff import READERS
from pipeline.ingest.record import Source
from pipeline.ingest.sources.drop import open_drop
from pipeline.ingest.sources.feeds import open_feeds
from pipeline.ingest.sources.joined import Joined
from pipeline.settings import Settings
from pipeline.store import Store

SOURCES: dict[str, Callable[[Store, Settings, date | None], Source]] = {
    "drop": open_drop,
    "feeds": open_feeds,
    **{reader.name: partial(open_drop, reader=reader) for reader in READERS},
}
"""`drop` tells the format of each file; `feeds` pulls feeds; the others take all files of the drop folder for
the format named."""


def open_source(store: Store, settings: Settings, day: date | None = None) -> Source:
    """Open the source that the settings name, or several joined by `+`.

    Args:
        store: where sources keep their indexes.
        settings: which source, where it lies, its limits.
        day: that is to be run: a source may look no further than this takes. None is any.

    Raises:
        ConfigError: there is no such source, or it cannot be read.
    """
    names = settings.source.split("+")
    for name in names:
        if name not in SOURCES:
            raise ConfigError(f"source {name!r} is not known; there are: {', '.join(SOURCES)}")
    opened = tuple(SOURCES[name](store, settings, day) for name in dict.fromkeys(names))
    return opened[0] if len(opened) == 1 else Joined(opened)
