"""Is a score what it says, and does it rank?"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import pairwise

from quality.figures import Figures, Share, Value

BINS = (0.0, 0.2, 0.4, 0.6, 0.8, 0.9, 1.0)
"""The bounds of the ranges in which scores are taken together."""


type Outcome = tuple[float, bool]
"""A score, and whether its item is right."""


def reliability(scored: Sequence[Outcome]) -> Figures:
    """Return how many of the items of each range of scores are right, and the expected calibration error.

    The error (Naeini, Cooper and Hauskrecht 2015) is the mean distance of the share that is right from the
    mean score, over the ranges, weighted by their sizes; in percentage points.
    """
    figures: Figures = {}
    for (low, high), inside in binned(scored):
        if inside:
            mean = sum(score for score, _ in inside) / len(inside)
            name = f"score {low:.1f} to {high:.1f}, {mean:.2f} on average"
            figures[name] = Share(sum(right for _, right in inside), len(inside))
    figures["expected calibration error"] = Value(calibration_error(scored), len(scored))
    return figures


def binned(scored: Sequence[Outcome]) -> list[tuple[tuple[float, float], list[Outcome]]]:
    """Return the items in each range of scores, with the bounds of the range."""
    return [
        ((low, high), [(s, right) for s, right in scored if low <= s < high or (s == high == BINS[-1])])
        for low, high in pairwise(BINS)
    ]


def calibration_error(scored: Sequence[Outcome]) -> float:
    """Return the expected calibration error, in percentage points; 0 of nothing."""
    error = sum(
        abs(sum(right for _, right in inside) - sum(score for score, _ in inside))
        for _, inside in binned(scored)
    )
    return 100 * error / max(len(scored), 1)


def auc(scored: Sequence[Outcome]) -> float:
    """Return the area under the ROC curve, 0..100: how often a right item has the higher score.

    A tie counts half.

    It is 50 where all items are right or none is.
    """
    right = [score for score, is_right in scored if is_right]
    wrong = sorted(score for score, is_right in scored if not is_right)
    if not right or not wrong:
        return 50.0
    return 50 * sum(bisect_left(wrong, s) + bisect_right(wrong, s) for s in right) / (len(right) * len(wrong))
