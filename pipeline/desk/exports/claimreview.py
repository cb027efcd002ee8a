"""Claims in the words of schema.org, for fact-checkers' tools: a ClaimReview that still lacks its review.

The claim, who made it and where it appeared are filled in; there is never a rating, which is for humans.
Properties: https://schema.org/ClaimReview and https://schema.org/Claim.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import pyarrow as pa

from pipeline.load import load_arrow

_PERSON = "PERSON"
_READS = {
    "articles": [
        "day",
        "article_id",
        "url",
        "canonical_url",
        "source",
        "title",
        "published_at",
    ],
    "entities": ["entity_id", "label"],
    "claims": [
        "day",
        "claim_id",
        "article_id",
        "text",
        "claimer_kind",
        "claimer",
        "claimer_name",
        "claimer_entity_id",
        "checkworthiness",
        "topics",
    ],
}


def published_claim_reviews(
    *,
    days: tuple[date, date] | None = None,
    least: float = 0.0,
    topic: str | None = None,
    data_dir: str | None = None,
) -> Iterator[dict[str, Any]]:
    """Yield the JSON-LD objects of published days, human decisions on entities obeyed.

    Args:
        days: first and last day, both included; None for all there are. Of a group, only its appearances on
            these days are named.
        least: leave out claims of which no appearance has this `checkworthiness`.
        topic: leave out claims of which no appearance is on this topic.
        data_dir: where the tables lie; the setting of that name where it is left out.

    Raises:
        ConfigError: nothing is published.
        InputError: the files of a day are of different runs, or of another schema version.
    """
    tables = {
        name: load_arrow(name, days=days, columns=columns, data_dir=data_dir)
        for name, columns in _READS.items()
    }
    tables["claim_groups"] = load_arrow("claim_groups", data_dir=data_dir)
    yield from claim_reviews(tables, least=least, topic=topic)


def claim_reviews(
    tables: Mapping[str, pa.Table], *, least: float = 0.0, topic: str | None = None
) -> Iterator[dict[str, Any]]:
    """Yield one JSON-LD object for each claim, or for each group of the same claim.

    Args:
        tables: `claims`, `articles`, `entities` of the wanted days; `claim_groups` where it exists, so that
            a claim made in several articles is one object with all its appearances. Claims in a group that
            contradict or narrow its first one stay objects of their own.
        least: leave out claims of which no appearance has this `checkworthiness`.
        topic: leave out claims of which no appearance is on this topic.
    """
    articles = {(row["day"], row["article_id"]): row for row in tables["articles"].to_pylist()}
    labels = {
        row["entity_id"]: row["label"]
        for row in tables["entities"].select(["entity_id", "label"]).to_pylist()
    }
    group_of: dict[tuple[Any, str], str] = {}
    if "claim_groups" in tables:
        for row in tables["claim_groups"].to_pylist():
            if row["relation"] == "same":
                group_of[row["day"], row["claim_id"]] = row["claim_group_id"]
    together: dict[str, list[dict[str, Any]]] = defaultdict(list)
    claims = tables["claims"].sort_by([("day", "ascending"), ("claim_id", "ascending")]).to_pylist()
    for claim in claims:
        together[group_of.get((claim["day"], claim["claim_id"]), claim["claim_id"])].append(claim)
    for same in together.values():
        if max(claim["checkworthiness"] for claim in same) < least:
            continue
        if topic is not None and not any(topic in claim["topics"] for claim in same):
            continue
        yield claim_review(
            [(claim, articles[claim["day"], claim["article_id"]]) for claim in same], labels=labels
        )


def claim_review(
    appearances: list[tuple[Mapping[str, Any], Mapping[str, Any]]], *, labels: Mapping[str, str]
) -> dict[str, Any]:
    """Return the JSON-LD of one claim.

    Args:
        appearances: (row of claims, row of articles), the first the earliest; at least one.
        labels: entity_id -> label, to tell persons from organisations.
    """
    ordered = sorted(
        appearances, key=lambda pair: (str(pair[1]["published_at"] or pair[0]["day"]), pair[0]["claim_id"])
    )
    first_claim, first_article = ordered[0]
    item: dict[str, Any] = {"@type": "Claim", "identifier": first_claim["claim_id"]}
    if (author := _author(first_claim, first_article, labels)) is not None:
        item["author"] = author
    if first_article["published_at"] is not None:
        item["datePublished"] = first_article["published_at"].isoformat()
    works = list({work["identifier"]: work for work in (_work(article) for _, article in ordered)}.values())
    item["appearance"] = works
    item["firstAppearance"] = works[0]
    return {
        "@context": "https://schema.org",
        "@type": "ClaimReview",
        "claimReviewed": first_claim["text"],
        "itemReviewed": item,
    }


def _author(
    claim: Mapping[str, Any], article: Mapping[str, Any], labels: Mapping[str, str]
) -> dict[str, Any] | None:
    """Who makes the claim: its source, or the outlet; None where that is unclear."""
    if claim["claimer_kind"] == "outlet":
        return {"@type": "Organization", "name": article["source"]}
    name = claim["claimer_name"] or claim["claimer"]
    if claim["claimer_kind"] == "unknown" or not name:
        return None
    is_person = labels.get(claim["claimer_entity_id"] or "") == _PERSON
    return {"@type": "Person" if is_person else "Organization", "name": name}


def _work(article: Mapping[str, Any]) -> dict[str, Any]:
    """An article as something that a claim appears in."""
    work: dict[str, Any] = {"@type": "NewsArticle", "identifier": article["article_id"]}
    if article["canonical_url"] or article["url"]:
        work["url"] = article["canonical_url"] or article["url"]
    if article["title"]:
        work["headline"] = article["title"]
    work["publisher"] = {"@type": "Organization", "name": article["source"]}
    if article["published_at"] is not None:
        work["datePublished"] = article["published_at"].isoformat()
    return work
