"""The table of quotes."""

from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Literal

from schemas.table import Row, TextSpan


@dataclass(slots=True, kw_only=True)
class Quote(Row):
    """One row per quotation: what somebody is reported to have said, written or thought, and who.

    Deeds and decisions ("agreed a package", "gave permission") and what was not said ("declined to comment")
    have no row. A quotation that its cue interrupts ("A," he said, "B") is one row with several content
    spans.
    """

    table_name: ClassVar[str] = "quotes"
    key: ClassVar[tuple[str, ...]] = ("quote_id",)
    order: ClassVar[tuple[str, ...]] = ("article_id", "start_char", "end_char", "quote_id")
    references: ClassVar[tuple[tuple[str, str, str], ...]] = (
        ("article_id", "articles", "article_id"),
        ("speaker_entity_id", "entities", "entity_id"),
        ("speaker_entity_ids", "entities", "entity_id"),
        ("parent_quote_id", "quotes", "quote_id"),
    )

    quote_id: Annotated[str, "hash of article_id and the content's offsets"]
    article_id: Annotated[str, "the article"]
    kind: Annotated[
        Literal["direct", "indirect", "mixed"], "in quotation marks, reported, or reported with marks in part"
    ]
    content: Annotated[str, "what was said, without 'that', its spans joined by ' ... '"]
    content_spans: Annotated[list[TextSpan], "where it stands, without the outer quotation marks"]
    start_char: Annotated[int, "start of the first content span"]
    end_char: Annotated[int, "end of the last content span"]
    cue: Annotated[
        str | None, "words that attribute it, without auxiliaries and adverbs: 'said', 'according to'"
    ] = None
    cue_spans: Annotated[list[TextSpan], "where they stand"] = field(default_factory=list)
    speaker: Annotated[
        str | None, "the source as printed, without a following apposition: 'the Treasury chief', 'he'"
    ] = None
    speaker_spans: Annotated[list[TextSpan], "where it stands"] = field(default_factory=list)
    speaker_entity_id: Annotated[str | None, "entity of the (first) speaker"] = None
    speaker_name: Annotated[str | None, "canonical name of the (first) speaker"] = None
    speaker_entity_ids: Annotated[list[str], "entities of all who speak together"] = field(
        default_factory=list
    )
    speaker_method: Annotated[str | None, "how the speaker was found and resolved"] = None
    parent_quote_id: Annotated[
        str | None, "the quotation that this one stands inside: X said that Y denied ..."
    ] = None
    is_speech: Annotated[
        bool,
        "said or written ('urged them to leave' and 'denied any role' too), against thought, wished, planned "
        "or shown by figures",
    ]
    context_before: Annotated[str, "up to 100 characters of the text before it"]
    context_after: Annotated[str, "up to 100 characters of the text after it"]
    score: Annotated[float, "how sure quotation and speaker are, 0..1"]
