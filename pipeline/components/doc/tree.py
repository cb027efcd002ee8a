"""A document's parse as plain lists, read once, so that rules can walk it cheaply.

Every list has one entry a token. The subtree of a token is taken as the unbroken range between its edges,
which is exact for projective parses (all but a few).

The parser knows nothing of paragraphs: it joins a headline to the text below it. Here no arc and no sentence
crosses a line break or a wide gap; a word whose head lies beyond one is a root.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from pipeline.components.doc.columns import Columns
from pipeline.components.doc.tags import NOUN_TAGS, VERB_TAGS
from pipeline.lexicons import Lexicon

_NO_CHILDREN: list[int] = []
"""Of all tokens without children, which are half of them; nobody adds to it."""


@dataclass(slots=True)
class Tree:
    """The parse of a document.

    Attributes:
        lexicon: the words of the document's language.
        words: lower-cased forms, with straight apostrophes.
        tags: Penn tags.
        deps: dependency labels.
        ents: entity types, "" outside entities.
        heads: index of the head; a root is its own.
        children: indices of the dependents, in text order.
        first, last: the outermost tokens of the subtree, both inside it.
        sentences: (first token, after the last token); line breaks and wide gaps end one.
        sentence_of: index into `sentences`.
        starts: first code point of each token.
        debris: whether the token stands in debris, from which nothing but names is read.
    """

    lexicon: Lexicon
    words: list[str]
    tags: list[str]
    deps: list[str]
    ents: list[str]
    heads: list[int]
    children: list[list[int]]
    first: list[int]
    last: list[int]
    sentences: list[tuple[int, int]]
    sentence_of: list[int]
    starts: list[int]
    debris: list[bool]

    def child(self, i: int, *labels: str) -> int | None:
        """Return the first dependent of a token with one of the labels; None if there is none."""
        for c in self.children[i]:
            if self.deps[c] in labels:
                return c
        return None


def _reattached(
    tags: list[str], deps: list[str], heads: list[int], edges: list[int]
) -> tuple[list[str], list[int]]:
    """Return labels and heads with a head in their own paragraph for words whose head lies in another.

    A run of them is taken as one phrase headed by its last word; a noun phrase so made is the object of the
    verb before it. Whatever is left is a root.

    Args:
        tags: of the tokens.
        deps: their labels.
        heads: their heads.
        edges: where each paragraph begins, and the number of tokens.
    """
    old, deps, heads = heads, [*deps], [*heads]
    for start, end in pairwise(edges):
        orphans = {i for i in range(start, end) if not start <= old[i] < end}
        if not orphans:
            continue
        verb = None
        for i in range(start, end):
            tag = tags[i]
            if i not in orphans:
                if tag in VERB_TAGS:
                    verb = i
            elif i + 1 in orphans and tag not in VERB_TAGS:
                heads[i] = i + 1
            elif verb is not None and tag in NOUN_TAGS and not _hangs_on(heads, verb, i):
                heads[i], deps[i] = verb, "dobj"
            else:
                heads[i], deps[i] = i, "ROOT"
    return deps, heads


def _hangs_on(heads: list[int], node: int, above: int) -> bool:
    """Whether a token hangs on another one, by however many arcs."""
    while heads[node] != node:
        node = heads[node]
        if node == above:
            return True
    return False


def _is_break(words: list[str], i: int) -> bool:
    """Return whether white space parts two paragraphs: a line break, a wide gap, a blank before a capital."""
    if len(words[i]) > 1 or words[i] == "\n":
        return True
    return 0 < i < len(words) - 1 and words[i - 1] != "," and not words[i + 1][0].islower()


def _subtrees(heads: list[int]) -> tuple[list[list[int]], list[int], list[int]]:
    """Return of each token its children and the outermost tokens of its subtree."""
    n = len(heads)
    children = [_NO_CHILDREN] * n
    first, last = list(range(n)), list(range(n))
    for i, head in enumerate(heads):
        if head != i:
            if siblings := children[head]:
                siblings.append(i)
            else:
                children[head] = [i]
            if head > i and first[i] < first[head]:
                first[head] = first[i]
    for i in range(n - 1, -1, -1):
        head = heads[i]
        if head < i and last[i] > last[head]:
            last[head] = last[i]
    return children, first, last


def read_tree(columns: Columns) -> Tree:
    """Return the parse of a document.

    Args:
        columns: of a document that is tagged and parsed; without a parse every token is a root and a sentence
            is the whole text.
    """
    n = len(columns)
    if not n:
        return Tree(columns.lexicon, [], [], [], [], [], [], [], [], [], [], [], [])
    words = columns.lower
    if "’" in columns.text:
        words = [word.replace("’", "'") if "’" in word else word for word in words]
    tags, deps, heads = columns.tags, columns.deps, columns.heads
    bounds: list[int] = [0, *columns.opens]
    blank = {word for word in set(words) if word.isspace()}
    blanks = [i for i, word in enumerate(words) if word in blank] if blank else []
    gaps = [i for i in blanks if _is_break(columns.words, i)]
    if gaps:
        deps, heads = _reattached(tags, deps, heads, [0, *gaps, n])
        bounds = sorted({*bounds, *(i + 1 for i in gaps if i + 1 < n)})
    sentences = list(zip(bounds, [*bounds[1:], n], strict=True))
    sentence_of = [0] * n
    for number, (start, end) in enumerate(sentences):
        sentence_of[start:end] = [number] * (end - start)
    children, first, last = _subtrees(heads)
    return Tree(
        columns.lexicon,
        words,
        tags,
        deps,
        columns.ents,
        heads,
        children,
        first,
        last,
        sentences,
        sentence_of,
        columns.starts,
        columns.debris,
    )
