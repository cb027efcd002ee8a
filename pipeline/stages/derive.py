"""Published days become the derived tables, which span all of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipeline import provenance
from pipeline.alike.claim_links import in_window, links
from pipeline.curation.decisions import DECISIONS_PATH, Decisions, decisions_json, load_decisions
from pipeline.derived import claim_groups, duplicates, entity_index
from pipeline.identity import checksum
from pipeline.ingest.tally import ingest_report
from pipeline.settings import Settings
from pipeline.stages.publish import describe
from pipeline.store import Store
from pipeline.store.batch import Batch, derived_path, manifest_path, partial_path, published_path
from pipeline.store.manifest import published_days
from schemas import ClaimGroup, IngestReportRow


@dataclass(frozen=True, slots=True)
class Derived:
    """A derived table: which tables of a day it reads, and its two functions.

    Attributes:
        reads: tables of a day.
        partial: (tables of a day) -> what the day gives.
        merge: (partials of all days) -> the table.
        code: files that the two functions are made of; where one changes, all days are read again.
        obeys: both functions take human decisions as their second argument.
    """

    name: str
    reads: tuple[str, ...]
    partial: Callable[..., pa.Table]
    merge: Callable[..., pa.Table]
    code: tuple[str, ...]
    obeys: bool = False


DERIVED = (
    Derived(
        "duplicates",
        ("articles",),
        duplicates.partial,
        duplicates.merge,
        code=("pipeline/derived/duplicates.py", "pipeline/alike/texts.py"),
    ),
    Derived(
        "entity_index",
        ("entities", "mentions"),
        entity_index.partial,
        entity_index.merge,
        code=("pipeline/derived/entity_index.py",),
        obeys=True,
    ),
)

GROUPING = (
    "pipeline/derived/claim_groups.py",
    "pipeline/alike/claim_sketch.py",
    "pipeline/alike/claim_likeness.py",
    "pipeline/alike/claim_links.py",
    "pipeline/models/same_claims/weights.npz",
    "pipeline/lexicons/en/word_families.txt",
    "pipeline/lexicons/en/topic_stop_words.txt",
    "pipeline/lexicons/en/negators.txt",
    "pipeline/lexicons/en/number_words.txt",
)
"""Files that claim groups are made of; where one changes, all days are read again."""

_GROUPS, _LINKS = ClaimGroup.table_name, "claim_links"


def derive(store: Store, batch: Batch, settings: Settings) -> dict[str, Any]:
    """Bring the derived tables up to date after a day was published, and return their row counts.

    A day whose partial is missing, or is of another run than the day that stands published (a crash, a
    takedown), or was made by other code or under other decisions, is read again; so whatever happened before,
    the tables fit the published days afterwards. A table that fits them already, as after a day without
    articles, is left as it is.

    Args:
        store: where published files lie.
        batch: the day just published; its shard means nothing here.
        settings: where human decisions are written down.

    Raises:
        InputError: a line of the file of decisions is none.
    """
    decisions = load_decisions(settings.decisions_file)
    with store.lock("derive"):
        manifests = {day: store.read_json(manifest_path(day)) for day in published_days(store)}
        run_ids = {day: manifest["run_id"] for day, manifest in manifests.items()}
        counts = {derived.name: _derive(store, derived, run_ids, decisions) for derived in DERIVED}
        counts[ClaimGroup.table_name] = _group_claims(store, run_ids)
        report = ingest_report(manifests)
        store.write(derived_path(IngestReportRow.table_name), report)
        counts[IngestReportRow.table_name] = len(report)
        store.write_json(DECISIONS_PATH, decisions_json(decisions))
        describe(store)
        return counts


def _derive(store: Store, derived: Derived, run_ids: Mapping[date, str], decisions: Decisions) -> int:
    """Bring one table up to date, and return its number of rows."""
    said = (decisions,) if derived.obeys else ()
    obeyed = decisions_json(decisions) if derived.obeys else {"split": None}
    under = checksum(json.dumps(obeyed["split"]))
    code = provenance.code_version(derived.code)
    given = []
    for day, run_id in run_ids.items():
        path = partial_path(derived.name, day)
        lineage = {"run_id": run_id, "split": under, "code": code}
        found = store.lineage(path) or {}
        if {**found, "rows": 0} != {**lineage, "rows": 0}:
            tables = {name: store.read(published_path(name, day)) for name in derived.reads}
            partial = derived.partial(tables, *said)
            found = {**lineage, "rows": len(partial)}
            store.write(path, partial, lineage=found)
        if found["rows"]:
            given.append((path, run_id))
    target = derived_path(derived.name)
    made_of = checksum(json.dumps([given, obeyed, code]))
    before = store.lineage(target)
    if before is not None and before["made_of"] == made_of:
        return int(before["rows"])
    merged = derived.merge([store.read(path).replace_schema_metadata(None) for path, _ in given], *said)
    store.write(target, merged, lineage={"made_of": made_of, "rows": len(merged)})
    return len(merged)


def _group_claims(store: Store, run_ids: Mapping[date, str]) -> int:
    """Bring the table of claim groups up to date, and return its number of rows.

    Beside the partial of each day its links to the days before it are kept; what is compared in a night is
    the days that are new or of another run, with those in the window around them.
    """
    code = provenance.code_version(GROUPING)
    with_claims = {day: run_id for day, run_id in run_ids.items() if _sketch_day(store, day, run_id, code)}
    read = cache(lambda day: store.read(partial_path(_GROUPS, day)).replace_schema_metadata(None))
    for day, run_id in with_claims.items():
        others = {str(other): of for other, of in with_claims.items() if in_window(day, other)}
        _link_day(store, day, {"run_id": run_id, "code": code, "others": others}, read)
    target, copies = derived_path(_GROUPS), derived_path("duplicates")
    made_of = checksum(json.dumps([list(map(str, with_claims.items())), code, store.digest(copies)]))
    before = store.lineage(target)
    if before is not None and before["made_of"] == made_of:
        return int(before["rows"])
    found = [store.read(partial_path(_LINKS, day)) for day in with_claims]
    merged = claim_groups.merge(found, store.read(copies))
    store.write(target, merged, lineage={"made_of": made_of, "rows": len(merged)})
    return len(merged)


def _sketch_day(store: Store, day: date, run_id: str, code: str) -> int:
    """Bring the sketches of a day's claims up to date, and return how many there are."""
    path = partial_path(_GROUPS, day)
    before = store.lineage(path)
    if before is not None and (before["run_id"], before["code"]) == (run_id, code):
        return int(before["rows"])
    tables = {
        name: store.read(published_path(name, day), columns=columns)
        for name, columns in claim_groups.READS.items()
    }
    sketches = claim_groups.partial(tables)
    store.write(path, sketches, lineage={"run_id": run_id, "code": code, "rows": len(sketches)})
    return len(sketches)


def _link_day(store: Store, day: date, lineage: dict[str, Any], read: Callable[[date], pa.Table]) -> None:
    """Bring the links of a day up to date: compare it with the days in the window that changed."""
    path, others = partial_path(_LINKS, day), lineage["others"]
    before = store.lineage(path)
    if before == lineage:
        return
    kept: set[str] = set()
    if before is not None and all(before[key] == lineage[key] for key in ("run_id", "code")):
        kept = {other for other, run_id in before["others"].items() if others.get(other) == run_id}
    found = links(read(day), [read(date.fromisoformat(other)) for other in others if other not in kept])
    if kept:
        old = store.read(path).replace_schema_metadata(None)
        days = pa.array([date.fromisoformat(other) for other in sorted(kept)], pa.date32())
        found = pa.concat_tables([old.filter(pc.is_in(old["other_day"], value_set=days)), found])
    order = [(key, "ascending") for key in ("claim_id", "other_day", "other_claim_id")]
    store.write(path, found.sort_by(order), lineage=lineage)
