"""Which articles were taken down: what ingest leaves out, publish looks for again, and forget removes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pyarrow as pa

from pipeline.ingest.urls import page_id, page_id_of_canonical

if TYPE_CHECKING:
    from pipeline.curation.takedowns import Takedowns
    from schemas import Article

COLUMNS = ("article_id", "url", "canonical_url")
"""The columns of `articles` that tell."""


def is_taken_down(takedowns: Takedowns) -> Callable[[Article], bool]:
    """Return the function that tells whether an article was taken down."""

    def tell(article: Article) -> bool:
        return _covers(takedowns, article.article_id, article.url, article.canonical_url)

    return tell


def taken_down_ids(articles: pa.Table, takedowns: Takedowns) -> set[str]:
    """Return the ids of all articles that were taken down, those of `articles` by their pages, too.

    Args:
        articles: rows of the table `articles`, or of `rejects`, which have no pages.
        takedowns: all there are.
    """
    found: set[str] = set()
    if takedowns.pages and {*COLUMNS} <= {*articles.column_names}:
        rows = zip(*(articles[name].to_pylist() for name in COLUMNS), strict=True)
        found = {article_id for article_id, *urls in rows if _covers(takedowns, article_id, *urls)}
    return found | takedowns.ids


def _covers(takedowns: Takedowns, article_id: str, url: str | None, canonical: str | None) -> bool:
    return takedowns.cover(article_id, pages_of(url, canonical) if takedowns.pages else ())


def pages_of(url: str | None, canonical: str | None) -> set[str]:
    """Return the ids of the pages that an article stands on: its URL, and its canonical one."""
    pages = {page_id_of_canonical(canonical), page_id(url) if url != canonical else None}
    return {page for page in pages if page}
