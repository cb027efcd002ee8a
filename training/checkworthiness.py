"""Train and calibrate the two classifiers behind `checkable` and `checkworthiness`, and write their weights.

    python -m training.checkworthiness --data ../shared/data

Reads, below --data, `claims/ct24_en/{train.jsonl.gz,dev.jsonl}` (CheckThat! 2024 task 1, sentences of
debates, worth checking or not), `claims/policlaim/train.jsonl` (PoliClaim, sentences of speeches,
verifiable or not) and `corpora/wikinews.jsonl.gz`, whose labels stand beside those of the own sample in
`tests/gold/checkworthy.jsonl`. Prints F1 on CheckThat dev and on PoliClaim with one speech left out at a
time, and writes `weights.npz` to pipeline/models/checkworthiness.

`worth` is a logistic regression over n-grams weighted by their rarity. `checkable` adds the features of
`statement_features.py` and what `worth` says. It is the sum of two linear models, each divided by the spread
of its scores: a logistic regression on the speeches, and a ridge regression on the speeches and the debates,
where a sentence worth checking is verifiable and the others have what a first ridge regression on the
speeches says (self-training). The calibrations on news have a slope and an offset each.
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix, hstack, vstack
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import roc_auc_score
from spacy.tokens import Doc

from pipeline.components.claims.checkworthiness import N_FOLDS, _model
from pipeline.components.claims.ngrams import N_BUCKETS, ngram_families, ngrams_of
from pipeline.components.claims.statement_features import (
    N_GRAMMAR,
    mean_vectors,
    n_counts,
    statement_features,
)
from pipeline.components.layers import Claim
from pipeline.extract.annotate import annotate
from pipeline.nlp import load_nlp
from quality.labelled import claims_of, fold, own_articles, read_labels, wikinews_articles
from quality.parses import Parser

OUT = Path("pipeline/models/checkworthiness")

type Floats = NDArray[Any]
type Labels = NDArray[np.int64]
Rows = list[dict[str, Any]]


def read_rows(path: Path) -> Rows:
    with (gzip.open if path.suffix == ".gz" else open)(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def ngram_counts(docs: Sequence[Doc]) -> csr_matrix:
    return counted([ngrams_of(ngram_families(doc), 0, len(doc)) for doc in docs], N_BUCKETS)


def counted(columns: Sequence[NDArray[np.int64]], n_columns: int) -> csr_matrix:
    indptr = np.cumsum([0, *map(len, columns)])
    return csr_matrix((np.ones(indptr[-1]), np.concatenate(columns), indptr), shape=(len(columns), n_columns))


def rarity(matrix: csr_matrix) -> NDArray[np.float64]:
    binary = matrix.copy()
    binary.sum_duplicates()
    seen = np.bincount(binary.indices, minlength=matrix.shape[1])
    idf: NDArray[np.float64] = np.log((1 + matrix.shape[0]) / (1 + seen)) + 1
    return idf


def scaled(matrix: csr_matrix, idf: NDArray[np.float64]) -> csr_matrix:
    """Weight each n-gram by its rarity and divide by their norm, in which repeated ones count apart."""
    out = matrix.copy()
    out.data = idf[out.indices]
    squares = np.add.reduceat(out.data**2, out.indptr[:-1])
    out.data /= np.repeat(np.sqrt(squares), np.diff(out.indptr))
    out.sum_duplicates()
    return out


def f1(gold: NDArray[Any], scores: NDArray[Any], threshold: float = 0.0) -> float:
    predicted = scores > threshold
    return float(2 * (predicted & (gold > 0)).sum() / max(predicted.sum() + gold.sum(), 1))


def own_threshold(x: csr_matrix, y: NDArray[np.int64]) -> float:
    """The logit with the best F1 on a fifth of the training rows, by a model of the other four."""
    held_out = np.random.default_rng(0).random(len(y)) < 0.2
    model = LogisticRegression(C=3.0, solver="liblinear", class_weight="balanced").fit(
        x[~held_out], y[~held_out]
    )
    scores = model.decision_function(x[held_out])
    thresholds: list[float] = np.arange(-1, 1.5, 0.05).tolist()
    return max(thresholds, key=lambda t: f1(y[held_out], scores, t))


class Statements:
    """The features of `checkable` of a corpus whose documents are single sentences.

    Blocks of columns, each with a weight: n-grams and grammar (by rarity, of length 1), counts
    (standardised; the last one is the logarithm of the length), mean vectors, and what `worth` says.
    """

    N_VECTOR = 300

    def __init__(self, docs: Sequence[Doc], ngram_idf: Floats, worth: Floats) -> None:
        grammar, counts, vectors = [], [], []
        for doc in docs:
            at, end = np.array([0]), np.array([len(doc)])
            features = statement_features(doc)
            grammar.append(features.grammar.ravel())
            counts.append(features.counts(at, end)[0])
            rarity_ = ngram_idf[ngram_families(doc)[0]].astype(np.float32)
            table = np.vstack([doc.vocab.vectors.data, np.zeros((1, self.N_VECTOR))], dtype=np.float32)
            vectors.append(mean_vectors(doc, features.forms, rarity_, table, at, end)[0])
        self.ngrams = scaled(ngram_counts(docs), ngram_idf)
        self.raw_grammar = counted(grammar, N_GRAMMAR)
        self.counts, self.vectors = np.array(counts), np.array(vectors)
        self.worth = np.tanh(worth)[:, None]


@dataclass
class Scaling:
    """How the blocks are weighted: by the debates, and by numbers chosen on PoliClaim."""

    grammar_idf: Floats
    counts_mean: Floats
    counts_scale: Floats
    vector_mean: Floats
    vector_scale: float

    GRAMMAR = 0.6
    VECTOR = 0.7
    COUNTS = 0.4
    LENGTH = 0.3

    @classmethod
    def of(cls, debates: Statements) -> Scaling:
        centre = debates.vectors.mean(axis=0)
        deviation = np.maximum(debates.counts.std(axis=0), 0.05)
        return cls(
            rarity(debates.raw_grammar),
            debates.counts.mean(axis=0),
            deviation,
            centre,
            float(np.linalg.norm(debates.vectors - centre, axis=1).mean()),
        )

    def count_weights(self) -> Floats:
        weights = np.full(len(self.counts_mean), np.sqrt(self.COUNTS / len(self.counts_mean)))
        weights[-1] = self.LENGTH  # the logarithm of the length
        return weights

    def columns(self, rows: Statements) -> csr_matrix:
        counts = np.clip((rows.counts - self.counts_mean) / self.counts_scale, -4, 4) * self.count_weights()
        vectors = (rows.vectors - self.vector_mean) * (self.VECTOR / self.vector_scale)
        grammar = scaled(rows.raw_grammar, self.grammar_idf) * self.GRAMMAR
        return hstack([rows.ngrams, grammar, csr_matrix(np.hstack([counts, vectors, rows.worth]))]).tocsr()


def fit_checkable(x: csr_matrix, y: Labels, debates: csr_matrix, worth: Labels) -> tuple[Floats, float]:
    """Return coefficients and bias of `checkable`: see the module."""
    is_used = np.flatnonzero(np.asarray(abs(x).sum(axis=0)).ravel() + (np.arange(x.shape[1]) >= N_BUCKETS))
    x, debates = x[:, is_used], debates[:, is_used]
    target = 2.0 * y - 1
    first = Ridge(alpha=1.5, solver="sparse_cg", max_iter=60, tol=1e-3).fit(x, target)
    guessed = np.where(worth == 1, 1.0, np.clip(first.predict(debates), -1, 1))
    weights = np.where(worth == 1, 0.3, 0.09)
    ridge = Ridge(alpha=2.0, solver="sparse_cg", max_iter=60, tol=1e-3).fit(
        vstack([x, debates]).tocsr(), np.r_[target, guessed], sample_weight=np.r_[np.ones(len(y)), weights]
    )
    logistic = LogisticRegression(C=2.0, solver="liblinear").fit(x, y)
    parts = []
    for coefficients, bias in ((ridge.coef_, ridge.intercept_), (logistic.coef_[0], logistic.intercept_[0])):
        spread = float(np.std(x @ coefficients))
        parts.append((coefficients / spread, float(bias) / spread))
    coefficients = np.zeros(N_BUCKETS + N_GRAMMAR + n_counts() + Statements.N_VECTOR + 1)
    coefficients[is_used] = parts[0][0] + parts[1][0]
    return coefficients, parts[0][1] + parts[1][1]


def best_expected(scores: Floats, y: Labels) -> float:
    """The threshold with the best F1 that is to be expected, by probabilities fitted to the scores."""
    model = LogisticRegression(C=1e3).fit(scores[:, None], y)
    p = np.sort(model.predict_proba(scores[:, None])[:, 1])[::-1]
    at = int(np.argmax(np.cumsum(p) / (np.arange(1, len(p) + 1) + p.sum())))
    return float((np.log(p[at] / (1 - p[at])) - model.intercept_[0]) / model.coef_[0, 0])


def held_out_worth(x: csr_matrix, y: Labels) -> Floats:
    """What `worth` says of its own training rows, by models of the other two thirds."""
    third = np.random.default_rng(0).integers(0, 3, len(y))
    out = np.zeros(len(y))
    for k in range(3):
        model = LogisticRegression(C=3.0, solver="liblinear", class_weight="balanced")
        out[third == k] = model.fit(x[third != k], y[third != k]).decision_function(x[third == k])
    return out


def calibrate(data: Path, weights: dict[str, Any], path: Path) -> None:
    """Fit slopes and offsets on the labelled sentences of news, and write the weights with them."""
    none = np.tile(np.array([1.0, 0.0], dtype=np.float32), (N_FOLDS + 1, 1))
    weights |= {"checkable_calibration": none, "worth_calibration": none.copy()}
    articles = own_articles(Path("data/sample")) | wikinews_articles(data)
    labels = read_labels(Path("tests/gold"))
    ids = sorted({label.doc_id for label in labels})
    part = np.array([fold(label.doc_id) for label in labels])
    parsed = Parser(cache=Path(".cache/eval")).docs("labelled", [articles[key].text for key in ids])
    # Checkable first: it is one part of checkworthiness.
    for name, gold in (
        ("checkable", np.array([label.checkable for label in labels])),
        ("worth", np.array([label.worth > 0 for label in labels], dtype=int)),
    ):
        np.savez_compressed(path, **weights)
        _model.cache_clear()
        docs = {key: annotate(doc, articles[key]) for key, doc in zip(ids, parsed, strict=True)}
        scores = [[_logit(name, claim) for claim in claims_of(label, docs[label.doc_id])] for label in labels]
        table = [_platt(scores, gold, part != k) for k in range(-1, N_FOLDS)]
        weights[f"{name}_calibration"] = np.array(table, dtype=np.float32)
        print(f"{name} on news: slope and offset", np.round(table[0], 3))
    np.savez_compressed(path, **weights)
    _model.cache_clear()


def _logit(name: str, claim: Claim) -> tuple[float, float]:
    """The logit of a claim's score, and by what its probability is multiplied."""
    share = 0.5 if name == "checkable" and claim.claim_type in {"opinion", "prediction"} else 1.0
    score = claim.checkable if name == "checkable" else claim.checkworthiness
    p = min(max(score / share, 1e-6), 1 - 1e-6)
    return float(np.log(p / (1 - p))), share


def _platt(
    scores: list[list[tuple[float, float]]], gold: Labels, chosen: NDArray[np.bool_]
) -> tuple[float, float]:
    """Slope and offset with the best likelihood of the labels, a sentence being scored by its best claim."""

    def loss(parameters: NDArray[Any]) -> float:
        total = 0.0
        for claims, label in zip(compress(scores, chosen), gold[chosen], strict=True):
            p = max((s / (1 + np.exp(-parameters[0] * z - parameters[1])) for z, s in claims), default=0.02)
            total -= np.log(p if label else 1 - p)
        return total

    slope, offset = minimize(loss, np.array([1.0, 0.0]), method="Nelder-Mead").x
    return float(slope), float(offset)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    args = parser.parse_args()
    claims = args.data / "claims"
    nlp = load_nlp()
    rows = {
        "debates": read_rows(claims / "ct24_en" / "train.jsonl.gz"),
        "dev": read_rows(claims / "ct24_en" / "dev.jsonl"),
        "speeches": read_rows(claims / "policlaim" / "train.jsonl"),
    }
    docs = {name: list(nlp.pipe((r["text"] for r in some), batch_size=64)) for name, some in rows.items()}
    y = {name: np.array([row["label"] for row in some]) for name, some in rows.items()}

    raw = ngram_counts(docs["debates"])
    idf = rarity(raw)
    x = scaled(raw, idf)
    worth = LogisticRegression(C=3.0, solver="liblinear", class_weight="balanced").fit(x, y["debates"])
    threshold = own_threshold(x, y["debates"])
    dev = worth.decision_function(scaled(ngram_counts(docs["dev"]), idf))
    print(f"CheckThat dev: F1 {f1(y['dev'], dev, threshold):.3f} above logit {threshold:.2f}")

    debates = Statements(docs["debates"], idf, held_out_worth(x, y["debates"]))
    speeches = Statements(
        docs["speeches"], idf, worth.decision_function(scaled(ngram_counts(docs["speeches"]), idf))
    )
    scaling = Scaling.of(debates)
    x_debates, x = scaling.columns(debates), scaling.columns(speeches)
    speech = np.array([row["doc_id"] for row in rows["speeches"]])
    scores = np.zeros(len(speech))
    for held_out in sorted(set(speech)):
        train = speech != held_out
        coefficients, bias = fit_checkable(x[train], y["speeches"][train], x_debates, y["debates"])
        scores[~train] = x[~train] @ coefficients + bias
    chosen = np.zeros(len(speech))
    for held_out in sorted(set(speech)):
        here = speech == held_out
        chosen[here] = scores[here] - best_expected(scores[~here], y["speeches"][~here])
    print(
        f"PoliClaim, one speech left out: F1 {f1(y['speeches'], scores):.4f} at .5,"
        f" {f1(y['speeches'], chosen):.4f} at a threshold set on the others,"
        f" AUC {roc_auc_score(y['speeches'], scores):.4f}"
    )
    coefficients, bias = fit_checkable(x, y["speeches"], x_debates, y["debates"])
    sizes = np.cumsum([N_BUCKETS, N_GRAMMAR, n_counts(), Statements.N_VECTOR])
    of_ngrams, of_grammar, of_counts, of_vector, of_worth = np.split(coefficients, sizes)
    of_vector = of_vector * (scaling.VECTOR / scaling.vector_scale)
    weights = {
        "idf": idf.astype(np.float16),
        "worth": worth.coef_[0].astype(np.float16),
        "worth_bias": np.float32(worth.intercept_[0]),
        "worth_threshold": np.float32(threshold),
        "checkable": of_ngrams.astype(np.float16),
        "checkable_bias": np.float32(bias),
        "checkable_worth": np.float32(of_worth[0]),
        "grammar_idf": scaling.grammar_idf.astype(np.float16),
        "grammar": (of_grammar * scaling.GRAMMAR).astype(np.float16),
        "counts": (of_counts * scaling.count_weights()).astype(np.float32),
        "counts_mean": scaling.counts_mean.astype(np.float32),
        "counts_scale": scaling.counts_scale.astype(np.float32),
        "vector": of_vector.astype(np.float32),
        "vector_centre": np.float32(of_vector @ scaling.vector_mean),
    }
    OUT.mkdir(parents=True, exist_ok=True)
    calibrate(args.data, weights, OUT / "weights.npz")


if __name__ == "__main__":
    main()
