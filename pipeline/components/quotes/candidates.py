"""A quotation in the making: what the rules or the network have found before it meets the entities."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.components.quotes import cues
from pipeline.components.quotes.parsed import MARKS, SENTENCE_END, VERB_TAGS, Parse, Range, join_ranges

# Share of what a rule finds that is right (PolNeAR train, content and speaker).
_PRECISION = {
    "according": 0.72,
    "adjective": 0.56,
    "after": 0.81,
    "before": 0.67,
    "block": 0.5,
    "clause": 0.82,
    "colon": 0.57,
    "floating": 0.48,
    "infinitive": 0.54,
    "noun": 0.3,
    "object": 0.55,
    "parenthetical": 0.74,
    "passive": 0.44,
    "preposition": 0.52,
    "seem": 0.48,
    "signed": 0.8,
    "within": 0.49,
}


@dataclass(slots=True)
class Candidate:
    """A quotation in the making; ranges are token ranges, ends exclusive.

    Attributes:
        content: its ranges, sorted, apart.
        cue: its tokens.
        speaker: None where the text gives none.
        kind: of the cue: speech, thought, show.
        rule: that found it.
        score: 0..1; what the rule usually achieves unless given.
    """

    content: list[Range]
    cue: list[int]
    speaker: Range | None
    kind: str
    rule: str
    score: float = -1.0

    def __post_init__(self) -> None:
        if self.score < 0:
            self.score = _PRECISION[self.rule]


def kind_of_cue(parse: Parse, cue: Sequence[int]) -> str:
    """Tell saying from thinking and showing by the last reporting word of a cue.

    A cue without one ("voted for", "made no secret of") shows a stance; no cue at all, or a mark, is speech.
    """
    verbs, others = cues.verbs(), {**cues.nouns(), **cues.adjectives()}
    for table, wanted in ((verbs, True), (others, False)):
        for t in reversed(cue):
            known = table.get(parse.words[t])
            if known is not None and (parse.tags[t] in VERB_TAGS) == wanted:
                return known.kind
    if not cue or any(parse.words[t] == "according" or parse.is_empty[t] for t in cue):
        return "speech"
    return "thought"


def clean_candidate(
    parse: Parse,
    content: Iterable[Range],
    cue: Sequence[int],
    speaker: Range | None,
    kind: str,
    rule: str,
    *,
    at: int,
) -> Candidate | None:
    """Return a candidate whose content keeps to the cue's paragraph and leaves out the cue; None if empty."""
    pieces = [_until_quote_ends(parse, parse.clip(span, at), at) for span in content]
    ranges = join_ranges(parse, pieces, without=cue)
    if not ranges:
        return None
    if speaker is not None:
        speaker = parse.trim(parse.clip(speaker, at))
    return Candidate(ranges, sorted(cue), speaker, kind, rule)


def _until_quote_ends(parse: Parse, span: Range, at: int) -> Range:
    """Cut off what follows a closed quotation of whole sentences: the parse does not see that it ends."""
    start, end = span
    if at < start:
        for t in range(start + 1, end - 1):
            if (
                parse.words[t] in MARKS
                and parse.words[t - 1] in SENTENCE_END
                and (parse.doc[t + 1].text[:1].isupper() or parse.is_empty[t + 1])
            ):
                return start, t
    return span
