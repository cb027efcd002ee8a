"""Whether a time lies before or after publication, told by the grammar of its clause.

"Soldiers killed two men on Friday" is past, whatever stands near; "voters go to the polls on Sunday", "the
bridge is due to reopen on Monday" and "she said it would close in May" are future.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from pipeline.components.claims.verbs import read_base_forms
from pipeline.components.doc.tree import Tree

Tense = Literal["past", "future"]

_FINITE = frozenset({"VBD", "VBP", "VBZ"})
_AUXILIARY = frozenset({"aux", "auxpass"})
_LONGEST_WAY = 12  # words up the tree


def tense_at(tree: Tree, i: int) -> Tense | None:
    """Return the tense of the verb that a time hangs on; None where no verb tells it.

    Args:
        tree: the parse.
        i: a token of the time.
    """
    lexicon = tree.lexicon
    intending = lexicon.words("dates.intending")
    base_form = lexicon.made(read_base_forms)
    for _ in range(_LONGEST_WAY):
        tag, word = tree.tags[i], tree.words[i]
        if tag.startswith("VB") or tag == "MD":
            tense = _tense_of_verb(tree, i, base_form)
            if tense is not None:
                return tense
        if tag in {"VBN", "JJ"} and word in intending:
            return "future"
        head = tree.heads[i]
        if head == i:
            return None
        i = head
    return None


def _tense_of_verb(tree: Tree, i: int, base_form: Callable[[str], str]) -> Tense | None:
    """Return what a verb, its auxiliaries and the verb that it completes tell."""
    lexicon, tag = tree.lexicon, tree.tags[i]
    auxiliaries = [c for c in tree.children[i] if tree.deps[c] in _AUXILIARY]
    words = {tree.words[c] for c in auxiliaries}
    is_perfect = any(base_form(word) in lexicon.words("dates.perfect") for word in words) and tag == "VBN"
    if any(tree.tags[c] == "MD" for c in auxiliaries):
        return "past" if is_perfect else "future"
    if tag == "VBD" or is_perfect or any(tree.tags[c] == "VBD" for c in auxiliaries):
        return "past"
    if not words.isdisjoint(lexicon.words("claims.infinitive")):
        return _tense_of_infinitive(tree, i, base_form)
    finite = [c for c in (i, *auxiliaries) if tree.tags[c] in _FINITE]
    # "Voters in Arden go to the polls": the tagger often takes the present for an infinitive.
    is_bare = tag == "VB" and not auxiliaries and tree.child(i, "nsubj") is not None
    if not finite and not is_bare:  # a participle: the verb above it tells
        return None
    frames = lexicon.entries("cue_verbs").get(base_form(tree.words[i]), "").split()
    reports = frames[:1] == ["speech"] and "c" in frames and tree.child(i, "ccomp") is not None
    return "past" if reports else "future"  # "Novak says on Monday that", "the fair begins on Monday"


def _tense_of_infinitive(tree: Tree, i: int, base_form: Callable[[str], str]) -> Tense | None:
    """Return "future" for what is meant to be ("agreed to meet"); otherwise the verb above it tells."""
    head = tree.heads[i]
    if head == i or tree.deps[i] == "ROOT":  # "Voters to go to the polls", a headline
        return "future"
    intends = tree.words[head] in tree.lexicon.words("dates.intending")
    return (
        "future"
        if intends or base_form(tree.words[head]) in tree.lexicon.words("dates.intending_verbs")
        else None
    )
