"""What spread: claims that several outlets make, those of most independent origins first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline.desk.explorer.asked import Asked, Shown

N_GROUPS = 50
"""On a page."""

_SELECT = """
    select claim_group_id,
        first(claim order by not is_self_contained, checkworthiness desc, day, claim_id)
            filter (relation <> 'contradicts') as claim,
        bool_or(is_self_contained) filter (relation <> 'contradicts') as is_self_contained,
        max(checkworthiness) filter (relation <> 'contradicts') as checkworthiness,
        any_value(n_outlets) as n_outlets, any_value(n_origins) as n_origins,
        count(*) filter (relation = 'contradicts') as n_contradicting,
        min(day) as first_day, max(day) as last_day,
        count(*) filter (relation <> 'contradicts') as n_claims
    from asserted where claim_group_id is not null and {condition}
    group by claim_group_id having count(*) filter (relation <> 'contradicts') > 0
    order by n_origins desc, is_self_contained desc, checkworthiness desc, claim_group_id"""
_RANKED = """
    select claim_group_id, count(*) over () as total,
        any_value(n_origins) as n_origins,
        bool_or(is_self_contained) filter (relation <> 'contradicts') as is_self_contained,
        max(checkworthiness) filter (relation <> 'contradicts') as checkworthiness
    from (
        select g.claim_group_id, g.relation, g.n_origins, c.is_self_contained, c.checkworthiness,
            a.source as outlet
        from claims c
        join claim_groups g on g.day = c.day and g.claim_id = c.claim_id
        join articles a on a.day = c.day and a.article_id = c.article_id
        where g.day between $first and $last
    )
    where {condition} and {more}
    group by claim_group_id having count(*) filter (relation <> 'contradicts') > 0
    order by n_origins desc, is_self_contained desc, checkworthiness desc, claim_group_id
    limit $n offset $offset"""
_CONTRADICTED = "select claim_group_id from claim_groups where relation = 'contradicts'"
ONLY = {"claims": "claim_id in (select claim_id from claim_groups)"}
_RANKED_ONLY = {
    "claims": "claim_id in (select claim_id from claim_groups where day between $first and $last)"
}
_OF_GROUPS = {
    "claim_groups": "claim_group_id in (select unnest($groups)) and day between $first and $last",
    **ONLY,
}
_SHOWN_ONLY = {
    **_OF_GROUPS,
    **dict.fromkeys(("articles", "entities", "quotes"), "article_id in (select unnest($articles))"),
}


def spread(asked: Asked) -> Shown:
    """Return the list of what spread in the window."""
    filters = asked.filters
    condition, values = filters.conditions("outlet")
    is_contradicted = asked.query.get("contradicted") == "1"
    more = f"claim_group_id in ({_CONTRADICTED})" if is_contradicted else "true"
    groups, total = ranked(asked, condition, values, filters.limits(N_GROUPS), more=more)
    return Shown("spread.html", {"groups": groups, "total": total, "n_pages": -(-total // N_GROUPS)})


def ranked(
    asked: Asked, condition: str, values: Mapping[str, Any], limits: Mapping[str, int], *, more: str = "true"
) -> tuple[list[dict[str, Any]], int]:
    """Return groups of claims in their order, and how many there are in all.

    Args:
        asked: the request; its window says which claims count.
        condition: on outlets.
        values: of its parameters.
        limits: as of `Filters.limits`.
        more: a condition on the groups.
    """
    snapshot, window = asked.snapshot, asked.filters.between
    sql = _RANKED.format(condition=condition, more=more)
    first = snapshot.rows(sql, {**values, **window, **limits}, only=_RANKED_ONLY)
    if not first:
        return [], 0
    own = {"groups": [row["claim_group_id"] for row in first], **window}
    there = snapshot.rows("select distinct article_id from claims", own, only=_OF_GROUPS)
    own |= {"articles": sorted(row["article_id"] for row in there), **values}
    return snapshot.rows(_SELECT.format(condition=condition), own, only=_SHOWN_ONLY), first[0]["total"]
