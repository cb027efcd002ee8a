"""What is worth checking: claims, ranked, with who makes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.desk.explorer.asked import Asked, Shown
from pipeline.desk.explorer.filters import RequestError
from schemas import ClaimRow
from schemas.table import columns

N_CLAIMS = 50
"""On a page."""

_VALUES = {column.name: column.values for column in columns(ClaimRow)}
VOICES: tuple[str, ...] = tuple(_VALUES["claimer_kind"])
TYPES: tuple[str, ...] = tuple(_VALUES["claim_type"])

_SELECT = """
    select claim_id, day, article_id, outlet, published_at, voice, said_by, said_by_id, claim, polarity,
        modality, claim_type, checkworthiness, is_self_contained, topics, claim_group_id, n_outlets,
        n_origins, permalink
    from asserted"""
_ORDER = " order by checkworthiness desc, n_origins desc, day desc, claim_id"

_STEPS = (0.8, 0.6, 0.4, 0.0)
_PLAIN = """
    select c.day, c.claim_id, c.article_id, c.checkworthiness, coalesce(g.n_origins, 1) as n_origins,
        a.source as outlet, c.claimer_kind as voice, c.text as claim, c.claim_type, c.topics,
        c.is_self_contained, d.article_id is not null as is_reprint
    from claims c
    join articles a on a.day = c.day and a.article_id = c.article_id
    left join claim_groups g on g.day = c.day and g.claim_id = c.claim_id
    left join duplicates d on d.day = c.day and d.article_id = c.article_id and d.duplicate_of is not null"""
"""What claims are chosen and counted by, without the names of those who make them."""

_SHOWN_ONLY = {
    "claims": "claim_id in (select unnest($claims))",
    **dict.fromkeys(("articles", "entities", "quotes"), "article_id in (select unnest($articles))"),
}


def conditions(asked: Asked) -> tuple[str, dict[str, object], dict[str, str]]:
    """Return the conditions of the list, their values, and what of them is not among the filters.

    Raises:
        RequestError: a value cannot be.
    """
    condition, values = asked.filters.conditions("outlet", "once")
    if asked.filters.words:
        condition += " and contains(lower(strip_accents(claim)), lower(strip_accents($words)))"
        values["words"] = asked.filters.words
    more: dict[str, str] = {}
    for name, column, allowed in (("voice", "voice", VOICES), ("type", "claim_type", TYPES)):
        if value := asked.query.get(name, ""):
            if value not in allowed:
                raise RequestError(f"There is no {name} {value[:40]!r}; there are {', '.join(allowed)}.")
            condition += f" and {column} = ${name}"
            more[name] = values[name] = value
    if topic := asked.query.get("topic", ""):
        condition += " and list_contains(topics, $topic)"
        more["topic"] = values["topic"] = topic
    if asked.query.get("alone") == "1":
        condition += " and is_self_contained"
        more["alone"] = "1"
    return condition, values, more


def check(asked: Asked) -> Shown:
    """Return the list of claims that are worth checking.

    Raises:
        RequestError: a value cannot be.
    """
    condition, values, more = conditions(asked)
    snapshot, filters = asked.snapshot, asked.filters
    rows = "asserted" if "voice" in more and snapshot.decisions.speakers else f"({_PLAIN})"
    sql = f"select day, claim_id, article_id from {rows} where {condition}{_ORDER} limit $n offset $offset"
    chosen: list[dict[str, Any]] = []
    for least in _STEPS:  # those that are worth most come first: the others need not be joined
        given = {**values, **filters.limits(N_CLAIMS), "least": least}
        chosen = snapshot.rows(sql, given, only={"claims": "checkworthiness >= $least"})
        if len(chosen) == N_CLAIMS:
            break
    total = (snapshot.row(f"select count(*) as n from {rows} where {condition}", values) or {"n": 0})["n"]
    topics = snapshot.rows("select distinct unnest(topics) as topic from claims order by topic")
    return Shown(
        "check.html",
        {
            "claims": _shown(asked, chosen),
            "total": total,
            "n_pages": -(-total // N_CLAIMS),
            "more": more,
            "voices": VOICES,
            "types": TYPES,
            "topics": [row["topic"] for row in topics],
        },
    )


def _shown(asked: Asked, chosen: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return claims with who makes them: only these are joined with names."""
    if not chosen:
        return []
    keys = {(row["day"], row["claim_id"]) for row in chosen}
    articles = sorted({row["article_id"] for row in chosen})
    values = {"claims": sorted({claim_id for _, claim_id in keys}), "articles": articles}
    rows = asked.snapshot.rows(
        _SELECT + _ORDER,
        values,
        days=sorted({day for day, _ in keys}),
        only=_SHOWN_ONLY,
    )
    return [row for row in rows if (row["day"], row["claim_id"]) in keys]
