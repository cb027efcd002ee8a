"""The articles of a staged shard, as extraction sees them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

from pipeline.extract.article import ArticleText
from pipeline.store import Store
from pipeline.store.batch import Batch, staged_path


def read_articles(store: Store, batch: Batch) -> Iterator[ArticleText]:
    """Yield the articles of a staged shard, whatever their language."""
    columns = [field.name for field in fields(ArticleText) if field.name != "day"]
    for part in store.read_batches(staged_path("articles", batch), columns=columns):
        for row in part.to_pylist():
            yield ArticleText(day=batch.day, **row)
