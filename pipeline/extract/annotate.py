"""A parsed Doc gets its layers, and its layers become rows."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

import pyarrow as pa
from spacy.tokens import Doc

from pipeline.children.guard import Failure, attempt, time_shares
from pipeline.components.claims import Statements, find_claims, read_statements
from pipeline.components.claims.topics import Topics
from pipeline.components.doc.columns import read_columns
from pipeline.components.entities import NameReading, find_entities, read_names
from pipeline.components.entities.links import Lookup
from pipeline.components.layers import Claim, Entity, Quotation, write_layer
from pipeline.components.quotes import QuoteReading, find_quotes, read_doc, tag_readings, with_speakers
from pipeline.extract.article import ArticleText, reject_of
from pipeline.extract.rows import Rows, doc_rows
from pipeline.parsing.by_length import batches_of
from schemas import TABLES, Reject
from schemas.table import to_arrow, with_values

type Tables = dict[str, pa.Table]
"""The rows of some articles by table, rejects among them; what a worker process hands back."""


_TOGETHER = 64
"""Short documents of a bin, read at once: alone they take the network of quotations three times as long."""


@dataclass(frozen=True, slots=True)
class DocReading:
    """What is read of a document together with others, before it is extracted by itself."""

    quotes: QuoteReading
    names: NameReading
    statements: Statements | None


@dataclass(frozen=True, slots=True)
class Found:
    """What the extractors find in a document."""

    entities: list[Entity]
    quotations: list[Quotation]
    claims: list[Claim]


def find_all(
    doc: Doc,
    article: ArticleText,
    *,
    reading: DocReading | None = None,
    lookup: Lookup | None = None,
    topics: Topics | None = None,
) -> Found:
    """Run the extractors over a parsed document, in order.

    Args:
        doc: parsed.
        article: the evidence beside its text.
        reading: of the document, where it was read together with others.
        lookup: candidates of a knowledge base for a name, see `alias_table`.
        topics: of the user, see `topics_file`.
    """
    if reading is None:
        (reading,) = read_together([doc])
    parse = reading.quotes.parse
    entities = list(find_entities(doc, title=article.title, lookup=lookup, names=reading.names))
    quotations = list(find_quotes(doc, entities=entities, reading=reading.quotes))
    entities = with_speakers(parse.columns, entities, quotations)
    claims = list(
        find_claims(
            doc,
            topics=topics,
            entities=entities,
            quotes=quotations,
            published_at=article.counted_from,
            columns=parse.columns,
            tree=parse.tree,
            regions=reading.quotes.regions,
            statements=reading.statements,
        )
    )
    return Found(entities, quotations, claims)


def annotate(doc: Doc, article: ArticleText) -> Doc:
    """Add the layers entities, quotes and claims to a parsed document, and return it."""
    found = find_all(doc, article)
    write_layer(doc, "entities", found.entities)
    write_layer(doc, "quotes", found.quotations)
    write_layer(doc, "claims", found.claims)
    return doc


def extracted(
    batches: Iterable[Sequence[tuple[Doc | Failure, ArticleText]]],
    *,
    timeout_s: float,
    lookup: Lookup | None = None,
    topics: Topics | None = None,
    seconds: MutableMapping[str, float] | None = None,
) -> Tables:
    """Return the rows of parsed documents; one that fails becomes a reject and stops no other.

    Args:
        batches: documents, or why there is none, with their articles. A batch is used up before the next
            is asked for.
        timeout_s: seconds that the extraction of one article may take; a long one gets more (`time_shares`).
        lookup: candidates of a knowledge base for a name, see `alias_table`.
        topics: of the user, see `topics_file`.
        seconds: gets what each article took by itself, by its id; what all of them share is left out.
    """
    rows, rejects, days = Rows(), [], {}
    outcome: Rows | Failure
    for batch in batches:
        for part in batches_of(batch, size=_TOGETHER, n_chars=lambda item: len(item[1].text)):
            docs = [doc for doc, _ in part if isinstance(doc, Doc)]
            n_chars = sum(len(article.text) for _, article in part)
            read = attempt(partial(read_together, docs), timeout_s=timeout_s * time_shares(n_chars))
            # What fails together is read one by one below, and there the culprit fails alone.
            readings = {} if isinstance(read, Failure) else dict(zip(map(id, docs), read, strict=True))
            for doc, article in part:
                days[article.article_id] = article.day
                if isinstance(doc, Failure):
                    stage, outcome = "parse", doc
                else:
                    reading = readings.get(id(doc))
                    work = partial(found_rows, doc, article, reading=reading, lookup=lookup, topics=topics)
                    limit_s, began = timeout_s * time_shares(len(article.text)), time.monotonic()
                    stage, outcome = "extract", attempt(work, timeout_s=limit_s)
                    if seconds is not None:
                        seconds[article.article_id] = time.monotonic() - began
                if isinstance(outcome, Failure):
                    reason, detail = outcome.reason, outcome.detail
                    rejects.append(reject_of(article, reason=reason, detail=detail, stage=stage))
                else:
                    rows.extend(outcome)
    return to_tables(rows, rejects, days)


def read_together(docs: Sequence[Doc]) -> list[DocReading]:
    """Read parsed documents of one vocabulary: what costs less for many at once."""
    columns = [read_columns(doc) for doc in docs]
    quotes = tag_readings([read_doc(each) for each in columns])
    return [*map(DocReading, quotes, read_names(columns), read_statements(docs))]


def found_rows(
    doc: Doc,
    article: ArticleText,
    *,
    reading: DocReading | None = None,
    lookup: Lookup | None = None,
    topics: Topics | None = None,
) -> Rows:
    """Run the extractors over a parsed document and return its rows; arguments as in `find_all`."""
    if reading is None:
        (reading,) = read_together([doc])
    found = find_all(doc, article, reading=reading, lookup=lookup, topics=topics)
    return doc_rows(
        reading.quotes.parse.columns,
        article.article_id,
        title=article.title,
        entities=found.entities,
        quotations=found.quotations,
        claims=found.claims,
    )


def to_tables(rows: Rows, rejects: Sequence[Reject], days: Mapping[str, date | None]) -> Tables:
    """Return rows as Arrow tables, each with the day of its article."""
    parts: dict[str, Sequence[Any]] = {
        "entities": rows.entities,
        "mentions": rows.mentions,
        "quotes": rows.quotes,
        "claims": rows.claims,
        "rejects": rejects,
    }
    tables = {}
    for name, part in parts.items():
        table = to_arrow(part, TABLES[name])
        tables[name] = with_values(table, "day", [days[row.article_id] for row in part])
    return tables
