"""Lines written as headlines, where capitals tell little about what is a name."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter

from pipeline.components.doc.tokens import Tokens


def shouting_lines(tokens: Tokens) -> list[bool]:
    """Return for each line whether nearly all its longer words begin with a capital, as in some headlines."""
    words, lines = tokens.words, tokens.lines
    large = Counter([lines[i] for i in tokens.capitals if len(words[i]) > 3 and words[i][0].isalpha()])
    shouting = [False] * (lines[-1] + 1 if lines else 1)
    for line, n in large.items():
        if n < 3:
            continue
        first = bisect_left(lines, line)
        small = 0
        for i in range(first, bisect_left(lines, line + 1, lo=first)):
            word = words[i]
            if len(word) > 3 and word[0].isalpha() and not word[0].isupper():
                small += 1
                if n <= 3 * small:
                    break
        else:
            shouting[line] = True
    return shouting


def capital_lines(tokens: Tokens) -> frozenset[int]:
    """Return the lines of which nearly all words are in capitals: "TREASURY CHIEF ANA COLVEY QUITS"."""
    large: Counter[int] = Counter()
    for i in tokens.capitals:
        word = tokens.words[i]
        if len(word) > 1 and word.isupper() and word.isalpha():
            large[tokens.lines[i]] += 1
    lines = frozenset(line for line, n in large.items() if n > 2 and n > 0.8 * _n_words(tokens, line))
    if not lines:
        return lines
    pairs = zip(tokens.words, tokens.lines, strict=True)
    has_others = any(line not in lines and len(word) > 1 and word.isalpha() for word, line in pairs)
    return lines if has_others else frozenset()


def _n_words(tokens: Tokens, line: int) -> int:
    """Return how many words of several letters a line has."""
    first = bisect_left(tokens.lines, line)
    words = tokens.words[first : bisect_left(tokens.lines, line + 1, lo=first)]
    return sum([len(word) > 1 and word.isalpha() for word in words])
