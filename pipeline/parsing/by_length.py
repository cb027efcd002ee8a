"""A stream of articles is cut into batches by their number and their length."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import chain

# A batch ends here even if it has few texts: some thirty articles of ordinary length, from which on more at
# once win nothing. The parser takes about 1 kB for a character.
_BATCH_CHARS = 130_000

# At the end of a stream each batch is half of what is left, but not less than that: there, a word costs a
# fourteenth more than in a batch of full length.
_SHARES, _SHARE_CHARS = 2, 32_000


def batches_of[Item](
    items: Iterable[Item], *, size: int, n_chars: Callable[[Item], int], most_chars: int = _BATCH_CHARS
) -> Iterator[list[Item]]:
    """Cut a stream into batches of at most `size` items, and fewer where their texts are long.

    Args:
        items: texts, or what stands for them.
        size: items in a batch.
        n_chars: how many characters the text of an item has.
        most_chars: in a batch; a longer text stands alone.
    """
    batch: list[Item] = []
    chars = 0
    for item in items:
        n = n_chars(item)
        if batch and (len(batch) == size or chars + n > most_chars):
            yield batch
            batch, chars = [], 0
        batch.append(item)
        chars += n
    if batch:
        yield batch


def shared_out[Item](
    items: Iterable[Item], *, size: int, n_chars: Callable[[Item], int]
) -> Iterator[list[Item]]:
    """Cut a stream into batches for processes that take one after the other, so that they end together.

    Two batches are read ahead. Once they are the last, whoever asks gets half of what is left, as guided
    self-scheduling does for two processes (Polychronopoulos and Kuck 1987). It is half for any number of
    them: the last bits of a score depend on its batch, and must not on the machine.

    Args:
        items: texts, or what stands for them.
        size: items in a batch.
        n_chars: how many characters the text of an item has.
    """
    ahead: deque[list[Item]] = deque()
    for batch in batches_of(items, size=size, n_chars=n_chars):
        ahead.append(batch)
        if len(ahead) > _SHARES:
            yield ahead.popleft()
    rest = [*chain.from_iterable(ahead)]
    while rest:
        share = max(sum(map(n_chars, rest)) // _SHARES, _SHARE_CHARS)
        batch = next(batches_of(rest, size=size, n_chars=n_chars, most_chars=share))
        yield batch
        rest = rest[len(batch) :]
