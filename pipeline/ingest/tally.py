"""What ingest made of a day's records, by reader and outlet; and the table of it over all days."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from pipeline.ingest.urls import host
from pipeline.store import Store
from pipeline.store.batch import manifest_path, plan_path
from schemas import Article
from schemas.ingest_report import Count, IngestReportRow
from schemas.table import to_arrow

if TYPE_CHECKING:
    from pipeline.ingest.record import DayRecord, Fault  # which loads all readers

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

    def line(self, record: DayRecord) -> Line:
        """Return the line that a record belongs to, the record counted."""
        fields = record.fields
        source = "" if fields is None else fields.source or host(fields.url) or "unknown"
        line = self._lines.setdefault((record.record.reader, " ".join(source.split())), Line())
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


def report_rows(day: date, report: Iterable[dict[str, Any]]) -> list[IngestReportRow]:
    """Return a day's lines as rows of the table."""
    return [
        IngestReportRow(
            day=day,
            **{
                **line,
                "reasons": [Count(name, n) for name, n in sorted(line["reasons"].items())],
                "languages": [Count(name, n) for name, n in sorted(line["languages"].items())],
            },
        )
        for line in report
    ]


def ingest_report(manifests: Mapping[date, Mapping[str, Any]]) -> pa.Table:
    """Return the table of published days, from their manifests."""
    rows: list[IngestReportRow] = []
    for day in sorted(manifests):
        rows += report_rows(day, manifests[day].get("counts", {}).get("report", []))
    return to_arrow(rows, IngestReportRow)


def staged_report(store: Store, day: date) -> list[IngestReportRow] | None:
    """Return the lines of a day that was ingested, published or not; None where it was not."""
    plan = store.read_json(plan_path(day)) or store.read_json(manifest_path(day))
    return None if plan is None else report_rows(day, plan["counts"].get("report", []))
