"""The derived table of claim groups: the same claim, in other words, elsewhere.

A claim is compared to those that share an entity and a long word with it, or two long words.
Two claims are the same when their content words overlap enough and neither amounts nor dates are at odds; the
words are compared by their stems, without those that every claim has. Claims of opposite polarity that would
otherwise be the same contradict each other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from typing import Any

import pyarrow as pa

from pipeline.lexicons import words
from schemas.claim_groups import ClaimGroup
from schemas.table import to_arrow

SIMILAR = 0.4
"""From which overlap of content words on two claims are the same (Jaccard)."""
_MIN_SHARED = 4
_PARTIAL = pa.schema(
    [
        ("claim_id", pa.string()),
        ("day", pa.date32()),
        ("source", pa.string()),
        ("origin", pa.string()),
        ("negated", pa.bool_()),
        ("stems", pa.list_(pa.string())),
        ("entities", pa.list_(pa.string())),
        ("amounts", pa.list_(pa.string())),
        ("dates", pa.list_(pa.string())),
    ]
)


def partial(tables: Mapping[str, pa.Table]) -> pa.Table:
    """Return what a published day gives: of each claim with enough content, what it is compared by.

    Args:
        tables: `claims` and `articles` of the day.
    """
    articles = {
        row["article_id"]: row
        for row in tables["articles"]
        .select(["article_id", "source", "wire_source", "duplicate_of"])
        .to_pylist()
    }
    rows = []
    columns = ["claim_id", "day", "article_id", "text", "polarity", "entity_ids", "quantities", "dates"]
    for claim in tables["claims"].select(columns).sort_by("claim_id").to_pylist():
        stems = content_stems(claim["text"])
        if len(stems) < _MIN_SHARED:
            continue
        article = articles[claim["article_id"]]
        leader = articles.get(article["duplicate_of"] or "", article)
        rows.append(
            {
                "claim_id": claim["claim_id"],
                "day": claim["day"],
                "source": article["source"],
                "origin": article["wire_source"] or leader["wire_source"] or leader["source"],
                "negated": claim["polarity"] == "negated",
                "stems": sorted(stems),
                "entities": sorted(set(claim["entity_ids"])),
                "amounts": sorted(
                    {f"{q['value']:g} {q['unit'] or ''}" for q in claim["quantities"] if q["value"]}
                ),
                "dates": sorted(
                    {f"{d['start']} {d['end']}" for d in claim["dates"] if d["start"] and d["end"]}
                ),
            }
        )
    return pa.Table.from_pylist(rows, schema=_PARTIAL)


def merge(partials: Sequence[pa.Table]) -> pa.Table:
    """Return the table of claim groups of all days.

    Claims are taken by day, then id; each joins the first leading claim that it is the same as or that it
    contradicts, whatever the order of the partials.
    """
    if not partials:
        return to_arrow([], ClaimGroup)
    everything = pa.concat_tables(partials).sort_by([("day", "ascending"), ("claim_id", "ascending")])
    claims = [_Claim.read(row) for row in everything.to_pylist()]
    leaders: dict[tuple[str, str], list[int]] = {}
    members: dict[int, list[tuple[int, str]]] = {}
    for number, claim in enumerate(claims):
        keys = claim.keys()
        candidates = sorted({leader for key in keys for leader in leaders.get(key, ())})
        for leader in candidates:
            relation = relation_to(claim, claims[leader])
            if relation is not None:
                members[leader].append((number, relation))
                break
        else:
            members[number] = [(number, "same")]
            for key in keys:
                leaders.setdefault(key, []).append(number)
    rows = [row for group in members.values() if len(group) > 1 for row in _rows(claims, group)]
    rows.sort(key=lambda row: (row.day, row.claim_id))
    return to_arrow(rows, ClaimGroup)


@dataclass(frozen=True, slots=True)
class _Claim:
    """A claim as it is compared."""

    claim_id: str
    day: date
    source: str
    origin: str
    negated: bool
    stems: frozenset[str]
    entities: tuple[str, ...]
    amounts: frozenset[str]
    dates: tuple[tuple[str, str], ...]

    @classmethod
    def read(cls, row: Mapping[str, Any]) -> _Claim:
        return cls(
            claim_id=row["claim_id"],
            day=row["day"],
            source=row["source"],
            origin=row["origin"],
            negated=row["negated"],
            stems=frozenset(row["stems"]),
            entities=tuple(row["entities"]),
            amounts=frozenset(row["amounts"]),
            dates=tuple((d.split()[0], d.split()[1]) for d in row["dates"]),
        )

    def keys(self) -> set[tuple[str, str]]:
        """What a claim must share one of with another to be compared to it: long words tell most."""
        telling = sorted(self.stems, key=lambda stem: (-len(stem), stem))[:5]
        pairs = {(a, b) if a < b else (b, a) for a, b in combinations(telling, 2)}
        return pairs | {(entity, stem) for entity in self.entities[:4] for stem in telling}


def relation_to(claim: Any, leader: Any) -> str | None:
    """Return how a claim stands to another: same, narrower, contradicts; None where they differ.

    Both have `stems`, `amounts`, `dates` and `negated`.
    """
    shared = len(claim.stems & leader.stems)
    if shared < _MIN_SHARED or shared / len(claim.stems | leader.stems) < SIMILAR:
        return None
    if _is_at_odds(claim, leader):
        return None
    if claim.negated != leader.negated:
        return "contradicts"
    is_narrower = claim.amounts > leader.amounts or (bool(claim.dates) and not leader.dates)
    return "narrower" if is_narrower else "same"


def _is_at_odds(claim: Any, leader: Any) -> bool:
    """Whether both give amounts, or both give dates, and these differ."""
    if claim.amounts and leader.amounts and not claim.amounts & leader.amounts:
        return True
    if not claim.dates or not leader.dates:
        return False
    return not any(a <= d and c <= b for a, b in claim.dates for c, d in leader.dates)


def _rows(claims: Sequence[_Claim], group: Sequence[tuple[int, str]]) -> list[ClaimGroup]:
    first = claims[group[0][0]]
    agreeing = [claims[number] for number, relation in group if relation != "contradicts"]
    outlets = len({claim.source for claim in agreeing})
    origins = len({claim.origin for claim in agreeing})
    return [
        ClaimGroup(
            claim_id=claims[number].claim_id,
            day=claims[number].day,
            claim_group_id=first.claim_id,
            relation=relation,  # type: ignore[arg-type]
            n_outlets=outlets,
            n_origins=origins,
            first_seen=first.day,
        )
        for number, relation in group
    ]


def content_stems(text: str) -> frozenset[str]:
    """Return the stems of the words that say what a text is about; negations are left to the polarity."""
    cleaned = "".join(c if c.isalnum() else " " for c in text.lower().replace("n't", " ").replace("n’t", " "))
    return frozenset(
        _stem(word)
        for word in cleaned.split()
        if word not in words("topic_stop_words") and word not in words("negators") and len(word) > 1
    )


def _stem(word: str) -> str:
    """Take off the endings that inflect a word."""
    for ending, rest in (("ies", "y"), ("ing", ""), ("ed", ""), ("es", ""), ("s", "")):
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith(("ss", "us", "is")):
            return (word[: -len(ending)] + rest).rstrip("e")
    return word.rstrip("e")
