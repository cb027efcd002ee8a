"""Train the factuality regressor on UW and MEANTIME and write its weights.

    python -m training.factuality --data ../shared/data

Reads `claims/factuality_{uw,meantime}/{train,dev}.jsonl` below --data (tokens separated by blanks;
`targets` with token spans and a factuality from -3 to 3), trains on both train parts, scores both dev
parts with the code that ships, and writes `weights.npz` to --out. A ridge regression (for the
correlation) and a support vector regression (for the absolute error) are averaged: both are linear, so
their mean is one weight per bucket.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import Ridge
from sklearn.svm import LinearSVR
from spacy.language import Language
from spacy.tokens import Doc

from pipeline.components.claims.factuality import event_features, factuality
from pipeline.components.claims.hashing import buckets
from pipeline.components.doc.columns import read_columns
from pipeline.components.doc.tree import read_tree
from pipeline.nlp import load_nlp

N_BUCKETS = 1 << 16
# MEANTIME has a tenth of UW's events and certain ones only; its weight makes up for that. Chosen on dev.
MEANTIME_WEIGHT = 6.0
PLAIN = {"``": '"', "''": '"', "-LRB-": "(", "-RRB-": ")", "-LSB-": "[", "-RSB-": "]"}


def read_rows(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def parsed(nlp: Language, rows: list[dict[str, Any]]) -> Iterator[Doc]:
    """Parse sentences whose tokens are given, so that target offsets hold."""
    docs = (Doc(nlp.vocab, words=[PLAIN.get(w, w) for w in row["text"].split(" ")]) for row in rows)
    return nlp.pipe(docs, batch_size=32)


def matrix(features: list[list[str]]) -> csr_matrix:
    columns = [buckets(row, N_BUCKETS) for row in features]
    indptr = np.cumsum([0, *map(len, columns)])
    indices = np.fromiter((c for row in columns for c in row), dtype=np.int32)
    return csr_matrix((np.ones(len(indices)), indices, indptr), shape=(len(columns), N_BUCKETS))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path("pipeline/models/factuality"))
    args = parser.parse_args()
    nlp = load_nlp()
    features: list[list[str]] = []
    values: list[float] = []
    weights: list[float] = []
    for corpus, weight in (("uw", 1.0), ("meantime", MEANTIME_WEIGHT)):
        rows = read_rows(args.data / "claims" / f"factuality_{corpus}" / "train.jsonl")
        for row, doc in zip(rows, parsed(nlp, rows), strict=True):
            tree = read_tree(read_columns(doc))
            for target in row["targets"]:
                features.append(event_features(tree, target["span"][1] - 1))
                values.append(target["fact"])
                weights.append(weight)
    x, y, w = matrix(features), np.array(values), np.array(weights)
    ridge = Ridge(alpha=20.0).fit(x, y, sample_weight=w)
    svr = LinearSVR(C=0.05, epsilon=0.1, max_iter=5000, random_state=0).fit(x, y, sample_weight=w)
    coefficients = ((ridge.coef_ + svr.coef_) / 2).astype(np.float16)
    bias = np.float32((ridge.intercept_ + np.ravel(svr.intercept_)[0]) / 2)
    args.out.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(args.out / "weights.npz", coefficients=coefficients, bias=bias)

    for corpus in ("uw", "meantime"):
        rows = read_rows(args.data / "claims" / f"factuality_{corpus}" / "dev.jsonl")
        gold, predicted = [], []
        for row, doc in zip(rows, parsed(nlp, rows), strict=True):
            tree = read_tree(read_columns(doc))
            gold += [t["fact"] for t in row["targets"]]
            predicted += [factuality(tree, t["span"][1] - 1) for t in row["targets"]]
        error = np.abs(np.array(gold) - predicted).mean()
        print(f"{corpus} dev: n {len(gold)}  MAE {error:.3f}  r {np.corrcoef(gold, predicted)[0, 1]:.3f}")


if __name__ == "__main__":
    main()
