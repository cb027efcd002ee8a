"""What kind of statement a claim is.

In this order: a prediction tells what will be, an opinion judges, a comparison sets two things against
each other, a causal claim says that one thing brings about another, a quantity gives an amount; what is
left is a state or an event, by its verb.
"""

from __future__ import annotations

from typing import Literal

from pipeline.components.claims.propositions import Proposition
from pipeline.components.claims.verbs import base_form
from pipeline.components.doc.tree import Tree
from pipeline.lexicons import words

ClaimType = Literal["quantity", "event", "state", "causal", "comparison", "prediction", "opinion", "other"]
_EXPECTED = frozenset({"expected", "likely", "forecast", "predicted", "projected", "poised", "set"})
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
    head = proposition.head
    lemma = "be" if proposition.kind == "apposition" else base_form(tree.words[head])
    if modality == "future" or _is_outlook(tree, proposition):
        return "prediction"
    if modality == "necessary" or _is_judgement(tree, proposition, lemma):
        return "opinion"
    forms = tree.words[start:end]
    tags = tree.tags[start:end]
    if "than" in forms and ("JJR" in tags or "RBR" in tags):
        return "comparison"
    if lemma in words("causal_words") and proposition.object is not None:
        return "causal"
    if "because" in forms or ("due" in forms and "to" in forms):
        return "causal"
    if not _AMOUNTS.isdisjoint(tree.ents[start:end]):
        return "quantity"
    if lemma in words("state_verbs") or proposition.kind == "apposition":
        return "state"
    return "event" if tree.tags[head].startswith("V") else "other"


def _is_outlook(tree: Tree, proposition: Proposition) -> bool:
    """Whether it tells what is expected: "is expected to rise", "is likely to fall"."""
    forms = {tree.words[i] for i in proposition.predicate}
    if proposition.object_head is not None:
        forms.add(tree.words[proposition.object_head])
    return "to" in forms and not forms.isdisjoint(_EXPECTED)


def _is_judgement(tree: Tree, proposition: Proposition, lemma: str) -> bool:
    """Whether its complement, or its subject's verb of thinking, passes judgement."""
    opinions = words("opinion_words")
    if lemma in {"think", "feel", "believe", "hope", "love", "hate"}:
        subject = proposition.subject_head
        return subject is not None and tree.words[subject] in {"i", "we"}
    if lemma not in {"be", "seem", "look", "sound", "become"} or proposition.object is None:
        return False
    return not opinions.isdisjoint(tree.words[proposition.object[0] : proposition.object[1]])
