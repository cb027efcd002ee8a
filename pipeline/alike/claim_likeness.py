"""How alike two claims are: a logistic regression over what their sketches share.

The classifier was trained on pairs of claims labelled by hand (`training/same_claims.py`); it asks whether
two claims say the same of the same, whatever their polarity. Two that do are the same where their polarity
is, and contradict each other where it is not.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np

from pipeline.alike.claim_sketch import NUMBER, OBJECT, PREDICATE, SUBJECT, Sketch, rarity
from pipeline.models.weights import load_weights

type Relation = Literal["same", "narrower", "contradicts"]

FEATURES = (
    "cosine",
    "jaccard",
    "containment",
    "shared",
    "lighter",
    "balance",
    "subject_most",
    "subject_least",
    "subject_none",
    "predicate_most",
    "predicate_least",
    "predicate_none",
    "object_most",
    "object_least",
    "object_none",
    "slots_mean",
    "slots_product",
    "slots_least",
    "crossed",
    "core_most",
    "core_least",
    "numbers_shared",
    "numbers_equal",
    "numbers_differ",
    "numbers_extra",
    "subject_numbers_differ",
    "object_numbers_differ",
    "core_numbers_differ",
    "days_meet",
    "days_differ",
    "entities_shared",
    "entities_none",
    "subject_same",
    "subject_other",
    "days_equal",
    "kind_same",
    "mode_same",
    "slots_jaccard",
    "rest_most",
    "rest_least",
    "rest_jaccard",
    "context_most",
    "context_jaccard",
    "words_shared",
    "context_shared",
)


LEAST_CONTEXT = 0.1
"""Share of the names of two articles (by weight of words) that both must have for their claims to be one."""

LEAST_KNOWN = 0.8
"""Weight of the names of two articles that both must have."""


def have_context(a: Sketch, b: Sketch) -> bool:
    """Whether the articles of two claims name some of the same: "terms were not disclosed" is said of all."""
    known = _sum(a.context & b.context)
    return known >= LEAST_KNOWN and known >= LEAST_CONTEXT * _sum(a.context | b.context)


def relation(claim: Sketch, other: Sketch) -> tuple[Relation | None, float]:
    """Return how a claim stands to an earlier one, None where it is another claim, and the score, 0..1."""
    if not have_context(claim, other):
        return None, 0.0
    score = probability(features(claim, other), _model().weights)
    if score < threshold():
        return None, score
    if claim.negated != other.negated:
        return "contradicts", score
    return ("narrower" if _adds(claim, other) else "same"), score


def _adds(claim: Sketch, other: Sketch) -> bool:
    """Whether a claim gives amounts or days that the other does not, and all that the other gives."""
    own = {word for word, role in claim.roles.items() if role & NUMBER}
    others = {word for word, role in other.roles.items() if role & NUMBER}
    return (own > others and bool(claim.days) >= bool(other.days)) or (
        own >= others and bool(claim.days) and not other.days
    )


def probability(values: Sequence[float], weights: Sequence[float]) -> float:
    """Return what a logistic regression says; the last weight is the bias."""
    logit = weights[-1] + sum(w * v for w, v in zip(weights[:-1], values, strict=True))
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, logit))))


def features(a: Sketch, b: Sketch) -> list[float]:
    """Return the values of `FEATURES` for two claims, in either order."""
    words_a, words_b = a.roles.keys(), b.roles.keys()
    common = words_a & words_b
    weight_a, weight_b, shared = _sum(words_a), _sum(words_b), _sum(common)
    lighter = min(weight_a, weight_b)
    jaccard = shared / (weight_a + weight_b - shared)
    squares = math.sqrt(_squares(words_a) * _squares(words_b))
    values = [
        _squares(common) / squares,
        jaccard,
        shared / lighter,
        min(shared, 4.0),
        min(lighter, 4.0),
        lighter / max(weight_a, weight_b),
    ]
    slots: list[float] = []
    own: list[set[int]] = []
    others: list[set[int]] = []
    for role in (SUBJECT, PREDICATE, OBJECT):
        in_a, in_b = _with(a, role), _with(b, role)
        own.append(in_a)
        others.append(in_b)
        most, least = _contained(in_a, in_b)
        missing = not in_a or not in_b
        values += [most, least, float(missing)]
        slots.append(0.5 if missing else most)
    mean = sum(slots) / 3
    crossed = 0.0
    if own[2] and others[2]:  # an active and a passive clause
        crossed = min(_inside(own[0], others[2]), _inside(own[2], others[0]))
    most, least = _contained(own[0] | own[1] | own[2], others[0] | others[1] | others[2])
    values += [mean, math.prod(0.2 + 0.8 * slot for slot in slots), min(slots), crossed, most, least]
    values += _numbers(a, b)
    meets = any(s <= v and u <= e for s, e in a.days for u, v in b.days)
    both = len(a.entities & b.entities)
    values += [
        float(meets),
        float(bool(a.days and b.days) and not meets),
        float(min(both, 2)),
        float(bool(a.entities and b.entities) and not both),
        float(bool(a.subject) and a.subject == b.subject),
        float(bool(a.subject and b.subject) and a.subject != b.subject),
        float(bool(set(a.days) & set(b.days))),
        float(a.kind[0] == b.kind[0]),
        float(a.kind[1] == b.kind[1]),
        mean * jaccard,
    ]
    rest_a, rest_b = words_a - own[0], words_b - others[0]
    most, least = _contained(rest_a, rest_b)
    values += [most, least, _sum(rest_a & rest_b) / (_sum(rest_a | rest_b) or 1.0)]
    most, _ = _contained(a.context, b.context)
    told = [word for word in common if not a.roles[word] & NUMBER]
    known = a.context & b.context
    values += [
        most,
        _sum(known) / (_sum(a.context | b.context) or 1.0),
        min(_sum(told), 3.0),
        min(_sum(known), 5.0),
    ]
    return values


def _numbers(a: Sketch, b: Sketch) -> list[float]:
    own, others = _with(a, NUMBER), _with(b, NUMBER)

    def differ(role: int) -> float:
        in_a = {word for word in own if a.roles[word] & role}
        in_b = {word for word in others if b.roles[word] & role}
        return float(bool(in_a) and bool(in_b) and not in_a & in_b)

    return [
        float(min(len(own & others), 2)),
        float(bool(own) and own == others),
        float(bool(own - others) and bool(others - own)),
        float(min(len(own ^ others), 3)),
        differ(SUBJECT),
        differ(OBJECT),
        differ(SUBJECT | OBJECT),
    ]


def _with(sketch: Sketch, role: int) -> set[int]:
    return {word for word, roles in sketch.roles.items() if roles & role}


def _contained(a: Set[int], b: Set[int]) -> tuple[float, float]:
    """Return the larger and the smaller share that two sets have in common."""
    if not a or not b:
        return 0.0, 0.0
    first, second = _inside(a, b), _inside(b, a)
    return max(first, second), min(first, second)


def _inside(a: Set[int], b: Set[int]) -> float:
    return _sum(a & b) / _sum(a) if a else 0.0


def _sum(words: Iterable[int]) -> float:
    return sum(map(rarity, words))


def _squares(words: Iterable[int]) -> float:
    return sum([weight * weight for weight in map(rarity, words)])


@dataclass(frozen=True, slots=True)
class _Model:
    weights: Sequence[float]
    folds: Sequence[Sequence[float]]
    threshold: float


@cache
def _model() -> _Model:
    arrays = load_weights("same_claims/weights.npz")
    return _Model(
        weights=arrays["weights"].astype(np.float64).tolist(),
        folds=arrays["folds"].astype(np.float64).tolist(),
        threshold=float(arrays["threshold"]),
    )


def threshold() -> float:
    """Return the score from which on two claims say the same."""
    return _model().threshold


def fold_weights() -> Sequence[Sequence[float]]:
    """Return the weights of each fold: trained without the stories of that fold, to measure honestly with."""
    return _model().folds
