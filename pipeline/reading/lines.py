"""The lines of a reading view, and what each is: told by its words, its shape and its neighbours.

Debris is what stands around an article and is not said by it: captions, credits, teasers, bars of buttons,
menus. Names may be read from it, nothing else. To take a paragraph for debris loses what it says, so in doubt
a line is a paragraph.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from pipeline.lexicons import Lexicon
from pipeline.lexicons import lexicon as lexicon_of_language

LineKind = Literal[
    "paragraph", "heading", "caption", "credit", "teaser", "share_bar", "menu", "speaker", "post"
]

DEBRIS: frozenset[LineKind] = frozenset({"caption", "credit", "teaser", "share_bar", "menu"})
"""What is not said by the article: nothing but names is read from it."""

_LINE = re.compile(r"[^\n]+")
_WORD = re.compile(r"[^\W\d_][\w'’.&-]*")
_SHORT_BAR = 15
"""Words of the longest bar of buttons."""
_MOST_IN_HEADING = 16
_SENTENCE_ENDS = frozenset(".!?…\"”’'):;,")


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line of a reading view.

    Attributes:
        start, end: characters of the view, end exclusive, without the line end.
        kind: what it is.
    """

    start: int
    end: int
    kind: LineKind

    @property
    def is_debris(self) -> bool:
        """Whether nothing but names is read from it."""
        return self.kind in DEBRIS


def read_lines(text: str, *, lexicon: Lexicon | None = None) -> tuple[TextLine, ...]:
    """Return the lines of a text that are not empty, in order.

    Args:
        text: a reading view; of any other text, each line end counts.
        lexicon: the words of its language; English where None.
    """
    lexicon = lexicon or lexicon_of_language()
    lines = []
    for match in _LINE.finditer(text):
        line = match.group()
        if not line.isspace():
            start = match.end() - len(line.lstrip())
            lines.append(TextLine(start, start + len(line.strip()), _kind(line.strip(), lexicon)))
    return tuple(lines)


def _kind(line: str, lexicon: Lexicon) -> LineKind:
    words = [word.lower() for word in _WORD.findall(line[:400])]
    if not words:
        return "paragraph"
    networks = lexicon.words("social_networks")
    buttons = networks | lexicon.words("reading.buttons")
    n_networks = sum(word in networks for word in words)
    n_buttons = sum(word in buttons for word in words)
    if len(words) <= _SHORT_BAR and n_networks >= 2 and 3 * n_buttons >= 2 * len(words):
        return "share_bar"
    if len(words) <= _MOST_IN_HEADING and line[-1] not in _SENTENCE_ENDS:
        return "heading"
    return "paragraph"
