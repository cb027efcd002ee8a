"""The forward pass against slow references, and against torch."""

from dataclasses import fields, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.components.quotes.network import linker, loops, lstm
from pipeline.components.quotes.network.features import QuoteFeatures
from pipeline.components.quotes.network.links import LABELS
from pipeline.components.quotes.network.lstm import Packing, windows
from pipeline.models.network import Floats, project_vectors

RECORDED = Path(__file__).parent / "quote_tagger_torch.npz"


def features_of(sentences: np.ndarray, paragraphs: np.ndarray) -> QuoteFeatures:
    """Features that know sentences and paragraphs only."""
    empty = {field.name: np.zeros(len(sentences), dtype=np.int32) for field in fields(QuoteFeatures)}
    return QuoteFeatures(**{**empty, "sentences": sentences, "paragraphs": paragraphs})


def slow_lstm(x: np.ndarray, inputs: np.ndarray, recurrent: np.ndarray, bias: np.ndarray) -> np.ndarray:
    """One direction over one window, word by word, with sigmoids written as sigmoids."""
    hidden = recurrent.shape[0]
    state, cell, out = np.zeros(hidden), np.zeros(hidden), []
    for row in x:
        sums = row @ inputs + state @ recurrent + bias
        i, f, o = np.split(1 / (1 + np.exp(-2 * sums[: 3 * hidden])), 3)
        cell = f * cell + i * np.tanh(sums[3 * hidden :])
        state = o * np.tanh(cell)
        out.append(state)
    return np.array(out)


@pytest.mark.parametrize("sizes", [[5], [3, 7, 1, 7], [1, 1]])
def test_lstm_over_packed_windows_is_the_lstm_of_each_window(sizes: list[int]) -> None:
    rng = np.random.default_rng(1)
    weights = {
        "lstm1_input": rng.normal(size=(2, 4, 12)).astype(np.float32),
        "lstm1_recurrent": rng.normal(size=(2, 3, 12)).astype(np.float32),
        "lstm1_bias": rng.normal(size=(2, 12)).astype(np.float32),
    }
    x = rng.normal(size=(sum(sizes), 4)).astype(np.float32)
    starts = np.cumsum([0, *sizes[:-1]])
    packing = Packing(starts, np.array(sizes))
    out = np.empty((len(x), 6), dtype=np.float32)
    out[packing.order] = lstm.bidirectional_lstm(x[packing.order], packing, weights, 1)
    for start, size in zip(starts, sizes, strict=True):
        window = x[start : start + size]
        parts = [weights[f"lstm1_{part}"] for part in ("input", "recurrent", "bias")]
        ahead = slow_lstm(window, *(part[0] for part in parts))
        behind = slow_lstm(window[::-1], *(part[1] for part in parts))
        expected = np.concatenate([ahead, behind[::-1]], axis=1)
        np.testing.assert_allclose(out[start : start + size], expected, rtol=1e-4, atol=1e-5)


def test_viterbi_finds_the_best_of_all_paths() -> None:
    rng = np.random.default_rng(2)
    count = len(LABELS)
    weights = {
        "crf_transitions": rng.normal(size=(count, count)).astype(np.float32),
        "crf_start": rng.normal(size=count).astype(np.float32),
        "crf_end": rng.normal(size=count).astype(np.float32),
    }
    sizes = [4, 2, 1]
    emissions = rng.normal(size=(7, count)).astype(np.float32)
    packing = Packing(np.array([0, 4, 6]), np.array(sizes))
    labels = np.empty(7, dtype=int)
    labels[packing.order] = loops.viterbi(emissions[packing.order], packing.steps, weights)
    start = 0
    for size in sizes:
        rows = emissions[start : start + size]

        def total(path: tuple[int, ...], rows: Floats = rows) -> float:
            return float(
                sum(rows[k][label] for k, label in enumerate(path))
                + sum(weights["crf_transitions"][a][b] for a, b in pairwise(path))
                + weights["crf_start"][path[0]]
                + weights["crf_end"][path[-1]]
            )

        best = max(np.ndindex(*[count] * size), key=total)
        assert labels[start : start + size].tolist() == list(best)
        start += size


def test_forward_pass_agrees_with_the_one_recorded_from_torch() -> None:
    """The recording: a tiny network on random rows, `python -m training.quotes --record`."""
    with np.load(RECORDED) as stored:
        recorded = {name: stored[name] for name in stored.files}
    weights = {name.removeprefix("w:"): array for name, array in recorded.items() if name.startswith("w:")}
    n = len(recorded["rows"])
    features = replace(
        features_of(np.zeros(n, dtype=int), np.zeros(n, dtype=int)),
        columns=recorded["columns"],
        vector_rows=recorded["rows"],
        flags=recorded["flags"],
    )
    vectors = project_vectors(recorded["vectors"], weights["vector_projection"])
    states, emissions, _ = lstm.encode(features, weights, vectors)
    np.testing.assert_allclose(states, recorded["states"], rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(emissions, recorded["emissions"], rtol=1e-4, atol=1e-5)
    ends = np.concatenate([states[recorded["first"]], states[recorded["last"]]], axis=1)
    scores = linker.link_scores(
        "content", ends, recorded["left"], recorded["right"], recorded["pairs"], weights
    )
    np.testing.assert_allclose(scores, recorded["scores"], rtol=1e-4, atol=1e-4)


@given(st.lists(st.tuples(st.integers(1, 30), st.booleans(), st.booleans()), max_size=30), st.integers(5, 40))
def test_windows_tile_the_documents_and_hold_to_the_limit(
    made: list[tuple[int, bool, bool]], limit: int
) -> None:
    sizes = [size for size, _, _ in made]
    documents = np.repeat(np.cumsum([ends for _, _, ends in made], dtype=int), sizes)
    paragraphs = np.cumsum([breaks or ends for _, breaks, ends in made], dtype=int)
    features = features_of(np.repeat(np.arange(len(made)), sizes), np.repeat(paragraphs, sizes))
    features = replace(features, documents=documents)
    found = windows(features, limit)
    assert all(documents[a] == documents[b - 1] for a, b in found)
    assert [a for a, _ in found[1:]] == [b for _, b in found[:-1]]
    assert sum(b - a for a, b in found) == len(features)
    assert all(0 < b - a <= limit for a, b in found)
