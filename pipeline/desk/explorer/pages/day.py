"""A day: its articles, by outlet."""

from __future__ import annotations

from typing import Any

from pipeline.desk.explorer.asked import Asked, MissingError, Shown
from pipeline.desk.explorer.filters import parse_day

N_ARTICLES = 100
"""On a page."""

ARTICLES = """
    select a.day, a.article_id, a.source as outlet, a.title, a.published_at, a.published_at_precision,
        a.language, a.n_words, d.article_id is not null as is_reprint,
        (select count(*) from quotes q where q.article_id = a.article_id) as n_quotes,
        (select count(*) from claims c where c.article_id = a.article_id) as n_claims
    from shown a
    left join duplicates d on d.day = a.day and d.article_id = a.article_id and d.duplicate_of is not null
    order by a.published_at desc nulls last, a.source, a.article_id"""
SHOWN = """
    with shown as (
        select day, article_id, source, title, published_at, published_at_precision, language, n_words
        from articles where {condition}
        order by published_at desc nulls last, source, article_id {limit}
    )"""
_OUTLETS = "select source as outlet, count(*) as n from articles group by source order by n desc, source"


def day(asked: Asked) -> Shown:
    """Return the page of a day.

    Raises:
        RequestError: the day is none.
        MissingError: it is not published.
    """
    day = parse_day(asked.path["day"])
    snapshot, filters = asked.snapshot, asked.filters
    if day not in snapshot.days:
        raise MissingError(f"{day} is not published.")
    outlets = snapshot.rows(_OUTLETS, days=[day])
    condition, values = conditions(asked)
    sql = SHOWN.format(condition=condition, limit="limit $n offset $offset") + ARTICLES
    articles = snapshot.rows(sql, {**values, **filters.limits(N_ARTICLES)}, days=[day])
    at = snapshot.days.index(day)
    total = sum(row["n"] for row in outlets if filters.outlet in ("", row["outlet"]))
    return Shown(
        "day.html",
        {
            "day": day,
            "manifest": snapshot.manifest(day),
            "outlets": outlets,
            "articles": articles,
            "total": total,
            "n_pages": -(-total // N_ARTICLES),
            "before": snapshot.days[at - 1] if at else None,
            "after": snapshot.days[at + 1] if at + 1 < len(snapshot.days) else None,
        },
    )


def conditions(asked: Asked) -> tuple[str, dict[str, Any]]:
    """Return the conditions of the list, and their values."""
    outlet = asked.filters.outlet
    return ("source = $outlet", {"outlet": outlet}) if outlet else ("true", {})
