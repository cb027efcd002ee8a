"""Whom the pronouns and descriptions of a text mean, against gold.

An entity that was found stands for the gold entity that most of its names overlap; a pronoun or description
is right where the entity that it was put into stands for the right one.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from quality.figures import Figures, Rates, Share, found

PRONOUNS = frozenset({"he", "him", "his", "himself", "she", "her", "hers", "herself"})

POSSESSIVES = frozenset({"its", "their"})

type Mentions = Sequence[Mapping[str, Any]]


def meanings(gold: Mentions, found: Mentions) -> dict[str, str]:
    """Return the gold entity that each found entity stands for; one without an overlapping name has none.

    Args:
        gold: mentions with `start`, `end`, `named`, `entity_id`.
        found: the same, as found.
    """
    votes: dict[str, Counter[str]] = defaultdict(Counter)
    names = [mention for mention in gold if mention["named"]]
    for other in found:
        if other["named"]:
            for own in names:
                if own["start"] < other["end"] and other["start"] < own["end"]:
                    votes[str(other["entity_id"])][str(own["entity_id"])] += 1
    return {entity: count.most_common(1)[0][0] for entity, count in votes.items()}


def score_resolution(records: Sequence[Mapping[str, Any]], found_in: Mapping[str, Mentions]) -> Figures:
    """Return how many of the gold's third-person pronouns and descriptions lead to the right entity.

    Pronouns count once their entity has been named before them. A description is found where the one that
    was found overlaps it.
    """
    n: Counter[str] = Counter()
    for record in records:
        found = found_in.get(record["doc_id"], ())
        meant = meanings(record["mentions"], found)
        for kind, anaphors in (
            ("pronoun", named_pronouns(record)),
            ("nominal", [m for m in record["mentions"] if m.get("kind") == "nominal"]),
        ):
            placed = [m for m in found if m["kind"] == kind]
            for anaphor in anaphors:
                n[kind] += 1
                n[f"{kind} right"] += any(
                    meant.get(str(other["entity_id"])) == anaphor["entity_id"]
                    for other in placed
                    if other["start"] < anaphor["end"] and anaphor["start"] < other["end"]
                )
    figures: Figures = {"pronouns": Share(n["pronoun right"], n["pronoun"])}
    if n["nominal"]:
        figures["descriptions"] = Share(n["nominal right"], n["nominal"])
    return figures


def score_possessives(records: Sequence[Mapping[str, Any]], found_in: Mapping[str, Mentions]) -> Rates:
    """Return how many of its and their lead to the right entity; most are left alone on purpose."""
    n: Counter[str] = Counter()
    for record in records:
        mentions = found_in.get(record["doc_id"], ())
        meant = meanings(record["mentions"], mentions)
        wanted = {(m["start"], m["end"]): m["entity_id"] for m in possessives(record)}
        n["gold"] += len(wanted)
        for mention in mentions:
            span = mention["start"], mention["end"]
            if record["text"][slice(*span)].lower() in POSSESSIVES and not outside(record, *span):
                n["found"] += 1
                n["right"] += span in wanted and wanted[span] == meant.get(str(mention["entity_id"]))
    return found(n["right"], n_gold=n["gold"], n_found=n["found"])


def possessives(record: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the gold's its and their whose entity has been named before them."""
    return [
        mention
        for mention in _named_before(record, POSSESSIVES, (m for m in record["mentions"] if m["named"]))
        if not outside(record, mention["start"], mention["end"])
    ]


def outside(record: Mapping[str, Any], start: int, end: int) -> bool:
    """Whether a span lies where the gold is not annotated in full."""
    spans = record.get("eval_spans") or [(start, end)]
    return not any(a <= start and end <= b for a, b in spans)


def named_pronouns(record: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the gold's forms of he and she whose person has been named before them."""
    persons = (m for m in record["mentions"] if m["named"] and m["type"] in ("PERSON", "person"))
    return _named_before(record, PRONOUNS, persons)


def _named_before(
    record: Mapping[str, Any], forms: frozenset[str], names: Iterable[Mapping[str, Any]]
) -> list[Mapping[str, Any]]:
    """Return the gold's mentions of these forms that come after the first of the names of their entity."""
    first: dict[str, int] = {}
    for name in names:
        entity = name["entity_id"]
        first[entity] = min(first.get(entity, name["start"]), name["start"])
    return [
        mention
        for mention in record["mentions"]
        if record["text"][mention["start"] : mention["end"]].lower() in forms
        and first.get(mention["entity_id"], mention["start"]) < mention["start"]
    ]
