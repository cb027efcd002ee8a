"""The derived table of claim groups."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, ClassVar, Literal

from schemas.table import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimGroup(Row):
    """One row per claim that is made, narrowed or contradicted by another one, on whatever day.

    Claims that stand alone have no row. The first claim of a group (by day, then claim_id) gives it its id.
    Claims of opposite polarity are never the same; they stand in the group as `contradicts`. Claims of one
    article are not compared with each other, and claims more than 30 days apart only by way of others.
    """

    table_name: ClassVar[str] = "claim_groups"
    key: ClassVar[tuple[str, ...]] = ("claim_id", "day")
    is_derived: ClassVar[bool] = True
    is_by_month: ClassVar[bool] = True

    claim_id: Annotated[str, "the claim"]
    day: Annotated[date, "its day"]
    claim_group_id: Annotated[str, "claim_id of the first claim of the group"]
    relation: Annotated[
        Literal["same", "narrower", "contradicts"],
        "to the first claim: the same, the same with amounts or dates added, or the opposite",
    ]
    n_outlets: Annotated[int, "outlets that carry the group's claim, those that contradict it left out"]
    n_origins: Annotated[int, "of these, independent ones: agency copy and near-duplicates count once"]
    first_seen: Annotated[date, "first day of the group"]
