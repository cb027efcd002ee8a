"""What spread: claims that several outlets make, those of most independent origins first.

Groups are counted in `claim_groups` alone where that says of these days what they say themselves now. Claims
are joined for those groups only that have as many origins as those of the page.
"""

from __future__ import annotations

from typing import Any

from pipeline.desk.explorer.asked import Asked, Shown
from pipeline.desk.explorer.bands import band_of

N_GROUPS = 50
"""On a page."""

_GROUPS = "claim_groups g"
_CLAIMS = f"{_GROUPS} join claims c on c.day = g.day and c.claim_id = g.claim_id"
_OF_OUTLET = (
    f"{_CLAIMS} join articles a on a.day = c.day and a.article_id = c.article_id and a.source = $outlet"
)
_BETWEEN = "g.day between $first and $last"
_AGREES = "g.relation <> 'contradicts'"
_COUNTED = f"""
    select n_origins, count(*) as n
    from (
        select any_value(g.n_origins) as n_origins from {{rows}} where {_BETWEEN} and {{more}}
        group by g.claim_group_id having count(*) filter ({_AGREES}) > 0
    )
    group by n_origins order by n_origins desc"""
_SUMS = f"""
    any_value(g.n_origins) as n_origins,
    bool_or(c.is_self_contained) filter ({_AGREES}) as is_self_contained,
    max(c.checkworthiness) filter ({_AGREES}) as checkworthiness"""
_ORDER = " order by n_origins desc, is_self_contained desc, checkworthiness desc, claim_group_id"
_RANKED = f"""
    select g.claim_group_id, {_SUMS}
    from {{rows}} where {_BETWEEN} and g.n_origins between $least and $most and {{more}}
    group by g.claim_group_id having count(*) filter ({_AGREES}) > 0
    {_ORDER} limit $n offset $offset"""
_MEMBERS = "select claim_id, day from claim_groups"
_SHOWN = f"""
    select g.claim_group_id, {_SUMS},
        first(c.text order by not c.is_self_contained, c.checkworthiness desc, c.day, c.claim_id)
            filter ({_AGREES}) as claim,
        any_value(g.n_outlets) as n_outlets,
        count(*) filter (g.relation = 'contradicts') as n_contradicting,
        count(*) filter ({_AGREES}) as n_claims,
        min(g.day) as first_day, max(g.day) as last_day
    from {{rows}} group by g.claim_group_id {_ORDER}"""
ONLY = {"claims": "claim_id in (select claim_id from claim_groups)"}
"""What a select of the view `spread` needs of claims."""

_OF_GROUPS = {"claim_groups": "claim_group_id in (select unnest($groups)) and day between $first and $last"}
_OF_CLAIMS = {**_OF_GROUPS, "claims": "claim_id in (select unnest($claims))"}


def spread(asked: Asked) -> Shown:
    """Return the list of what spread in the window."""
    filters = asked.filters
    groups, total = ranked(
        asked,
        filters.limits(N_GROUPS),
        outlet=filters.outlet,
        is_contradicted=_is_contradicted(asked),
    )
    return Shown("spread.html", {"groups": groups, "total": total, "n_pages": -(-total // N_GROUPS)})


def ranked(
    asked: Asked, limits: dict[str, int], *, outlet: str = "", is_contradicted: bool = False
) -> tuple[list[dict[str, Any]], int]:
    """Return groups of claims in their order, and how many there are in all.

    Args:
        asked: the request; its window says which claims count.
        limits: as of `Filters.limits`.
        outlet: only its claims count; empty for all.
        is_contradicted: only groups that somebody contradicts in the window.
    """
    snapshot, window = asked.snapshot, asked.filters.between
    values = _values(asked, outlet)
    rows, counted = _OF_OUTLET if outlet else _CLAIMS, _counted_in(asked, outlet)
    more = _contradicted(asked) if is_contradicted else "true"
    found = snapshot.rows(_COUNTED.format(rows=counted, more=more), values)
    counts = [(row["n_origins"], row["n"]) for row in found]
    total = sum(n for _, n in counts)
    band = band_of(counts, **limits)
    if band is None:
        return [], total
    first = snapshot.rows(_RANKED.format(rows=rows, more=more), {**values, **band.limits(limits["n"])})
    own = {"groups": [row["claim_group_id"] for row in first], **window}
    members = snapshot.rows(_MEMBERS, own, only=_OF_GROUPS)
    days = sorted({row["day"] for row in members} & {*snapshot.days})
    own |= {"claims": sorted({row["claim_id"] for row in members}), **values}
    groups = snapshot.rows(_SHOWN.format(rows=rows), own, days=days, only=_OF_CLAIMS)
    return groups, total


def listed(asked: Asked) -> tuple[str, dict[str, Any]]:
    """Return a select of the ids of all groups of the list, and its values."""
    outlet = asked.filters.outlet
    more = _contradicted(asked) if _is_contradicted(asked) else "true"
    sql = f"""
        select g.claim_group_id from {_counted_in(asked, outlet)} where {_BETWEEN} and {more}
        group by g.claim_group_id having count(*) filter ({_AGREES}) > 0"""
    return sql, _values(asked, outlet)


def _values(asked: Asked, outlet: str) -> dict[str, Any]:
    return {**asked.filters.between, **({"outlet": outlet} if outlet else {})}


def _is_contradicted(asked: Asked) -> bool:
    return asked.query.get("contradicted") == "1"


def _counted_in(asked: Asked, outlet: str) -> str:
    """Return what groups are counted in: claims need not be looked at where they are all still there."""
    if outlet:
        return _OF_OUTLET
    return _GROUPS if asked.snapshot.is_derived else _CLAIMS


def _contradicted(asked: Asked) -> str:
    """Return the condition on a row of `claim_groups` that somebody contradicts its group in the window."""
    return f"""g.claim_group_id in (
        select g.claim_group_id from {_counted_in(asked, "")}
        where {_BETWEEN} and g.relation = 'contradicts')"""
