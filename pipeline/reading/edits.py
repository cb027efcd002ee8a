"""Changes of a text, and the way back: from places in the changed text to places in the one before."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence

type Change = tuple[int, int, str]
"""Start and end in a text, and what stands there afterwards. An empty range is an insertion."""

type Edit = tuple[int, int, int, int]
"""Start and end of a change in the text after it, then in the text before it."""


def changed(text: str, changes: Iterable[Change]) -> tuple[str, list[Edit]]:
    """Apply changes to a text.

    Args:
        text: any string.
        changes: in order, none reaching into the next; those that change nothing are left out.

    Returns:
        The text after them, and the edits by which `Offsets` finds the way back.
    """
    parts: list[str] = []
    edits: list[Edit] = []
    at = length = 0
    for start, end, replacement in changes:
        if text[start:end] == replacement:
            continue
        parts += (text[at:start], replacement)
        first = length + start - at
        length = first + len(replacement)
        edits.append((first, length, start, end))
        at = end
    if not edits:
        return text, []
    parts.append(text[at:])
    return "".join(parts), edits


class Offsets:
    """The way from offsets of a reading view back to those of the stored text.

    A text that was changed in several steps has the edits of each. Characters that were put in belong to no
    character of the stored text; those that were taken out belong to a span if it reaches over them.
    """

    def __init__(self, steps: Iterable[Sequence[Edit]] = ()) -> None:
        """Take the edits of each step, the first step first."""
        self._steps = [([edit[0] for edit in step], step) for step in reversed([*steps]) if step]

    def stored(self, start: int, end: int) -> tuple[int, int]:
        """Return the range of the stored text that a range of the view stands for, its ends exclusive."""
        if not self._steps:
            return start, end
        first = self.start(start)
        return first, max(first, self.end(end))

    def start(self, offset: int) -> int:
        """Return where the character at an offset of the view stands in the stored text."""
        for firsts, step in self._steps:
            at = bisect_right(firsts, offset) - 1
            if at >= 0:
                after, after_end, before, before_end = step[at]
                inside = after_end > offset
                offset = (
                    min(before + offset - after, before_end) if inside else before_end + offset - after_end
                )
        return offset

    def end(self, offset: int) -> int:
        """Return where what stands before an offset of the view ends in the stored text."""
        for firsts, step in self._steps:
            at = bisect_left(firsts, offset) - 1
            if at >= 0:
                after, after_end, before, before_end = step[at]
                inside = after_end > offset
                offset = (
                    min(before + offset - after, before_end) if inside else before_end + offset - after_end
                )
        return offset
