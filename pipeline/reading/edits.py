"""Changes of a text, and the way back: from places in the changed text to places in the one before."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence

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
    """The way between the offsets of a reading view and those of the stored text.

    A text that was changed in several steps has the edits of each. Characters that were put in belong to no
    character of the stored text; those that were taken out belong to a range if it reaches over them.
    """

    def __init__(self, steps: Iterable[Sequence[Edit]] = ()) -> None:
        """Take the edits of each step, the first step first."""
        self._steps = [step for step in steps if step]
        self._back = [_Step(step) for step in reversed(self._steps)]

    def stored(self, start: int, end: int) -> tuple[int, int]:
        """Return the range of the stored text that a range of the view stands for, its ends exclusive."""
        if not self._back:
            return start, max(start, end)
        return _range(self._back, start, end)

    def stored_tokens(self, starts: list[int], ends: list[int]) -> tuple[list[int], list[int]]:
        """Return where tokens start and end in the stored text, each as `stored` has it, all at once.

        Args:
            starts: of the tokens in the view, in order.
            ends: the same.
        """
        for step in self._back:
            starts = _all_before(step.edits, starts, bisect_left)
            ends = _all_before(step.edits, ends, bisect_right)
        return starts, ends

    def viewed(self, start: int, end: int) -> tuple[int, int]:
        """Return the range of the view that a range of the stored text has become, its ends exclusive."""
        turned = [_Step([(c, d, a, b) for a, b, c, d in step]) for step in self._steps]
        return _range(turned, start, end)


class _Step:
    """The edits of one step, to be gone back."""

    def __init__(self, edits: Sequence[Edit]) -> None:
        self.edits = edits
        self.firsts = [edit[0] for edit in edits]

    def start(self, offset: int) -> int:
        """Return where the character at an offset stood before the step."""
        return self._before(offset, bisect_right(self.firsts, offset) - 1)

    def end(self, offset: int) -> int:
        """Return where what stands before an offset ended before the step."""
        return self._before(offset, bisect_left(self.firsts, offset) - 1)

    def _before(self, offset: int, number: int) -> int:
        if number < 0:
            return offset
        after, after_end, before, before_end = self.edits[number]
        if offset < after_end:
            return min(before + offset - after, before_end)
        return before_end + offset - after_end


def _all_before(
    edits: Sequence[Edit], offsets: list[int], first_in: Callable[[list[int], int, int], int]
) -> list[int]:
    """Return where offsets, which are in order, stood before a step: between two edits all move alike.

    Args:
        edits: of the step.
        offsets: all starts, or all ends.
        first_in: `bisect_left` for starts, of which one at the beginning of an edit lies in it;
            `bisect_right` for ends.
    """
    before: list[int] = []
    at = shift = 0
    for after, after_end, stood, stood_end in edits:
        first = first_in(offsets, after, at)
        behind = bisect_left(offsets, after_end, first)
        before += [offset + shift for offset in offsets[at:first]]
        before += [min(stood + offset - after, stood_end) for offset in offsets[first:behind]]
        at, shift = behind, stood_end - after_end
    before += [offset + shift for offset in offsets[at:]]
    return before


def _range(steps: Iterable[_Step], start: int, end: int) -> tuple[int, int]:
    for step in steps:
        start, end = step.start(start), step.end(end)
    return start, max(start, end)
