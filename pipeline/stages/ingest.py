"""The first stage: records in, articles and rejects out.

What is written does not depend on the order in which files arrived (see `pipeline.ingest.day_rows`).
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import Any

from pipeline import provenance
from pipeline.curation.takedowns import read_takedowns
from pipeline.errors import ConfigError
from pipeline.ingest.day_rows import day_rows
from pipeline.ingest.sources import open_source
from pipeline.settings import Settings
from pipeline.stages.gone import check_gone
from pipeline.stages.taken_down import is_taken_down
from pipeline.store import Store
from pipeline.store.batch import Batch
from pipeline.store.plan import IngestCounts, InputFile
from pipeline.store.staged import remove_day, write_day

log = logging.getLogger(__name__)


def ingest(store: Store, batch: Batch, settings: Settings) -> dict[str, Any]:
    """Read a day's records and stage its articles in shards, its rejects and the plan, the plan last.

    Args:
        store: where to write.
        batch: the day; its shard is not looked at.
        settings: the source, the limits and the size of a shard.

    Returns:
        The plan's counts, and in `unplaced` how many records of the source belong to no day.

    Raises:
        ConfigError: the day is not over yet, or the source cannot be opened.
        InputError: the day is published, and files that it was made from are gone.
        OSError: the device or the network failed.
    """
    if batch.day >= datetime.now(UTC).date():
        raise ConfigError(f"{batch.day} is not over yet (UTC): a day is run when all of it can be there")
    source = open_source(store, settings, batch.day)
    source.collect(batch.day)
    check_gone(store, batch.day, source.inputs(batch.day), is_meant=settings.allow_missing_inputs)
    while True:
        takedowns = read_takedowns(store)
        made = day_rows(source.records(batch.day), settings, is_taken_down(takedowns))
        counts = IngestCounts.model_validate(made.counts)
        with store.lock(f"ingest-{batch.day}"):
            write_day(
                store,
                batch.day,
                made.articles,
                made.rejects,
                counts=counts,
                source=settings.source,
                settings=provenance.ingest_settings(settings),
                inputs=[InputFile(path=path, sha256=sha256) for path, sha256 in source.inputs(batch.day)],
                shard_size=settings.shard_size,
                languages=settings.languages,
            )
        # A takedown is written down before it looks for the article, and here it is looked for after the
        # article is written: one of the two finds it.
        later = read_takedowns(store)
        if later == takedowns or not any(map(is_taken_down(later), made.articles)):
            break
        log.info("%s: an article was taken down meanwhile; the day is ingested again", batch.day)
        remove_day(store, batch.day)
    unplaced = sum(file.n_records for file in source.unplaced())
    return counts.model_dump(exclude={"report"}) | {"unplaced": unplaced}
