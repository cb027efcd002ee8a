"""A document as far as it is read for quotations: by the rules alone, then by the network, many at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.components.doc.columns import Columns
from pipeline.components.quotes.attribution import find_attributions
from pipeline.components.quotes.candidates import LAYOUTS, UNLEARNT, QuoteCandidate
from pipeline.components.quotes.nested import nest
from pipeline.components.quotes.network.tagger import tag_quotes
from pipeline.components.quotes.parsed import Parse
from pipeline.components.quotes.region import Region
from pipeline.components.quotes.regions import find_regions


@dataclass(frozen=True, slots=True)
class QuoteReading:
    """What is known of a document's quotations before they meet its entities.

    Attributes:
        parse: of the document.
        regions: what stands in quotation marks.
        candidates: the quotations in the making, in no order.
        by_rule: those of them that the rules have found.
        blocks: first tokens of what its layout makes direct speech: it needs no marks.
        is_tagged: whether the network has had its say.
    """

    parse: Parse
    regions: list[Region]
    candidates: list[QuoteCandidate]
    by_rule: list[QuoteCandidate]
    blocks: frozenset[int]
    is_tagged: bool = False


def read_doc(columns: Columns) -> QuoteReading:
    """Read a document by rules.

    Args:
        columns: of the document; its lexicon gives the words.
    """
    parse = Parse(columns)
    regions = find_regions(parse.text, lexicon=parse.lexicon, lines=parse.columns.lines)
    candidates = find_attributions(parse, regions)
    blocks = frozenset(c.content[0][0] for c in candidates if c.rule in LAYOUTS and c.rule != "signed")
    return QuoteReading(parse, regions, candidates, candidates, blocks)


def _learnt(candidates: Sequence[QuoteCandidate]) -> list[QuoteCandidate]:
    """Return what the rules found that the network has learnt to read."""
    return [candidate for candidate in candidates if candidate.rule not in UNLEARNT]


def tag_readings(readings: Sequence[QuoteReading]) -> list[QuoteReading]:
    """Let the network read documents: what it finds goes before the rules' outermost quotations.

    Many documents at once take a fraction of the time of one by one.

    Args:
        readings: of documents of one vocabulary, from `read_doc`; they are left as they are.

    Returns:
        New readings in the same order; one that the network has read already is returned as it is.
    """
    waiting = [reading for reading in readings if not reading.is_tagged]
    tagged = iter(
        tag_quotes(
            [reading.parse.doc for reading in waiting],
            candidates=[_learnt(reading.candidates) for reading in waiting],
            texts=[reading.parse.text for reading in waiting],
        )
    )
    return [
        reading
        if reading.is_tagged
        else replace(
            reading,
            candidates=nest(reading.parse, reading.regions, reading.candidates, next(tagged)),
            is_tagged=True,
        )
        for reading in readings
    ]
