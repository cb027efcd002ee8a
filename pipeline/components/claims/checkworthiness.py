"""Two scores of a claim: is it a verifiable statement of fact, and is it worth a fact-checker's time.

*Checkable* is a linear model over the n-grams of the claim, its grammar, counts of small words and the mean
of its word vectors, trained on PoliClaim; opinions, predictions and what merely ought to be are marked down.
*Checkworthiness* puts together what fact-checkers say they look for (newsroom guides of Full Fact and
others): is it specific, could it do harm, is it about prominent people, is it on the topics that the user
follows. A classifier trained on debates (CheckThat!) is one part. Both scores are calibrated on sentences of
news that the project labelled.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from spacy.tokens import Doc

from pipeline.components.claims.ngrams import families_of, ngram_weights
from pipeline.components.claims.statement_features import (
    ATTRIBUTES,
    StatementFeatures,
    features_of,
    mean_of,
    weighted_vectors,
)
from pipeline.components.claims.verbs import read_base_forms
from pipeline.components.doc.runs import runs
from pipeline.components.doc.tree import Tree
from pipeline.lexicons import Lexicon, lexicon_of
from pipeline.models.weights import load_weights

VERSION = 3.0
N_FOLDS = 5
"""Parts of the labelled articles; a calibration is kept that was fitted without each."""
_AMOUNTS = frozenset({"PERCENT", "MONEY", "QUANTITY", "CARDINAL"})
_WHEN_WHERE = frozenset({"DATE", "TIME", "GPE", "LOC", "FAC"})
_WHO = frozenset({"PERSON", "ORG", "NORP", "PRODUCT", "LAW", "EVENT"})
# Weights of the parts in checkworthiness, and its offset; set by hand, checked on NewsClaims dev and on the
# project's own labels.
_WEIGHTS = {
    "checkable": 0.8,
    "debate": 0.6,
    "amounts": 0.5,
    "names": 0.1,
    "impact": 2.6,
    "causal": 0.2,
    "prominence": 0.2,
    "length": 0.3,
    "judgement": -0.4,
    "descriptive": -2.5,
    "vague": -0.4,
    "frame": -2.5,
    "charge": 1.6,
}
_OFFSET = -2.0
_VAGUE_IMPACT = 0.6
_TOPIC_WEIGHT, _OFF_TOPIC = 18.0, -5.0


@dataclass(frozen=True, slots=True)
class _Model:
    """The two classifiers.

    `ngrams` has for each bucket its squared rarity and its weight in either classifier, `grammar` its squared
    rarity and its weight in "checkable". A calibration has a slope and an offset a row: the first row is the
    one in use, and row k + 1 the one that was fitted without part k of the labelled articles.
    """

    rarity: NDArray[np.float32]
    ngrams: NDArray[np.float32]
    grammar: NDArray[np.float32]
    counts: NDArray[np.float32]
    counts_mean: NDArray[np.float32]
    counts_scale: NDArray[np.float32]
    vector: NDArray[np.float32]
    vector_centre: float
    worth_bias: float
    worth_threshold: float
    checkable_bias: float
    checkable_worth: float
    checkable_calibration: NDArray[np.float32]
    worth_calibration: NDArray[np.float32]


@cache
def _model() -> _Model:
    stored = load_weights("checkworthiness/weights.npz")
    arrays = {name: array.astype(np.float32) for name, array in stored.items()}
    rarity, grammar_rarity = arrays.pop("idf"), arrays.pop("grammar_idf")
    ngrams = np.stack([rarity, arrays.pop("worth"), arrays.pop("checkable")], axis=1) * rarity[:, None]
    grammar = np.stack([grammar_rarity, arrays.pop("grammar")], axis=1) * grammar_rarity[:, None]
    values: dict[str, Any] = {name: array if array.ndim else float(array) for name, array in arrays.items()}
    return _Model(rarity=rarity, ngrams=ngrams, grammar=grammar, **values)


class _Projections:
    """What each row of a vocabulary's vectors adds to the logit.

    It is kept for the vectors that were asked for last: a process reads its documents with one vocabulary.
    """

    def __init__(self) -> None:
        self._vectors: NDArray[Any] | None = None
        self._column = np.zeros((1, 1), dtype=np.float32)

    def of(self, vectors: NDArray[Any]) -> NDArray[np.float32]:
        """Return a row for each row of the vectors, and a last one, 0, for words without a vector."""
        if self._vectors is not vectors:
            model = _model()
            fits = vectors.ndim == 2 and vectors.shape[1] == len(model.vector)
            column = vectors @ model.vector - model.vector_centre if fits else np.zeros(len(vectors))
            self._column = np.append(column, 0.0).astype(np.float32)[:, None]
            self._vectors = vectors
        return self._column


_projections = _Projections()
_OF_NGRAMS = [ATTRIBUTES.index(name) for name in ("LOWER", "TAG", "ENT_TYPE", "LIKE_NUM")]


@dataclass(frozen=True, slots=True)
class Statements:
    """What the classifiers read of a document, token by token.

    Attributes:
        running: (`N_SUMS`, tokens + 1) sums of what the tokens before each add to the classifiers: of their
            n-grams of one, two and three words, see `ngram_weights`; of their grammar; of their vectors, see
            `weighted_vectors`.
        features: see `statement_features`.
    """

    running: NDArray[np.float64]
    features: StatementFeatures


_SINGLE, _PAIRS, _TRIPLES = slice(0, 3), slice(3, 6), slice(6, 9)
_GRAMMAR, _VECTORS = slice(9, 11), slice(11, 13)
N_SUMS = 13
"""How many sums `Statements` has."""


def read_statements(docs: Sequence[Doc], *, lexicon: Lexicon | None = None) -> list[Statements | None]:
    """Read documents for `classify`. Many short ones at once cost a fraction of one by one.

    Args:
        docs: tagged and parsed, with entities, of one vocabulary; without vectors of the model's width, these
            count nothing.
        lexicon: the words of their language; by the language of their vocabulary where None.

    Returns:
        What each has; None for one without tokens.
    """
    model = _model()
    out: list[Statements | None] = [None] * len(docs)
    for numbers in runs([len(doc) for doc in docs]):
        some = [docs[number] for number in numbers]
        vocab, sizes = some[0].vocab, np.array([len(doc) for doc in some], dtype=np.int64)
        n_columns = len(ATTRIBUTES)
        parts = [doc.to_array(ATTRIBUTES).reshape(len(doc), n_columns) for doc in some]
        read = np.concatenate(parts).astype(np.uint64).T.copy()
        ends = np.cumsum(sizes)
        families = families_of(read[_OF_NGRAMS], ends - sizes)
        features = features_of(read, sizes, lexicon or lexicon_of(some[0]))
        added = np.empty((N_SUMS, int(ends[-1])))
        added[: _GRAMMAR.start] = ngram_weights(families, model.ngrams)
        added[_GRAMMAR] = features.grammar_weights(model.grammar)
        table = _projections.of(vocab.vectors.data)
        added[_VECTORS] = weighted_vectors(vocab, features.forms, model.rarity[families[0]], table).T
        start = 0
        for number, end in zip(numbers, ends.tolist(), strict=True):
            # Each document is summed by itself: what it is read with changes no bit.
            running = np.zeros((N_SUMS, end - start + 1))
            np.cumsum(added[:, start:end], axis=1, out=running[:, 1:])
            out[number] = Statements(running, features.part(start, end))
            start = end
    return out


def classify(
    doc: Doc,
    ranges: Sequence[tuple[int, int]],
    *,
    lexicon: Lexicon | None = None,
    statements: Statements | None = None,
) -> list[tuple[float, float]]:
    """Return (checkable, worth checking in a debate) of stretches of a document, both 0..1.

    Args:
        doc: tagged and parsed, with entities; without vectors of the model's width, these count nothing.
        ranges: token indices, half-open, none of them empty.
        lexicon: the words of its language; by the language of its vocabulary where None.
        statements: of the document, where it was read together with others.
    """
    if not ranges:
        return []
    checkable, worth = logits(doc, ranges, lexicon=lexicon, statements=statements)
    slope, offset = _model().checkable_calibration[0]
    return list(
        zip(_probability(slope * checkable + offset).tolist(), _probability(worth).tolist(), strict=True)
    )


def logits(
    doc: Doc,
    ranges: Sequence[tuple[int, int]],
    *,
    lexicon: Lexicon | None = None,
    statements: Statements | None = None,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return what `classify` makes probabilities of; `checkable` is not calibrated yet.

    Raises:
        ValueError: the document is empty.
    """
    if statements is None:
        (statements,) = read_statements([doc], lexicon=lexicon)
    if statements is None:
        raise ValueError("an empty document has no statements")
    model, running = _model(), statements.running
    starts, ends = np.array(ranges, dtype=np.int64).T
    at_end = running[:, ends]
    sums = at_end - running[:, starts]
    # An n-gram stands at its last token; one that ends at the first of a stretch begins before it.
    pairs = at_end[_PAIRS] - running[_PAIRS, np.minimum(starts + 1, ends)]
    triples = at_end[_TRIPLES] - running[_TRIPLES, np.minimum(starts + 2, ends)]
    squares, worth, checkable = sums[_SINGLE] + pairs + triples
    norms = np.sqrt(squares)
    worth = worth / norms + model.worth_bias
    checkable = checkable / norms + model.checkable_bias
    checkable += model.checkable_worth * np.tanh(worth)
    squares, grammar = sums[_GRAMMAR]
    checkable += grammar / np.sqrt(squares)
    counts = (statements.features.counts(starts, ends) - model.counts_mean) / model.counts_scale
    checkable += np.minimum(np.maximum(counts, -4), 4) @ model.counts
    checkable += mean_of(sums[_VECTORS].T)[:, 0]
    return checkable, worth


def debate_threshold() -> float:
    """Return the probability from which on a sentence of a debate counts as worth checking."""
    return float(_probability(np.array(_model().worth_threshold)))


def recalibrated(name: Literal["checkable", "worth"], score: float, claim_type: str, part: int) -> float:
    """Return a score as it would be, had the calibration not seen a part of the labelled articles.

    Args:
        name: "worth" for `checkworthiness`.
        score: as in the claim; one without topics.
        claim_type: of the claim, for the two types whose `checkable` is halved.
        part: 0 up to N_FOLDS.
    """
    model = _model()
    calibration = model.checkable_calibration if name == "checkable" else model.worth_calibration
    share = 0.5 if name == "checkable" and claim_type in {"opinion", "prediction"} else 1.0
    (slope, offset), (other_slope, other_offset) = calibration[[0, part + 1]]
    inside = min(max(score / share, 1e-6), 1 - 1e-6)
    logit = (math.log(inside / (1 - inside)) - offset) / slope
    return share * float(_probability(np.array(other_slope * logit + other_offset)))


def _probability(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(1 / (1 + np.exp(-np.minimum(np.maximum(logits, -30), 30))))


_PLACE = 20
"""Bits for each count of `content_parts` in one number: no claim has more words than they can count."""
_MASK = (1 << _PLACE) - 1

type _Told = int
"""Whether a word is an amount, a name, consequential, causal, a judgement, a pronoun: 1 or 0 for each, in a
place of its own, so that one sum counts them all."""


def _read_teller(lexicon: Lexicon) -> Callable[[str, str, str], _Told]:
    """Return what tells of a word, from its lower-cased form, its tag and the type of its entity."""
    base_form = lexicon.made(read_base_forms)
    impact, causal = lexicon.words("impact_words"), lexicon.words("causal_words")
    opinion = lexicon.words("opinion_words")
    (plural,) = lexicon.ordered("claims.plural_ending")

    @lru_cache(maxsize=1 << 16)
    def tell(word: str, tag: str, entity: str) -> _Told:
        is_amount = entity in _AMOUNTS or tag == "CD"
        is_verb = tag.startswith("V")
        base = base_form(word) if is_verb else word.removesuffix(plural) if tag == "NNS" else word
        told = (
            is_amount,
            not is_amount and (entity in _WHO or entity in _WHEN_WHERE),
            base in impact or word in impact,
            is_verb and base in causal,
            word in opinion,
            tag in {"PRP", "PRP$"},
        )
        return sum(1 << _PLACE * place for place, holds in enumerate(told) if holds)

    return tell


def content_parts(tree: Tree, start: int, end: int) -> dict[str, float]:
    """Return what the words of a claim tell about its worth, each part 0..1 and named as in `score_parts`."""
    tell = tree.lexicon.made(_read_teller)
    told = sum(map(tell, tree.words[start:end], tree.tags[start:end], tree.ents[start:end]))
    amounts, names, impact, causal, judgement, pronouns = [
        told >> _PLACE * place & _MASK for place in range(6)
    ]
    return {
        "amounts": min(amounts, 3) / 3,
        "names": min(names, 4) / 4,
        # "A drag on the economy" weighs less than who or how much is dragged.
        "impact": min(impact, 3) / 3 * (1.0 if amounts or names else _VAGUE_IMPACT),
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
    logit = _OFFSET + sum([weight * parts.get(name, 0.0) for name, weight in _WEIGHTS.items()])
    if topic is not None:
        logit += _OFF_TOPIC + _TOPIC_WEIGHT * topic
    slope, offset = _model().worth_calibration[0]
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, slope * logit + offset))))
