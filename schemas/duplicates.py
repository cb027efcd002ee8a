"""The derived table of duplicates."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, ClassVar

from schemas.table import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Duplicate(Row):
    """One row per article that has near-duplicates on its day or days near it, to count tables once.

    Articles without one have no row. The first article of a cluster (by day, then article_id) has a row
    with duplicate_of null; the others come at most `duplicates_window_days` days after it (a setting).
    """

    table_name: ClassVar[str] = "duplicates"
    key: ClassVar[tuple[str, ...]] = ("article_id", "day")
    is_derived: ClassVar[bool] = True
    is_by_month: ClassVar[bool] = True

    article_id: Annotated[str, "the article"]
    day: Annotated[date, "its day"]
    cluster_id: Annotated[str, "article_id of the first of the cluster"]
    first_seen: Annotated[date, "day of the first of the cluster"]
    duplicate_of: Annotated[
        str | None, "article_id of the first of the cluster; null for the first itself"
    ] = None
    similarity: Annotated[float, "to the first: 1.0 for the same text, else Jaccard of 5-word shingles"]
    wire_source: Annotated[str | None, "agency credited in the article"] = None
