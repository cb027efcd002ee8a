"""A parsed Doc gets its layers, and its layers become rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import partial

import pyarrow as pa
from spacy.tokens import Doc

from pipeline.article import Article, reject_of
from pipeline.components.claims import find_claims
from pipeline.components.entities import find_entities
from pipeline.components.layers import write_layer
from pipeline.components.quotes import find_quotes
from pipeline.guard import Failure, attempt
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


def extracted(docs: Iterable[tuple[Doc | Failure, Article]], *, timeout_s: float) -> Tables:
    """Return the rows of parsed documents; one that fails becomes a reject and stops no other.

    Args:
        docs: documents, or why there is none, with their articles; they may be used up one by one.
        timeout_s: seconds that the extraction of one article may take.
    """
    rows, rejects, days = Rows(), [], {}
    for doc, article in docs:
        days[article.article_id] = article.day
        stage = "parse" if isinstance(doc, Failure) else "extract"
        outcome = (
            doc if isinstance(doc, Failure) else attempt(partial(_rows, doc, article), timeout_s=timeout_s)
        )
        if isinstance(outcome, Failure):
            rejects.append(reject_of(article, reason=outcome.reason, detail=outcome.detail, stage=stage))
        else:
            rows.extend(outcome)
    return to_tables(rows, rejects, days)


def _rows(doc: Doc, article: Article) -> Rows:
    return doc_rows(annotate(doc, article), article.article_id)


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
