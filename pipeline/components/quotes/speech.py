"""What of the reported is speech: words said or written, against thoughts, wishes, plans and evidence.

"She said that the bridge was safe", "she urged them to leave" and "she denied any role" report speech; "she
believes that it is safe", "she wants a new bridge" and "polls show that it is liked" report what somebody
thinks or wants, or what figures show. It takes a cue of saying (`cues.py`), or words in marks, and a source
that can speak: an analysis that is quoted word by word was written by somebody.
"""

from __future__ import annotations

from pipeline.components.layers import QuoteKind
from pipeline.components.quotes.candidates import QuoteCandidate
from pipeline.components.quotes.cues import read_cues
from pipeline.components.quotes.parsed import Parse, Range
from pipeline.components.quotes.phrases import head_of


def is_speech(parse: Parse, candidate: QuoteCandidate, kind: QuoteKind) -> bool:
    """Return whether a quotation is said or written.

    Args:
        parse: of the document.
        candidate: the quotation.
        kind: of it.
    """
    is_shown = kind != "direct" and _is_evidence(parse, candidate.speaker)
    return not is_shown and _is_said(parse, candidate, kind)


def _is_said(parse: Parse, candidate: QuoteCandidate, kind: QuoteKind) -> bool:
    """Return whether a cue is one of saying, among them "the ministry estimates"; marks need no known cue."""
    if candidate.kind == "speech":
        return True
    cues, words = parse.lexicon.made(read_cues), parse.words
    known = [cues.verbs[words[t]] for t in candidate.cue if words[t] in cues.verbs]
    if not known:
        is_other = any(words[t] in cues.nouns or words[t] in cues.adjectives for t in candidate.cue)
        return kind != "indirect" and not is_other
    return known[-1].lemma in parse.lexicon.words("quotes.thoughts_of_bodies") and _is_body(
        parse, candidate.speaker
    )


def _is_body(parse: Parse, speaker: Range | None) -> bool:
    """Return whether a source is a body, which tells what it thinks by publishing it."""
    return speaker is not None and any(parse.tree.ents[t] in ("ORG", "GPE") for t in range(*speaker))


def _is_evidence(parse: Parse, speaker: Range | None) -> bool:
    """Return whether a source shows but does not speak: figures, a poll, findings."""
    evidence = parse.lexicon.words("evidence_nouns")
    return speaker is not None and parse.words[head_of(parse, speaker)] in evidence
