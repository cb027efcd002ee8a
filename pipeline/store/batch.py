"""The unit of work, a shard of a day, and where it lies in the store.

staged/<day>/plan.json                     what ingest found: shards, checksums, rejects
staged/<day>/<table>/<shard>.parquet       rows on their way; also docs, the parse (a cache)
tables/<table>/<day>.parquet               published, one file a day
tables/_manifests/<day>.json               written last: run, counts, checksums
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from pipeline.errors import ConfigError


@dataclass(frozen=True, slots=True, order=True)
class Batch:
    """A shard of a day: a few thousand articles, two to five minutes of work."""

    day: date
    shard: int = 0

    @property
    def shard_name(self) -> str:
        """Name of the shard's files, without ending."""
        return f"{self.shard:05d}"


def staged_folder(day: date) -> str:
    """Return the folder of all that is on its way for a day."""
    return f"staged/{day.isoformat()}"


def plan_path(day: date) -> str:
    """Return the path of what ingest found for a day."""
    return f"{staged_folder(day)}/plan.json"


def staged_path(table: str, batch: Batch) -> str:
    """Return the path of a shard's rows of a table (or of its parse, as table 'docs')."""
    return f"{staged_folder(batch.day)}/{table}/{batch.shard_name}.parquet"


def published_path(table: str, day: date) -> str:
    """Return the path of a day's published rows of a table."""
    return f"tables/{table}/{day.isoformat()}.parquet"


def manifest_path(day: date) -> str:
    """Return the path of a published day's manifest."""
    return f"tables/_manifests/{day.isoformat()}.json"


def derived_path(table: str) -> str:
    """Return the path of a derived table, which is one file for all days."""
    return f"tables/{table}/{table}.parquet"


def partial_path(table: str, day: date) -> str:
    """Return the path of what a day gives to a derived table."""
    return f"tables/_partials/{table}/{day.isoformat()}.parquet"


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
