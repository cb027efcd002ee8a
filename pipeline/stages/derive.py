"""Published days become the derived tables, which span all of them; and old parses are let go."""

from __future__ import annotations

from typing import Any

from pipeline.curation.decisions import decisions_json, load_decisions
from pipeline.derived.tables import DERIVED
from pipeline.derived.update import Archive, bring_up
from pipeline.settings import Settings
from pipeline.store import Store
from pipeline.store.batch import DECISIONS, Batch
from pipeline.store.manifest import manifests
from pipeline.store.published import describe
from pipeline.store.staged import prune_docs


def derive(store: Store, batch: Batch, settings: Settings) -> dict[str, Any]:
    """Bring the derived tables up to date after a day was published, and return their row counts.

    A day whose partial is missing, or is of another run than the day that stands published (a crash, a
    takedown), or was made by other code or under other decisions, is read again; so whatever happened before,
    the tables fit the published days afterwards. A table that fits them already, as after a day without
    articles, is left as it is.

    Args:
        store: where published files lie.
        batch: the day just published; its shard means nothing here.
        settings: where human decisions are written down, and how many days keep their parse.

    Raises:
        InputError: a line of the file of decisions is none.
    """
    decisions = load_decisions(settings.decisions_file)
    with store.lock("derive"):
        archive = Archive(store, manifests(store), decisions)
        counts = {derived.name: bring_up(derived, archive) for derived in DERIVED}
        store.write_json(DECISIONS, decisions_json(decisions))
        describe(store)
        prune_docs(store, keep_days=settings.keep_docs_days)
        return counts
