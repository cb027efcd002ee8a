"""The attributes of a document's tokens as plain lists: what the rules read, fetched from spaCy once."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate

import numpy as np
from spacy.tokens import Doc

_COLUMNS: list[int | str] = ["ORTH", "SPACY", "TAG", "DEP", "SENT_START", "HEAD"]
_labels: dict[int, str] = {}  # of tags and dependencies, a closed set of about a hundred


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
        capitals: indices of the tokens that begin with a capital letter.
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
    capitals: list[int]

    def __len__(self) -> int:
        return len(self.words)


def read_tokens(doc: Doc) -> Tokens:
    """Fetch the attributes of a document that the rules read."""
    strings = doc.vocab.strings
    columns = doc.to_array(_COLUMNS).T
    orths, spaces, tags, deps, starts = columns[:-1].tolist()
    for key in {*tags, *deps}.difference(_labels):
        _labels[key] = strings[key]
    words: list[str] = [strings[key] for key in orths]
    breaks = ["\n" in word for word in words]
    return Tokens(
        words=words,
        lower=[word.lower() for word in words],
        tags=[_labels[key] for key in tags],
        deps=[_labels[key] for key in deps],
        # HEAD is the distance to the head, in two's complement.
        heads=(columns[-1].view(np.int64) + np.arange(len(words))).tolist(),
        sents=list(accumulate([start == 1 for start in starts[1:]], initial=0)) if words else [],
        lines=list(accumulate(breaks)),
        spaced=[space != 0 for space in spaces],
        breaks=breaks,
        capitals=[i for i, word in enumerate(words) if word[0].isupper()],
    )
