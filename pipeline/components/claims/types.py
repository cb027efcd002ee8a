"""What kind of statement a claim is.

In this order: a prediction tells what will be, an opinion judges, a comparison sets two things against
each other, a causal claim says that one thing brings about another, a quantity gives an amount; what is
left is a state or an event, by its verb.
"""

from __future__ import annotations

from typing import Literal

from pipeline.components.claims.propositions import Proposition
from pipeline.components.claims.verbs import read_base_forms
from pipeline.components.doc.tree import Tree

ClaimType = Literal["quantity", "event", "state", "causal", "comparison", "prediction", "opinion", "other"]
_AMOUNTS = frozenset({"PERCENT", "MONEY", "QUANTITY", "CARDINAL"})


def claim_type(tree: Tree, proposition: Proposition, start: int, end: int, modality: str) -> ClaimType:
    """Return the kind of the claim between two tokens.

    Args:
        tree: the parse.
        proposition: what the claim says.
        start: the claim's first token.
        end: after its last one.
        modality: of the claim, as in the table.
    """
    lexicon, lemma = tree.lexicon, predicate_lemma(tree, proposition)
    if modality == "future" or _is_outlook(tree, proposition):
        return "prediction"
    if modality == "necessary" or _is_judgement(tree, proposition, lemma):
        return "opinion"
    forms, tags = {*tree.words[start:end]}, tree.tags[start:end]
    if not forms.isdisjoint(lexicon.words("claims.comparison_words")) and ("JJR" in tags or "RBR" in tags):
        return "comparison"
    if lemma in lexicon.words("causal_words") and proposition.object is not None:
        return "causal"
    if any(forms.issuperset(phrase.split()) for phrase in lexicon.ordered("claims.cause_phrases")):
        return "causal"
    if not _AMOUNTS.isdisjoint(tree.ents[start:end]):
        return "quantity"
    if lemma in lexicon.words("state_verbs") or proposition.kind == "apposition":
        return "state"
    return "event" if tree.tags[proposition.head].startswith("V") else "other"


def predicate_lemma(tree: Tree, proposition: Proposition) -> str:
    """Return the base form of the verb of a proposition; of the one that is understood in an apposition."""
    if proposition.kind == "apposition":
        return tree.lexicon.ordered("claims.understood_verb")[0]
    return tree.lexicon.made(read_base_forms)(tree.words[proposition.head])


def _is_outlook(tree: Tree, proposition: Proposition) -> bool:
    """Whether a claim tells what is expected: "is expected to rise", "is likely to fall"."""
    forms = {tree.words[i] for i in proposition.predicate}
    if proposition.object_head is not None:
        forms.add(tree.words[proposition.object_head])
    lexicon = tree.lexicon
    return not (
        forms.isdisjoint(lexicon.words("claims.infinitive"))
        or forms.isdisjoint(lexicon.words("claims.outlooks"))
    )


def _is_judgement(tree: Tree, proposition: Proposition, lemma: str) -> bool:
    """Whether the complement passes judgement, or speakers tell what they think themselves."""
    lexicon = tree.lexicon
    if lemma in lexicon.words("claims.opinion_verbs"):
        subject = proposition.subject_head
        return subject is not None and tree.words[subject] in lexicon.words("claims.opinion_subjects")
    if lemma not in lexicon.words("claims.judging_verbs") or proposition.object is None:
        return False
    return not lexicon.words("opinion_words").isdisjoint(
        tree.words[proposition.object[0] : proposition.object[1]]
    )
