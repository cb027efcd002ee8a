"""A Doc read once: the attributes of its tokens as plain lists, which the views of the rules share.

Asking spaCy for an attribute of a token builds an object at every step; a list index does not. `read_columns`
fetches all attributes that any rule reads, in one pass; `tokens.py` (for names) and `tree.py` (for quotations
and claims) are views of the same columns.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from spacy.strings import StringStore
from spacy.tokens import Doc

from pipeline.lexicons import Lexicon, lexicon_of
from pipeline.reading import TextLine, read_lines

_ATTRIBUTES: list[int | str] = ["ORTH", "IDX", "SPACY", "TAG", "DEP", "ENT_TYPE", "SENT_START", "HEAD"]
_MOST = 1 << 17
_labels: dict[int, str] = {}  # of tags, dependencies and entities, by spaCy's hash: about a hundred
_words: dict[int, str] = {}  # by spaCy's hash, the same text in every vocabulary; at most `_MOST`
_lowered: dict[str, str] = {}  # words, lower-cased; at most `_MOST`


@dataclass(frozen=True, slots=True)
class Columns:
    """The tokens of one document; every list has one entry a token.

    Attributes:
        doc: the document itself, for spans.
        text: of the document.
        lexicon: the words of its language.
        words, lower: the text of each token, and its lower-cased form.
        starts: first code point of each token.
        spaced: whether a space follows the token.
        tags: Penn tags, "" where the document has none.
        deps: dependency labels, "" without a parse.
        ents: entity types, "" outside entities.
        heads: index of the head, the token's own where it is a root or there is no parse.
        opens: indices of the tokens that open a sentence, the first token left out.
        lines: the lines of the text, each with its class.
        line_of: index into `lines`; a line end belongs to the line before it.
    """

    doc: Doc
    text: str
    lexicon: Lexicon
    words: list[str]
    lower: list[str]
    starts: list[int]
    spaced: list[bool]
    tags: list[str]
    deps: list[str]
    ents: list[str]
    heads: list[int]
    opens: list[int]
    lines: tuple[TextLine, ...]
    line_of: list[int]

    @property
    def debris(self) -> list[bool]:
        """For each token whether it stands in debris, from which nothing but names is read."""
        kinds = [line.is_debris for line in self.lines] or [False]
        return [kinds[line] for line in self.line_of]

    def __len__(self) -> int:
        return len(self.words)


def _names_of(labels: list[int], strings: StringStore) -> list[str]:
    """Return the names of labels, of which nearly all have been met before."""
    try:
        return [_labels[key] for key in labels]
    except KeyError:
        for key in set(labels).difference(_labels):
            _labels[key] = strings[key]
        return [_labels[key] for key in labels]


def read_columns(doc: Doc, *, lexicon: Lexicon | None = None) -> Columns:
    """Read the attributes of a document.

    Args:
        doc: tagged and parsed, as far as it is.
        lexicon: the words of its language; by the language of its vocabulary where None.

    Raises:
        FileNotFoundError: there are no words of the document's language.
    """
    strings = doc.vocab.strings
    lexicon = lexicon or lexicon_of(doc)
    columns = doc.to_array(_ATTRIBUTES).reshape(len(doc), len(_ATTRIBUTES)).T
    orths, starts, spaces, *labels = columns[:6].tolist()
    tags, deps, ents = (_names_of(column, strings) for column in labels)
    if len(_words) > _MOST:
        _words.clear()
        _lowered.clear()
    # A word that comes back is the same object, whose hash Python has computed once.
    for key in set(orths).difference(_words):
        word = _words[key] = strings[key]
        _lowered[word] = word.lower()
    words = [_words[key] for key in orths]
    # `doc.text` makes an object of each token.
    text = "".join([word + " " if space else word for word, space in zip(words, spaces, strict=True)])
    lines = read_lines(text, lexicon=lexicon)
    return Columns(
        doc=doc,
        text=text,
        lexicon=lexicon,
        words=words,
        lower=[_lowered[word] for word in words],
        starts=starts,
        spaced=[space != 0 for space in spaces],
        tags=tags,
        deps=deps,
        ents=ents,
        # HEAD is the distance to the head, in two's complement.
        heads=(columns[7].view(np.int64) + np.arange(len(words))).tolist(),
        opens=(np.flatnonzero(columns[6][1:] == 1) + 1).tolist(),
        lines=lines,
        line_of=np.searchsorted([line.start for line in lines[1:]], columns[1], side="right").tolist(),
    )
