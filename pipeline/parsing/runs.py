"""Text without blanks and text without full stops, in pieces: time grows with the length alone.

spaCy's tokenizer takes prefixes and suffixes off a piece of text one by one, and reads what is left of the
piece for each: ten thousand quotation marks, brackets or emoji in a row take it seven seconds. So what stands
without a blank for longer than any word is handed over in pieces.

In a text without full stops every clause may hold all that follow, and what is read of each clause adds up to
the square of the length. So a sentence begins at the latest where the one before is longer than any is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
from spacy.tokens import Doc

LONGEST = 250
"""Characters without a blank that the tokenizer gets at once: no word of news is as long."""

LONGEST_SENTENCE = 300
"""Tokens without a full stop from which on a sentence is cut; four times as long as sentences of news get."""

_FULL_STOPS = (".", "!", "?", "…", "...")

_RUN = re.compile(rf"\S{{{LONGEST + 1},}}")
_MOST_OF_AN_ADDRESS = 2_000


def tokenize(tokenizer: Any, text: str) -> Doc:
    """Return the tokens of a text: the tokenizer's own, but for what stands in long runs without blanks.

    Args:
        tokenizer: of spaCy.
        text: any.
    """
    runs = [run.span() for run in _RUN.finditer(text) if not _is_address(tokenizer, run[0])]
    if not runs:
        doc: Doc = tokenizer(text)
        return doc
    parts = [tokenizer(text[start:end]) for start, end in pairwise(_cuts(text, runs))]
    words = [token.text for part in parts for token in part]
    spaces = [bool(token.whitespace_) for part in parts for token in part]
    return Doc(tokenizer.vocab, words=words, spaces=spaces)


def bound_sentences(doc: Doc) -> None:
    """Let sentences begin where there has been neither full stop nor line for longer than a sentence is.

    Args:
        doc: not parsed; sentences begin in it where lines do.
    """
    n = len(doc)
    if n <= LONGEST_SENTENCE:
        return
    orth, begins = doc.to_array(["ORTH", "SENT_START"]).T
    stops = np.array([doc.vocab.strings[stop] for stop in _FULL_STOPS], dtype=np.uint64)
    ends = np.isin(orth, stops)
    ends[:-1] |= begins[1:] == 1
    places = [0, *(np.flatnonzero(ends) + 1).tolist(), n]
    for start, end in pairwise(places):
        for token in range(start + LONGEST_SENTENCE, end, LONGEST_SENTENCE):
            doc[token].is_sent_start = True


def _is_address(tokenizer: Any, run: str) -> bool:
    """Tell whether a run is one token however long it is, as addresses are."""
    return len(run) <= _MOST_OF_AN_ADDRESS and tokenizer.url_match(run) is not None


def _cuts(text: str, runs: list[tuple[int, int]]) -> Iterator[int]:
    """Yield the places at which a text is cut, its ends included; a blank goes with the token before it."""
    yield 0
    for start, end in runs:
        yield from range(start or LONGEST, end, LONGEST)
        last = end + text.startswith(" ", end)
        if last < len(text):
            yield last
    yield len(text)
