"""The unit of work, a shard of a day, and where everything lies in the store.

staged/<day>/plan.json                     what ingest found: shards, checksums, counts (plan.py)
at_work/<day>.json                         renewed by each stage that needs the parse
staged/<day>/<table>/<shard>.parquet       rows on their way; also docs, the parse (a cache)
tables/<table>/<day>.parquet               published, one file a day
tables/<table>/<month>.parquet             derived, a file for each month
tables/<table>/<table>.parquet             derived, one file for all days
tables/datapackage.json                    all of them described
tables/views.sql                           views over them, for DuckDB
tables/_manifests/<day>.json               written last: run, counts, checksums (manifest.py)
tables/_partials/<table>/<day>.parquet     what a day gives to a derived table (a cache)
tables/_partials/<table>/<month>.parquet   who joined whom on the days of a month (a cache)
tables/_partials/state.json                which runs the derived tables are made of (a cache)
tables/_forgotten/<article>.json           articles that were taken down, a file each
decisions/<moment>-<hash>.json             human decisions that were noted by command, a file each
tables/_decisions.json                     the human decisions under which the derived tables were made
tables/_decisions_now.json                 human decisions as they hold for readers now (decisions_now.py)
feeds/<night>/pull.json                    what a night's pull of the feeds brought, and beside it the answers
staged/<day>/timings/                      how long its stages took (timings.py)
reports/<day>.html                         the report of a published day, see pipeline/desk/run_report
index/_days.json                           all manifests in short (days.py; a cache)
index/_forgotten.json, _decisions.json     all takedowns, all noted decisions (gathered.py; a cache)
index/<source>.json                        which records of a source belong to which day (a cache)
explorer/<day>.<run>.v1.sqlite             words of a day, for searches in the explorer (a cache)
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from pipeline.errors import ConfigError

STAGED = "staged"
"""The folder of what is on its way, a folder a day."""

TABLES_FOLDER = "tables"
"""The folder of what readers read."""

PARTIALS = f"{TABLES_FOLDER}/_partials"
MANIFESTS = f"{TABLES_FOLDER}/_manifests"
DERIVED_STATE = f"{PARTIALS}/state.json"
TAKEDOWNS = f"{TABLES_FOLDER}/_forgotten"
OLD_TAKEDOWNS = f"{TABLES_FOLDER}/_forgotten.jsonl"
"""The list as it was before each takedown had a file of its own; it is still obeyed."""

DECISIONS = f"{TABLES_FOLDER}/_decisions.json"
DECISIONS_NOW = f"{TABLES_FOLDER}/_decisions_now.json"
NOTED_DECISIONS = "decisions"
"""The folder of human decisions that were noted by command."""

DATAPACKAGE = f"{TABLES_FOLDER}/datapackage.json"
VIEWS_SQL = f"{TABLES_FOLDER}/views.sql"
FEEDS = "feeds"
"""The folder of what was pulled, a folder a night."""

INDEX = "index"
"""The folder of what sources know of their files, and the store of its days."""

DAYS = f"{INDEX}/_days.json"

EXPLORER_CACHE = "explorer"
"""The folder of indexes of words, a file a day."""

DOCS = "docs"
"""The name under which the parse of a shard is staged."""

AT_WORK = "at_work"
"""The folder of a mark for each day that may have a parse; a stage that needs it renews the mark."""

INGEST_REJECTS = "rejects-ingest"
"""The name under which the rejects of ingest are staged, one file for the whole day."""

_DAY = re.compile(r"(\d{4}-\d\d-\d\d)(\.\w+)?")
_MONTH_FILE = re.compile(r"(\d{4}-(?:0[1-9]|1[0-2]))\.parquet")
_SHARD_FILE = re.compile(r"(\d{5,})\.parquet")


@dataclass(frozen=True, slots=True, order=True)
class Batch:
    """A shard of a day: a few thousand articles, two to five minutes of work."""

    day: date
    shard: int = 0

    @property
    def shard_name(self) -> str:
        """Name of the shard's files, without ending."""
        return f"{self.shard:05d}"


def staged_folder(day: date, table: str | None = None) -> str:
    """Return the folder of all that is on its way for a day, or of one table of it."""
    folder = f"{STAGED}/{day.isoformat()}"
    return folder if table is None else f"{folder}/{table}"


def plan_path(day: date) -> str:
    """Return the path of what ingest found for a day."""
    return f"{staged_folder(day)}/plan.json"


def staged_path(table: str, batch: Batch) -> str:
    """Return the path of a shard's rows of a table (or of its parse, as table `DOCS`)."""
    return f"{staged_folder(batch.day, table)}/{batch.shard_name}.parquet"


def rejects_of(stage: str) -> str:
    """Return the name under which the rejects of a stage are staged."""
    return f"rejects-{stage}"


def table_folder(table: str) -> str:
    """Return the folder of a published table."""
    return f"{TABLES_FOLDER}/{table}"


def published_path(table: str, day: date) -> str:
    """Return the path of a day's published rows of a table."""
    return f"{table_folder(table)}/{day.isoformat()}.parquet"


def manifest_path(day: date) -> str:
    """Return the path of a published day's manifest."""
    return f"{MANIFESTS}/{day.isoformat()}.json"


def derived_path(table: str) -> str:
    """Return the path of a derived table that is one file for all days."""
    return f"{table_folder(table)}/{table}.parquet"


def month_path(table: str, month: str) -> str:
    """Return the path of the rows of a derived table that are of a month."""
    return f"{table_folder(table)}/{month}.parquet"


def month_of(day: date) -> str:
    """Return the month of a day: 2026-03."""
    return f"{day:%Y-%m}"


def partial_path(table: str, day: date) -> str:
    """Return the path of what a day gives to a derived table."""
    return f"{PARTIALS}/{table}/{day.isoformat()}.parquet"


def at_work_path(day: date) -> str:
    """Return the path of the mark of a day that may have a parse."""
    return f"{AT_WORK}/{day.isoformat()}.json"


def pull_path(night: str) -> str:
    """Return the path of what a night's pull of the feeds brought."""
    return f"{pulled_folder(night)}/pull.json"


def pulled_folder(night: str) -> str:
    """Return the folder of what the feeds answered in a night."""
    return f"{FEEDS}/{night}"


def index_path(source: str) -> str:
    """Return the path of a source's index of days."""
    return f"{INDEX}/{source}.json"


def takedown_path(article_id: str) -> str:
    """Return the path of an article's takedown."""
    return f"{TAKEDOWNS}/{article_id}.json"


def day_of_name(name: str, ending: str = "") -> date | None:
    """Return the day that a file or folder of the store is named after; None for a stray one.

    Args:
        name: such as `2026-03-01.json`.
        ending: what must follow the day, `.json`; nothing for a folder.
    """
    found = _DAY.fullmatch(name)
    try:
        return date.fromisoformat(found[1]) if found and (found[2] or "") == ending else None
    except ValueError:
        return None


def month_of_name(name: str) -> str | None:
    """Return the month that a file of a derived table is named after; None for another one."""
    found = _MONTH_FILE.fullmatch(name)
    return found[1] if found else None


def shard_of_name(name: str) -> int | None:
    """Return the number of the shard that a staged file is named after; None for a stray one."""
    found = _SHARD_FILE.fullmatch(name)
    return int(found[1]) if found else None


def parse_day(text: str) -> date:
    """Return the day written as YYYY-MM-DD.

    Raises:
        ConfigError: it is no such day, or not over yet (in UTC).
    """
    try:
        day = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC).date()
    except ValueError:
        raise ConfigError(f"{text!r} is no day; write it as YYYY-MM-DD") from None
    if day >= datetime.now(UTC).date():
        raise ConfigError(f"{day} is not over yet (UTC): a day is run when all of it can be there")
    return day


def days_between(first: date, last: date) -> Iterator[date]:
    """Yield the days from first to last, both included."""
    day = first
    while day <= last:
        yield day
        day += timedelta(days=1)
