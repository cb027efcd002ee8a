"""The tokenizer of the pipeline: texts are split as they are read, and each line opens a sentence.

A Doc holds the reading view of its text. Where that is not the text itself, the text and the edits that made
the view of it are kept in `doc.user_data`: `stored_text`, `stored_offsets` and `stored_range` read them. They
survive `Doc.to_bytes`, and so `nlp.pipe(n_process=...)`, and the bins.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any

import numpy as np
from spacy.tokens import Doc, Span

from pipeline.lexicons import lexicon
from pipeline.parsing.runs import LONGEST, bound_sentences, tokenize
from pipeline.reading import Offsets, Reading, read_text

STORED = "stored_text"
"""Key in `doc.user_data` of the text that a Doc was made of, and its edits; missing where there are none."""

_MOST_KNOWN = 50_000
"""Words that are shown to the tokenizer by themselves."""


class ReadingTokenizer:
    """A spaCy tokenizer that reads texts before it splits them."""

    def __init__(self, tokenizer: Any, language: str) -> None:
        self.tokenizer = tokenizer
        self.language = language
        self._known: set[str] = set()

    def __call__(self, text: str) -> Doc:
        """Return the tokens of the reading view of a text; sentences begin where its lines do."""
        reading = read_text(text, lexicon=lexicon(self.language))
        self._remember(reading.text)
        doc = tokenize(self.tokenizer, reading.text)
        if reading.edits:
            doc.user_data[STORED] = (text, reading.edits)
        begins = [*reading.line_starts[1:], *_parted_numbers(reading)]
        if begins:
            starts = doc.to_array("IDX")
            for token in np.searchsorted(starts, begins).tolist():
                if token < len(doc):
                    doc[token].is_sent_start = True
        bound_sentences(doc)
        return doc

    def _remember(self, text: str) -> None:
        """Let the tokenizer remember how it splits the words of a text.

        Behind the first special case of a text, such as "it's", it remembers none, and "the" is split anew
        each time. By itself each word is remembered, and split as in a text. Within a memory zone nothing is.
        """
        known = self._known
        if len(known) >= _MOST_KNOWN or self.tokenizer.vocab.in_memory_zone:
            return
        for word in dict.fromkeys(text.split()):
            if word not in known and len(word) <= LONGEST:
                self.tokenizer(word)
                known.add(word)

    def __reduce__(self) -> tuple[Any, ...]:
        # A copy of the tokenizer remembers nothing, and so it has to be shown all words anew.
        return ReadingTokenizer, (self.tokenizer, self.language)

    def __getattr__(self, name: str) -> Any:
        # Rules, special cases, the way to disk: those of the tokenizer inside.
        if name == "tokenizer":
            raise AttributeError(name)
        return getattr(self.tokenizer, name)


def _parted_numbers(reading: Reading) -> Iterator[int]:
    """Yield where a sentence begins with a number that was glued to it: "rose to 270.2016 was"."""
    # Only blanks that were lost are put in; the steps behind that one change no offset.
    for start, end, before, before_end in chain.from_iterable(reading.edits):
        if before == before_end and reading.text[start - 1] == "." and reading.text[end : end + 1].isdigit():
            yield end


def stored_offsets(doc: Doc) -> Offsets:
    """Return the way from the offsets of a Doc back to those of the text that it was made of."""
    steps = doc.user_data[STORED][1] if STORED in doc.user_data else ()
    # Bytes of a Doc give tuples back as lists, which compiled code does not take for tuples.
    return Offsets([[(start, end, to, to_end) for start, end, to, to_end in step] for step in steps])


def stored_text(doc: Doc) -> str:
    """Return the text that a Doc was made of."""
    text: str = doc.user_data[STORED][0] if STORED in doc.user_data else doc.text
    return text


def stored_range(span: Span) -> tuple[int, int]:
    """Return where a span stands in the text that its Doc was made of, the end exclusive."""
    return stored_offsets(span.doc).stored(span.start_char, span.end_char)
