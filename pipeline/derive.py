"""Published days become the derived tables, which span all of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa

from pipeline.batch import Batch, derived_path, manifest_path, partial_path, published_path
from pipeline.decisions import DECISIONS_PATH, Decisions, decisions_json, load_decisions
from pipeline.derived import duplicates, entity_index
from pipeline.identity import checksum
from pipeline.ingest_report import ingest_report
from pipeline.manifests import published_days
from pipeline.publish import describe
from pipeline.settings import Settings
from pipeline.store import Store
from schemas import IngestReportRow


@dataclass(frozen=True, slots=True)
class Derived:
    """A derived table: which tables of a day it reads, and its two functions.

    Attributes:
        reads: tables of a day.
        partial: (tables of a day) -> what the day gives.
        merge: (partials of all days) -> the table.
        obeys: both functions take human decisions as their second argument.
    """

    name: str
    reads: tuple[str, ...]
    partial: Callable[..., pa.Table]
    merge: Callable[..., pa.Table]
    obeys: bool = False


DERIVED = (
    Derived("duplicates", ("articles",), duplicates.partial, duplicates.merge),
    Derived("entity_index", ("entities", "mentions"), entity_index.partial, entity_index.merge, obeys=True),
)


def derive(store: Store, batch: Batch, settings: Settings) -> dict[str, Any]:
    """Bring the derived tables up to date after a day was published, and return their row counts.

    A day whose partial is missing, or is of another run than the day that stands published (a crash, a
    takedown), or was made under other decisions, is read again; so whatever happened before, the tables fit
    the published days afterwards.

    Args:
        store: where published files lie.
        batch: the day just published; its shard means nothing here.
        settings: where human decisions are written down.

    Raises:
        InputError: a line of the file of decisions is none.
    """
    decisions = load_decisions(settings.decisions_file)
    with store.lock("derive"):
        run_ids = {day: store.read_json(manifest_path(day))["run_id"] for day in published_days(store)}
        counts = {derived.name: _derive(store, derived, run_ids, decisions) for derived in DERIVED}
        report = ingest_report(store, list(run_ids))
        store.write(derived_path(IngestReportRow.table_name), report)
        counts[IngestReportRow.table_name] = len(report)
        store.write_json(DECISIONS_PATH, decisions_json(decisions))
        describe(store)
        return counts


def _derive(store: Store, derived: Derived, run_ids: Mapping[date, str], decisions: Decisions) -> int:
    said = (decisions,) if derived.obeys else ()
    under = checksum(json.dumps(decisions_json(decisions)["split"])) if derived.obeys else None
    partials = []
    for day, run_id in run_ids.items():
        path = partial_path(derived.name, day)
        lineage = {"run_id": run_id, "split": under}
        if store.lineage(path) != lineage:
            tables = {name: store.read(published_path(name, day)) for name in derived.reads}
            store.write(path, derived.partial(tables, *said), lineage=lineage)
        partials.append(store.read(path).replace_schema_metadata(None))
    merged = derived.merge(partials, *said)
    store.write(derived_path(derived.name), merged)
    return len(merged)
