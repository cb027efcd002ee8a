"""A stretch of text in quotation marks, and the paragraphs of a text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

_LINE_ENDS, _BLANK_LINE = re.compile(r"\n\s*"), re.compile(r"\n[^\S\n]*\n\s*")
_HARD_WRAPPED = 50
"""Characters of the shortest line that may have been broken at the width of a page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """A stretch of text in quotation marks; offsets are characters, ends exclusive.

    Attributes:
        start, end: with the marks.
        inner_start, inner_end: without them.
        depth: 0, or the number of regions around it.
        is_single: in single marks.
        is_opened: False where the opening mark is missing and the start is a guess.
        is_closed: False where the closing mark is missing; at the end of a paragraph this is usual where
            the quotation goes on in the next.
        continues: this region takes up the one before it, which was left open at the end of its paragraph.
    """

    start: int
    end: int
    inner_start: int
    inner_end: int
    depth: int = 0
    is_single: bool = False
    is_opened: bool = True
    is_closed: bool = True
    continues: bool = False


def paragraphs(text: str) -> list[tuple[int, int]]:
    """Return the paragraphs of a text as character spans.

    A blank line ends a paragraph, and so does every line end in a text without blank lines unless the lines
    look hard-wrapped (all but the last of about the same, long length).
    """
    ends = _BLANK_LINE if _is_hard_wrapped(text) else _LINE_ENDS
    spans = []
    start = 0
    for match in ends.finditer(text):
        if match.start() > start:
            spans.append((start, match.start()))
        start = match.end()
    if start < len(text):
        spans.append((start, len(text)))
    return spans


def _is_hard_wrapped(text: str) -> bool:
    """Return whether most single line ends of a text stand within a sentence, as in wire copy of old."""
    lines = text.split("\n")
    broken = whole = 0
    for raw, next_raw in pairwise(lines):
        line, following = raw.rstrip(), next_raw.strip()
        if not line or not following:
            continue
        if len(line) >= _HARD_WRAPPED and (line[-1].isalnum() or line[-1] in ",-") and following[0].islower():
            broken += 1
        elif line[-1] in '.!?"”':
            whole += 1
    return broken > 2 and broken >= whole
