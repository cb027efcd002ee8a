"""Published days become the derived tables, which span all of them; and old parses are let go."""

from __future__ import annotations

import time
from typing import Any

from pipeline.curation.decision_files import load_decisions, note_decisions
from pipeline.curation.decisions import Decisions, decisions_json
from pipeline.curation.decisions_now import write_decisions_now
from pipeline.curation.takedowns import note_takedowns
from pipeline.derived.update import bring_all_up
from pipeline.errors import DamagedError
from pipeline.settings import Settings
from pipeline.store import Store
from pipeline.store.batch import DECISIONS, VIEWS_SQL, Batch
from pipeline.store.days import note, published
from pipeline.store.published import describe
from pipeline.store.staged import prune_docs
from schemas.views import views_sql

# A day is being replaced for some milliseconds: long enough to be met, too short to matter.
_ATTEMPTS = 20
_PAUSE_S = 0.1


def derive(store: Store, batch: Batch, settings: Settings) -> dict[str, Any]:
    """Bring the derived tables up to date after a day was published.

    All days that are new, gone, or of another run than when the tables were made are taken in, whatever
    happened before; so one derive after many publishes gives the same as one after each. A table that fits
    the published days already, as after a day without articles, is left as it is.

    Args:
        store: where published files lie.
        batch: the day just published; its shard means nothing here.
        settings: where human decisions are written down, how many days keep their parse, and how far back
            near-duplicates are looked for.

    Returns:
        The number of rows of each table, and in `days_taken_in` how many days had changed: none where another
        derive was at work since this day was published.

    Raises:
        InputError: a line of the file of decisions is none.
        DamagedError: a manifest or a file of a published day is damaged; the message says what to do.
    """
    note_takedowns(store)
    note_decisions(store)
    decisions = load_decisions(settings.decisions_file, store)
    with store.lock("derive"):
        counts = _bring_all_up(store, decisions, settings)
        store.write_json(DECISIONS, decisions_json(decisions))
        write_decisions_now(store, settings.decisions_file)
        store.put(VIEWS_SQL, views_sql().encode())
        describe(store)
        prune_docs(store, keep_days=settings.keep_docs_days)
        return counts


def _bring_all_up(store: Store, decisions: Decisions, settings: Settings) -> dict[str, int]:
    """Bring all derived tables up to date with the days as they stand at the end.

    A day that another process replaces meanwhile, perhaps on another machine, is looked at once more: a
    takedown writes its days first and derives then, and this must not write what it saw before over that.
    Days that are new are left to their own runs.
    """
    windows = {"duplicates_window_days": settings.duplicates_window_days}
    n_damaged = n_taken_in = 0
    while True:
        found = published(store)
        days = found.sound()
        try:
            counts = bring_all_up(store, days, decisions, window_days=windows)
        except DamagedError:  # or a day that is being replaced
            n_damaged += 1
            if n_damaged > _ATTEMPTS:
                raise
            time.sleep(_PAUSE_S)
            continue
        n_taken_in += counts["days_taken_in"]
        note(store, found)
        now = published(store).days
        if all(now.get(day) == one for day, one in days.items()):
            return counts | {"days_taken_in": n_taken_in}
