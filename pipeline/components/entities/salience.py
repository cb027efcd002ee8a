"""How much a document is about an entity, 0..1.

Frequency, position and headline. The weights are few and round; they were chosen on the graded salience of
GUM's news (Lin and Zeldes 2024), where an entity counts as salient that human summaries mention. Being quoted
was tried and made it worse: articles quote spokespersons that they are not about.
"""

from __future__ import annotations

from math import log

TITLE, LEAD = 1.5, 0.5
"""Weight of being named in the headline, of standing in the lead."""
LEAD_WORDS = 150
"""News say in their first paragraphs what they are about."""


def salience(*, n_named: int, n_mentions: int, first: int, n_tokens: int, in_title: bool) -> float:
    """Return the salience of an entity, 0..1.

    Args:
        n_named: mentions by name.
        n_mentions: all mentions, with pronouns and descriptions.
        first: token of the first mention.
        n_tokens: length of the document.
        in_title: named in the headline.
    """
    count = log(1 + n_named + 0.5 * (n_mentions - n_named))
    weight = count * (1 - first / max(n_tokens, 1))
    weight += TITLE * in_title + LEAD * (first < LEAD_WORDS)
    return round(weight / (weight + 1.5), 4)
