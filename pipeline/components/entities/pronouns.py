"""Third-person pronouns and the persons they stand for.

Each person carries a weight that grows with each mention (more for a subject) and halves with each
sentence. Syntax adds to it ("Colvey said that he ...", "Colvey sold his house") or takes from it ("Colvey
saw him"); inside a quotation its speaker is hardly ever "he". After Lappin and Leass (1994), with fewer
weights.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.components.doc.tokens import Tokens
from pipeline.components.entities.clusters import Cluster
from pipeline.lexicons import entries

_GENDER = {
    **dict.fromkeys(("he", "him", "his", "himself"), "m"),
    **dict.fromkeys(("she", "her", "hers", "herself"), "f"),
}
_SUBJECTS = frozenset(("nsubj", "nsubjpass"))
_REFLEXIVE = frozenset(("himself", "herself"))
_QUOTES = frozenset(('"', "“", "”", "``", "''", "«", "»"))

SUBJECT, OTHER = 2.0, 1.0
"""Weight of a mention by name as subject, and elsewhere; a pronoun's is half of it."""
DECAY = 0.5
"""What a weight is multiplied with at each new sentence."""
KNOWN_GENDER = 0.5
"""Added to a person whose gender a title or an earlier pronoun has shown."""
COMMAND = 2.5
"""Added to the subject of the clause around the pronoun's."""
BARRED = 0.15
"""What the weight of a person is multiplied with whom syntax rules out."""
WRONG_GIVEN_NAME = 0.35
"""What it is multiplied with if the given name is mostly of the other gender and nothing else is known."""


@dataclass(frozen=True, slots=True)
class Pronoun:
    """A pronoun at a token, resolved to a cluster (its number).

    `method` is "pronoun", or "pronoun_given_name" where a given name decided: the only case in which gender
    is guessed from a name.
    """

    token: int
    cluster: int
    method: str
    score: float


def resolve_pronouns(clusters: Sequence[Cluster], tokens: Tokens) -> list[Pronoun]:
    """Resolve he, she and their forms to persons of the document, in text order.

    A person's gender comes from titles ("Mrs"), roles ("actress") and pronouns resolved earlier; a given name
    only weighs when nothing else is known. A pronoun without a fitting person before it is left alone.
    """
    if _GENDER.keys().isdisjoint(tokens.lower):
        return []
    people = [i for i, cluster in enumerate(clusters) if cluster.label == "PERSON"]
    if not people:
        return []
    gender: dict[int, str] = {i: clusters[i].gender for i in people if clusters[i].gender}
    guess = {i: _given_gender(clusters[i].name) for i in people}
    owner: dict[int, int] = {}
    starts: dict[int, int] = {}
    for i in people:
        for name in clusters[i].names:
            starts[name.start] = i
            for token in range(name.start, name.end):
                owner[token] = i
    for token, i in list(
        owner.items()
    ):  # "Colvey, a teacher, said": the parser may take either for the subject
        if tokens.deps[token] in ("appos", "compound", "nmod"):
            owner.setdefault(tokens.heads[token], i)
    for token in [i for i, word in enumerate(tokens.lower) if word == "who"]:
        if tokens.deps[token] in _SUBJECTS and tokens.deps[tokens.heads[token]] == "relcl":
            who = owner.get(tokens.heads[tokens.heads[token]])
            if who is not None:
                owner[token] = who
    subject_of = {tokens.heads[i]: i for i in range(len(tokens) - 1, -1, -1) if tokens.deps[i] in _SUBJECTS}
    quoted = _quoted(tokens)
    weight = dict.fromkeys(people, 0.0)
    last_outside: dict[int, int] = {}
    sent = 0
    found = []
    for token in [i for i, word in enumerate(tokens.lower) if i in starts or word in _GENDER]:
        if tokens.sents[token] != sent:
            decay = DECAY ** (tokens.sents[token] - sent)
            for i in people:
                weight[i] *= decay
            sent = tokens.sents[token]
        if token in starts:
            weight[starts[token]] += SUBJECT if _is_subject(tokens, token) else OTHER
            if not quoted[token]:
                last_outside[starts[token]] = token
        wanted = _GENDER.get(tokens.lower[token])
        if wanted is None:
            continue
        bonus, barred = _syntax(tokens, token, subject_of, owner, quoted)
        ahead = _announced(tokens, token, owner)
        scores = []
        for i in people:
            if gender.get(i, wanted) != wanted:
                continue
            value = weight[i] + bonus.get(i, 0.0) + (COMMAND if i == ahead else 0.0)
            if value < 0.02:
                continue
            if gender.get(i) == wanted:
                value += KNOWN_GENDER
            elif guess[i] not in ("-", wanted):
                value *= WRONG_GIVEN_NAME
            if i in barred or (quoted[token] and _speaks(tokens, token, last_outside.get(i), quoted)):
                value *= BARRED
            scores.append((value, -i))
        if not scores:
            continue
        scores.sort(reverse=True)
        best, i = scores[0][0], -scores[0][1]
        named = (
            gender.get(i) is None
            and len(scores) > 1
            and guess[i] == wanted
            and guess[-scores[1][1]] not in ("-", wanted)
        )
        score = min(0.95, best / (best + sum(value for value, _ in scores[1:]) + 0.1))
        found.append(
            Pronoun(
                token=token,
                cluster=i,
                method="pronoun_given_name" if named else "pronoun",
                score=round(score * (0.8 if named else 1.0), 3),
            )
        )
        weight[i] += 0.5 * (SUBJECT if tokens.deps[token] in _SUBJECTS else OTHER)
        owner[token] = i
        if score > 0.6:
            gender.setdefault(i, wanted)
    return found


def _given_gender(name: str) -> str:
    return entries("given_names").get(name.partition(" ")[0].lower(), "-")


def _syntax(
    tokens: Tokens, token: int, subject_of: dict[int, int], owner: dict[int, int], quoted: list[bool]
) -> tuple[dict[int, float], set[int]]:
    """Return what the clauses around a pronoun add to persons, and the persons they rule out."""
    bonus: dict[int, float] = {}
    barred: set[int] = set()
    dep, word = tokens.deps[token], tokens.lower[token]
    is_object = dep in ("dobj", "dative", "obj", "iobj") and word not in _REFLEXIVE
    at = token
    clauses = 0
    for _ in range(12):
        head = tokens.heads[at]
        subject = subject_of.get(head)
        if subject is not None and subject not in (token, at):
            who = owner.get(subject)
            clauses += 1
            if who is not None:
                is_speaker = quoted[token] and not quoted[subject]
                if is_speaker or (is_object and clauses == 1):
                    barred.add(who)
                elif subject < token:
                    bonus[who] = bonus.get(who, 0.0) + COMMAND / clauses
            if clauses == 2 or (who is not None and not (is_object and clauses == 1)):
                break
        if head == at:
            break
        at = head
    return bonus, barred


def _announced(tokens: Tokens, token: int, owner: dict[int, int]) -> int | None:
    """The subject that a possessive in an opening phrase points ahead to: "In her talk, Colvey said"."""
    if tokens.deps[token] != "poss":
        return None
    first = token
    while first > 0 and tokens.sents[first - 1] == tokens.sents[token] and token - first < 8:
        first -= 1
    while first < token and tokens.breaks[first]:
        first += 1
    if tokens.tags[first] != "IN":
        return None
    for i in range(token + 1, min(token + 14, len(tokens))):
        if tokens.sents[i] != tokens.sents[token]:
            return None
        if tokens.deps[i] in _SUBJECTS:
            return owner.get(i) if "," in tokens.words[token:i] else None
    return None


def _quoted(tokens: Tokens) -> list[bool]:
    """Whether each token stands in quotation marks, by turns of the marks within a paragraph."""
    inside = False
    quoted = []
    for word, is_break in zip(tokens.words, tokens.breaks, strict=True):
        if is_break:
            inside = False
        elif word in _QUOTES:
            inside = word not in ("”", "''", "»") and (word in ("“", "``", "«") or not inside)
        quoted.append(inside)
    return quoted


def _speaks(tokens: Tokens, token: int, mention: int | None, quoted: list[bool]) -> bool:
    """Whether a mention outside the quotation is a subject in the pronoun's sentence."""
    return (
        mention is not None and tokens.sents[mention] == tokens.sents[token] and _is_subject(tokens, mention)
    )


def _is_subject(tokens: Tokens, token: int) -> bool:
    """Whether the token, or the noun phrase it stands in, is a subject."""
    for _ in range(4):
        if tokens.deps[token] in _SUBJECTS:
            return True
        if tokens.deps[token] not in ("compound", "appos", "flat", "nmod"):
            return False
        token = tokens.heads[token]
    return False
