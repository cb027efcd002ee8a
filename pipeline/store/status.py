"""What is published, read from the manifests."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from pipeline.store import Store
from pipeline.store.batch import manifest_path
from pipeline.store.manifest import published_days


def published_rows(store: Store) -> Iterator[tuple[date, dict[str, int]]]:
    """Yield each published day with the number of rows of its tables."""
    for day in published_days(store):
        tables = store.read_json(manifest_path(day))["tables"]
        yield day, {table: entry["rows"] for table, entry in tables.items()}
