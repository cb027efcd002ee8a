"""What lies between the products of a tok2vec's block, x + norm(maxout(window(x))), in numpy.

Where the accelerator is built, its `blocks.pyx` stands in for this module, with the same sums in the same
order.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

type Floats = NDArray[np.float32]
type Ints = NDArray[np.int64]


def add_products(products: Sequence[Floats], places: Ints, pieces: Floats) -> None:
    """Write for each window the sum of the products of its three tokens.

    Args:
        products: of the tokens as the first, second and third of a window, each (tokens, pieces * width).
        places: which token stands in each of n + 2 rows.
        pieces: (n, pieces * width), gets the sums.
    """
    n = len(pieces)
    pieces[...] = products[0].take(places[:n], axis=0)
    pieces += products[1].take(places[1 : n + 1], axis=0)
    pieces += products[2].take(places[2 : n + 2], axis=0)


def pair_rows(x: Floats, sums: Floats) -> None:
    """Write the sums and differences of rows that two neighbouring windows are computed of.

    Args:
        x: (2 * n + 2, width).
        sums: (4, n, width), gets them.
    """
    before, first, second, after = x[:-2:2], x[1:-1:2], x[2::2], x[3::2]
    np.subtract(before, second, out=sums[0])
    np.add(first, second, out=sums[1])
    np.subtract(second, first, out=sums[2])
    np.subtract(first, after, out=sums[3])


def add_pairs(products: Floats, pieces: Floats) -> None:
    """Write the products of all windows, of those of their sums and differences.

    Args:
        products: (4, n, pieces * width).
        pieces: (2 * n, pieces * width), gets the sums.
    """
    first, second = pieces[::2], pieces[1::2]
    np.add(products[0], products[1], out=first)
    first += products[2]
    np.subtract(products[1], products[2], out=second)
    second -= products[3]


def add_block(x: Floats, pieces: Floats, bias: Floats, scale: Floats, shift: Floats, best: Floats) -> None:
    """Add a block's output to all rows of `x` but the first and the last, in place.

    Args:
        x: (n + 2, width).
        pieces: (n, pieces * width), the products; they may be changed.
        bias: of the maxout, (pieces * width).
        scale: of the norm, (width).
        shift: of the norm, (width).
        best: room for (n, width).
    """
    width = x.shape[1]
    pieces += bias
    np.maximum(pieces[:, :width], pieces[:, -width:], out=best)
    for start in range(width, pieces.shape[1] - width, width):
        np.maximum(best, pieces[:, start : start + width], out=best)
    best -= best.mean(axis=1, keepdims=True)
    variance = np.einsum("ij,ij->i", best, best) / width
    best *= ((variance + 1e-8) ** -0.5)[:, None]
    best *= scale
    best += shift
    x[1:-1] += best
