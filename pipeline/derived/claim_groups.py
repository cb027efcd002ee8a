"""The derived table of claim groups: the same claim, in other words, elsewhere.

A partial holds a sketch of each claim of a day (`pipeline.alike`). Between days, claims are linked; the
links of a day to those before it are kept, so that a night compares its own day only. Groups are
made of the links of all days, in the order of the days.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pyarrow as pa

from pipeline.alike.claim_links import in_window, to_table
from pipeline.alike.claim_sketch import context_of, sketch_of
from pipeline.curation.decisions import Decisions
from schemas.claim_groups import ClaimGroup
from schemas.table import to_arrow

READS_COLUMNS: dict[str, list[str] | None] = {
    "articles": ["article_id", "source", "wire_source"],
    "entities": ["article_id", "entity_id", "name", "n_named"],
    "claims": [
        "claim_id",
        "day",
        "article_id",
        "text",
        "subject",
        "subject_entity_id",
        "predicate",
        "predicate_lemma",
        "object",
        "polarity",
        "modality",
        "quantities",
        "dates",
        "entity_ids",
        "claim_type",
    ],
}
"""The columns that a partial is made of."""

_AGREE = 0.5
"""A claim joins a group when it is linked to this share of the group's claims that it was compared with."""


def partial(tables: Mapping[str, pa.Table]) -> pa.Table:
    """Return the sketches of a published day.

    Args:
        tables: `claims`, `entities` and `articles` of the day, with the columns of `READS_COLUMNS`.
    """
    articles = {row["article_id"]: row for row in tables["articles"].to_pylist()}
    names: dict[str, dict[str, str]] = {id: {} for id in articles}
    named: dict[str, list[str]] = {id: [] for id in articles}
    for entity in tables["entities"].to_pylist():
        names[entity["article_id"]][entity["entity_id"]] = entity["name"]
        if entity["n_named"]:
            named[entity["article_id"]].append(entity["name"])
    contexts = {id: context_of(found) for id, found in named.items()}
    sketches = (
        sketch_of(claim, articles[id], names[id], contexts[id])
        for claim in tables["claims"].to_pylist()
        if (id := claim["article_id"])
    )
    return to_table([sketch for sketch in sketches if sketch is not None])


def merge(links: Sequence[pa.Table], decisions: Decisions, duplicates: pa.Table) -> pa.Table:
    """Return the table of claim groups of all days.

    Claims are taken by day, then id. Each joins the group with which it is linked best, if it is linked to
    half of those of the group's claims that it was compared with, and is itself the first of a group
    otherwise. So the order of `links` does not matter, and nothing is chained.

    Args:
        links: of each day.
        decisions: claims that are not the same, as people said, never stand in one group.
        duplicates: the derived table of that name: copies count as one origin.
    """
    linked: dict[_Key, list[tuple[_Key, str, float]]] = {}
    claims: dict[_Key, _Claim] = {}
    for row in (row for table in links for row in table.to_pylist()):
        claim, other = _Claim.read(row), _Claim.read(row, "other_")
        claims[claim.key], claims[other.key] = claim, other
        linked.setdefault(claim.key, []).append((other.key, row["relation"], row["score"]))
    apart: dict[str, set[str]] = {}
    for first, second in decisions.apart:
        apart.setdefault(first, set()).add(second)
        apart.setdefault(second, set()).add(first)
    groups: list[_Group] = []
    group_of: dict[_Key, _Group] = {}
    for key in sorted(claims):
        others = apart.get(key[1], set())
        found = [
            link
            for link in linked.get(key, [])
            if not others or others.isdisjoint(member.key[1] for member, _ in group_of[link[0]].members)
        ]
        group, relation = _best_group(claims[key], found, group_of)
        if group is None:
            group = _Group(len(groups))
            groups.append(group)
        group.members.append((claims[key], relation))
        group_of[key] = group
    origins = _origins(claims.values(), duplicates)
    rows = [row for group in groups if len(group.members) > 1 for row in _rows(group.members, origins)]
    rows.sort(key=lambda row: (row.day, row.claim_id))
    return to_arrow(rows, ClaimGroup)


type _Key = tuple[date, str]
"""Day and claim_id."""


@dataclass(frozen=True, slots=True)
class _Claim:
    """A linked claim, and where it stands."""

    key: _Key
    article_id: str
    source: str
    wire_source: str | None

    @classmethod
    def read(cls, row: Mapping[str, Any], side: str = "") -> _Claim:
        return cls(
            (row[f"{side}day"], row[f"{side}claim_id"]),
            row[f"{side}article_id"],
            row[f"{side}source"],
            row[f"{side}wire_source"],
        )


@dataclass(slots=True)
class _Group:
    number: int
    members: list[tuple[_Claim, str]] = field(default_factory=list)


def _best_group(
    claim: _Claim, linked: Iterable[tuple[_Key, str, float]], group_of: Mapping[_Key, _Group]
) -> tuple[_Group | None, str]:
    """Return the group that a claim joins, and how it stands to the group's first claim."""
    by_group: dict[int, list[tuple[_Key, str, float]]] = {}
    groups: dict[int, _Group] = {}
    for link in linked:
        group = group_of[link[0]]
        groups[group.number] = group
        by_group.setdefault(group.number, []).append(link)
    best: tuple[float, float, int] | None = None
    for number, found in by_group.items():
        compared = sum(
            in_window(claim.key[0], member.key[0]) and member.article_id != claim.article_id
            for member, _ in groups[number].members
        )
        rank = (len(found) / compared, sum(score for *_, score in found), -number)
        if rank[0] >= _AGREE and (best is None or rank > best):
            best = rank
    if best is None:
        return None, "same"
    group = groups[-best[2]]
    members = {member.key: relation for member, relation in group.members}
    return group, _relation(by_group[group.number], members, group.members[0][0].key)


def _relation(found: Sequence[tuple[_Key, str, float]], members: Mapping[_Key, str], first: _Key) -> str:
    """How a claim stands to the first of its group: by its link to it, else by those to the others."""
    direct = next((relation for key, relation, _ in found if key == first), None)
    if direct is not None:
        return direct
    opposed = sum(
        score if (relation == "contradicts") != (members[key] == "contradicts") else -score
        for key, relation, score in found
    )
    return "contradicts" if opposed > 0 else "same"


def _origins(claims: Iterable[_Claim], duplicates: pa.Table) -> dict[tuple[date, str], str]:
    """Return the origin of each article: its agency, or that of its copies, or whose copy it is."""
    claims = list(claims)
    outlet = {claim.article_id: claim.source for claim in claims}
    cluster: dict[tuple[date, str], str] = {}
    agency: dict[str, str] = {}
    for row in duplicates.to_pylist():
        cluster[row["day"], row["article_id"]] = row["cluster_id"]
        if row["wire_source"]:
            agency.setdefault(row["cluster_id"], row["wire_source"])
    origins = {}
    for claim in claims:
        article = (claim.key[0], claim.article_id)
        copied = cluster.get(article)
        origins[article] = (
            claim.wire_source
            or (agency.get(copied) if copied else None)
            or (outlet.get(copied, f"copies of {copied}") if copied else claim.source)
        )
    return origins


def _rows(group: Sequence[tuple[_Claim, str]], origins: Mapping[tuple[date, str], str]) -> list[ClaimGroup]:
    first = group[0][0]
    agreeing = [claim for claim, relation in group if relation != "contradicts"]
    n_outlets = len({claim.source for claim in agreeing})
    n_origins = len({origins[claim.key[0], claim.article_id] for claim in agreeing})
    return [
        ClaimGroup(
            claim_id=claim.key[1],
            day=claim.key[0],
            claim_group_id=first.key[1],
            relation=relation,  # type: ignore[arg-type]
            n_outlets=n_outlets,
            n_origins=n_origins,
            first_seen=first.key[0],
        )
        for claim, relation in group
    ]
