"""How much a document is about an entity, 0..1.

Frequency, position and headline, as measured on GUM's graded salience (Lin & Zeldes 2024); the weights are
few and round.
"""

from __future__ import annotations

from math import log


def salience(
    *, n_named: int, n_mentions: int, first: float, in_title: bool, is_speaker: bool = False
) -> float:
    """Return the salience of an entity, 0..1.

    Args:
        n_named: mentions by name.
        n_mentions: all mentions, with pronouns and descriptions.
        first: where the first mention stands, 0 (start of the text) .. 1 (end).
        in_title: named in the headline.
        is_speaker: the document quotes it.
    """
    weight = log(1 + n_named + 0.5 * (n_mentions - n_named)) * (1 - first) + in_title + 0.2 * is_speaker
    return round(weight / (weight + 1.5), 4)
