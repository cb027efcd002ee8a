"""Nothing is said in debris: captions, credits, teasers, bars of buttons, menus; nor do bylines sign it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pipeline.components.quotes.candidates import QuoteCandidate
from pipeline.components.quotes.parsed import Parse, Range, join_ranges


def outside_debris(parse: Parse, candidates: Iterable[QuoteCandidate]) -> Iterator[QuoteCandidate]:
    """Yield candidates without what stands in debris; those of which nothing is left are gone."""
    debris = parse.tree.debris
    if not any(debris):
        yield from candidates
        return
    for candidate in candidates:
        if any(debris[t] for t in candidate.cue):
            continue
        inside = [t for start, end in candidate.content for t in range(start, end) if debris[t]]
        if inside:
            content = join_ranges(parse, candidate.content, without=inside)
            if not content:
                continue
            candidate = candidate.with_content(content)  # noqa: PLW2901
        if candidate.speaker is not None and debris[candidate.speaker[0]]:
            continue
        yield candidate


def is_byline(parse: Parse, line: Range) -> bool:
    """Return whether a line tells who wrote the article: "Ann Miller with Leo Dorn, AFP / Marrow.com"."""
    agencies = parse.lexicon.words("wire_agencies")
    return any(
        parse.words[t] == "/" or parse.words[t].endswith((".com", ".org")) or parse.words[t] in agencies
        for t in range(*line)
    )
