"""The one normalisation of texts. It happens at ingest; after it a text never changes again.

What is done: mojibake mended and HTML entities resolved (ftfy), Unicode NFC, line ends to `\\n`, control
characters and invisible marks removed, blanks of all kinds to plain ones, blanks at line ends and more than
one empty line removed. Quotation marks, dashes and ligature-free letters stay as they are printed: the
extractors and the readers need them.

Cleaning a clean text changes nothing.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from itertools import compress

from ftfy import TextFixerConfig, fix_text
from ftfy.badness import is_bad

_CONFIG = TextFixerConfig(
    unescape_html="auto",  # &rsquo; in plain text; not where there are tags, which may be meant
    remove_terminal_escapes=True,
    fix_encoding=True,
    restore_byte_a0=True,
    replace_lossy_sequences=True,
    decode_inconsistent_utf8=True,
    fix_c1_controls=True,  # the curly marks of windows-1252
    fix_latin_ligatures=True,
    fix_character_width=False,  # Japanese and Chinese copy is printed in full width
    uncurl_quotes=False,  # the difference between opening and closing marks is what quotes stand on
    fix_line_breaks=True,
    fix_surrogates=True,
    remove_control_chars=True,
    normalization=None,  # it is done below, where runs of combining marks are bounded
    explain=False,
)

_PLAIN = re.compile(r"[\n\x20-\x25\x27-\x7e]*")
"""Text that needs no cleaning but for its blanks: printable ASCII, line ends, no `&`."""

_MENDABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufff9-\ufffc\u206a-\u206f"  # controls, line ends
    "\u0132\u0133\u0149\u01c4-\u01cc\u01f1-\u01f3\ufb00-\ufb06\ud800-\udfff]"  # ligatures, surrogates
)
_ENTITY = re.compile("&#?[0-9A-Za-z]{1,24};")
"""What ftfy may have something to do with, beside mojibake."""

_UNUSUAL = re.compile("[^\x00-\x7f\u2018\u2019\u201c\u201d\u2013\u2014\u2026\u2022\u00a0]")
"""Mojibake has other characters than ASCII and the usual marks of print."""

_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f"  # control characters, but for those that are blanks or line ends
    "\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\u206a-\u206f"  # soft hyphens, bidi marks
    "\ufeff\ufff9-\ufffc\ufdd0-\ufdef\ufffe\uffff]"  # byte order mark, annotations, non-characters
)
_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_BLANKS = re.compile("[\t\x1f\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_TRAILING = re.compile(r"(?<! ) ++(?=\n)")  # from the first blank of a run only: linear
_EMPTY_LINES = re.compile(r"\n{3,}")

_ROUNDS = 6

_MAX_MARKS = 30
"""In a row: so many has the longest word of any script, by Unicode's Stream-Safe Text Format (UAX 15)."""


def _combining() -> str:
    """Return the combining characters as ranges within brackets of a pattern."""
    beyond_latin = range(0x300, 0x1EA00)
    numbers = compress(beyond_latin, map(unicodedata.combining, map(chr, beyond_latin)))
    ranges: list[list[int]] = []
    for n in numbers:
        if ranges and ranges[-1][1] == n - 1:
            ranges[-1][1] = n
        else:
            ranges.append([n, n])
    return "".join(f"\\U{low:08x}-\\U{high:08x}" for low, high in ranges)


_FAR_RUN = re.compile(f"[\u0300-\U0010ffff][\u0300-\U0010ffff]{{{_MAX_MARKS - 1}}}")
"""A run of so many characters beyond Latin, which may be marks: one range is found 25 times as fast."""


@cache
def _marks() -> re.Pattern[str]:
    """Return what finds too many marks in a row: to sort them takes time that grows with the square of it."""
    marks = _combining()
    return re.compile(f"([{marks}]{{{_MAX_MARKS}}})[{marks}]++")


def clean_text(text: str) -> str:
    """Return the text of an article as it is stored, hashed and referred to."""
    for _ in range(_ROUNDS):
        cleaned = _once(text)
        if cleaned == text:
            return text
        text = cleaned
    # Mending keeps uncovering new mojibake: nothing that anybody wrote. Leave the mending out.
    return _settle(text)


def clean_line(text: str | None) -> str | None:
    """Return a title or name, cleaned and in one line; None where nothing is left."""
    return " ".join(clean_text(text).split()) or None if text else None


def _once(text: str) -> str:
    if _PLAIN.fullmatch(text):
        return _plain(text)
    if is_mendable(text):
        text = fix_text(text, _CONFIG)
    return _plain(text)


def is_mendable(text: str) -> bool:
    """Tell whether ftfy might change a text by more than its Unicode normalisation; it is slow."""
    if _MENDABLE.search(text) or ("&" in text and _ENTITY.search(text)):
        return True
    if text.isascii() or not _UNUSUAL.search(text):
        return False
    return any(is_bad(line + "\n") for line in text.split("\n") if _UNUSUAL.search(line))


def _plain(text: str) -> str:
    """Return the text after all steps but ftfy's."""
    if not text.isascii():
        text = _INVISIBLE.sub("", text)
        text = _BLANKS.sub(" ", _LINE_ENDS.sub("\n", text))
        text = unicodedata.normalize("NFC", _marks().sub(r"\1", text) if _FAR_RUN.search(text) else text)
    elif not _PLAIN.fullmatch(text):
        text = _INVISIBLE.sub("", text)
        text = _BLANKS.sub(" ", _LINE_ENDS.sub("\n", text))
    if " \n" in text:
        text = _TRAILING.sub("", text)
    if "\n\n\n" in text:
        text = _EMPTY_LINES.sub("\n\n", text)
    return text.strip()


def _settle(text: str) -> str:
    text = text.encode("utf-8", "replace").decode("utf-8")
    while (plain := _plain(text)) != text:
        text = plain
    return text
