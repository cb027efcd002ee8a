"""Apostrophes that were set as another mark: "the mayor‘s", "Dorn`s", "O´Brien"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.lexicons import Lexicon
from pipeline.reading.edits import Change

_MARKS = "‘`´ʼ"
_WRONG = re.compile(
    rf"(?<=[^\W\d_])[{_MARKS}](?=(?:[stdmSTDM]|re|ve|ll)\b)"  # Dorn‘s, can`t, they´ll
    rf"|(?<=\b[OLD])[{_MARKS}](?=[A-Z])"  # O‘Brien, L´Avenir
)


def apostrophe_changes(text: str, _: Lexicon) -> Iterator[Change]:
    """Yield the changes that make such marks the apostrophes that they stand for; no offset moves."""
    if any(mark in text for mark in _MARKS):
        for match in _WRONG.finditer(text):
            yield match.start(), match.end(), "’"
