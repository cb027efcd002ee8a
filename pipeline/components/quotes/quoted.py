"""What stands in quotation marks, as tokens, and what it looks like: an utterance, a clause, a sequel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.components.quotes.candidates import QuoteCandidate
from pipeline.components.quotes.parsed import MARKS, SENTENCE_END, Parse
from pipeline.components.quotes.region import Region

_LONG = 5
"""Tokens from which on marks hold an utterance whatever ends it: more than these."""
_LONG_CLAUSE = 7
"""Tokens from which on marks with a capital hold a clause wherever they stand: more than these."""


@dataclass(slots=True)
class Quoted:
    """A region as token range, without its marks.

    Attributes:
        start, end: its tokens, end exclusive.
        region: in characters.
        beside: the candidate whose cue stands beside the marks.
        owner: the candidate that it belongs to in the end.
    """

    start: int
    end: int
    region: Region
    beside: QuoteCandidate | None = None
    owner: QuoteCandidate | None = None


def quoted_ranges(parse: Parse, regions: Sequence[Region]) -> list[Quoted]:
    """Return the outermost regions as token ranges, without those of punctuation alone."""
    quoted = []
    for region in regions:
        if region.depth == 0:
            span = parse.trim(region.inner_tokens(parse.idx))
            if span is not None:
                quoted.append(Quoted(*span, region))
    return quoted


def is_utterance(parse: Parse, q: Quoted) -> bool:
    """Return whether somebody says what stands in marks, against a title, a nickname or scare quotes."""
    if q.end - q.start > _LONG:
        return True
    return any(c in ",.!?" for c in parse.text[q.region.inner_end - 1 : q.region.end + 1])


def starts_clause(parse: Parse, q: Quoted) -> bool:
    """Return whether marks open a sentence or clause, not inside a phrase ("on “Morning News,” she said")."""
    at = last_before(parse, q)
    start = parse.paragraphs[parse.paragraph_of[q.start]][0]
    if at < start or parse.is_empty[at] or parse.tags[at] in ("CC", "UH"):
        return True
    return q.end - q.start > _LONG_CLAUSE and parse.columns.words[q.start][0].isupper()


def last_before(parse: Parse, q: Quoted) -> int:
    """Return the last token before marks that is neither a mark nor blank; -1 if there is none."""
    at = q.start - 1
    while at >= 0 and (parse.words[at] in MARKS or parse.words[at].isspace()):
        at -= 1
    return at


def goes_on(parse: Parse, before: Quoted, q: Quoted) -> bool:
    """Return whether marks go on with the quotation before them: nothing but its cue and speaker between."""
    if before.owner is None:
        return False
    if q.region.continues:
        return True
    if not is_utterance(parse, q) or not _is_near(parse, before, q):
        return False
    gap = [t for t in range(before.end, q.start) if not parse.is_empty[t]]
    if not gap:
        return True
    is_same_paragraph = parse.paragraph_of[q.start] == parse.paragraph_of[before.start]
    between = parse.words[gap[-1] + 1 : q.start]
    is_in_sentence = is_same_paragraph and not any(word in SENTENCE_END for word in between)
    if is_in_sentence and any(word != "," for word in between[:1]):
        return False
    n_sentences = sum(parse.words[t] in SENTENCE_END for t in range(gap[0], q.start))
    return n_sentences <= 1 and bool(before.owner.cue) and before.owner.cue[-1] in gap


def _is_near(parse: Parse, before: Quoted, q: Quoted) -> bool:
    """Return whether marks stand in the paragraph of those before them, or open the next one."""
    here, there = parse.paragraph_of[q.start], parse.paragraph_of[before.start]
    return here == there or (here == there + 1 and all(parse.is_empty[parse.paragraphs[here][0] : q.start]))
