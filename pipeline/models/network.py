"""A small network with its weights, and the pipeline's vectors in the width that it reads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

type Floats = NDArray[np.float32]


class Network:
    """The weights; it keeps the projection of the vector table that it met last.

    A pipeline has one table, which lives as long as its vocabulary.
    """

    def __init__(self, stored: Mapping[str, NDArray[Any]], *, projection: str) -> None:
        """Take weights as they are stored.

        Args:
            stored: arrays by name, of any precision.
            projection: which of them is the projection of a word vector, (width of the table, own width).
        """
        self.weights: Mapping[str, Floats] = {
            name: array.astype(np.float32) for name, array in stored.items()
        }
        self._projection = self.weights[projection]
        self._table: NDArray[Any] | None = None
        self._projected: Floats = np.zeros((1, 0), dtype=np.float32)

    def fits(self, table: NDArray[Any]) -> bool:
        """Return whether a vector table has rows, of the width that the network was trained with."""
        return table.ndim == 2 and len(table) > 0 and table.shape[1] == len(self._projection)

    def vectors(self, table: NDArray[Any]) -> Floats:
        """Return a vector table in the network's width, see `project_vectors`."""
        if self._table is not table:
            self._table, self._projected = table, project_vectors(table, self._projection)
        return self._projected


def project_vectors(table: NDArray[Any], projection: Floats) -> Floats:
    """Return a vector table times a network's projection, and a row of zeros for missing vectors.

    A table of another width than the model's is as good as none: all its rows are zeros.
    """
    projected = np.zeros((len(table) + 1, projection.shape[1]), dtype=np.float32)
    if table.ndim == 2 and table.shape[1] == projection.shape[0]:
        projected[:-1] = np.asarray(table, dtype=np.float32) @ projection
    return projected
