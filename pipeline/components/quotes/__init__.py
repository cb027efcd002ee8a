"""Quotations of a document: who said what."""

from pipeline.components.quotes.find import QuoteFinder, QuoteModel, find_quotes, make_quotes
from pipeline.components.quotes.first_persons import with_speakers
from pipeline.components.quotes.reading import QuoteReading, read_doc, tag_readings

__all__ = [
    "QuoteFinder",
    "QuoteModel",
    "QuoteReading",
    "find_quotes",
    "make_quotes",
    "read_doc",
    "tag_readings",
    "with_speakers",
]
