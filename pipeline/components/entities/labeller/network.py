"""The forward pass in numpy: a window of words, one hidden layer, the best sequence of labels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.components.entities.labeller.features import LabelFeatures
from pipeline.components.entities.labeller.inputs import KINDS, N_LABELS, WINDOW, Ints
from pipeline.models.network import Network
from pipeline.models.weights import load_weights

Floats = NDArray[np.float32]
Weights = Mapping[str, Floats]


RULES_WEIGHT, GOES_ON_WEIGHT = 1.0, 2.0
"""What the rules' label of a word gains over others before the best sequence is chosen; more where a name
goes on, which keeps names whole where the network is in doubt. Chosen on own_dev by outlet, where 0 and 0
find 0.7 points less, and on the older corpora, where 1 and 1 find half a point less."""


class Labelled(NamedTuple):
    """A name as the network sees it: tokens [start, end), its label, and how sure the network is, 0..1."""

    start: int
    end: int
    label: str
    score: float


class LabelReading(NamedTuple):
    """What the network says of the words of a document.

    Attributes:
        candidates: (m) the tokens that may belong to a name.
        vector_rows: (tokens) row of the model's vector table, -1 where there is none.
        scores: (m, labels) the logarithms of the probabilities of the candidates' labels.
        found: the names that the best labels mark, in text order.
    """

    candidates: Ints
    vector_rows: Ints
    scores: Floats
    found: list[Labelled]


_stand_in: ContextVar[Network | None] = ContextVar("stand_in", default=None)


@contextmanager
def stand_in(network: Network | None) -> Iterator[None]:
    """Let another network look names over meanwhile, to measure on articles that the shipped one learnt from.

    Args:
        network: that stands in; the shipped one where None.
    """
    token = _stand_in.set(network)
    try:
        yield
    finally:
        _stand_in.reset(token)


def network_in_use() -> Network:
    """Return the network that looks names over: the shipped one, but within `stand_in`."""
    return _stand_in.get() or shipped_network()


@cache
def shipped_network() -> Network:
    """Return the network that comes with the package."""
    return Network(load_weights("names/labeller.npz"), projection="vectors")


def label_scores(features: LabelFeatures, weights: Weights, vectors: Floats) -> Floats:
    """Return the logarithms of the probabilities of the labels, (candidates, labels)."""
    at = features.candidates
    if not len(at):
        return np.zeros((0, N_LABELS), dtype=np.float32)
    n, bounds = len(features.columns), features.bounds
    document = np.searchsorted(bounds, at, side="right")[:, None]
    near = at[:, None] + np.arange(-WINDOW, WINDOW + 1)
    inside = (near >= bounds[document - 1]) & (near < bounds[document])
    near = np.where(inside, near, at[:, None])
    is_used = np.zeros(n, dtype=bool)
    is_used[near] = True
    where = np.cumsum(is_used) - 1
    states: Floats = features.flags[is_used] @ weights["flags"]
    picked = np.empty_like(states)  # one place for all that is added; modes other than "raise" need no other
    states += np.take(vectors, features.vector_rows[is_used], axis=0, out=picked, mode="wrap")
    for column in features.columns[is_used].T:
        states += np.take(weights["table"], column, axis=0, out=picked, mode="clip")
    window = states[where[near]]
    window[~inside] = 0
    hidden = window.reshape(len(at), -1) @ weights["hidden"]
    hidden += weights["hidden_bias"]
    np.maximum(hidden, 0, out=hidden)
    scores: Floats = hidden @ weights["labels"]
    scores += weights["labels_bias"]
    scores -= scores.max(axis=1, keepdims=True)
    scores -= np.log(np.exp(scores).sum(axis=1, keepdims=True))
    return scores


def with_rules(scores: Floats, features: LabelFeatures) -> Floats:
    """Return the scores, each word's higher for the label that the rules give it."""
    rules = features.rules[features.candidates]
    goes_on = (rules > 0) & (rules % 2 == 0)
    out = scores.copy()
    out[np.arange(len(out)), rules] += np.where(goes_on, GOES_ON_WEIGHT, RULES_WEIGHT)
    return out


_FORBIDDEN = -1e4


def _transitions() -> Floats:
    """Return (labels, labels): 0 where a label may follow another one, else a large negative number."""
    allowed = np.zeros((N_LABELS, N_LABELS), dtype=np.float32)
    for inside in range(2, N_LABELS, 2):
        allowed[:, inside] = _FORBIDDEN
        allowed[[inside - 1, inside], inside] = 0
    return allowed


_TRANSITIONS = _transitions()


def best_labels(candidates: Ints, scores: Floats) -> Ints:
    """Return the labels of the best sequence in which a name goes on only where it has begun.

    Args:
        candidates: their tokens, or their places where they are of several documents.
        scores: of their labels.
    """
    labels: Ints = scores.argmax(axis=1).astype(np.int32)
    follows = np.diff(candidates, prepend=-2) == 1
    before = np.where(follows, np.concatenate([[0], labels[:-1]]), 0)
    goes_on = (labels > 0) & (labels % 2 == 0)
    broken = np.flatnonzero(goes_on & (before != labels) & (before != labels - 1))
    if len(broken):
        starts = np.flatnonzero(~follows)
        for run in np.unique(np.searchsorted(starts, broken, side="right") - 1):
            start = starts[run]
            end = starts[run + 1] if run + 1 < len(starts) else len(labels)
            labels[start:end] = _viterbi(scores[start:end])
    return labels


def _viterbi(scores: Floats) -> Ints:
    """Return the best sequence of labels of words that follow each other."""
    best = scores[0] + _TRANSITIONS[0]
    back = []
    for row in scores[1:]:
        step = best[:, None] + _TRANSITIONS
        back.append(step.argmax(axis=0))
        best = step.max(axis=0) + row
    label = int(best.argmax())
    path = [label]
    for before in reversed(back):
        label = int(before[label])
        path.append(label)
    return np.array(path[::-1], dtype=np.int32)


def names_of(candidates: Ints, labels: Ints, scores: Floats) -> Iterator[Labelled]:
    """Yield the names that a sequence of labels marks, in text order."""
    at, found = candidates.tolist(), labels.tolist()
    sure = np.exp(scores[np.arange(len(labels)), labels]).tolist()
    i = 0
    for start in np.flatnonzero(labels).tolist():
        if start < i:
            continue
        label, i = found[start], start + 1
        while i < len(at) and found[i] == label + 1 and at[i] == at[i - 1] + 1:
            i += 1
        yield Labelled(at[start], at[i - 1] + 1, KINDS[(label - 1) // 2], min(sure[start:i]))


def read_candidates(features: LabelFeatures, labels: Ints, scores: Floats) -> Iterator[LabelReading]:
    """Yield what the labels and scores of the candidates of several documents say of each document."""
    bounds = features.bounds.tolist()
    ends = np.searchsorted(features.candidates, features.bounds).tolist()
    for (start, stop), (first, end) in zip(pairwise(bounds), pairwise(ends), strict=True):
        candidates = features.candidates[first:end] - np.int32(start)
        own = scores[first:end]
        found = [*names_of(candidates, labels[first:end], own)]
        yield LabelReading(candidates, features.vector_rows[start:stop], own, found)


def margin(scores: Floats, label: str, other: str) -> float:
    """Return by how much a name's label beats another one, in nats a word, given the scores of its words."""
    first, second = (2 * KINDS.index(kind) + 1 for kind in (label, other))
    goes_on = (np.arange(len(scores)) > 0).astype(np.int32)
    at = np.arange(len(scores))
    return float((scores[at, first + goes_on] - scores[at, second + goes_on]).mean())
