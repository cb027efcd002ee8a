"""What spread: claims that several outlets make, those of most independent origins first."""

from __future__ import annotations

from pipeline.desk.explorer.asked import Asked, Shown

N_GROUPS = 50
"""On a page."""

SELECT = """
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
_CONTRADICTED = "select claim_group_id from claim_groups where relation = 'contradicts'"
ONLY = {"claims": "claim_id in (select claim_id from claim_groups)"}


def spread(asked: Asked) -> Shown:
    """Return the list of what spread in the window."""
    filters = asked.filters
    condition, values = filters.conditions("outlet")
    if asked.query.get("contradicted") == "1":
        condition += f" and claim_group_id in ({_CONTRADICTED})"
    select = SELECT.format(condition=condition)
    sql = f"select *, count(*) over () as total from ({select}) limit $n offset $offset"
    groups = asked.snapshot.rows(sql, {**values, **filters.limits(N_GROUPS)}, only=ONLY)
    total = groups[0]["total"] if groups else 0
    return Shown("spread.html", {"groups": groups, "total": total, "n_pages": -(-total // N_GROUPS)})
