"""All derived tables, in the order in which they are made: the stage `derive` is a loop over them.

There are three kinds, by what a row depends on. A night costs the same for the first two, however long
the archive is; how the third is kept cheap stands in `sums.py`.

* `OfDays`: on one day. A file for each month.
* `Grouped`: on the days in a window before it, and on what these joined. A file for each month.
* `Summed`: on all days, by adding up. One file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pyarrow as pa

from pipeline.alike import claim_links
from pipeline.derived import (
    claim_groups,
    counts_by_day,
    duplicates,
    entity_index,
    entity_pronouns,
    ingest_report,
    quote_name_days,
)
from schemas import (
    ClaimGroup,
    Duplicate,
    EntityDay,
    EntityIndexRow,
    EntityPronouns,
    IngestReportRow,
    QuoteNameDay,
    Row,
    SpeakerDay,
)

type Reads = Mapping[str, list[str] | None]
"""Tables of a day, and which columns of them; None for all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    """What all derived tables have.

    Attributes:
        row_class: of the table.
        module: that makes it; where the code that it follows changes, all days are read again.
    """

    row_class: type[Row]
    module: str

    @property
    def name(self) -> str:
        """The name of the table."""
        return self.row_class.table_name


@dataclass(frozen=True, slots=True, kw_only=True)
class OfDays(_Made):
    """A derived table whose rows are each of one day.

    Attributes:
        rows: (tables of a day, decisions) -> the day's rows. Without `reads` it is handed the day's manifest.
        reads: of a day.
        entity_columns: whose ids obey human decisions.
        obeys: (decisions) -> what else of them matters, as a JSON value; where it changes, all days are read
            again.
    """

    rows: Callable[..., pa.Table]
    reads: Reads = field(default_factory=dict)
    entity_columns: tuple[str, ...] = ()
    obeys: Callable[..., object] = lambda decisions: None


@dataclass(frozen=True, slots=True, kw_only=True)
class Summed(_Made):
    """A derived table that adds up all days: counts by entity, and a row made of the counts of each.

    Attributes:
        partial: (tables of a day, decisions) -> counts, see `entity_counts.py`.
        reads: of a day.
        finish: (counts, decisions) -> rows, and those counts that the rows do not tell.
        counts: (rows, what they do not tell) -> counts.
    """

    partial: Callable[..., pa.Table]
    reads: Reads
    finish: Callable[..., tuple[pa.Table, pa.Table]]
    counts: Callable[..., pa.Table]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouped(_Made):
    """A derived table of groups: each day, some join what stands in the days before, within a window.

    Attributes:
        partial: (tables of a day) -> what of the day is compared.
        reads: of a day.
        window_setting: name of the setting of its days; empty where the code says how many (`window_days`).
        window_days: so many days back is compared.
        links: name under which links of a day to those before are kept; empty where days are compared as
            they are joined.
        find_links: (partial of a day, partials of others) -> links, with the column `other_day`.
        order_of_links: the columns by which they are sorted.
        join: (`Scene`) -> who of the day joined whom: rows of `members`.
        members: their schema; its columns `day`, `first_day` and `first_id` say what joined, and which group.
        rows: (all members of some groups) -> the rows of these groups.
        group_columns: by which its rows say which group they are of: `first_day` and `first_id`.
        beside: name of a table of this kind that is made before, whose members it reads.
        obeys: (decisions) -> what of them matters, as a JSON value.
    """

    partial: Callable[..., pa.Table]
    reads: Reads
    window_setting: str = ""
    window_days: int = 0
    links: str = ""
    find_links: Callable[..., pa.Table] | None = None
    order_of_links: tuple[str, ...] = ()
    join: Callable[..., pa.Table]
    members: pa.Schema
    rows: Callable[[pa.Table], pa.Table]
    group_columns: tuple[str, str]
    beside: str = ""
    obeys: Callable[..., object] = lambda decisions: None


type Derived = OfDays | Summed | Grouped

DERIVED: tuple[Derived, ...] = (
    Grouped(
        row_class=Duplicate,
        module=duplicates.__name__,
        reads=duplicates.READS_COLUMNS,
        partial=duplicates.partial,
        window_setting="duplicates_window_days",
        join=duplicates.join,
        members=duplicates.MEMBERS,
        rows=duplicates.rows,
        group_columns=("first_seen", "cluster_id"),
    ),
    Summed(
        row_class=EntityIndexRow,
        module=entity_index.__name__,
        reads=entity_index.READS_COLUMNS,
        partial=entity_index.partial,
        finish=entity_index.finish,
        counts=entity_index.counts,
    ),
    Summed(
        row_class=EntityPronouns,
        module=entity_pronouns.__name__,
        reads=entity_pronouns.READS_COLUMNS,
        partial=entity_pronouns.partial,
        finish=entity_pronouns.finish,
        counts=entity_pronouns.counts,
    ),
    OfDays(
        row_class=EntityDay,
        module=counts_by_day.__name__,
        reads=counts_by_day.READS_OF_ENTITIES,
        rows=counts_by_day.rows_of_entities,
        entity_columns=("entity_id",),
    ),
    OfDays(
        row_class=SpeakerDay,
        module=counts_by_day.__name__,
        reads=counts_by_day.READS_OF_SPEAKERS,
        rows=counts_by_day.rows_of_speakers,
        entity_columns=("speaker_id",),
        obeys=counts_by_day.corrected,
    ),
    OfDays(
        row_class=QuoteNameDay,
        module=quote_name_days.__name__,
        reads=quote_name_days.READS_COLUMNS,
        rows=quote_name_days.rows,
        entity_columns=("speaker_id", "entity_id"),
        obeys=counts_by_day.corrected,
    ),
    Grouped(
        row_class=ClaimGroup,
        module=claim_groups.__name__,
        reads=claim_groups.READS_COLUMNS,
        partial=claim_groups.partial,
        window_days=claim_links.WINDOW_DAYS,
        links="claim_links",
        find_links=claim_links.links,
        order_of_links=("claim_id", "other_day", "other_claim_id"),
        join=claim_groups.join,
        members=claim_groups.MEMBERS,
        rows=claim_groups.rows,
        group_columns=("first_seen", "claim_group_id"),
        beside=Duplicate.table_name,
        obeys=claim_groups.obeyed,
    ),
    OfDays(row_class=IngestReportRow, module=ingest_report.__name__, rows=ingest_report.rows),
)
