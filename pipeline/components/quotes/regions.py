"""Regions of a text that stand in quotation marks, however carelessly the marks are set.

News copy pairs straight with curly marks, forgets one of them, turns one round, opens every paragraph of a
long quotation and closes only the last, and uses the same character for an apostrophe and for a nested
quotation. `find_regions` reads each mark by its shape and by what stands on both sides of it, pairs the marks
paragraph by paragraph, and repairs what does not pair. It never raises and is linear in the text.

Whether a region is a quotation, a title, a nickname or a pair of scare quotes is not its question: see
`pipeline.components.quotes`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import pairwise

_OPENING = frozenset(("“", "„", "‟", "«", "``", "〝"))
_CLOSING = frozenset(("”", "»", "〞"))
_DOUBLE = re.compile(r"``|''|[“”„‟«»〝〞\"＂]")
_SINGLE = re.compile(r"['‘’‚‹›`]")
_DECADE = re.compile(r".\d\ds\b")
_WORD = re.compile(r"\w")
_HARD_WRAPPED = 50
_SENTENCE_END = re.compile(r"[.!?…][\"”’')\]]*(?=\s|$)")
# What may stand between a space and an opening mark, and between a closing mark and a space.
_BEFORE_OPENING = frozenset("([{-–—/…:=>\"“‘'«")
_AFTER_CLOSING = frozenset(")]}-–—/….,;:!?\"”’'»*<")
_MAX_SINGLE = 1200
"""Characters that a region in single marks may hold: their closing mark is too easily an apostrophe."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """A stretch of text in quotation marks; offsets are characters, ends exclusive.

    Attributes:
        start, end: with the marks.
        inner_start, inner_end: without them.
        depth: 0, or the number of regions around it.
        is_single: in single marks.
        is_opened: False where the opening mark is missing and the start is a guess.
        is_closed: False where the closing mark is missing; at the end of a paragraph this is usual where
            the quotation goes on in the next.
        continues: this region takes up the one before it, which was left open at the end of its paragraph.
    """

    start: int
    end: int
    inner_start: int
    inner_end: int
    depth: int = 0
    is_single: bool = False
    is_opened: bool = True
    is_closed: bool = True
    continues: bool = False


@dataclass(slots=True)
class _Mark:
    start: int
    end: int
    opens: bool
    closes: bool


@dataclass(slots=True)
class _Open:
    start: int
    inner: int
    continues: bool = False


def paragraphs(text: str) -> list[tuple[int, int]]:
    """Return the paragraphs of a text as character spans.

    A blank line ends a paragraph, and so does every line end in a text without blank lines unless the lines
    look hard-wrapped (all but the last of about the same, long length).
    """
    ends = re.compile(r"\n[^\S\n]*\n\s*") if _is_hard_wrapped(text) else re.compile(r"\n\s*")
    spans = []
    start = 0
    for match in ends.finditer(text):
        if match.start() > start:
            spans.append((start, match.start()))
        start = match.end()
    if start < len(text):
        spans.append((start, len(text)))
    return spans


def _is_hard_wrapped(text: str) -> bool:
    """Tell whether most single line ends of a text stand within a sentence, as in wire copy of old."""
    lines = text.split("\n")
    broken = whole = 0
    for raw, next_raw in pairwise(lines):
        line, following = raw.rstrip(), next_raw.strip()
        if not line or not following:
            continue
        if len(line) >= _HARD_WRAPPED and (line[-1].isalnum() or line[-1] in ",-") and following[0].islower():
            broken += 1
        elif line[-1] in '.!?"”':
            whole += 1
    return broken > 2 and broken >= whole


def find_regions(text: str) -> list[Region]:
    """Find what stands in quotation marks.

    Args:
        text: any string.

    Returns:
        Regions in order of their start, an outer one before those inside it. Regions nest or are apart;
        they never overlap in part. A region holds at least one word character.
    """
    doubles = _double_regions(text)
    singles = _single_regions(text, doubles) if _SINGLE.search(text) else []
    merged = sorted(doubles + singles, key=lambda r: (r.start, -r.end))
    regions: list[Region] = []
    stack: list[Region] = []
    for region in merged:
        while stack and stack[-1].end <= region.start:
            stack.pop()
        if stack and region.end > stack[-1].end:
            continue
        if not _WORD.search(text, region.inner_start, region.inner_end):
            continue
        stack.append(replace(region, depth=len(stack)))
        regions.append(stack[-1])
    return regions


def _double_regions(text: str) -> list[Region]:
    if not _DOUBLE.search(text):
        return []
    found: list[Region] = []
    pending: _Open | None = None
    for start, end in paragraphs(text):
        marks = _read_marks(text, start, end)
        if pending is not None:
            pending = _carry(text, pending, start, marks, found)
        pending = _pair(text, start, end, marks, pending, found)
    if pending is not None:
        _close_at(text, found, pending, len(text.rstrip()))
    return found


def _read_marks(text: str, start: int, end: int) -> list[_Mark]:
    """Read the double marks of a paragraph: what each can be, by its neighbours first, by its shape next."""
    marks = []
    for match in _DOUBLE.finditer(text, start, end):
        mark = match.group()
        before = text[match.start() - 1] if match.start() > start else " "
        after = text[match.end()] if match.end() < end else " "
        opens = not after.isspace() and (before.isspace() or before in _BEFORE_OPENING)
        closes = not before.isspace() and (after.isspace() or after in _AFTER_CLOSING)
        if opens and closes:
            # Between two marks or at a dash: a bracket or dash before, a word after, says that it opens.
            opens, closes = (True, False) if after.isalnum() else (opens, closes)
        if mark in _OPENING and not (closes and not opens):
            opens, closes = True, False
        elif mark in _CLOSING and not (opens and not closes):
            opens, closes = False, True
        elif opens == closes:
            opens = closes = True
        # 5'10" or a 12" pan: inches.
        if mark in ('"', "''") and before.isdigit() and not opens and _is_inches(text, start, match.start()):
            continue
        marks.append(_Mark(match.start(), match.end(), opens, closes))
    return marks


def _is_inches(text: str, start: int, at: int) -> bool:
    return re.search(
        r"(?:\d['’]\s?\d{1,2}|(?:^|\s)\d{1,3}(?:\.\d+)?)$", text[max(start, at - 10) : at]
    ) is not None and (text.count('"', start, at) % 2 == 0)


def _carry(text: str, pending: _Open, start: int, marks: list[_Mark], found: list[Region]) -> _Open | None:
    """Decide what becomes of a region that was open when its paragraph ended, at the start of the next."""
    if marks and marks[0].start == start and marks[0].opens:
        # The convention: every paragraph is opened, only the last is closed.
        _close_at(text, found, pending, _end_before(text, start))
        marks.pop(0)
        return _Open(start, _skip_mark(text, start), continues=True)
    if marks and marks[0].closes and not marks[0].opens:
        _close_at(text, found, pending, _end_before(text, start))
        return _Open(start, start, continues=True)
    _close_at(text, found, pending, _end_before(text, start))
    return None


def _skip_mark(text: str, start: int) -> int:
    match = _DOUBLE.match(text, start)
    return match.end() if match else start


def _end_before(text: str, at: int) -> int:
    while at > 0 and text[at - 1].isspace():
        at -= 1
    return at


def _close_at(text: str, found: list[Region], opened: _Open, end: int) -> None:
    """Add a region that has no closing mark, ending at `end`."""
    if end > opened.inner:
        found.append(
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


def _pair(
    text: str, start: int, end: int, marks: list[_Mark], opened: _Open | None, found: list[Region]
) -> _Open | None:
    """Pair the marks of one paragraph; return what is still open at its end."""
    inner: _Open | None = None
    last = start
    for number, mark in enumerate(marks):
        is_opening = mark.opens and (opened is None or not mark.closes)
        if is_opening and opened is None:
            opened = _Open(mark.start, mark.end)
        elif is_opening and inner is None and _closes_twice(marks, number):
            inner = _Open(mark.start, mark.end)
        elif is_opening:
            # The first was never closed. It ends with the last sentence before this mark.
            assert opened is not None
            _close_at(text, found, opened, _sentence_end(text, opened.inner, mark.start))
            opened, inner = _Open(mark.start, mark.end), None
        elif inner is not None:
            found.append(_region(inner, mark))
            inner = None
        elif opened is not None:
            found.append(_region(opened, mark))
            opened = None
        elif last == start and text[mark.start - 1 : mark.start] in tuple(",.!?…"):
            # A closing mark with nothing open: the opening one was lost at the start of the paragraph.
            found.append(
                Region(start=start, end=mark.end, inner_start=start, inner_end=mark.start, is_opened=False)
            )
        last = mark.end
    return opened


def _region(opened: _Open, mark: _Mark) -> Region:
    return Region(
        start=opened.start,
        end=mark.end,
        inner_start=opened.inner,
        inner_end=mark.start,
        is_opened=opened.inner > opened.start,
        continues=opened.continues,
    )


def _closes_twice(marks: list[_Mark], number: int) -> bool:
    """Tell whether two closing marks come before the next opening one: then this opens a nested region."""
    following = marks[number + 1 : number + 3]
    return len(following) == 2 and all(mark.closes for mark in following) and not following[0].opens


def _sentence_end(text: str, start: int, end: int) -> int:
    """Where the last sentence that ends between `start` and `end` does; `end` itself if none does."""
    last = 0
    for match in _SENTENCE_END.finditer(text, start, end):
        last = match.end()
    return last or _end_before(text, end)


def _single_regions(text: str, doubles: list[Region]) -> list[Region]:
    """Find regions in single marks: those that no word touches outside, apostrophes left alone."""
    found: list[Region] = []
    opener: int | None = None
    candidates: list[int] = []
    cuts = _cuts(text, doubles)

    def settle(limit: int) -> None:
        nonlocal opener
        if opener is None:
            return
        closers = [c for c in candidates if c < limit]
        if closers:
            close = closers[0]
            if text[close - 1] in "sS" and text[close] != "›":
                # A plural's apostrophe looks like a closing mark: one after punctuation is the better.
                close = next((c for c in closers if text[c - 1] in ",.!?…"), close)
            if 1 < close - opener <= _MAX_SINGLE:
                found.append(
                    Region(
                        start=opener, end=close + 1, inner_start=opener + 1, inner_end=close, is_single=True
                    )
                )
        opener = None
        candidates.clear()

    cut = 0
    resume = 0
    for match in _SINGLE.finditer(text):
        at = match.start()
        while cut < len(cuts) and cuts[cut] <= at:
            settle(cuts[cut])
            cut += 1
        if at < resume:
            continue
        before = text[at - 1] if at else " "
        after = text[at + 1] if at + 1 < len(text) else " "
        if before == "'" or after == "'" or before == "`" or after == "`":
            continue
        mark = text[at]
        opens = (
            mark != "’"
            and not after.isspace()
            and not _DECADE.match(text, at)
            and (before.isspace() or (not before.isalnum() and before != mark))
        )
        closes = mark not in "‘‚`" and not before.isspace() and not after.isalnum()
        if opens and closes:
            opens = opener is None and after.isalnum()
            closes = not opens
        if opens:
            settle(at)
            opener = at
        elif closes and opener is not None:
            candidates.append(at)
    settle(len(text))
    return found


def _cuts(text: str, doubles: list[Region]) -> list[int]:
    """Return what a region in single marks cannot reach over: edges of double regions, paragraph ends."""
    cuts = [end for _, end in paragraphs(text)]
    for region in doubles:
        cuts += (region.inner_start, region.inner_end)
    return sorted(cuts)
