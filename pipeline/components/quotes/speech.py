"""What of the reported is speech: words said or written, against thoughts, wishes, stances and evidence.

"She said that the bridge was safe" reports an utterance; "she criticised the bridge", "she supports the
bridge" and "polls show that the bridge is liked" report a stance or evidence and give no words of hers. It
takes three things: a cue of saying (`cues.py`), a source that can speak, and an utterance, not its mere
topic: a clause, or words in quotation marks.
"""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.components.doc.tags import PREDICATE_TAGS
from pipeline.components.layers import QuoteKind
from pipeline.components.quotes.candidates import QuoteCandidate
from pipeline.components.quotes.parsed import Parse, Range

_SUBJECTS = frozenset(("nsubj", "nsubjpass", "expl", "csubj"))
_CLAUSE_HEADS = frozenset(("ccomp", "ROOT", "parataxis", "xcomp"))
_PERIPHERAL = frozenset(("mark", "cc", "advmod", "prep", "det", "punct"))


def is_speech(parse: Parse, candidate: QuoteCandidate, kind: QuoteKind) -> bool:
    """Return whether a quotation is said or written.

    Args:
        parse: of the document.
        candidate: the quotation.
        kind: of it.
    """
    return (
        candidate.kind == "speech"
        and not _is_evidence(parse, candidate.speaker)
        and (kind != "indirect" or is_utterance(parse, candidate.content))
    )


def _is_evidence(parse: Parse, speaker: Range | None) -> bool:
    """Return whether a source shows but does not speak: figures, a poll."""
    if speaker is None:
        return False
    for t in range(*speaker):
        head = parse.heads[t]
        if (head == t or not speaker[0] <= head < speaker[1]) and not parse.is_empty[t]:
            return parse.words[t] in parse.lexicon.words("evidence_nouns")
    return False


def is_utterance(parse: Parse, content: Sequence[Range]) -> bool:
    """Return whether a content is a clause ("that it was safe", "to repair it"), no noun phrase ("the plan").

    Args:
        parse: of the document.
        content: token ranges, ends exclusive.
    """
    inside = {t for start, end in content for t in range(start, end)}
    for t in sorted(inside):
        head = parse.heads[t]
        if (head != t and head in inside) or parse.is_empty[t] or parse.deps[t] in _PERIPHERAL:
            continue
        if parse.tags[t] not in PREDICATE_TAGS:
            if len(content) > 1:
                # What the cue interrupts may begin with its subject: "the bridge, she said, was safe".
                continue
            return False
        return parse.deps[t] in _CLAUSE_HEADS or any(parse.deps[k] in _SUBJECTS for k in parse.kids[t])
    return False
