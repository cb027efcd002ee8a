"""How alike two claims are: a logistic regression over what their sketches share.

The classifier was trained on pairs of claims labelled by hand (`training/same_claims.py`); it asks whether
two claims say the same of the same, whatever their polarity. Two that do are the same where their polarity
is, and contradict each other where it is not.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.alike.claim_columns import Rows, Side, in_common, shared_weights, weighed
from pipeline.alike.claim_sketch import NUMBER, OBJECT, PREDICATE, SUBJECT
from pipeline.models.weights import load_weights

type Relation = Literal["same", "narrower", "contradicts"]
type Flags = NDArray[np.bool_]

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

_ROUNDED = 1e-9
"""So much may two sums of the same weights differ by the order in which they were added."""


def have_context(claims: Side, others: Side, a: Rows, b: Rows) -> NDArray[np.bool_]:
    """Tell whether the articles of pairs of claims name some of the same.

    "Terms were not disclosed" is said of all.

    Args:
        claims: one side of the pairs.
        others: the other.
        a: for each pair a row of `claims`.
        b: for each pair a row of `others`.
    """
    known, left, right = shared_weights(claims.context, others.context, a, b)
    return np.asarray(
        (known >= LEAST_KNOWN - _ROUNDED) & (known >= LEAST_CONTEXT * (left + right - known) - _ROUNDED)
    )


def relations(
    claims: Side, others: Side, a: Rows, b: Rows
) -> tuple[list[Relation | None], NDArray[np.float64]]:
    """Return how claims stand to earlier ones, None where one is another claim, and the scores, 0..1.

    Args:
        claims: one side of the pairs.
        others: the other.
        a: for each pair a row of `claims`.
        b: for each pair a row of `others`.
    """
    scores = np.zeros(len(a))
    at = np.flatnonzero(have_context(claims, others, a, b))
    scores[at] = probability(features(claims, others, a[at], b[at]), _model().weights)
    found: list[Relation | None] = [None] * len(a)
    same = np.flatnonzero(scores >= threshold())
    adds = _adds(claims, others, a[same], b[same])
    for pair, is_opposed, is_narrower in zip(
        same.tolist(),
        (claims.negated[a[same]] != others.negated[b[same]]).tolist(),
        adds.tolist(),
        strict=True,
    ):
        found[pair] = "contradicts" if is_opposed else "narrower" if is_narrower else "same"
    return found, scores


def _adds(claims: Side, others: Side, a: Rows, b: Rows) -> NDArray[np.bool_]:
    """Tell whether claims give amounts or days that the others do not, and all that the others give."""
    own, theirs, both = _counts(_Pairs(claims, others, a, b), NUMBER)
    has_days, have_days = _has_days(claims, a), _has_days(others, b)
    has_all = both == theirs
    return np.asarray(
        (has_all & (own > theirs) & (has_days | ~have_days)) | (has_all & has_days & ~have_days)
    )


def probability(values: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return what a logistic regression says of rows of values; the last weight is the bias."""
    logits = values @ weights[:-1] + weights[-1]
    return np.asarray(1 / (1 + np.exp(-np.clip(logits, -30.0, 30.0))))


class _Pairs:
    """The words of pairs of claims, with their roles, and which of them both have."""

    def __init__(self, claims: Side, others: Side, a: Rows, b: Rows) -> None:
        common = in_common(claims.words, others.words, a, b)
        self.n = len(a)
        self.own, self.others, self.both = common.of_left, common.of_right, common.pair
        self.own_weights, self.other_weights = (
            claims.words.weights[common.left],
            others.words.weights[common.right],
        )
        self.own_roles, self.other_roles = claims.roles[common.left], others.roles[common.right]
        self.weights = self.own_weights[common.at_left]
        self.roles = self.own_roles[common.at_left]
        self.roles_there = self.other_roles[common.at_right]

    def sums(self, is_own: Flags, is_other: Flags, is_both: Flags) -> _Sums:
        """Weigh a part of the words of each claim, of the other, and of what both have in these parts."""
        return _Sums(
            weighed(self.own[is_own], self.own_weights[is_own], self.n),
            weighed(self.others[is_other], self.other_weights[is_other], self.n),
            weighed(self.both[is_both], self.weights[is_both], self.n),
            self.count(self.own, is_own) > 0,
            self.count(self.others, is_other) > 0,
        )

    def of_roles(self, role: int, role_there: int) -> _Sums:
        """Weigh the words that have one of some roles in the claim, and one of others in the other claim."""
        return self.sums(
            (self.own_roles & role) > 0,
            (self.other_roles & role_there) > 0,
            ((self.roles & role) > 0) & ((self.roles_there & role_there) > 0),
        )

    def count(self, pair: Rows, flags: Flags) -> NDArray[np.int64]:
        """Count in each pair the words that are so."""
        return np.bincount(pair[flags], minlength=self.n)


class _Sums(NamedTuple):
    """Weights by pair: of words of a claim, of the other, of both; and whether there are any."""

    own: NDArray[np.float64]
    other: NDArray[np.float64]
    both: NDArray[np.float64]
    has_own: Flags
    has_other: Flags

    def inside(self) -> NDArray[np.float64]:
        """Return the share of the claim's that the other has."""
        return _share(self.both, self.own)

    def contained(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the larger and the smaller share that two sets have in common; 0 where one is empty."""
        first, second = _share(self.both, self.own), _share(self.both, self.other)
        filled = self.has_own & self.has_other
        return np.where(filled, np.maximum(first, second), 0.0), np.where(
            filled, np.minimum(first, second), 0.0
        )

    def jaccard(self) -> NDArray[np.float64]:
        """Return the share that both have of all."""
        return _share(self.both, self.own + self.other - self.both)


def _share(part: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)


def features(claims: Side, others: Side, a: Rows, b: Rows) -> NDArray[np.float64]:
    """Return the values of `FEATURES` for pairs of claims: shape (pairs, features), the same in either order.

    Args:
        claims: one side of the pairs.
        others: the other.
        a: for each pair a row of `claims`.
        b: for each pair a row of `others`.
    """
    pairs = _Pairs(claims, others, a, b)
    shared = weighed(pairs.both, pairs.weights, pairs.n)
    left, right = (
        weighed(pairs.own, pairs.own_weights, pairs.n),
        weighed(pairs.others, pairs.other_weights, pairs.n),
    )
    lighter = np.minimum(left, right)
    jaccard = shared / (left + right - shared)
    squares = np.sqrt(
        weighed(pairs.own, pairs.own_weights**2, pairs.n)
        * weighed(pairs.others, pairs.other_weights**2, pairs.n)
    )
    values = [
        weighed(pairs.both, pairs.weights**2, pairs.n) / squares,
        jaccard,
        shared / lighter,
        np.minimum(shared, 4.0),
        np.minimum(lighter, 4.0),
        lighter / np.maximum(left, right),
    ]
    slots = []
    for role in (SUBJECT, PREDICATE, OBJECT):
        slot = pairs.of_roles(role, role)
        most, least = slot.contained()
        is_missing = ~slot.has_own | ~slot.has_other
        values += [most, least, is_missing]
        slots.append(np.where(is_missing, 0.5, most))
    mean = (slots[0] + slots[1] + slots[2]) / 3
    # An active and a passive clause.
    crossed = np.minimum(pairs.of_roles(SUBJECT, OBJECT).inside(), pairs.of_roles(OBJECT, SUBJECT).inside())
    values += [
        mean,
        (0.2 + 0.8 * slots[0]) * (0.2 + 0.8 * slots[1]) * (0.2 + 0.8 * slots[2]),
        np.minimum(np.minimum(slots[0], slots[1]), slots[2]),
        crossed,
        *pairs.of_roles(SUBJECT | PREDICATE | OBJECT, SUBJECT | PREDICATE | OBJECT).contained(),
        *_numbers(pairs),
        *_times_and_entities(claims, others, a, b),
        mean * jaccard,
    ]
    rest = pairs.sums(
        (pairs.own_roles & SUBJECT) == 0,
        (pairs.other_roles & SUBJECT) == 0,
        ((pairs.roles | pairs.roles_there) & SUBJECT) == 0,
    )
    known, own_context, other_context = shared_weights(claims.context, others.context, a, b)
    is_told = (pairs.roles & NUMBER) == 0
    values += [
        *rest.contained(),
        rest.jaccard(),
        np.maximum(_share(known, own_context), _share(known, other_context)),
        _share(known, own_context + other_context - known),
        np.minimum(weighed(pairs.both[is_told], pairs.weights[is_told], pairs.n), 3.0),
        np.minimum(known, 5.0),
    ]
    return np.stack([np.asarray(value, dtype=np.float64) for value in values], axis=1)


def _counts(pairs: _Pairs, role: int) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Count the amounts of claims that have one of some roles: in the claim, in the other, and in both."""
    own = ((pairs.own_roles & NUMBER) > 0) & ((pairs.own_roles & role) > 0)
    theirs = ((pairs.other_roles & NUMBER) > 0) & ((pairs.other_roles & role) > 0)
    both = (pairs.roles & pairs.roles_there & NUMBER) > 0
    both &= ((pairs.roles & role) > 0) & ((pairs.roles_there & role) > 0)
    return pairs.count(pairs.own, own), pairs.count(pairs.others, theirs), pairs.count(pairs.both, both)


def _numbers(pairs: _Pairs) -> list[NDArray[Any]]:
    own, theirs, both = _counts(pairs, NUMBER)

    def differ(role: int) -> Flags:
        in_own, in_theirs, in_both = _counts(pairs, role)
        return np.asarray((in_own > 0) & (in_theirs > 0) & (in_both == 0))

    return [
        np.minimum(both, 2),
        (own > 0) & (both == own) & (both == theirs),
        (own > both) & (theirs > both),
        np.minimum(own + theirs - 2 * both, 3),
        differ(SUBJECT),
        differ(OBJECT),
        differ(SUBJECT | OBJECT),
    ]


def _times_and_entities(claims: Side, others: Side, a: Rows, b: Rows) -> list[NDArray[Any]]:
    has_days = _has_days(claims, a) & _has_days(others, b)
    meets, equals = np.zeros(len(a), dtype=bool), np.zeros(len(a), dtype=bool)
    for pair in np.flatnonzero(has_days).tolist():
        own, theirs = claims.days(int(a[pair])), others.days(int(b[pair]))
        meets[pair] = any(s <= v and u <= e for s, e in own for u, v in theirs)
        equals[pair] = not set(own).isdisjoint(theirs)
    both = in_common(claims.entities, others.entities, a, b)
    n_both = np.bincount(both.pair, minlength=len(a))
    have_entities = (np.diff(claims.entities.offsets)[a] > 0) & (np.diff(others.entities.offsets)[b] > 0)
    subject, subject_there = claims.subject[a], others.subject[b]
    return [
        meets,
        has_days & ~meets,
        np.minimum(n_both, 2),
        have_entities & (n_both == 0),
        (subject > 0) & (subject == subject_there),
        (subject > 0) & (subject_there > 0) & (subject != subject_there),
        equals,
        claims.claim_type[a] == others.claim_type[b],
        claims.modality[a] == others.modality[b],
    ]


def _has_days(side: Side, rows: Rows) -> Flags:
    return np.asarray(np.diff(side.day_offsets)[rows] > 0)


@dataclass(frozen=True, slots=True)
class _Model:
    weights: NDArray[np.float64]
    folds: NDArray[np.float64]
    threshold: float


@cache
def _model() -> _Model:
    arrays = load_weights("same_claims/weights.npz")
    return _Model(
        weights=arrays["weights"].astype(np.float64),
        folds=arrays["folds"].astype(np.float64),
        threshold=float(arrays["threshold"]),
    )


def threshold() -> float:
    """Return the score from which on two claims say the same."""
    return _model().threshold


def fold_weights() -> NDArray[np.float64]:
    """Return the weights of each fold: trained without the stories of that fold, to measure honestly with."""
    return _model().folds
