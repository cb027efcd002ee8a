"""Human decisions about entities: only added to, and obeyed by every run and every rebuild.

They stand in a file that people edit, one JSON object a line, and after it in files of the store, one for
each decision that was noted by command (`note_decision`): two who decide at once, on whatever machines, do
not write over each other's. The last word counts:

    {"action": "merge", "entity_id": "A", "into": "B", "reason": "the same minister"}
    {"action": "split", "entity_id": "A", "reason": "two men of one name after all"}
    {"action": "split", "entity_id": "A", "article_ids": ["X", "Y"], "reason": "the cyclist, not the mayor"}
    {"action": "rename", "entity_id": "A", "name": "Ana Colvey", "reason": "as she spells it"}

A split without articles takes a merge back; one with articles gives the entity of those articles an id of its
own. Further keys (who, when) are kept for people to read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipeline.errors import ConfigError, InputError
from pipeline.identity import checksum, content_id
from pipeline.store import Store
from pipeline.store.batch import NOTED_DECISIONS

_NEEDED = {"merge": ("into",), "split": (), "rename": ("name",)}


@dataclass(frozen=True, slots=True)
class Decisions:
    """What the file says in the end.

    Attributes:
        merged: entity_id -> the entity_id that stands for it, which is never itself merged.
        renamed: entity_id -> name.
        split: (entity_id, article_id) -> the entity_id that it has in that article.
    """

    merged: Mapping[str, str] = field(default_factory=dict)
    renamed: Mapping[str, str] = field(default_factory=dict)
    split: Mapping[tuple[str, str], str] = field(default_factory=dict)


def read_decisions(lines: Iterable[str], *, source: str = "decisions") -> Decisions:
    """Return what a file of decisions says.

    Args:
        lines: its lines; empty ones are skipped.
        source: how messages call the file.

    Raises:
        InputError: a line is no decision. It says which and why: a decision that is not understood must not
            be passed over in silence.
    """
    return _taken_together(_of_lines(lines, source))


def _of_lines(lines: Iterable[str], source: str) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield _decision(line, f"{source}, line {number}")


def _taken_together(decisions: Iterable[dict[str, Any]]) -> Decisions:
    merged: dict[str, str] = {}
    renamed: dict[str, str] = {}
    split: dict[tuple[str, str], str] = {}
    for decision in decisions:
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
    )


def load_decisions(path: Path, store: Store) -> Decisions:
    """Return what the file of decisions says, and after it what was noted in the store.

    Raises:
        InputError: a line, or a file of the store, is no decision.
        ConfigError: the file is there but cannot be read.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        lines = []
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"decisions_file {path} cannot be read: {error}") from None
    return _taken_together([*_of_lines(lines, str(path)), *_noted(store)])


def note_decision(store: Store, decision: Mapping[str, Any]) -> str:
    """Note a decision in the store, in a file of its own; return the file's path.

    Raises:
        InputError: it is no decision; nothing is noted.
    """
    text = json.dumps(dict(decision), sort_keys=True, ensure_ascii=False)
    _decision(text, "this decision")
    moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
    path = f"{NOTED_DECISIONS}/{moment}-{checksum(text)[:8]}.json"
    store.create(path, f"{text}\n".encode())
    return path


_NOTED = re.compile(r"\d{8}T\d{12}Z-[0-9a-f]{8}\.json")


def _noted(store: Store) -> Iterator[dict[str, Any]]:
    """Yield the decisions that were noted, in order; what else lies beside them is left aside."""
    for name in store.names(NOTED_DECISIONS):
        if _NOTED.fullmatch(name):
            path = f"{NOTED_DECISIONS}/{name}"
            yield _decision(store.get(path).decode("utf-8", "replace"), f"{store.root}/{path}")


def decisions_json(decisions: Decisions) -> dict[str, Any]:
    """Return decisions as a JSON object, in one order."""
    return {
        "merged": dict(sorted(decisions.merged.items())),
        "renamed": dict(sorted(decisions.renamed.items())),
        "split": [[*pair, own] for pair, own in sorted(decisions.split.items())],
    }


def decisions_of_json(value: Mapping[str, Any] | None) -> Decisions:
    """Return the decisions of a JSON object; none where there is no object."""
    if value is None:
        return Decisions()
    split = {(entity_id, article_id): own for entity_id, article_id, own in value["split"]}
    return Decisions(merged=value["merged"], renamed=value["renamed"], split=split)


def _decision(line: str, where: str) -> dict[str, Any]:
    try:
        decision = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{where}: not JSON ({error}); mend or remove it") from error
    if not isinstance(decision, dict) or decision.get("action") not in _NEEDED:
        raise InputError(f"{where}: 'action' must be one of {', '.join(_NEEDED)}")
    for key in ("entity_id", "reason", *_NEEDED[decision["action"]]):
        if not isinstance(decision.get(key), str) or not decision[key].strip():
            raise InputError(f"{where}: a {decision['action']} needs '{key}', a text that is not empty")
    articles = decision.get("article_ids", [])
    if not isinstance(articles, list) or not all(isinstance(article, str) for article in articles):
        raise InputError(f"{where}: 'article_ids' must be a list of texts")
    if decision["action"] == "merge" and decision["entity_id"] == decision["into"]:
        raise InputError(f"{where}: an entity cannot be merged into itself")
    return decision


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
