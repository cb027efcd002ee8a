"""A speaker: what they are reported to have said, where, and about whom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.desk.explorer.asked import Answer, Asked, Elsewhere, Shown
from pipeline.desk.explorer.charts import by_day_and_outlet, days_chart
from pipeline.desk.explorer.pages.people import alike, find_entity, of_theirs, pronouns
from pipeline.desk.explorer.pages.years import year_chart

N_QUOTES = 50
"""On a page."""

_OWN_ENTITIES = {"entities": "entity_id in (select unnest($ids))"}
_BY = "from said where speaker_id = $id and {condition}"
_IN_ARTICLES = "article_id in (select unnest($articles))"
_ARTICLES = "select distinct article_id from quotes"
_PAGE_ONLY = {
    "entities": f"entity_id in (select unnest($ids)) and {_IN_ARTICLES}",
    "articles": _IN_ARTICLES,
}
_ABOUT_ONLY = dict.fromkeys(("mentions", "entities", "articles"), _IN_ARTICLES)
_ALL = """
    select day, outlet, article_id, quote_id, is_reprint, is_speech, speaker_role """
_ORDER = " order by day desc, published_at desc nulls last, article_id, start_char"
_SHOWN = f"""
    select day, outlet, article_id, quote_id, title, published_at, kind, is_speech, speaker, speaker_role,
        quote, cue, score, is_reprint, permalink
    from said where speaker_id = $id{_ORDER}"""
_SHOWN_ONLY = {
    "quotes": "quote_id in (select unnest($quotes))",
    **dict.fromkeys(("articles", "entities"), _IN_ARTICLES),
}
_ABOUT = """
    select entity_id, any_value(name) as name, any_value(label) as label, count(*) as n
    from quote_names where speaker_id = $id and not is_speaker and n_named > 0
    group by entity_id order by n desc, name, entity_id limit 12"""
_ABOUT_BY_DAY = """
    select c.entity_id, i.name, i.label, c.n
    from (
        select entity_id, sum(n_quotes)::bigint as n from quote_name_days
        where speaker_id = $id and entity_id <> $id and day between $first and $last group by entity_id
    ) c left join entity_index i on i.entity_id = c.entity_id
    order by c.n desc, i.name, c.entity_id limit 12"""


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
    found = snapshot.rows(_ARTICLES, {"ids": entity.ids}, only=_quotes(asked))
    articles = sorted({row["article_id"] for row in found})
    own = {"id": entity.row["entity_id"], "ids": entity.ids, "articles": articles}
    quotes = snapshot.rows(
        _ALL + _BY.format(condition=condition) + _ORDER,
        {**own, **values},
        only={**_quotes(asked), **_PAGE_ONLY},
    )
    by_day, by_outlet = by_day_and_outlet({**row, "n": 1} for row in quotes)
    roles = Counter(row["speaker_role"] for row in quotes if row["speaker_role"])
    total = len(quotes)
    return Shown(
        "speaker.html",
        {
            "entity": entity.row,
            "pronouns": pronouns(asked, entity.ids),
            "roles": sorted(roles, key=lambda role: (-roles[role], role))[:3],
            "quotes": _shown(asked, own, quotes),
            "total": total,
            "n_once": sum(not row["is_reprint"] for row in quotes),
            "n_speech": sum(row["is_speech"] for row in quotes),
            "n_articles": len({(row["day"], row["article_id"]) for row in quotes}),
            "n_pages": -(-total // N_QUOTES),
            "outlets": by_outlet,
            "chart": days_chart(by_day, filters.first, filters.last, what="quotations"),
            "years": year_chart(snapshot, "speaker_days", entity),
            "about": about(asked, own),
            "alike": alike(asked, entity.row),
        },
    )


def only(asked: Asked) -> dict[str, str]:
    """Return which rows tables need for the quotations of a speaker with `$ids`."""
    return {**_quotes(asked), **_OWN_ENTITIES}


def _quotes(asked: Asked) -> dict[str, str]:
    return {"quotes": of_theirs(asked, "speaker_entity_id")}


def about(asked: Asked, own: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return whom and what a speaker names most often in the window; from what is counted by day, if it is.

    Args:
        asked: the request.
        own: `id` of the speaker, the `ids` in the rows of a day, and the `articles` that quote them.
    """
    if not asked.snapshot.is_counted:
        return asked.snapshot.rows(_ABOUT, own, only={**_quotes(asked), **_ABOUT_ONLY})
    return asked.snapshot.rows(_ABOUT_BY_DAY, {"id": own["id"], **asked.filters.between})


def conditions(asked: Asked) -> tuple[str, dict[str, Any]]:
    """Return the conditions of the list, and their values."""
    filters = asked.filters
    condition, values = filters.conditions("outlet", "kind", "once")
    if filters.words:
        condition += " and contains(lower(strip_accents(quote)), lower(strip_accents($words)))"
        values["words"] = filters.words
    return condition, values


def _shown(asked: Asked, own: Mapping[str, Any], quotes: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return a page of quotations, looked for on their days alone."""
    limits = asked.filters.limits(N_QUOTES)
    wanted = quotes[limits["offset"] :][: limits["n"]]
    if not wanted:
        return []
    values = {
        "id": own["id"],
        "quotes": [row["quote_id"] for row in wanted],
        "articles": sorted({row["article_id"] for row in wanted}),
    }
    keys = {(row["day"], row["quote_id"]) for row in wanted}
    rows = asked.snapshot.rows(_SHOWN, values, days=sorted({day for day, _ in keys}), only=_SHOWN_ONLY)
    return [row for row in rows if (row["day"], row["quote_id"]) in keys]
