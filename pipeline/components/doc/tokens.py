"""The tokens of a document as the rules for names read them: with sentences, lines and capitals."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.components.doc.columns import Columns
from pipeline.lexicons import Lexicon
from pipeline.reading import LineKind


@dataclass(frozen=True, slots=True)
class Tokens:
    """One document, token by token.

    Attributes:
        lexicon: the words of the document's language.
        words, lower: the text of each token, and its lower-cased form.
        tags: Penn tags, "" where the document has none.
        deps: dependency labels, "" without a parse.
        heads: index of the head, the token's own where it is a root or there is no parse.
        sents: number of the sentence.
        lines: number of the line; a line end belongs to the line before it.
        kinds: what each line is.
        debris: whether the token stands in debris, from which nothing but names is read.
        spaced: whether a space follows the token.
        breaks: whether the token holds a line break (such a token is white space only).
        ents: the model's entity types, "" outside entities.
        capitals: indices of the tokens that begin with a capital letter.
        vocabulary: the different words, as printed and lower-cased: a rule none of whose words is among them
            has nothing to look for.
    """

    lexicon: Lexicon
    words: list[str]
    lower: list[str]
    tags: list[str]
    deps: list[str]
    heads: list[int]
    sents: list[int]
    lines: list[int]
    kinds: list[LineKind]
    debris: list[bool]
    spaced: list[bool]
    breaks: list[bool]
    ents: list[str]
    capitals: list[int]
    vocabulary: frozenset[str]

    def __len__(self) -> int:
        return len(self.words)


def read_tokens(columns: Columns) -> Tokens:
    """Return the view of a document that the rules for names read."""
    words, opens = columns.words, columns.opens
    sents: list[int] = []
    for number, (start, end) in enumerate(zip([0, *opens], [*opens, len(words)], strict=True)):
        sents += [number] * (end - start)
    return Tokens(
        lexicon=columns.lexicon,
        words=words,
        lower=columns.lower,
        tags=columns.tags,
        deps=columns.deps,
        heads=columns.heads,
        sents=sents,
        lines=columns.line_of,
        kinds=[line.kind for line in columns.lines],
        debris=columns.debris,
        spaced=columns.spaced,
        breaks=["\n" in word for word in words],
        ents=columns.ents,
        capitals=[i for i, word in enumerate(words) if word[0].isupper()],
        vocabulary=frozenset(words).union(columns.lower),
    )
