"""Quotations in the lines of GDELT's Global Quotation Graph: an article a line, what is in quotation marks.

Fields: https://blog.gdeltproject.org/announcing-the-global-quotation-graph/ (`date`, `url`, `title`, `lang`,
`quotes`, of each `pre`, `quote`, `post`). Reported speech has no place in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pipeline.desk.exports.layered import Found, LayeredArticle

_CONTEXT = 100  # characters on each side
_LANGUAGES = {"en": "ENGLISH"}  # GDELT names languages in full here
_MARKED = re.compile(r"“([^“”]+)”|\"([^\"]+)\"|«([^«»]+)»|(?<!\w)‘([^‘]+?)’(?!\w)|(?<!\w)'([^'\n]+)'(?!\w)")


def gqg_lines(articles: Iterator[LayeredArticle]) -> Iterator[dict[str, Any]]:
    """Yield a line for each article in which somebody is quoted in quotation marks.

    A direct quotation that its cue interrupts is one quote for each of its parts. Of a mixed one, only what
    stands in marks is a quote.
    """
    for found in articles:
        spans = sorted({span for quote in found.quotes for span in _verbatim(quote, found.text)})
        if spans:
            yield {
                "date": found.at,
                "url": found.article["url"] or "",
                "title": found.article["title"] or "",
                "lang": _LANGUAGES.get(found.article["language"], found.article["language"]),
                "quotes": [_quote(found.text, start, end) for start, end in spans],
            }


def _verbatim(quote: Found, text: str) -> Iterator[tuple[int, int]]:
    """Yield the stretches of a quotation that are in marks."""
    for span in quote["content_spans"]:
        start, end = span["start_char"], span["end_char"]
        if quote["kind"] == "direct":
            yield start, end
        elif quote["kind"] == "mixed":
            for marked in _MARKED.finditer(text, start, min(len(text), end + 1)):
                yield marked.span(marked.lastindex or 0)


def _quote(text: str, start: int, end: int) -> dict[str, str]:
    return {
        "pre": text[max(0, start - _CONTEXT) : start],
        "quote": text[start:end],
        "post": text[end : end + _CONTEXT],
    }
