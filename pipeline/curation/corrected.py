"""Rows of quotes and claims under the speakers that people corrected; published files stay as they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pyarrow as pa

from schemas.table import with_values

BY_DECISION = "decision"
"""What `quotes.speaker_method` says of a speaker that a person corrected."""


def corrected_quotes(rows: pa.Table, speakers: Mapping[str, str | None]) -> pa.Table:
    """Return rows of quotes, the corrected ones with the id of who speaks, and no name yet.

    Args:
        rows: with `quote_id`, and any of the other columns.
        speakers: quote_id -> entity_id; None for nobody.
    """
    places = _places(rows["quote_id"].to_pylist(), speakers)
    values: dict[str, Callable[[str | None], Any]] = {
        "speaker_entity_id": lambda speaker: speaker,
        "speaker_entity_ids": lambda speaker: [speaker] if speaker else [],
        "speaker_name": lambda speaker: None,
        "speaker_method": lambda speaker: BY_DECISION,
    }
    for column, value in values.items():
        rows = _put(rows, column, {at: value(speaker) for at, speaker in places.items()})
    return rows


def corrected_claims(rows: pa.Table, quotes: pa.Table, speakers: Mapping[str, str | None]) -> pa.Table:
    """Return rows of claims: those made by a speaker who was corrected have the id of who speaks.

    A claim of somebody whom the speaker only reports stays as it is, and so does one of the outlet.

    Args:
        rows: with `quote_id`, `claimer_kind` and `claimer_entity_id`, and any of the other columns.
        quotes: `quote_id` and `speaker_entity_id` of the same day, as they were found.
        speakers: quote_id -> entity_id; None for nobody.
    """
    found = dict(zip(*(quotes[name].to_pylist() for name in ("quote_id", "speaker_entity_id")), strict=True))
    names = ("quote_id", "claimer_entity_id", "claimer_kind")
    quote_ids, claimers, kinds = (rows[name].to_pylist() for name in names)
    places = {
        at: speaker
        for at, speaker in _places(quote_ids, speakers).items()
        if kinds[at] != "outlet" and found.get(quote_ids[at]) == claimers[at]
    }
    rows = _put(rows, "claimer_entity_id", places)
    rows = _put(rows, "claimer_kind", {at: _kind_of(speaker) for at, speaker in places.items()})
    return _put(rows, "claimer_name", dict.fromkeys(places))


def _kind_of(speaker: str | None) -> str:
    """Return `claimer_kind` of a claim whose speaker was corrected."""
    return "attributed" if speaker else "unknown"


def _places(quote_ids: list[str | None], speakers: Mapping[str, str | None]) -> dict[int, str | None]:
    return {at: speakers[id] for at, id in enumerate(quote_ids) if id is not None and id in speakers}


def _put(rows: pa.Table, column: str, values: Mapping[int, Any]) -> pa.Table:
    if not values or column not in rows.column_names:
        return rows
    changed = rows[column].to_pylist()
    for at, value in values.items():
        changed[at] = value
    return with_values(rows, column, changed)
