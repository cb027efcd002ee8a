"""The table of what became of the records that came in."""

from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, ClassVar, NamedTuple

from schemas.table import Row


class Count(NamedTuple):
    """How many of one kind."""

    name: str
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestReportRow(Row):
    """One row per day, reader and outlet: how many records came in, and what became of them.

    records = kept + forgotten + rejected + undated. Duplicates are among the kept.
    """

    table_name: ClassVar[str] = "ingest_report"
    key: ClassVar[tuple[str, ...]] = ("day", "reader", "source")
    is_derived: ClassVar[bool] = True
    is_by_month: ClassVar[bool] = True

    day: Annotated[date, "the day"]
    reader: Annotated[str, "format that the records came in; empty for what no reader could read"]
    source: Annotated[str, "the outlet, as in articles.source; empty where a record could not be read"]
    records: Annotated[int, "records that belong to the day"]
    kept: Annotated[int, "articles made of them"]
    forgotten: Annotated[int, "left out because they were taken down"]
    rejected: Annotated[int, "refused, but for the undated"]
    undated: Annotated[int, "refused because neither publication nor arrival is known"]
    kept_undated: Annotated[int, "kept on their day of arrival, without a date of publication"]
    duplicates: Annotated[int, "kept, with duplicate_of another article of the day"]
    n_wire: Annotated[int, "kept, with an agency credited"]
    reasons: Annotated[list[Count], "the rejected by reason"] = field(default_factory=list)
    languages: Annotated[list[Count], "the kept by language"] = field(default_factory=list)
