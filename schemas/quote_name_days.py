"""The derived table of who names whom in quotations on which day."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, ClassVar

from schemas.table import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteNameDay(Row):
    """One row per day, outlet, speaker and entity: how often an outlet quotes somebody who names somebody.

    A sum over its rows says what the view quote_names says of the rows that have a speaker and n_named > 0,
    without its joins: both are entities by human decision, and a quotation counts once, however often it
    names the entity. Speakers who name themselves have rows too (entity_id = speaker_id); reprints are
    counted like other articles, since whether one is a reprint depends on other days.
    """

    table_name: ClassVar[str] = "quote_name_days"
    key: ClassVar[tuple[str, ...]] = ("day", "outlet", "speaker_id", "entity_id")
    is_derived: ClassVar[bool] = True
    is_by_month: ClassVar[bool] = True

    day: Annotated[date, "the day"]
    outlet: Annotated[str, "the outlet, as in articles.source"]
    speaker_id: Annotated[str, "entity of the (first) speaker, human decisions obeyed"]
    entity_id: Annotated[str, "the entity that is named in what was said, human decisions obeyed"]
    n_quotes: Annotated[int, "quotations of the speaker that name it"]
    n_articles: Annotated[int, "articles with such a quotation"]
