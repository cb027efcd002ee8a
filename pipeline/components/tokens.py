"""The attributes of a document's tokens as plain lists: what the rules read, fetched from spaCy once."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate

from spacy.tokens import Doc


@dataclass(frozen=True, slots=True)
class Tokens:
    """One document, token by token.

    Attributes:
        words, lower: the text of each token, and its lower-cased form.
        tags: Penn tags, "" where the document has none.
        deps: dependency labels, "" without a parse.
        heads: index of the head, the token's own where it is a root or there is no parse.
        sents: number of the sentence.
        lines: number of the line, counted by tokens that hold a line break.
        spaced: whether a space follows the token.
        breaks: whether the token holds a line break (such a token is white space only).
    """

    words: list[str]
    lower: list[str]
    tags: list[str]
    deps: list[str]
    heads: list[int]
    sents: list[int]
    lines: list[int]
    spaced: list[bool]
    breaks: list[bool]

    def __len__(self) -> int:
        return len(self.words)


def read_tokens(doc: Doc) -> Tokens:
    """Fetch the attributes of a document that the rules read."""
    words: list[str] = []
    spaced: list[bool] = []
    for token in doc:
        words.append(token.text)
        spaced.append(token.whitespace_ != "")
    strings = doc.vocab.strings
    tags, deps, heads, starts = doc.to_array(["TAG", "DEP", "HEAD", "SENT_START"]).T.tolist()
    names: dict[int, str] = {key: strings[key] for key in {*tags, *deps}}
    breaks = ["\n" in word for word in words]
    return Tokens(
        words=words,
        lower=[word.lower() for word in words],
        tags=[names[key] for key in tags],
        deps=[names[key] for key in deps],
        # HEAD is the distance to the head, in two's complement.
        heads=[i + (h - 2**64 if h >= 2**63 else h) for i, h in enumerate(heads)],
        sents=list(accumulate((start == 1 for start in starts[1:]), initial=0)) if words else [],
        lines=list(accumulate(breaks)),
        spaced=spaced,
        breaks=breaks,
    )
