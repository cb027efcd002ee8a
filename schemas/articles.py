"""The table of articles."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, ClassVar, Literal

from schemas.table import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Article(Row):
    """One row per article kept. Its text is what every offset in every table refers to.

    The text is normalised once, at ingest (line ends, Unicode NFC, control characters, mojibake), and
    never changes again. The same article with another text on another day is a version of it: join the
    other tables on (day, article_id).
    """

    table_name: ClassVar[str] = "articles"
    key: ClassVar[tuple[str, ...]] = ("article_id",)
    order: ClassVar[tuple[str, ...]] = ("article_id",)
    references: ClassVar[tuple[tuple[str, str, str], ...]] = (("duplicate_of", "articles", "article_id"),)

    article_id: Annotated[str, "hash of the canonical URL, or of source, date and text where there is none"]
    url: Annotated[str | None, "as the record gives it"] = None
    canonical_url: Annotated[str | None, "the URL without trackers, fragment and other accidents"] = None
    source: Annotated[str, "the outlet: its name as the record gives it, else the host of the URL"]
    title: Annotated[str | None, "headline; evidence for names, but no row of another table lies in it"] = (
        None
    )
    authors: Annotated[list[str], "names in the byline"] = field(default_factory=list)
    published_at: Annotated[datetime | None, "time of publication; never the time of scraping"] = None
    published_at_offset: Annotated[
        int | None,
        "minutes by which the clock that published_at was written by is ahead of UTC: added to published_at"
        " they give the local time, whose day `today` in the text is; null where no zone was written",
    ] = None
    published_at_source: Annotated[
        Literal["url", "json-ld", "meta", "feed", "record", "text"] | None, "where that time was found"
    ] = None
    published_at_precision: Annotated[
        Literal["second", "minute", "day", "month"] | None, "how much of that time was given"
    ] = None
    wire_source: Annotated[str | None, "agency credited in the text or byline (AP, Reuters, AFP ...)"] = None
    fetched_at: Annotated[datetime | None, "time of fetching, as the record gives it"] = None
    language: Annotated[str, "ISO 639-1 code, 'und' where it could not be told"]
    language_score: Annotated[float | None, "how sure that is, 0..1; null where the record said it"] = None
    text: Annotated[str, "body of the article; all offsets are code points of this string"]
    text_sha256: Annotated[str, "of the UTF-8 text: tells versions apart"]
    n_chars: Annotated[int, "length of the text in code points"]
    n_words: Annotated[int, "number of blank-separated words"]
    duplicate_of: Annotated[
        str | None,
        "article_id of the first of its near-duplicates of the same day; across days: table duplicates",
    ] = None
    record_ref: Annotated[str, "file and record it came from"]
