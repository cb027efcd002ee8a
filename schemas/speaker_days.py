"""The derived table of who is quoted where on which day."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, ClassVar

from schemas.table import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeakerDay(Row):
    """One row per day, outlet and speaker: how often an outlet quotes somebody on a day.

    A sum over the rows of years costs what reading them costs, without a join: quotations are counted under
    the entity that their first speaker is by human decision, as in the view said. Quotations whose speaker is
    no known entity are left out; reprints are counted like other articles.
    """

    table_name: ClassVar[str] = "speaker_days"
    key: ClassVar[tuple[str, ...]] = ("day", "outlet", "speaker_id")
    is_derived: ClassVar[bool] = True
    is_by_month: ClassVar[bool] = True

    day: Annotated[date, "the day"]
    outlet: Annotated[str, "the outlet, as in articles.source"]
    speaker_id: Annotated[str, "entity of the (first) speaker, human decisions obeyed"]
    n_quotes: Annotated[int, "its quotations"]
    n_speech: Annotated[int, "of these, said or written, as in quotes.is_speech"]
    n_articles: Annotated[int, "articles with a quotation of it"]
