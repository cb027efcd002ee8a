"""An article: its text with everything drawn over it that was found there."""

from __future__ import annotations

from typing import Any

from pipeline.desk.explorer.asked import Asked, MissingError, Shown
from pipeline.desk.explorer.filters import parse_day
from pipeline.desk.explorer.layers import article_layers, pieces

_OF_ARTICLE = "article_id = $article_id"
_ONLY = {
    **dict.fromkeys(("articles", "entities", "mentions", "quotes", "claims", "duplicates"), _OF_ARTICLE),
    "claim_groups": "day = $day",
}

_ARTICLE = """
    select a.*, d.cluster_id, d.duplicate_of as copy_of
    from articles a left join duplicates d on d.day = a.day and d.article_id = a.article_id
    where a.day = $day"""
_COPIES = """
    select d.day, d.article_id, a.source as outlet, a.title
    from duplicates d left join articles a on a.day = d.day and a.article_id = d.article_id
    where d.cluster_id = $cluster and not (d.day = $day and d.article_id = $article_id)
    order by d.day, d.article_id"""
_NAMES = """
    select e.*, i.wikidata_id
    from article_entities e left join entity_index i on i.entity_id = e.entity_id
    where e.day = $day order by e.salience desc, e.first_start_char"""
_QUOTES = """
    select s.*, q.content_spans, q.cue_spans, q.speaker_spans
    from said s join quotes q on q.quote_id = s.quote_id
    where s.day = $day order by s.start_char, s.end_char desc, s.quote_id"""
_CLAIMS = """
    from asserted where day = $day order by start_char, end_char desc, claim_id"""
_MENTIONS = """
    select m.mention_id, m.start_char, m.end_char, m.text, m.kind, m.label, m.entity_id
    from mentions m where m.day = $day"""


def article(asked: Asked) -> Shown:
    """Return the page of an article as it stood on a day.

    Raises:
        RequestError: the day is none.
        MissingError: there is no such article on that day.
    """
    day, article_id = parse_day(asked.path["day"]), asked.path["article_id"]
    snapshot = asked.snapshot
    if day not in snapshot.days:
        raise MissingError(f"{day} is not published.")
    values: dict[str, Any] = {"day": day, "article_id": article_id}

    def rows(sql: str, **more: str) -> list[dict[str, Any]]:
        return snapshot.rows(sql, values, days=[day], only={**_ONLY, **more})

    found = rows(_ARTICLE)
    if not found:
        raise MissingError(f"There is no article “{article_id}” on {day}.")
    [row] = found
    names = rows(_NAMES)
    by_id = {name["id_in_article"]: name for name in names}
    quotes, claims, mentions = rows(_QUOTES), rows(_CLAIMS), rows(_MENTIONS)
    for number, quote in enumerate(quotes, 1):
        quote["number"] = number
        who = quote["speaker_or_words"] or "nobody named"
        quote["label"] = f"Quotation {number}, {quote['kind']}: {who}"
    for number, claim in enumerate(claims, 1):
        claim["number"] = number
        claim["who"] = claim["said_by"] or "source unclear"
        claim["label"] = f"Claim {number}, {claim['who']}: worth {claim['checkworthiness']:.2f}"
    for mention in mentions:
        meant = by_id.get(mention["entity_id"])
        mention["entity_id"] = meant["entity_id"] if meant else ""
        mention["label"] = f"{meant['name'] if meant else mention['text']} ({mention['label']})"
    return Shown(
        "article.html",
        {
            "article": row,
            "pieces": list(pieces(row["text"], article_layers(quotes, claims, mentions))),
            "n_styled": max(len(quotes), len(claims)),
            "quotes": quotes,
            "claims": claims,
            "names": [name for name in names if name["n_named"]] or names,
            "copies": _copies(asked, row, values) if row["cluster_id"] else [],
        },
    )


def _copies(asked: Asked, row: dict[str, Any], values: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the other articles with nearly the same text, on any day."""
    snapshot = asked.snapshot
    given = {**values, "cluster": row["cluster_id"]}
    same = snapshot.rows(
        "select distinct day from duplicates where cluster_id = $c", {"c": row["cluster_id"]}, days=[]
    )
    days = [found["day"] for found in same if found["day"] in snapshot.days]
    only = {"duplicates": "cluster_id = $cluster"}
    return snapshot.rows(_COPIES, given, days=days, only=only)
