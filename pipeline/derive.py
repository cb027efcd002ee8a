"""Published days become the derived tables, which span all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa

from pipeline.batch import Batch, derived_path, manifest_path, partial_path, published_path
from pipeline.derived import duplicates
from pipeline.publish import describe
from pipeline.settings import Settings
from pipeline.store import Store


@dataclass(frozen=True, slots=True)
class Derived:
    """A derived table: which tables of a day it reads, and its two functions."""

    name: str
    reads: tuple[str, ...]
    partial: Callable[[Mapping[str, pa.Table]], pa.Table]
    merge: Callable[[Sequence[pa.Table]], pa.Table]


DERIVED = (Derived("duplicates", ("articles",), duplicates.partial, duplicates.merge),)


def derive(store: Store, batch: Batch, settings: Settings) -> dict[str, Any]:
    """Bring the derived tables up to date after a day was published, and return their row counts.

    A day whose partial is missing, or is of another run than the day that stands published (a crash, a
    takedown), is read again; so whatever happened before, the tables fit the published days afterwards.

    Args:
        store: where published files lie.
        batch: the day just published; its shard means nothing here.
        settings: not used; all stages are called alike.
    """
    with store.lock("derive"):
        days = [date.fromisoformat(name.removesuffix(".json")) for name in store.names("tables/_manifests")]
        return {derived.name: _derive(store, derived, days) for derived in DERIVED}


def _derive(store: Store, derived: Derived, days: Sequence[date]) -> int:
    partials = []
    for day in days:
        path = partial_path(derived.name, day)
        lineage = {"run_id": store.read_json(manifest_path(day))["run_id"]}
        if store.lineage(path) != lineage:
            tables = {name: store.read(published_path(name, day)) for name in derived.reads}
            store.write(path, derived.partial(tables), lineage=lineage)
        partials.append(store.read(path))
    merged = derived.merge([table.replace_schema_metadata(None) for table in partials])
    store.write(derived_path(derived.name), merged)
    describe(store)
    return len(merged)
