"""Find contents, cues and sources of quotations with a small network, and link them.

Two bidirectional LSTM layers (Hochreiter and Schmidhuber 1997) read the features of the parse
(`quote_features.py`) in windows of whole paragraphs; a linear-chain CRF (Lafferty et al. 2001) decodes the
labels; a multilayer perceptron scores for each content fragment its nearest cues and for each cue its nearest
sources (`quote_links.py`). Trained by `training/quotes.py`; the weights and their card lie in
`pipeline/models/quotes`. This file is the forward pass in numpy.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import log
from statistics import fmean
from typing import Any

import numpy as np
from numpy.typing import NDArray
from spacy.tokens import Doc, Span

from pipeline.components.quotes.attribution import Candidate
from pipeline.components.quotes.network.features import Ints, QuoteFeatures, quote_features
from pipeline.components.quotes.network.links import CONTENT, LABELS, Candidates, spans_of
from pipeline.models.weights import load_weights

Floats = NDArray[np.float32]
Weights = Mapping[str, Floats]

MAX_WINDOW = 256  # words
BATCH_WORDS = 16_384
_PIECE = 512  # rows
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
    """A `TaggedQuote` in spans of words `(first, end)` of the features, before it meets the `Doc`.

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
    texts: Sequence[str] | None = None,
    least: float = LEAST_SCORE,
) -> list[list[TaggedQuote]]:
    """Find the quotations of parsed documents, in text order. Many documents at once are faster than one.

    Args:
        docs: with tags, heads, labels, sentences, entities and vectors, all of one vocabulary.
        candidates: what the rules found in each document; they are run where None.
        texts: of the documents, where they are at hand.
        least: quotations of a lower score are left out.
    """
    out: list[list[TaggedQuote]] = [[] for _ in docs]
    if not docs:
        return out
    weights = shipped_weights()
    vectors = _project(docs[0].vocab.vectors.data, weights)
    for start, end in _batches([len(doc) for doc in docs]):
        batch = docs[start:end]
        features = quote_features(
            batch,
            candidates[start:end] if candidates is not None else None,
            texts=texts[start:end] if texts is not None else None,
        )
        tokens = features.tokens

        def spans(pairs: Sequence[tuple[int, int]], doc: Doc, tokens: Ints = tokens) -> tuple[Span, ...]:
            return tuple(Span(doc, int(tokens[a]), int(tokens[b - 1]) + 1) for a, b in pairs)

        for quote in tag_words(features, weights, vectors):
            score = round(calibrated(quote.evidence, weights), 4)
            if score >= least:
                number = int(features.documents[quote.content[0][0]])
                doc = batch[number]
                content, cue, source = (spans(part, doc) for part in (quote.content, quote.cue, quote.source))
                found = TaggedQuote(content=content, cue=cue, source=source, score=score)
                out[start + number].append(found)
    return out


def _batches(sizes: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Runs of documents of at most `BATCH_WORDS` tokens in all, or of one that has more."""
    start = total = 0
    for end, size in enumerate(sizes):
        if end > start and total + size > BATCH_WORDS:
            yield start, end
            start, total = end, 0
        total += size
    yield start, len(sizes)


@cache
def shipped_weights() -> Weights:
    """The weights shipped with the package, as float32."""
    return {name: array.astype(np.float32) for name, array in load_weights("quotes/tagger.npz").items()}


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


def tag_words(features: QuoteFeatures, weights: Weights, vectors: Floats) -> list[TaggedWords]:
    """The quotations of the documents that the features are of, in text order."""
    if not len(features):
        return []
    states, emissions, labels = encode(features, weights, vectors)
    return link(features, states, emissions, labels, weights)


def windows(features: QuoteFeatures, limit: int = MAX_WINDOW) -> list[tuple[int, int]]:
    """Cut documents into runs of whole paragraphs of at most `limit` words; none reaches over the end of one.

    A longer paragraph is cut at its last sentence begin that fits, or where the limit falls.
    """
    n = len(features)
    stops = [*np.flatnonzero(np.diff(features.paragraphs, prepend=-1)).tolist()[1:], n] if n else []
    ends = {*np.flatnonzero(np.diff(features.documents)).tolist(), n - 1}  # last words of documents
    sentence_starts = np.flatnonzero(np.diff(features.sentences, prepend=-1)).tolist()
    out: list[tuple[int, int]] = []
    start = end = 0
    for stop in stops:
        if stop - start > limit and end > start:
            out.append((start, end))
            start = end
        while stop - start > limit:
            cut = sentence_starts[bisect_right(sentence_starts, start + limit) - 1]
            if cut <= start:
                cut = start + limit
            out.append((start, cut))
            start = cut
        end = stop
        if stop - 1 in ends:
            out.append((start, end))
            start = end
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
    best = emissions.copy()  # score of the best path to each label of each row
    counts = [count for _, count in packing.steps] + [0]
    before, most = 0, counts[0]
    best[:most] += weights["crf_start"]
    for start, count in packing.steps[1:]:
        paths = best[before : before + count].T[:, :, None] + transitions[:, None, :]
        best[start : start + count] += paths.max(axis=0)
        before = start
    labels = np.empty(len(emissions), dtype=np.int32)
    arrivals = transitions.T.copy()  # to, from
    current = np.empty(0, dtype=np.intp)  # labels of the step behind
    for (start, count), behind in zip(reversed(packing.steps), reversed(counts[1:]), strict=True):
        paths = best[start : start + behind] + arrivals[current]
        if behind == count:
            current = paths.argmax(axis=1)
        else:  # windows that end here
            ended = best[start + behind : start + count] + weights["crf_end"]
            current = np.concatenate([paths, ended]).argmax(axis=1)
        labels[start : start + count] = current
    return labels


def encode(features: QuoteFeatures, weights: Weights, vectors: Floats) -> tuple[Floats, Floats, Ints]:
    """States (words, 2 * hidden), emissions (words, labels) and labels (words)."""
    columns, flags, rows = features.columns, features.flags, features.vector_rows
    n = len(features)
    states = np.empty((n, 2 * weights["lstm2_recurrent"].shape[1]), dtype=np.float32)
    emissions = np.empty((n, len(LABELS)), dtype=np.float32)
    labels = np.empty(n, dtype=np.int32)
    # Windows of about one length together, so many at a time that the gates of a long text fit into memory.
    spans = sorted(windows(features), key=lambda span: span[0] - span[1])
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
    _add_rows(inputs, weights["table"], columns)
    return inputs


def _add_rows(sums: Floats, table: Floats, columns: Ints) -> None:
    """Add to each row of `sums` the rows of a table that its columns name.

    In pieces that stay in the processor's cache, all at once takes half as long again.
    """
    for start in range(0, len(sums), _PIECE):
        part = sums[start : start + _PIECE]
        for rows in columns[start : start + _PIECE].T.copy():
            part += table.take(rows, axis=0)


def _link_scores(kind: str, ends: Floats, left: Ints, right: Ints, columns: Ints, weights: Weights) -> Floats:
    """Score of each pair; `ends` holds the states of the first and the last word of every span."""
    hidden: Floats = (ends @ weights[f"{kind}_left"])[left]
    hidden += np.where((right >= 0)[:, None], (ends @ weights[f"{kind}_right"])[right], 0)
    _add_rows(hidden, weights[f"{kind}_table"], columns)
    np.maximum(hidden, 0, out=hidden)
    scores: Floats = hidden @ weights[f"{kind}_score"]
    return scores


def link(
    features: QuoteFeatures, states: Floats, emissions: Floats, labels: Ints, weights: Weights
) -> list[TaggedWords]:
    """Join the labelled spans of documents into quotations."""
    first, end, kinds = spans_of(labels, features.documents)
    if not (kinds == CONTENT).any():
        return []
    pairs = Candidates(features, first, end, kinds)
    ends = np.concatenate([states[pairs.first], states[pairs.end - 1]], axis=1)
    cue_of = _best("content", ends, pairs.content_left, pairs.content_right, pairs.content_columns, weights)
    source_of = _best("cue", ends, pairs.cue_left, pairs.cue_right, pairs.cue_columns, weights)

    # how sure each label is, by its emissions alone
    shifted = emissions - emissions.max(axis=1, keepdims=True)
    sure = (shifted[np.arange(len(labels)), labels] - np.log(np.exp(shifted).sum(axis=1))).tolist()

    groups: dict[int, list[int]] = {}
    for k, (cue, _) in cue_of.items():
        groups.setdefault(cue if cue >= 0 else -k - 1, []).append(k)
    out = []
    firsts, stops = pairs.first.tolist(), pairs.end.tolist()
    for cue, members in groups.items():
        content = tuple((firsts[k], stops[k]) for k in members)
        source, source_share = source_of.get(cue, (-1, 1.0))
        certain = [value for a, b in content for value in sure[a:b]]
        out.append(
            TaggedWords(
                content=content,
                cue=((firsts[cue], stops[cue]),) if cue >= 0 else (),
                source=((firsts[source], stops[source]),) if source >= 0 else (),
                evidence=(
                    fmean(certain),
                    min(certain),
                    fmean(sure[at] for a, b in content for at in (a, b - 1)),
                    fmean(log(cue_of[k][1] + 1e-6) for k in members),
                    log(source_share + 1e-6),
                    log(len(certain)),
                    float(source >= 0),
                ),
            )
        )
    return sorted(out, key=lambda quote: quote.content)


def _best(
    kind: str, ends: Floats, left: Ints, right: Ints, columns: Ints, weights: Weights
) -> dict[int, tuple[int, float]]:
    """The best right side of each left one, and its probability among the candidates.

    The pairs of a left side stand together; of two that are as good the first is the best.
    """
    if not len(left):
        return {}
    scores = _link_scores(kind, ends, left, right, columns, weights)
    is_first = np.diff(left, prepend=-1) != 0
    first, group = np.flatnonzero(is_first), np.cumsum(is_first) - 1
    shares = np.exp(scores - np.maximum.reduceat(scores, first)[group])
    shares /= np.add.reduceat(shares, first)[group]
    is_best = np.flatnonzero(shares == np.maximum.reduceat(shares, first)[group])
    best = is_best[np.diff(group[is_best], prepend=-1) != 0]
    found = zip(right[best].tolist(), shares[best].tolist(), strict=True)
    return dict(zip(left[best].tolist(), found, strict=True))


def calibrated(evidence: Sequence[float], weights: Weights) -> float:
    """The probability that a quotation is right, from its evidence."""
    *slopes, intercept = weights["calibration"].tolist()
    logit = intercept + sum(slope * value for slope, value in zip(slopes, evidence, strict=True))
    return float(1 / (1 + np.exp(-logit)))
