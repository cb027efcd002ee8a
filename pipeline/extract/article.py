"""An article as extraction sees it, and what becomes of one that fails. Light to import."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date, datetime

from pipeline.store import Store
from pipeline.store.batch import Batch, staged_path
from schemas import Reject


@dataclass(frozen=True, slots=True)
class Article:
    """What extraction needs of an article: its text and the evidence beside it."""

    article_id: str
    record_ref: str
    text: str
    day: date | None = None
    title: str | None = None
    published_at: datetime | None = None
    source: str | None = None
    language: str = "en"


def read_articles(store: Store, batch: Batch) -> Iterator[Article]:
    """Yield the articles of a staged shard, whatever their language."""
    columns = [field.name for field in fields(Article) if field.name != "day"]
    for part in store.read_batches(staged_path("articles", batch), columns=columns):
        for row in part.to_pylist():
            yield Article(day=batch.day, **row)


def reject_of(article: Article, *, reason: str, detail: str, stage: str) -> Reject:
    """Return the row for an article that parse or extract gave up."""
    return Reject(
        record_ref=article.record_ref,
        reason=reason,  # type: ignore[arg-type]
        detail=" ".join(detail.split())[:500],
        article_id=article.article_id,
        bytes=len(article.text.encode("utf-8", "surrogatepass")),
        stage=stage,
    )


def lost(article: Article, fault: str, *, stage: str) -> Reject:
    """Return the row for an article that took its process with it, or never came back."""
    detail = (
        "the process that worked on it hung" if fault == "timeout" else "the process that worked on it died"
    )
    return reject_of(article, reason=fault, detail=detail, stage=stage)
