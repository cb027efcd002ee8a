"""The derived table of entities."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, ClassVar, NamedTuple

from schemas.mentions import EntityLabel
from schemas.table import Row


class AliasCount(NamedTuple):
    """A form of a name, and how often it was printed."""

    text: str
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityIndexRow(Row):
    """One row per entity_id of all days: its names, when it was seen, and what it was merged into.

    Follow merged_into once to come from any entity_id to the one that stands for it: it never points to a
    row that is itself merged.
    """

    table_name: ClassVar[str] = "entity_index"
    key: ClassVar[tuple[str, ...]] = ("entity_id",)
    is_derived: ClassVar[bool] = True

    entity_id: Annotated[str, "as in entities and mentions"]
    name: Annotated[str, "canonical name: the one most articles have, or the one that a human decision gives"]
    label: Annotated[EntityLabel, "type, in the label set of OntoNotes; the one most articles have"]
    aliases: Annotated[list[AliasCount], "the forms of its name with their counts, most frequent first"]
    first_seen: Annotated[date | None, "first day; null for an entity that only a decision names"]
    last_seen: Annotated[date | None, "last day"]
    n_articles: Annotated[int, "articles, counted on each of their days; with those merged into it"]
    wikidata_id: Annotated[str | None, "Wikidata item, the most frequent link"] = None
    geonames_id: Annotated[str | None, "GeoNames id, the most frequent link"] = None
    merged_into: Annotated[str | None, "entity_id that stands for it, by human decision"] = None
