"""How sure a name is, on the scale of real web news: of a hundred names of score .9, ninety are right.

Right in span and in entity. What model, rules and network say of a name ranks it, but was far too modest:
nine of ten names that they gave .6 to .8 were right. A slope and an offset on the logit (Platt 1999) keep
the order.
"""

from __future__ import annotations

import math
from functools import cache, lru_cache

from pipeline.models.weights import load_weights

_EDGE = 0.005
"""Scores nearer to 0 or 1 than this count as if they were this near."""


@lru_cache(maxsize=4096)
def calibrated(score: float) -> float:
    """Return the share of names of a score that are right on real web news, 0..1.

    Args:
        score: how sure model and rules are, 0..1.
    """
    slope, offset = _calibration()
    inside = min(max(score, _EDGE), 1 - _EDGE)
    return 1 / (1 + math.exp(-(slope * math.log(inside / (1 - inside)) + offset)))


def uncalibrated(score: float) -> float:
    """Return the score of which `calibrated` makes another one; as good as that, where it was near 0 or 1."""
    slope, offset = _calibration()
    inside = min(max(score, 1e-6), 1 - 1e-6)
    return 1 / (1 + math.exp((offset - math.log(inside / (1 - inside))) / slope))


@cache
def _calibration() -> tuple[float, float]:
    slope, offset = load_weights("names/calibration.npz")["names"].tolist()
    return slope, offset
