"""The loops of the forward pass: rows of tables added up, steps of an LSTM, the best labels.

This is numpy, one call for each sum of a step. Where the accelerator is built, its `loops.pyx` stands in for
this module: the same sums in the same order, going once over what is at hand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from pipeline.components.quotes.network.inputs import Ints
from pipeline.models.network import Floats

type Steps = Sequence[tuple[int, int]]

_PIECE = 512
"""Rows that are added at once: they stay in the processor's cache."""


def add_rows(sums: Floats, table: Floats, columns: Ints) -> None:
    """Add to each row of `sums` the rows of a table that its columns name, column after column.

    It does so in pieces that stay in the processor's cache; all at once takes half as long again.
    """
    for start in range(0, len(sums), _PIECE):
        part = sums[start : start + _PIECE]
        for rows in columns[start : start + _PIECE].T.copy():
            part += table.take(rows, axis=0)


def run_steps(
    given: Floats, bias: Floats, recurrent: Floats, steps: Steps, state: Floats, cell: Floats, out: Floats
) -> Floats:
    """Run some steps of a bidirectional LSTM; gates are i f o g, each `hidden` wide.

    Args:
        given: (2, rows, 4 * hidden), what the inputs give to the gates in the rows of these steps; it may be
            changed.
        bias: (2, 1, 4 * hidden).
        recurrent: (2, hidden, 4 * hidden).
        steps: (start, count) of the rows of each step; never more than in the step before.
        state: (2, rows of the step before or more, hidden), before the first of the steps.
        cell: the same; it is changed.
        out: (2, rows of all steps, hidden), gets the states.

    Returns:
        The state after the last of the steps, a part of `out`.
    """
    hidden = recurrent.shape[1]
    given += bias
    first, most = steps[0]
    sums = np.empty(2 * most * 4 * hidden, dtype=np.float32)
    for start, count in steps:
        gates = sums[: 2 * count * 4 * hidden].reshape(2, count, 4 * hidden)
        np.matmul(state[:, :count], recurrent, out=gates)
        gates += given[:, start - first : start - first + count]
        np.tanh(gates, out=gates)
        # The sigmoid of x is (tanh(x / 2) + 1) / 2; the halves of the inputs are in the weights.
        sigmoid = gates[:, :, : 3 * hidden]
        sigmoid *= 0.5
        sigmoid += 0.5
        open_cell = cell[:, :count]
        open_cell *= gates[:, :, hidden : 2 * hidden]
        new = gates[:, :, :hidden]
        new *= gates[:, :, 3 * hidden :]
        open_cell += new
        state = out[:, start : start + count]
        np.tanh(open_cell, out=state)
        state *= gates[:, :, 2 * hidden : 3 * hidden]
    return state


def viterbi(emissions: Floats, steps: Steps, weights: Mapping[str, Floats]) -> Ints:
    """Return the best label of each row.

    Args:
        emissions: (rows, labels).
        steps: (start, count) of the rows of each step; the rows at one place of all steps are a sequence.
        weights: `crf_transitions` (from, to), `crf_start` and `crf_end`.
    """
    transitions = weights["crf_transitions"]
    best = emissions.copy()  # score of the best path to each label of each row
    counts = [count for _, count in steps] + [0]
    before, most = 0, counts[0]
    best[:most] += weights["crf_start"]
    for start, count in steps[1:]:
        paths = best[before : before + count].T[:, :, None] + transitions[:, None, :]
        best[start : start + count] += paths.max(axis=0)
        before = start
    labels = np.empty(len(emissions), dtype=np.int32)
    arrivals = transitions.T.copy()  # to, from
    current = np.empty(0, dtype=np.intp)  # labels of the step behind
    for (start, count), behind in zip(reversed(steps), reversed(counts[1:]), strict=True):
        paths = best[start : start + behind] + arrivals[current]
        if behind == count:
            current = paths.argmax(axis=1)
        else:  # sequences that end here
            ended = best[start + behind : start + count] + weights["crf_end"]
            current = np.concatenate([paths, ended]).argmax(axis=1)
        labels[start : start + count] = current
    return labels
