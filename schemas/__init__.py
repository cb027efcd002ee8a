"""One typed class per table: the single source of the Arrow schema, the checks and the codebook."""

from schemas.articles import Article
from schemas.claim_groups import ClaimGroup
from schemas.claims import ClaimRow
from schemas.duplicates import Duplicate
from schemas.entities import EntityRow
from schemas.entity_days import EntityDay
from schemas.entity_index import EntityIndexRow
from schemas.entity_pronouns import EntityPronouns
from schemas.ingest_report import IngestReportRow
from schemas.mentions import MentionRow
from schemas.quote_name_days import QuoteNameDay
from schemas.quotes import Quote
from schemas.rejects import Reject
from schemas.speaker_days import SpeakerDay
from schemas.table import Row

DAY_TABLES: tuple[type[Row], ...] = (EntityRow, MentionRow, Quote, ClaimRow, Reject, Article)
"""The tables of a day in the order in which they are published: articles, which all refer to, last."""

EXTRACTED = ("entities", "mentions", "quotes", "claims")
"""Names of the tables that the extractors fill."""

DERIVED_TABLES: tuple[type[Row], ...] = (
    Duplicate,
    EntityIndexRow,
    EntityPronouns,
    EntityDay,
    SpeakerDay,
    QuoteNameDay,
    ClaimGroup,
    IngestReportRow,
)
"""The tables that are merged from all days."""

TABLES: dict[str, type[Row]] = {t.table_name: t for t in (*DAY_TABLES, *DERIVED_TABLES)}

__all__ = [
    "DAY_TABLES",
    "DERIVED_TABLES",
    "EXTRACTED",
    "TABLES",
    "Article",
    "ClaimGroup",
    "ClaimRow",
    "Duplicate",
    "EntityDay",
    "EntityIndexRow",
    "EntityPronouns",
    "EntityRow",
    "IngestReportRow",
    "MentionRow",
    "Quote",
    "QuoteNameDay",
    "Reject",
    "Row",
    "SpeakerDay",
]
