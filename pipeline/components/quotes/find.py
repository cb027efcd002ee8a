"""Quotations of a document: who said what, to be read as rows.

    nlp.add_pipe("quotes")
    for quotation in nlp(text)._.quotes:
        print(quotation.speaker, quotation.cue, quotation.content)

The steps, each a file of its own: regions in quotation marks (`regions.py`); content, cue and speaker by
rules (`attribution.py`) and by a small network that sees what the rules find (`quote_tagger.py`); which of it
is speech (`speech.py`); nesting and kind (here); which entity the speaker is (`speakers.py`).

The network has learnt what attributions newspapers print, but only the outermost of each; what is reported
within a quotation ("X said that Y had denied it") is the rules'.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import batched
from typing import Literal

from spacy.language import Language
from spacy.tokens import Doc, Span

from pipeline.components import layers
from pipeline.components.doc.columns import Columns, read_columns
from pipeline.components.layers import Entity, Quotation, QuoteKind
from pipeline.components.quotes import cues
from pipeline.components.quotes.attribution import find_attributions
from pipeline.components.quotes.candidates import Candidate, kind_of_cue
from pipeline.components.quotes.network.tagger import TaggedQuote, tag_quotes
from pipeline.components.quotes.parsed import MARKS, Parse, Range, is_title, join_ranges
from pipeline.components.quotes.regions import Region, find_regions
from pipeline.components.quotes.speakers import Speakers
from pipeline.components.quotes.speech import is_speech

QuoteModel = Literal["small", "rules"]

_DIRECT_SHARE = 0.95
"""Share of a content's words that stand in quotation marks from which on it is direct speech."""
_CLAUSAL = frozenset(("according", "after", "before", "clause", "colon", "parenthetical"))
_CERTAIN = frozenset(("block", "signed"))
"""Rules for layouts that the network has hardly seen: there they have the last word."""
_BATCH = 32
"""Documents that the network reads at once: one by one takes it several times as long."""


@dataclass(slots=True)
class Reading:
    """A document as far as it can be read by itself, before the network reads many at once."""

    parse: Parse
    regions: list[Region]
    candidates: list[Candidate]
    blocks: frozenset[int]
    """First tokens of block quotations: direct speech that needs no marks."""
    is_tagged: bool = False


def read_doc(columns: Columns) -> Reading:
    """Read a document by rules."""
    parse = Parse(columns)
    regions = find_regions(parse.text)
    candidates = find_attributions(parse, regions)
    blocks = frozenset(c.content[0][0] for c in candidates if c.rule == "block")
    return Reading(parse, regions, candidates, blocks)


def tag_readings(readings: Sequence[Reading]) -> None:
    """Let the network read documents of one vocabulary; its findings replace the rules' outermost ones."""
    waiting = [reading for reading in readings if not reading.is_tagged]
    found = tag_quotes(
        [reading.parse.doc for reading in waiting],
        candidates=[reading.candidates for reading in waiting],
        texts=[reading.parse.text for reading in waiting],
    )
    for reading, tagged in zip(waiting, found, strict=True):
        reading.candidates = _with_nested(reading, tagged)
        reading.is_tagged = True


def find_quotes(
    doc: Doc,
    *,
    entities: Sequence[Entity] | None = None,
    reading: Reading | None = None,
    model: QuoteModel = "small",
) -> Iterator[Quotation]:
    """Find the quotations of a document with their cues and speakers.

    Args:
        doc: tagged, parsed and with named entities. A document without a parse gives what can be told from
            its quotation marks alone.
        entities: that speakers are resolved to; those of `doc._.entities` where None.
        reading: of this document, from `read_doc` and, where wanted, `tag_readings`: who has many documents
            lets the network read a batch at once. Done here where None.
        model: "small" uses the network, "rules" does not.

    Yields:
        Quotations in order of their first word, an outer one before those nested in it, so that `parent`
        always points backwards.
    """
    if not len(doc):
        return
    if reading is None:
        reading = read_doc(read_columns(doc))
        if model == "small":
            tag_readings([reading])
    parse = reading.parse
    candidates = sorted(reading.candidates, key=lambda c: (c.content[0][0], -c.content[-1][1]))
    parents = _parents(candidates)
    speakers = Speakers(parse, doc._.entities if entities is None else entities)
    quoted = _quoted_tokens(parse, reading.regions)
    said: list[tuple[int, ...]] = []
    for candidate, parent in zip(candidates, parents, strict=True):
        found: tuple[int, ...] = ()
        method = None
        if candidate.speaker is not None:
            resolved = speakers.resolve(
                candidate.speaker,
                content=candidate.content,
                outer=said[parent] if parent is not None else (),
            )
            found, method = resolved.entities, resolved.method
        said.append(found)
        kind: QuoteKind = (
            "direct" if candidate.content[0][0] in reading.blocks else _kind(candidate.content, quoted)
        )
        yield Quotation(
            kind=kind,
            content=tuple(_content_span(doc, span, quoted) for span in candidate.content),
            cue=tuple(Span(doc, start, end) for start, end in _runs(candidate.cue)),
            speaker=(Span(doc, *candidate.speaker),) if candidate.speaker is not None else (),
            speaker_entities=found,
            speaker_method=method,
            parent=parent,
            is_speech=is_speech(parse, candidate, kind),
            score=round(candidate.score, 3),
        )


def _with_nested(reading: Reading, tagged: Sequence[TaggedQuote]) -> list[Candidate]:
    """What the network found, and what the rules found inside of it."""
    parse = reading.parse
    outer = []
    for quote in tagged:
        content = [
            piece for span in quote.content for piece in _tidy(parse, (span.start, span.end), reading.regions)
        ]
        if content:
            cue = [t for span in quote.cue for t in range(span.start, span.end)]
            source = (quote.source[0].start, quote.source[-1].end) if quote.source else None
            outer.append(
                Candidate(
                    content=content,
                    cue=cue,
                    speaker=parse.trim(source) if source is not None else None,
                    kind=kind_of_cue(parse, cue),
                    rule="network",
                    score=quote.score,
                )
            )
    outer = [candidate for candidate in outer if not _is_name(parse, candidate)]
    _carry_on(parse, reading.regions, outer)
    certain = [candidate for candidate in reading.candidates if candidate.rule in _CERTAIN]
    for candidate in certain:
        _cut_out(parse, outer, candidate.content)
    outer = [*(candidate for candidate in outer if candidate.content), *certain]
    home: dict[int, int] = {}
    for number, candidate in enumerate(outer):
        for start, end in candidate.content:
            home.update(dict.fromkeys(range(start, end), number))
    nested = []
    for candidate in reading.candidates:
        tokens = [*candidate.cue, *(t for start, end in candidate.content for t in range(start, end))]
        homes = {home.get(t) for t in tokens}
        if candidate.cue and len(homes) == 1 and None not in homes and _is_worth_nesting(candidate):
            nested.append(candidate)
    return [*outer, *nested]


def _is_name(parse: Parse, candidate: Candidate) -> bool:
    """Tell what stands in marks because it is a name, not because somebody says it.

    The title of a work that somebody reads, sings or writes, and what something is called by nobody in
    particular.
    """
    start = candidate.content[0][0] - (parse.words[candidate.content[0][0]] not in MARKS)
    end = min(candidate.content[-1][1] + 1, parse.size)
    marks = [t for t in range(max(start, 0), end) if parse.words[t] in MARKS]
    if not candidate.cue or len(marks) < 2:
        return False
    cue, name = candidate.cue[-1], (marks[0] + 1, marks[1])
    if parse.words[cue] in cues.work_verbs() and cue == start - 1:
        return is_title(parse, name)
    return (
        parse.words[cue] in cues.naming_verbs()
        and candidate.speaker is None
        and all(parse.doc[t].text[0].isupper() for t in range(*name) if len(parse.words[t]) > 3)
    )


def _tidy(parse: Parse, span: Range, regions: Sequence[Region]) -> list[Range]:
    """A fragment of the network's without loose ends; only marks carry it over the end of a paragraph."""
    start, end = span
    paragraph = parse.paragraph_of[start]
    if parse.paragraph_of[end - 1] != paragraph and (paragraph == 0 or parse.line_ends(paragraph + 1) > 1):
        border = parse.paragraphs[paragraph][1]
        offset = parse.idx[border - 1]
        if not any(region.start <= offset < region.end for region in regions):
            end = border
    while end > start and (parse.is_empty[end - 1] or parse.tags[end - 1] == "CC"):
        end -= 1
    return join_ranges(parse, [(start, end)])


def _carry_on(parse: Parse, regions: Sequence[Region], candidates: Sequence[Candidate]) -> None:
    """Let a quotation go on into the paragraphs that its marks go on into, where the network stopped."""
    home = {t: c for c in candidates for start, end in c.content for t in range(start, end)}
    before: Candidate | None = None
    for region in regions:
        if region.depth:
            continue
        first, end = bisect_left(parse.idx, region.inner_start), bisect_left(parse.idx, region.inner_end)
        here = next((home[t] for t in range(end - 1, first - 1, -1) if t in home), None)
        if region.continues and before is not None and here is None:
            before.content = join_ranges(parse, [*before.content, (first, end)])
            here = before
        before = here


def _cut_out(parse: Parse, candidates: Sequence[Candidate], cut: Sequence[Range]) -> None:
    """Take ranges out of the contents of candidates."""
    for candidate in candidates:
        if any(start < last and first < end for start, end in candidate.content for first, last in cut):
            without = [t for first, last in cut for t in range(first, last)]
            candidate.content = join_ranges(parse, candidate.content, without=without)


def _is_worth_nesting(candidate: Candidate) -> bool:
    """Within a quotation, what is said or thought in a clause of its own counts, or said of a thing."""
    return candidate.rule in _CLAUSAL or (candidate.kind == "speech" and candidate.score >= 0.5)


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
                tag_readings(readings)
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
