"""The text of a record that is a web page: taken out of it, beside what the record says itself."""

from __future__ import annotations

from dataclasses import replace

from pipeline.ingest.fields import Fields, bounded
from pipeline.ingest.pages.dates import page_fields


def is_whole_page(html: str) -> bool:
    """Tell a page from a piece of HTML, such as feeds carry."""
    head = html[:3000].lower()
    return "<html" in head or "<!doctype html" in head or "<head" in head or "<body" in head


def is_page(fields: Fields) -> bool:
    """Tell whether a record is a web page whose text is still to be taken out."""
    return not fields.text and fields.html is not None and is_whole_page(fields.html)


def with_page(said: Fields) -> Fields:
    """Return the fields of a record that is a page, with what the page says where the record says nothing.

    The HTML itself is left out.
    """
    found = page_fields(said.html or "", said.url)
    return bounded(
        replace(
            said,
            url=said.url or found.url,
            title=said.title or found.title,
            authors=said.authors or found.authors,
            source=said.source or found.source,
            language=said.language or found.language,
            text=found.text,
            html="",
            summary=said.summary or found.summary,
        )
    )
