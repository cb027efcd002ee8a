"""Staged rows become published tables: audited, merged into one file per table and day, manifest last.

A reader of any one table always sees a whole day, old or new. The manifest says which run a day is of;
until it is written, `load()` notices that files and manifest differ and looks again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline import code_identity, provenance
from pipeline.curation.takedowns import read_takedowns
from pipeline.errors import AuditError, InputError
from pipeline.settings import Settings
from pipeline.stages.audits import audit
from pipeline.stages.taken_down import taken_down_ids
from pipeline.store import Store
from pipeline.store.batch import Batch, staged_folder
from pipeline.store.manifest import Origin
from pipeline.store.plan import Plan, find_plan
from pipeline.store.published import replace_day
from pipeline.store.staged import read_day
from pipeline.store.takeout import without


def publish(store: Store, batch: Batch, settings: Settings) -> dict[str, Any]:
    """Publish a staged day, in place of what was published before, and return its counts.

    Args:
        store: where staged and published files lie.
        batch: the day; its shard means nothing here.
        settings: bounds for the audit.

    Raises:
        InputError: the day was not ingested, or a shard of it was not extracted since, or under other
            settings.
        AuditError: its rows break their contract; what was published before still stands.
    """
    day = batch.day
    with store.lock(f"publish-{day}"):
        plan = find_plan(store, day)
        if plan is None:
            raise InputError(f"{day}: nothing is staged; run the stage ingest first")
        tables, made_with = read_day(store, plan)
        # What has nothing to parse was made by this code; no model had a part in it.
        origin = made_with or Origin(
            code=code_identity.code_version(*provenance.ROWS), model="none", settings=plan.settings
        )
        _check_settings(plan, origin.settings)
        takedowns = read_takedowns(store)
        tables, n_forgotten = without(tables, taken_down_ids(tables["articles"], takedowns))
        counts = plan.counts.with_forgotten(n_forgotten)
        wrong = audit(tables, counts, settings)
        if wrong:
            raise AuditError(
                f"{day} is not published, {len(wrong)} checks failed: {'; '.join(wrong[:5])}."
                f" Staged rows: {store.root}/{staged_folder(day)}; see docs/operations.md"
            )
        published = replace_day(store, day, tables, counts=counts, origin=origin, inputs=plan.inputs)
        # A takedown is written down before it looks for published days, and here the list is read again after
        # this one is published: one of the two takes the article out.
        while (later := read_takedowns(store)) != takedowns:
            takedowns = later
            tables, n_forgotten = without(tables, taken_down_ids(tables["articles"], takedowns))
            if n_forgotten:
                counts = counts.with_forgotten(n_forgotten)
                published = replace_day(store, day, tables, counts=counts, origin=origin, inputs=plan.inputs)
        return published


def _check_settings(plan: Plan, settings: Mapping[str, str]) -> None:
    """Make sure that one set of settings made the day: the manifest names but one."""
    other = provenance.differing(plan.settings, settings)
    if other:
        raise InputError(
            f"{plan.day} was ingested under other settings than it was extracted under ({other});"
            " run the day again from the stage ingest"
        )
