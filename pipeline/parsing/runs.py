"""Text without blanks, split in time that grows with its length alone.

spaCy's tokenizer takes prefixes and suffixes off a piece of text one by one, and reads what is left of the
piece for each: ten thousand quotation marks, brackets or emoji in a row take it seven seconds. So what stands
without a blank for longer than any word is handed over in pieces.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from spacy.tokens import Doc

LONGEST = 250
"""Characters without a blank that the tokenizer gets at once: no word of news is as long."""

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
