"""All derived tables, in the order in which they are made: the stage `derive` is a loop over them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import pyarrow as pa

from pipeline.alike import claim_links
from pipeline.derived import (
    claim_groups,
    duplicates,
    entity_index,
    entity_pronouns,
    ingest_report,
    outlet_days,
)
from schemas import (
    ClaimGroup,
    Duplicate,
    EntityDay,
    EntityIndexRow,
    EntityPronouns,
    IngestReportRow,
    SpeakerDay,
)


@dataclass(frozen=True, slots=True)
class Links:
    """What of a day is compared with the days around it, beside what it gives by itself.

    Attributes:
        name: under which the links of a day are kept.
        in_window: (day, other day) -> whether they are compared.
        find: (partial of a day, partials of others) -> links, with the column `other_day`.
        order: the columns by which links are sorted.
    """

    name: str
    in_window: Callable[..., bool]
    find: Callable[..., pa.Table]
    order: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Derived:
    """A derived table: what it reads, and the functions that make it.

    Attributes:
        name: of the table.
        module: that makes it; where the code that it follows changes, all days are read again.
        merge: (what the days give, [decisions], [tables of `beside`]) -> the table. Without `partial`, it is
            handed the manifests of all days instead.
        partial: (tables of a day, [decisions]) -> what the day gives.
        reads: tables of a day, and which columns of them; None for all.
        obeys: which of the two functions take human decisions as their second argument; "speakers" where
            what a day gives depends on speakers that people corrected.
        links: where days are compared; then it is the links that are merged.
        beside: derived tables before this one that `merge` reads, too.
    """

    name: str
    module: str
    merge: Callable[..., pa.Table]
    partial: Callable[..., pa.Table] | None = None
    reads: Mapping[str, list[str] | None] = field(default_factory=dict)
    obeys: frozenset[Literal["partial", "merge", "speakers"]] = frozenset()
    links: Links | None = None
    beside: tuple[str, ...] = ()


DERIVED = (
    Derived(
        Duplicate.table_name,
        duplicates.__name__,
        reads={"articles": None},
        partial=duplicates.partial,
        merge=duplicates.merge,
    ),
    Derived(
        EntityIndexRow.table_name,
        entity_index.__name__,
        reads={"entities": None, "mentions": None},
        partial=entity_index.partial,
        merge=entity_index.merge,
        obeys=frozenset({"partial", "merge"}),
    ),
    Derived(
        EntityPronouns.table_name,
        entity_pronouns.__name__,
        reads=entity_pronouns.READS_COLUMNS,
        partial=entity_pronouns.partial,
        merge=entity_pronouns.merge,
        obeys=frozenset({"partial", "merge"}),
    ),
    Derived(
        EntityDay.table_name,
        outlet_days.__name__,
        reads=outlet_days.READS_OF_ENTITIES,
        partial=outlet_days.partial_of_entities,
        merge=outlet_days.merge_entities,
        obeys=frozenset({"partial", "merge"}),
    ),
    Derived(
        SpeakerDay.table_name,
        outlet_days.__name__,
        reads=outlet_days.READS_OF_SPEAKERS,
        partial=outlet_days.partial_of_speakers,
        merge=outlet_days.merge_speakers,
        obeys=frozenset({"partial", "merge", "speakers"}),
    ),
    Derived(
        ClaimGroup.table_name,
        claim_groups.__name__,
        reads=claim_groups.READS_COLUMNS,
        partial=claim_groups.partial,
        merge=claim_groups.merge,
        obeys=frozenset({"merge"}),
        links=Links(
            "claim_links",
            claim_links.in_window,
            claim_links.links,
            order=("claim_id", "other_day", "other_claim_id"),
        ),
        beside=(Duplicate.table_name,),
    ),
    Derived(IngestReportRow.table_name, ingest_report.__name__, merge=ingest_report.merge),
)
