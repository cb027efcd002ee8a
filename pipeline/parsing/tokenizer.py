"""The tokenizer of the pipeline: texts are split as they are read, and each line opens a sentence.

A Doc holds the reading view of its text. Where that is not the text itself, the edits are kept in
`doc.user_data`, and `stored_offsets` finds the way back; they survive `Doc.to_bytes`, and so
`nlp.pipe(n_process=...)`, and the bins.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from spacy.tokens import Doc

from pipeline.lexicons import lexicon
from pipeline.reading import Offsets, read_text

EDITS = "reading_edits"
"""Key of the edits in `doc.user_data`."""


class ReadingTokenizer:
    """A spaCy tokenizer that reads texts before it splits them."""

    def __init__(self, tokenizer: Any, language: str) -> None:
        self.tokenizer = tokenizer
        self.language = language

    def __call__(self, text: str) -> Doc:
        """Return the tokens of the reading view of a text; sentences begin where its lines do."""
        reading = read_text(text, lexicon=lexicon(self.language))
        doc: Doc = self.tokenizer(reading.text)
        if reading.edits:
            doc.user_data[EDITS] = reading.edits
        if len(reading.lines) > 1:
            starts = doc.to_array("IDX")
            for token in np.searchsorted(starts, [line.start for line in reading.lines[1:]]).tolist():
                if token < len(doc):
                    doc[token].is_sent_start = True
        return doc

    def __getattr__(self, name: str) -> Any:
        # Rules, special cases, the way to disk: those of the tokenizer inside.
        if name == "tokenizer":
            raise AttributeError(name)
        return getattr(self.tokenizer, name)


def stored_offsets(doc: Doc) -> Offsets:
    """Return the way from the offsets of a Doc back to those of the text that it was made of."""
    return Offsets(doc.user_data.get(EDITS, ()))
