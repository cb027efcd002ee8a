"""A block of a tok2vec in numpy: x + norm(maxout(window(x))).

Where the accelerator is built, its `blocks.pyx` stands in for this module: the same sums in the same order.
"""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

type Floats = NDArray[np.float32]


def add_block(
    x: Floats,
    weights: Floats,
    bias: Floats,
    scale: Floats,
    shift: Floats,
    *,
    windows: Floats,
    pieces: Floats,
    best: Floats,
) -> None:
    """Add a block's output to all rows of `x` but the first and the last, in place.

    Args:
        x: (n + 2, width), its rows one after the other in memory.
        weights: of the maxout, (3 * width, pieces * width).
        bias: of the maxout, (pieces * width).
        scale: of the norm, (width).
        shift: of the norm, (width).
        windows: room for (n, 3 * width).
        pieces: room for (n, pieces * width).
        best: room for (n, width).
    """
    width = x.shape[1]
    # Three neighbouring rows lie one after the other in memory: read them as one row.
    np.copyto(windows, as_strided(x, windows.shape, x.strides))
    np.matmul(windows, weights, out=pieces)
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
