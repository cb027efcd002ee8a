"""The table of claims."""

from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, ClassVar, Literal, NamedTuple

from schemas.table import Row, TextSpan


class Argument(NamedTuple):
    """A further argument of the predicate."""

    role: str
    text: str


class Hedge(NamedTuple):
    """A word that weakens the claim or keeps it at arm's length."""

    text: str
    start_char: int
    end_char: int


class Quantity(NamedTuple):
    """An amount: 'some 1,200 Polish guards' is 1200.0, 'Polish guards', 'about'."""

    text: str
    value: float | None
    unit: str | None
    comparator: str | None
    start_char: int
    end_char: int


class DateInterval(NamedTuple):
    """A time expression as an interval of days, both ends included; null where it is not settled."""

    text: str
    start: date | None
    end: date | None
    start_char: int
    end_char: int


class Place(NamedTuple):
    """A place named in the claim."""

    text: str
    entity_id: str | None
    start_char: int
    end_char: int


class ScorePart(NamedTuple):
    """One component of a score."""

    name: str
    value: float


@dataclass(slots=True, kw_only=True)
class ClaimRow(Row):
    """One row per claim: a clause that asserts something, who asserts it, and how firmly.

    claimer_kind tells what an outlet says in its own voice from what it only reports. Checkable (is it a
    verifiable statement of fact) and checkworthiness (is it worth a fact-checker's time) are two scores.
    """

    table_name: ClassVar[str] = "claims"
    key: ClassVar[tuple[str, ...]] = ("claim_id",)
    order: ClassVar[tuple[str, ...]] = ("article_id", "start_char", "end_char", "claim_id")
    references: ClassVar[tuple[tuple[str, str, str], ...]] = (
        ("article_id", "articles", "article_id"),
        ("claimer_entity_id", "entities", "entity_id"),
        ("subject_entity_id", "entities", "entity_id"),
        ("entity_ids", "entities", "entity_id"),
        ("quote_id", "quotes", "quote_id"),
    )

    claim_id: Annotated[str, "hash of article_id, the offsets, the subject's and the predicate's"]
    article_id: Annotated[str, "the article"]
    start_char: Annotated[int, "first code point in articles.text of the minimal span that asserts it"]
    end_char: Annotated[int, "after the last code point"]
    text: Annotated[str, "text[start_char:end_char]"]
    sentence_index: Annotated[int, "number of its sentence in the article, from 0"]
    claimer_kind: Annotated[
        Literal["outlet", "attributed", "unknown"],
        "the outlet in its own voice, a source it names, or unclear",
    ]
    claimer: Annotated[str | None, "the source as printed; null for the outlet"] = None
    claimer_spans: Annotated[list[TextSpan], "where it stands"] = field(default_factory=list)
    claimer_entity_id: Annotated[str | None, "entity of the source"] = None
    claimer_name: Annotated[str | None, "canonical name of the source"] = None
    quote_id: Annotated[str | None, "the quotation that the claim stands in"] = None
    attribution_chain: Annotated[
        list[str], "from the outermost source to the claimer: X said that Y denied ..."
    ] = field(default_factory=list)
    subject: Annotated[str, "who or what it is about"]
    subject_entity_id: Annotated[str | None, "entity of the subject, pronouns resolved"] = None
    predicate: Annotated[str, "verb with auxiliaries and particle"]
    predicate_lemma: Annotated[str, "base form of the predicate's head"]
    object: Annotated[str | None, "object or complement"] = None
    arguments: Annotated[list[Argument], "further arguments: time, place, means, purpose ..."] = field(
        default_factory=list
    )
    polarity: Annotated[Literal["affirmed", "negated"], "does it say that it is so, or not so"]
    modality: Annotated[
        Literal["asserted", "possible", "probable", "necessary", "conditional", "future"], "in which mode"
    ]
    factuality: Annotated[float, "as its claimer presents it, -3 certainly not so .. 3 certainly so"]
    hedges: Annotated[list[Hedge], "words that weaken it or keep it at arm's length"] = field(
        default_factory=list
    )
    quantities: Annotated[list[Quantity], "amounts in it, normalised"] = field(default_factory=list)
    dates: Annotated[list[DateInterval], "times in it, counted from the local day of publication"] = field(
        default_factory=list
    )
    places: Annotated[list[Place], "places in it"] = field(default_factory=list)
    entity_ids: Annotated[list[str], "all entities mentioned in it"] = field(default_factory=list)
    claim_type: Annotated[
        Literal["quantity", "event", "state", "causal", "comparison", "prediction", "opinion", "other"],
        "what kind of statement it is",
    ]
    is_self_contained: Annotated[bool, "can be understood without its article"]
    unresolved: Annotated[list[str], "words whose referent it needs and the article does not settle"] = field(
        default_factory=list
    )
    checkable: Annotated[float, "is it a verifiable factual statement, 0..1"]
    checkworthiness: Annotated[float, "is it worth a fact-checker's time, 0..1"]
    score_parts: Annotated[list[ScorePart], "what went into the two scores"] = field(default_factory=list)
    topics: Annotated[list[str], "the user's topics that it belongs to"] = field(default_factory=list)
