"""A document as the rules for quotations read it: its tree, its paragraphs, its punctuation."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Sequence

from pipeline.components.doc.columns import Columns
from pipeline.components.doc.tree import Tree, read_tree

Range = tuple[int, int]
"""Tokens from the first to before the second."""

MARKS = frozenset(("“", "”", '"', "„", "«", "»", "``", "''", "'", "`"))
SENTENCE_END = frozenset(".!?…")
_PUNCTUATION = frozenset(".,;:!?…\"“”„‟«»‘’'`()[]{}-–—―/*•_|~<>=\\")
_MOST = 1 << 17
_empty: dict[str, bool] = {}  # whether a word is punctuation or blank; at most `_MOST`


class Parse:
    """A document as the rules see it; every list has one entry a token.

    Attributes:
        columns, tree: the views that this one is made of.
        doc, text, lexicon: of the columns.
        words, tags, deps, heads, kids: of the tree; `kids` are its children.
        idx: first code point of each token.
        size: number of tokens.
        is_empty: whether a token is punctuation or blank.
        marks: the tokens that are quotation marks, in order.
        stops: the tokens that end sentences, in order.
        paragraphs: the range of each.
        paragraph_of: index into `paragraphs`.
    """

    def __init__(self, columns: Columns) -> None:
        self.tree: Tree = read_tree(columns)
        self.columns = columns
        self.lexicon = columns.lexicon
        self.words, self.tags, self.deps = self.tree.words, self.tree.tags, self.tree.deps
        self.heads, self.kids = self.tree.heads, self.tree.children
        self.size = len(self.words)
        self.doc = columns.doc
        self.text = columns.text
        self.idx = self.tree.starts
        if len(_empty) > _MOST:
            _empty.clear()
        different = set(self.words)
        for word in different.difference(_empty):
            _empty[word] = word.isspace() or (word[0] in _PUNCTUATION and not any(c.isalnum() for c in word))
        self.is_empty = [_empty[word] for word in self.words]
        self.marks: list[int] = []
        if not MARKS.isdisjoint(different):
            self.marks = [i for i, word in enumerate(self.words) if word in MARKS]
        self.stops = [i for i, tag in enumerate(self.tags) if tag == "." and self.words[i] in SENTENCE_END]
        self.paragraphs: list[Range] = []
        self.paragraph_of = [0] * self.size
        for number, (start, end) in enumerate((line.start, line.end) for line in columns.lines):
            first, last = bisect_left(self.idx, start), bisect_left(self.idx, end)
            self.paragraphs.append((first, last))
            self.paragraph_of[first:last] = [number] * (last - first)

    def marks_in(self, start: int, end: int) -> list[int]:
        """Return the quotation marks among the tokens [start, end)."""
        return self.marks[bisect_left(self.marks, start) : bisect_left(self.marks, end)]

    def stops_in(self, start: int, end: int) -> list[int]:
        """Return the tokens that end sentences among the tokens [start, end)."""
        return self.stops[bisect_left(self.stops, start) : bisect_left(self.stops, end)]

    def subtree(self, i: int) -> Range:
        """Return the range from the left to the right edge of a token's subtree."""
        return self.tree.first[i], self.tree.last[i] + 1

    def trim(self, span: Range) -> Range | None:
        """Return a range without punctuation and blanks at its ends; None if nothing is left."""
        start, end = span
        empty = self.is_empty
        while start < end and empty[start]:
            start += 1
        while end > start and empty[end - 1]:
            end -= 1
        return (start, end) if end > start else None

    def line_ends(self, paragraph: int) -> int:
        """Return how many line ends part a paragraph from the one before it."""
        start, end = self.paragraphs[paragraph - 1][1], self.paragraphs[paragraph][0]
        return sum(word.count("\n") for word in self.words[start:end])

    def clip(self, span: Range, at: int) -> Range:
        """Return the part of a range that lies in the paragraph of the token `at`."""
        start, end = self.paragraphs[self.paragraph_of[at]]
        return max(span[0], start), min(span[1], end)


def tokens_of(content: Sequence[Range]) -> Collection[int]:
    """Return the tokens of ranges, in order; whether a token is one of them is told without a search."""
    if len(content) == 1:
        return range(*content[0])
    return dict.fromkeys(sorted(t for start, end in content for t in range(start, end)))


def join_ranges(parse: Parse, spans: Iterable[Range], *, without: Iterable[int] = ()) -> list[Range]:
    """Sort ranges, cut out the tokens of `without`, trim, and join what only punctuation parts."""
    pieces: list[Range] = []
    cut = sorted(without)
    for start, end in sorted(spans):
        at = start
        for token in cut:
            if at <= token < end:
                pieces.append((at, token))
                at = token + 1
        pieces.append((at, end))
    trimmed = sorted(piece for span in pieces if (piece := parse.trim(span)) is not None)
    joined: list[Range] = []
    for start, end in trimmed:
        if joined and (start <= joined[-1][1] or all(parse.is_empty[joined[-1][1] : start])):
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined
