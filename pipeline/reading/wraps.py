"""Line ends inside of sentences: lines broken at the width of a page, and text that a page cut apart."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from pipeline.lexicons import Lexicon
from pipeline.reading.edits import Change

_LINE = re.compile(r"[^\n]+")
_NARROWEST, _WIDEST = 40, 200
"""Characters of a line that may have been broken at the width of a page."""
_LEAST_WRAPS = 2
"""Lines that end inside of a sentence from which on a text is taken as broken at a width."""
_LONG = 40
"""Characters of a line that is more than an entry of a list."""
_SLACK = 0.08
"""Share of the width by which a full line may fall short of it."""
_ENDS = frozenset(".!?:;…\"”’')]")
_BULLETS = frozenset("-–—•*▪●■►>‣+")
_NO_WORD = re.compile(r".*[:@/]|\w+\.\w")
_HYPHEN = re.compile(r"(\w*[a-z])-$")


@dataclass(slots=True)
class _Pair:
    """Two lines, one below the other.

    Attributes:
        start, end: of what stands between them.
        gap: what stands there.
        length, next_length: of the lines.
        last, first: the characters on both sides.
        last_word, first_word: the words on both sides.
        full: length of the first line with the first word of the second.
    """

    start: int
    end: int
    gap: str
    length: int
    next_length: int
    last: str
    first: str
    last_word: str
    first_word: str
    full: int

    @property
    def goes_on(self) -> bool:
        """Whether the second line goes on with a sentence that the first has not ended."""
        if self.last == "," and self.length >= _LONG:
            return self.first not in _BULLETS
        return self.first.islower() and (self.last.isalnum() or self.last in ",-–—")


def wrap_changes(text: str, lexicon: Lexicon) -> Iterator[Change]:
    """Yield the changes that make one line of those that were one."""
    if "\n" not in text:
        return
    pairs = list(_pairs(text))
    width = _width(pairs)
    dangling, new_lines = lexicon.words("reading.dangling"), lexicon.words("reading.new_lines")
    for pair in pairs:
        if pair.first_word in new_lines or _NO_WORD.match(pair.first_word):
            continue
        if _is_wrap(pair, width, dangling):
            hyphen = pair.last == "-" and width > 0 and pair.first.islower()
            if hyphen and _is_word(text, pair):
                yield pair.start - 1, pair.end, ""
            else:
                yield pair.start, pair.end, "" if hyphen else " "


def _pairs(text: str) -> Iterator[_Pair]:
    for above, below in pairwise(_LINE.finditer(text)):
        first_word = below.group().split(" ", 1)[0]
        line = above.group()
        yield _Pair(
            start=above.end(),
            end=below.start(),
            gap=text[above.end() : below.start()],
            length=len(line),
            next_length=len(below.group()),
            last=line[-1],
            first=first_word[:1] or " ",
            full=len(line) + 1 + len(first_word),
            last_word=line.rsplit(" ", 1)[-1],
            first_word=first_word,
        )


def _width(pairs: list[_Pair]) -> int:
    """Return the width at which lines of a text were broken; 0 where they were not."""
    broken = [
        pair.length
        for pair in pairs
        if pair.gap == "\n" and pair.goes_on and _NARROWEST <= pair.length <= _WIDEST
    ]
    whole = sum(pair.gap == "\n" and pair.last in '.!?"”' and pair.length >= _NARROWEST for pair in pairs)
    return max(broken) if len(broken) >= _LEAST_WRAPS and 2 * len(broken) >= whole else 0


def _is_wrap(pair: _Pair, width: int, dangling: frozenset[str]) -> bool:
    is_long = max(pair.length, pair.next_length) >= _LONG
    if pair.gap != "\n":
        return is_long and pair.goes_on and (pair.last == "," or pair.last_word in dangling)
    if pair.first in _BULLETS:
        return False
    if is_long and pair.last not in _ENDS and (pair.goes_on or pair.last_word in dangling):
        return True
    return width > 0 and width * (1 - _SLACK) < pair.full and pair.length <= width * (1 + _SLACK)


def _is_word(text: str, pair: _Pair) -> bool:
    """Return whether the halves of a word at a line end stand in the text as one word."""
    half = _HYPHEN.search(text, max(0, pair.start - 30), pair.start)
    other = re.compile(r"\w+").match(text, pair.end)
    return half is not None and other is not None and half[1] + other.group() in text
