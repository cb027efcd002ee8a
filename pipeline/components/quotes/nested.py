"""What the network finds together with what the rules find: outermost quotations, and those nested in them.

The network has learnt what attributions newspapers print, but only the outermost of each; what is reported
within a quotation ("X said that Y had denied it") is the rules'. They also have the last word on layouts that
the network has hardly seen: signatures and block quotations.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from pipeline.components.quotes.candidates import LAYOUTS, QuoteCandidate, kind_of_cue
from pipeline.components.quotes.cues import read_cues
from pipeline.components.quotes.debris import outside_debris
from pipeline.components.quotes.network.tagger import TaggedQuote
from pipeline.components.quotes.parsed import MARKS, Parse, Range, join_ranges, tokens_of
from pipeline.components.quotes.phrases import is_title
from pipeline.components.quotes.region import Region

_CLAUSAL = frozenset(("according", "after", "before", "clause", "colon", "parenthetical"))
"""Rules that find what is said in a clause of its own."""
_SIGNED = frozenset(("post", "signed"))
_LEAST_NESTED = 0.5
"""Score of a nested quotation that is no clause."""
_SMALL = 3
"""Letters of the longest words that a name may write small."""


def nest(
    parse: Parse,
    regions: Sequence[Region],
    candidates: Sequence[QuoteCandidate],
    tagged: Iterable[TaggedQuote],
) -> list[QuoteCandidate]:
    """Return the outermost quotations, then those nested in them.

    Args:
        parse: of the document.
        regions: of its text.
        candidates: what the rules found; they are left as they are.
        tagged: what the network found.
    """
    certain = _once([candidate for candidate in candidates if candidate.rule in LAYOUTS])
    by_network = [
        candidate for candidate in _from_network(parse, regions, tagged) if not _is_name(parse, candidate)
    ]
    by_network = [*outside_debris(parse, _carried_on(parse, regions, by_network))]
    cut = [span for candidate in certain for span in candidate.content]
    outer = [*_cut_out(parse, by_network, cut), *certain]
    home = {t: number for number, candidate in enumerate(outer) for t in tokens_of(candidate.content)}
    nested = []
    for candidate in candidates:
        own = home.get(candidate.cue[0]) if candidate.cue else None
        if own is None or not _is_worth_nesting(candidate):
            continue
        tokens = (*candidate.cue, *tokens_of(candidate.content))
        if all(home.get(t) == own for t in tokens):
            nested.append(candidate)
    return [*outer, *nested]


def _once(candidates: Sequence[QuoteCandidate]) -> list[QuoteCandidate]:
    """Return candidates of layouts without blocks that are signed: who signs has the words of a post."""
    signed = {
        t for candidate in candidates if candidate.rule in _SIGNED for t in tokens_of(candidate.content)
    }
    return [
        candidate
        for candidate in candidates
        if candidate.rule != "block" or signed.isdisjoint(tokens_of(candidate.content))
    ]


def _from_network(
    parse: Parse, regions: Sequence[Region], tagged: Iterable[TaggedQuote]
) -> Iterator[QuoteCandidate]:
    """Yield what the network found as candidates, without loose ends."""
    for quote in tagged:
        content = [
            piece for span in quote.content for piece in _tidied(parse, (span.start, span.end), regions)
        ]
        if not content:
            continue
        cue = [t for span in quote.cue for t in range(span.start, span.end)]
        source = (quote.source[0].start, quote.source[-1].end) if quote.source else None
        yield QuoteCandidate(
            content=content,
            cue=cue,
            speaker=parse.trim(source) if source is not None else None,
            kind=kind_of_cue(parse, cue),
            rule="network",
            score=quote.score,
        )


def _tidied(parse: Parse, span: Range, regions: Sequence[Region]) -> list[Range]:
    """Return a fragment without loose ends; only marks carry it over the end of a paragraph."""
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


def _is_name(parse: Parse, candidate: QuoteCandidate) -> bool:
    """Return whether something stands in marks because it is a name, not because somebody says it.

    That is the title of a work that somebody reads, sings or writes, and what something is called by nobody
    in particular.
    """
    cues = parse.lexicon.made(read_cues)
    start = candidate.content[0][0] - (parse.words[candidate.content[0][0]] not in MARKS)
    end = min(candidate.content[-1][1] + 1, parse.size)
    marks = parse.marks_in(max(start, 0), end)
    if not candidate.cue or len(marks) < 2:
        return False
    cue, name = candidate.cue[-1], (marks[0] + 1, marks[1])
    if parse.words[cue] in cues.work_verbs and cue == start - 1:
        return is_title(parse, name)
    longer = (t for t in range(*name) if len(parse.words[t]) > _SMALL)
    return (
        parse.words[cue] in cues.naming_verbs
        and candidate.speaker is None
        and all(parse.columns.words[t][0].isupper() for t in longer)
    )


def _carried_on(
    parse: Parse, regions: Sequence[Region], candidates: Sequence[QuoteCandidate]
) -> list[QuoteCandidate]:
    """Let quotations go on into the paragraphs that their marks go on into, where the network stopped."""
    out = list(candidates)
    if not regions:
        return out
    home = {t: number for number, candidate in enumerate(candidates) for t in tokens_of(candidate.content)}
    before: int | None = None
    owners: list[tuple[Region, Range, int | None]] = []
    for region in regions:
        if region.depth:
            continue
        first, end = region.inner_tokens(parse.idx)
        here = next((home[t] for t in range(end - 1, first - 1, -1) if t in home), None)
        if region.continues and before is not None and here is None:
            content = join_ranges(parse, [*out[before].content, (first, end)])
            out[before] = out[before].with_content(content)
            here = before
        before = here
        owners.append((region, (first, end), here))
    for (region, span, own), (below, _, owner) in reversed([*pairwise(owners)]):
        # The cue stands behind the last of the paragraphs.
        if own is None and owner is not None and below.continues and not region.is_closed:
            content = join_ranges(parse, [span, *out[owner].content])
            out[owner] = out[owner].with_content(content)
    return out


def _cut_out(
    parse: Parse, candidates: Iterable[QuoteCandidate], cut: Sequence[Range]
) -> Iterator[QuoteCandidate]:
    """Yield candidates without ranges of their content; those of which nothing is left are gone."""
    taken = {t for first, last in cut for t in range(first, last)}
    if not taken:
        yield from candidates
        return
    for candidate in candidates:
        without = taken.intersection(tokens_of(candidate.content))
        if without:
            content = join_ranges(parse, candidate.content, without=without)
            if content:
                yield candidate.with_content(content)
        else:
            yield candidate


def _is_worth_nesting(candidate: QuoteCandidate) -> bool:
    """Return whether what the rules find within a quotation counts.

    What is said or thought in a clause of its own does, and what is said of a thing.
    """
    return candidate.rule in _CLAUSAL or (candidate.kind == "speech" and candidate.score >= _LEAST_NESTED)
