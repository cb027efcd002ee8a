"""Quotations of a document: who said what, to be read as rows.

    nlp.add_pipe("quotes")
    for quotation in nlp(text)._.quotes:
        print(quotation.speaker, quotation.cue, quotation.content)

The steps, each a file of its own: regions in quotation marks (`regions.py`); content, cue and speaker
(`attribution.py`); which of it is speech (`speech.py`); nesting and kind (here); which entity the speaker is
(`speakers.py`).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence

from spacy.language import Language
from spacy.tokens import Doc, Span

from pipeline.components import layers
from pipeline.components.attribution import Candidate, Parse, Range, find_attributions
from pipeline.components.layers import Entity, Quotation, QuoteKind
from pipeline.components.regions import Region, find_regions
from pipeline.components.speakers import Speakers
from pipeline.components.speech import is_utterance

_DIRECT_SHARE = 0.95
"""Share of a content's words that stand in quotation marks from which on it is direct speech."""


def find_quotes(doc: Doc, *, entities: Sequence[Entity] | None = None) -> Iterator[Quotation]:
    """Find the quotations of a document with their cues and speakers.

    Args:
        doc: tagged, parsed and with named entities. A document without a parse gives what can be told from
            its quotation marks alone.
        entities: that speakers are resolved to; those of `doc._.entities` where None.

    Yields:
        Quotations in order of their first word, an outer one before those nested in it, so that `parent`
        always points backwards.
    """
    if not len(doc):
        return
    parse = Parse(doc)
    regions = find_regions(parse.text)
    candidates = find_attributions(parse, regions)
    parents = _parents(candidates)
    known = doc._.entities if entities is None else entities
    speakers = Speakers(parse, known)
    quoted = _quoted_tokens(parse, regions)
    said: list[tuple[int, ...]] = []
    for candidate, parent in zip(candidates, parents, strict=True):
        found: tuple[int, ...] = ()
        method = None
        score = candidate.score
        if candidate.speaker is not None:
            resolved = speakers.resolve(
                candidate.speaker,
                content=candidate.content,
                outer=said[parent] if parent is not None else (),
            )
            found, method = resolved.entities, resolved.method
        said.append(found)
        kind = _kind(candidate.content, quoted)
        yield Quotation(
            kind=kind,
            content=tuple(_content_span(doc, span, quoted) for span in candidate.content),
            cue=tuple(Span(doc, start, end) for start, end in _runs(candidate.cue)),
            speaker=(Span(doc, *candidate.speaker),) if candidate.speaker is not None else (),
            speaker_entities=found,
            speaker_method=method,
            parent=parent,
            is_speech=candidate.kind == "speech"
            and (kind == "direct" or is_utterance(parse, candidate.content)),
            score=score,
        )


def _parents(candidates: Sequence[Candidate]) -> list[int | None]:
    """For each candidate the number of the tightest one before it that holds its whole content."""
    tokens = [frozenset(t for start, end in c.content for t in range(start, end)) for c in candidates]
    parents: list[int | None] = []
    for number, own in enumerate(tokens):
        best = None
        for other in range(number):
            if own < tokens[other] and (best is None or len(tokens[other]) <= len(tokens[best])):
                best = other
        parents.append(best)
    return parents


def _quoted_tokens(parse: Parse, regions: Sequence[Region]) -> dict[int, int]:
    """Each token inside an outermost region, with the region's first token."""
    offsets = parse.idx
    inside: dict[int, int] = {}
    for region in regions:
        if region.depth == 0:
            start = bisect_left(offsets, region.inner_start)
            for token in range(start, bisect_left(offsets, region.inner_end)):
                inside[token] = start
    return inside


def _kind(content: Sequence[Range], quoted: dict[int, int]) -> QuoteKind:
    tokens = [t for start, end in content for t in range(start, end)]
    share = sum(t in quoted for t in tokens) / len(tokens)
    if share < _DIRECT_SHARE:
        return "mixed" if share else "indirect"
    # What is reported inside a longer quotation stands in marks but is not quoted itself.
    return "direct" if tokens[0] - quoted.get(tokens[0], tokens[0]) <= 1 else "indirect"


def _content_span(doc: Doc, span: Range, quoted: dict[int, int]) -> Span:
    """The span of a content, with the full stop inside the marks; no mark in it is without its partner."""
    start, end = span
    last = quoted.get(end - 1)
    while end < len(doc) and quoted.get(end) == last is not None and doc[end].text[0] in ".!?…":
        end += 1
    first = quoted.get(start)
    if last is not None and start < last and end < len(doc) and end not in quoted:
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

    def __call__(self, doc: Doc) -> Doc:
        """Add the layer to a document."""
        layers.write_layer(doc, "quotes", find_quotes(doc))
        return doc


@Language.factory("quotes", assigns=["doc.spans"])
def make_quotes(nlp: Language, name: str) -> QuoteFinder:
    """Make the component `quotes`; it goes behind the parser and, for resolved speakers, `entities`."""
    return QuoteFinder()
