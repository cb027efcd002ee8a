"""Train the labeller of names and write its weights.

    python -m training.names --data ../shared/data

Reads the names of `own_dev/entities.jsonl`, and of the articles that `training/marked_names.jsonl` marks; the
texts of both are in `corpora/pool/pool.jsonl.gz` below --data, and in --texts. Prints what is found in the
articles of own_dev when their outlets are left out of training, then trains on all of them and writes
`labeller.npz` to --out.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix
from spacy.tokens import Doc

from pipeline.components.doc.columns import read_columns
from pipeline.components.doc.tokens import read_tokens
from pipeline.components.entities.labeller.features import LabelFeatures, label_features
from pipeline.components.entities.labeller.inputs import (
    COLUMN_OFFSETS,
    COLUMNS,
    KINDS,
    N_FLAGS,
    N_LABELS,
    WINDOW,
)
from pipeline.components.entities.labeller.network import best_labels, label_scores, names_of, with_rules
from pipeline.components.entities.names import find_by_rules
from pipeline.identity import checksum
from pipeline.models.network import project_vectors
from pipeline.nlp import load_nlp
from pipeline.parsing.bins import bins_to_docs, docs_to_bins
from pipeline.parsing.tokenizer import stored_offsets, stored_text
from quality.outside import read_corpus

Arrays = dict[str, np.ndarray]
Span = tuple[int, int, str]

WIDTH, HIDDEN = 48, 96
BATCH = 12
"""Articles of a step."""


@dataclass
class Marked:
    """An article and its names, as far as it was read."""

    doc_id: str
    outlet: str
    is_own: bool
    text: str
    until: int
    names: list[Span]


@dataclass
class Example:
    """An article as the network sees it: where its tokens stand in the stored text, a label a candidate."""

    marked: Marked
    features: LabelFeatures
    starts: np.ndarray
    ends: np.ndarray
    labels: np.ndarray
    rules: set[Span]


def marked(args: argparse.Namespace) -> list[Marked]:
    """The articles with their names: of own_dev, and of the pool as `marked_names.jsonl` marks them."""
    texts = {}
    for path in (args.data / "corpora/pool/pool.jsonl.gz", *args.texts):
        for record in read_corpus(path):
            texts[record.get("id") or record["doc_id"]] = (record["text"], record.get("source") or "")
    out = []
    for record in read_corpus(args.data / "own_dev/entities.jsonl"):
        text, outlet = texts[record["doc_id"]]
        names = [(m["start"], m["end"], m["type"]) for m in record["mentions"] if m["kind"] == "name"]
        out.append(Marked(record["doc_id"], outlet or record["doc_id"], True, text, len(text), names))
    for record in read_corpus(args.marked):
        text, outlet = texts[record["doc_id"]]
        if checksum(text)[:16] != record["text"]:
            raise ValueError(f"{record['doc_id']} is not the text that was marked")
        names = [(start, end, kind) for start, end, kind in record["names"]]
        out.append(Marked(record["doc_id"], outlet, False, text, record["until"], names))
    return out


def load(args: argparse.Namespace) -> tuple[list[Example], np.ndarray]:
    """The examples, and the table of word vectors. Only the parse is cached."""
    found = marked(args)
    nlp = load_nlp()
    args.cache.mkdir(parents=True, exist_ok=True)
    stored = args.cache / "names.bin"
    if not stored.exists():
        stored.write_bytes(
            b"".join(docs_to_bins(nlp.pipe([m.text for m in found], batch_size=16), size=10**6))
        )
    docs = bins_to_docs([stored.read_bytes()], nlp.vocab)
    out = [example(doc, m) for m, doc in zip(found, docs, strict=True)]
    return out, nlp.vocab.vectors.data.astype(np.float32)


def example(doc: Doc, marked: Marked) -> Example:
    """An article's features, and its names as labels of its candidates."""
    if stored_text(doc) != marked.text:
        raise ValueError(f"the cached parse of {marked.doc_id} is of another text: delete the cache")
    tokens = read_tokens(read_columns(doc))
    names = find_by_rules(doc, tokens)
    features = label_features([(doc, tokens, names)])
    offsets = stored_offsets(doc)
    ranges = [offsets.stored(token.idx, token.idx + len(token)) for token in doc]
    starts, ends = (np.array(column, dtype=np.int64) for column in zip(*ranges, strict=True))
    labels = np.zeros(len(doc), dtype=np.int32)
    for start, end, kind in marked.names:
        a = int(np.searchsorted(ends, start, side="right"))
        b = int(np.searchsorted(starts, end, side="left"))
        labels[a:b] = 2 * KINDS.index(kind) + 2
        if a < len(labels):
            labels[a] = 2 * KINDS.index(kind) + 1
    # What is not annotated is not learnt.
    kept = features.candidates[starts[features.candidates] < marked.until]
    features = replace(features, candidates=kept)
    rules = {(int(starts[n.start]), int(ends[n.end - 1]), n.label) for n in names}
    return Example(marked, features, starts, ends, labels[kept], rules)


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


def gradients(
    batch: Sequence[Example],
    weights: Arrays,
    table: np.ndarray,
    rng: np.random.Generator,
    args: argparse.Namespace,
) -> Arrays:
    columns = np.concatenate([e.features.columns for e in batch])
    flags = np.concatenate([e.features.flags for e in batch]).astype(np.float32)
    rows = np.concatenate([e.features.vector_rows for e in batch])
    sizes = np.array([len(e.features.columns) for e in batch])
    firsts = np.cumsum(sizes) - sizes
    at = np.concatenate([e.features.candidates + f for e, f in zip(batch, firsts, strict=True)])
    low = np.concatenate([np.full(len(e.labels), f) for e, f in zip(batch, firsts, strict=True)])
    high = np.concatenate(
        [np.full(len(e.labels), f + s) for e, f, s in zip(batch, firsts, sizes, strict=True)]
    )
    labels = np.concatenate([e.labels for e in batch])
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
    sparse = csr_matrix(
        (keep.ravel(), columns.ravel(), np.arange(n + 1) * columns.shape[1]), shape=(n, len(weights["table"]))
    )
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
    d = odds
    d[np.arange(m), labels] -= 1
    d /= m
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
    return grads


def train(examples: Sequence[Example], table: np.ndarray, args: argparse.Namespace, seed: int) -> Arrays:
    rng = np.random.default_rng(seed)
    shuffled = random.Random(seed)
    weights = new_weights(table.shape[1], rng)
    adam = Adam(weights, args.rate, args.decay)
    order = [*examples]
    steps = args.epochs * -(-len(order) // BATCH)
    done = 0
    for _ in range(args.epochs):
        shuffled.shuffle(order)
        for start in range(0, len(order), BATCH):
            grads = gradients(order[start : start + BATCH], weights, table, rng, args)
            adam.step(weights, grads, 1 - 0.9 * done / steps)
            done += 1
    return weights


# --- figures ------------------------------------------------------------------------------------------

_PLACES = {"GPE": "PLACE", "LOC": "PLACE", "FAC": "PLACE"}


def predicted(example: Example, weights: Mapping[str, np.ndarray], vectors: np.ndarray) -> set[Span]:
    """The names that the network finds, in offsets of the stored text."""
    scores = label_scores(example.features, weights, vectors)
    scores = with_rules(scores, example.features)
    labels = best_labels(example.features.candidates, scores)
    return {
        (int(example.starts[name.start]), int(example.ends[name.end - 1]), name.label)
        for name in names_of(example.features.candidates, labels, scores)
    }


def count(n: Counter[str], gold: Iterable[Span], found: Iterable[Span], text: str, who: str) -> None:
    """Count names with the right span, and with the right label too; places are one label."""

    def plain(spans: Iterable[Span]) -> dict[tuple[int, int], str]:
        return {
            (a + 4 if text[a : a + 4].lower() == "the " else a, b): _PLACES.get(kind, kind)
            for a, b, kind in spans
        }

    own, others = plain(gold), plain(found)
    both = own.keys() & others.keys()
    n[f"{who} gold"] += len(own)
    n[f"{who} found"] += len(others)
    n[f"{who} span"] += len(both)
    n[f"{who} label"] += sum(own[s] == others[s] for s in both)


def f1(n: Counter[str], who: str) -> str:
    total = max(1, n[f"{who} gold"] + n[f"{who} found"])
    return f"span {200 * n[f'{who} span'] / total:.1f}, with label {200 * n[f'{who} label'] / total:.1f}"


def without_outlets(
    examples: Sequence[Example], fold: int, folds: int
) -> tuple[list[Example], list[Example]]:
    """What is trained on without some of own_dev's outlets, and what of own_dev is left out."""
    outlets = sorted({e.marked.outlet for e in examples if e.marked.is_own})
    random.Random(0).shuffle(outlets)
    held = set(outlets[fold::folds])
    kept = [e for e in examples if e.marked.outlet not in held]
    return kept, [e for e in examples if e.marked.outlet in held and e.marked.is_own]


def report(examples: Sequence[Example], table: np.ndarray, args: argparse.Namespace) -> None:
    n: Counter[str] = Counter()
    outlets: dict[str, int] = {}
    for fold in range(args.folds):
        kept, held = without_outlets(examples, fold, args.folds)
        weights = train(kept, table, args, seed=args.seed * 100 + fold)
        if args.keep_folds:
            write(weights, args.keep_folds / f"{fold}.npz")
            outlets |= dict.fromkeys(sorted({e.marked.outlet for e in held}), fold)
        vectors = project_vectors(table, weights["vectors"])
        for e in held:
            count(n, e.marked.names, e.rules, e.marked.text, "rules")
            count(n, e.marked.names, predicted(e, weights, vectors), e.marked.text, "network")
    if args.keep_folds:
        listed = json.dumps(dict(sorted(outlets.items())), indent=1, ensure_ascii=False)
        (args.keep_folds / "outlets.json").write_text(f"{listed}\n", encoding="utf-8")
    print(f"own_dev by outlet: rules {f1(n, 'rules')}; network {f1(n, 'network')}")


def write(weights: Arrays, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(path, allow_pickle=False, **{k: v.astype(np.float16) for k, v in weights.items()})


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--data", type=Path, required=True)
    ap.add_argument("--marked", type=Path, default=Path("training/marked_names.jsonl"))
    ap.add_argument("--texts", type=Path, nargs="*", default=[], help="more files with the texts of own_dev")
    ap.add_argument("--cache", type=Path, default=Path("data/training"))
    ap.add_argument("--out", type=Path, default=Path("pipeline/models/names"))
    ap.add_argument("--keep-folds", type=Path, help="a folder for the weights of each fold")
    ap.add_argument("--folds", type=int, default=4, help="of own_dev by outlet; 0 for no report")
    ap.add_argument("--seed", type=int, default=0)
    ap.add_argument("--epochs", type=int, default=15)
    ap.add_argument("--rate", type=float, default=3e-3)
    ap.add_argument("--decay", type=float, default=0.01)
    ap.add_argument("--dropout", type=float, default=0.3)
    ap.add_argument("--column-dropout", type=float, default=0.1)
    ap.add_argument("--word-dropout", type=float, default=0.3)
    ap.add_argument("--vector-dropout", type=float, default=0.1)
    ap.add_argument("--rule-dropout", type=float, default=0.1)
    args = ap.parse_args()
    start = time.time()
    examples, table = load(args)
    n_names = sum(len(e.marked.names) for e in examples)
    print(f"{len(examples)} articles, {n_names} names, {sum(len(e.labels) for e in examples)} candidates")
    if args.folds:
        report(examples, table, args)
    write(train(examples, table, args, seed=args.seed * 100 + 99), args.out / "labeller.npz")
    print(f"{time.time() - start:.0f} s")


if __name__ == "__main__":
    main()
