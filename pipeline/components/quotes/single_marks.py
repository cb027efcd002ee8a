"""Regions in single quotation marks, which look like apostrophes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from pipeline.components.quotes.region import Region
from pipeline.lexicons import Lexicon

_SINGLE = re.compile(r"['‘’‚‹›`]")
_NEVER_OPENS, _NEVER_CLOSES, _NO_APOSTROPHE = frozenset("’"), frozenset("‘‚`"), frozenset("›")
_SURELY_OPENS = frozenset("‘‚‹")
_DOUBLED = frozenset("'`")
_CURLY = frozenset("‘’")
"""Marks of which two in a row are a double mark."""
_BEFORE_CLOSING = frozenset(",.!?…")
_MOST = 1200
"""Characters that a region in single marks may hold: their closing mark is too easily an apostrophe."""


def single_regions(
    text: str, doubles: Sequence[Region], paragraphs: Sequence[tuple[int, int]], lexicon: Lexicon
) -> list[Region]:
    """Return what stands in single marks: those that no word touches outside, apostrophes left alone.

    Args:
        text: any string.
        doubles: its regions in double marks; those in single marks do not reach over their edges.
        paragraphs: of the text; no region in single marks reaches over the end of one.
        lexicon: the words of its language.
    """
    if not _SINGLE.search(text):
        return []
    pairing = _Pairing(text, lexicon)
    cuts = _cuts(paragraphs, doubles)
    cut = 0
    is_around = False
    for at, opens, closes in _read_marks(text, lexicon):
        while cut < len(cuts) and cuts[cut][0] <= at:
            if cuts[cut][1] == "opens":
                is_around = pairing.is_surely_open()
            if not is_around or cuts[cut][1] == "ends":
                pairing.settle()
            is_around = is_around and cuts[cut][1] == "opens"
            cut += 1
        if is_around:
            # A double region inside a single one, which goes on behind it.
            continue
        pairing.take(at, opens=opens, closes=closes)
    pairing.settle()
    return pairing.regions


class _Pairing:
    """Pairs the marks of a text, one after another."""

    def __init__(self, text: str, lexicon: Lexicon) -> None:
        self.text = text
        self.plurals = lexicon.words("quotes.plural_endings")
        self.regions: list[Region] = []
        self.opener: int | None = None
        self.closers: list[int] = []

    def is_surely_open(self) -> bool:
        """Return whether a region is open that began with a mark that is no apostrophe."""
        at = self.opener
        if at is None:
            return False
        return self.text[at] in _SURELY_OPENS or self.text[at + 1 : at + 2].isupper()

    def take(self, at: int, *, opens: bool, closes: bool) -> None:
        """Let a mark open a region or be one of those that may close the one that is open."""
        if opens and closes:
            opens = self.opener is None and self.text[at + 1 : at + 2].isalnum()
            closes = not opens
        if opens:
            self.settle()
            self.opener = at
        elif closes and self.opener is not None:
            self.closers.append(at)

    def settle(self) -> None:
        """End the open region at the best of the marks that may close it; without one it is none."""
        if self.opener is not None and self.closers:
            close = self._best_closer()
            if 1 < close - self.opener <= _MOST:
                self.regions.append(
                    Region(
                        start=self.opener,
                        end=close + 1,
                        inner_start=self.opener + 1,
                        inner_end=close,
                        is_single=True,
                    )
                )
        self.opener = None
        self.closers = []

    def _best_closer(self) -> int:
        """Return the first closing mark; if it may be a plural's apostrophe, rather one after punctuation."""
        text, first = self.text, self.closers[0]
        if text[first - 1].lower() not in self.plurals or text[first] in _NO_APOSTROPHE:
            return first
        return next((at for at in self.closers if text[at - 1] in _BEFORE_CLOSING), first)


def _read_marks(text: str, lexicon: Lexicon) -> Iterator[tuple[int, bool, bool]]:
    """Yield where each single mark stands, and whether it can open and close."""
    decade = lexicon.made(_read_decade)
    for match in _SINGLE.finditer(text):
        at, mark = match.start(), match.group()
        before = text[at - 1] if at else " "
        after = text[at + 1] if at + 1 < len(text) else " "
        if before in _DOUBLED or after in _DOUBLED or (mark in _CURLY and mark in (before, after)):
            continue
        opens = (
            mark not in _NEVER_OPENS
            and not after.isspace()
            and not decade.match(text, at)
            and (before.isspace() or (not before.isalnum() and before != mark))
        )
        closes = mark not in _NEVER_CLOSES and not before.isspace() and not after.isalnum()
        yield at, opens, closes


def _read_decade(lexicon: Lexicon) -> re.Pattern[str]:
    """Return the pattern of a decade without its century: '90s."""
    endings = "|".join(map(re.escape, lexicon.ordered("quotes.plural_endings")))
    return re.compile(rf".\d\d(?:{endings})\b")


def _cuts(paragraphs: Iterable[tuple[int, int]], doubles: Sequence[Region]) -> list[tuple[int, str]]:
    """Return what a region in single marks cannot reach over: ends of paragraphs, and edges of double regions
    but of those that stand inside it."""
    cuts = [(end, "ends") for _, end in paragraphs]
    for region in doubles:
        cuts += ((region.inner_start, "opens"), (region.inner_end, "closes"))
    return sorted(cuts)
