"""Phrases that are looked for word by word."""

from __future__ import annotations

from collections.abc import Iterable


def by_first_word(phrases: Iterable[str]) -> dict[str, list[list[str]]]:
    """Return phrases as their words, by the first of them; those of one word stay in their order.

    >>> by_first_word(["because of", "due to", "because"])
    {'because': [['because', 'of'], ['because']], 'due': [['due', 'to']]}
    """
    found: dict[str, list[list[str]]] = {}
    for phrase in phrases:
        words = phrase.split()
        found.setdefault(words[0], []).append(words)
    return found
