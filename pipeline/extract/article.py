"""An article as extraction sees it, and what becomes of one that fails. Light to import."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone

from schemas import Reject


@dataclass(frozen=True, slots=True)
class ArticleText:
    """What extraction needs of an article: its text and the evidence beside it.

    Attributes:
        published_at, published_at_precision, published_at_offset: as in the table `articles`.
    """

    article_id: str
    record_ref: str
    text: str
    day: date | None = None
    title: str | None = None
    published_at: datetime | None = None
    published_at_precision: str | None = None
    published_at_offset: int | None = None
    source: str | None = None
    language: str = "en"

    @property
    def counted_from(self) -> datetime | None:
        """The moment that "today" in the text is counted from, by the clock of its place; None where unknown.

        Of a date that is but a month, no day is made.
        """
        if self.published_at is None or self.published_at_precision == "month":
            return None
        if not self.published_at_offset:
            return self.published_at
        return self.published_at.astimezone(timezone(timedelta(minutes=self.published_at_offset)))


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
