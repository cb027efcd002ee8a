"""Two scores of a claim: is it a verifiable statement of fact, and is it worth a fact-checker's time.

*Checkable* is a logistic regression over the n-grams of the claim, trained on PoliClaim; opinions,
predictions and what merely ought to be are marked down. *Checkworthiness* puts together what
fact-checkers say they look for (newsroom guides of Full Fact and others): is it specific, could it do
harm, is it about prominent people, is it on the topics that the user follows. A classifier trained on
debates (CheckThat!) is one small part: by itself it ranks news hardly better than chance.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray
from spacy.tokens import Doc

from pipeline.components.ngrams import ngram_families, range_sums
from pipeline.components.tree import Tree
from pipeline.components.verbs import base_form
from pipeline.lexicons import words

VERSION = 1.0
_AMOUNTS = frozenset({"PERCENT", "MONEY", "QUANTITY", "CARDINAL"})
_WHEN_WHERE = frozenset({"DATE", "TIME", "GPE", "LOC", "FAC"})
_WHO = frozenset({"PERSON", "ORG", "NORP", "PRODUCT", "LAW", "EVENT"})
# Weights of the parts in checkworthiness, and its offset; set by hand, checked on NewsClaims dev and on the
# project's own labels.
_WEIGHTS = {
    "checkable": 0.8,
    "debate": 0.3,
    "amounts": 0.4,
    "names": 0.1,
    "impact": 2.4,
    "causal": 0.8,
    "prominence": 0.2,
    "length": 0.2,
    "judgement": -0.4,
    "descriptive": -2.5,
    "vague": -0.4,
    "frame": -2.5,
}
_OFFSET = -2.0
_TOPIC_WEIGHT, _OFF_TOPIC = 9.0, -5.0


@dataclass(frozen=True, slots=True)
class _Model:
    """The two classifiers.

    Attributes:
        weights: of each bucket of n-grams: its squared rarity, and its weight in either classifier.
        worth_bias, checkable_bias: their offsets.
        checkable_worth: what "worth checking in a debate" adds to "checkable".
    """

    weights: NDArray[np.float32]
    worth_bias: float
    checkable_bias: float
    checkable_worth: float


@cache
def _model() -> _Model:
    path = files("pipeline") / "models" / "checkworthiness" / "weights.npz"
    with path.open("rb") as file, np.load(file) as arrays:
        idf = arrays["idf"].astype(np.float32)
        return _Model(
            weights=np.stack([idf, arrays["worth"], arrays["checkable"]], axis=1).astype(np.float32)
            * idf[:, None],
            worth_bias=float(arrays["worth_bias"]),
            checkable_bias=float(arrays["checkable_bias"]),
            checkable_worth=float(arrays["checkable_worth"]),
        )


def classify(doc: Doc, ranges: Sequence[tuple[int, int]]) -> list[tuple[float, float]]:
    """Return (checkable, worth checking in a debate) of stretches of a document, both 0..1.

    Args:
        doc: tagged, with entities.
        ranges: token indices, half-open, none of them empty.
    """
    if not ranges:
        return []
    model = _model()
    starts, ends = np.array(ranges, dtype=np.int64).T
    squares, worth, checkable = range_sums(ngram_families(doc), model.weights, starts, ends).T
    norms = np.sqrt(squares)
    worth = worth / norms + model.worth_bias
    checkable = checkable / norms + model.checkable_bias
    checkable += model.checkable_worth * np.tanh(worth)
    return list(zip(_probability(checkable).tolist(), _probability(worth).tolist(), strict=True))


def _probability(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(1 / (1 + np.exp(-np.clip(logits, -30, 30))))


@lru_cache(maxsize=1 << 16)
def _tells(word: str, tag: str, entity: str) -> tuple[bool, ...]:
    """Whether a word is an amount, a name, consequential, causal, a judgement, a pronoun."""
    is_amount = entity in _AMOUNTS or tag == "CD"
    is_verb = tag.startswith("V")
    base = base_form(word) if is_verb else word.removesuffix("s") if tag == "NNS" else word
    return (
        is_amount,
        not is_amount and (entity in _WHO or entity in _WHEN_WHERE),
        base in words("impact_words") or word in words("impact_words"),
        is_verb and base in words("causal_words"),
        word in words("opinion_words"),
        tag in {"PRP", "PRP$"},
    )


def content_parts(tree: Tree, start: int, end: int) -> dict[str, float]:
    """Return what the words of a claim tell about its worth, each part 0..1 and named as in `score_parts`."""
    told = map(_tells, tree.words[start:end], tree.tags[start:end], tree.ents[start:end])
    amounts, names, impact, causal, judgement, pronouns = map(sum, zip(*told, strict=True))
    return {
        "amounts": min(amounts, 3) / 3,
        "names": min(names, 4) / 4,
        "impact": min(impact, 3) / 3,
        "causal": min(causal, 2) / 2,
        "length": min(end - start, 20) / 20,
        "judgement": min(judgement, 2) / 2,
        "vague": min(pronouns, 3) / 3,
    }


def checkworthiness(parts: dict[str, float], topic: float | None) -> float:
    """Return the score of a claim, 0..1, from its parts.

    Args:
        parts: by the names of `_WEIGHTS`; a missing one counts 0.
        topic: how much it is on one of the user's topics, 0..1; None where no topics are given.
    """
    logit = _OFFSET + sum(weight * parts.get(name, 0.0) for name, weight in _WEIGHTS.items())
    if topic is not None:
        logit += _OFF_TOPIC + _TOPIC_WEIGHT * topic
    return 1 / (1 + math.exp(-logit))
