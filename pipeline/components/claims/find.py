"""What an article asserts, clause by clause: by whom, and how firmly.

A claim is the shortest stretch of text that stands as a statement: a main, coordinated, relative,
participial or adverbial clause or an apposition that says that something is so (`asserted.py`, `extent.py`).
What stands inside a quotation belongs to its speaker; all else is said by the outlet (`source.py`).

The rules read the dependency parse (`propositions.py`) and the layers of entities and quotations, both of
which may be empty; without quotations, the content of a verb of saying is attributed to that verb's subject.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc, Span

from pipeline.components.claims.asserted import is_claim
from pipeline.components.claims.checkworthiness import (
    VERSION,
    Statements,
    checkworthiness,
    classify,
    content_parts,
)
from pipeline.components.claims.context import Context, read_context
from pipeline.components.claims.extent import claim_range
from pipeline.components.claims.factuality import factuality, signed
from pipeline.components.claims.judgements import is_judgement, judgement
from pipeline.components.claims.mentioned import places, unresolved, values_inside
from pipeline.components.claims.propositions import Proposition, Range
from pipeline.components.claims.source import ClaimSource, claim_source, quoted_sources
from pipeline.components.claims.stance import hedges, is_negated, modality, scare_quotes
from pipeline.components.claims.topics import Topics, match_topics, read_topics
from pipeline.components.claims.types import claim_type, is_accusation, predicate_lemma
from pipeline.components.doc.columns import Columns, read_columns
from pipeline.components.doc.tree import Tree, read_tree
from pipeline.components.layers import Claim, Entity, Quotation, write_layer
from pipeline.components.quotes.region import Region
from pipeline.components.quotes.regions import find_regions
from pipeline.lexicons import Lexicon
from pipeline.lexicons import lexicon as lexicon_of_language

_ON_TOPIC = 0.5  # from here on a topic is named in `Claim.topics`: one word of its own, or several shared
_OF_SENTENCE = 0.95  # what a topic in the sentence of a claim, but not in the claim itself, counts
_NOT_CHECKABLE = 0.5  # what `checkable` of opinions and predictions counts


@Language.factory("claims", assigns=["doc.spans"], default_config={"topics": {}})
def make_claims(nlp: Language, name: str, topics: dict[str, Any] | None = None) -> Claims:
    """Return the component that writes the layer of claims; put it after `entities` and `quotes`.

    Args:
        nlp: the pipeline.
        name: of the component in it.
        topics: topic -> words and example statements, see `read_topics`; empty for none.

    Raises:
        ValueError: a topic has neither words nor statements.
        FileNotFoundError: there are topics, and no words of the pipeline's language.
    """
    lexicon = lexicon_of_language(nlp.lang or "en") if topics else None
    return Claims(topics=read_topics(topics, lexicon=lexicon) if topics else None)


class Claims:
    """The claims of a document, kept as `doc.spans["claims"]` and read from `doc._.claims`."""

    def __init__(self, *, topics: Topics | None = None) -> None:
        self.topics = topics

    def __call__(self, doc: Doc) -> Doc:
        """Find the claims and store them."""
        write_layer(doc, "claims", find_claims(doc, topics=self.topics))
        return doc


@dataclass(slots=True)
class _Draft:
    """A clause that is a claim, its tokens (half-open), and what the two classifiers say of it."""

    start: int
    end: int
    clause: Proposition
    checkable: float
    debate: float


def find_claims(
    doc: Doc,
    *,
    topics: Topics | None = None,
    entities: Sequence[Entity] | None = None,
    quotes: Sequence[Quotation] | None = None,
    published_at: datetime | None = None,
    columns: Columns | None = None,
    tree: Tree | None = None,
    regions: Sequence[Region] | None = None,
    statements: Statements | None = None,
    lexicon: Lexicon | None = None,
) -> Iterator[Claim]:
    """Yield the claims of a document in the order of their spans.

    Args:
        doc: tagged and parsed.
        topics: what the user follows, from `read_topics`; fills `Claim.topics` and counts for much in
            `Claim.checkworthiness`.
        entities: of the document; those of `doc._.entities` where None.
        quotes: of the document; those of `doc._.quotes` where None.
        published_at: the moment from which "on Monday" and the like are counted, by the clock of the place of
            publication, whose day it is that counts; where None, no day is made of them.
        columns: of the document, where somebody has read them already.
        tree: the same, from `read_tree`.
        regions: of its text in quotation marks, likewise.
        statements: what the classifiers read of it, from `read_statements`, likewise.
        lexicon: the words of its language; by the language of its vocabulary where None. `columns` and `tree`
            have one already.

    Raises:
        FileNotFoundError: there are no words of the document's language.
    """
    tree = tree or read_tree(columns or read_columns(doc, lexicon=lexicon))
    if regions is None:
        lines = columns.lines if columns else None
        regions = find_regions(doc.text, lexicon=tree.lexicon, lines=lines)
    context = read_context(
        doc,
        tree,
        entities=doc._.entities if entities is None else entities,
        quotes=doc._.quotes if quotes is None else quotes,
        regions=regions,
        published_at=published_at,
        text=columns.text if columns else None,
    )
    drafts = _drafts(context, statements)
    quoted = quoted_sources(context)
    contents = [(draft.start, draft.end) for draft in drafts if draft.clause.kind == "complement"]
    for draft in drafts:
        source = claim_source(context, draft.clause, (draft.start, draft.end), quoted)
        yield _make_claim(context, draft, source, contents, topics)


def _drafts(context: Context, statements: Statements | None) -> list[_Draft]:
    """Return the claims as clauses, ordered by their tokens."""
    found = []
    debris = context.tree.debris
    claims = {
        head: clause
        for head, clause in context.clauses.items()
        if not debris[head] and is_claim(context, clause)
    }
    for clause in claims.values():
        judged = judgement(context, clause)
        if judged is not None:
            held, (start, end) = judged
            found.append((start, end, held))
            continue
        start, end = claim_range(context, clause, claims)
        if end > start:
            found.append((start, end, clause))
    found.sort(key=lambda draft: draft[:2])
    ranges = [(start, end) for start, end, _ in found]
    scores = classify(context.doc, ranges, lexicon=context.tree.lexicon, statements=statements)
    return [_Draft(*draft, *score) for draft, score in zip(found, scores, strict=True)]


def _make_claim(
    context: Context, draft: _Draft, source: ClaimSource, contents: Sequence[Range], topics: Topics | None
) -> Claim:
    doc, tree, clause = context.doc, context.tree, draft.clause
    start, end = draft.start, draft.end
    mode = modality(tree, clause)
    amounts = list(values_inside(context.measures, start, end))
    kind = claim_type(tree, clause, start, end, mode, amounts)
    open_words = unresolved(context, start, end, source.quotation)
    negated = is_negated(tree, clause) != source.denies
    certainty = signed(factuality(tree, _event(tree, clause)), is_negated=negated, modality=mode)
    on_topic = _topics(context, draft, topics)
    topic = None if on_topic is None else max(on_topic.values(), default=0.0)
    mentioned = _mentioned(context, draft)
    parts = _score_parts(context, draft, contents, mentioned, is_denied=source.denies)
    if kind in {"opinion", "prediction"}:
        parts["checkable"] *= _NOT_CHECKABLE
    worth = checkworthiness(parts, topic)
    on_topic_parts = {} if topic is None else {"topic": topic}
    return Claim(
        span=Span(doc, start, end),
        claimer_kind=source.kind,
        claimer=source.claimer,
        claimer_entities=source.entities,
        quotation=source.quotation,
        chain=source.chain,
        subject=_span(doc, clause.subject),
        subject_entity=context.entity_at(clause.subject_head, source.quotation),
        predicate=_runs(doc, clause.predicate),
        predicate_lemma=predicate_lemma(tree, clause),
        object=_span(doc, clause.object),
        arguments=tuple([(role, Span(doc, a, b)) for role, (a, b) in clause.arguments]),
        polarity="negated" if negated else "affirmed",
        modality=mode,
        factuality=round(certainty, 2),
        hedges=tuple(
            [
                Span(doc, a, b)
                for a, b in sorted([*hedges(tree, start, end), *scare_quotes(context, start, end)])
            ]
        ),
        quantities=tuple([(Span(doc, m.start, m.end), m.value, m.unit, m.comparator) for m in amounts]),
        dates=tuple(
            [
                (
                    Span(doc, t.start, t.end),
                    t.first.isoformat() if t.first else None,
                    t.last.isoformat() if t.last else None,
                )
                for t in values_inside(context.times, start, end)
            ]
        ),
        places=tuple(places(context, start, end)),
        entities=tuple(mentioned),
        claim_type=kind,
        is_self_contained=not open_words,
        unresolved=open_words,
        checkable=round(parts["checkable"], 4),
        checkworthiness=round(worth, 4),
        score_parts=tuple({**parts, **on_topic_parts, "version": VERSION}.items()),
        topics=() if on_topic is None else tuple(t for t, score in on_topic.items() if score >= _ON_TOPIC),
    )


def _score_parts(
    context: Context, draft: _Draft, contents: Sequence[Range], mentioned: Sequence[int], *, is_denied: bool
) -> dict[str, float]:
    """Return what the worth of a claim is made of, each part 0..1 and named as in `score_parts`.

    `contents` are the ranges of what is said or held, in order.
    """
    start, end, clause = draft.start, draft.end, draft.clause
    is_charge = is_accusation(context.tree, clause)
    inside = contents[bisect_left(contents, (start,)) : bisect_left(contents, (end,))]
    is_frame = any(b <= end and (a, b) != (start, end) for a, b in inside)
    is_framed = context.frame_of[clause.head] >= 0 and not is_judgement(clause)
    is_aside = clause.kind == "apposition" or is_framed
    told = content_parts(context.tree, start, end)
    # ", which killed 90 people" adds what weighs, ", who likes the sea" what does not.
    is_modifier = clause.kind in {"relative", "participle"} and not (told["amounts"] or told["impact"])
    return told | {
        "checkable": draft.checkable,
        "debate": draft.debate,
        "frame": float(is_frame and not is_charge),
        "charge": float(is_charge or is_denied),
        "prominence": max((context.entities[e].salience for e in mentioned), default=0.0),
        "descriptive": float(is_aside and not is_charge) or 0.3 * is_modifier,
    }


def _mentioned(context: Context, draft: _Draft) -> list[int]:
    """Return the entities in a claim, and in its subject, which may stand before it."""
    inside = context.entity_of[draft.start : draft.end]
    if draft.clause.kind in {"relative", "participle", "apposition"} and draft.clause.subject is not None:
        inside = inside + context.entity_of[slice(*draft.clause.subject)]
    return sorted(set(inside) - {-1})


def _event(tree: Tree, clause: Proposition) -> int:
    """Return the verb that names what happened: "publish" in "failed to publish"."""
    verbs = (i for i in reversed(clause.predicate) if tree.tags[i].startswith("VB"))
    return next(verbs, clause.head)


def _topics(context: Context, draft: _Draft, topics: Topics | None) -> dict[str, float] | None:
    """Return how much a claim is on each topic; its sentence tells what the claim has as a pronoun."""
    if topics is None:
        return None
    tree = context.tree
    first, last = tree.sentences[tree.sentence_of[draft.clause.head]]
    scores = match_topics(topics, tree.words[draft.start : draft.end])
    for name, score in match_topics(topics, tree.words[first:last]).items():
        scores[name] = max(scores.get(name, 0.0), _OF_SENTENCE * score)
    return scores


def _span(doc: Doc, at: Range | None) -> Span | None:
    return None if at is None else Span(doc, *at)


def _runs(doc: Doc, indices: list[int]) -> tuple[Span, ...]:
    """Return the spans that unbroken runs of indices make, which are in order."""
    if not indices:
        return ()
    cuts = [n for n, (before, i) in enumerate(pairwise(indices), start=1) if i != before + 1]
    bounds = pairwise([0, *cuts, len(indices)])
    return tuple([Span(doc, indices[start], indices[end - 1] + 1) for start, end in bounds])
