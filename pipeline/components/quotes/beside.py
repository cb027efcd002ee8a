"""Cues beside quotation marks: "...,” she said", "Ann said: “...”", "Ann: “...”", "“...” - Ann".

The parse is at its worst around quotation marks, so here the order of words comes first.
"""

from __future__ import annotations

import re
from bisect import bisect_left

from pipeline.components.doc.tags import NOUN_TAGS, VERB_TAGS
from pipeline.components.quotes.candidates import QuoteCandidate
from pipeline.components.quotes.cues import Cue, read_cues
from pipeline.components.quotes.debris import is_byline
from pipeline.components.quotes.parsed import MARKS, SENTENCE_END, Parse, Range
from pipeline.components.quotes.phrases import is_title, noun_phrase, subject_of
from pipeline.components.quotes.quoted import Quoted, last_before, starts_clause

_DASHES = frozenset(("-", "--", "–", "—", "―"))
_SIGNATURE = re.compile(r"[.,]?\s*(?:--|[-–—―])\s*(?=[^\W\d])")
_BEFORE_CUE = frozenset(",?!-–—…")
"""Characters with which marks end that a cue follows."""
_QUOTING, _QUOTING_OR_OBJECT = frozenset(("c", "q")), frozenset(("c", "q", "o"))
"""Frames of verbs that take a quotation; behind a colon those of an object do, too."""
_SUBORDINATE = frozenset(("relcl", "acl", "advcl"))
_NO_MAIN_VERB = frozenset(("relcl", "acl", "advcl", "aux", "auxpass", "amod", "compound"))
_REACH_AFTER, _REACH_BEFORE = 40, 25
"""Tokens behind and before marks among which their cue stands."""
_LONGEST_SIGNATURE = 15


def cue_after(parse: Parse, q: Quoted) -> QuoteCandidate | None:
    """Read “...,” she said; “...,” said Ann, a doctor; “...,” Ann, a doctor, told the court."""
    ending = parse.text[max(q.region.inner_end - 3, 0) : q.region.end + 1]
    if _BEFORE_CUE.isdisjoint(ending):
        return None
    limit = parse.paragraphs[parse.paragraph_of[q.end - 1]][1]
    first = q.end
    while first < limit and parse.is_empty[first]:
        first += 1
    verb = _verb_after(parse, first, limit)
    if verb is None:
        return None
    t, cue = verb
    subject = _subject_after(parse, first, t, limit)
    if subject is None or not _may_say(parse, cue, subject) or min(subject[0], t) - first > 2:
        return None
    return QuoteCandidate([(q.start, q.end)], [t], subject, cue.kind, "after")


def _verb_after(parse: Parse, first: int, limit: int) -> tuple[int, Cue] | None:
    """Return the reporting verb of the clause that begins behind marks; None if its main verb is another."""
    for t in range(first, min(limit, first + _REACH_AFTER)):
        if (t > first and _ends_sentence(parse, t)) or parse.words[t] in MARKS:
            return None
        if not _may_be_verb(parse, t, first):
            continue
        cue = _cue_at(parse, t)
        if cue is not None and cue.frames & _QUOTING:
            if parse.deps[t] not in _SUBORDINATE or t - first <= 1:
                return t, cue
        elif parse.deps[t] not in _NO_MAIN_VERB:
            return None
    return None


def _ends_sentence(parse: Parse, t: int) -> bool:
    return parse.words[t] in SENTENCE_END and parse.tags[t] == "."


def _may_be_verb(parse: Parse, t: int, first: int) -> bool:
    """Return whether a word is a verb, or tagged as a plural where it follows its subject ("Ann claims")."""
    tags = parse.tags
    return tags[t] in VERB_TAGS or (tags[t] == "NNS" and t > first and tags[t - 1] in ("NNP", "PRP"))


def _cue_at(parse: Parse, t: int) -> Cue | None:
    """Return the reporting verb at a token, among them the idiom "as she put it"."""
    cues = parse.lexicon.made(read_cues)
    word = parse.words[t]
    known = cues.verbs.get(word)
    if known is not None:
        return known
    phrasal = parse.lexicon.entries("quotes.phrasal_cues")
    if word in phrasal and parse.words[t + 1 : t + 2] == [phrasal[word]]:
        return Cue(word, "speech", frozenset("cq"))
    is_idiom = word in cues.idiom_verbs and t + 1 < parse.size and parse.words[t + 1] in cues.idiom_objects
    return Cue(word, "speech", frozenset("q")) if is_idiom else None


def _may_say(parse: Parse, cue: Cue, subject: Range) -> bool:
    """Return whether a subject can be that of a verb: persons do not read a quotation, letters do."""
    return "d" not in cue.frames or not any(
        parse.tree.ents[t] == "PERSON" or parse.tags[t] == "PRP" for t in range(*subject)
    )


def _subject_after(parse: Parse, first: int, verb: int, limit: int) -> Range | None:
    """Return the subject of a reporting verb behind marks: by the parse, else the noun phrase beside it."""
    subject = subject_of(parse, verb)
    if subject is not None and subject[0] < first < subject[1]:
        # The parse has hung a mark on it.
        subject = (first, subject[1])
    if subject is None or subject[0] < first:
        return _nearby_subject(parse, first, verb, limit)
    return subject


def _nearby_subject(parse: Parse, first: int, verb: int, limit: int) -> Range | None:
    """Return the noun phrase beside a reporting verb where the parse has no subject for it."""
    if verb - first <= 1:
        for t in range(verb + 1, min(limit, verb + 8)):
            if parse.tags[t] in NOUN_TAGS and parse.deps[t] not in ("compound", "nmod", "amod", "poss"):
                span = noun_phrase(parse, t)
                return span if span is not None and span[0] > verb else (verb + 1, t + 1)
            if parse.tags[t] == "PRP":
                return (t, t + 1)
        return None
    for t in range(verb - 1, first - 1, -1):
        if parse.tags[t] in NOUN_TAGS or parse.tags[t] == "PRP":
            return parse.trim((first, t + 1))
    return None


def signature(parse: Parse, q: Quoted) -> QuoteCandidate | None:
    """Read the signature of a quotation: “...” - Ann Miller, at the end of its line or on the next one."""
    dash = _SIGNATURE.match(parse.text, q.region.end)
    if dash is None or not starts_clause(parse, q):
        return None
    first = bisect_left(parse.idx, dash.end())
    if first >= parse.size:
        return None
    speaker = parse.trim((first, parse.paragraphs[parse.paragraph_of[first]][1]))
    if (
        speaker is None
        or speaker[1] - speaker[0] > _LONGEST_SIGNATURE
        or parse.tags[speaker[0]] not in ("NNP", "NNPS")
        or any(parse.tags[t] in ("VBD", "VBZ", "VBP") for t in range(*speaker))
        or is_byline(parse, speaker)
    ):
        return None
    comma = next((t for t in range(*speaker) if parse.words[t] == ","), speaker[1])
    return QuoteCandidate([(q.start, q.end)], [first - 1], (speaker[0], comma), "speech", "signed")


def cue_before(parse: Parse, q: Quoted) -> QuoteCandidate | None:
    """Read Ann said: “...”; Ann told the court, “...”; Ann: “...”; Ann said “...”."""
    at = last_before(parse, q)
    if at < 0:
        return None
    word, is_colon = parse.words[at], parse.words[at] == ":"
    if parse.paragraph_of[at] != parse.paragraph_of[q.start] and not is_colon:
        return None
    if not is_colon and word != "," and word not in _DASHES:
        return _from_verb_at(parse, q, at)
    start = parse.paragraphs[parse.paragraph_of[at]][0]
    said = _from_verb_before(parse, q, at, start, frames=_QUOTING_OR_OBJECT if is_colon else _QUOTING)
    if said is not None or not is_colon:
        return said
    speaker = _name_before(parse, at, start)
    if speaker is None:
        return None
    return QuoteCandidate([(q.start, q.end)], [at], speaker, "speech", "colon")


def _from_verb_at(parse: Parse, q: Quoted, at: int) -> QuoteCandidate | None:
    """Read a reporting verb that marks follow with no comma between: Ann said “...”."""
    cue = parse.lexicon.made(read_cues).verbs.get(parse.words[at])
    if cue is None or not cue.frames & _QUOTING or parse.tags[at] not in VERB_TAGS:
        return None
    subject = subject_of(parse, at)
    if (
        subject is None
        or subject[0] >= q.start
        or is_title(parse, (q.start, q.end))
        or not _may_say(parse, cue, subject)
    ):
        return None
    return QuoteCandidate([(q.start, q.end)], [at], subject, cue.kind, "before")


def _from_verb_before(
    parse: Parse, q: Quoted, at: int, start: int, *, frames: frozenset[str]
) -> QuoteCandidate | None:
    """Read the nearest reporting verb before the comma, colon or dash at `at`, in its sentence."""
    for t in range(at - 1, max(start, at - _REACH_BEFORE) - 1, -1):
        if _ends_sentence(parse, t) or parse.words[t] in MARKS:
            return None
        cue = _cue_at(parse, t)
        if (
            cue is None
            or not cue.frames & frames
            or parse.tags[t] not in VERB_TAGS
            or parse.deps[t] in ("relcl", "amod")
        ):
            continue
        subject = subject_of(parse, t)
        if subject is not None and subject[1] <= q.start and _may_say(parse, cue, subject):
            return QuoteCandidate([(q.start, q.end)], [t], subject, cue.kind, "before")
    return None


def _name_before(parse: Parse, colon: int, start: int) -> Range | None:
    """Return the noun phrase that ends just before a colon."""
    t = colon - 1
    if t < start or parse.tags[t] not in NOUN_TAGS:
        return None
    first, _ = parse.subtree(t)
    while t != parse.heads[t] and parse.heads[t] < t and parse.tags[parse.heads[t]] in NOUN_TAGS:
        t = parse.heads[t]
        first = parse.subtree(t)[0]
    return parse.trim((max(first, start), colon))
