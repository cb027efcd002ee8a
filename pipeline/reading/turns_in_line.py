"""Turns of an interview or a transcript that stand in one line.

In "... of zoos. Q: Is there a need? A: I think so." each begins a line in the view, as it does on the page
that lost its line ends.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from pipeline.lexicons import Lexicon
from pipeline.reading.edits import Change

_LEAST = 2
"""Times that a label comes back, and labels that do."""
_CAPITALS = r"[A-Z][A-Z.'’-]{2,}(?: [A-Z][A-Z.'’-]+){0,3}"


def turn_changes(text: str, lexicon: Lexicon) -> Iterator[Change]:
    """Yield the blanks before labels that become line ends."""
    if text.count(": ") < _LEAST * _LEAST:
        return
    found = [(match.start(), match[1]) for match in lexicon.made(_labels).finditer(text)]
    counts = Counter(label for _, label in found)
    if sum(count >= _LEAST for count in counts.values()) < _LEAST:
        return
    for at, label in found:
        if counts[label] >= _LEAST and text[at] == " ":
            yield at, at + 1, "\n"


def _labels(lexicon: Lexicon) -> re.Pattern[str]:
    """Return the pattern of labels at the beginning of a line, or behind the end of a sentence."""
    labels = lexicon.words("quotes.labels_of_questions") | lexicon.words("quotes.labels_of_answers")
    short = "|".join(sorted(map(re.escape, map(str.capitalize, labels))))
    return re.compile(rf"(?:(?<=[.?!…\"”’')\]]) |(?:^|\n)(?=\S))({short}|{_CAPITALS}) ?: ")
