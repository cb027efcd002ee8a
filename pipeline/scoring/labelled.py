"""Sentences of news with labels: which are checkable, and which are worth checking."""

from __future__ import annotations

import tempfile
from datetime import UTC, date, datetime
from pathlib import Path

from pipeline.article import Article, read_articles
from pipeline.batch import Batch
from pipeline.ingest import ingest, shards
from pipeline.scoring.outside import read_corpus
from pipeline.settings import load_settings
from pipeline.store import Store

SAMPLE = Path("data/sample")


def own_articles(sample: Path = SAMPLE) -> dict[str, Article]:
    """Return the English articles of the sample as ingest stores them, by their ids."""
    articles = {}
    with tempfile.TemporaryDirectory() as folder:
        store, settings = Store(folder), load_settings(drop_dir=sample)
        for day in sorted(date.fromisoformat(path.name) for path in sample.iterdir() if path.is_dir()):
            ingest(store, Batch(day), settings)
            for shard in shards(store, day):
                articles |= {a.article_id: a for a in read_articles(store, Batch(day, shard))}
    return {key: article for key, article in articles.items() if article.language == "en"}


def wikinews_articles(corpora: Path) -> dict[str, Article]:
    """Return the articles of `corpora/wikinews.jsonl.gz`, by their ids."""
    return {
        record["id"]: Article(
            article_id=record["id"],
            record_ref=record["id"],
            text=record["text"],
            title=record["title"],
            published_at=datetime.fromisoformat(record["published_at"]).replace(tzinfo=UTC),
            source=record["source"],
        )
        for record in read_corpus(corpora / "corpora" / "wikinews.jsonl.gz")
    }
