"""Bodies as exports carry them, to plain text: HTML, also escaped; Markdown; line ends written as `\\n`."""

from __future__ import annotations

import re
from html import unescape

from pipeline.ingest.pages.html import html_to_text, is_html

_ROUNDS = 3


def plain_text(text: str) -> str:
    """Return a body as plain text: itself, where it is that already.

    What it is, is told by more than one sign: news is full of angle brackets, stars and backslashes.
    """
    text = _with_line_ends(text)
    for _ in range(_ROUNDS):
        if is_html(text):
            return html_to_text(text)
        if not _ESCAPED_TAG.search(text):
            break
        unescaped = unescape(text)
        if unescaped == text:
            break
        text = unescaped if is_html(unescaped) or _ESCAPED_TAG.search(unescaped) else text
    return markdown_to_text(text) if is_markdown(text) else text


_ESCAPED_TAG = re.compile(
    r"&(?:amp;){0,3}lt;/?(?:p|br|div|span|a|b|i|em|strong|ul|ol|li|h[1-6]|blockquote)\b", re.IGNORECASE
)

# ---- line ends -------------------------------------------------------------------------------------

_LITERAL = re.compile(r"(?:\\r)?\\n|\\r(?![a-z])")
_BREAK = re.compile(
    r"""(?:(?<=[.!?"'”’)\s])|(?<=\\n)|(?<=\\"))(?:\\r)?\\n|(?:\\r)?\\n(?=[\s"'“‘(]|\\[nr"u]|[^\W\d_a-z]|$)"""
)
"""Where a line may end: behind the end of a sentence, or before the beginning of one; not in `C:\\news`."""

_WRITTEN = re.compile(r"""\\(?:(r\\n|[nr])|(t)|(["'/\\])|u([0-9a-fA-F]{4}))""")


def _with_line_ends(text: str) -> str:
    """Return a text whose line ends were written as a backslash and a letter, with line ends."""
    if "\\n" not in text:
        return text
    n_written = len(_LITERAL.findall(text))
    n_breaks = len(_BREAK.findall(text))
    if n_written <= text.count("\n") or 5 * n_breaks < 4 * n_written:
        return text
    made = _WRITTEN.sub(_meant, text)
    # Characters beyond the first plane are written as two.
    return made.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _meant(found: re.Match[str]) -> str:
    if found[1]:
        return "\n"
    if found[2]:
        return " "
    return found[3] or chr(int(found[4], 16))


# ---- Markdown --------------------------------------------------------------------------------------

_TARGET = (
    r"\(\s{0,3}<?(?:https?:|mailto:|www\.|[./#?]|[\w-]{1,100}[./])[^()\s<>]{0,2000}(?:\([^()\s]{0,200}\)[^()\s<>]{0,200})?>?"
    r"""(?:\s{1,3}["'(][^"'()\n]{0,300}["')])?\s{0,3}\)"""
)
_IMAGE = re.compile(r"!\[[^\[\]\n]{0,500}\]" + _TARGET)
_LINK = re.compile(r"\[([^\[\]\n]{0,500})\]" + _TARGET)
_HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]{1,9}(?=\S)", re.MULTILINE)
_HEADING_END = re.compile(r"(?<=\S)[ \t]{1,9}#{1,6}$", re.MULTILINE)
_UNDERLINE = re.compile(
    r"^(?:={3,200}|-{3,200}|\*{3,200}|_{3,200}|(?:[*_-][ ]){2,50}[*_-])[ \t]{0,9}$", re.MULTILINE
)
_QUOTE = re.compile(r"^ {0,3}(?:>[ \t]?){1,9}", re.MULTILINE)
_STRONG = re.compile(r"(\*\*|__)(?=[^\s*_])([^\n*_]{1,2000})(?<=\S)\1")
_EMPHASIS = re.compile(r"(?<![\w*_\\])([*_])(?=[^\s*_])([^\n*_]{1,1000})(?<=[^\s*_])\1(?![\w*_])")
_REFERENCE = re.compile(r"^ {0,3}\[[^\[\]\n]{1,100}\]:\s{1,3}<?https?://\S{1,2000}.{0,300}$", re.MULTILINE)
_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+.!>~|-])")
_BULLET = re.compile(r"^ {0,8}[*+][ \t]{1,4}(?=\S)", re.MULTILINE)
_CODE = re.compile(r"(?<!`)`([^`\n]{1,500})`(?!`)")


def is_markdown(text: str) -> bool:
    """Tell whether a text is Markdown: by links and images, or by several marks."""
    head = text[:50_000]
    if "](" in head and (_LINK.search(head) or _IMAGE.search(head)):
        return True
    n_headings = len(_HEADING.findall(head)) if "#" in head else 0
    n_strong = len(_STRONG.findall(head)) if "**" in head or "__" in head else 0
    n_quotes = len(_QUOTE.findall(head)) if ">" in head else 0
    kinds = (n_headings > 0) + (n_strong > 0) + (n_quotes > 0)
    is_titled = n_headings > 0 and bool(_HEADING.match(head.lstrip("\n")))
    return kinds >= 2 or n_strong >= 2 or n_headings >= 2 or is_titled


def markdown_to_text(text: str) -> str:
    """Return the text of Markdown: links and emphasis without their marks, images left out."""
    text = _REFERENCE.sub("", _IMAGE.sub("", text))
    text = _LINK.sub(r"\1", text)
    text = _UNDERLINE.sub("", text)
    text = _HEADING_END.sub("", _HEADING.sub("", text))
    text = _QUOTE.sub("", text)
    text = _STRONG.sub(r"\2", _STRONG.sub(r"\2", text))
    text = _EMPHASIS.sub(r"\2", text)
    text = _BULLET.sub("- ", text)
    text = _CODE.sub(r"\1", text)
    text = _ESCAPE.sub(r"\1", text)
    return re.sub(r"\n(?:[ \t]*+\n){2,}", "\n\n", text).strip()
