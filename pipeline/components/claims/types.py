"""What kind of statement a claim is.

In this order: a prediction tells what will be, an opinion judges, a comparison sets two things against
each other, a causal claim says that one thing brings about another, a quantity gives an amount; what is
left is a state or an event, by its verb.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pipeline.components.claims.phrases import by_first_word
from pipeline.components.claims.propositions import Proposition
from pipeline.components.claims.values.on_tokens import Measure
from pipeline.components.claims.verbs import read_base_forms
from pipeline.components.doc.tree import Tree
from pipeline.lexicons import Lexicon

_GENERAL = frozenset({"VBZ", "VBP"})
_COMPARATIVES = frozenset({"JJR", "RBR"})
ClaimType = Literal["quantity", "event", "state", "causal", "comparison", "prediction", "opinion", "other"]


def claim_type(
    tree: Tree, proposition: Proposition, start: int, end: int, modality: str, amounts: Sequence[Measure]
) -> ClaimType:
    """Return the kind of the claim between two tokens.

    Args:
        tree: the parse.
        proposition: what the claim says.
        start: the claim's first token.
        end: after its last one.
        modality: of the claim, as in the table.
        amounts: that stand in it.
    """
    lexicon, lemma = tree.lexicon, predicate_lemma(tree, proposition)
    if modality == "future" or _is_outlook(tree, proposition):
        return "prediction"
    if modality == "necessary" or _is_judgement(tree, proposition, lemma):
        return "opinion"
    if _is_comparison(tree, start, end, amounts):
        return "comparison"
    if _is_causal(tree, proposition, lemma, start, end):
        return "causal"
    if amounts or _has_round_number(tree, start, end):
        return "quantity"
    if lemma in lexicon.words("state_verbs") or proposition.kind == "apposition":
        return "state"
    return "event" if tree.tags[proposition.head].startswith("V") else "other"


def _is_comparison(tree: Tree, start: int, end: int, amounts: Sequence[Measure]) -> bool:
    """Whether two things are set against each other; "more than 300" is an amount."""
    than = tree.lexicon.words("claims.comparison_words")
    if than.isdisjoint(tree.words[start:end]) or _COMPARATIVES.isdisjoint(tree.tags[start:end]):
        return False
    return any(
        tree.words[i] in than and not any(a.start <= i < a.end for a in amounts) for i in range(start, end)
    )


def _has_round_number(tree: Tree, start: int, end: int) -> bool:
    """Whether "thousands" or "dozens" stand between two tokens."""
    return "CARDINAL" in tree.ents[start:end] and any(
        tree.ents[i] == "CARDINAL" and tree.tags[i] == "NNS" for i in range(start, end)
    )


def _is_causal(tree: Tree, proposition: Proposition, lemma: str, start: int, end: int) -> bool:
    """Whether one thing is said to bring about another.

    A verb does that says nothing else ("caused", "led to"); a deed does where it is told in general, "smoking
    kills", and no event that somebody brought about: "soldiers killed two men".
    """
    lexicon, head = tree.lexicon, proposition.head
    if (
        lemma in lexicon.words("causal_words")
        and proposition.object is not None
        and not proposition.is_passive
    ):
        told = {tree.tags[i] for i in (head, *proposition.predicate)}
        if lemma not in lexicon.words("claims.deeds") or (told & _GENERAL and "VBD" not in told):
            return True
    phrases, words = lexicon.made(_read_cause_phrases), tree.words
    if phrases.keys().isdisjoint(words[start:end]):
        return False
    return any(
        words[i : i + len(phrase)] == phrase
        for i in range(start, end)
        for phrase in phrases.get(words[i], ())
        if i + len(phrase) <= end
    )


def _read_cause_phrases(lexicon: Lexicon) -> dict[str, list[list[str]]]:
    """Return the phrases that name a cause, as words, by the first one."""
    return by_first_word(lexicon.ordered("claims.cause_phrases"))


def is_accusation(tree: Tree, proposition: Proposition) -> bool:
    """Whether a clause tells that somebody is accused, blamed or charged, denies it, or calls others names.

    "Novak accused the port of bribery", "the port denied any role", "residents called him corrupt".
    """
    lexicon = tree.lexicon
    base_form, told = lexicon.made(read_base_forms), {proposition.head, *proposition.predicate}
    lemmas = {base_form(tree.words[i]) for i in told if tree.tags[i].startswith("V")}
    if not lemmas.isdisjoint(lexicon.words("claims.charges")):
        return True
    return not lemmas.isdisjoint(lexicon.words("claims.naming")) and any(
        tree.deps[c] == "oprd" for c in tree.children[proposition.head]
    )


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
