"""The lines of a reading view, and what each is: told by its words, its shape and its neighbours.

Debris is what stands around an article and is not said by it: captions, credits, teasers, bars of buttons,
menus. Names may be read from it, nothing else. To take a paragraph for debris loses what it says, so in doubt
a line is a paragraph.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from pipeline.lexicons import Lexicon
from pipeline.lexicons import lexicon as lexicon_of_language
from pipeline.reading.signs import Phrases, Signs, read_signs

LineKind = Literal[
    "paragraph", "heading", "caption", "credit", "teaser", "share_bar", "menu", "speaker", "post"
]

DEBRIS: frozenset[LineKind] = frozenset({"caption", "credit", "teaser", "share_bar", "menu"})
"""What is not said by the article: nothing but names is read from it."""

_LINE = re.compile(r"[^\n]+")
_ENTRY = 4
"""Words of the longest entry of a menu."""
_ENTRIES = 5
"""Entries in a row that make a menu."""
_TITLE = 20
"""Words of the longest title of an article, or heading."""
_TITLES = 4
"""Titles in a row that make a list of other articles."""
_HEAD = 4
"""Lines at the beginning of a text that may be its own title, deck and the like."""
_POST = 70
"""Words of the longest post."""


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
    signs = (lexicon or lexicon_of_language()).made(read_signs)
    places = list(line_places(text))
    phrases = signs.phrases_in(text)
    lines = [_Drafted(text[start:end], signs, phrases) for start, end in places]
    _keep_labels(lines)
    _list_titles(lines)
    _list_entries(lines)
    _join_posts(lines)
    return tuple(TextLine(*place, line.kind) for place, line in zip(places, lines, strict=True))


def line_places(text: str) -> Iterator[tuple[int, int]]:
    """Yield start and end of each line that is not empty, without the blanks at its ends."""
    for match in _LINE.finditer(text):
        line = match.group()
        if not line.isspace():
            start = match.end() - len(line.lstrip())
            yield start, start + len(line.strip())


class _Drafted:
    """A line while its kind is being told.

    Attributes:
        line: its text.
        n_words: of it, counted up to one more than the longest post has.
        is_title: it may be the title of an article: short, no full stop, no bullet.
        is_entry: it may be an entry of a menu.
        heads: it may stand at the head of a list of other articles.
    """

    def __init__(self, line: str, signs: Signs, phrases: Phrases) -> None:
        self.line = line
        self.n_words = len(line.split(None, _POST + 1))
        self.kind: LineKind = signs.kind(line, self.n_words, phrases)
        is_open = not signs.ends_sentence(line)
        is_free = self.kind in ("paragraph", "heading")
        self.is_title = is_free and is_open and _ENTRY < self.n_words <= _TITLE and signs.opens_title(line)
        self.is_entry = is_open and self.n_words <= _ENTRY and self.kind != "speaker"
        self.heads = self.kind == "teaser" and signs.heads_list(line)
        self.is_signature = self.kind == "post" and signs.signs_post(line)
        self.announces_post = self.kind == "post" and not self.is_signature and signs.announces_post(line)
        if is_free:
            self.kind = "heading" if is_open and self.n_words <= _TITLE else "paragraph"


def _keep_labels(lines: Sequence[_Drafted]) -> None:
    """Take labels of a single word for those of speakers only where they come back: "Section:" does not."""
    counted = Counter(line.line.partition(":")[0] for line in lines if ":" in line.line[:40])
    for line in lines:
        if line.kind == "speaker" and line.n_words == 1 and counted[line.line.rstrip(" :")] < 2:
            line.kind = "heading"


def _list_titles(lines: Sequence[_Drafted]) -> None:
    """Tell lists of other articles: titles in a row, below a head or far from the beginning."""
    at = 0
    while at < len(lines):
        end = at
        while end < len(lines) and (lines[end].is_title or lines[end].kind in DEBRIS):
            end += 1
        titles = [line for line in lines[at:end] if line.is_title]
        is_headed = any(line.heads for line in lines[at:end])
        if at >= _HEAD and (len(titles) >= _TITLES or (is_headed and len(titles) > 1)):
            for line in titles:
                line.kind = "teaser"
        at = max(end, at + 1)


def _list_entries(lines: Sequence[_Drafted]) -> None:
    """Tell menus: many very short lines in a row."""
    for is_short, group in groupby(lines, key=lambda line: line.is_entry):
        entries = list(group)
        if is_short and len(entries) >= _ENTRIES:
            for line in entries:
                if line.kind in ("paragraph", "heading"):
                    line.kind = "menu"


def _join_posts(lines: Sequence[_Drafted]) -> None:
    """Tell the words of a post by its signature below, or by its author's handle above."""
    for number, line in enumerate(lines):
        other = number - 1 if line.is_signature else number + 1 if line.announces_post else -1
        if 0 <= other < len(lines) and lines[other].kind in ("paragraph", "heading"):
            lines[other].kind = "post" if lines[other].n_words <= _POST else lines[other].kind
