"""Quotations by their verb: "Ann said that it fell", "Ann was accused of theft", "it fell, Ann said".

What a verb's dependents are to it depends on its frames, the letters of `lexicons/en/cue_verbs.txt`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from pipeline.components.quotes.candidates import QuoteCandidate, clean_candidate
from pipeline.components.quotes.cues import Cue
from pipeline.components.quotes.parsed import Parse, Range
from pipeline.components.quotes.phrases import kid, noun_phrase, subject_of

_TIMES = frozenset(("DATE", "TIME"))
_BESIDE_VERB = frozenset(("aux", "auxpass", "neg", "prt"))
_NEAR = 4
"""Tokens from a verb within which an auxiliary is part of the cue."""


class _Saying(NamedTuple):
    """What a verb attributes; each step of the rule returns one that is nearer to the truth."""

    content: list[Range]
    cue: list[int]
    speaker: Range | None
    rule: str


def from_verb(parse: Parse, i: int, cue: Cue) -> QuoteCandidate | None:
    """Return what a reporting verb attributes to whom; None if it has no content.

    Args:
        parse: of the document.
        i: the verb.
        cue: what the lexicon knows of it.
    """
    passive = _is_passive(parse, i)
    saying = _by_frames(parse, i, cue, passive=passive)
    if "c" in cue.frames:
        saying = _as_parenthesis(parse, i, saying)
    if passive:
        saying = _as_passive(parse, i, cue, saying)
    elif saying.rule == "seem":
        saying = _as_seeming(parse, i, saying)
    return clean_candidate(parse, saying.content, saying.cue, saying.speaker, cue.kind, saying.rule, at=i)


def _is_passive(parse: Parse, i: int) -> bool:
    deps = parse.deps
    is_bare_participle = parse.tags[i] == "VBN" and deps[i] in ("acl", "advcl")
    return is_bare_participle or any(deps[k] == "auxpass" for k in parse.kids[i])


def _by_frames(parse: Parse, i: int, cue: Cue, *, passive: bool) -> _Saying:
    """Return what the dependents of a verb say in its frames, and its subject as the speaker."""
    deps, kids = parse.deps, parse.kids[i]
    has_theme = passive or any(deps[k] == "dobj" for k in kids)
    content: list[Range] = []
    words = [i, *(k for k in kids if deps[k] in _BESIDE_VERB and abs(k - i) < _NEAR)]
    rules = []
    for k in kids:
        rule = _rule_of_dependent(parse, k, cue, passive=passive, has_theme=has_theme)
        if rule is None:
            continue
        rules.append(rule)
        if rule == "preposition":
            content.append((k + 1, parse.subtree(k)[1]))
            words.append(k)
        else:
            content.append(parse.subtree(k))
    if not content and "c" in cue.frames:
        content = [parse.subtree(k) for k in _clauses_of_documents(parse, i)]
        rules += ["clause"] * len(content)
    # A clause is the content beyond doubt; of the others the first decides.
    rule = "clause" if "clause" in rules else rules[0] if rules else ""
    if rule == "object":
        content += _said_of_object(parse, i, cue)
    return _Saying(content, words, subject_of(parse, i), rule)


def _rule_of_dependent(parse: Parse, k: int, cue: Cue, *, passive: bool, has_theme: bool) -> str | None:
    """Return the rule by which a dependent of a reporting verb is its content; None if it is not."""
    dep, frames = parse.deps[k], cue.frames
    if dep == "ccomp":
        return "clause" if frames & {"c", "x"} else None
    if dep == "xcomp":
        is_gerund = parse.tags[k] == "VBG" and frames & {"c", "o"}
        if "i" in frames or is_gerund or ("x" in frames and has_theme):
            return "infinitive"
        return "seem" if "e" in frames else None
    if dep == "dobj":
        return "object" if frames & {"o", "x"} and "a" not in frames and not passive else None
    if dep == "oprd":
        return "object" if "x" in frames else None
    if dep == "prep" and parse.words[k] in cue.prepositions and parse.kids[k]:
        return "preposition"
    return None


def _clauses_of_documents(parse: Parse, i: int) -> Iterator[int]:
    """Yield clauses with "that" which the parse has hung on a document: "wrote in a memo that it fell"."""
    complementisers = parse.lexicon.words("quotes.complementisers")
    for k in parse.kids[i]:
        noun = kid(parse, k, "pobj") if k > i and parse.deps[k] == "prep" else None
        if noun is None:
            continue
        for clause in parse.kids[noun]:
            if parse.deps[clause] in ("acl", "relcl", "ccomp") and any(
                parse.deps[j] == "mark" and parse.words[j] in complementisers for j in parse.kids[clause]
            ):
                yield clause


def _said_of_object(parse: Parse, i: int, cue: Cue) -> Iterator[Range]:
    """Yield the prepositional phrases that tell what a verb says of its object."""
    wanted = (
        parse.lexicon.words("quotes.predicating_prepositions")
        if "x" in cue.frames
        else parse.lexicon.words("quotes.judging_prepositions")
    )
    for k in parse.kids[i]:
        if k > i and parse.deps[k] == "prep" and parse.words[k] in wanted and not _is_when(parse, k):
            yield parse.subtree(k)


def _is_when(parse: Parse, k: int) -> bool:
    """Return whether a preposition brings a time: it belongs to the saying, not to what is said."""
    pobj = kid(parse, k, "pobj")
    return pobj is not None and parse.tree.ents[pobj] in _TIMES


def _as_parenthesis(parse: Parse, i: int, saying: _Saying) -> _Saying:
    """Read a reporting clause that is set into its content, where it is: "Sales, he said, were great"."""
    subject = saying.speaker
    inverted = _inverted_speaker(parse, i) if subject is not None and subject[1] <= i else None
    if inverted is not None:
        content = _beside_inverted(parse, i, inverted)
        return saying._replace(content=content, speaker=inverted, rule="parenthetical")
    if not saying.content and parse.deps[i] == "parataxis" and subject is not None:
        return saying._replace(content=_around(parse, i), rule="parenthetical")
    return saying


def _inverted_speaker(parse: Parse, i: int) -> Range | None:
    """Return Miller of ", said Miller,", where the parse takes the words before the comma for the subject."""
    if i == 0 or parse.words[i - 1] != "," or parse.tags[i] not in ("VBD", "VBZ"):
        return None
    end = i + 1
    while end < parse.size and (parse.tags[end].startswith("NNP") or parse.tags[end] == "PRP"):
        end += 1
    return (i + 1, end) if i + 1 < end < parse.size and parse.words[end] == "," else None


def _beside_inverted(parse: Parse, i: int, speaker: Range) -> list[Range]:
    """Return the sentence on both sides of ", said Miller,"."""
    start, end = parse.tree.sentences[parse.tree.sentence_of[i]]
    return [(start, i - 1), (speaker[1] + 1, end)]


def _around(parse: Parse, i: int) -> list[Range]:
    """Return the clause around a reporting clause, without that."""
    start, end = parse.subtree(parse.heads[i])
    inner_start, inner_end = parse.subtree(i)
    return [(start, inner_start), (inner_end, end)]


def _as_passive(parse: Parse, i: int, cue: Cue, saying: _Saying) -> _Saying:
    """Give a passive its agent for speaker and its subject for content: "the plan was denounced by Ann"."""
    theme, agent = kid(parse, i, "nsubjpass"), _agent(parse, i)
    if (
        cue.frames & {"o", "x"}
        and theme is not None
        and parse.words[theme] not in parse.lexicon.words("quotes.empty_subjects")
        and saying.rule != "clause"
    ):
        content = [parse.subtree(theme), *saying.content]
        return saying._replace(content=content, speaker=agent, rule="passive")
    return saying._replace(speaker=agent)


def _agent(parse: Parse, i: int) -> Range | None:
    agent = kid(parse, i, "agent")
    pobj = kid(parse, agent, "pobj") if agent is not None else None
    return noun_phrase(parse, pobj) if pobj is not None else None


def _as_seeming(parse: Parse, i: int, saying: _Saying) -> _Saying:
    """Make the subject of "the plan seems to work" part of the content: it is nobody's words."""
    theme = kid(parse, i, "nsubj")
    content = [parse.subtree(theme), *saying.content] if theme is not None else saying.content
    return saying._replace(content=content, speaker=None)
