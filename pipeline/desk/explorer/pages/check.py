"""What is worth checking: claims, ranked, with who makes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.desk.explorer.asked import Asked, Shown
from pipeline.desk.explorer.bands import band_of
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
_LIMIT = " limit $n offset $offset"
_WORTH = """
    select checkworthiness, count(*) as n from {rows} where {condition}
    group by checkworthiness order by checkworthiness desc"""
_CHOSEN = "select day, claim_id, article_id from {rows} where {condition}"
_BAND_ONLY = {"claims": "checkworthiness between $least and $most"}

_PLAIN = """
    select c.day, c.claim_id, c.article_id, c.checkworthiness, c.claimer_kind as voice, c.text as claim,
        c.claim_type, c.topics, c.is_self_contained{columns}
    from claims c{joins}"""
"""What claims are chosen and counted by, without the names of those who make them."""

_JOINS = {
    "outlet": (
        ", a.source as outlet",
        " join articles a on a.day = c.day and a.article_id = c.article_id",
    ),
    "is_reprint": (
        ", d.article_id is not null as is_reprint",
        """
    left join duplicates d on d.day = c.day and d.article_id = c.article_id and d.duplicate_of is not null""",
    ),
    "n_origins": (
        ", coalesce(g.n_origins, 1) as n_origins",
        " left join claim_groups g on g.day = c.day and g.claim_id = c.claim_id",
    ),
}
"""Columns from other tables, which are joined only where they are asked for."""

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
    counted = snapshot.rows(_WORTH.format(rows=_rows_of(asked), condition=condition), values)
    counts = [(row["checkworthiness"], row["n"]) for row in counted]
    total = sum(n for _, n in counts)
    band = band_of(counts, **filters.limits(N_CLAIMS))
    chosen: list[dict[str, Any]] = []
    if band:
        sql = _CHOSEN.format(rows=_rows_of(asked, "n_origins"), condition=condition) + _ORDER + _LIMIT
        chosen = snapshot.rows(sql, {**values, **band.limits(N_CLAIMS)}, only=_BAND_ONLY)
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


def _rows_of(asked: Asked, *columns: str) -> str:
    """Return what claims are chosen from, with the columns that the filters need."""
    filters = asked.filters
    if asked.query.get("voice") and asked.snapshot.decisions.speakers:  # a correction changes the voice
        return "asserted"
    wanted = [("outlet", filters.outlet), ("is_reprint", filters.is_once)]
    joined = [_JOINS[name] for name in (*(name for name, is_asked in wanted if is_asked), *columns)]
    made = _PLAIN.format(columns="".join(c for c, _ in joined), joins="".join(j for _, j in joined))
    return f"({made})"


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
