"""Bodies that speak by what they publish, or that are printed with their kind.

"A statement by the ministry", "a BBC poll"; "the TASS agency", "the agency (GUR)".
"""

from __future__ import annotations

from pipeline.components.quotes.mentioned import Mentioned
from pipeline.components.quotes.parsed import Parse, Range

_AUTHORS = frozenset(("ORG", "GPE"))
_NAMED_KINDS = frozenset(
    f"org:{kind}"
    for kind in ("agency", "airline", "bank", "broadcaster", "charity", "club", "company", "group", "paper")
)
"""Kinds of bodies that are printed with a name ("the TASS agency")."""


def owner_of_document(parse: Parse, mentioned: Mentioned, head: int, speaker: Range) -> int | None:
    """Return the entity whose document speaks: "a statement by the ministry", "the BBC's report"."""
    if parse.words[head] not in parse.lexicon.words("quotes.documents_of_bodies"):
        return None
    agents = parse.lexicon.words("quotes.agents_of_documents")
    for t in range(*speaker):
        known = mentioned.at.get(t)
        if known is None or known.kind == "pronoun":
            continue
        is_person = mentioned.is_person(known.entity)
        if not is_person and mentioned.entities[known.entity].label not in _AUTHORS:
            continue
        top = t
        while parse.heads[top] != top and parse.heads[top] != head and top != head:
            top = parse.heads[top]
        label = mentioned.entities[known.entity].label
        is_before = (
            not is_person
            and t < head
            and parse.deps[top] in ("poss", "compound", "nmod", "amod")
            and not (label == "GPE" and _names_another_body(parse, mentioned, t, head))
        )
        is_behind = (
            t > head
            and parse.deps[top] in ("prep", "agent", "acl")
            and any(parse.words[u] in agents for u in range(head + 1, t))
            and not _owns_another(parse, mentioned, t)
            and (label != "GPE" or parse.words[head] in parse.lexicon.words("quotes.documents_of_states"))
        )
        if is_before or is_behind:
            return known.entity
    return None


def _names_another_body(parse: Parse, mentioned: Mentioned, t: int, head: int) -> bool:
    """Return whether a noun between a place and a document tells whose it is: "a Kenya police report"."""
    return any(parse.tags[u] in ("NN", "NNP") and u not in mentioned.at for u in range(t + 1, head))


def _owns_another(parse: Parse, mentioned: Mentioned, t: int) -> bool:
    """Return whether a name only tells whose body it is: "data from Norway's statistics office"."""
    own = mentioned.at[t].entity
    while (known := mentioned.at.get(parse.heads[t])) and known.entity == own and parse.heads[t] != t:
        t = parse.heads[t]
    return parse.deps[t] in ("poss", "nmod", "amod")


def bracketed_body(parse: Parse, mentioned: Mentioned, head: int) -> int | None:
    """Return the body whose name stands in brackets behind its kind: "the agency (GUR)"."""
    behind = head + 2
    known = mentioned.at.get(behind) if parse.words[head + 1 : behind] == ["("] else None
    return known.entity if known is not None and known.kind == "name" else None


def body_before_kind(parse: Parse, mentioned: Mentioned, head: int, speaker: Range) -> int | None:
    """Return the body whose name stands before its kind: "the TASS agency"."""
    if parse.lexicon.entries("kinds").get(parse.words[head]) not in _NAMED_KINDS:
        return None
    for t in range(speaker[0], head):
        known = mentioned.at.get(t)
        is_own = parse.deps[t] in ("compound", "nmod") and parse.heads[t] == head
        if is_own and known is not None and mentioned.entities[known.entity].label == "ORG":
            return known.entity
    return None
