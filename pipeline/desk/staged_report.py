"""What ingest made of the records of a day, whether it is published yet or not."""

from __future__ import annotations

from datetime import date

from pipeline.derived.ingest_report import report_rows
from pipeline.store import Store
from pipeline.store.manifest import find_manifest
from pipeline.store.plan import OldPlanError, find_plan
from schemas import IngestReportRow


def staged_report(store: Store, day: date) -> list[IngestReportRow] | None:
    """Return the lines of a day that was ingested, published or not; None where it was not.

    Raises:
        InputError: the day is not published, and its plan is of another version; or its manifest is damaged.
    """
    manifest = find_manifest(store, day)
    try:
        plan = find_plan(store, day)
    except OldPlanError:
        if manifest is None:
            raise
        plan = None
    found = plan or manifest
    return None if found is None else report_rows(day, found.counts.report)
