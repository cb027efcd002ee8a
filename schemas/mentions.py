"""The table of mentions."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from schemas.table import Row

EntityLabel = Literal["PERSON", "ORG", "GPE", "LOC", "NORP", "FAC", "EVENT", "WORK_OF_ART", "LAW", "PRODUCT"]


@dataclass(slots=True, kw_only=True)
class MentionRow(Row):
    """One row per mention of an entity: a name, a description ("the Treasury chief") or a pronoun."""

    table_name: ClassVar[str] = "mentions"
    key: ClassVar[tuple[str, ...]] = ("mention_id",)
    order: ClassVar[tuple[str, ...]] = ("article_id", "start_char", "mention_id")
    references: ClassVar[tuple[tuple[str, str, str], ...]] = (
        ("article_id", "articles", "article_id"),
        ("entity_id", "entities", "entity_id"),
    )

    mention_id: Annotated[str, "hash of article_id, start_char and end_char"]
    article_id: Annotated[str, "the article"]
    entity_id: Annotated[str, "the entity it refers to"]
    start_char: Annotated[int, "first code point in articles.text"]
    end_char: Annotated[int, "after the last code point"]
    text: Annotated[str, "text[start_char:end_char]"]
    label: Annotated[EntityLabel, "type of the entity, in the label set of OntoNotes"]
    kind: Annotated[Literal["name", "nominal", "pronoun"], "form of the mention"]
    sentence_index: Annotated[int, "number of its sentence in the article, from 0"]
    in_quote: Annotated[bool, "lies inside the content of a quotation"]
    method: Annotated[str, "rule or model that resolved it to its entity"]
    score: Annotated[float, "how sure that is, 0..1"]
