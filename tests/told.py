"""What the tables say of a text: the one way in which the tests of `kinds/` ask."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from spacy.language import Language

from pipeline.extract.annotate import found_rows
from pipeline.extract.article import ArticleText
from pipeline.extract.rows import Rows
from schemas import ClaimRow, EntityRow, MentionRow, Quote


@dataclass(frozen=True)
class Told:
    """What the tables say of a text; blanks of all kinds in printed words are single ones."""

    rows: Rows

    @property
    def claims(self) -> dict[str, ClaimRow]:
        """The claims by their words."""
        return {plain(row.text): row for row in self.rows.claims}

    @property
    def voices(self) -> dict[str, str]:
        """Whose each claim is, by its words: the source as printed, or "outlet" or "unknown"."""
        return {text: plain(row.claimer or row.claimer_kind) for text, row in self.claims.items()}

    @property
    def quotes(self) -> list[tuple[str, str]]:
        """Speaker as printed and content of the outermost quotations."""
        return [(plain(row.speaker or ""), plain(row.content)) for row in self.outermost]

    @property
    def outermost(self) -> list[Quote]:
        """The quotations that stand in no other."""
        return [row for row in self.rows.quotes if row.parent_quote_id is None]

    @property
    def speakers(self) -> list[str | None]:
        """Canonical names of the speakers of the outermost quotations."""
        return [row.speaker_name for row in self.outermost]

    @property
    def names(self) -> dict[str, str]:
        """The label of each name."""
        return {plain(row.text): row.label for row in self.rows.mentions if row.kind == "name"}

    @property
    def amounts(self) -> list[tuple[float | None, str | None]]:
        """Value and unit of each amount, in the order of the text."""
        found = {(q.start_char, q): None for row in self.rows.claims for q in row.quantities}
        return [(q.value, q.unit) for _, q in sorted(found, key=lambda one: one[0])]

    @property
    def days(self) -> list[tuple[str, str]]:
        """First and last day of each time, in the order of the text."""
        found = {(d.start_char, str(d.start), str(d.end)) for row in self.rows.claims for d in row.dates}
        return [(first, last) for _, first, last in sorted(found)]

    def entity(self, words: str) -> EntityRow:
        """The entity of the first mention with these words; KeyError where there is none."""
        by_id = {row.entity_id: row for row in self.rows.entities}
        return by_id[self.mention(words).entity_id]

    def mention(self, words: str) -> MentionRow:
        """The first mention with these words; KeyError where there is none."""
        for row in self.rows.mentions:
            if plain(row.text) == words:
                return row
        raise KeyError(words)

    def means(self, words: str) -> str | None:
        """The canonical name of whom the first mention with these words means; None where nobody."""
        try:
            return self.entity(words).name
        except KeyError:
            return None

    def worth(self, words: str) -> float:
        """The checkworthiness of the shortest claim that has these words in it, 0..1."""
        return self.claims[min((text for text in self.claims if words in text), key=len)].checkworthiness


def plain(words: str) -> str:
    """Words with single blanks."""
    return " ".join(words.split())


type Tell = Callable[..., Told]

WEDNESDAY = "2026-03-04T15:00+00:00"


def teller(nlp: Language) -> Tell:
    """Return what reads a text as the pipeline does, published on a Wednesday where nothing else is said."""

    def tell(text: str, *, published: str = WEDNESDAY, article: str = "a") -> Told:
        at = datetime.fromisoformat(published)
        offset = at.utcoffset()
        assert offset is not None
        about = ArticleText(
            article_id=article,
            record_ref=article,
            text=text,
            published_at=at,
            published_at_precision="second",
            published_at_offset=int(offset.total_seconds()) // 60,
        )
        return Told(found_rows(nlp(text), about))

    return tell
