"""What somebody holds of something: "called the plan a waste", "described it as safe", "likened it to".

The verb has two complements of which the one is said of the other, as a subject and a predicate are (the
small clauses of grammar). The claim is what is said of it, and whoever says so makes it: the outlet only
reports it.
"""

from __future__ import annotations

from dataclasses import replace

from pipeline.components.claims.asserted import is_of_speaker, is_under_negation
from pipeline.components.claims.context import Context
from pipeline.components.claims.propositions import Proposition, Range, noun_range
from pipeline.components.claims.verbs import read_base_forms
from pipeline.components.doc.tags import FINITE_TAGS
from pipeline.components.doc.tree import Tree

_MARKS = frozenset({'"', "”", "“", "'", "’", "‘", ".", ",", ";", ":", "''", "``"})


def judgement(context: Context, clause: Proposition) -> tuple[Proposition, Range] | None:
    """Return a clause as what it says is held of something, and the tokens of that; None where it is none.

    The proposition keeps its verb as its head and its parent, so that `claim_source` finds who holds it.

    Args:
        context: of the document.
        clause: that is a claim.
    """
    tree, head = context.tree, clause.head
    if clause.is_passive or clause.kind in {"apposition", "complement"}:
        return None
    if context.quotation_of[head] >= 0 or is_under_negation(tree, head) or is_of_speaker(tree, clause):
        return None
    if any(tree.tags[i] == "MD" for i in clause.predicate):
        return None
    found = _held(tree, head)
    if found is None:
        return None
    of, said = found
    infinitive = [c for c in tree.children[tree.heads[said]] if tree.tags[c] == "TO"]
    copula = tree.heads[said] if infinitive else None
    end = tree.last[said] + 1
    while end - 1 > said and tree.words[end - 1] in _MARKS:
        end -= 1
    start = tree.first[of]
    judged = replace(
        clause,
        kind="complement",
        parent=head,
        mark=None,
        subject=_before_said(tree, of, said),
        subject_head=of,
        predicate=[said] if copula is None else [*infinitive, copula],
        object=(tree.first[said], end),
        object_head=said,
        arguments=[],
        negation=None,
    )
    return judged, (start, end)


def is_judgement(clause: Proposition) -> bool:
    """Whether a proposition comes from `judgement`: its head is the verb of whoever holds it."""
    return clause.kind == "complement" and clause.parent == clause.head


def _before_said(tree: Tree, of: int, said: int) -> Range:
    """Return the noun phrase of what something is said of; the parse may hang on it what is said."""
    start, end = noun_range(tree, of)
    preposition = tree.heads[said]
    return start, min(end, tree.first[preposition]) if of < preposition < end else end


def _held(tree: Tree, head: int) -> Range | None:
    """Return the head of what a verb is about, and the head of what is said of it."""
    lexicon = tree.lexicon
    verb = lexicon.made(read_base_forms)(tree.words[head])
    if verb in lexicon.words("claims.calling"):
        return _called(tree, head)
    if verb in lexicon.words("claims.describing"):
        return _described(tree, head, lexicon.words("claims.describing_prepositions"))
    if verb in lexicon.words("claims.likening"):
        return _described(tree, head, lexicon.words("claims.infinitive"))
    return None


def _called(tree: Tree, head: int) -> Range | None:
    """Read "called it a waste", "found the road unsafe", "estimating the cost to be a million"."""
    of: int | None = None
    for c in tree.children[head]:
        if c < head:
            continue
        dep = tree.deps[c]
        if dep == "ccomp" and tree.tags[c] not in FINITE_TAGS:
            inner = tree.child(c, "nsubj", "nsubjpass") or of
            is_marked = tree.child(c, "mark") is not None
            is_finite = any(tree.tags[k] in FINITE_TAGS for k in tree.children[c])
            if inner is not None and inner < c and not is_marked and not is_finite and tree.tags[c] != "VBG":
                said = tree.child(c, "attr", "acomp") if tree.tags[c] == "VB" else c
                return (inner, said) if said is not None and said > inner else None
        elif of is not None and dep in {"oprd", "dobj", "attr", "acomp"} and c > of:
            return of, c
        elif of is None and dep in {"dobj", "dative"} and not tree.tags[c].startswith("W"):
            of = c
    return None


def _described(tree: Tree, head: int, prepositions: frozenset[str]) -> Range | None:
    """Read "described it as safe", "likened the tax to a theft"."""
    of = next((c for c in tree.children[head] if c > head and _may_be_held(tree, c)), None)
    if of is None:
        return None
    for holder in (head, of):
        for c in tree.children[holder]:
            if c > of and tree.deps[c] == "prep" and tree.words[c] in prepositions:
                said = next((k for k in tree.children[c] if k > c), None)
                if said is not None:
                    return of, said
    return None


def _may_be_held(tree: Tree, i: int) -> bool:
    """Whether a dependant of a verb is what it is about: its object, which may be taken for a complement."""
    is_noun = tree.tags[i].startswith(("NN", "PRP", "DT"))
    return is_noun and tree.deps[i] in {"dobj", "xcomp", "ccomp", "oprd", "dep"}
