"""What the extractors hand on: entities, quotations and claims as layers of a `Doc`.

An extractor is a pure function `find_x(doc) -> Iterator[X]`, X being one of the dataclasses below. Its
spaCy factory stores what the function found as one `SpanGroup` (`doc.spans["entities"]`, `["quotes"]`,
`["claims"]`): the spans of one object share a `span_id` ("0", "1", ... in order), a span's label is its
role, and whatever is not a span stands in the group's `attrs` under the same key. In that form a layer
survives `DocBin` and `nlp.pipe(n_process=2)`, where dataclasses or spans in `doc._` would be lost.
`doc._.entities`, `doc._.quotes` and `doc._.claims` read the layers back as dataclasses.

References between layers are indices: `Quotation.speaker_entities` points into `doc._.entities`.

The dataclasses are not frozen: that would triple what it takes to make one, and a document has hundreds.
Nobody changes one; `dataclasses.replace` makes another.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from functools import partial
from typing import Any, Literal

from spacy.tokens import Doc, Span, SpanGroup

MentionKind = Literal["name", "nominal", "pronoun"]
QuoteKind = Literal["direct", "indirect", "mixed"]
ClaimerKind = Literal["outlet", "attributed", "unknown"]


@dataclass(slots=True, kw_only=True)
class Mention:
    """One place in the text that names or points to an entity.

    `method` names the rule or model that put it into its entity, `score` (0..1) how sure that is.
    """

    span: Span
    kind: MentionKind
    method: str
    score: float


@dataclass(slots=True, kw_only=True)
class Entity:
    """A person, organisation, place ... of one document, with all its mentions in text order.

    Attributes:
        name: canonical name, the fullest and cleanest of the document.
        label: PERSON ORG GPE LOC NORP FAC EVENT WORK_OF_ART LAW PRODUCT.
        mentions: at least one.
        is_local: the name cannot be told apart from its namesakes (a lone surname), so its identity
            must not reach beyond the document.
        role: title or office as the text gives it ("UK Home Secretary").
        salience: 0..1, how much the document is about it.
        wikidata_id, geonames_id, country_code, link_method, link_score: the link to a knowledge
            base, None where there is none or no confidence in it.
    """

    name: str
    label: str
    mentions: tuple[Mention, ...]
    is_local: bool = False
    role: str | None = None
    salience: float = 0.0
    wikidata_id: str | None = None
    geonames_id: str | None = None
    country_code: str | None = None
    link_method: str | None = None
    link_score: float | None = None


@dataclass(slots=True, kw_only=True)
class Quotation:
    """Something that somebody is reported to have said, written or thought.

    Attributes:
        kind: direct (in quotation marks), indirect (reported), mixed.
        content: what was said, without its outer quotation marks; several spans where the cue
            interrupts it.
        cue: the words that attribute it ("said", "according to"), maybe none.
        speaker: the source as printed ("the Treasury chief", "he"), maybe none.
        speaker_entities: indices into the entities layer; several where several speak together.
        speaker_method: how the speaker was found and resolved, None without a speaker.
        parent: index of the quotation that this one stands inside ("X said that Y denied ...").
        is_speech: said or written, against thought, felt or shown.
        score: 0..1.
    """

    kind: QuoteKind
    content: tuple[Span, ...]
    cue: tuple[Span, ...] = ()
    speaker: tuple[Span, ...] = ()
    speaker_entities: tuple[int, ...] = ()
    speaker_method: str | None = None
    parent: int | None = None
    is_speech: bool = True
    score: float = 1.0


@dataclass(slots=True, kw_only=True)
class Claim:
    """One assertion: the minimal span that stands as a statement, who makes it, and what it says.

    Attributes:
        span: the clause.
        claimer_kind: the outlet in its own voice, an attributed source, or unknown.
        claimer: the source as printed.
        claimer_entities, subject_entity, entities: indices into the entities layer.
        quotation: index of the quotation that it stands in.
        chain: the speakers from the outermost to the claimer, as printed ("X", "Y" for X said that
            Y denied ...).
        subject, predicate, object: the proposition; the predicate with auxiliaries and particle.
        arguments: (role, span) of what else the predicate has: time, place, means, purpose ...
        factuality: -3 (certainly not so) .. 3 (certainly so), as its claimer presents it.
        hedges: words that weaken it or keep it at arm's length ("allegedly", "so-called").
        quantities: (span, value, unit, comparator).
        dates: (span, first day, last day), ISO days, None where the text does not settle it.
        places: (span, entity index or None).
        unresolved: words whose referent the claim needs and the document does not settle.
        score_parts: (name, value) of what went into the two scores.
    """

    span: Span
    claimer_kind: ClaimerKind
    claimer: tuple[Span, ...] = ()
    claimer_entities: tuple[int, ...] = ()
    quotation: int | None = None
    chain: tuple[str, ...] = ()
    subject: Span | None = None
    subject_entity: int | None = None
    predicate: tuple[Span, ...] = ()
    predicate_lemma: str = ""
    object: Span | None = None
    arguments: tuple[tuple[str, Span], ...] = ()
    polarity: Literal["affirmed", "negated"] = "affirmed"
    modality: Literal["asserted", "possible", "probable", "necessary", "conditional", "future"] = "asserted"
    factuality: float = 3.0
    hedges: tuple[Span, ...] = ()
    quantities: tuple[tuple[Span, float | None, str | None, str | None], ...] = ()
    dates: tuple[tuple[Span, str | None, str | None], ...] = ()
    places: tuple[tuple[Span, int | None], ...] = ()
    entities: tuple[int, ...] = ()
    claim_type: str = "other"
    is_self_contained: bool = True
    unresolved: tuple[str, ...] = ()
    checkable: float = 0.0
    checkworthiness: float = 0.0
    score_parts: tuple[tuple[str, float], ...] = ()
    topics: tuple[str, ...] = ()


def write_layer(doc: Doc, name: str, objects: Iterable[Entity | Quotation | Claim]) -> None:
    """Store objects as the span group `name` of the document, in place of what stood there."""
    spans: list[Span] = []
    attrs: dict[str, Any] = {}
    for key, obj in enumerate(objects):

        def stored(value: Any, role: str, span_id: str = str(key)) -> Any:
            """Replace each span in `value` by its number within the object."""
            if isinstance(value, Span):
                spans.append(Span(doc, value.start, value.end, label=role, span_id=span_id))
                return {"span": len(spans) - 1}
            if isinstance(value, Mention):
                return {f.name: stored(getattr(value, f.name), role) for f in fields(Mention)}
            if isinstance(value, tuple):
                return [stored(part, role) for part in value]
            return value

        attrs[str(key)] = {f.name: stored(getattr(obj, f.name), _role(obj, f.name)) for f in fields(obj)}
    group = SpanGroup(doc, name=name, spans=spans)
    group.attrs.update(attrs)
    doc.spans[name] = group


def read_layer[Layered: (Entity, Quotation, Claim)](
    doc: Doc, name: str, kind: type[Layered]
) -> tuple[Layered, ...]:
    """Return the objects of the span group `name`, in the order written; none where it is missing."""
    if name not in doc.spans:
        return ()
    group = doc.spans[name]
    spans: Sequence[Span] = list(group)

    def restored(value: Any) -> Any:
        if isinstance(value, dict):
            return (
                spans[value["span"]]
                if "kind" not in value
                else Mention(**{k: restored(v) for k, v in value.items()})
            )
        if isinstance(value, list):
            return tuple(restored(part) for part in value)
        return value

    return tuple(
        kind(**{k: restored(v) for k, v in group.attrs[str(key)].items()}) for key in range(len(group.attrs))
    )


def _role(obj: Entity | Quotation | Claim, field: str) -> str:
    """The label of the spans of a field."""
    if isinstance(obj, Entity):
        return obj.label
    if isinstance(obj, Quotation) and field == "content":
        return obj.kind.upper()
    return {"span": "CLAIM"}.get(field, field.upper().rstrip("S") if field != "places" else "PLACE")


# The evidence that is not in the text: set by whoever has it, read by the extractors.
for _name in ("title", "published_at", "source"):
    if not Doc.has_extension(_name):
        Doc.set_extension(_name, default=None)

# Not lambdas: spaCy pickles the getters for the processes that it spawns.
_KINDS: dict[str, type[Any]] = {"entities": Entity, "quotes": Quotation, "claims": Claim}
for _name, _kind in _KINDS.items():
    if not Doc.has_extension(_name):
        Doc.set_extension(_name, getter=partial(read_layer, name=_name, kind=_kind))
