"""Its and their, where the subject of the clause is the name of an organisation or a place.

"Quellmar said its sales had fallen": the subject rules the possessive, no other name comes between, and
nobody has to guess what "it" or "they" stand for elsewhere. That is left alone (docs/entities.md has what
was tried).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.components.doc.tags import SUBJECT_DEPS
from pipeline.components.doc.tokens import Tokens
from pipeline.components.entities.cluster import Cluster, owners
from pipeline.components.entities.pronouns import Pronoun
from pipeline.lexicons import Lexicon

_OWNERS = frozenset(("ORG", "GPE"))
SCORE = 0.8


class _Words:
    """What these rules read of a lexicon."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.plural = lexicon.words("entities.plural_possessives")
        self.possessives = self.plural | lexicon.words("entities.singular_possessives")
        self.it = lexicon.words("entities.it")
        self.they = lexicon.words("entities.they")
        self.which = lexicon.words("entities.which")
        self.bodies = frozenset(
            noun for noun, kind in lexicon.entries("kinds").items() if kind.startswith("org")
        )


@dataclass(frozen=True, slots=True)
class _Clauses:
    """The clauses of a document.

    Attributes:
        subjects: verb -> its subjects, in text order.
        joined: tokens that something is joined to ("Quellmar and Keel").
    """

    tokens: Tokens
    subjects: dict[int, list[int]]
    joined: set[int]

    def around(self, token: int) -> tuple[int, int] | None:
        """Return the nearest clause around a token with a subject in front that does not hold the token.

        Returns:
            The subject and the verb; None where there is no such clause.
        """
        at = token
        for _ in range(10):
            head = self.tokens.heads[at]
            if head == at:
                return None
            before = [i for i in self.subjects.get(head, ()) if i < token]
            if before and self.tokens.deps[at] not in SUBJECT_DEPS:
                return before[-1], head
            at = head
        return None


def resolve_possessives(clusters: Sequence[Cluster], tokens: Tokens) -> list[Pronoun]:
    """Resolve its and their to organisations and places, in text order; in doubt they are left alone.

    The evidence is the nearest clause around the possessive that has a subject in front of it. That subject
    must be a name, or the relative pronoun behind one, and have no rival: nothing joined to it ("Quellmar and
    Keel"), no other name and no company between it and the possessive, no other organisation as the subject
    of the clause around ("Keel said Quellmar had approved its plan"). What it is said to be is not its own.
    """
    words = tokens.lexicon.made(_Words)
    if words.possessives.isdisjoint(tokens.vocabulary):
        return []
    owner = owners(clusters)
    clauses = _read_clauses(tokens)
    found = []
    for token in [i for i, word in enumerate(tokens.lower) if word in words.possessives]:
        clause = clauses.around(token)
        if clause is None or clause[0] in clauses.joined or tokens.deps[tokens.heads[token]] == "attr":
            continue
        subject = _antecedent(clause[0], tokens, words)
        cluster = owner.get(subject)
        if cluster is None or clusters[cluster].label not in _OWNERS or subject in clauses.joined:
            continue
        between = range(subject + 1, token)
        rivals = {owner.get(i, cluster) for i in between}
        above = clauses.around(clause[1])
        if above is not None:
            if _may_own(above[0], token, tokens, words):
                continue
            rivals.add(owner.get(above[0], cluster))
        if any(tokens.lower[i] in words.bodies for i in between):
            continue
        if all(i == cluster or clusters[i].label == "PERSON" for i in rivals):
            found.append(Pronoun(token=token, cluster=cluster, method="possessive", score=SCORE))
    return found


def _read_clauses(tokens: Tokens) -> _Clauses:
    subjects: dict[int, list[int]] = {}
    joined: set[int] = set()
    for token, dep in enumerate(tokens.deps):
        if dep in SUBJECT_DEPS:
            subjects.setdefault(tokens.heads[token], []).append(token)
        elif dep == "conj":
            joined.add(tokens.heads[token])
    return _Clauses(tokens, subjects, joined)


def _antecedent(subject: int, tokens: Tokens, words: _Words) -> int:
    """Return the noun that a subject stands for: its own, or the one that a relative clause hangs from."""
    verb = tokens.heads[subject]
    is_relative = tokens.lower[subject] in words.which and tokens.deps[verb] == "relcl"
    return tokens.heads[verb] if is_relative else subject


def _may_own(subject: int, token: int, tokens: Tokens, words: _Words) -> bool:
    """Return whether a possessive may mean another subject, no name: "the group said", "they felt"."""
    word = tokens.lower[subject]
    if tokens.lower[token] in words.plural:
        return word in words.they or tokens.tags[subject] in ("NNS", "NNPS")
    return word in words.it or word in words.bodies
