"""The plan of a day: what ingest found, and which shards it cut. Ingest writes it last; all others read it.

Light to import: Airflow's tasks learn from it which shards there are.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Literal

from pydantic import Field, ValidationError

from pipeline.errors import ConfigError, InputError
from pipeline.store.batch import plan_path
from pipeline.store.contract import Contract, as_object, why

if TYPE_CHECKING:
    from pipeline.store.files import Store


class Shard(Contract):
    """A slice of a day's articles.

    Attributes:
        shard: its number, from 0.
        n_articles: how many there are in it.
        n_to_parse: those in a language that goes on to extraction.
        sha256: of its staged file.
    """

    shard: int
    n_articles: int
    n_to_parse: int
    sha256: str


class InputFile(Contract):
    """What a day took from one file of its source: the file, and the checksum of the day's records in it."""

    path: str
    sha256: str


class ReportLine(Contract):
    """What became of the records of one reader and outlet; see the table `ingest_report`."""

    reader: str
    source: str
    records: int
    kept: int
    forgotten: int
    rejected: int
    undated: int
    kept_undated: int
    duplicates: int
    n_wire: int
    reasons: dict[str, int]
    languages: dict[str, int]


class IngestCounts(Contract):
    """What became of a day's records; they add up.

    Attributes:
        records: came in.
        kept: became articles.
        forgotten: were left out, because they were taken down.
        rejected: became rejects, by reason.
        languages: of the articles that were kept.
        report: the same by reader and outlet.
    """

    records: int
    kept: int
    forgotten: int
    rejected: dict[str, int]
    languages: dict[str, int] = Field(default_factory=dict)
    report: tuple[ReportLine, ...] = ()

    def with_forgotten(self, n: int) -> IngestCounts:
        """Return them with some more articles taken down."""
        return self.model_copy(update={"forgotten": self.forgotten + n})


class Plan(Contract):
    """What ingest found for a day.

    Attributes:
        version: of this format; raised by one when a key is added, removed or changes its meaning.
        day: whose articles they are.
        source: setting of that name.
        settings: those that ingest obeyed, as text; see `provenance.ingest_settings`.
        shards: in order.
        inputs: what was taken from which file.
        counts: of records.
    """

    version: Literal[1] = 1
    day: date
    source: str
    settings: dict[str, str]
    shards: tuple[Shard, ...]
    inputs: tuple[InputFile, ...]
    counts: IngestCounts


class OldPlanError(InputError):
    """A plan that another version of Newstables wrote, or that is damaged: the day must be ingested again."""


def find_plan(store: Store, day: date) -> Plan | None:
    """Return the plan of a day; None where it was not ingested.

    Raises:
        OldPlanError: it is no plan of this version.
    """
    path = plan_path(day)
    data = store.find(path)
    if data is None:
        return None
    value = as_object(data)
    if value is None:
        raise OldPlanError(f"{store.root}/{path} is damaged: run the stage ingest again for {day}")
    if value.get("version") != 1:
        raise OldPlanError(
            f"{store.root}/{path} is of another version of Newstables: run the stage ingest again for {day}"
        )
    try:
        return Plan.model_validate(value)
    except ValidationError as error:
        raise OldPlanError(
            f"{store.root}/{path} is no plan ({why(error)}): run the stage ingest again for {day}"
        ) from None


def is_planned(store: Store, plan: Plan) -> bool:
    """Tell whether exactly this plan stands in the store."""
    return store.find(plan_path(plan.day)) == plan.to_bytes()


def write_plan(store: Store, plan: Plan) -> None:
    """Put a plan into the store, in place of the day's older one."""
    store.put(plan_path(plan.day), plan.to_bytes())


def shards(store: Store, day: date) -> list[int]:
    """Return the numbers of a day's shards that hold articles to parse.

    Raises:
        ConfigError: the day was not ingested.
        OldPlanError: its plan is of another version.
    """
    plan = find_plan(store, day)
    if plan is None:
        raise ConfigError(f"{day} was not ingested; run the stage ingest for it first")
    return [shard.shard for shard in plan.shards if shard.n_to_parse]
