"""A speaker: what they are reported to have said, where, and about whom."""

from __future__ import annotations

from typing import Any

from pipeline.desk.explorer.asked import Answer, Asked, Elsewhere, Shown
from pipeline.desk.explorer.charts import by_day_and_outlet, days_chart
from pipeline.desk.explorer.pages.people import CORRECTED, alike, find_entity, pronouns
from pipeline.desk.explorer.pages.years import year_chart

N_QUOTES = 50
"""On a page."""

_OWN_QUOTES = f"speaker_entity_id in (select unnest($ids)) or {CORRECTED}"
ONLY = {"quotes": _OWN_QUOTES, "entities": "entity_id in (select unnest($ids))"}
_BY = "from said where speaker_id = $id and {condition}"
_IN_ARTICLES = "article_id in (select unnest($articles))"
_ARTICLES = "select distinct article_id from quotes"
_PAGE_ONLY = {
    "quotes": _OWN_QUOTES,
    "entities": f"entity_id in (select unnest($ids)) and {_IN_ARTICLES}",
    "articles": _IN_ARTICLES,
}
_ABOUT_ONLY = {
    "quotes": _OWN_QUOTES,
    **dict.fromkeys(("mentions", "entities", "articles"), _IN_ARTICLES),
}
_COUNTS = """
    select day, outlet, count(*) as n, count(*) filter (not is_reprint) as n_once,
        count(*) filter (is_speech) as n_speech, count(distinct article_id) as n_articles """
_LIST = """
    select day, outlet, article_id, title, published_at, kind, is_speech, speaker, speaker_role, quote, cue,
        score, is_reprint, permalink """
_ORDER = " order by day desc, published_at desc nulls last, article_id, start_char limit $n offset $offset"
_ABOUT = """
    select entity_id, any_value(name) as name, any_value(label) as label, count(*) as n
    from quote_names where speaker_id = $id and not is_speaker and n_named > 0
    group by entity_id order by n desc, name limit 12"""
_ROLES = """
    select speaker_role as role, count(*) as n from said
    where speaker_id = $id and speaker_role is not null group by role order by n desc, role limit 3"""


def speaker(asked: Asked) -> Answer:
    """Return the page of a speaker.

    Raises:
        MissingError: there is no such entity.
    """
    entity = find_entity(asked, "speaker")
    if isinstance(entity, Elsewhere):
        return entity
    snapshot, filters = asked.snapshot, asked.filters
    condition, values = conditions(asked)
    # What is joined is looked for in the articles that quote them alone.
    found = snapshot.rows(_ARTICLES, {"ids": entity.ids}, only={"quotes": _OWN_QUOTES})
    articles = sorted({row["article_id"] for row in found})
    own = {"id": entity.row["entity_id"], "ids": entity.ids, "articles": articles}
    counts = _rows(asked, own, _COUNTS + _BY.format(condition=condition) + " group by day, outlet", values)
    listed = {**values, **filters.limits(N_QUOTES)}
    quotes = _rows(asked, own, _LIST + _BY.format(condition=condition) + _ORDER, listed)
    by_day, by_outlet = by_day_and_outlet(counts)
    total = sum(by_day.values())
    return Shown(
        "speaker.html",
        {
            "entity": entity.row,
            "pronouns": pronouns(asked, entity.ids),
            "roles": _rows(asked, own, _ROLES, {}),
            "quotes": quotes,
            "total": total,
            "n_once": sum(row["n_once"] for row in counts),
            "n_speech": sum(row["n_speech"] for row in counts),
            "n_articles": sum(row["n_articles"] for row in counts),
            "n_pages": -(-total // N_QUOTES),
            "outlets": by_outlet,
            "chart": days_chart(by_day, filters.first, filters.last, what="quotations"),
            "years": year_chart(snapshot, "speaker_days", entity),
            "about": snapshot.rows(_ABOUT, own, only=_ABOUT_ONLY),
            "alike": alike(asked, entity.row),
        },
    )


def conditions(asked: Asked) -> tuple[str, dict[str, Any]]:
    """Return the conditions of the list, and their values."""
    filters = asked.filters
    condition, values = filters.conditions("outlet", "kind", "once")
    if filters.words:
        condition += " and contains(lower(strip_accents(quote)), lower(strip_accents($words)))"
        values["words"] = filters.words
    return condition, values


def _rows(asked: Asked, own: dict[str, Any], sql: str, values: dict[str, Any]) -> list[dict[str, Any]]:
    return asked.snapshot.rows(sql, {**own, **values}, only=_PAGE_ONLY)
