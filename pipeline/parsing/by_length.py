"""A stream of articles is cut into batches by their number and their length."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

# A batch ends here even if it has few texts: some thirty articles of ordinary length, from which on more at
# once win nothing. The parser takes about 1 kB for a character.
_BATCH_CHARS = 130_000


def batches_of[Item](
    items: Iterable[Item], *, size: int, n_chars: Callable[[Item], int]
) -> Iterator[list[Item]]:
    """Cut a stream into batches of at most `size` items, and fewer where their texts are long.

    Args:
        items: texts, or what stands for them.
        size: items in a batch.
        n_chars: how many characters the text of an item has.
    """
    batch: list[Item] = []
    chars = 0
    for item in items:
        n = n_chars(item)
        if batch and (len(batch) == size or chars + n > _BATCH_CHARS):
            yield batch
            batch, chars = [], 0
        batch.append(item)
        chars += n
    if batch:
        yield batch
