"""Search: words in quotations or in texts, and names that have them; without words, what there is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from pipeline.desk.explorer.asked import Asked, Shown
from pipeline.desk.explorer.charts import by_day_and_outlet, days_chart
from pipeline.desk.explorer.pages import spread
from pipeline.desk.explorer.search_index import Hits, Where
from pipeline.desk.explorer.search_index import search as search_in
from pipeline.desk.explorer.words import Term, marked, match_of, read_terms

N_HITS = 20
"""On a page."""

INDEX_SECONDS = 2.0
"""So long a search may make indexes of days; the others are searched when it is asked again."""

_AROUND = 160

_QUOTES = """
    select day, quote_id, article_id, outlet, title, published_at, kind, is_speech, speaker_id,
        speaker_or_words, speaker_role, quote, is_reprint, permalink
    from said"""
_TEXTS = """
    select a.day, a.article_id, a.source as outlet, a.title, a.text, a.published_at,
        d.article_id is not null as is_reprint
    from articles a
    left join duplicates d on d.day = a.day and d.article_id = a.article_id and d.duplicate_of is not null"""
IN_QUOTES = "quote_id in (select unnest($quotes))"
WHOLE_TEXTS = """
    select a.day, a.article_id, a.source as outlet, a.title, a.url, a.published_at, a.language, a.n_words,
        d.article_id is not null as is_reprint, concat('/article/', a.day, '/', a.article_id) as permalink
    from articles a
    left join duplicates d on d.day = a.day and d.article_id = a.article_id and d.duplicate_of is not null
    where a.article_id in (select unnest($articles)) order by a.article_id"""
_NAMES = """
    select entity_id, name, label, n_articles, last_seen from entity_index
    where merged_into is null and contains(lower(strip_accents(name)), lower(strip_accents($name)))
    order by n_articles desc, name limit 6"""
_SPEAKERS = """
    select speaker_id, any_value(speaker_name) as name, any_value(speaker_label) as label, count(*) as n,
        count(distinct outlet) as n_outlets
    from said where speaker_id is not null group by speaker_id order by n desc, name, speaker_id limit 8"""
_SPEAKERS_BY_DAY = """
    select c.speaker_id, i.name, i.label, c.n, c.n_outlets
    from (
        select speaker_id, sum(n_quotes)::bigint as n, count(distinct outlet) as n_outlets
        from speaker_days where day between $first and $last group by speaker_id
        qualify rank() over (order by n desc) <= 8
    ) c left join entity_index i on i.entity_id = c.speaker_id
    order by c.n desc, i.name, c.speaker_id limit 8"""
_DAYS = "select day, source as outlet, count(*) as n from articles group by all"


def search(asked: Asked) -> Shown:
    """Return the page of a search, or what there is where nothing is searched for."""
    terms = read_terms(asked.filters.words)
    if not asked.filters.words:
        return _overview(asked)
    match = match_of(terms)
    where = where_of(asked)
    snapshot, filters = asked.snapshot, asked.filters
    days = snapshot.days_between(filters.first, filters.last)
    found, files, left = Hits(), list[tuple[date, Path]](), list[date]()
    if match:
        manifests = [snapshot.manifest(day) for day in days]
        files, left = asked.indexes.ready(manifests, seconds=INDEX_SECONDS)
        found = search_in(
            files,
            match,
            where=where,
            outlet=filters.outlet,
            kind=filters.kind,
            without=snapshot.takedowns.ids,
            **filters.limits(N_HITS),
        )
    return Shown(
        "search.html",
        {
            "where": where,
            "match": match,
            "total": found.total,
            "n_pages": -(-found.total // N_HITS),
            "by_outlet": found.by_outlet.most_common(12),
            "chart": days_chart(
                found.by_day,
                filters.first,
                filters.last,
                what="quotations" if where == "said" else "articles",
            ),
            "hits": _hits(asked, found, where, terms),
            "left": left,
            "n_days": len(days),
            "back_to": _back_to([day for day, _ in files], left),
            "names": snapshot.rows(_NAMES, {"name": filters.words.strip('"*')}, days=[])
            if filters.page == 1
            else [],
        },
    )


def _back_to(searched: Sequence[date], left: Sequence[date]) -> date | None:
    """Return the day back to which all days were searched; None where some after it were not."""
    return min(searched) if searched and left and min(searched) > max(left) else None


def where_of(asked: Asked) -> Where:
    """Return what is searched."""
    return "texts" if asked.query.get("in") == "texts" else "said"


def _hits(asked: Asked, found: Hits, where: Where, terms: list[Term]) -> list[dict[str, Any]]:
    """Return the rows of hits, in their order, with the words marked."""
    if not found.hits:
        return []
    days = sorted({day for day, *_ in found.hits})
    articles = sorted({article_id for _, article_id, _ in found.hits})
    values: dict[str, Any] = {"articles": articles}
    only = dict.fromkeys(("articles", "entities"), "article_id in (select unnest($articles))")
    if where == "said":
        values["quotes"] = [quote_id for *_, quote_id in found.hits]
        only["quotes"] = IN_QUOTES
        rows = asked.snapshot.rows(_QUOTES, values, days=days, only=only)
        by_key = {(row["day"], row["article_id"], row["quote_id"]): row for row in rows}
        for row in rows:
            row["marked"] = marked(row["quote"], terms)
    else:
        rows = asked.snapshot.rows(_TEXTS, values, days=days, only={"articles": only["articles"]})
        by_key = {(row["day"], row["article_id"], ""): row for row in rows}
        for row in rows:
            row["marked"] = marked(row.pop("text"), terms, around=_AROUND)
            row["permalink"] = f"/article/{row['day']}/{row['article_id']}"
    return [by_key[hit] for hit in found.hits if hit in by_key]


def _overview(asked: Asked) -> Shown:
    """Return what there is in the window."""
    snapshot, filters = asked.snapshot, asked.filters
    by_day, by_outlet = by_day_and_outlet(snapshot.rows(_DAYS))
    return Shown(
        "overview.html",
        {
            "total": sum(by_day.values()),
            "by_outlet": by_outlet,
            "by_day": by_day,
            "chart": days_chart(by_day, filters.first, filters.last, what="articles"),
            "speakers": snapshot.rows(_SPEAKERS_BY_DAY, filters.between)
            if snapshot.is_counted
            else snapshot.rows(_SPEAKERS),
            "groups": spread.ranked(asked, {"n": 6, "offset": 0})[0],
        },
    )
