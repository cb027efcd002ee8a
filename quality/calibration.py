"""Is a score what it says, and does it rank?"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import pairwise

from quality.figures import Figures, Share, Value

_BINS = (0.0, 0.2, 0.4, 0.6, 0.8, 0.9, 1.0)


def reliability(scored: Sequence[tuple[float, bool]]) -> Figures:
    """Return how many of the items of each range of scores are right, and the expected calibration error.

    The error (Naeini, Cooper and Hauskrecht 2015) is the mean distance of the share that is right from the
    mean score, over the ranges, weighted by their sizes; in percentage points.
    """
    figures: Figures = {}
    error = 0.0
    for low, high in pairwise(_BINS):
        inside = [(s, right) for s, right in scored if low <= s < high or (s == high == _BINS[-1])]
        if inside:
            n_right = sum(right for _, right in inside)
            mean = sum(score for score, _ in inside) / len(inside)
            error += abs(n_right - mean * len(inside))
            figures[f"score {low:.1f} to {high:.1f}, {mean:.2f} on average"] = Share(n_right, len(inside))
    figures["expected calibration error"] = Value(100 * error / max(len(scored), 1), len(scored))
    return figures


def auc(scored: Sequence[tuple[float, bool]]) -> float:
    """Return the area under the ROC curve, 0..100: how often a right item has the higher score.

    A tie counts half.

    It is 50 where all items are right or none is.
    """
    right = [score for score, is_right in scored if is_right]
    wrong = sorted(score for score, is_right in scored if not is_right)
    if not right or not wrong:
        return 50.0
    return 50 * sum(bisect_left(wrong, s) + bisect_right(wrong, s) for s in right) / (len(right) * len(wrong))
