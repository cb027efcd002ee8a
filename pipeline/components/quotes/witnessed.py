"""What looks reported and is not: what somebody saw happen, what others say of somebody, what a thing does.

"I saw people chasing the van" tells what happened, not what was thought; "Ann is said to be ill" is said by
nobody who is named; "it will encourage people to leave" is no speech.
"""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.components.doc.tags import FINITE_TAGS
from pipeline.components.quotes.content_form import SUBJECTS, ContentForm, form_of
from pipeline.components.quotes.parsed import Parse, Range, tokens_of

_VERBAL = frozenset(("VB", "VBG", "VBN"))


def is_witnessed(parse: Parse, verb: int, lemma: str, content: Sequence[Range]) -> bool:
    """Return whether a content is what somebody saw or heard happen: "saw people chasing the van".

    Args:
        parse: of the document.
        verb: the token of the verb that has the content.
        lemma: of the verb.
        content: token ranges, ends exclusive.
    """
    if lemma not in parse.lexicon.words("quotes.perceiving_verbs"):
        return False
    heads = [t for t in tokens_of(content) if parse.heads[t] == verb and not parse.is_empty[t]]
    verbs = [
        t for t in heads if parse.tags[t] in _VERBAL or any(parse.deps[k] in SUBJECTS for k in parse.kids[t])
    ]
    return bool(verbs) and not any(
        parse.tags[k] in FINITE_TAGS or parse.tags[k] in ("MD", "TO")
        for t in verbs
        for k in (t, *parse.kids[t])
    )


def is_said_of_subject(parse: Parse, verb: int, speaker: Range | None, content: Sequence[Range]) -> bool:
    """Return whether others say something of whom a passive verb has for its subject: "is said to be ill"."""
    if parse.tags[verb] != "VBN":
        return False
    if speaker is None and parse.words[verb] not in parse.lexicon.words("quotes.said_of_somebody"):
        return False
    kids = parse.kids[verb]
    return (
        any(parse.deps[k] == "nsubjpass" and (speaker is None or speaker[0] <= k < speaker[1]) for k in kids)
        and any(parse.deps[k] == "auxpass" for k in kids)
        and form_of(parse, content) is ContentForm.INFINITIVE
    )


def is_asked_of_speaker(parse: Parse, verb: int, lemma: str, speaker: Range | None) -> bool:
    """Return whether a participle has whom somebody asked for its speaker: "Asked why, Ann Miller said"."""
    return (
        speaker is not None
        and lemma in parse.lexicon.words("quotes.verbs_of_questioners")
        and parse.tags[verb] in ("VBN", "VBD")
        and speaker[0] > verb
        and parse.tree.sentences[parse.tree.sentence_of[verb]][0] == verb
    )


def is_deed_of_thing(parse: Parse, cue: Sequence[int], speaker: Range | None) -> bool:
    """Return whether a thing makes people do something ("it will encourage people to leave"), or is empty.

    So it is before an infinitive: "it would be prudent to say that ...".
    """
    if speaker is None or speaker[1] - speaker[0] > 1:
        return False
    urging = parse.lexicon.words("quotes.urging_verbs_of_things")
    is_thing = parse.words[speaker[0]] in parse.lexicon.words("quotes.empty_subjects")
    return is_thing and any(
        parse.words[t] in urging or any(parse.tags[k] == "TO" for k in parse.kids[t]) for t in cue
    )
