"""The sums of a block against a slow reference, row by row."""

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.parsing.blocks import add_block, add_products
from pipeline.parsing.fastparse import _minimal, _window_products

WIDTH, ROWS = 8, 12


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(3)


def some(rng: np.random.Generator, *shape: int) -> NDArray[np.float32]:
    return rng.normal(size=shape).astype(np.float32)


@pytest.mark.parametrize("n_pieces", [1, 2, 3, 4])
def test_products_of_single_tokens_add_up_to_those_of_windows(
    rng: np.random.Generator, n_pieces: int
) -> None:
    tokens, places = some(rng, 5, WIDTH), rng.integers(0, 5, ROWS)
    weights = some(rng, 3 * WIDTH, n_pieces * WIDTH)
    added, multiplied = (np.empty((ROWS - 2, n_pieces * WIDTH), dtype=np.float32) for _ in range(2))
    add_products([tokens @ weights[at : at + WIDTH] for at in range(0, 3 * WIDTH, WIDTH)], places, added)
    room = np.empty(2 * ROWS * (1 + n_pieces) * WIDTH, dtype=np.float32)
    _window_products(tokens[places], _minimal(weights), room, multiplied)
    np.testing.assert_allclose(added, multiplied, rtol=1e-4, atol=1e-5)
    for at in (0, 4, 5, ROWS - 3):
        window = np.concatenate(tokens[places[at : at + 3]])
        np.testing.assert_allclose(multiplied[at], window @ weights, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("n_pieces", [1, 2, 3, 4])
def test_a_block_adds_the_normed_best_of_its_pieces(rng: np.random.Generator, n_pieces: int) -> None:
    x, pieces = some(rng, ROWS, WIDTH), some(rng, ROWS - 2, n_pieces * WIDTH)
    bias, scale, shift = some(rng, n_pieces * WIDTH), some(rng, WIDTH), some(rng, WIDTH)
    expected = x.copy()
    for row, sums in enumerate(pieces + bias, start=1):
        best = sums.reshape(n_pieces, WIDTH).max(axis=0)
        expected[row] += (best - best.mean()) / np.sqrt(best.var() + 1e-8) * scale + shift
    add_block(x, pieces, bias, scale, shift, np.empty((ROWS - 2, WIDTH), dtype=np.float32))
    np.testing.assert_allclose(x, expected, rtol=1e-4, atol=1e-5)
