"""The list of takedowns: ids of articles that every run leaves out. It only grows."""

from __future__ import annotations

from pipeline.store import Store
from pipeline.store.batch import FORGOTTEN


def forgotten_ids(store: Store) -> frozenset[str]:
    """Return the ids of the articles that were taken down."""
    return frozenset(str(line["article_id"]) for line in store.read_lines(FORGOTTEN))


def take_down(store: Store, article_id: str, *, reason: str) -> None:
    """Add an article to the list, once."""
    if article_id not in forgotten_ids(store):
        store.append_line(FORGOTTEN, {"article_id": article_id, "reason": reason})
