"""Quotations by their layout: headlines and transcripts ("Mayor: We will rebuild"), block quotations."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.components.doc.tags import VERB_TAGS
from pipeline.components.quotes.candidates import QuoteCandidate
from pipeline.components.quotes.cues import Cue, read_cues
from pipeline.components.quotes.parsed import MARKS, Parse
from pipeline.components.quotes.phrases import subject_of

_CONJUGATED = frozenset(("VBD", "VBP", "VBZ", "VBN"))
_IN_NAMES = frozenset("-().")
_LONGEST_NAME = 9
"""Tokens before a colon, that included, of a speaker's name."""
_LONGEST_HEADLINE = 30
"""Tokens of a headline; a text of one line has none."""
_BEFORE_COLON = 4
"""Tokens before a colon among which the verb stands that announces a block quotation."""
_MOST_PARAGRAPHS = 40
"""Paragraphs of the longest account that somebody gives in the first person."""
_SHORTEST_BLOCK = 8
"""Tokens of a block quotation's first paragraph."""


def from_colons(parse: Parse) -> Iterator[QuoteCandidate]:
    """Yield headlines and the turns of transcripts: "Mayor: We will rebuild the bridge"."""
    for number, (start, end) in enumerate(parse.paragraphs):
        within = range(start, min(end, start + _LONGEST_NAME))
        colon = next((t for t in within if parse.words[t] == ":"), None)
        if colon is None or colon == start or colon + 2 > end:
            continue
        if not _names_speaker(
            parse, range(start, colon), in_headline=number == 0 and end - start < _LONGEST_HEADLINE
        ):
            continue
        content = parse.trim((colon + 1, end))
        speaker = parse.trim((start, colon))
        if content is not None and speaker is not None and content[1] - content[0] > 1:
            yield QuoteCandidate([content], [colon], speaker, "speech", "colon")


def _names_speaker(parse: Parse, name: range, *, in_headline: bool) -> bool:
    """Return whether the words before a colon are a name or, in a headline, a source ("Poll: ...").

    Below the headline, the names of speakers are written in capitals.
    """
    if any(parse.is_empty[t] and parse.words[t] not in _IN_NAMES for t in name):
        return False
    is_named = any(parse.tree.ents[t] in ("PERSON", "ORG") for t in name)
    if in_headline:
        is_speaker = is_named or parse.words[name[-1]] in parse.lexicon.words("source_nouns")
    else:
        is_speaker = is_named and all(parse.columns.words[t].isupper() or parse.is_empty[t] for t in name)
    return is_speaker and not any(parse.tags[t] in _CONJUGATED for t in name)


def from_blocks(parse: Parse) -> Iterator[QuoteCandidate]:
    """Yield block quotations: paragraphs without marks after "the ministry wrote:"."""
    for number, (start, end) in enumerate(parse.paragraphs[:-1]):
        first, last = parse.paragraphs[number + 1]
        colon = end - 1
        if parse.words[colon] != ":" or parse.words[first] in MARKS or last - first < _SHORTEST_BLOCK:
            continue
        announcing = _verb_before(parse, colon, start)
        if _is_in_first_person(parse, number + 1):
            announcing = _verb_of_sentence(parse, colon) or announcing
        if announcing is None:
            continue
        verb, cue = announcing
        subject = subject_of(parse, verb)
        content = parse.trim((first, _end_of_block(parse, number + 1)))
        if subject is not None and content is not None:
            yield QuoteCandidate([content], [verb], subject, cue.kind, "block")


def _verb_before(parse: Parse, colon: int, start: int) -> tuple[int, Cue] | None:
    """Return the nearest verb of saying before a colon, with its cue."""
    verbs = parse.lexicon.made(read_cues).verbs
    for t in range(colon - 1, max(start, colon - _BEFORE_COLON) - 1, -1):
        cue = verbs.get(parse.words[t])
        if (
            cue is not None
            and cue.kind == "speech"
            and cue.frames & {"c", "q"}
            and parse.tags[t] in VERB_TAGS
            and parse.deps[t] not in ("relcl", "amod")
        ):
            return t, cue
    return None


def _verb_of_sentence(parse: Parse, colon: int) -> tuple[int, Cue] | None:
    """Return the main verb of a sentence that ends with a colon, and its cue: "He explained why:"."""
    for t in range(*parse.tree.sentences[parse.tree.sentence_of[colon]]):
        if parse.deps[t] == "ROOT":
            cue = parse.lexicon.made(read_cues).verbs.get(parse.words[t])
            is_saying = cue is not None and cue.kind == "speech" and cue.frames & {"c", "q"}
            return (t, cue) if cue is not None and is_saying and parse.tags[t] in VERB_TAGS else None
    return None


def _end_of_block(parse: Parse, first: int) -> int:
    """Return the end of a block that begins with a paragraph.

    Its paragraphs are parted by line ends, the text around it by blank lines; or somebody tells them of
    themselves.
    """
    at = first + 1
    if parse.line_ends(first) > 1:
        while at < len(parse.paragraphs) and parse.line_ends(at) == 1:
            at += 1
    if at == first + 1 and _is_in_first_person(parse, first):
        # Somebody tells what happened to them: as long as it goes on with "I" and "we".
        last = at
        while last < len(parse.paragraphs) and last < at + _MOST_PARAGRAPHS:
            if _is_in_first_person(parse, last):
                at = last + 1
            elif not parse.columns.lines[last].is_debris:
                break
            last += 1
    return parse.paragraphs[at - 1][1]


def _is_in_first_person(parse: Parse, number: int) -> bool:
    """Return whether a paragraph without marks is told by an "I" or a "we"."""
    words = parse.words[slice(*parse.paragraphs[number])]
    is_told = not parse.columns.lines[number].is_debris and words[0] not in MARKS
    return is_told and not parse.lexicon.words("quotes.first_person").isdisjoint(words)
