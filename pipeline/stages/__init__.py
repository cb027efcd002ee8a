"""The recipe: which stages there are, in order, and how days run through them.

The command line loops over STAGES here; the DAG makes a task of each. A stage is a plain function of
`(store, batch, settings)`, reads only what the stage before it wrote, and replaces only its own output, so
running it twice gives the same bytes. Stages of a shard also take `processes`, how many child processes
may work on it.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from typing import TYPE_CHECKING, Any

from pipeline.errors import ConfigError
from pipeline.store.batch import Batch
from pipeline.store.timings import note_stage

if TYPE_CHECKING:
    from pipeline.settings import Settings
    from pipeline.store import Store

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Stage:
    """A step of a day: its name, and whether it runs once for each shard."""

    name: str
    per_shard: bool

    @property
    def run(self) -> Callable[..., dict[str, Any]]:
        """Its function, the one of its name in the module of its name.

        Imported when it is asked for: Airflow reads the DAG, and so this list, every few seconds, and a
        stage loads spaCy or pyarrow.
        """
        function: Callable[..., dict[str, Any]] = getattr(
            import_module(f"pipeline.stages.{self.name}"), self.name
        )
        return function


STAGES = (
    Stage("ingest", per_shard=False),
    Stage("parse", per_shard=True),
    Stage("extract", per_shard=True),
    Stage("publish", per_shard=False),
    Stage("derive", per_shard=False),
)


def run_stage(
    name: str, store: Store, batch: Batch, settings: Settings, *, processes: int = 1
) -> dict[str, Any]:
    """Run one stage of one batch, note how long it took beside what is staged, and return its counts.

    Raises:
        ConfigError: there is no stage of that name.
    """
    stage = next((stage for stage in STAGES if stage.name == name), None)
    if stage is None:
        raise ConfigError(f"no stage {name!r}; there are {', '.join(stage.name for stage in STAGES)}")
    log.info("%s %s%s", name, batch.day, f", shard {batch.shard}" if stage.per_shard else "")
    options = {"processes": processes} if stage.per_shard else {}
    began = time.monotonic()
    counts = stage.run(store, batch, settings, **options)
    note_stage(store, batch, name, time.monotonic() - began, counts)
    return counts


def run_days(
    days: Iterable[date], store: Store, settings: Settings, *, only: str | None = None
) -> Iterator[tuple[str, Batch, dict[str, Any]]]:
    """Run days one after the other through all stages, or one of them, without Airflow.

    Yields:
        Stage, batch and counts of each step, when it is done.
    """
    from pipeline.store.plan import shards

    names = [stage.name for stage in STAGES] if only is None else [only]
    per_shard = {stage.name: stage.per_shard for stage in STAGES}
    for day in days:
        for name in names:
            numbers = shards(store, day) if per_shard.get(name) else [0]
            for number in numbers:
                batch = Batch(day, number)
                yield name, batch, run_stage(name, store, batch, settings, processes=settings.model_processes)
