"""A document as the rules for quotations read it: its tree, its paragraphs, its noun phrases."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable

from pipeline.components.doc.columns import Columns
from pipeline.components.doc.tree import Tree, read_tree
from pipeline.components.quotes.regions import paragraphs

Range = tuple[int, int]
"""Tokens from the first to before the second."""

VERB_TAGS = frozenset(("VB", "VBD", "VBG", "VBN", "VBP", "VBZ"))
MARKS = frozenset(("“", "”", '"', "„", "«", "»", "``", "''", "'", "`"))
SENTENCE_END = frozenset(".!?…")
NOUN_TAGS = frozenset(("NN", "NNS", "NNP", "NNPS"))
_PUNCTUATION = frozenset(".,;:!?…\"“”„‟«»‘’'`()[]{}-–—―/*•_|~<>=\\")
_MOST = 1 << 17
_empty: dict[str, bool] = {}  # whether a word is punctuation or blank; at most `_MOST`
_CLAUSAL = frozenset(("relcl", "acl", "advcl", "ccomp", "parataxis", "dep"))
_ABOVE = frozenset(["conj", "xcomp", "advcl", "pcomp", "prep", "ccomp", "aux"])


class Parse:
    """A document as the rules see it: its tree, its paragraphs, which tokens are punctuation or blank."""

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
        for word in set(self.words).difference(_empty):
            _empty[word] = word.isspace() or (word[0] in _PUNCTUATION and not any(c.isalnum() for c in word))
        self.is_empty = [_empty[word] for word in self.words]
        self.paragraphs: list[Range] = []
        self.paragraph_of = [0] * self.size
        for number, (start, end) in enumerate(paragraphs(self.text)):
            first, last = bisect_left(self.idx, start), bisect_left(self.idx, end)
            self.paragraphs.append((first, last))
            self.paragraph_of[first:last] = [number] * (last - first)

    def subtree(self, i: int) -> Range:
        """The range from the left to the right edge of a token's subtree."""
        return self.tree.first[i], self.tree.last[i] + 1

    def trim(self, span: Range) -> Range | None:
        """The range without punctuation and blanks at its ends; None if nothing is left."""
        start, end = span
        empty = self.is_empty
        while start < end and empty[start]:
            start += 1
        while end > start and empty[end - 1]:
            end -= 1
        return (start, end) if end > start else None

    def line_ends(self, paragraph: int) -> int:
        """How many line ends part a paragraph from the one before it."""
        start, end = self.paragraphs[paragraph - 1][1], self.paragraphs[paragraph][0]
        return sum(word.count("\n") for word in self.words[start:end])

    def clip(self, span: Range, at: int) -> Range:
        """The part of a range that lies in the paragraph of the token `at`."""
        start, end = self.paragraphs[self.paragraph_of[at]]
        return max(span[0], start), min(span[1], end)


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


def kid(parse: Parse, i: int, dep: str) -> int | None:
    """Return the first child of a token with that relation."""
    return parse.tree.child(i, dep)


def subject_of(parse: Parse, i: int, depth: int = 0) -> Range | None:
    """The noun phrase that the verb `i` is said of; a participle or conjunct has it from the verb above."""
    if depth > 6:
        return None
    deps, tags = parse.deps, parse.tags
    subject = kid(parse, i, "nsubj")
    if subject is not None:
        return noun_phrase(parse, subject)
    theme = kid(parse, i, "nsubjpass")
    if theme is not None:
        return noun_phrase(parse, theme) if depth else None
    head = parse.heads[i]
    if head == i:
        return None
    if deps[i] in ("acl", "relcl") and tags[head] in NOUN_TAGS:
        return noun_phrase(parse, head, before=i)
    if deps[i] not in _ABOVE:
        return None
    above = head
    while above != parse.heads[above] and tags[above] not in VERB_TAGS:
        if tags[above] in NOUN_TAGS and deps[i] == "conj":
            return None
        above = parse.heads[above]
    if above == i:
        return None
    if deps[i] == "xcomp":
        dobj = kid(parse, above, "dobj")
        if dobj is not None and dobj < i:
            return noun_phrase(parse, dobj)
    return subject_of(parse, above, depth + 1)


def noun_phrase(parse: Parse, i: int, before: int | None = None) -> Range | None:
    """A noun with what belongs to it: modifiers and short appositions, no relative clause."""
    start, end = parse.subtree(i)
    if before is not None:
        end = min(end, before)
    for k in parse.kids[i]:
        if k > i and parse.deps[k] in _CLAUSAL:
            end = min(end, parse.subtree(k)[0])
    return parse.trim(parse.clip((start, end), i)) if end > i else (i, i + 1)


def is_title(parse: Parse, span: Range) -> bool:
    """Tell the title of a book or song: every longer word begins with a capital."""
    longer = [t for t in range(*span) if len(parse.words[t]) > 3]
    return len(longer) > 1 and all(parse.doc[t].text[0].isupper() for t in longer)
