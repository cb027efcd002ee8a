"""The derived table of claim groups: the same claim, in other words, elsewhere.

A partial holds a sketch of each claim of a day (`pipeline.alike`). Between days, claims are linked; the
links of a day to those before it are kept, so that a night compares its own day only.

Claims are taken by day, then id. Each joins the group with which it is linked best, if it is linked to half
of those of the group's claims that it was compared with, and is itself the first of a group otherwise. So
nothing is chained.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pyarrow as pa

from pipeline.alike.claim_links import in_window, to_table
from pipeline.alike.claim_sketch import context_of, sketch_of
from pipeline.curation.decisions import Decisions, decisions_json
from pipeline.derived.scene import Scene
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

_SIDE = ("day", "claim_id", "article_id", "source", "wire_source", "cluster_id", "cluster_source")
MEMBERS = pa.schema(
    [
        *((name, pa.date32() if name == "day" else pa.string()) for name in _SIDE),
        ("relation", pa.string()),
        *(
            (
                "first_id" if name == "claim_id" else f"first_{name}",
                pa.date32() if name == "day" else pa.string(),
            )
            for name in _SIDE
        ),
    ]
)
"""A claim that joined a group, how it stands to the first of it, and this first one.

`wire_source` is that of the article, else of the one it is a duplicate of; `cluster_id` and `cluster_source`
are the id and the outlet of that one, or of the article itself.
"""

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


def obeyed(decisions: Decisions) -> object:
    """Return what matters of human decisions: claims that are not the same never stand in one group."""
    return decisions_json(decisions)["apart"]


type _Key = tuple[date, str]
"""Day and claim_id."""


@dataclass(frozen=True, slots=True)
class _Claim:
    """A linked claim, and where it stands; see `MEMBERS`."""

    key: _Key
    article_id: str
    source: str
    wire_source: str | None
    cluster_id: str
    cluster_source: str

    @classmethod
    def read(cls, row: Mapping[str, Any], side: str = "") -> _Claim:
        """Read a side of a row of `MEMBERS`."""
        id_column = "first_id" if side else "claim_id"
        return cls((row[f"{side}day"], row[id_column]), *(row[f"{side}{name}"] for name in _SIDE[2:]))

    def values(self, side: str = "") -> dict[str, Any]:
        """Return them as a side of such a row."""
        named = zip(
            _SIDE[2:],
            (self.article_id, self.source, self.wire_source, self.cluster_id, self.cluster_source),
            strict=True,
        )
        keys = {f"{side}day": self.key[0], "first_id" if side else "claim_id": self.key[1]}
        return keys | {f"{side}{name}": value for name, value in named}


@dataclass(slots=True)
class _Group:
    """A group: its first claim, and those of the window that joined it, with how they stand to the first."""

    first: _Claim
    members: list[tuple[_Claim, str]] = field(default_factory=list)

    @property
    def compared(self) -> Iterable[_Claim]:
        """All claims that are known of it."""
        yield self.first
        yield from (member for member, _ in self.members)

    def relation(self, key: _Key) -> str:
        """Return how a claim of it stands to the first."""
        return next((relation for member, relation in self.members if member.key == key), "same")


@dataclass(frozen=True, slots=True)
class _Linked:
    """A link to an earlier claim."""

    other: _Key
    relation: str
    score: float


def join(scene: Scene) -> pa.Table:
    """Return the claims of a day that join a group: rows of `MEMBERS`, by id."""
    clusters = _Clusters(scene)
    group_of = _groups_before(scene)
    linked: dict[_Key, list[_Linked]] = {}
    claims: dict[_Key, _Claim] = {}
    for row in scene.given.to_pylist():
        claim, other = clusters.claim(row), clusters.claim(row, "other_")
        claims[claim.key] = claim
        group_of.setdefault(other.key, _Group(other))
        linked.setdefault(claim.key, []).append(_Linked(other.key, row["relation"], row["score"]))
    apart: dict[str, set[str]] = {}
    for one, another in scene.decisions.apart:
        apart.setdefault(one, set()).add(another)
        apart.setdefault(another, set()).add(one)
    joined = []
    for key in sorted(claims):
        found = linked[key]
        if others := apart.get(key[1]):
            found = [link for link in found if others.isdisjoint(_ids_of(group_of[link.other], scene))]
        group, relation = _best_group(claims[key], found, group_of)
        if group is None:
            group_of.setdefault(key, _Group(claims[key]))
            continue
        group.members.append((claims[key], relation))
        group_of[key] = group
        joined.append(claims[key].values() | {"relation": relation} | group.first.values("first_"))
    return pa.Table.from_pylist(joined, schema=MEMBERS)


class _Clusters:
    """Which articles are copies of which, in the window."""

    def __init__(self, scene: Scene) -> None:
        self._of: dict[tuple[date, str], dict[str, Any]] = {}
        if scene.beside is not None:
            for day in (*scene.before, scene.day):
                for row in scene.beside.of_day(day).to_pylist():
                    self._of[day, row["article_id"]] = row

    def claim(self, row: Mapping[str, Any], side: str = "") -> _Claim:
        """Return a side of a link."""
        article_id, source = row[f"{side}article_id"], row[f"{side}source"]
        copied = self._of.get((row[f"{side}day"], article_id))
        return _Claim(
            (row[f"{side}day"], row[f"{side}claim_id"]),
            article_id,
            source,
            row[f"{side}wire_source"] or (copied["first_wire_source"] if copied else None),
            copied["first_id"] if copied else article_id,
            copied["first_source"] if copied else source,
        )


def _groups_before(scene: Scene) -> dict[_Key, _Group]:
    """Return the groups of the claims of the window that joined any."""
    groups: dict[_Key, _Group] = {}
    for day in scene.before:
        for row in scene.members.of_day(day).to_pylist():
            first = _Claim.read(row, "first_")
            group = groups.setdefault(first.key, _Group(first))
            claim = _Claim.read(row)
            group.members.append((claim, row["relation"]))
            groups[claim.key] = group
    return groups


def _ids_of(group: _Group, scene: Scene) -> set[str]:
    """Return the ids of all claims of a group, those before the window too."""
    key = group.first.key
    earlier = scene.members.of_groups([key], until=scene.day)["claim_id"].to_pylist() if group.members else []
    return {claim.key[1] for claim in group.compared} | {*earlier}


def _best_group(
    claim: _Claim, linked: Iterable[_Linked], group_of: Mapping[_Key, _Group]
) -> tuple[_Group | None, str]:
    """Return the group that a claim joins, and how it stands to the group's first claim."""
    by_group: dict[_Key, list[_Linked]] = {}
    for link in linked:
        by_group.setdefault(group_of[link.other].first.key, []).append(link)
    best: tuple[float, float] | None = None
    best_key: _Key | None = None
    for key in sorted(by_group):  # of two that are as good, the earlier
        found = by_group[key]
        compared = sum(
            in_window(claim.key[0], member.key[0]) and member.article_id != claim.article_id
            for member in group_of[key].compared
        )
        rank = (len(found) / compared, sum(link.score for link in found))
        if rank[0] >= _AGREE and (best is None or rank > best):
            best, best_key = rank, key
    if best_key is None:
        return None, "same"
    group = group_of[best_key]
    return group, _relation(by_group[best_key], group)


def _relation(found: Sequence[_Linked], group: _Group) -> str:
    """How a claim stands to the first of its group: by its link to it, else by those to the others."""
    direct = next((link.relation for link in found if link.other == group.first.key), None)
    if direct is not None:
        return direct
    opposed = sum(
        link.score
        if (link.relation == "contradicts") != (group.relation(link.other) == "contradicts")
        else -link.score
        for link in found
    )
    return "contradicts" if opposed > 0 else "same"


def rows(members: pa.Table) -> pa.Table:
    """Return the rows of some groups, from all their members."""
    groups: dict[_Key, list[tuple[_Claim, str]]] = {}
    for row in members.to_pylist():
        first = _Claim.read(row, "first_")
        group = groups.setdefault(first.key, [(first, "same")])
        group.append((_Claim.read(row), row["relation"]))
    found = [row for group in groups.values() for row in _rows(group)]
    found.sort(key=lambda row: (row.day, row.claim_id))
    return to_arrow(found, ClaimGroup)


def _rows(group: Sequence[tuple[_Claim, str]]) -> list[ClaimGroup]:
    first = group[0][0]
    agency: dict[str, str] = {}
    for claim, _ in group:
        if claim.wire_source:
            agency.setdefault(claim.cluster_id, claim.wire_source)
    agreeing = [claim for claim, relation in group if relation != "contradicts"]
    n_outlets = len({claim.source for claim in agreeing})
    # Whose copy it is, where no agency is credited by any of the copies.
    n_origins = len({agency.get(claim.cluster_id) or claim.cluster_source for claim in agreeing})
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
