"""The words of a text, and spans as sets of them: marks, commas and blanks at the edges do not matter.

A word is a run of word characters; it belongs to a span that touches it. Both definitions, and that of a
head word, are those of the scorers that the project is compared with.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence

type Offsets = Sequence[int]
"""Start and end of a span in characters, end exclusive."""

type WordSet = frozenset[int]
"""Numbers of words of one text."""

_WORD = re.compile(r"\w+")
_BREAK = re.compile(r"[,;:()\n—]|\s[-–]\s")
_APOSTROPHES = frozenset({"'", "’"})
# What ends a noun phrase's first chunk: prepositions, relative pronouns, conjunctions.
_ENDS_CHUNK = frozenset(
    {
        *("of", "at", "for", "in", "with", "from", "on", "to", "by", "as", "about", "near"),
        *("after", "before", "during", "including"),
        *("who", "whom", "whose", "which", "that", "when", "where"),
        *("and", "or"),
    }
)


class Words:
    """The words of a text by number."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.spans = [match.span() for match in _WORD.finditer(text)]
        self._ends = [end for _, end in self.spans]

    def touched(self, spans: Iterable[Offsets]) -> WordSet:
        """Return the words that any of the spans touches."""
        words: set[int] = set()
        for start, end in spans:
            number = bisect_right(self._ends, start)
            while start < end and number < len(self.spans) and self.spans[number][0] < end:
                words.add(number)
                number += 1
        return frozenset(words)

    def head(self, spans: Sequence[Offsets]) -> int | None:
        """Return the head word of a noun phrase: the last of its first chunk; None where there is no word.

        A chunk ends at a comma, colon, semicolon, bracket, line end or spaced dash, and before a preposition,
        relative pronoun or conjunction; a possessive 's does not end it. Of several spans the first counts.
        """
        if not spans:
            return None
        head = before = None
        for number in sorted(self.touched([min(spans, key=tuple)])):
            start, end = self.spans[number]
            word = self.text[start:end].lower()
            if before is not None:
                gap = self.text[self.spans[before][1] : start]
                if _BREAK.search(gap):
                    break
                if word == "s" and gap in _APOSTROPHES:
                    before = number
                    continue
                if word in _ENDS_CHUNK:
                    break
            head = before = number
        return head

    def same_head(self, one: Sequence[Offsets], other: Sequence[Offsets]) -> bool:
        """Tell whether the head of each side is among the words of the other."""
        return self.head(one) in self.touched(other) and self.head(other) in self.touched(one)


def overlap(one: WordSet, other: WordSet) -> float:
    """Return the Jaccard overlap of two sets of words, 0..1."""
    common = len(one & other)
    return common / (len(one) + len(other) - common) if common else 0.0


def pair_up(
    gold: Sequence[WordSet], found: Sequence[WordSet], *, least: float = 0.5
) -> list[tuple[int, int]]:
    """Pair gold and found items one to one, the best overlap first; ties go by their order.

    Args:
        gold: word sets.
        found: word sets.
        least: overlap from which on two items may be paired, more than 0.

    Returns:
        Pairs (number in `gold`, number in `found`), the best first.
    """
    possible = sorted(
        (-share, g, f)
        for g, own in enumerate(gold)
        for f, other in enumerate(found)
        if (share := overlap(own, other)) and share >= least - 1e-9
    )
    pairs: list[tuple[int, int]] = []
    free_gold, free_found = set(range(len(gold))), set(range(len(found)))
    for _, g, f in possible:
        if g in free_gold and f in free_found:
            free_gold.remove(g)
            free_found.remove(f)
            pairs.append((g, f))
    return pairs
