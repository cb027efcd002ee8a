"""Regions in double quotation marks: each is read by its neighbours and its shape, then all are paired."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.components.quotes.region import Region

_OPENING = frozenset(("“", "„", "‟", "«", "``", "〝", "‘‘"))
_CLOSING = frozenset(("”", "»", "〞", "’’"))
_DOUBLE = re.compile(r"``|''|‘‘|’’|[“”„‟«»〝〞\"＂]")
_SENTENCE_END = re.compile(r"[.!?…][\"”’')\]]*(?=\s|$)")
# What may stand between a space and an opening mark, and between a closing mark and a space.
_BEFORE_OPENING = frozenset("([{-–—/…:=>\"“‘'«")
_AFTER_CLOSING = frozenset(")]}-–—/….,;:!?\"”’'»*<")
_BEFORE_CLOSING = frozenset(",.!?…")
_INCHES = re.compile(r"(?:\d['’]\s?\d{1,2}|(?:^|\s)\d{1,3}(?:\.\d+)?)$")
_INCH_MARKS = frozenset(('"', "''"))


@dataclass(frozen=True, slots=True)
class _Mark:
    start: int
    end: int
    opens: bool
    closes: bool


@dataclass(frozen=True, slots=True)
class _Open:
    """A region whose end has not been met; `inner` is its start without its mark."""

    start: int
    inner: int
    continues: bool = False


def double_regions(text: str, paragraphs: Iterable[tuple[int, int]]) -> list[Region]:
    """Return what stands in double marks, in the order of the closing ones."""
    places = [match.start() for match in _DOUBLE.finditer(text)]
    if not places:
        return []
    pairing = _Pairing(text)
    for start, end in paragraphs:
        if pairing.opened is not None or bisect_left(places, start) < bisect_left(places, end):
            pairing.read_paragraph(start, end)
    pairing.finish()
    return pairing.regions


class _Pairing:
    """Pairs the marks of a text, one paragraph after another."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.regions: list[Region] = []
        self.opened: _Open | None = None

    def read_paragraph(self, start: int, end: int) -> None:
        """Pair the marks of a paragraph; a region may stay open at its end."""
        marks = _read_marks(self.text, start, end)
        if self.opened is not None:
            marks = self._carry_over(self.opened, start, marks)
        inner: _Open | None = None
        last = start
        for number, mark in enumerate(marks):
            is_opening = mark.opens and (self.opened is None or not mark.closes)
            if is_opening and self.opened is None:
                self.opened = _Open(mark.start, mark.end)
            elif is_opening and inner is None and _closes_twice(marks, number):
                inner = _Open(mark.start, mark.end)
            elif is_opening and self.opened is not None:
                # The first was never closed. It ends with the last sentence before this mark.
                self._leave(self.opened, _sentence_end(self.text, self.opened.inner, mark.start))
                self.opened, inner = _Open(mark.start, mark.end), None
            elif inner is not None:
                self._close(inner, mark)
                inner = None
            elif self.opened is not None:
                self._close(self.opened, mark)
                self.opened = None
            elif last == start and self.text[mark.start - 1 : mark.start] in _BEFORE_CLOSING:
                # A closing mark with nothing open: the opening one was lost at the start of the paragraph.
                self._close(_Open(start, start), mark)
            last = mark.end

    def finish(self) -> None:
        """End what is open at the end of the text."""
        if self.opened is not None:
            self._leave(self.opened, len(self.text.rstrip()))

    def _carry_over(self, opened: _Open, start: int, marks: list[_Mark]) -> list[_Mark]:
        """Decide whether an open region goes on in the next paragraph; return the marks left to pair."""
        self._leave(opened, _end_before(self.text, start))
        self.opened = None
        if marks and marks[0].start == start and marks[0].opens:
            # The convention: every paragraph is opened, only the last is closed.
            self.opened = _Open(start, marks[0].end, continues=True)
            return marks[1:]
        if marks and marks[0].closes and not marks[0].opens:
            self.opened = _Open(start, start, continues=True)
        return marks

    def _close(self, opened: _Open, mark: _Mark) -> None:
        """Add a region that ends with a closing mark."""
        self.regions.append(
            Region(
                start=opened.start,
                end=mark.end,
                inner_start=opened.inner,
                inner_end=mark.start,
                is_opened=opened.inner > opened.start,
                continues=opened.continues,
            )
        )

    def _leave(self, opened: _Open, end: int) -> None:
        """Add a region that has no closing mark, if it holds anything."""
        if end > opened.inner:
            self.regions.append(
                Region(
                    start=opened.start,
                    end=end,
                    inner_start=opened.inner,
                    inner_end=end,
                    is_closed=False,
                    is_opened=opened.inner > opened.start,
                    continues=opened.continues,
                )
            )


def _read_marks(text: str, start: int, end: int) -> list[_Mark]:
    """Read the double marks of a paragraph, but those of inches (5'10", a 12" pan)."""
    marks = []
    for match in _DOUBLE.finditer(text, start, end):
        before = text[match.start() - 1] if match.start() > start else " "
        after = text[match.end()] if match.end() < end else " "
        opens, closes = _read_mark(match.group(), before, after)
        may_be_inches = match.group() in _INCH_MARKS and before.isdigit() and not opens
        if not (may_be_inches and _is_inches(text, start, match.start())):
            marks.append(_Mark(match.start(), match.end(), opens, closes))
    return marks


def _read_mark(mark: str, before: str, after: str) -> tuple[bool, bool]:
    """Return whether a mark can open and close: by its neighbours first, by its shape next."""
    opens = not after.isspace() and (before.isspace() or before in _BEFORE_OPENING)
    closes = not before.isspace() and (after.isspace() or after in _AFTER_CLOSING)
    if opens and closes and after.isalnum():
        # At a bracket or a dash: a word after it says that it opens.
        closes = False
    if mark in _OPENING and not (closes and not opens):
        return True, False
    if mark in _CLOSING and not (opens and not closes):
        return False, True
    return (True, True) if opens == closes else (opens, closes)


def _is_inches(text: str, start: int, at: int) -> bool:
    is_measure = _INCHES.search(text[max(start, at - 10) : at]) is not None
    return is_measure and text.count('"', start, at) % 2 == 0


def _closes_twice(marks: list[_Mark], number: int) -> bool:
    """Return whether two closing marks come before the next opening one: then this opens a nested region."""
    following = marks[number + 1 : number + 3]
    return len(following) == 2 and all(mark.closes for mark in following) and not following[0].opens


def _sentence_end(text: str, start: int, end: int) -> int:
    """Return where the last sentence that ends between two places does; the second place if none does."""
    last = 0
    for match in _SENTENCE_END.finditer(text, start, end):
        last = match.end()
    return last or _end_before(text, end)


def _end_before(text: str, at: int) -> int:
    while at > 0 and text[at - 1].isspace():
        at -= 1
    return at
