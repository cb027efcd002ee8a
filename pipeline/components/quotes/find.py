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

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import batched
from typing import Literal

from spacy.language import Language
from spacy.tokens import Doc, Span

from pipeline.components import layers
from pipeline.components.doc.columns import read_columns
from pipeline.components.layers import Entity, Quotation, QuoteKind
from pipeline.components.quotes.candidates import QuoteCandidate
from pipeline.components.quotes.parsed import Parse, Range
from pipeline.components.quotes.reading import QuoteReading, read_doc, tag_readings
from pipeline.components.quotes.region import Region
from pipeline.components.quotes.speakers import Speakers
from pipeline.components.quotes.speech import is_speech
from pipeline.lexicons import Lexicon

QuoteModel = Literal["small", "rules"]

_DIRECT_SHARE = 0.95
"""Share of a content's words that stand in quotation marks from which on it is direct speech."""
_BATCH = 32
"""Documents that the network reads at once: one by one takes it several times as long."""


def find_quotes(
    doc: Doc,
    *,
    entities: Sequence[Entity] | None = None,
    reading: QuoteReading | None = None,
    model: QuoteModel = "small",
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
    candidates = sorted(reading.candidates, key=lambda c: (c.content[0][0], -c.content[-1][1]))
    speakers = Speakers(parse, doc._.entities if entities is None else entities)
    region_of = _region_starts(parse, reading.regions)
    said: list[tuple[int, ...]] = []
    for candidate, parent in zip(candidates, _parents(candidates), strict=True):
        own: tuple[int, ...] = ()
        method = None
        if candidate.speaker is not None:
            outer = said[parent] if parent is not None else ()
            resolved = speakers.resolve(candidate.speaker, content=candidate.content, outer=outer)
            own, method = resolved.entities, resolved.method
        said.append(own)
        is_block = candidate.content[0][0] in reading.blocks
        kind: QuoteKind = "direct" if is_block else _kind(candidate.content, region_of)
        yield Quotation(
            kind=kind,
            content=tuple(_content_span(doc, span, region_of) for span in candidate.content),
            cue=tuple(Span(doc, start, end) for start, end in _runs(candidate.cue)),
            speaker=(Span(doc, *candidate.speaker),) if candidate.speaker is not None else (),
            speaker_entities=own,
            speaker_method=method,
            parent=parent,
            is_speech=is_speech(parse, candidate, kind),
            score=round(candidate.score, 3),
        )


def _parents(candidates: Sequence[QuoteCandidate]) -> list[int | None]:
    """Return for each candidate the number of the tightest one before it that holds its whole content."""
    tokens = [frozenset(t for start, end in c.content for t in range(start, end)) for c in candidates]
    on: dict[int, list[int]] = {}
    parents: list[int | None] = []
    for number, own in enumerate(tokens):
        best = None
        for other in on.get(min(own, default=-1), ()):
            if own < tokens[other] and (best is None or len(tokens[other]) <= len(tokens[best])):
                best = other
        parents.append(best)
        for token in own:
            on.setdefault(token, []).append(number)
    return parents


def _region_starts(parse: Parse, regions: Sequence[Region]) -> dict[int, int]:
    """Return for each token inside an outermost region the first token of that."""
    inside: dict[int, int] = {}
    for region in regions:
        if region.depth == 0:
            start, end = bisect_left(parse.idx, region.inner_start), bisect_left(parse.idx, region.inner_end)
            inside.update(dict.fromkeys(range(start, end), start))
    return inside


def _kind(content: Sequence[Range], region_of: Mapping[int, int]) -> QuoteKind:
    tokens = [t for start, end in content for t in range(start, end)]
    share = sum(t in region_of for t in tokens) / len(tokens)
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
        layers.write_layer(doc, "quotes", find_quotes(doc, model=self.model))
        return doc

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = _BATCH) -> Iterator[Doc]:
        """Add the layer to a stream of documents; the network reads a batch at once."""
        for docs in batched(stream, batch_size):
            readings = [read_doc(read_columns(doc)) for doc in docs]
            if self.model == "small":
                readings = tag_readings(readings)
            for doc, reading in zip(docs, readings, strict=True):
                layers.write_layer(doc, "quotes", find_quotes(doc, reading=reading))
                yield doc


@Language.factory("quotes", assigns=["doc.spans"], default_config={"model": "small"})
def make_quotes(nlp: Language, name: str, model: QuoteModel) -> QuoteFinder:
    """Make the component `quotes`; it goes behind the parser, the NER and, to resolve speakers, `entities`.

    Args:
        nlp: the pipeline.
        name: of the component in it.
        model: "small" lets a small network find the quotations, "rules" leaves them to the rules.
    """
    return QuoteFinder(model)
