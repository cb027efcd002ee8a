"""The forward pass in numpy: windows of words, two bidirectional LSTM layers, a linear-chain CRF.

After Hochreiter and Schmidhuber (1997) and Lafferty et al. (2001).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.components.quotes.network.features import QuoteFeatures
from pipeline.components.quotes.network.inputs import Ints
from pipeline.components.quotes.network.links import LABELS
from pipeline.components.quotes.network.loops import add_rows, run_steps, viterbi
from pipeline.models.network import Floats

Weights = Mapping[str, Floats]

MAX_WINDOW = 256
"""Words of a window, which is what the layers read as one sequence."""
BATCH_WORDS = 16_384
"""Words that are read at once."""
_PIECE = 512
"""Rows whose gates are computed at once: they stay in the processor's cache."""


def encode(features: QuoteFeatures, weights: Weights, vectors: Floats) -> tuple[Floats, Floats, Ints]:
    """Return states (words, 2 * hidden), emissions (words, labels) and labels (words)."""
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
        packed = bidirectional_lstm(bidirectional_lstm(inputs, packing, weights, 1), packing, weights, 2)
        scores = packed @ weights["label_weights"] + weights["label_bias"]
        states[order], emissions[order] = packed, scores
        labels[order] = viterbi(scores, packing.steps, weights)
    return states, emissions, labels


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


def bidirectional_lstm(inputs: Floats, packing: Packing, weights: Weights, layer: int) -> Floats:
    """Run one bidirectional layer over packed rows: (rows, width) -> (rows, 2 * hidden).

    What the inputs give to the gates is computed for some steps at a time, and for them alone the inputs are
    turned round: all rows of a batch would take tens of megabytes, slower to fetch than to compute.
    """
    recurrent = weights[f"lstm{layer}_recurrent"]  # (2, hidden, 4 * hidden); gates i f o g
    hidden = recurrent.shape[1]
    from_input, bias = weights[f"lstm{layer}_input"], weights[f"lstm{layer}_bias"][:, None, :]
    out = np.empty((2, len(inputs), hidden), dtype=np.float32)
    most = packing.steps[0][1] if packing.steps else 0
    cell = np.zeros((2, most, hidden), dtype=np.float32)
    state = np.zeros((2, most, hidden), dtype=np.float32)
    gates = np.empty(2 * max(_PIECE, most) * 4 * hidden, dtype=np.float32)
    for steps in _pieces(packing.steps):
        first, last = steps[0][0], sum(steps[-1])
        forward, backward = piece = gates[: 2 * (last - first) * 4 * hidden].reshape(2, -1, 4 * hidden)
        np.matmul(inputs[first:last], from_input[0], out=forward)
        np.matmul(inputs.take(packing.flip[first:last], axis=0), from_input[1], out=backward)
        state = run_steps(piece, bias, recurrent, steps, state, cell, out)
    return np.concatenate([out[0], out[1].take(packing.flip, axis=0)], axis=1)


def _pieces(steps: Sequence[tuple[int, int]]) -> Iterator[Sequence[tuple[int, int]]]:
    """Yield runs of steps of at most `_PIECE` rows in all; a step of more rows stands alone."""
    begin = 0
    for end in range(1, len(steps) + 1):
        if end == len(steps) or steps[end][0] + steps[end][1] - steps[begin][0] > _PIECE:
            yield steps[begin:end]
            begin = end


def _inputs(columns: Ints, flags: NDArray[np.uint8], rows: Ints, weights: Weights, vectors: Floats) -> Floats:
    """Return what the first layer reads: the sum of the rows of all columns, flags and the word vector."""
    inputs: Floats = vectors[rows]  # row -1 is the row of zeros
    inputs += flags.astype(np.float32) @ weights["flags"]
    add_rows(inputs, weights["table"], columns)
    return inputs
