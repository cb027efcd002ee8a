"""Documents in runs: many short ones are read at once, but no more than the processor's cache holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

TOKENS = 4096
"""Tokens of documents that are read at once: their arrays stay in the cache."""


def runs(sizes: Sequence[int], most: int = TOKENS) -> Iterator[list[int]]:
    """Yield the numbers of the documents that are not empty, in runs of at most `most` tokens, or of one.

    >>> [*runs([3, 0, 2, 9, 1], most=5)]
    [[0, 2], [3], [4]]
    """
    run: list[int] = []
    total = 0
    for number, size in enumerate(sizes):
        if run and total + size > most:
            yield run
            run, total = [], 0
        if size:
            run.append(number)
            total += size
    if run:
        yield run
