"""A stream of articles is cut into batches by their number and their length."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import chain

# A batch ends here even if it has few texts: some thirty articles of ordinary length, from which on more at
# once win nothing. The parser takes about 1 kB for a character.
_BATCH_CHARS = 130_000

# No process is given less of what is left: a word costs a tenth more than in a batch of full length.
_SHARE_CHARS = 24_000


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
    items: Iterable[Item], *, size: int, n_chars: Callable[[Item], int], processes: int
) -> Iterator[list[Item]]:
    """Cut a stream into batches for processes that take one after the other, so that they end together.

    As many batches as there are processes are read ahead. Once they are the last, whoever asks gets an equal
    share of what is left (guided self-scheduling, Polychronopoulos and Kuck 1987).

    Args:
        items: texts, or what stands for them.
        size: items in a batch.
        n_chars: how many characters the text of an item has.
        processes: how many take the batches.
    """
    ahead: deque[list[Item]] = deque()
    for batch in batches_of(items, size=size, n_chars=n_chars):
        ahead.append(batch)
        if len(ahead) > processes:
            yield ahead.popleft()
    rest = [*chain.from_iterable(ahead)]
    while rest:
        share = max(sum(map(n_chars, rest)) // processes, _SHARE_CHARS)
        batch = next(batches_of(rest, size=size, n_chars=n_chars, most_chars=share))
        yield batch
        rest = rest[len(batch) :]
