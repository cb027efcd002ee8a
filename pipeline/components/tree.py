"""A document's parse as plain lists, taken once, so that rules can walk it cheaply.

Reading `token.head` or `token.subtree` builds objects at every step; a list index does not. Every list has
one entry a token. The subtree of a token is taken as the unbroken range between its edges, which is exact for
projective parses (all but a few).
"""

from __future__ import annotations

from dataclasses import dataclass

from spacy.tokens import Doc


@dataclass(slots=True)
class Tree:
    """The parse of a document.

    Attributes:
        words: lower-cased forms, with straight apostrophes.
        tags: Penn tags.
        deps: dependency labels.
        ents: entity types, "" outside entities.
        heads: index of the head; a root is its own.
        children: indices of the dependants, in text order.
        first, last: the outermost tokens of the subtree, both inside it.
        sentences: (first token, after the last token).
        sentence_of: index into `sentences`.
    """

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

    def child(self, i: int, *labels: str) -> int | None:
        """The first dependant of `i` with one of the labels."""
        for c in self.children[i]:
            if self.deps[c] in labels:
                return c
        return None


_names: dict[int, str] = {0: ""}  # of labels and tags, a closed set of about a hundred


def read_tree(doc: Doc) -> Tree:
    """Read the parse of a document.

    Args:
        doc: tagged and parsed; without a parse every token is a root and a sentence is the whole text.
    """
    n = len(doc)
    columns = doc.to_array(["HEAD", "DEP", "TAG", "ENT_TYPE"])
    offsets, *labels = columns.T.tolist() if n else ([], [], [], [])
    for label in {x for column in labels for x in column}.difference(_names):
        _names[label] = doc.vocab.strings[label]
    deps, tags, ents = ([_names[x] for x in column] for column in labels)
    wrap = 1 << 63
    heads = [i + (o if o < wrap else o - (wrap << 1)) for i, o in enumerate(offsets)]
    first, last = list(range(n)), list(range(n))
    children: list[list[int]] = [[] for _ in range(n)]
    for i, head in enumerate(heads):
        if head != i:
            children[head].append(i)
            if head > i and first[i] < first[head]:
                first[head] = first[i]
    for i in range(n - 1, -1, -1):
        head = heads[i]
        if head < i and last[i] > last[head]:
            last[head] = last[i]
    sentences, sentence_of = [], [0] * n
    if doc.has_annotation("SENT_START"):
        for number, sent in enumerate(doc.sents):
            start, end = sent.start, sent.end
            sentences.append((start, end))
            sentence_of[start:end] = [number] * (end - start)
    elif n:
        sentences.append((0, n))
    words = [token.text.lower().replace("’", "'") for token in doc]
    return Tree(words, tags, deps, ents, heads, children, first, last, sentences, sentence_of)
