"""The table of entities."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from schemas.mentions import EntityLabel
from schemas.table import Row


@dataclass(slots=True, kw_only=True)
class EntityRow(Row):
    """One row per entity and article: who or what an article is about, under one canonical name.

    entity_id is the same in every article and on every day for the same name of the same type. What
    cannot be told apart with confidence (a lone surname) keeps an id of its own article: a wrong merge is
    worse than a split.
    """

    table_name: ClassVar[str] = "entities"
    key: ClassVar[tuple[str, ...]] = ("article_id", "entity_id")
    order: ClassVar[tuple[str, ...]] = ("article_id", "first_start_char", "entity_id")
    references: ClassVar[tuple[tuple[str, str, str], ...]] = (("article_id", "articles", "article_id"),)

    article_id: Annotated[str, "the article"]
    entity_id: Annotated[
        str, "hash of the canonical name and the type; content-derived, in any order of runs"
    ]
    name: Annotated[str, "canonical name: the fullest form in the article"]
    label: Annotated[EntityLabel, "type, in the label set of OntoNotes"]
    n_mentions: Annotated[int, "mentions of all kinds"]
    n_named: Annotated[int, "mentions by name"]
    aliases: Annotated[list[str], "the forms of its name in the article, sorted"]
    first_start_char: Annotated[int, "where it is first mentioned"]
    in_title: Annotated[bool, "the headline names it"]
    salience: Annotated[float, "how much the article is about it, 0..1"]
    role: Annotated[str | None, "title or office as the article gives it, such as 'UK Home Secretary'"] = None
    wikidata_id: Annotated[str | None, "Wikidata item, null rather than wrong"] = None
    geonames_id: Annotated[str | None, "GeoNames id of a place"] = None
    country_code: Annotated[str | None, "ISO 3166-1 alpha-2 code of a place"] = None
    link_method: Annotated[str | None, "how the link was made"] = None
    link_score: Annotated[float | None, "how sure the link is, 0..1"] = None
