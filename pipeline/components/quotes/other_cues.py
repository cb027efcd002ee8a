"""Quotations by a noun, an adjective, a preposition: "her claim that", "is sure that", "according to Ann"."""

from __future__ import annotations

from pipeline.components.doc.tags import VERB_TAGS
from pipeline.components.quotes.candidates import QuoteCandidate, clean_candidate
from pipeline.components.quotes.cues import Cue
from pipeline.components.quotes.parsed import Parse, Range
from pipeline.components.quotes.phrases import kid, noun_phrase, subject_of


def from_noun(parse: Parse, i: int, cue: Cue) -> QuoteCandidate | None:
    """Return what a reporting noun attributes: "Ann's claim that it fell", "criticism of the plan by Ann".

    Args:
        parse: of the document.
        i: the noun.
        cue: what the lexicon knows of it.
    """
    kids, deps = parse.kids[i], parse.deps
    speaker = _owner_or_agent(parse, i)
    content = [parse.subtree(k) for k in kids if k > i and _is_content_clause(parse, k)]
    words = [i]
    if speaker is not None and not content:
        prepositions = parse.lexicon.words("quotes.content_prepositions")
        at = next((k for k in kids if k > i and deps[k] == "prep" and parse.words[k] in prepositions), None)
        if at is not None:
            content.append((at + 1, parse.subtree(at)[1]))
            words.append(at)
    if not content:
        return None
    verb = parse.heads[i]
    if speaker is None and deps[i] == "dobj" and parse.tags[verb] in VERB_TAGS:
        # "Ann made the claim that it fell."
        speaker = subject_of(parse, verb)
        words.append(verb)
    return clean_candidate(parse, content, words, speaker, cue.kind, "noun", at=i)


def _owner_or_agent(parse: Parse, i: int) -> Range | None:
    """Return whose claim it is: the last of "Ann's claim" and "a claim by Ann"."""
    agents = parse.lexicon.words("quotes.agent_prepositions")
    speaker = None
    for k in parse.kids[i]:
        if parse.deps[k] == "poss":
            speaker = parse.trim(parse.subtree(k))
        elif k > i and parse.deps[k] == "prep" and parse.words[k] in agents:
            pobj = kid(parse, k, "pobj")
            speaker = noun_phrase(parse, pobj) if pobj is not None else speaker
    return speaker


def _is_content_clause(parse: Parse, k: int) -> bool:
    """Return whether a dependent of a reporting noun is a clause that tells what is reported."""
    dep, kids, deps = parse.deps[k], parse.kids[k], parse.deps
    if dep == "acl":
        return parse.tags[k] != "VBN" and any(deps[j] == "mark" or parse.tags[j] == "TO" for j in kids)
    if dep == "relcl":
        complementisers = parse.lexicon.words("quotes.complementisers")
        return any(deps[j] == "mark" and parse.words[j] in complementisers for j in kids)
    return dep == "ccomp"


def from_source(parse: Parse, i: int, second: str) -> QuoteCandidate | None:
    """Return what "according to Ann" attributes to her: the clause that it belongs to.

    Args:
        parse: of the document.
        i: the first word of the preposition.
        second: its other word, without which it is none.
    """
    to = i + 1
    if to >= parse.size or parse.words[to] != second:
        return None
    pobj = kid(parse, to, "pobj")
    if pobj is None:
        pobj = kid(parse, i, "pobj")
    if pobj is None or pobj < i:
        return None
    end = parse.subtree(pobj)[1]
    head = parse.heads[i]
    while parse.tags[head] not in VERB_TAGS and parse.heads[head] != head:
        head = parse.heads[head]
    first, last = parse.subtree(head)
    content = [(first, i)] if head < i else [(first, i), (end, last)]
    return clean_candidate(parse, content, [i, to], noun_phrase(parse, pobj), "speech", "according", at=i)


def from_adjective(parse: Parse, i: int, cue: Cue) -> QuoteCandidate | None:
    """Return what an adjective of mind attributes: "Ann is sure that it fell".

    Args:
        parse: of the document.
        i: the adjective.
        cue: what the lexicon knows of it.
    """
    verb = parse.heads[i]
    if parse.deps[i] != "acomp" or parse.words[verb] not in parse.lexicon.words("copulas"):
        return None
    kids = sorted({*parse.kids[i], *parse.kids[verb]})
    content = [parse.subtree(k) for k in kids if k > i and parse.deps[k] in ("ccomp", "xcomp")]
    subject = subject_of(parse, verb)
    if subject is None or parse.words[subject[0]] in parse.lexicon.words("quotes.empty_subjects"):
        return None
    return clean_candidate(parse, content, [verb, i], subject, cue.kind, "adjective", at=i)
