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
    text = _with_line_ends(_MARKS_OF_FORMATS.sub("", text))
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
    r"&(?:(?:amp;|\#38;){0,3}lt;|(?:amp;|\#38;){0,3}#(?:60|x3c);)/?(?:p|br|div|span|a|b|i|em|strong|ul|ol|li|h[1-6]|blockquote)\b",
    re.IGNORECASE,
)

# ---- line ends -------------------------------------------------------------------------------------

_MARKS_OF_FORMATS = re.compile(r"^\s*+<!\[CDATA\[|\]\]>\s*+$|_x000[dD]_")
"""What XML and Excel put around a text, and for the first half of a line end."""
_PATH = re.compile(r"(?:\b[A-Za-z]:|(?<!\S)\\)(?:\\[\w.$~-]+)+")
_TAG_IN_NUMBERS = re.compile(r"\\u003[cC]/?[A-Za-z]")
_MANY_LINES = 3
_LITERAL = re.compile(r"(?:\\r)?\\n|\\r(?![a-z])")
_BREAK = re.compile(
    r"""(?:(?<=[.!?"'”’)\s])|(?<=\\n)|(?<=\\"))(?:\\r)?\\n|(?:\\r)?\\n(?=[\s"'“‘(]|\\[nr"u]|[^\W\d_a-z]|$)"""
)
"""Where a line may end: behind the end of a sentence, or before the beginning of one; not in `C:\\news`."""

_WRITTEN = re.compile(
    rf"(?P<path>{_PATH.pattern})" r"""|\\(?:(r\\n|[nr])|(t)|(["'/\\])|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2}))"""
)


def _with_line_ends(text: str) -> str:
    """Return a text whose line ends were written as a backslash and a letter, with line ends."""
    if "\\" not in text:
        return text
    if "\\\\n" in text and "\\\\n" in _PATH.sub("", text):
        text = _TWICE.sub(r"\\\1", text)
    if not _TAG_IN_NUMBERS.search(text):
        bare = _PATH.sub("", text)
        n_written = len(_LITERAL.findall(bare))
        n_breaks = len(_BREAK.findall(bare))
        is_few = n_written < _MANY_LINES and 5 * n_breaks < 4 * n_written
        if not n_written or n_written <= text.count("\n") or is_few:
            return text
    made = _WRITTEN.sub(_meant, text)
    # Characters beyond the first plane are written as two.
    return made.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


_TWICE = re.compile(r"""\\{2,4}([nrt"'u/])""")
"""Escaped twice."""


def _meant(found: re.Match[str]) -> str:
    path, line_end, tab, sign, *numbers = found.groups()
    if path:
        return path
    if line_end:
        return "\n"
    if tab:
        return " "
    return sign or chr(int(numbers[0] or numbers[1], 16))


# ---- Markdown --------------------------------------------------------------------------------------

_TARGET = (
    r"\(\s{0,3}<?(?:https?:|mailto:|www\.|[./#?]|[\w-]{1,100}[./])[^()\s<>]{0,2000}(?:\([^()\s]{0,200}\)[^()\s<>]{0,200})?>?"
    r"""(?:\s{1,3}["'(][^"'()\n]{0,300}["')])?\s{0,3}\)"""
)
_IMAGE = re.compile(r"!\[[^\[\]\n]{0,500}\]" + _TARGET)
_BY_NAME = re.compile(r"!?\[([^\[\]\n]{1,500})\] ?\[[^\[\]\n]{0,100}\]")
_NOTE = re.compile(r"(?<=\S)\[\^[\w-]{1,50}\]")
_STRUCK = re.compile(r"~~(?=\S)([^\n~]{1,1000})(?<=\S)~~")
_BARE_LINK = re.compile(r"<(?:https?://|mailto:)[^\s<>]{1,2000}>")
_FENCE = re.compile(r"^ {0,3}```.{0,100}$", re.MULTILINE)
_LINK = re.compile(r"\[([^\[\]\n]{0,500})\]" + _TARGET)
_HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]{1,9}(?=\S)", re.MULTILINE)
_HEADING_END = re.compile(r"(?<=\S)[ \t]{1,9}#{1,6}$", re.MULTILINE)
_UNDERLINE = re.compile(
    r"^(?:={3,200}|-{3,200}|\*{3,200}|_{3,200}|(?:[*_-][ ]){2,50}[*_-])[ \t]{0,9}$", re.MULTILINE
)
_QUOTE = re.compile(r"^ {0,3}(?:>[ \t]?){1,9}", re.MULTILINE)
_STRONG = re.compile(r"(\*\*|__)(?=[^\s*_])([^\n*_]{1,2000})(?<=\S)\1")
_STRONG_WORDS = re.compile(r"(?<![\w*])\*\*(?=[^\s*])([^\n*]{1,2000})(?<=\S)\*\*(?![\w*])")
"""Not letters that are left out: `f**k`."""
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
    if _STRONG_WORDS.search(head) or ("]:" in head and _REFERENCE.search(head)):
        return True
    kinds = (n_headings > 0) + (n_strong > 0) + (n_quotes > 0)
    is_titled = n_headings > 0 and bool(_HEADING.match(head.lstrip("\n")))
    return kinds >= 2 or n_strong >= 2 or n_headings >= 2 or is_titled


def markdown_to_text(text: str) -> str:
    """Return the text of Markdown: links and emphasis without their marks, images left out."""
    has_names = _REFERENCE.search(text) is not None
    text = _BARE_LINK.sub("", _REFERENCE.sub("", _IMAGE.sub("", text)))
    text = _LINK.sub(r"\1", text)
    text = _BY_NAME.sub(r"\1", text) if has_names else text
    text = _STRUCK.sub(r"\1", _FENCE.sub("", _NOTE.sub("", text)))
    text = _UNDERLINE.sub("", text)
    text = _HEADING_END.sub("", _HEADING.sub("", text))
    text = _QUOTE.sub("", text)
    text = _STRONG.sub(r"\2", _STRONG.sub(r"\2", text))
    text = _EMPHASIS.sub(r"\2", text)
    text = _BULLET.sub("- ", text)
    text = _CODE.sub(r"\1", text)
    text = _ESCAPE.sub(r"\1", text)
    return re.sub(r"\n(?:[ \t]*+\n){2,}", "\n\n", text).strip()
