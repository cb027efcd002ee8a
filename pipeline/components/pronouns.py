"""Third-person pronouns and the persons they stand for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.components.clusters import Cluster
from pipeline.components.tokens import Tokens
from pipeline.lexicons import entries

MALE = frozenset(("he", "him", "his", "himself"))
FEMALE = frozenset(("she", "her", "hers", "herself"))
_SUBJECTS = frozenset(("nsubj", "nsubjpass"))
_OPEN = frozenset("“‘«")
_CLOSE = frozenset("”»")


@dataclass(frozen=True, slots=True)
class Pronoun:
    """A pronoun at a token, resolved to a cluster (its number)."""

    token: int
    cluster: int
    method: str
    score: float


def resolve_pronouns(clusters: Sequence[Cluster], tokens: Tokens) -> list[Pronoun]:
    """Resolve he, she and their forms to persons named before, by salience that decays with distance.

    A person's gender comes from titles ("Mrs") and from pronouns resolved earlier, never from the name.
    """
    people = [i for i, cluster in enumerate(clusters) if cluster.label == "PERSON"]
    if not people:
        return []
    gender_of = entries("person_titles")
    gender: dict[int, str] = {}
    starts: list[tuple[int, int]] = []
    for i in people:
        for name in clusters[i].names:
            starts.append((name.start, i))
            for title in name.title:
                if gender_of.get(title, "-") != "-":
                    gender.setdefault(i, gender_of[title])
    starts.sort()
    weight = dict.fromkeys(people, 0.0)
    at = 0
    sent = 0
    found = []
    for token, word in enumerate(tokens.lower):
        if tokens.sents[token] != sent:
            for i in people:
                weight[i] *= 0.5 ** (tokens.sents[token] - sent)
            sent = tokens.sents[token]
        while at < len(starts) and starts[at][0] == token:
            weight[starts[at][1]] += 2.0 if _is_subject(tokens, token) else 1.0
            at += 1
        wanted = "m" if word in MALE else "f" if word in FEMALE else ""
        if not wanted:
            continue
        candidates = [
            (weight[i] + (0.5 if gender.get(i) == wanted else 0.0), -i)
            for i in people
            if weight[i] > 0.01 and gender.get(i, wanted) == wanted
        ]
        if not candidates:
            continue
        candidates.sort(reverse=True)
        best, i = candidates[0][0], -candidates[0][1]
        rest = sum(w for w, _ in candidates[1:])
        score = round(min(0.9, best / (best + rest + 0.1)), 3)
        found.append(Pronoun(token=token, cluster=i, method="pronoun", score=score))
        weight[i] += 1.0 if _is_subject(tokens, token) else 0.5
        gender.setdefault(i, wanted)
    return found


def _is_subject(tokens: Tokens, token: int) -> bool:
    """Whether the token, or the noun phrase it stands in, is a subject."""
    for _ in range(4):
        if tokens.deps[token] in _SUBJECTS:
            return True
        if tokens.deps[token] not in ("compound", "appos", "flat", "nmod"):
            return False
        token = tokens.heads[token]
    return False
