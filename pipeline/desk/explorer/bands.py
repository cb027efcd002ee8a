"""A page of a long list, without sorting the list: which values of its first term the page falls into.

What is counted by that term alone, in one column, says how long the list is and where the page begins. Only
the rows of a few values need then be joined and sorted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Band:
    """Neighbouring values of the first term of an order.

    Attributes:
        least: the lowest value of the page's rows.
        most: the highest one.
        offset: rows with these values that come before the page.
    """

    least: float
    most: float
    offset: int

    def limits(self, n: int) -> dict[str, float]:
        """Return the values of `between $least and $most … limit $n offset $offset`."""
        return {"least": self.least, "most": self.most, "n": n, "offset": self.offset}


def band_of(counts: Sequence[tuple[float, int]], *, offset: int, n: int) -> Band | None:
    """Return the band of a page; None where the list ends before it.

    Args:
        counts: each value with the number of its rows, the highest value first.
        offset: rows of the list before the page.
        n: rows of the page, at least 1.
    """
    before = 0
    most: float | None = None
    begin = 0
    for value, count in counts:
        if most is None and before + count > offset:
            most, begin = value, before
        before += count
        if most is not None and before >= offset + n:
            return Band(value, most, offset - begin)
    return None if most is None else Band(counts[-1][0], most, offset - begin)
