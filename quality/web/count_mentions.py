"""Names and pronouns of an article against gold, as counts.

Names are compared by their exact spans, a leading "the" aside. An entity found stands for the gold's entity
that most of its right names belong to; by that, pronouns and speakers are right or wrong.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

type Record = Mapping[str, Any]
type Span = tuple[int, int]
type Counts = defaultdict[str, float]
"""How many of what; in B-cubed a mention is right in part, so that a count need not be whole."""

_PLACES = frozenset({"GPE", "LOC", "FAC"})


@dataclass(frozen=True, slots=True)
class Meaning:
    """Which of the gold's entities an entity found stands for, and which have a name at all."""

    stands_for: Mapping[str, str]
    named: frozenset[str]

    def of(self, entity_id: str | None) -> str | None:
        """Return the gold's entity for one found; None where it stands for none."""
        return None if entity_id is None else self.stands_for.get(entity_id)


def names_of(text: str, mentions: Sequence[Record]) -> dict[Span, Record]:
    """Return the names by their spans without a leading "the"."""
    return {_without_the(text, mention): mention for mention in mentions if mention["kind"] == "name"}


def meaning(text: str, gold: Sequence[Record], found: Sequence[Record]) -> Meaning:
    """Return what the entities found stand for: the gold's entity of most of their names."""
    own, others = names_of(text, gold), names_of(text, found)
    votes: dict[str, Counter[str]] = defaultdict(Counter)
    for span in sorted(own.keys() & others.keys()):
        votes[others[span]["entity_id"]][own[span]["entity_id"]] += 1
    return Meaning(
        {entity_id: counts.most_common(1)[0][0] for entity_id, counts in votes.items()},
        frozenset(mention["entity_id"] for mention in own.values()),
    )


def count_mentions(text: str, gold: Sequence[Record], found: Sequence[Record], meant: Meaning) -> Counts:
    """Return the counts of an article.

    Args:
        text: of the article.
        gold: mentions: `start`, `end`, `type`, `entity_id`, `kind`.
        found: the same.
        meant: what the entities found stand for.
    """
    own, others = names_of(text, gold), names_of(text, found)
    common = sorted(own.keys() & others.keys())
    n: Counts = defaultdict(float)
    n["names, gold"], n["names, found"], n["names"] = len(own), len(others), len(common)
    n["labels"] = sum(_class(own[span]) == _class(others[span]) for span in common)
    in_gold, in_found = _clusters(own), _clusters(others)
    for span in common:
        one, other = in_gold[own[span]["entity_id"]], in_found[others[span]["entity_id"]]
        n["B3 recall"] += len(one & other) / len(one)
        n["B3 precision"] += len(one & other) / len(other)
        n["entities"] += meant.of(others[span]["entity_id"]) == own[span]["entity_id"]
    pronouns = {(m["start"], m["end"]): meant.of(m["entity_id"]) for m in found if m["kind"] == "pronoun"}
    for mention in gold:
        if mention["kind"] == "pronoun" and mention["entity_id"] in meant.named:
            got = pronouns.get((mention["start"], mention["end"]))
            n["pronouns, gold"] += 1
            n["pronouns"] += got == mention["entity_id"]
            n["pronouns, wrong"] += got not in (None, mention["entity_id"])
    return n


def right_names(text: str, gold: Sequence[Record], found: Sequence[Record], meant: Meaning) -> list[bool]:
    """Tell of each name found, in order, whether span and entity are right."""
    own, others = names_of(text, gold), names_of(text, found)
    return [
        span in own and meant.of(mention["entity_id"]) == own[span]["entity_id"]
        for span, mention in others.items()
    ]


def _without_the(text: str, mention: Record) -> Span:
    start, end = mention["start"], mention["end"]
    return (start + 4, end) if text[start : start + 4].lower() == "the " else (start, end)


def _clusters(names: Mapping[Span, Record]) -> dict[str, set[Span]]:
    clusters: dict[str, set[Span]] = defaultdict(set)
    for span, mention in names.items():
        clusters[mention["entity_id"]].add(span)
    return clusters


def _class(mention: Record) -> str:
    label = str(mention["type"])
    return "PLACE" if label in _PLACES else label
