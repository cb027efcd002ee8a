"""What stands in a claim: named places, amounts and times, and the pronouns that nobody has resolved."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from itertools import islice
from operator import attrgetter

from spacy.tokens import Span

from pipeline.components.claims.context import Context
from pipeline.components.claims.values.on_tokens import Measure, Time

_PLACES = frozenset({"GPE", "LOC", "FAC"})
_START = attrgetter("start")
_CONTINUES = 1  # spaCy's ENT_IOB of a token inside a name, its first left out


def values_inside[Value: (Measure, Time)](values: list[Value], start: int, end: int) -> Iterator[Value]:
    """Yield the amounts or times, given in text order, that lie between two tokens."""
    if not values:
        return
    for value in islice(values, bisect_left(values, start, key=_START), None):
        if value.start >= end:
            break
        if value.end <= end:
            yield value


def unresolved(context: Context, start: int, end: int, quotation: int | None) -> tuple[str, ...]:
    """Return the pronouns between two tokens whose referent nobody has settled, as printed, each once.

    Args:
        context: of the document.
        start: the claim's first token.
        end: after its last one.
        quotation: index of the one that it stands in, whose speaker is "I".
    """
    tree, pronouns = context.tree, context.tree.lexicon.words("pronouns")
    if pronouns.isdisjoint(tree.words[start:end]):
        return ()
    printed = []
    for i in range(start, end):
        if tree.words[i] not in pronouns or tree.tags[i] not in {"PRP", "PRP$", "DT"}:
            continue
        if tree.tags[i] == "DT" and tree.deps[i] == "det":
            continue
        if tree.deps[i] == "expl" or context.entity_at(i, quotation) is not None:
            continue
        printed.append(context.doc[i].text)
    return tuple(dict.fromkeys(printed))


def places(context: Context, start: int, end: int) -> Iterator[tuple[Span, int | None]]:
    """Yield the named places between two tokens, each with the index of its entity, if it has one."""
    tree = context.tree
    if _PLACES.isdisjoint(tree.ents[start:end]):
        return
    i = start
    while i < end:
        label = tree.ents[i]
        if label in _PLACES:
            j = i + 1
            while j < end and tree.ents[j] == label and context.doc[j].ent_iob == _CONTINUES:
                j += 1
            entity = context.entity_of[i]
            yield Span(context.doc, i, j), entity if entity >= 0 else None
            i = j
        else:
            i += 1
