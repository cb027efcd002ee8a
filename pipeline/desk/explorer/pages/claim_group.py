"""A claim that several articles make: who had it first, and who says the opposite, each in its context."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from typing import Any

from pipeline.desk.explorer.asked import Asked, MissingError, Shown

AROUND = 180
"""Characters of context on each side of a claim."""

_SPACES = re.compile(r"\s+")
_GROUP = "select claim_id, day from claim_groups where claim_group_id = $id"
_MEMBERS = """
    select m.*, a.title, c.is_self_contained, c.checkworthiness, c.claim_type, c.modality,
        substring(a.text, greatest(c.start_char - $around, 0) + 1, least(c.start_char, $around)) as before,
        substring(a.text, c.end_char + 1, $around) as after,
        c.start_char > $around as is_cut_before, c.end_char + $around < a.n_chars as is_cut_after
    from spread_members m
    join claims c on c.day = m.day and c.claim_id = m.claim_id
    join articles a on a.day = m.day and a.article_id = m.article_id
    order by m.rank nulls last, m.published_at nulls last, m.outlet, m.claim_id"""
ONLY = {
    "claim_groups": "claim_group_id = $id",
    "claims": "claim_id in (select unnest($claims))",
    "articles": "article_id in (select unnest($articles))",
    "entities": "article_id in (select unnest($articles))",
}


def claim_group(asked: Asked) -> Shown:
    """Return the page of a claim group.

    Raises:
        MissingError: there is no such group.
    """
    snapshot = asked.snapshot
    days, values = members_of(asked)
    group_id = values["id"]
    members = snapshot.rows(_MEMBERS, {**values, "around": AROUND}, days=days, only=ONLY)
    for member in members:
        _at_words(member)
    agreeing = [member for member in members if member["relation"] != "contradicts"]
    against = [member for member in members if member["relation"] == "contradicts"]
    if len(members) < 2 or not agreeing:
        raise MissingError(f"The claims of the group “{group_id}” are no longer the same.")
    sharing = Counter(member["rank"] for member in agreeing)
    for member in agreeing:
        member["is_tied"] = member["published_at"] is not None and sharing[member["rank"]] > 1
    first = [member for member in agreeing if member["rank"] == 1]
    best = min(
        agreeing, key=lambda m: (not m["is_self_contained"], -m["checkworthiness"], m["day"], m["claim_id"])
    )
    return Shown(
        "claim_group.html",
        {
            "group_id": group_id,
            "best": best,
            "members": agreeing,
            "against": against,
            "first": first,
            "first_outlets": sorted({member["outlet"] for member in first}),
            "is_certain": any(member["is_first_certain"] for member in first),
            "outlets": sorted({member["outlet"] for member in agreeing}),
        },
    )


def members_of(asked: Asked) -> tuple[list[date], dict[str, Any]]:
    """Return the days of a group, and what tells its rows.

    Raises:
        MissingError: there is no such group.
    """
    snapshot, group_id = asked.snapshot, asked.path["group_id"]
    found = snapshot.rows(_GROUP, {"id": group_id}, days=[])
    days = sorted({row["day"] for row in found} & {*snapshot.days})
    if not days:
        raise MissingError(f"There is no group of claims “{group_id}”.")
    claims = [row["claim_id"] for row in found]
    there = snapshot.rows(
        "select article_id from claims", {"claims": claims}, days=days, only={"claims": ONLY["claims"]}
    )
    articles = sorted({row["article_id"] for row in there})
    return days, {"id": group_id, "claims": claims, "articles": articles}


def _at_words(member: dict[str, Any]) -> None:
    """Let a claim's context begin and end with whole words, on one line."""
    before, after = member["before"], member["after"]
    if member["is_cut_before"]:
        before = "… " + before.partition(" ")[2]
    if member["is_cut_after"]:
        after = after.rpartition(" ")[0] + " …"
    member["before"], member["after"] = (_SPACES.sub(" ", text) for text in (before, after))
