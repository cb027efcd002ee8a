"""Quotation marks with no cue beside them: those of a verb further up, and those that float.

What is left are titles, nicknames and scare quotes, and no quotation.
"""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.components.doc.tags import VERB_TAGS
from pipeline.components.quotes.candidates import QuoteCandidate, clean_candidate
from pipeline.components.quotes.cues import read_cues
from pipeline.components.quotes.parsed import SENTENCE_END, Parse, Range
from pipeline.components.quotes.phrases import is_title, kid, noun_phrase, subject_of
from pipeline.components.quotes.quoted import Quoted

_REACH = 8
"""Heads from marks up to the verb that governs them."""
_SHORTEST = 4
"""Tokens of the shortest quotation that needs no cue."""


def governed(parse: Parse, q: Quoted) -> QuoteCandidate | None:
    """Return what the verb of saying further up attributes: "warned them against “any haste”"."""
    if is_title(parse, (q.start, q.end)):
        return None
    verbs = parse.lexicon.made(read_cues).verbs
    at = next((t for t in range(q.start, q.end) if not q.start <= parse.heads[t] < q.end), q.start)
    for _ in range(_REACH):
        above = parse.heads[at]
        if above == at or parse.paragraph_of[above] != parse.paragraph_of[at]:
            return None
        cue = verbs.get(parse.words[above])
        if (
            cue is not None
            and parse.tags[above] in VERB_TAGS
            and cue.kind == "speech"
            and parse.deps[at] != "nsubj"
        ):
            subject = subject_of(parse, above)
            if subject is None or not (subject[1] <= q.start or q.end <= subject[0]):
                return None
            content = [parse.subtree(at), (q.start, q.end)]
            return clean_candidate(parse, content, [above], subject, cue.kind, "within", at=above)
        at = above
    return None


def floating(
    parse: Parse, q: Quoted, before: Quoted | None, said: Mapping[int, QuoteCandidate]
) -> QuoteCandidate | None:
    """Return a quotation without a cue: whole sentences in marks, said by whom the text was just about.

    Args:
        parse: of the document.
        q: the marks.
        before: those before them, if any.
        said: the candidates of speech by the sentence of their cue: where the sentence before the marks
            reports speech, they go on with that.
    """
    if not _is_sentence(parse, q):
        return None
    paragraph = parse.paragraph_of[q.start]
    start = parse.paragraphs[paragraph][0]
    stop = _stop_before(parse, q, start)
    if stop is None:
        return None
    last = stop if stop >= start else start - 1
    while last >= 0 and parse.is_empty[last]:
        last -= 1
    if last < 0 or paragraph - parse.paragraph_of[last] > 1:
        return None
    sentence = parse.tree.sentence_of[last]
    if sentence in said:
        return said[sentence]
    speaker = _person_of(parse, sentence) if stop > start else None
    if speaker is None and before is not None and before.owner is not None:
        is_near = paragraph - parse.paragraph_of[before.start] <= 1
        speaker = before.owner.speaker if is_near else None
    if speaker is None:
        return None
    return QuoteCandidate([(q.start, q.end)], [], speaker, "speech", "floating")


def _is_sentence(parse: Parse, q: Quoted) -> bool:
    """Return whether marks hold a sentence: it begins with a capital and ends with a stop."""
    text, region = parse.text, q.region
    return (
        q.end - q.start >= _SHORTEST
        and any(c in ".!?" for c in text[region.inner_end - 1 : region.end + 1])
        and text[region.inner_start : region.inner_end].lstrip("[( ")[:1].isupper()
    )


def _stop_before(parse: Parse, q: Quoted, start: int) -> int | None:
    """Return the stop of the sentence before marks, or a token before the paragraph that they open.

    None if they stand within a sentence.
    """
    t = q.start - 1
    while t >= start and parse.is_empty[t] and parse.words[t] not in SENTENCE_END:
        t -= 1
    return t if t < start or parse.words[t] in SENTENCE_END else None


def _person_of(parse: Parse, sentence: int) -> Range | None:
    """Return the person that a sentence is about: its subject."""
    pronouns = parse.lexicon.words("quotes.person_pronouns")
    for i in range(*parse.tree.sentences[sentence]):
        if parse.deps[i] == "ROOT":
            subject = kid(parse, i, "nsubj")
            if subject is not None and (
                parse.tree.ents[subject] == "PERSON" or parse.words[subject] in pronouns
            ):
                return noun_phrase(parse, subject)
    return None
