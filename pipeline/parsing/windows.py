"""Long texts are parsed in windows, so that memory is bounded however long an article is.

The networks take about 1 kB for a character, all at once. A Doc is cut where lines begin or sentences end,
each window is parsed as a Doc of its own, and what was found is written into the whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
from spacy.language import Language
from spacy.tokens import Doc

WINDOW = 200_000
"""Characters from which on a text is parsed in windows; no window is longer."""

_WRITTEN: list[int | str] = ["TAG", "HEAD", "DEP", "SENT_START", "ENT_IOB", "ENT_TYPE"]
_FULL_STOPS = frozenset({".", "!", "?", "…"})


def parse_in_windows(nlp: Language, text: str | Doc) -> Doc:
    """Return the parse of a long text.

    Args:
        nlp: a pipeline of `load_nlp`.
        text: or its Doc, as the tokenizer made it.
    """
    doc = nlp.make_doc(text) if isinstance(text, str) else text
    parsed = []
    for start, end in pairwise(_cuts(doc)):
        # One at a time: a window is let go before the next one is parsed.
        window = nlp(_window(doc, start, end))
        parsed.append(window.to_array(_WRITTEN))
    found: Any = np.concatenate(parsed)
    return doc.from_array(_WRITTEN, found)


def _cuts(doc: Doc) -> Iterator[int]:
    """Yield the tokens at which windows begin, and the end."""
    yield 0
    start = best = 0
    for token in doc:
        before = doc[max(token.i - 1, 0)]
        begins = token.is_sent_start or before.is_space
        begins = begins or (before.text in _FULL_STOPS and token.text[0].isalnum())
        if token.idx + len(token.text_with_ws) - doc[start].idx > WINDOW and token.i > start:
            start = best if best > start else token.i
            yield start
        if begins:
            best = token.i
    yield len(doc)


def _window(doc: Doc, start: int, end: int) -> Doc:
    """Return some tokens of a Doc as one of their own, their lines kept."""
    tokens = doc[start:end]
    window = Doc(
        doc.vocab,
        words=[token.text for token in tokens],
        spaces=[bool(token.whitespace_) for token in tokens],
    )
    for token in tokens:
        if token.is_sent_start and token.i > start:
            window[token.i - start].is_sent_start = True
    return window
