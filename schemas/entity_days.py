"""The derived table of who and what is named where on which day."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, ClassVar

from schemas.table import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityDay(Row):
    """One row per day, outlet and entity: how often an outlet names somebody or something on a day.

    Entities are what they are by human decision, as in the view article_entities. Reprints are counted like
    other articles.
    """

    table_name: ClassVar[str] = "entity_days"
    key: ClassVar[tuple[str, ...]] = ("day", "outlet", "entity_id")
    is_derived: ClassVar[bool] = True
    is_by_month: ClassVar[bool] = True

    day: Annotated[date, "the day"]
    outlet: Annotated[str, "the outlet, as in articles.source"]
    entity_id: Annotated[str, "the entity, human decisions obeyed"]
    n_articles: Annotated[int, "articles that mention it"]
    n_mentions: Annotated[int, "its mentions in them, of all kinds"]
