"""Pronouns that quotations settle: "I" is the speaker of the words around it, "he" of "he said" speaks.

And "he" within marks is hardly ever the one who speaks.

The entities layer is read before the quotations, so both are added to it afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from spacy.tokens import Doc, Span

from pipeline.components.doc.columns import Columns
from pipeline.components.layers import Entity, Mention, Quotation

_MARKS = frozenset(("“", "”", '"', "„", "«", "»", "‘", "’", "'", "``", "''", "‚", "‹", "›"))
_SURE, _RESOLVED = 0.9, 0.75
_PRONOUN_TAGS = frozenset(("PRP", "PRP$"))


def with_speakers(
    columns: Columns, entities: Sequence[Entity], quotations: Sequence[Quotation]
) -> list[Entity]:
    """Return the entities with the pronouns that the quotations settle as mentions.

    First persons in the singular ("I", "my") inside quotation marks are mentions of the one person who
    speaks; a pronoun that is a speaker is a mention of whom the quotation has for speaker, of nobody else.

    Args:
        columns: of the document.
        entities: of its layer.
        quotations: whose speakers are indices into the entities.
    """
    owner = _first_persons(columns, entities, quotations)
    speakers = _pronouns_that_speak(entities, quotations)
    settled: dict[int, int | None] = {**_of_others(columns, entities, quotations), **owner, **speakers}
    if not settled:
        return list(entities)
    out = []
    for number, entity in enumerate(entities):
        kept = [
            mention
            for mention in entity.mentions
            if mention.kind != "pronoun" or settled.get(mention.span.start, number) == number
        ]
        known = {mention.span.start for mention in kept if mention.kind == "pronoun"}
        new = [
            _mention(columns.doc, token, entity.label, is_first=token in owner)
            for token, own in settled.items()
            if own == number and token not in known
        ]
        if not new and len(kept) == len(entity.mentions):
            out.append(entity)
        else:
            mentions = sorted((*kept, *new), key=lambda mention: mention.span.start)
            out.append(replace(entity, mentions=tuple(mentions)))
    return out


def _mention(doc: Doc, token: int, label: str, *, is_first: bool) -> Mention:
    return Mention(
        span=Span(doc, token, token + 1, label=label),
        kind="pronoun",
        method="first_person" if is_first else "speaker",
        score=_SURE if is_first else _RESOLVED,
    )


def _first_persons(
    columns: Columns, entities: Sequence[Entity], quotations: Sequence[Quotation]
) -> dict[int, int]:
    """Return the persons whom first persons stand for, by token; what is nested has the last word."""
    first = columns.lexicon.words("quotes.first_person_singular")
    owner: dict[int, int | None] = {}
    for person, t in _spoken(columns, entities, quotations):
        if columns.lower[t] in first and columns.tags[t] in _PRONOUN_TAGS:
            owner[t] = person
    return {token: person for token, person in owner.items() if person is not None}


def _of_others(
    columns: Columns, entities: Sequence[Entity], quotations: Sequence[Quotation]
) -> dict[int, None]:
    """Return the pronouns within marks that were taken for the speaker: somebody else, nobody knows who."""
    pronouns = {
        mention.span.start: number
        for number, entity in enumerate(entities)
        for mention in entity.mentions
        if mention.kind == "pronoun"
    }
    speaker: dict[int, int | None] = {}
    for person, t in _spoken(columns, entities, quotations):
        if t in pronouns:
            speaker[t] = person
    return {t: None for t, person in speaker.items() if person == pronouns[t]}


def _spoken(
    columns: Columns, entities: Sequence[Entity], quotations: Sequence[Quotation]
) -> Iterator[tuple[int | None, int]]:
    """Yield the tokens within marks with the person who speaks them; what is nested comes last."""
    for quotation in sorted(quotations, key=lambda quotation: -sum(map(len, quotation.content))):
        if quotation.kind == "indirect":
            # Also where it is reported within a quotation: in the words of the one who is quoted.
            continue
        own = quotation.speaker_entities
        person = own[0] if len(own) == 1 and entities[own[0]].label == "PERSON" else None
        is_inside = quotation.kind == "direct"
        for span in quotation.content:
            for t in range(span.start, span.end):
                if columns.words[t] in _MARKS:
                    is_inside = not is_inside if quotation.kind != "direct" else True
                elif is_inside:
                    yield person, t


def _pronouns_that_speak(
    entities: Sequence[Entity], quotations: Sequence[Quotation]
) -> dict[int, int | None]:
    """Return the persons whom pronouns stand for that are speakers, by token; None for nobody with a name."""
    found: dict[int, int | None] = {}
    for quotation in quotations:
        own = quotation.speaker_entities
        if quotation.speaker_method != "pronoun" or len(own) > 1:
            continue
        if own and entities[own[0]].label != "PERSON":
            continue
        (span,) = quotation.speaker
        if len(span) == 1:
            found[span.start] = own[0] if own else None
    return found
