"""Feature hashing: the models keep weights by bucket, and no word of any corpus.

After Weinberger et al., Feature Hashing for Large Scale Multitask Learning (2009), without the sign.
"""

from __future__ import annotations

from collections.abc import Iterable
from zlib import crc32


def buckets(features: Iterable[str], n_buckets: int) -> list[int]:
    """Return the bucket of each feature, the same on every machine.

    Args:
        features: any strings.
        n_buckets: a power of two.
    """
    mask = n_buckets - 1
    return [crc32(feature.encode()) & mask for feature in features]
