"""Phrases and their heads: of a noun, the subject of a verb, the noun of a relative clause, a title."""

from __future__ import annotations

from pipeline.components.doc.tags import NOUN_TAGS, VERB_TAGS
from pipeline.components.quotes.parsed import Parse, Range

_CLAUSAL = frozenset(("relcl", "acl", "advcl", "ccomp", "parataxis", "dep"))
_SHARES_SUBJECT = frozenset(("conj", "xcomp", "advcl", "pcomp", "prep", "ccomp", "aux"))
"""Labels of a verb that has its subject from a verb above it."""
_MOST_ABOVE = 6
_SMALL = 3
"""Letters of the longest words that a title may write small."""


def kid(parse: Parse, i: int, dep: str) -> int | None:
    """Return the first child of a token with that relation."""
    return parse.tree.child(i, dep)


def subject_of(parse: Parse, i: int, depth: int = 0) -> Range | None:
    """Return the noun phrase that a verb is said of; a participle or conjunct has it from the verb above.

    Args:
        parse: of the document.
        i: the verb.
        depth: how many verbs below it have been climbed from.
    """
    if depth > _MOST_ABOVE:
        return None
    deps, tags = parse.deps, parse.tags
    subject = kid(parse, i, "nsubj")
    if subject is not None:
        return noun_phrase(parse, subject)
    theme = kid(parse, i, "nsubjpass")
    if theme is not None:
        return noun_phrase(parse, theme) if depth else None
    head = parse.heads[i]
    if head == i:
        return None
    if deps[i] in ("acl", "relcl") and tags[head] in NOUN_TAGS:
        return noun_phrase(parse, head, before=i)
    if deps[i] not in _SHARES_SUBJECT:
        return None
    above = head
    while above != parse.heads[above] and tags[above] not in VERB_TAGS:
        if tags[above] in NOUN_TAGS and deps[i] == "conj":
            return None
        above = parse.heads[above]
    if above == i:
        return None
    if deps[i] == "xcomp":
        dobj = kid(parse, above, "dobj")
        if dobj is not None and dobj < i:
            return noun_phrase(parse, dobj)
    return subject_of(parse, above, depth + 1)


def head_of(parse: Parse, span: Range) -> int:
    """Return the highest word of a range, the first of several; its first token where it has no words."""
    start, end = span
    for t in range(start, end):
        above = parse.heads[t]
        if (above == t or not start <= above < end) and not parse.is_empty[t]:
            behind = t + 2
            is_torn = behind < end and parse.words[t + 1] == "-" and not start <= parse.heads[behind] < end
            return behind if is_torn else t  # "co-founder"
    return start


def noun_phrase(parse: Parse, i: int, before: int | None = None) -> Range | None:
    """Return a noun with what belongs to it: modifiers and short appositions, no clause.

    Args:
        parse: of the document.
        i: the noun.
        before: the token that it must end before, where one is given.
    """
    start, end = parse.subtree(i)
    if before is not None:
        end = min(end, before)
    for k in parse.kids[i]:
        if k > i and parse.deps[k] in _CLAUSAL:
            end = min(end, parse.subtree(k)[0])
    return parse.trim(parse.clip((start, end), i)) if end > i else (i, i + 1)


def noun_of_relative(parse: Parse, t: int, *, reach: int) -> int | None:
    """Return the noun that a relative clause belongs to; None where no such clause is near above a token.

    Args:
        parse: of the document.
        t: a token of the clause.
        reach: the tokens to look at, that one and its heads.
    """
    for _ in range(reach):
        if parse.deps[t] == "relcl":
            return parse.heads[t]
        t = parse.heads[t]
    return None


def is_title(parse: Parse, span: Range) -> bool:
    """Return whether a range is written as the title of a book or song: each longer word has a capital."""
    longer = [t for t in range(*span) if len(parse.words[t]) > _SMALL]
    return len(longer) > 1 and all(parse.columns.words[t][0].isupper() for t in longer)
