"""What is at hand when a day is joined to those before it; see `groups.py`.

It knows no store: what makes a table follows this file, and is not made again where only files are read
otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from typing import Protocol

import pyarrow as pa

from pipeline.curation.decisions import Decisions


class JoinedBefore(Protocol):
    """Who joined whom on other days."""

    def of_day(self, day: date) -> pa.Table:
        """Return the members of a day."""
        ...

    def of_groups(self, groups: Collection[tuple[date, str]], *, until: date | None = None) -> pa.Table:
        """Return the members of some groups, by their first days and ids, up to a day."""
        ...


@dataclass(frozen=True, slots=True)
class Scene:
    """What is at hand when a day is joined to those before.

    Attributes:
        day: the day.
        given: by it: its partial, or its links.
        before: the days in the window that have articles, in order.
        partial_of: what one of them gives.
        members: of all days before.
        beside: those of the other table that this one reads.
        decisions: human ones.
    """

    day: date
    given: pa.Table
    before: tuple[date, ...]
    partial_of: Callable[[date], pa.Table]
    members: JoinedBefore
    beside: JoinedBefore | None
    decisions: Decisions
