"""The derived table of what came in: a line for each day, reader and outlet, from the days' counts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

import pyarrow as pa

from schemas.ingest_report import Count, IngestReportRow
from schemas.table import to_arrow

if TYPE_CHECKING:
    from pipeline.store.manifest import Manifest
    from pipeline.store.plan import ReportLine


def report_rows(day: date, report: Iterable[ReportLine]) -> list[IngestReportRow]:
    """Return a day's lines as rows of the table."""
    return [
        IngestReportRow(
            day=day,
            **line.model_dump(exclude={"reasons", "languages"}),
            reasons=[Count(name, n) for name, n in sorted(line.reasons.items())],
            languages=[Count(name, n) for name, n in sorted(line.languages.items())],
        )
        for line in report
    ]


def rows(manifest: Manifest) -> pa.Table:
    """Return the rows of a published day, from its manifest."""
    return to_arrow(report_rows(manifest.day, manifest.counts.report), IngestReportRow)
