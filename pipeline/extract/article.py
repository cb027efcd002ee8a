"""An article as extraction sees it, and what becomes of one that fails. Light to import."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from schemas import Reject


@dataclass(frozen=True, slots=True)
class ArticleText:
    """What extraction needs of an article: its text and the evidence beside it."""

    article_id: str
    record_ref: str
    text: str
    day: date | None = None
    title: str | None = None
    published_at: datetime | None = None
    source: str | None = None
    language: str = "en"


def reject_of(article: ArticleText, *, reason: str, detail: str, stage: str) -> Reject:
    """Return the row for an article that parse or extract gave up."""
    return Reject(
        record_ref=article.record_ref,
        reason=reason,  # type: ignore[arg-type]
        detail=" ".join(detail.split())[:500],
        article_id=article.article_id,
        bytes=len(article.text.encode("utf-8", "surrogatepass")),
        stage=stage,
    )


def lost(article: ArticleText, fault: str, *, stage: str) -> Reject:
    """Return the row for an article that took its process with it, or never came back."""
    detail = (
        "the process that worked on it hung" if fault == "timeout" else "the process that worked on it died"
    )
    return reject_of(article, reason=fault, detail=detail, stage=stage)
