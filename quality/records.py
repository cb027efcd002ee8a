"""An annotated `Doc` as records of the gold's form."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from spacy.tokens import Doc, Span

from pipeline.components.entities import canonical_key
from pipeline.components.layers import Claim, Entity, Quotation
from pipeline.parsing.tokenizer import stored_range


def mention_records(doc: Doc, doc_id: str) -> list[dict[str, Any]]:
    """Return the mentions of all entities; `entity_id` is the key of the name, as it is in the tables."""
    return [
        {
            "start": stored_range(mention.span)[0],
            "end": stored_range(mention.span)[1],
            "type": entity.label,
            "entity_id": _entity_id(entity, doc_id),
            "kind": mention.kind,
            "named": mention.kind == "name",
            "link": entity.wikidata_id,
        }
        for entity in _entities(doc)
        for mention in entity.mentions
    ]


def quote_records(doc: Doc, doc_id: str, *, outermost: bool = False) -> list[dict[str, Any]]:
    """Return the quotations; with `outermost`, those that stand inside of no other."""
    entities = _entities(doc)
    quotations: tuple[Quotation, ...] = doc._.quotes
    return [
        {
            "type": quotation.kind,
            "content": _offsets(quotation.content),
            "cue": _offsets(quotation.cue),
            "speaker": _offsets(quotation.speaker),
            "speaker_entity": _entity_id(entities[quotation.speaker_entities[0]], doc_id)
            if quotation.speaker_entities
            else None,
            "is_speech": quotation.is_speech,
            "score": quotation.score,
        }
        for quotation in quotations
        if not outermost or quotation.parent is None
    ]


def claim_records(doc: Doc) -> list[dict[str, Any]]:
    """Return the claims."""
    claims: tuple[Claim, ...] = doc._.claims
    return [
        {
            "start": stored_range(claim.span)[0],
            "end": stored_range(claim.span)[1],
            "claimer_kind": claim.claimer_kind,
            "claimer": _offsets(claim.claimer),
            "polarity": claim.polarity,
            "hedged": bool(claim.hedges),
            "subject": _offsets([claim.subject])[0] if claim.subject is not None else None,
            "predicate": _offsets(claim.predicate),
        }
        for claim in claims
    ]


def _entities(doc: Doc) -> tuple[Entity, ...]:
    entities: tuple[Entity, ...] = doc._.entities
    return entities


def _entity_id(entity: Entity, doc_id: str) -> str:
    key = canonical_key(entity.name, entity.label)
    return f"{key}|{doc_id}" if entity.is_local else key


def _offsets(spans: Iterable[Span]) -> list[list[int]]:
    return sorted([*stored_range(span)] for span in spans)
