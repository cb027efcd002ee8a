"""Text out of pieces of HTML, as feeds and APIs carry it: paragraphs stay paragraphs, quotations stay."""

from __future__ import annotations

import re
from typing import Any

from lxml import etree
from lxml import html as lxml_html

_TAG = re.compile(
    r"</?(?:p|br|div|span|a|b|i|em|strong|ul|ol|li|h[1-6]|blockquote|img|figure|table)\b[^<>]*>", re.I
)
_BREAK = re.compile(r"<br ?/?>|</p>", re.I)
_LONG_TAG = re.compile(r"<(/?[A-Za-z][A-Za-z0-9]{0,20})\b[^<>]{4000,}+>")
"""A tag with attributes without end, which parsers take the square of their number for."""
_BLOCKS = frozenset(
    [
        "p",
        "div",
        "li",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "blockquote",
        "ul",
        "ol",
        "table",
        "tr",
        "section",
        "article",
        "figure",
        "pre",
    ]
)
_SILENT = frozenset(["script", "style", "noscript", "template", "iframe", "svg", "form", "button", "head"])
_SENTENCE_END = re.compile(r"""[.!?…]["'”’»)]*$""")
_MAX_DEPTH = 200
_MANY = 4000


def is_html(text: str) -> bool:
    """Tell whether a text is HTML: it has tags that are used for text, or a single one that breaks lines."""
    if "<" not in text:
        return False
    n_tags = len(_TAG.findall(text[:20_000]))
    return n_tags >= (1 if text.lstrip().startswith("<") else 2) or _BREAK.search(text) is not None


def html_to_text(text: str) -> str:
    """Return the text of a piece of HTML, blocks separated by empty lines."""
    if not text.strip():
        return ""
    if len(text) > _MANY:
        text = _LONG_TAG.sub(r"<\1>", text)
    try:
        root = lxml_html.fromstring(f"<div>{text}</div>")
    except (etree.LxmlError, ValueError):
        return re.sub(r"<[^>]{0,1000}>", " ", text)
    parts: list[str] = []
    _collect(root, parts, 0)
    lines = (" ".join(line.split()) for line in "".join(parts).split("\n"))
    joined = "\n".join(lines)
    joined = re.sub(r"\n{3,}", "\n\n", joined).strip()
    # Where line breaks are the only ends of paragraphs, they are that.
    if "\n" in joined and "\n\n" not in joined and all(map(_SENTENCE_END.search, joined.split("\n")[:-1])):
        return joined.replace("\n", "\n\n")
    return joined


def _collect(element: Any, parts: list[str], depth: int) -> None:
    if not isinstance(element.tag, str) or element.tag in _SILENT or depth > _MAX_DEPTH:
        return
    is_block = element.tag in _BLOCKS
    if is_block:
        parts.append("\n\n")
    elif element.tag == "br":
        parts.append("\n")
    if element.text:
        parts.append(element.text.replace("\n", " "))
    for child in element:
        _collect(child, parts, depth + 1)
        if child.tail:
            parts.append(child.tail.replace("\n", " "))
    if is_block:
        parts.append("\n\n")
