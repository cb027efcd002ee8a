"""A quotation in the making: what the rules or the network make of the text before it meets the entities."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from pipeline.components.doc.tags import VERB_TAGS
from pipeline.components.quotes.cues import read_cues
from pipeline.components.quotes.parsed import SENTENCE_END, Parse, Range, join_ranges

_PRECISION = {
    "according": 0.72,
    "adjective": 0.56,
    "after": 0.81,
    "before": 0.67,
    "answer": 0.8,
    "block": 0.5,
    "clause": 0.82,
    "colon": 0.57,
    "floating": 0.48,
    "infinitive": 0.54,
    "interview": 0.7,
    "noun": 0.3,
    "object": 0.55,
    "parenthetical": 0.74,
    "passive": 0.44,
    "post": 0.7,
    "preposition": 0.52,
    "question": 0.5,
    "seem": 0.48,
    "set off": 0.8,
    "signed": 0.8,
    "turn": 0.8,
    "within": 0.49,
}
"""Share of what a rule finds that is right (PolNeAR train, content and speaker).

The network has learnt the rules by these names, but for those of layouts: answers, posts and turns.
"""
UNLEARNT = frozenset(("answer", "interview", "post", "question", "set off", "turn"))
"""Rules that there were not when the network was trained."""
LAYOUTS = frozenset(("answer", "block", "interview", "post", "question", "signed", "turn"))
"""Rules for what its layout makes a quotation, whatever its words are."""


@dataclass(slots=True)
class QuoteCandidate:
    """A quotation in the making; ranges are token ranges, ends exclusive.

    Attributes:
        content: its ranges, sorted, apart.
        cue: its tokens.
        speaker: None where the text gives none.
        kind: of the cue: speech, thought, show.
        rule: that found it.
        score: 0..1; what the rule usually achieves unless given.
        named: the words that name the speaker, where a label ("A:") stands for them.
    """

    content: list[Range]
    cue: list[int]
    speaker: Range | None
    kind: str
    rule: str
    score: float = -1.0
    named: Range | None = None

    def __post_init__(self) -> None:
        if self.score < 0:
            self.score = _PRECISION[self.rule]

    def with_content(self, content: list[Range]) -> QuoteCandidate:
        """Return a candidate that has another content and is the same in all else."""
        return replace(self, content=content)


def kind_of_cue(parse: Parse, cue: Sequence[int]) -> str:
    """Return saying, thinking or showing, by the last reporting word of a cue.

    A cue without one ("voted for", "made no secret of") shows a stance; no cue at all, or a mark, is speech.
    """
    cues = parse.lexicon.made(read_cues)
    words, tags = parse.words, parse.tags
    for t in reversed(cue):
        if tags[t] in VERB_TAGS and words[t] in cues.verbs:
            return cues.verbs[words[t]].kind
    for t in reversed(cue):
        if tags[t] not in VERB_TAGS:
            known = cues.adjectives.get(words[t]) or cues.nouns.get(words[t])
            if known is not None:
                return known.kind
    if not cue or any(words[t] in cues.sources or parse.is_empty[t] for t in cue):
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
) -> QuoteCandidate | None:
    """Return a candidate whose content keeps to the cue's paragraph and leaves out the cue; None if empty.

    Args:
        parse: of the document.
        content: ranges in any order, which may overlap.
        cue: its tokens.
        speaker: None where the text gives none.
        kind: of the cue.
        rule: that found it.
        at: the main word of the cue.
    """
    pieces = [_until_quote_ends(parse, parse.clip(span, at), at) for span in content]
    ranges = join_ranges(parse, pieces, without=cue)
    if not ranges:
        return None
    if speaker is not None:
        speaker = parse.trim(parse.clip(speaker, at))
    return QuoteCandidate(ranges, sorted(cue), speaker, kind, rule)


def _until_quote_ends(parse: Parse, span: Range, at: int) -> Range:
    """Cut off what follows a closed quotation of whole sentences: the parse does not see that it ends."""
    start, end = span
    if at < start:
        for t in parse.marks_in(start + 1, end - 1):
            if parse.words[t - 1] in SENTENCE_END and (
                parse.columns.words[t + 1][:1].isupper() or parse.is_empty[t + 1]
            ):
                return start, t
    return span
