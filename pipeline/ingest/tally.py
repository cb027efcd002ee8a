"""What ingest made of a day's records, by reader and outlet."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from schemas import Article

if TYPE_CHECKING:
    from pipeline.ingest.record import Fault  # which loads all readers

UNDATED = "undated"
"""With which the detail of a reject begins that has neither a date nor a day of arrival."""


@dataclass(slots=True)
class Line:
    """The counts of one reader and outlet."""

    records: int = 0
    kept: int = 0
    forgotten: int = 0
    undated: int = 0
    kept_undated: int = 0
    duplicates: int = 0
    n_wire: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    languages: Counter[str] = field(default_factory=Counter)

    def refuse(self, fault: Fault) -> None:
        """Count a record that was refused."""
        if fault.reason == "bad_date" and fault.detail.startswith(UNDATED):
            self.undated += 1
        else:
            self.reasons[fault.reason] += 1

    def keep(self, article: Article) -> None:
        """Count an article that was kept."""
        self.kept += 1
        self.kept_undated += article.published_at is None
        self.duplicates += article.duplicate_of is not None
        self.n_wire += article.wire_source is not None
        self.languages[article.language] += 1


class Tally:
    """The lines of a day."""

    def __init__(self) -> None:
        self._lines: dict[tuple[str, str], Line] = {}

    def line(self, reader: str, outlet: str) -> Line:
        """Return the line that a record of a reader and an outlet belongs to, the record counted."""
        line = self._lines.setdefault((reader, " ".join(outlet.split())), Line())
        line.records += 1
        return line

    def rows(self) -> list[dict[str, Any]]:
        """Return the lines as they stand in the plan, sorted."""
        return [
            {
                "reader": reader,
                "source": source,
                "records": line.records,
                "kept": line.kept,
                "forgotten": line.forgotten,
                "rejected": line.reasons.total(),
                "undated": line.undated,
                "kept_undated": line.kept_undated,
                "duplicates": line.duplicates,
                "n_wire": line.n_wire,
                "reasons": dict(sorted(line.reasons.items())),
                "languages": dict(sorted(line.languages.items())),
            }
            for (reader, source), line in sorted(self._lines.items())
        ]
