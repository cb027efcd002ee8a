"""What a page function is handed, and what it gives back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pipeline.desk.explorer.filters import Filters
from pipeline.desk.explorer.search_index import Indexes
from pipeline.desk.explorer.snapshot import Snapshot
from pipeline.errors import NewstablesError


class MissingError(NewstablesError):
    """There is no such page: the day, article, entity or claim is not published."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, read.

    Attributes:
        path: parts of the address's path, by name.
        query: parameters of the address.
        filters: what the query says of days, outlet and kind.
        snapshot: the tables.
        indexes: of words.
    """

    path: Mapping[str, str]
    query: Mapping[str, str]
    filters: Filters
    snapshot: Snapshot
    indexes: Indexes


@dataclass(frozen=True, slots=True)
class Shown:
    """A page: its template and what stands in it."""

    template: str
    values: dict[str, Any] = field(default_factory=dict)
    status: int = 200


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The page has another address."""

    address: str


type Answer = Shown | Elsewhere
