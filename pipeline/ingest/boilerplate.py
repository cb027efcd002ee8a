"""What is no article: consent walls, paywalls, error pages, pages that only list others, no words at all."""

from __future__ import annotations

import re
from functools import cache

from pipeline.lexicons import words

_MAX_WORDS_OF_A_WALL = 120
_MIN_LINES_OF_AN_INDEX = 20


def not_an_article(text: str, *, n_words: int, is_page: bool) -> str | None:
    """Return why a text is no article; None where it may be one.

    Args:
        text: cleaned.
        n_words: number of its words.
        is_page: it was taken out of a web page, where lists of headlines may pass for text.
    """
    if len(text) > 150 * max(n_words, 1):
        return f"{len(text)} characters in {n_words} words" if _is_spaced(text) else None
    if n_words <= _MAX_WORDS_OF_A_WALL:
        line = " ".join(text.lower().split())
        wall = next((phrase for phrase in _walls() if phrase in line), None)
        if wall:
            return f"a wall or an error page: {wall!r}"
    return "a list of links" if is_page and _is_index(text) else None


@cache
def _walls() -> tuple[str, ...]:
    return tuple(sorted(words("wall_phrases"), key=lambda phrase: (-len(phrase), phrase)))


def _is_spaced(text: str) -> bool:
    """Tell whether it is of a script that puts blanks between words."""
    head = text[:2000]
    return sum(c.isascii() or c < "\u0590" for c in head) * 2 > len(head)


_SENTENCE_END = re.compile(r"[.!?…。！？][\"'”’»)\]]*$")


def _is_index(text: str) -> bool:
    """Tell whether a text is many short lines of which hardly any is a sentence."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    if len(lines) < _MIN_LINES_OF_AN_INDEX:
        return False
    n_sentences = sum(bool(_SENTENCE_END.search(line)) for line in lines)
    n_long = sum(len(line) > 150 for line in lines)
    return n_sentences < 0.1 * len(lines) and n_long < 0.1 * len(lines)
