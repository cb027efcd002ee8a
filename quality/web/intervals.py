"""How far a figure could lie elsewhere, had other articles been drawn: the bootstrap by article.

Articles and not items are drawn (Efron 1979; as clusters, Field and Welsh 2007), since what stands in one
article is right or wrong together. The seed is fixed: the same counts give the same bounds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from quality.figures import Bounded, Figure
from quality.web.figures import FigureOf, summed

SEED = 20260301
N_SAMPLES = 1000
COVERED = 95.0
"""Percent of the samples between the bounds."""


def bounded(of: FigureOf, counts: Sequence[Mapping[str, float]], *, seed: int = SEED) -> Figure:
    """Return a figure of all articles with the bounds of its bootstrap; without bounds for one article.

    Args:
        of: makes the figure of summed counts.
        counts: of each article.
        seed: of the draws.
    """
    figure = of(summed(counts))
    if len(counts) < 2:
        return figure
    names = sorted({name for one in counts for name in one})
    table = np.array([[one.get(name, 0.0) for name in names] for one in counts])
    drawn = np.random.default_rng(seed).integers(len(counts), size=(N_SAMPLES, len(counts)))
    values = [of(dict(zip(names, table[rows].sum(axis=0).tolist(), strict=True))).value for rows in drawn]
    low, high = np.percentile(values, [(100 - COVERED) / 2, (100 + COVERED) / 2])
    return Bounded(figure, float(low), float(high))
