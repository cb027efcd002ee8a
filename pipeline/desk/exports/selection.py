"""What rows were selected, from which days and runs: it travels with them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which rows an export holds.

    Attributes:
        name: the table or view.
        query: what was asked of it, in words that a person can read.
        link: address of the page that shows the same, where there is one.
        runs: day -> run_id of the published days that were looked through, in order.
    """

    name: str
    query: str = "all rows"
    link: str = ""
    runs: Mapping[date, str] = field(default_factory=dict)

    @property
    def days(self) -> str:
        """The days in a few words."""
        there = sorted(self.runs)
        if len(there) < 2:
            return str(there[0]) if there else "none"
        return f"{there[0]} to {there[-1]} ({len(there)} published days)"

    def as_json(self) -> str:
        """Return all of it as JSON text, for a file's metadata."""
        runs = {str(day): run for day, run in sorted(self.runs.items())}
        said = {"name": self.name, "query": self.query, "link": self.link, "runs": runs}
        return json.dumps(said, ensure_ascii=False)
