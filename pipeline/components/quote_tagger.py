"""Find contents, cues and sources of quotations with a small network, and link them.

Two bidirectional LSTM layers (Hochreiter and Schmidhuber 1997) read the features of the parse
(`quote_features.py`) in windows of whole paragraphs; a linear-chain CRF (Lafferty et al. 2001) decodes the
labels; a multilayer perceptron scores for each content fragment its nearest cues and for each cue its nearest
sources (`quote_links.py`). Trained by `training/quotes.py`; the weights and their card lie in
`pipeline/models/quotes`. This file is the forward pass in numpy.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files
from typing import Any

import numpy as np
from numpy.typing import NDArray
from spacy.tokens import Doc, Span

from pipeline.components.attribution import Candidate
from pipeline.components.quote_features import Ints, QuoteFeatures, quote_features
from pipeline.components.quote_links import CONTENT, LABELS, PAIR_COLUMNS, Candidates, spans_of

Floats = NDArray[np.float32]
Weights = Mapping[str, Floats]

MAX_WINDOW = 256  # words
BATCH_WORDS = 16_384
LEAST_SCORE = 0.3  # best attributed F1 on PolNeAR dev


@dataclass(frozen=True, slots=True, kw_only=True)
class TaggedQuote:
    """One attribution as the tagger sees it.

    Attributes:
        content: the fragments of what was said, in text order, quotation marks included; at least one.
        cue: the words that attribute it, maybe none.
        source: who said it, as printed, maybe none.
        score: 0..1, how likely the content is right and its source too.
    """

    content: tuple[Span, ...]
    cue: tuple[Span, ...]
    source: tuple[Span, ...]
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TaggedWords:
    """A `TaggedQuote` in spans of words `(first, end)`, before it meets the `Doc`.

    `evidence` is what the score is computed from: see `EVIDENCE`.
    """

    content: tuple[tuple[int, int], ...]
    cue: tuple[tuple[int, int], ...]
    source: tuple[tuple[int, int], ...]
    evidence: tuple[float, ...]


# What the score is a logistic function of.
EVIDENCE = ("label", "weakest_label", "edge", "cue", "source", "log_length", "has_source")


def tag_quotes(
    docs: Sequence[Doc],
    *,
    candidates: Sequence[Sequence[Candidate]] | None = None,
    least: float = LEAST_SCORE,
) -> list[list[TaggedQuote]]:
    """Find the quotations of parsed documents, in text order. Many documents at once are faster than one.

    Args:
        docs: with tags, heads, labels, sentences, entities and vectors, all of one vocabulary.
        candidates: what the rules found in each document; they are run where None.
        least: quotations of a lower score are left out.
    """
    out: list[list[TaggedQuote]] = [[] for _ in docs]
    if not docs:
        return out
    weights = load_weights()
    vectors = _project(docs[0].vocab.vectors.data, weights)
    found_by_rule = candidates if candidates is not None else [None] * len(docs)
    features = [quote_features(doc, found) for doc, found in zip(docs, found_by_rule, strict=True)]
    for k, found in enumerate(tag_features(features, weights, vectors)):
        doc, tokens = docs[k], features[k].tokens

        def spans(
            pairs: Sequence[tuple[int, int]], doc: Doc = doc, tokens: Ints = tokens
        ) -> tuple[Span, ...]:
            return tuple(doc[int(tokens[a]) : int(tokens[b - 1]) + 1] for a, b in pairs)

        for quote in found:
            score = round(calibrated(quote.evidence, weights), 4)
            if score >= least:
                content, cue, source = (spans(part) for part in (quote.content, quote.cue, quote.source))
                out[k].append(TaggedQuote(content=content, cue=cue, source=source, score=score))
    return out


@cache
def load_weights() -> Weights:
    """The weights shipped with the package, as float32."""
    with as_file(files("pipeline.models") / "quotes" / "tagger.npz") as path, np.load(path) as stored:
        return {name: stored[name].astype(np.float32) for name in stored.files}


_projected: dict[int, tuple[NDArray[Any], Floats]] = {}


def _project(vectors: NDArray[Any], weights: Weights) -> Floats:
    """The vector table in the network's width, a row of zeros last; computed once a table."""
    key = id(weights)
    if key not in _projected or _projected[key][0] is not vectors:
        _projected[key] = (vectors, project_vectors(vectors, weights))
    return _projected[key][1]


def project_vectors(table: NDArray[Any], weights: Weights) -> Floats:
    """A vector table times the network's projection, with a row of zeros appended for missing vectors.

    A table of another width than the model's is as good as none: all its rows are zeros.
    """
    projection = weights["vector_projection"]
    projected = np.zeros((len(table) + 1, projection.shape[1]), dtype=np.float32)
    if table.ndim == 2 and table.shape[1] == projection.shape[0]:
        projected[:-1] = np.asarray(table, dtype=np.float32) @ projection
    return projected


def tag_features(
    documents: Sequence[QuoteFeatures], weights: Weights, vectors: Floats
) -> Iterator[list[TaggedWords]]:
    """Yield the quotations of each document, in text order."""
    batch: list[QuoteFeatures] = []
    size = 0
    for features in documents:
        if batch and size + len(features) > BATCH_WORDS:
            yield from _tag_batch(batch, weights, vectors)
            batch, size = [], 0
        batch.append(features)
        size += len(features)
    yield from _tag_batch(batch, weights, vectors)


def windows(features: QuoteFeatures, limit: int = MAX_WINDOW) -> list[tuple[int, int]]:
    """Cut a document into runs of whole paragraphs of at most `limit` words.

    A longer paragraph is cut at its last sentence begin that fits, or where the limit falls.
    """
    n = len(features)
    paragraph_starts = np.flatnonzero(np.diff(features.paragraphs, prepend=-1)).tolist()
    sentence_starts = np.flatnonzero(np.diff(features.sentences, prepend=-1))
    out: list[tuple[int, int]] = []
    start = end = 0
    for stop in [*paragraph_starts[1:], n] if n else []:
        if stop - start > limit and end > start:
            out.append((start, end))
            start = end
        while stop - start > limit:
            at = int(np.searchsorted(sentence_starts, start + limit, side="right")) - 1
            cut = int(sentence_starts[at])
            if cut <= start:
                cut = start + limit
            out.append((start, cut))
            start = cut
        end = stop
    if end > start:
        out.append((start, end))
    return out


class Packing:
    """Windows of several documents in time-major order, longest first: at each step the open ones lead.

    Attributes:
        order: for each packed row the row in the batch's concatenated words.
        flip: the packed row of the word that stands as far from its window's end.
        previous: the packed row of the word before (its own at the first step).
        steps: (start, count) of the packed rows of each step.
    """

    def __init__(self, starts: NDArray[np.int64], sizes: NDArray[np.int64]) -> None:
        by_size = np.argsort(-sizes, kind="stable")
        starts, sizes = starts[by_size], sizes[by_size]
        longest = int(sizes[0]) if len(sizes) else 0
        counts = np.searchsorted(-sizes, -np.arange(longest), side="left")  # windows longer than t
        offsets = np.concatenate([[0], np.cumsum(counts)])
        step = np.repeat(np.arange(longest), counts)
        window = np.arange(len(step)) - offsets[step]
        self.order = starts[window] + step
        self.flip = offsets[sizes[window] - 1 - step] + window
        self.previous = offsets[np.maximum(step - 1, 0)] + window
        self.steps = list(zip(offsets[:-1].tolist(), counts.tolist(), strict=True))


def _lstm(inputs: Floats, packing: Packing, weights: Weights, layer: int) -> Floats:
    """One bidirectional layer over packed rows: (rows, width) -> (rows, 2 * hidden)."""
    recurrent = weights[f"lstm{layer}_recurrent"]  # (2, hidden, 4 * hidden); gates i f o g
    hidden = recurrent.shape[1]
    gates = np.matmul(inputs, weights[f"lstm{layer}_input"]) + weights[f"lstm{layer}_bias"][:, None, :]
    gates[1] = gates[1][packing.flip]
    out = np.empty((2, len(inputs), hidden), dtype=np.float32)
    most = packing.steps[0][1] if packing.steps else 0
    cell = np.zeros((2, most, hidden), dtype=np.float32)
    state = np.zeros((2, most, hidden), dtype=np.float32)
    for start, count in packing.steps:
        at = gates[:, start : start + count]
        at += np.matmul(state[:, :count], recurrent)
        np.tanh(at, out=at)
        # The sigmoid of x is (tanh(x / 2) + 1) / 2; the halves of the inputs are in the weights.
        sigmoid = at[:, :, : 3 * hidden]
        sigmoid *= 0.5
        sigmoid += 0.5
        cell = cell[:, :count]
        cell *= at[:, :, hidden : 2 * hidden]
        cell += at[:, :, :hidden] * at[:, :, 3 * hidden :]
        state = out[:, start : start + count]
        np.tanh(cell, out=state)
        state *= at[:, :, 2 * hidden : 3 * hidden]
    return np.concatenate([out[0], out[1][packing.flip]], axis=1)


def _viterbi(emissions: Floats, packing: Packing, weights: Weights) -> Ints:
    """The best label of each packed row."""
    transitions = weights["crf_transitions"]  # from, to
    scores = np.empty((0, len(LABELS)), dtype=np.float32)
    back: list[NDArray[np.intp]] = []
    finals: list[Floats] = []
    for start, count in packing.steps:
        now = emissions[start : start + count]
        if not back:
            back.append(np.empty((0, 0), dtype=np.intp))
            scores = weights["crf_start"] + now
            continue
        finals.append(scores[count:])
        step = scores[:count, :, None] + transitions
        best = step.argmax(axis=1)
        back.append(best)
        scores = np.take_along_axis(step, best[:, None, :], axis=1)[:, 0] + now
    finals.append(scores)
    labels = np.empty(len(emissions), dtype=np.int32)
    current = np.empty(0, dtype=np.intp)
    for t in range(len(packing.steps) - 1, -1, -1):
        start, count = packing.steps[t]
        ended = (finals[t] + weights["crf_end"]).argmax(axis=1)
        if t + 1 < len(packing.steps):
            best = back[t + 1]
            current = np.concatenate([best[np.arange(len(best)), current], ended])
        else:
            current = ended
        labels[start : start + count] = current
    return labels


def encode(
    documents: Sequence[QuoteFeatures], weights: Weights, vectors: Floats
) -> tuple[Floats, Floats, Ints]:
    """States (words, 2 * hidden), emissions (words, labels) and labels (words), document after document."""
    spans: list[tuple[int, int]] = []
    offset = 0
    for features in documents:
        spans += [(offset + a, offset + b) for a, b in windows(features)]
        offset += len(features)
    columns = np.concatenate([features.columns for features in documents])
    flags = np.concatenate([features.flags for features in documents])
    rows = np.concatenate([features.vector_rows for features in documents])
    states = np.empty((offset, 2 * weights["lstm2_recurrent"].shape[1]), dtype=np.float32)
    emissions = np.empty((offset, len(LABELS)), dtype=np.float32)
    labels = np.empty(offset, dtype=np.int32)
    # Windows of about one length together, so many at a time that the gates of a long text fit into memory.
    spans.sort(key=lambda span: span[0] - span[1])
    while spans:
        total = np.cumsum([b - a for a, b in spans])
        count = max(1, int(np.searchsorted(total, BATCH_WORDS, side="right")))
        group, spans = np.array(spans[:count]), spans[count:]
        packing = Packing(group[:, 0], group[:, 1] - group[:, 0])
        order = packing.order
        inputs = _inputs(columns[order], flags[order], rows[order], weights, vectors)
        packed = _lstm(_lstm(inputs, packing, weights, 1), packing, weights, 2)
        scores = packed @ weights["label_weights"] + weights["label_bias"]
        states[order], emissions[order] = packed, scores
        labels[order] = _viterbi(scores, packing, weights)
    return states, emissions, labels


def _inputs(columns: Ints, flags: NDArray[np.uint8], rows: Ints, weights: Weights, vectors: Floats) -> Floats:
    """What the first layer reads: the sum of the rows of all columns, flags and the word vector."""
    inputs: Floats = vectors[rows]  # row -1 is the row of zeros
    inputs += flags.astype(np.float32) @ weights["flags"]
    table = weights["table"]
    for k in range(columns.shape[1]):
        inputs += table[columns[:, k]]
    return inputs


def _tag_batch(
    documents: Sequence[QuoteFeatures], weights: Weights, vectors: Floats
) -> Iterator[list[TaggedWords]]:
    filled = [features for features in documents if len(features)]
    if filled:
        states, emissions, labels = encode(filled, weights, vectors)
    offset = 0
    for features in documents:
        if not len(features):
            yield []
            continue
        rows = slice(offset, offset + len(features))
        offset += len(features)
        yield link(features, states[rows], emissions[rows], labels[rows], weights)


def _segment_softmax(scores: Floats, left: Ints) -> Floats:
    """Softmax over the pairs of each left side; its pairs stand together."""
    first = np.flatnonzero(np.diff(left, prepend=-1))
    group = np.cumsum(np.diff(left, prepend=-1) != 0) - 1
    shares: Floats = np.exp(scores - np.maximum.reduceat(scores, first)[group])
    shares /= np.add.reduceat(shares, first)[group]
    return shares


def _link_scores(kind: str, ends: Floats, left: Ints, right: Ints, columns: Ints, weights: Weights) -> Floats:
    """Score of each pair; `ends` holds the states of the first and the last word of every span."""
    hidden: Floats = (ends @ weights[f"{kind}_left"])[left]
    hidden += np.where((right >= 0)[:, None], (ends @ weights[f"{kind}_right"])[right], 0)
    table = weights[f"{kind}_table"]
    for k in range(len(PAIR_COLUMNS)):
        hidden += table[columns[:, k]]
    np.maximum(hidden, 0, out=hidden)
    scores: Floats = hidden @ weights[f"{kind}_score"]
    return scores


def link(
    features: QuoteFeatures, states: Floats, emissions: Floats, labels: Ints, weights: Weights
) -> list[TaggedWords]:
    """Join the labelled spans of a document into quotations."""
    first, end, kinds = spans_of(labels)
    if not (kinds == CONTENT).any():
        return []
    pairs = Candidates(features, first, end, kinds)
    ends = np.concatenate([states[pairs.first], states[pairs.end - 1]], axis=1)
    cue_of = _best("content", ends, pairs.content_left, pairs.content_right, pairs.content_columns, weights)
    source_of = _best("cue", ends, pairs.cue_left, pairs.cue_right, pairs.cue_columns, weights)

    # how sure each label is, by its emissions alone
    shifted = emissions - emissions.max(axis=1, keepdims=True)
    sure = shifted[np.arange(len(labels)), labels] - np.log(np.exp(shifted).sum(axis=1))

    groups: dict[int, list[int]] = {}
    for k, (cue, _) in cue_of.items():
        groups.setdefault(cue if cue >= 0 else -k - 1, []).append(k)
    out = []
    for cue, members in groups.items():
        content = tuple((int(first[k]), int(end[k])) for k in members)
        source, source_share = source_of.get(cue, (-1, 1.0))
        certain = np.concatenate([sure[a:b] for a, b in content])
        edges = [sure[at] for a, b in content for at in (a, b - 1)]
        words = sum(b - a for a, b in content)
        out.append(
            TaggedWords(
                content=content,
                cue=((int(first[cue]), int(end[cue])),) if cue >= 0 else (),
                source=((int(pairs.first[source]), int(pairs.end[source])),) if source >= 0 else (),
                evidence=(
                    float(certain.mean()),
                    float(certain.min()),
                    float(np.mean(edges)),
                    float(np.mean([np.log(cue_of[k][1] + 1e-6) for k in members])),
                    float(np.log(source_share + 1e-6)),
                    float(np.log(words)),
                    float(source >= 0),
                ),
            )
        )
    return sorted(out, key=lambda quote: quote.content)


def _best(
    kind: str, ends: Floats, left: Ints, right: Ints, columns: Ints, weights: Weights
) -> dict[int, tuple[int, float]]:
    """The best right side of each left one, and its probability among the candidates."""
    best: dict[int, tuple[int, float]] = {}
    if len(left):
        shares = _segment_softmax(_link_scores(kind, ends, left, right, columns, weights), left)
        for a, b, share in zip(left.tolist(), right.tolist(), shares.tolist(), strict=True):
            if a not in best or share > best[a][1]:
                best[a] = (b, share)
    return best


def calibrated(evidence: Sequence[float], weights: Weights) -> float:
    """The probability that a quotation is right, from its evidence."""
    *slopes, intercept = weights["calibration"].tolist()
    logit = intercept + sum(slope * value for slope, value in zip(slopes, evidence, strict=True))
    return float(1 / (1 + np.exp(-logit)))
