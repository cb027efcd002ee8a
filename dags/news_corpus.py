"""A day of news becomes a day of tables.

Each run takes one day (UTC) through the stages: `ingest` → (`parse` → `extract`, for each shard) →
`publish` → `derive`. Every night runs the day before; a backfill runs each day of its range:

    airflow backfill create --dag-id news_corpus --from-date 2026-03-01 --to-date 2026-03-04T23:59:59 \\
        --reprocess-behavior completed

**Which day?** The parameter `day` where a run has one, else its partition key, else the day before the run:
*Trigger* without any choice runs yesterday. Days from today on are refused. Don't give `day` to a backfill:
all of its runs would take that one day.

**What came of it?** The tab *Day report* of a run: counts, outlets, what was refused and why, what is out of
the ordinary. Each task hands on its counts (*XCom*), and asset events carry the day and its rows.

**When a run fails:** faults of disk and network, and an API server that is away, are tried again, three times
in some minutes. Wrong data, a failed audit or a wrong setting are not: the last line of the task's log says
what, where, and how to look. The tables that were published for the day before still stand. A run can be
repeated: the same input gives the same bytes.

**What comes out:** Parquet files in `data/tables`, and for each table an asset event with its number of
rows, on which other DAGs can be scheduled (`quotes_report` is).
"""

from __future__ import annotations

import ast
from datetime import UTC, date, datetime, timedelta
from importlib.util import find_spec
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Any

import airflow.sdk as af
from airflow.sdk.exceptions import AirflowRuntimeError, AirflowTaskTimeout
from httpx import HTTPError

from pipeline.children.process import ChildStartError
from pipeline.errors import NewstablesError
from pipeline.settings import by_stage, load_settings
from pipeline.stages import STAGES, Stage, run_stage
from pipeline.store.batch import Batch, parse_day
from pipeline.store.runs import note_run


def what_a_row_is(table: str) -> str:
    """Return the first sentence of what the class of a table says; nothing of weight is imported for it."""
    schemas = find_spec("schemas")
    assert schemas is not None
    assert schemas.submodule_search_locations is not None
    module = ast.parse(Path(schemas.submodule_search_locations[0], f"{table}.py").read_text("utf-8"))
    texts = [ast.get_docstring(node) for node in module.body if isinstance(node, ast.ClassDef)]
    [what] = [text.split("\n")[0] for text in texts if text and text.startswith("One row per")]
    return what


OUTLETS = {
    "publish": ("articles", "entities", "mentions", "quotes", "claims", "rejects"),
    "derive": (
        "duplicates",
        "entity_index",
        "entity_pronouns",
        "entity_days",
        "speaker_days",
        "quote_name_days",
        "claim_groups",
        "ingest_report",
    ),
}
ASSETS = {
    name: af.Asset(name, f"x-newstables://tables/{name}", extra={"what": what_a_row_is(name)})
    for names in OUTLETS.values()
    for name in names
}

# What ends a task, and what becomes of the task then. The first row that fits counts; a row holds for what is
# derived from its exception. All other exceptions fail at once, as faults of the code: a stage is a plain
# function of its input, so that it meets them again, perhaps after hours. What can recover by itself reaches
# a task as one of those that are tried again.
RETRY_TABLE: tuple[tuple[type[BaseException], af.RetryAction, str], ...] = (
    (NewstablesError, af.RetryAction.FAIL, "running again gives the same"),
    (ChildStartError, af.RetryAction.FAIL, "no child process can start here: it has said why"),
    (AirflowTaskTimeout, af.RetryAction.FAIL, "what took hours takes them again"),
    (AirflowRuntimeError, af.RetryAction.RETRY, "Airflow's API server may come back"),
    (HTTPError, af.RetryAction.RETRY, "a server may come back"),
    (OSError, af.RetryAction.RETRY, "disk or network may recover"),
    (MemoryError, af.RetryAction.RETRY, "other tasks may give memory back"),
)
RETRY_POLICY = af.ExceptionRetryPolicy(
    rules=[af.RetryRule(error, action, reason=reason) for error, action, reason in RETRY_TABLE],
    default=af.RetryAction.FAIL,
)


def day_of_run(params: Any, dag_run: Any) -> date:
    """Return the day of a run (UTC): its parameter, else partition key, else logical date, else yesterday.

    A logical date on the day of the run itself is what the form of the UI fills in, and names no day.

    Raises:
        ConfigError: the run names a day that is not over yet.
    """
    named = params.get("day") or dag_run.partition_key
    if named is not None:
        return parse_day(named)
    asked: date = dag_run.run_after.astimezone(UTC).date()
    logical = dag_run.logical_date  # of `airflow dags test`, which knows no partitions
    if logical is not None and logical.astimezone(UTC).date() != asked:
        return parse_day(logical.astimezone(UTC).strftime("%Y-%m-%d"))
    return asked - timedelta(days=1)


def stage_task(stage: Stage) -> Any:
    """Return the task of a stage. It hands on its counts, and that of ingest the shards to be parsed, too."""
    site = load_settings()
    named = {"queue": by_stage(site.queues), "pool": by_stage(site.pools)}
    waits: dict[str, Any] = {what: names[stage.name] for what, names in named.items() if stage.name in names}

    @af.task(
        task_id=stage.name,
        map_index_template="{{ shard_name }}" if stage.per_shard else None,
        max_active_tis_per_dag=site.fleet_tasks if stage.per_shard else 1,
        **waits,
        outlets=[ASSETS[name] for name in OUTLETS.get(stage.name, ())],
        trigger_rule="none_failed",  # a day without articles has no shards, and is published all the same
    )
    def run(shard: int = 0, *, params: Any, dag_run: Any, outlet_events: Any) -> Any:
        # Stages and store load spaCy and pyarrow, so only here: Airflow reads this file again and again.
        from pipeline.desk.run_report import write_report_anyhow
        from pipeline.store import Store

        context: Any = af.get_current_context()  # its type has no names but Airflow's own
        if stage.per_shard:
            context["shard_name"] = f"shard {shard}"
        settings = load_settings(**{"source": params["source"]} if params["source"] else {})
        store, batch = Store(settings.data_dir), Batch(day_of_run(params, dag_run), shard)
        if stage.name == STAGES[0].name:
            note_run(store, dag_run.dag_id, dag_run.run_id, batch.day)
        counts = run_stage(stage.name, store, batch, settings)
        for name in OUTLETS.get(stage.name, ()):
            outlet_events[ASSETS[name]].extra = {"day": batch.day.isoformat(), "rows": counts[name]}
        if stage.name == STAGES[-1].name:
            write_report_anyhow(store, batch.day)
        if stage.name == "ingest":
            from pipeline.store.plan import shards

            context["ti"].xcom_push("counts", counts)
            return shards(store, batch.day)
        return counts

    return run


@af.dag(
    schedule=af.CronPartitionTimetable("0 0 * * *", timezone="UTC", run_offset=-1, key_format="%Y-%m-%d"),
    start_date=datetime(1900, 1, 1, tzinfo=UTC),  # before any archive, so that all of it can be backfilled
    catchup=False,
    max_active_runs=4,
    default_args={
        "retries": 3,
        "retry_delay": timedelta(seconds=30),
        "retry_exponential_backoff": 2,
        "max_retry_delay": timedelta(minutes=10),
        "retry_policy": RETRY_POLICY,
        "execution_timeout": timedelta(hours=2),
        "weight_rule": "upstream",  # a day that is nearly done goes before one that begins
    },
    params={
        "day": af.Param(
            None,
            type=["null", "string"],
            format="date",
            title="Day",
            description="Which day of news to run. Empty: yesterday (UTC); in a backfill, each run's own.",
        ),
        "source": af.Param(
            None,
            type=["null", "string"],
            minLength=1,
            title="Source",
            description="Where articles come from: drop (the drop folder), feeds, drop+feeds, or another"
            " source by its name. Empty: as the setting says.",
        ),
    },
    description="A day of news becomes a day of tables: entities, quotations and claims, and a report.",
    doc_md=__doc__,
    tags=["newstables"],
)
def news_corpus() -> None:
    """Chain the stages; those of a shard become a group that is mapped over what ingest found."""
    before: Any = None
    for is_per_shard, stages in groupby(STAGES, key=attrgetter("per_shard")):
        tasks = [stage_task(stage) for stage in stages]
        if is_per_shard:

            @af.task_group(group_id="shards")
            def of_shard(shard: int, tasks: list[Any] = tasks) -> None:
                af.chain(*[run(shard) for run in tasks])

            before = of_shard.expand(shard=before)
        else:
            for run in tasks:
                step = run()
                if before is not None:
                    before >> step
                before = step


news_corpus()
