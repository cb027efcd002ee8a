"""Its and their, where the subject of the clause is the name of an organisation or a place.

"Quellmar said its sales had fallen": the subject rules the possessive, no other name comes between, and
nobody has to guess what "it" or "they" stand for elsewhere. That is left alone (docs/entities.md has what
was tried).
"""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.components.doc.tokens import Tokens
from pipeline.components.entities.clusters import Cluster
from pipeline.components.entities.pronouns import Pronoun
from pipeline.lexicons import entries

_POSSESSIVES = frozenset(("its", "their"))
_SUBJECTS = frozenset(("nsubj", "nsubjpass"))
_OWNERS = frozenset(("ORG", "GPE"))
SCORE = 0.8


def resolve_possessives(clusters: Sequence[Cluster], tokens: Tokens) -> list[Pronoun]:
    """Resolve its and their to organisations and places, in text order; in doubt they are left alone.

    The evidence is the nearest clause around the possessive that has a subject in front of it. That subject
    must be a name, or the relative pronoun behind one, and have no rival: nothing joined to it ("Quellmar and
    Keel"), no other name and no company between it and the possessive, no other organisation as the subject
    of the clause around ("Keel said Quellmar had approved its plan"). What it is said to be is not its own.
    """
    lower, deps, heads = tokens.lower, tokens.deps, tokens.heads
    kinds = entries("kinds")
    if _POSSESSIVES.isdisjoint(lower):
        return []
    owner: dict[int, int] = {
        token: i
        for i, cluster in enumerate(clusters)
        for name in cluster.names
        for token in range(name.start, name.end)
    }
    subjects: dict[int, list[int]] = {}
    joined: set[int] = set()
    for token, dep in enumerate(deps):
        if dep in _SUBJECTS:
            subjects.setdefault(heads[token], []).append(token)
        elif dep == "conj":
            joined.add(heads[token])
    found = []
    for token in [i for i, word in enumerate(lower) if word in _POSSESSIVES]:
        clause = _subject(token, subjects, tokens)
        if clause is None or clause[0] in joined:
            continue
        subject, verb = clause
        if lower[subject] == "which" and deps[heads[subject]] == "relcl":
            subject = heads[heads[subject]]
        cluster = owner.get(subject)
        if cluster is None or clusters[cluster].label not in _OWNERS or subject in joined:
            continue
        rivals = {owner.get(i, cluster) for i in range(subject + 1, token)}
        above = _subject(verb, subjects, tokens)
        if above is not None:
            rivals.add(owner.get(above[0], cluster))
            if _may_own(above[0], token, tokens):
                continue
        is_clear = all(i == cluster or clusters[i].label == "PERSON" for i in rivals) and not any(
            kinds.get(word, "").startswith("org") for word in lower[subject + 1 : token]
        )
        if is_clear and deps[heads[token]] != "attr":
            found.append(Pronoun(token=token, cluster=cluster, method="possessive", score=SCORE))
    return found


def _may_own(subject: int, token: int, tokens: Tokens) -> bool:
    """Whether another subject, no name, may be what a possessive means: "the group said", "they felt"."""
    word, tag = tokens.lower[subject], tokens.tags[subject]
    if tokens.lower[token] == "their":
        return word == "they" or tag in ("NNS", "NNPS")
    return word == "it" or entries("kinds").get(word, "").startswith("org")


def _subject(token: int, subjects: dict[int, list[int]], tokens: Tokens) -> tuple[int, int] | None:
    """The nearest clause around a token with a subject in front of it, which the token is no part of.

    Returns:
        The subject and the verb; None where there is no such clause.
    """
    at = token
    for _ in range(10):
        head = tokens.heads[at]
        if head == at:
            return None
        before = [i for i in subjects.get(head, ()) if i < token]
        if before and tokens.deps[at] not in _SUBJECTS:
            return before[-1], head
        at = head
    return None
