"""A stretch of text in quotation marks."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass


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

    def inner_tokens(self, starts: Sequence[int]) -> tuple[int, int]:
        """Return the tokens within the marks, as a half-open range.

        Args:
            starts: where the tokens of the document start.
        """
        return bisect_left(starts, self.inner_start), bisect_left(starts, self.inner_end)
