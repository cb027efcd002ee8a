"""Train the classifier behind `claim_groups`, and count how rare words are in news.

    python -m training.same_claims --data ../shared/data

Reads, below --data, `quotes/polnear/train.jsonl.gz`, `corpora/wikinews.jsonl.gz` and
`corpora/reuters21578.jsonl.gz` (rarity of words, by sentence), and `claims/claimdiff_strength/train.jsonl.gz`
(sentences of the labelled pairs in tests/gold/claimdiff_pairs.jsonl). The pairs over the project's own
articles are in tests/gold. Prints precision and recall with each story and topic left out, and writes
`weights.npz` to --out: rarities, weights, weights of each fold, threshold.

Both "same" and "contradicts" are examples of the same content; polarity is not learnt. Of two sentences that
have a claim in common, the pair of claims that the classifier likes best is the example.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
from collections import Counter
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.alike import claim_sketch as sketch
from pipeline.alike.claim_columns import Side
from pipeline.alike.claim_likeness import FEATURES, features, have_context
from quality.parses import Parser
from quality.same_claims import (
    N_FOLDS,
    Pair,
    claimdiff_pairs,
    distant_pairs,
    own_pairs,
    unrelated_pairs,
)

type Matrix = NDArray[np.float64]

CONTENT = ("same", "contradicts")
PENALTY = 30.0
CLAIMDIFF_WEIGHT = 0.5
UNLABELLED_WEIGHT = 0.3
EVERY, MOST_DISTANT = 40, 2000
ROUNDS = 4
_WEIGHTS = {"own": 1.0, "ClaimDiff": CLAIMDIFF_WEIGHT, "unlabelled": UNLABELLED_WEIGHT}


def rarities(data: Path) -> NDArray[np.uint8]:
    """Count in how many sentences of news each stem occurs."""
    counts: Counter[str] = Counter()
    n = 0
    for name, every in (("quotes/polnear/train", 1), ("corpora/wikinews", 1), ("corpora/reuters21578", 6)):
        with gzip.open(data / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
            for number, line in enumerate(lines):
                if number % every:
                    continue
                for sentence in re.split(r"(?<=[.!?])\s+|\n", json.loads(line)["text"]):
                    if found := set(sketch.content_words(sentence)):
                        n += 1
                        counts.update(found)
    return sketch.rarities(counts, n)


def fit(x: Matrix, y: Matrix, weight: Matrix) -> Matrix:
    """Return the weights and the bias of a logistic regression (Newton's method, ridge)."""
    x = np.c_[x, np.ones(len(x))]
    found = np.zeros(x.shape[1])
    ridge = np.eye(x.shape[1]) * PENALTY
    ridge[-1, -1] = 1e-3
    for _ in range(20):
        p = 1 / (1 + np.exp(-np.clip(x @ found, -30, 30)))
        slope = x.T @ (weight * (y - p)) - ridge @ found
        found += np.linalg.solve((x * (weight * p * (1 - p))[:, None]).T @ x + ridge, slope)
    return found


def train(pairs: list[Pair], values: list[Matrix], sources: list[str]) -> Matrix:
    """Return weights and bias for plain feature values."""
    everything = np.vstack(values)
    mean, spread = everything.mean(0), everything.std(0) + 1e-9
    scaled = [(x - mean) / spread for x in values]
    y = np.array([pair.label in CONTENT for pair in pairs], float)
    weight = np.array([_WEIGHTS[source] for source in sources])
    found = None
    for _ in range(ROUNDS):
        use = [i for i, x in enumerate(scaled) if len(x) == 1 or (found is not None and len(x))]
        best = [0 if found is None else int(np.argmax(scaled[i] @ found[:-1])) for i in use]
        chosen = np.array([scaled[i][k] for i, k in zip(use, best, strict=True)])
        found = fit(chosen, y[use], weight[use])
    assert found is not None
    plain = found[:-1] / spread
    return np.append(plain, found[-1] - plain @ mean)


def scores(pairs: list[Pair], values: list[Matrix], folds: list[Matrix]) -> Matrix:
    """Return the logit of each pair by the weights of its fold; -99 where polarity differs throughout."""
    out = np.full(len(pairs), -99.0)
    for i, (pair, x) in enumerate(zip(pairs, values, strict=True)):
        if len(x):
            claims, others, rows = pair.sides()
            alike = (claims.negated == others.negated) & have_context(claims, others, rows, rows)
            logits = x @ folds[pair.fold][:-1] + folds[pair.fold][-1]
            out[i] = np.where(alike, logits, -99.0).max()
    return out


def sided(pair: Pair) -> tuple[Side, Side, NDArray[np.int64], NDArray[np.int64]]:
    """Return the candidates of a pair as the functions of likeness take them."""
    claims, others, rows = pair.sides()
    return claims, others, rows, rows


def report(name: str, score: Matrix, same: NDArray[np.bool_]) -> None:
    """Print recall at some precisions, and average precision."""
    order = np.argsort(-score, kind="stable")
    hits = np.cumsum(same[order])
    precision, recall = hits / np.arange(1, len(order) + 1), hits / same.sum()
    line = [f"{name}: {len(same)} pairs, {same.sum()} the same"]
    for least in (0.95, 0.9, 0.85, 0.8):
        at = np.flatnonzero((precision >= least) & (score[order] > -90))
        last = at[-1] if len(at) else -1
        line.append(f"P {least}: R {recall[last]:.3f} (logit {score[order][last]:.2f})" if last >= 0 else "-")
    line.append(f"AP {(precision * same[order]).sum() / same.sum():.3f}")
    print("; ".join(line))


def main() -> None:
    """Train, print and write."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--gold", type=Path, default=Path("tests/gold"))
    parser.add_argument("--out", type=Path, default=Path("pipeline/models/same_claims/weights.npz"))
    parser.add_argument("--threshold", type=float, help="as a probability; else for a precision of .9")
    parser.add_argument("--keep-rarities", action="store_true")
    options = parser.parse_args()
    if options.keep_rarities:
        with np.load(options.out) as arrays:
            rare = arrays["rarity"]
    else:
        rare = rarities(options.data)
    empty = np.zeros(len(FEATURES) + 1)
    np.savez_compressed(
        options.out, rarity=rare, weights=empty, folds=np.array([empty] * N_FOLDS), threshold=1.0
    )
    texts = Parser(cache=Path(".cache/eval"))
    own = own_pairs(options.gold, texts)
    labelled = own + claimdiff_pairs(options.data, options.gold, texts)
    unrelated = unrelated_pairs(options.gold, texts)
    archive = options.data / "corpora" / "reuters21578.jsonl.gz"
    distant = distant_pairs(archive, texts, every=EVERY, days_apart=10)[:MOST_DISTANT]
    print(f"{len(labelled)} labelled pairs, {len(unrelated)} of other stories, {len(distant)} of other times")
    pairs = labelled + [pair for pair in unrelated + distant if have_context(*sided(pair))[0]]
    print(f"{len(pairs) - len(labelled)} of these in articles with names in common")
    is_own = np.arange(len(pairs)) < len(own)
    is_unrelated = np.arange(len(pairs)) >= len(labelled)
    sources = ["own"] * len(own) + ["ClaimDiff"] * (len(labelled) - len(own))
    sources += ["unlabelled"] * (len(pairs) - len(labelled))
    values = [features(*sided(pair)) for pair in pairs]
    folds = []
    for fold in range(N_FOLDS):
        keep = [i for i, pair in enumerate(pairs) if pair.fold != fold]
        folds.append(train([pairs[i] for i in keep], [values[i] for i in keep], [sources[i] for i in keep]))
    same = np.array([pair.label == "same" for pair in pairs])
    score = scores(pairs, values, folds)
    every, others = score, ~is_own & ~is_unrelated
    report("own", score[is_own], same[is_own])
    report("ClaimDiff", score[others], same[others])
    score, same = score[~is_unrelated], same[~is_unrelated]
    report("all", score, same)
    threshold = options.threshold
    if threshold is None:
        order = np.argsort(-score, kind="stable")
        precision = np.cumsum(same[order]) / np.arange(1, len(order) + 1)
        last = np.flatnonzero((precision >= 0.9) & (score[order] > -90))[-1]
        threshold = 1 / (1 + np.exp(-score[order][last]))
    taken = every[is_unrelated] >= np.log(threshold / (1 - threshold))
    print(f"other stories and times: {taken.sum()} of {taken.size} taken for the same")
    final = train(pairs, values, sources)
    print(f"threshold {threshold:.3f}")
    for name, weight in sorted(zip(FEATURES, final[:-1], strict=True), key=lambda item: -abs(item[1])):
        print(f"  {name:24} {weight:7.2f}")
    np.savez_compressed(
        options.out,
        rarity=rare,
        weights=final.astype(np.float32),
        folds=np.array(folds, dtype=np.float32),
        threshold=np.float32(threshold),
    )


if __name__ == "__main__":
    main()
