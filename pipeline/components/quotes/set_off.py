"""Reporting clauses that commas set off, where the parse does not see them: by the order of words.

"The issue, Lee notes, matters to all": what is said stands around the clause. "The calf was saved, Cates told
the paper in an email": it stands before it, from the beginning of the sentence, whoever else is quoted there.
"""

from __future__ import annotations

from pipeline.components.doc.tags import FINITE_TAGS, NAME_TAGS, NOUN_TAGS
from pipeline.components.quotes.candidates import QuoteCandidate, clean_candidate
from pipeline.components.quotes.cues import Cue
from pipeline.components.quotes.parsed import MARKS, Parse, Range

_IN_NAMES = NOUN_TAGS | {"DT", "JJ", "PRP", "POS", "IN", "CC", "CD", "HYPH", "VBN"}
_SAYS = frozenset(("VBD", "VBZ", "VBP"))
_LONGEST_NAME = 12
"""Tokens of a speaker between a comma and the verb."""
_LONGEST_ASIDE = 5
"""The same, where what is said goes on behind the verb."""
_LONGEST_END = 14
"""Tokens behind the verb up to the end of the sentence: when, where and whom somebody told."""
_IN_ENDS = NOUN_TAGS | {"DT", "IN", "JJ", "CD", "PRP", "PRP$", "RB", "TO", ".", "POS", "''", "VBG"}
_ENDS = frozenset((".", "!", "?", "…"))


def from_set_off(parse: Parse, i: int, cue: Cue) -> QuoteCandidate | None:
    """Return what a reporting verb attributes that stands between commas, or at the end of its sentence.

    Args:
        parse: of the document.
        i: the verb.
        cue: what the lexicon knows of it.
    """
    if "c" not in cue.frames or cue.kind != "speech" or parse.tags[i] not in _SAYS:
        return None
    start, end = parse.tree.sentences[parse.tree.sentence_of[i]]
    comma = _comma_before(parse, i, start)
    if comma is None:
        return None
    speaker = (comma + 1, i)
    if parse.words[i + 1 : i + 2] == [","] and i - comma <= _LONGEST_ASIDE + 1:
        return _aside(parse, i, cue, (start, end), speaker)
    return _at_the_end(parse, i, cue, (start, end), speaker)


def _comma_before(parse: Parse, i: int, start: int) -> int | None:
    """Return the comma that parts a verb and the name before it from the rest of the sentence."""
    for t in range(i - 1, max(start, i - _LONGEST_NAME - 1), -1):
        if parse.words[t] == ",":
            return t if t < i - 1 else None
        if parse.words[t] in MARKS and parse.words[t - 1] == ",":
            return t if t < i - 1 else None
        if parse.tags[t] not in _IN_NAMES:
            return None
    return None


def _names_somebody(parse: Parse, speaker: Range) -> bool:
    """Return whether words can be a subject: they open with an article or a name and end with a noun."""
    first, last = parse.tags[speaker[0]], parse.tags[speaker[1] - 1]
    return first not in ("IN", "CC", "POS", "VBN") and (last in NOUN_TAGS or last == "PRP")


def _aside(parse: Parse, i: int, cue: Cue, sentence: Range, speaker: Range) -> QuoteCandidate | None:
    """Read "The issue, Lee notes, matters": a clause in the midst of what is said."""
    before, behind = (sentence[0], speaker[0] - 1), (i + 2, sentence[1])
    if before[0] >= before[1] or not _names_somebody(parse, speaker):
        return None
    if any(parse.words[t] in MARKS for t in range(speaker[0] - 1, min(i + 3, sentence[1]))):
        return None
    if not any(parse.tags[t] in FINITE_TAGS for t in range(*behind)):
        return None
    return clean_candidate(parse, [before, behind], [i], speaker, cue.kind, "parenthetical", at=i)


def _at_the_end(parse: Parse, i: int, cue: Cue, sentence: Range, speaker: Range) -> QuoteCandidate | None:
    """Read "The calf was saved, Cates told the paper": a clause behind what is said."""
    start, end = sentence
    content = (start, speaker[0] - 1)
    if end - i > _LONGEST_END or not _names_somebody(parse, speaker):
        return None
    if parse.words[end - 1] not in _ENDS or any(parse.tags[t] not in _IN_ENDS for t in range(i + 1, end)):
        return None
    finite = [t for t in range(*content) if parse.tags[t] in FINITE_TAGS]
    if not finite or not _is_sentence(parse, content, finite):
        return None
    return clean_candidate(parse, [content], [i], speaker, cue.kind, "set off", at=i)


def _is_sentence(parse: Parse, content: Range, finite: list[int]) -> bool:
    """Return whether words before a comma are a sentence, not a clause that tells when or if."""
    first = next((t for t in range(*content) if not parse.is_empty[t]), content[0])
    if parse.tags[first] in ("IN", "WRB", "VBG", "VBN") and "," not in parse.words[first : finite[-1]]:
        return False
    return any(
        parse.tags[t] in NAME_TAGS | NOUN_TAGS or parse.tags[t] in ("PRP", "EX", "DT")
        for t in range(first, finite[0])
    )
