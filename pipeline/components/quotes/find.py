"""Quotations of a document: who said what, to be read as rows.

    nlp.add_pipe("quotes")
    for quotation in nlp(text)._.quotes:
        print(quotation.speaker, quotation.cue, quotation.content)

The steps, each a file of its own: regions in quotation marks (`regions.py`); content, cue and speaker by
rules (`attribution.py`) and by a small network that sees what the rules find (`network/tagger.py`), put
together in `nested.py`; here nesting and kind; which of it is speech (`speech.py`); which entity the speaker
is (`speakers.py`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import batched
from typing import Literal

from spacy.language import Language
from spacy.tokens import Doc, Span

from pipeline.components import layers
from pipeline.components.doc.columns import read_columns
from pipeline.components.layers import Entity, Quotation, QuoteKind
from pipeline.components.quotes.bounds import (
    apart,
    behind_its_cue,
    in_its_sentence,
    widened,
    with_whole_speaker,
    without_asides,
    without_frames,
    without_patient,
)
from pipeline.components.quotes.candidates import QuoteCandidate
from pipeline.components.quotes.debris import outside_debris
from pipeline.components.quotes.first_persons import with_speakers
from pipeline.components.quotes.parsed import Parse, Range, tokens_of
from pipeline.components.quotes.reading import QuoteReading, read_doc, tag_readings
from pipeline.components.quotes.reported import is_reported
from pipeline.components.quotes.speakers import Speakers
from pipeline.components.quotes.speech import is_speech
from pipeline.lexicons import Lexicon

QuoteModel = Literal["small", "rules"]
QuoteScope = Literal["said", "all"]

_DIRECT_SHARE = 0.95
"""Share of a content's words that stand in quotation marks from which on it is direct speech."""
_SURE_RULES = frozenset(("according", "after", "before", "parenthetical", "set off"))
"""Rules that are right often enough to add what the network has not found."""
_BATCH = 32
"""Documents that the network reads at once: one by one takes it several times as long."""


def find_quotes(
    doc: Doc,
    *,
    entities: Sequence[Entity] | None = None,
    reading: QuoteReading | None = None,
    model: QuoteModel = "small",
    scope: QuoteScope = "said",
    lexicon: Lexicon | None = None,
) -> Iterator[Quotation]:
    """Find the quotations of a document with their cues and speakers.

    Args:
        doc: tagged, parsed and with named entities. A document without a parse gives what can be told from
            its quotation marks alone.
        entities: that speakers are resolved to; those of `doc._.entities` where None.
        reading: of this document, from `read_doc` and, where wanted, `tag_readings`: who has many documents
            lets the network read a batch at once. Made here where None.
        model: "small" uses the network, "rules" does not; without effect where a reading is given.
        scope: "said" leaves out what is no quotation by the rulings (`reported.py`): deeds, and what was not
            said; "all" keeps it.
        lexicon: the words of the document's language; by its vocabulary where None, of the reading where one
            is given.

    Yields:
        Quotations in order of their first word, an outer one before those nested in it, so that `parent`
        always points backwards.

    Raises:
        FileNotFoundError: there are no words of the document's language.
    """
    if not len(doc):
        return
    if reading is None:
        reading = read_doc(read_columns(doc, lexicon=lexicon))
        if model == "small":
            (reading,) = tag_readings([reading])
    parse = reading.parse
    candidates = sorted(reading.candidates, key=_order)
    quoted = sorted(region.inner_tokens(parse.idx) for region in reading.regions if region.depth == 0)
    region_of = {t: start for start, end in quoted for t in range(start, end)}
    marked = [False] * parse.size
    for start, end in quoted:
        marked[start:end] = [True] * (end - start)
    if scope == "said":
        candidates = _said_or_thought(parse, candidates, reading, quoted, marked)
    speakers = Speakers(parse, doc._.entities if entities is None else entities, marked=marked)
    said: list[tuple[int, ...]] = []
    for candidate, parent in zip(candidates, _parents(candidates), strict=True):
        own: tuple[int, ...] = ()
        method = None
        if candidate.speaker is not None:
            outer = said[parent] if parent is not None else ()
            named = candidate.named or candidate.speaker
            resolved = speakers.resolve(named, content=candidate.content, outer=outer)
            own, method = resolved.entities, resolved.method
        said.append(own)
        is_block = candidate.content[0][0] in reading.blocks
        content = _by_paragraphs(parse, candidate.content, marked)
        kind: QuoteKind = "direct" if is_block else _kind(content, region_of)
        yield Quotation(
            kind=kind,
            content=tuple(_content_span(doc, span, region_of) for span in content),
            cue=tuple(Span(doc, start, end) for start, end in _runs(candidate.cue)),
            speaker=(Span(doc, *candidate.speaker),) if candidate.speaker is not None else (),
            speaker_entities=own,
            speaker_method=method,
            parent=parent,
            is_speech=is_speech(parse, candidate, kind),
            score=round(candidate.score, 3),
        )


def _said_or_thought(
    parse: Parse,
    candidates: Sequence[QuoteCandidate],
    reading: QuoteReading,
    quoted: Sequence[Range],
    marked: Sequence[bool],
) -> list[QuoteCandidate]:
    """Return the quotations by the rulings: what else attributes is left out, what runs on is cut."""
    whole = [*outside_debris(parse, (widened(parse, candidate, quoted) for candidate in candidates))]
    kept = _reported(parse, _bounded(parse, whole, marked), marked)
    taken: set[int] = set()
    for candidate in kept:
        taken.update(candidate.cue, tokens_of(candidate.content))
    missed = [
        c
        for c in reading.by_rule
        if _is_sure(parse, c) and (taken.isdisjoint(_tokens(c)) or _holds_whole(c, kept, taken))
    ]
    kept += _reported(parse, _bounded(parse, missed, marked), marked)
    return sorted((without_frames(parse, candidate) for candidate in kept), key=_order)


def _is_sure(parse: Parse, candidate: QuoteCandidate) -> bool:
    """Return whether a rule is right where the network has found nothing.

    A clause that who says it follows is: "The line could be delayed, officials say"; so is one behind the
    plainest verbs of saying.
    """
    if candidate.rule in _SURE_RULES:
        return True
    if candidate.kind == "thought" or candidate.speaker is None:
        return False
    if candidate.rule in ("infinitive", "object"):
        return _urges(parse, candidate)
    if candidate.rule != "clause":
        return False
    plain = parse.lexicon.words("quotes.plainest_verbs")
    return _is_told_last(candidate) or any(parse.words[t] in plain for t in candidate.cue)


def _urges(parse: Parse, candidate: QuoteCandidate) -> bool:
    """Return whether somebody is told to do something: "officials advised residents to leave"."""
    urging = parse.lexicon.words("quotes.urging_verbs")
    at = next((t for t in candidate.cue if parse.words[t] in urging), None)
    return at is not None and any(
        parse.deps[k] in ("xcomp", "ccomp") and any(parse.tags[j] == "TO" for j in parse.kids[k])
        for k in parse.kids[at]
    )


def _is_told_last(candidate: QuoteCandidate) -> bool:
    """Return whether cue and speaker follow all that is said."""
    return candidate.speaker is not None and candidate.content[-1][1] <= min(
        candidate.cue[0], candidate.speaker[0]
    )


def _order(candidate: QuoteCandidate) -> Range:
    return candidate.content[0][0], -candidate.content[-1][1]


def _tokens(candidate: QuoteCandidate) -> Iterator[int]:
    yield from candidate.cue
    yield from tokens_of(candidate.content)


def _holds_whole(candidate: QuoteCandidate, kept: Sequence[QuoteCandidate], taken: Collection[int]) -> bool:
    """Return whether all that a candidate shares with others are whole quotations within its content.

    Args:
        candidate: of the rules.
        kept: the others.
        taken: the tokens of their contents and cues.
    """
    is_frame = candidate.rule == "according" or (
        candidate.rule in ("clause", "set off") and _is_told_last(candidate)
    )
    if not is_frame or any(t in taken for t in candidate.cue):
        return False
    own = {*tokens_of(candidate.content)}
    others = [{*_tokens(other)} for other in kept]
    return all(own > other for other in others if not own.isdisjoint(other))


def _bounded(
    parse: Parse, candidates: Iterable[QuoteCandidate], marked: Sequence[bool]
) -> Iterator[QuoteCandidate]:
    for candidate in candidates:
        whole = with_whole_speaker(parse, without_patient(parse, behind_its_cue(parse, candidate)))
        bounded = in_its_sentence(parse, whole, marked)
        if bounded is not None:
            yield from apart(parse, without_asides(parse, bounded, marked), marked)


def _reported(
    parse: Parse, candidates: Iterable[QuoteCandidate], marked: Sequence[bool]
) -> list[QuoteCandidate]:
    kept: list[QuoteCandidate] = []
    inside: set[int] = set()
    for candidate in sorted(candidates, key=_order):
        at = candidate.cue[-1] if candidate.cue else candidate.content[0][0]
        if is_reported(parse, candidate, marked, is_inside=at in inside):
            kept.append(candidate)
            inside.update(tokens_of(candidate.content))
    return kept


def _parents(candidates: Sequence[QuoteCandidate]) -> list[int | None]:
    """Return for each candidate the number of the tightest one before it that holds its whole content."""
    parents: list[int | None] = []
    around: list[tuple[int, frozenset[int]]] = []  # those that reach beyond where the next begins
    for number, candidate in enumerate(candidates):
        start = candidate.content[0][0]
        around = [(other, tokens) for other, tokens in around if candidates[other].content[-1][1] > start]
        own = frozenset(tokens_of(candidate.content))
        best, least = None, 0
        for other, tokens in around:
            if own < tokens and (best is None or len(tokens) <= least):
                best, least = other, len(tokens)
        parents.append(best)
        around.append((number, own))
    return parents


def _by_paragraphs(parse: Parse, content: Sequence[Range], marked: Sequence[bool]) -> list[Range]:
    """Return a content cut at the paragraphs that marks open anew: the marks between are no part of it."""
    pieces = []
    for start, end in content:
        at = start
        for t in parse.marks_in(start + 1, end) if marked[start] else ():
            opens = parse.paragraph_of[t] != parse.paragraph_of[t - 1] or parse.words[t - 1].isspace()
            if opens and not marked[t]:
                pieces.append((at, t))
                at = t + 1
        pieces.append((at, end))
    return [trimmed for piece in pieces if (trimmed := parse.trim(piece)) is not None]


def _kind(content: Sequence[Range], region_of: Mapping[int, int]) -> QuoteKind:
    tokens = [t for start, end in content for t in range(start, end)]
    share = sum([t in region_of for t in tokens]) / len(tokens)
    if share < _DIRECT_SHARE:
        return "mixed" if share else "indirect"
    # What is reported inside a longer quotation stands in marks but is not quoted itself.
    return "direct" if tokens[0] - region_of.get(tokens[0], tokens[0]) <= 1 else "indirect"


def _content_span(doc: Doc, span: Range, region_of: Mapping[int, int]) -> Span:
    """Return the span of a content with the full stop inside the marks; no mark in it lacks its partner."""
    start, end = span
    last = region_of.get(end - 1)
    while end < len(doc) and region_of.get(end) == last is not None and doc[end].text[0] in ".!?…":
        end += 1
    first = region_of.get(start)
    if last is not None and start < last and end < len(doc) and end not in region_of:
        end += 1
    elif first is not None and first == start and start and last != first:
        start -= 1
    return Span(doc, start, end)


def _runs(tokens: Sequence[int]) -> list[Range]:
    """Join neighbouring tokens to ranges."""
    runs: list[Range] = []
    for token in tokens:
        if runs and runs[-1][1] == token:
            runs[-1] = (runs[-1][0], token + 1)
        else:
            runs.append((token, token + 1))
    return runs


class QuoteFinder:
    """The pipeline component: stores what `find_quotes` finds as the layer "quotes"."""

    def __init__(self, model: QuoteModel) -> None:
        self.model = model

    def __call__(self, doc: Doc) -> Doc:
        """Add the layer to a document."""
        (reading,) = self._read([doc])
        _store(doc, list(find_quotes(doc, reading=reading)), reading)
        return doc

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = _BATCH) -> Iterator[Doc]:
        """Add the layer to a stream of documents; the network reads a batch at once."""
        for docs in batched(stream, batch_size):
            for doc, reading in zip(docs, self._read(docs), strict=True):
                _store(doc, list(find_quotes(doc, reading=reading)), reading)
                yield doc

    def _read(self, docs: Sequence[Doc]) -> list[QuoteReading]:
        readings = [read_doc(read_columns(doc)) for doc in docs]
        return tag_readings(readings) if self.model == "small" else readings


def _store(doc: Doc, quotations: Sequence[Quotation], reading: QuoteReading) -> None:
    """Write the layer, and into that of the entities the pronouns that the quotations settle."""
    entities = doc._.entities
    layers.write_layer(doc, "quotes", quotations)
    if entities:
        settled = with_speakers(reading.parse.columns, entities, quotations)
        layers.write_layer(doc, "entities", settled)


@Language.factory("quotes", assigns=["doc.spans"], default_config={"model": "small"})
def make_quotes(nlp: Language, name: str, model: QuoteModel) -> QuoteFinder:
    """Make the component `quotes`; it goes behind the parser, the NER and, to resolve speakers, `entities`.

    Args:
        nlp: the pipeline.
        name: of the component in it.
        model: "small" lets a small network find the quotations, "rules" leaves them to the rules.
    """
    return QuoteFinder(model)
