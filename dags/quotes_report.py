"""An example: who was quoted most.

It shows a DAG that waits for published tables: it runs for each day whose quotes were published, and writes
`reports/most_quoted/<day>.csv` into the data folder. It is paused at first.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import Any

import airflow.sdk as af

log = logging.getLogger(__name__)

QUOTES = af.Asset(
    "quotes",
    "x-newstables://tables/quotes",
    extra={
        "what": "One row per quotation: what somebody is reported to have said, written or thought, and who."
    },
)


@af.dag(
    schedule=af.PartitionedAssetTimetable(QUOTES),
    start_date=datetime(1900, 1, 1, tzinfo=UTC),
    catchup=False,
    is_paused_upon_creation=True,
    description="An example of a DAG that waits for published tables: who was quoted most.",
    doc_md=__doc__,
    tags=["newstables", "example"],
)
def quotes_report() -> None:
    """Define the DAG's only task."""

    @af.task(max_active_tis_per_dag=1)
    def report(*, dag_run: Any = None, triggering_asset_events: Any = None) -> int:
        """Write the report of the run's day, and return the number of speakers in it."""
        from pipeline.load import load
        from pipeline.settings import load_settings
        from pipeline.store import Store

        day = dag_run.partition_key
        for event in triggering_asset_events[QUOTES]:
            log.info("%s was published: %s", day, event.extra)
        quotes = load("quotes", days=day, columns=["speaker_name", "content"])
        most = quotes.groupby("speaker_name").size().sort_values(ascending=False, kind="stable").head(20)
        path = f"reports/most_quoted/{day}.csv"
        store = Store(load_settings().data_dir)
        store.put(path, most.rename("n_quotes").to_csv().encode())
        log.info("%s/%s:\n%s", store.root, path, most.to_string())
        return len(most)

    report()


quotes_report()
