"""Sentences and words that lost the blank between them: "voters.When", "”Unlike", "pathetic,"Rep. A"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.lexicons import Lexicon
from pipeline.reading.edits import Change

_SEAM = re.compile(
    r"(?<=[a-z]{2})[.!?]+[”’)\]]*(?=[“‘(\[]?[A-Z])"  # voters.When  it.”Unlike  end.(Credit)  end.“We
    r"|(?<=[\w.,!?])”(?=(?!s\b)[A-Za-z“])"  # pathetic,”Rep
    r"|(?<=[a-z]{2}),(?=[A-Za-z]{2}|[“‘])"  # Adler,said  said,“We
    r"|(?<=[a-z]{2})[;:](?=[A-Z][a-z]|[“‘])"
    r"|(?<=[a-z])\)(?=[A-Z][a-z])"  # (file)The
    r"|(?<=[a-z])(?=“\w)"
    r"|(?<=\w[.,!?])\"(?=[A-Za-z])"  # straight: either way
    r"|(?<=\b\d\d\d)\.(?=(?:19|20)\d\d\b)"  # 270.2016
)
_ADDRESS = re.compile(r"://|www\.|@|[/\\_]")
_REACH = 120
"""Characters to either side among which an address is looked for."""


def glue_changes(text: str, lexicon: Lexicon) -> Iterator[Change]:
    """Yield the blanks that were lost."""
    for match in _SEAM.finditer(text):
        if _is_address(text, match.start(), match.end()):
            continue
        if match.group() == '"' and not _closes(text, match.start()):
            yield match.start(), match.start(), " "
        else:
            yield match.end(), match.end(), " "


def _is_address(text: str, start: int, end: int) -> bool:
    """Return whether a place lies in an address of the web, a path or the like."""
    before = text[max(0, start - _REACH) : start].rsplit(None, 1)
    after = text[end : end + _REACH].split(None, 1)
    return _ADDRESS.search((before[-1] if before else "") + "." + (after[0] if after else "")) is not None


def _closes(text: str, at: int) -> bool:
    """Return whether a straight mark between words closes: the last one before it in its line has opened."""
    line = text.rfind("\n", 0, at) + 1
    last = text.rfind('"', max(line, at - 2_000), at)
    if last < 0:
        return False
    before = text[last - 1] if last > line else " "
    return (before.isspace() or before in "([—–-") and not text[last + 1].isspace()
