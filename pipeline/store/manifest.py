"""Which days are published: those that have a manifest."""

from __future__ import annotations

from datetime import date

from pipeline.store import Store


def published_days(store: Store) -> list[date]:
    """Return the published days, in order."""
    return [date.fromisoformat(name.removesuffix(".json")) for name in store.names("tables/_manifests")]
