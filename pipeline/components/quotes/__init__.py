"""Quotations of a document: who said what."""

from pipeline.components.quotes.find import (
    QuoteFinder,
    QuoteModel,
    Reading,
    find_quotes,
    make_quotes,
    read_doc,
    tag_readings,
)

__all__ = ["QuoteFinder", "QuoteModel", "Reading", "find_quotes", "make_quotes", "read_doc", "tag_readings"]
