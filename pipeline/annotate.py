"""A parsed Doc gets its layers, and its layers become rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import pyarrow as pa
from spacy.tokens import Doc

from pipeline.article import Article, reject_of
from pipeline.components.claims import find_claims
from pipeline.components.entities import find_entities
from pipeline.components.layers import write_layer
from pipeline.components.quotes import find_quotes
from pipeline.limits import reason_of, time_limit
from pipeline.rows import Rows, doc_rows
from schemas import TABLES, Reject, Row
from schemas.table import to_arrow

type Tables = dict[str, pa.Table]
"""The rows of some articles by table, rejects among them; what a worker process hands back."""


def annotate(doc: Doc, article: Article) -> Doc:
    """Add the layers entities, quotes and claims to a parsed document, and return it."""
    doc._.title, doc._.published_at, doc._.source = article.title, article.published_at, article.source
    write_layer(doc, "entities", find_entities(doc))
    write_layer(doc, "quotes", find_quotes(doc))
    write_layer(doc, "claims", find_claims(doc))
    return doc


def extracted(docs: Iterable[tuple[Doc, Article]], *, timeout_s: float) -> Tables:
    """Return the rows of parsed documents; one that fails becomes a reject and stops no other.

    Args:
        docs: documents with their articles; they may be used up one by one.
        timeout_s: seconds that one article may take.
    """
    rows, rejects, days = Rows(), [], {}
    for doc, article in docs:
        days[article.article_id] = article.day
        try:
            with time_limit(timeout_s):
                rows.extend(doc_rows(annotate(doc, article), article.article_id))
        except Exception as error:  # noqa: BLE001 - whatever an article does, the night goes on
            detail = f"{type(error).__name__}: {error}"
            rejects.append(reject_of(article, reason=reason_of(error), detail=detail, stage="extract"))
    return to_tables(rows, rejects, days)


def to_tables(rows: Rows, rejects: Sequence[Reject], days: Mapping[str, date | None]) -> Tables:
    """Return rows as Arrow tables, each with the day of its article."""
    parts: dict[str, Sequence[Row]] = {
        "entities": rows.entities,
        "mentions": rows.mentions,
        "quotes": rows.quotes,
        "claims": rows.claims,
        "rejects": rejects,
    }
    tables = {}
    for name, part in parts.items():
        table = to_arrow(part, TABLES[name])
        at = table.schema.get_field_index("day")
        column = pa.array([days[id] for id in table["article_id"].to_pylist()], pa.date32())
        tables[name] = table.set_column(at, table.schema.field(at), column)
    return tables
