"""An entity: where it is named, what is said about it, what it asserts, and whom it may be the same as."""

from __future__ import annotations

from typing import Any

from pipeline.desk.explorer.asked import Answer, Asked, Elsewhere, Shown
from pipeline.desk.explorer.charts import days_chart
from pipeline.desk.explorer.pages.people import alike, find_entity, of_theirs, pronouns
from pipeline.desk.explorer.pages.years import year_chart

N_ARTICLES, N_ABOUT = 50, 20
"""On a page."""

ONLY = {"entities": "entity_id in (select unnest($ids))"}
_IN_ARTICLES = "article_id in (select unnest($articles))"
_LIST_ONLY = {**ONLY, "articles": _IN_ARTICLES}
_ABOUT_ONLY = {
    "mentions": "entity_id in (select unnest($ids)) and kind = 'name'",
    **dict.fromkeys(("quotes", "entities", "articles"), _IN_ARTICLES),
}
_COUNTS = """
    select day, count(*) as n, sum(n_mentions) as n_mentions from article_entities
    where entity_id = $id and {condition} group by day"""
_COUNTS_BY_DAY = """
    select day, sum(n_articles)::bigint as n, sum(n_mentions) as n_mentions from entity_days
    where entity_id = $id and day between $first and $last and {condition} group by day"""
_ARTICLES = """
    select e.day, e.article_id, e.outlet, a.title, a.published_at, e.role, e.n_mentions, e.salience,
        e.in_title, e.is_reprint, e.permalink
    from article_entities e join articles a on a.day = e.day and a.article_id = e.article_id
    where e.entity_id = $id and {condition}
    order by e.day desc, e.salience desc, e.article_id limit $n offset $offset"""
_ABOUT = """
    select s.day, s.outlet, s.quote, s.speaker_id, s.speaker_or_words, s.permalink, s.is_reprint
    from quote_names n join said s on s.day = n.day and s.quote_id = n.quote_id
    where n.entity_id = $id and not n.is_speaker and n.n_named > 0
    order by s.day desc, s.published_at desc nulls last, s.quote_id limit $n"""
_CLAIMS = """
    select day, outlet, claim, polarity, modality, checkworthiness, claim_group_id, n_outlets, permalink
    from asserted where said_by_id = $id
    order by checkworthiness desc, day desc, claim_id limit 20"""

WHOLE = {
    "about": (
        "said",
        """quote_id in (
            select quote_id from quote_names where entity_id = $id and not is_speaker and n_named > 0)""",
    ),
    "claims": ("asserted", "said_by_id = $id"),
}
"""Both lists beside the articles, whole: the view and the condition."""


def only(asked: Asked, name: str) -> dict[str, str]:
    """Return which rows tables need for a list of `WHOLE`, of the entity with `$ids`."""
    if name == "about":
        return {"mentions": "entity_id in (select unnest($ids)) and kind = 'name'"}
    return {"claims": of_theirs(asked, "claimer_entity_id")}


def entity(asked: Asked) -> Answer:
    """Return the page of an entity.

    Raises:
        MissingError: there is no such entity.
    """
    found = find_entity(asked, "entity")
    if isinstance(found, Elsewhere):
        return found
    snapshot, filters = asked.snapshot, asked.filters
    condition, values = filters.conditions("outlet", "once")
    # What is joined is looked for in the articles that name it alone.
    named = snapshot.rows("select distinct article_id from entities", {"ids": found.ids}, only=ONLY)
    articles = sorted({row["article_id"] for row in named})
    own = {"id": found.row["entity_id"], "ids": found.ids, "articles": articles}
    counts = _counts(asked, own)
    total = sum(row["n"] for row in counts)
    return Shown(
        "entity.html",
        {
            "entity": found.row,
            "pronouns": pronouns(asked, found.ids),
            "merged": [id for id in found.ids if id != found.row["entity_id"]],
            "articles": snapshot.rows(
                _ARTICLES.format(condition=condition),
                {**own, **values, **filters.limits(N_ARTICLES)},
                only=_LIST_ONLY,
            ),
            "total": total,
            "n_pages": -(-total // N_ARTICLES),
            "n_mentions": sum(row["n_mentions"] for row in counts),
            "chart": days_chart(
                {row["day"]: row["n"] for row in counts}, filters.first, filters.last, what="articles"
            ),
            "years": year_chart(snapshot, "entity_days", found),
            "about": _about(asked, own),
            "claims": snapshot.rows(_CLAIMS, own, only={**only(asked, "claims"), **_LIST_ONLY}),
            "alike": alike(asked, found.row),
        },
    )


def _counts(asked: Asked, own: dict[str, Any]) -> list[dict[str, Any]]:
    """Return how many rows the list of articles has on each day; from what is counted by day, if it can be.

    An article that calls an entity by two ids has two rows in the list, and is counted once there.
    """
    snapshot, filters = asked.snapshot, asked.filters
    condition, values = filters.conditions("outlet", "once")
    if filters.is_once or len(own["ids"]) > 1 or not snapshot.is_counted:
        return snapshot.rows(_COUNTS.format(condition=condition), {**own, **values}, only=_LIST_ONLY)
    given = {"id": own["id"], **filters.between, **values}
    return snapshot.rows(_COUNTS_BY_DAY.format(condition=condition), given)


def _about(asked: Asked, own: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the newest quotations of others that name it: of few days first, since most need no more."""
    days = asked.snapshot.days_between(asked.filters.first, asked.filters.last)[::-1]
    found: list[dict[str, Any]] = []
    for some in (days[:1], days[1:5], days[5:]):
        if some and len(found) < N_ABOUT:
            values = {**own, "n": N_ABOUT - len(found)}
            found += asked.snapshot.rows(_ABOUT, values, days=some[::-1], only=_ABOUT_ONLY)
    return found
