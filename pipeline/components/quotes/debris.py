"""Nothing is said in debris: captions, credits, teasers, bars of buttons, menus; nor do bylines sign it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pipeline.components.quotes.candidates import QuoteCandidate
from pipeline.components.quotes.parsed import Parse, Range, join_ranges
from pipeline.lexicons import Lexicon

_WORDS_OF_AGENCIES = (1, 2, 3)


def outside_debris(parse: Parse, candidates: Iterable[QuoteCandidate]) -> Iterator[QuoteCandidate]:
    """Yield candidates without what stands in debris; those of which nothing is left are gone."""
    debris = parse.tree.debris
    if not any(debris):
        yield from candidates
        return
    for candidate in candidates:
        if any(debris[t] for t in candidate.cue):
            continue
        if any(any(debris[start:end]) for start, end in candidate.content):
            inside = [t for start, end in candidate.content for t in range(start, end) if debris[t]]
            content = join_ranges(parse, candidate.content, without=inside)
            if not content:
                continue
            candidate = candidate.with_content(content)  # noqa: PLW2901
        if candidate.speaker is not None and debris[candidate.speaker[0]]:
            continue
        yield candidate


def is_byline(parse: Parse, line: Range) -> bool:
    """Return whether a line tells who wrote the article: "Ann Miller with Leo Dorn, AFP / Marrow.com"."""
    start, end = line
    if any(word == "/" or word.endswith((".com", ".org")) for word in parse.words[start:end]):
        return True
    printed, agencies = parse.columns.words[start:end], parse.lexicon.made(_agencies)
    return any(
        " ".join(printed[i : i + n]) in agencies for i in range(len(printed)) for n in _WORDS_OF_AGENCIES
    )


def _agencies(lexicon: Lexicon) -> frozenset[str]:
    """Return names and signs of wire agencies, as printed; PA may be a state behind a town."""
    return frozenset(lexicon.entries("wire_agencies").keys() - lexicon.entries("postal_codes").keys())
