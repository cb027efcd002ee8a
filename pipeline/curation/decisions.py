"""Human decisions about entities, claims and speakers: only added to, and obeyed by every run and rebuild.

Where they are kept is the matter of `decision_files.py`. One is a JSON object; the last word counts:

    {"action": "merge", "entity_id": "A", "into": "B", "reason": "the same minister"}
    {"action": "split", "entity_id": "A", "reason": "two men of one name after all"}
    {"action": "split", "entity_id": "A", "article_ids": ["X", "Y"], "reason": "the cyclist, not the mayor"}
    {"action": "rename", "entity_id": "A", "name": "Ana Colvey", "reason": "as she spells it"}
    {"action": "not-same-claim", "claim_id": "C", "other_id": "D", "reason": "another ferry"}
    {"action": "wrong-speaker", "quote_id": "Q", "speaker_id": "A", "reason": "it is the mayor who speaks"}
    {"action": "wrong-speaker", "quote_id": "Q", "speaker_id": null, "reason": "none of those it names"}

A split without articles takes a merge back; one with articles gives the entity of those articles an id of its
own. Two claims that are not the same never stand in one group. The speaker of a quotation is an entity of its
article, by its id in `entities`, or none. Further keys (who, when) are kept for people to read.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pipeline.errors import InputError
from pipeline.identity import content_id

_NEEDED = {
    "merge": ("entity_id", "into"),
    "split": ("entity_id",),
    "rename": ("entity_id", "name"),
    "not-same-claim": ("claim_id", "other_id"),
    "wrong-speaker": ("quote_id",),
}


@dataclass(frozen=True, slots=True)
class Decisions:
    """What the file says in the end.

    Attributes:
        merged: entity_id -> the entity_id that stands for it, which is never itself merged.
        renamed: entity_id -> name.
        split: (entity_id, article_id) -> the entity_id that it has in that article.
        apart: pairs of claim_ids, each pair and all of them sorted, that never stand in one group.
        speakers: quote_id -> the entity_id of who speaks, as its article has it; None for nobody in it.
    """

    merged: Mapping[str, str] = field(default_factory=dict)
    renamed: Mapping[str, str] = field(default_factory=dict)
    split: Mapping[tuple[str, str], str] = field(default_factory=dict)
    apart: tuple[tuple[str, str], ...] = ()
    speakers: Mapping[str, str | None] = field(default_factory=dict)


def read_decisions(lines: Iterable[str], *, source: str = "decisions") -> Decisions:
    """Return what a file of decisions says.

    Args:
        lines: its lines; empty ones are skipped.
        source: how messages call the file.

    Raises:
        InputError: a line is no decision. It says which and why: a decision that is not understood must not
            be passed over in silence.
    """
    return taken_together(decisions_of_lines(lines, source))


def decisions_of_lines(lines: Iterable[str], source: str) -> Iterator[dict[str, Any]]:
    """Yield the decisions of a file one by one; arguments and errors as of `read_decisions`."""
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield read_decision(line, f"{source}, line {number}")


def taken_together(decisions: Iterable[dict[str, Any]]) -> Decisions:
    """Return what decisions say in the end, the last word last."""
    merged: dict[str, str] = {}
    renamed: dict[str, str] = {}
    split: dict[tuple[str, str], str] = {}
    apart: set[tuple[str, str]] = set()
    speakers: dict[str, str | None] = {}
    for decision in decisions:
        if decision["action"] == "wrong-speaker":
            speakers[decision["quote_id"]] = decision["speaker_id"]
            continue
        if decision["action"] == "not-same-claim":
            first, second = sorted((decision["claim_id"], decision["other_id"]))
            apart.add((first, second))
            continue
        entity_id = decision["entity_id"]
        if decision["action"] == "rename":
            renamed[entity_id] = decision["name"]
        elif decision["action"] == "merge":
            _merge(merged, entity_id, decision["into"])
        elif articles := decision.get("article_ids"):
            own = content_id("split", entity_id, *sorted(articles))
            split.update({(entity_id, article): own for article in articles})
        else:
            merged.pop(entity_id, None)
    return Decisions(
        merged={entity_id: _root(merged, entity_id) for entity_id in sorted(merged)},
        renamed=renamed,
        split=split,
        apart=tuple(sorted(apart)),
        speakers=speakers,
    )


def decisions_json(decisions: Decisions) -> dict[str, Any]:
    """Return decisions as a JSON object, in one order."""
    return {
        "merged": dict(sorted(decisions.merged.items())),
        "renamed": dict(sorted(decisions.renamed.items())),
        "split": [[*pair, own] for pair, own in sorted(decisions.split.items())],
        "apart": [list(pair) for pair in decisions.apart],
        "speakers": dict(sorted(decisions.speakers.items())),
    }


def decisions_of_json(value: Mapping[str, Any] | None) -> Decisions:
    """Return the decisions of a JSON object; none where there is no object."""
    if value is None:
        return Decisions()
    split = {(entity_id, article_id): own for entity_id, article_id, own in value["split"]}
    apart = tuple((first, second) for first, second in value.get("apart", ()))
    return Decisions(
        merged=value["merged"],
        renamed=value["renamed"],
        split=split,
        apart=apart,
        speakers=value.get("speakers", {}),
    )


def read_decision(line: str, where: str) -> dict[str, Any]:
    """Return one decision.

    Args:
        line: its JSON.
        where: how messages call the place where it stands.

    Raises:
        InputError: it is none.
    """
    try:
        decision = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{where}: not JSON ({error}); mend or remove it") from error
    if not isinstance(decision, dict) or decision.get("action") not in _NEEDED:
        raise InputError(f"{where}: 'action' must be one of {', '.join(_NEEDED)}")
    for key in ("reason", *_NEEDED[decision["action"]]):
        if not isinstance(decision.get(key), str) or not decision[key].strip():
            raise InputError(f"{where}: a {decision['action']} needs '{key}', a text that is not empty")
    articles = decision.get("article_ids", [])
    if not isinstance(articles, list) or not all(isinstance(article, str) for article in articles):
        raise InputError(f"{where}: 'article_ids' must be a list of texts")
    if decision["action"] == "wrong-speaker" and not _is_id_or_null(decision, "speaker_id"):
        raise InputError(
            f"{where}: a wrong-speaker needs 'speaker_id', a text that is not empty, or null for nobody"
        )
    if decision["action"] == "merge" and decision["entity_id"] == decision["into"]:
        raise InputError(f"{where}: an entity cannot be merged into itself")
    if decision["action"] == "not-same-claim" and decision["claim_id"] == decision["other_id"]:
        raise InputError(f"{where}: a claim is the same as itself")
    return decision


def _is_id_or_null(decision: Mapping[str, Any], key: str) -> bool:
    value = decision.get(key, "")
    return value is None or (isinstance(value, str) and bool(value.strip()))


def _merge(merged: dict[str, str], entity_id: str, into: str) -> None:
    """Add a merge; where it would close a circle, the older link of that circle gives way."""
    at = into
    while at in merged:
        if merged[at] == entity_id:
            del merged[at]
            break
        at = merged[at]
    merged[entity_id] = into


def _root(merged: Mapping[str, str], entity_id: str) -> str:
    while entity_id in merged:
        entity_id = merged[entity_id]
    return entity_id
