"""Blanks, line ends and invisible characters, plain or written out, as what they mean."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.lexicons import Lexicon
from pipeline.reading.edits import Change

_BLANK = " \t\x1f\u00a0\u1680\u2000-\u200a\u202f\u205f\u2800\u3000"
_INVISIBLE = (
    "\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x90\x98-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffc"
)
_LINE_END = "(?:\r\n|[\n\r\x0b\x0c\x1c-\x1e\u2028\u2029])"
_ODD = re.compile(
    # One look tells where nothing odd begins, which is nearly everywhere.
    f"(?=[{_BLANK}{_INVISIBLE}\r\n\x0b\x0c\x1c-\x1e\u2028\u2029\x85\x91-\x97])"
    f"(?:(?P<ends>[{_BLANK}{_INVISIBLE}]*+(?:{_LINE_END}[{_BLANK}{_INVISIBLE}]*+)++)"
    f"|(?P<gap>[{_BLANK}{_INVISIBLE}]{{2,}}+|[{_BLANK[1:]}{_INVISIBLE}])"
    "|(?P<print>[\x85\x91-\x97]))"
)
_LINE_ENDS = re.compile(_LINE_END)
_INVISIBLES = re.compile(f"[{_INVISIBLE}]+")
_NEEDS_WORK = re.compile(
    f"[{_BLANK[1:]}{_INVISIBLE}\x85\x91-\x97\r\x0b\x0c\x1c-\x1e\u2028\u2029]| [ \n]|\n |\n\n\n"
)
_PRINT = {
    "\x85": "…",
    "\x91": "‘",
    "\x92": "’",
    "\x93": "“",
    "\x94": "”",
    "\x95": "•",
    "\x96": "–",
    "\x97": "—",
}
"""The marks of windows-1252, read as if they were Latin-1."""
_WIDE = 3
"""Blanks that part what stands in cells of a table, or in paragraphs of a text whose line ends were lost."""

_ESCAPED = re.compile(r"(?<![\\:])(?:\\r)?\\n|(?<![\\:])\\[t\"]")
_EVIDENCE = re.compile(r"[.!?\"”’)](?:\\r)?\\n|\\n(?:\\r)?\\n")


def escape_changes(text: str, _: Lexicon) -> Iterator[Change]:
    r"""Yield the changes that make `\n`, `\t` and `\"` what they mean, where a text is written in them.

    It is where such a line end follows the end of a sentence, or another one; in the path of a file it does
    not.
    """
    if "\\n" not in text or not _EVIDENCE.search(text):
        return
    for match in _ESCAPED.finditer(text):
        escape = match.group()
        yield match.start(), match.end(), "\n" if escape[-1] == "n" else " " if escape[-1] == "t" else '"'


def blank_changes(text: str, _: Lexicon) -> Iterator[Change]:
    """Yield the changes that make blanks and line ends plain and take out what nobody sees.

    A run of blanks is one; a wide one before anything but a small letter is a line end. A line that is
    indented where most are not opens a paragraph.
    """
    if not _NEEDS_WORK.search(text):
        return
    n_lines = text.count("\n")
    are_indented = n_lines < 2 * len(re.findall(r"\n {2,}+\S", text))
    for match in _ODD.finditer(text):
        run = match.group()
        if match.lastgroup == "print":
            replacement = _PRINT[run]
        elif match.lastgroup == "ends":
            is_wide = len(_LINE_ENDS.findall(run)) > 1 or (run.endswith("  ") and not are_indented)
            replacement = "\n\n" if is_wide else "\n"
        else:
            replacement = _gap(text, match.start(), match.end(), _INVISIBLES.sub("", run))
        yield match.start(), match.end(), replacement


def _gap(text: str, start: int, end: int, blanks: str) -> str:
    """Return what stands for a run of blanks within a line."""
    if len(blanks) < 2 and "\t" not in blanks:
        return " " if blanks else ""
    if start == 0 or end == len(text):
        return " "
    is_wide = len(blanks) >= _WIDE or "\t" in blanks
    return "\n" if is_wide and not text[end].islower() and text[start - 1] != "," else " "
