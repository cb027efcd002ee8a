"""What the network is told of the quotations that the rules find.

It carries over to other kinds of news where learnt words do not. A quotation within the content of a longer
one is nested and has columns of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from pipeline.components.quotes.candidates import QuoteCandidate
from pipeline.components.quotes.network.inputs import RULE_BUCKETS, RULE_COLUMNS, Ints

WordSpan = tuple[int, int]
"""Words of the features from the first to before the second."""

# The role of the first word of each part; the words that go on with it have the next number.
_CONTENT, _CUE, _SOURCE = 1, 3, 5
_KINDS = {"speech": 1, "thought": 2, "show": 3}


def rule_columns(
    candidates: Sequence[Sequence[QuoteCandidate]],
    offsets: Sequence[int],
    word_of: NDArray[Any],
    is_word: NDArray[np.bool_],
) -> tuple[Sequence[Ints], Ints, Ints]:
    """Return the last `RULE_COLUMNS` columns, `rule_cues` and `rule_sources` of the features.

    Args:
        candidates: what the rules found in each document.
        offsets: the first token of each document.
        word_of: the number of the word that each token is; of white space, that of the word before it.
        is_word: whether a token is a word, not white space.
    """
    n = int(is_word.sum())
    written = _Columns(n)
    # The word that a token is, or the next one.
    word_at = (word_of + ~is_word).tolist()
    word_at.append(n)
    for offset, found in zip(offsets, candidates, strict=True):
        for candidate in sorted(found, key=lambda c: sum(start - end for start, end in c.content)):
            written.add(candidate, word_at, offset)
    return (
        [np.array(column, dtype=np.int32) for column in written.columns],
        np.array(written.cue_of, dtype=np.int32),
        np.array(written.source_of, dtype=np.int32),
    )


class _Columns:
    """The columns while candidates are written into them, the longest first.

    Plain lists: most ranges hold a few words, for which a slice of an array costs more than it saves.
    """

    def __init__(self, n: int) -> None:
        self.columns = [[0] * n for _ in range(RULE_COLUMNS)]
        self.role, self.kind, self.nested_role, self.nested_kind, self.name = self.columns
        self.cue_of, self.source_of = [-2] * n, [-2] * n

    def add(self, candidate: QuoteCandidate, word_at: list[int], offset: int) -> None:
        """Write one candidate, of the document whose first token is `offset`."""
        content = _words(candidate.content, word_at, offset)
        if not content:
            return
        cue = _words([(token, token + 1) for token in candidate.cue], word_at, offset)
        source = _words([candidate.speaker], word_at, offset) if candidate.speaker is not None else []
        is_nested = all(role in (_CONTENT, _CONTENT + 1) for a, b in content for role in self.role[a:b])
        roles, kinds = (self.nested_role, self.nested_kind) if is_nested else (self.role, self.kind)
        for spans, role in ((content, _CONTENT), (source, _SOURCE), (cue, _CUE)):
            _write_roles(roles, spans, role)
        kind = _KINDS.get(candidate.kind, 0)
        for a, b in (*content, *cue):
            kinds[a:b] = [kind] * (b - a)
        if not is_nested:
            rule = crc32(candidate.rule.encode()) % RULE_BUCKETS + 1
            for a, b in (*content, *cue):
                self.name[a:b] = [rule] * (b - a)
            for a, b in content:
                self.cue_of[a:b] = [cue[0][0] if cue else -1] * (b - a)
        for a, b in cue:
            self.source_of[a:b] = [source[0][1] - 1 if source else -1] * (b - a)


def _words(ranges: Iterable[tuple[int, int]], word_at: list[int], offset: int) -> list[WordSpan]:
    """Return ranges of a document's tokens as spans of words, without those of white space alone."""
    spans = ((word_at[offset + start], word_at[offset + end]) for start, end in ranges)
    return [span for span in spans if span[1] > span[0]]


def _write_roles(roles: list[int], spans: Sequence[WordSpan], role: int) -> None:
    for k, (a, b) in enumerate(spans):
        roles[a:b] = [role + 1] * (b - a)
        # The words of a cue come one by one: only a gap begins it anew.
        if role != _CUE or k == 0 or spans[k - 1][1] != a:
            roles[a] = role
