"""Near-duplicates among the articles of one day: each points to the first that it is similar to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime

from pipeline.alike.texts import Hashes, bands, jaccard, leaders, shingles, signature
from schemas import Article

_FAR = datetime.max.replace(tzinfo=UTC)


def mark_duplicates(articles: Iterable[Article]) -> list[Article]:
    """Return the articles, near-duplicates pointing to the first that they are similar to.

    The first is the one published first, of several the one with the smallest id. Nothing is left out.
    """
    articles = list(articles)
    order = sorted(articles, key=lambda article: (article.published_at or _FAR, article.article_id))
    sets: dict[str, Hashes] = {}
    hashes: list[list[int]] = []
    for article in order:
        if article.text_sha256 not in sets:
            sets[article.text_sha256] = shingles(article.text)
        own = sets[article.text_sha256]
        # A text too short for shingles is a duplicate of the same text only.
        hashes.append(bands(signature(own)) if len(own) else [int(article.text_sha256[:16], 16)])

    def similarity(a: int, b: int) -> float:
        if order[a].text_sha256 == order[b].text_sha256:
            return 1.0
        return jaccard(sets[order[a].text_sha256], sets[order[b].text_sha256])

    first = {
        order[number].article_id: order[leader].article_id
        for number, (leader, _) in enumerate(leaders(hashes, similarity))
        if leader != number
    }
    return [
        replace(article, duplicate_of=first[article.article_id]) if article.article_id in first else article
        for article in articles
    ]
