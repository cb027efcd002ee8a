"""What the rules for claims know of a document: its clauses, and where quotations and entities stand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from spacy.tokens import Doc, Span

from pipeline.components.claims.propositions import Proposition, find_propositions
from pipeline.components.claims.values.on_tokens import Measure, Time, find_values
from pipeline.components.doc.tags import FINITE_TAGS, NOUN_TAGS
from pipeline.components.doc.tree import Tree
from pipeline.components.layers import Entity, Quotation
from pipeline.components.quotes.region import Region


@dataclass(frozen=True, slots=True)
class Context:
    """One document; lists have one entry a token.

    Attributes:
        text: of the document.
        tree: the parse, in which clauses at the start of a quotation hold their subject, see `read_context`.
        clauses: the propositions by their heads.
        quotation_of: index of the innermost quotation whose content holds the token, or -1.
        frame_of: index of the quotation of whose cue or speaker the token is part, or -1.
        entity_of: index of the entity whose mention holds the token, or -1.
        marked_of: index of the outermost quotation marks around the token, or -1.
        has_clause: the quotations whose content is a clause, and not only a noun phrase.
        measures, times: amounts and times of the document, in text order.
    """

    doc: Doc
    text: str
    tree: Tree
    clauses: dict[int, Proposition]
    quotes: tuple[Quotation, ...]
    entities: tuple[Entity, ...]
    quotation_of: list[int]
    frame_of: list[int]
    entity_of: list[int]
    marked_of: list[int]
    has_clause: frozenset[int]
    measures: list[Measure]
    times: list[Time]

    def is_cue(self, i: int) -> bool:
        """Whether a word is part of a cue, and not of a speaker, in which a relative clause can stand."""
        number = self.frame_of[i]
        return number >= 0 and any(span.start <= i < span.end for span in self.quotes[number].cue)

    def entity_at(self, i: int | None, quotation: int | None) -> int | None:
        """Return the entity that a word names or points to; "I" and "we" are the speaker of the quotation."""
        if i is None:
            return None
        if self.entity_of[i] >= 0:
            return self.entity_of[i]
        if quotation is not None and self.tree.words[i] in self.tree.lexicon.words("claims.first_person"):
            speakers = self.quotes[quotation].speaker_entities
            return speakers[0] if speakers else None
        return None


def read_context(
    doc: Doc,
    tree: Tree,
    *,
    entities: Sequence[Entity],
    quotes: Sequence[Quotation],
    regions: Sequence[Region],
    published_at: datetime | None,
    text: str | None = None,
) -> Context:
    """Read a document; the tree that is handed in stays as it is.

    In `The agency says, "vaccines ... do not help"` the parser may take the subject for an object of "says".
    The clause gets it back here, and its subtree begins at it.

    Args:
        doc: tagged and parsed.
        tree: its parse.
        entities: of the document.
        quotes: of the document.
        regions: of its text in quotation marks.
        published_at: the moment from which relative times are counted; without it they have no days.
        text: of the document, where somebody has put it together already.
    """
    n = len(doc)
    # Longer contents first, so that a quotation inside another one has the last word.
    by_length = sorted(range(len(quotes)), key=lambda k: -sum(map(len, quotes[k].content)))
    quotation_of = _numbered(n, ((k, span) for k in by_length for span in quotes[k].content))
    frame_of = _numbered(
        n, ((k, span) for k, quote in enumerate(quotes) for span in (*quote.cue, *quote.speaker))
    )
    entity_of = _numbered(n, ((k, m.span) for k, entity in enumerate(entities) for m in entity.mentions))
    clauses, first, has_clause = {}, [*tree.first], set()
    for found in find_propositions(tree):
        clause = found
        number, head = quotation_of[clause.head], clause.head
        clauses[head] = clause
        if number < 0 or clause.kind == "apposition" or clause.is_verbless:
            continue
        if clause.subject is None and clause.kind == "main":
            start = next(span.start for span in quotes[number].content if span.end > head)
            clause = _with_subject(tree, clause, start)
            if clause.subject is None:
                clause = _with_torn_subject(tree, clause, quotes[number])
            if clause.subject is not None:
                first[head] = min(first[head], start, clause.subject[0])
            clauses[head] = clause
        is_finite = any(tree.tags[i] in FINITE_TAGS for i in clause.predicate)
        is_outermost = clause.parent is None or quotation_of[clause.parent] != number
        if is_finite and is_outermost and clause.subject is not None:
            has_clause.add(number)
    text = doc.text if text is None else text
    measures, times = find_values(doc, tree, published_at.date() if published_at else None, text=text)
    return Context(
        doc=doc,
        text=text,
        tree=replace(tree, first=first),
        clauses=clauses,
        quotes=tuple(quotes),
        entities=tuple(entities),
        quotation_of=quotation_of,
        frame_of=frame_of,
        entity_of=entity_of,
        marked_of=_marked(doc, tree, regions),
        has_clause=frozenset(has_clause),
        measures=measures,
        times=times,
    )


def _marked(doc: Doc, tree: Tree, regions: Sequence[Region]) -> list[int]:
    """Return the number of the outermost quotation marks around each token, -1 where there are none."""
    outermost = [region.inner_tokens(tree.starts) for region in regions if region.depth == 0]
    return _numbered(len(doc), ((number, doc[start:end]) for number, (start, end) in enumerate(outermost)))


def _with_subject(tree: Tree, clause: Proposition, start: int) -> Proposition:
    """Return a clause with the nouns between the start of its quotation and its verb as its subject."""
    verb = clause.predicate[0]
    nouns = [i for i in range(start, verb) if tree.tags[i] in NOUN_TAGS]
    if not nouns or tree.tags[verb] not in FINITE_TAGS:
        return clause
    return replace(clause, subject=(start, nouns[-1] + 1), subject_head=nouns[0])


def _with_torn_subject(tree: Tree, clause: Proposition, quotation: Quotation) -> Proposition:
    """Return a clause with the noun phrase in front of its cue: "The boats," says Ann, "are old".

    The parser takes such a phrase for one more subject of the verb of saying.
    """
    pieces = quotation.content
    if len(pieces) < 2 or clause.predicate[0] != pieces[1].start or tree.tags[clause.head] not in FINITE_TAGS:
        return clause
    start, end = pieces[0].start, pieces[0].end
    above = [i for i in range(start, end) if not start <= tree.heads[i] < end and tree.deps[i] != "punct"]
    if len(above) != 1 or tree.tags[above[0]] not in NOUN_TAGS:
        return clause
    return replace(clause, subject=(start, end), subject_head=above[0])


def _numbered(n: int, spans: Iterable[tuple[int, Span]]) -> list[int]:
    """Return the number of the last span that holds each of `n` tokens, -1 where none does."""
    numbers = [-1] * n
    for number, span in spans:
        numbers[span.start : span.end] = [number] * len(span)
    return numbers
