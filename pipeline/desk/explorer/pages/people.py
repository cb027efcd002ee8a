"""Who is meant by an id: under the decisions of now, and under which ids rows may carry them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pipeline.curation.decisions import Decisions
from pipeline.desk.explorer.asked import Asked, Elsewhere, MissingError

_ENTITY = "from entity_index where entity_id = $id"
_ALIKE = """
    select entity_id, name, label, n_articles, first_seen, last_seen
    from entity_index
    where label = $label and merged_into is null and entity_id <> $id
        and (ends_with(lower(name), lower($last)) or contains(lower($name), lower(name)) and length(name) > 3)
    order by n_articles desc, name limit 6"""
_PRONOUNS = """
    select sum(n_he) as he, sum(n_she) as she from entity_pronouns
    where entity_id in (select unnest($ids))"""


@dataclass(frozen=True, slots=True)
class Meant:
    """An entity that stands for itself.

    Attributes:
        row: of `entity_index`.
        ids: in entities, mentions, quotes and claims: its own, and those of what was merged into it.
    """

    row: dict[str, Any]
    ids: list[str]


def of_theirs(asked: Asked, column: str) -> str:
    """Return the condition on rows of quotes or claims that may be of somebody, under any of their `$ids`.

    Args:
        asked: the request.
        column: who it was found to be.
    """
    found = f"{column} in (select unnest($ids))"
    if not asked.snapshot.decisions.speakers:
        return found  # the other half would make DuckDB look at every row
    return f"({found} or quote_id in (select quote_id from speaker_corrections))"


def find_entity(asked: Asked, kind: str) -> Meant | Elsewhere:
    """Return the entity of the address; the address of the one that it was merged into.

    Args:
        asked: the request.
        kind: the first part of the address, `speaker` or `entity`.

    Raises:
        MissingError: there is no such entity.
    """
    entity_id = asked.path["entity_id"]
    decisions = asked.snapshot.decisions
    if into := decisions.merged.get(entity_id):
        return Elsewhere(f"/{kind}/{into}?{asked.filters.query(page=asked.filters.page)}")
    row = asked.snapshot.row(_ENTITY, {"id": entity_id}, days=[]) or _split_off(asked, entity_id)
    if row is None:
        raise MissingError(f"There is nobody and nothing with the id “{entity_id}”.")
    return Meant(row, _ids(decisions, entity_id))


def alike(asked: Asked, row: dict[str, Any]) -> list[dict[str, Any]]:
    """Return other entities with nearly the same name: they may be the same."""
    words = row["name"].split()
    values = {
        "id": row["entity_id"],
        "label": row["label"],
        "name": row["name"],
        "last": words[-1] if words else "",
    }
    return asked.snapshot.rows(_ALIKE, values, days=[])


def pronouns(asked: Asked, ids: list[str]) -> dict[str, int]:
    """Return how often the articles of all days call somebody he and she: words that were printed."""
    if not asked.snapshot.has("entity_pronouns"):
        return {}
    row = asked.snapshot.row(_PRONOUNS, {"ids": ids}, days=[]) or {}
    return {name: int(n) for name, n in row.items() if n}


def _ids(decisions: Decisions, entity_id: str) -> list[str]:
    own = {entity_id} | {id for id, into in decisions.merged.items() if into == entity_id}
    return sorted(own | {id for (id, _), split in decisions.split.items() if split in own})


def _split_off(asked: Asked, entity_id: str) -> dict[str, Any] | None:
    """Return a row for an entity that was split off since the index was made."""
    decisions = asked.snapshot.decisions
    origin = next((id for (id, _), own in decisions.split.items() if own == entity_id), None)
    row = asked.snapshot.row(_ENTITY, {"id": origin}, days=[]) if origin else None
    if row is not None:
        row |= {
            "entity_id": entity_id,
            "name": decisions.renamed.get(entity_id, row["name"]),
            "n_articles": None,
        }
    return row
