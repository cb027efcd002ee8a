"""Train the two classifiers behind `checkable` and `checkworthiness` and write their weights.

    python -m training.checkworthiness --data ../shared/data

Reads, below --data, `claims/ct24_en/{train.jsonl.gz,dev.jsonl}` (CheckThat! 2024 task 1, sentences of
debates, worth checking or not) and `claims/policlaim/train.jsonl` (PoliClaim, sentences of speeches,
verifiable or not). Prints F1 on CheckThat dev and on PoliClaim with one speech left out at a time, and
writes `weights.npz` to --out. Both are logistic regressions over n-grams weighted by their rarity; what
the first says of a sentence is one more feature of the second.
"""

from __future__ import annotations

import argparse
import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression
from spacy.language import Language

from pipeline.components.ngrams import N_BUCKETS, ngram_families, ngrams_of
from pipeline.nlp import load_nlp

Rows = list[dict[str, Any]]


def read_rows(path: Path) -> Rows:
    with (gzip.open if path.suffix == ".gz" else open)(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def counts(nlp: Language, rows: Rows) -> csr_matrix:
    columns = [
        ngrams_of(ngram_families(doc), 0, len(doc))
        for doc in nlp.pipe((r["text"] for r in rows), batch_size=64)
    ]
    indptr = np.cumsum([0, *map(len, columns)])
    return csr_matrix((np.ones(indptr[-1]), np.concatenate(columns), indptr), shape=(len(rows), N_BUCKETS))


def rarity(matrix: csr_matrix) -> NDArray[np.float64]:
    binary = matrix.copy()
    binary.sum_duplicates()
    seen = np.bincount(binary.indices, minlength=N_BUCKETS)
    return np.log((1 + matrix.shape[0]) / (1 + seen)) + 1


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
    return max(np.arange(-1, 1.5, 0.05).tolist(), key=lambda t: f1(y[held_out], scores, t))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path("pipeline/models/checkworthiness"))
    args = parser.parse_args()
    claims = args.data / "claims"
    nlp = load_nlp()
    debates, debates_dev = (read_rows(claims / "ct24_en" / name) for name in ("train.jsonl.gz", "dev.jsonl"))
    speeches = read_rows(claims / "policlaim" / "train.jsonl")

    def labels(rows: Rows) -> NDArray[np.int64]:
        return np.array([row["label"] for row in rows])

    raw, raw_dev, raw_speeches = counts(nlp, debates), counts(nlp, debates_dev), counts(nlp, speeches)
    idf = rarity(raw)
    worth = LogisticRegression(C=3.0, solver="liblinear", class_weight="balanced")
    worth.fit(scaled(raw, idf), labels(debates))
    threshold = own_threshold(scaled(raw, idf), labels(debates))
    dev = worth.decision_function(scaled(raw_dev, idf))
    print(f"CheckThat dev: F1 {f1(labels(debates_dev), dev, threshold):.3f} above logit {threshold:.2f}")

    x = scaled(raw_speeches, idf)
    said = np.tanh(worth.decision_function(x))[:, None]
    x, y = hstack([x, csr_matrix(said)]).tocsr(), labels(speeches)
    speech = np.array([row["doc_id"] for row in speeches])
    scores = np.zeros(len(y))
    for held_out in sorted(set(speech)):
        train = speech != held_out
        model = LogisticRegression(C=3.0, solver="liblinear").fit(x[train], y[train])
        scores[~train] = model.decision_function(x[~train])
    print(f"PoliClaim, one speech left out: F1 {f1(y, scores):.3f} at .5, {f1(y, scores, -0.2):.3f} at .45")
    checkable = LogisticRegression(C=3.0, solver="liblinear").fit(x, y)

    args.out.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(
        args.out / "weights.npz",
        idf=idf.astype(np.float16),
        worth=worth.coef_[0].astype(np.float16),
        worth_bias=np.float32(worth.intercept_[0]),
        worth_threshold=np.float32(threshold),
        checkable=checkable.coef_[0][:N_BUCKETS].astype(np.float16),
        checkable_bias=np.float32(checkable.intercept_[0]),
        checkable_worth=np.float32(checkable.coef_[0][N_BUCKETS]),
    )


if __name__ == "__main__":
    main()
