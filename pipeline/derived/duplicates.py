"""The derived table of duplicates: articles with the same or nearly the same text, on whatever day.

A partial keeps of each text what its similarity to others is estimated from: a hash for each band of its
MinHash signature, by which candidates are found, and a sketch of its shingles, which they are compared by.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa

from pipeline.alike.texts import bands, estimate, leaders, shingles, signature, sketch
from schemas import Duplicate
from schemas.table import to_arrow

_KEY = ["text_sha256", "day", "article_id", "wire_source"]


def partial(tables: Mapping[str, pa.Table]) -> pa.Table:
    """Return what a published day gives: each article's id, day, hash, agency, and its text in short."""
    articles = tables["articles"].select([*_KEY, "text"]).sort_by([("article_id", "ascending")])
    band_hashes, sketches = [], []
    for text in articles["text"].to_pylist():
        found = shingles(text)
        if len(found):
            band_hashes.append(np.array(bands(signature(found)), dtype="<u8").tobytes())
        else:
            band_hashes.append(b"")
        sketches.append(sketch(found))
    return (
        articles.drop_columns("text")
        .append_column("bands", pa.array(band_hashes, pa.binary()))
        .append_column("sketch", pa.array(sketches, pa.binary()))
    )


def merge(partials: Sequence[pa.Table]) -> pa.Table:
    """Return the table of duplicates of all days.

    Articles are taken by day, then id; each joins the first that it is a near-duplicate of (`leaders`).
    """
    if not partials:
        return to_arrow([], Duplicate)
    everything = pa.concat_tables(partials).sort_by([("day", "ascending"), ("article_id", "ascending")])
    hashes = everything["text_sha256"].to_pylist()
    sketches = everything["sketch"].to_pylist()
    in_bands = [
        np.frombuffer(packed, "<u8").tolist() if packed else [int(sha256[:16], 16)]
        for packed, sha256 in zip(everything["bands"].to_pylist(), hashes, strict=True)
    ]

    def similarity(a: int, b: int) -> float:
        if hashes[a] == hashes[b]:
            return 1.0
        return round(estimate(sketches[a], sketches[b]), 4)

    found = leaders(in_bands, similarity)
    led = {leader for number, (leader, _) in enumerate(found) if leader != number}
    rows = everything.select(["article_id", "day", "wire_source"]).to_pylist()
    return to_arrow(
        [
            Duplicate(
                article_id=rows[number]["article_id"],
                day=rows[number]["day"],
                cluster_id=rows[leader]["article_id"],
                duplicate_of=None if leader == number else rows[leader]["article_id"],
                similarity=score,
                wire_source=rows[number]["wire_source"],
            )
            for number, (leader, score) in enumerate(found)
            if leader != number or number in led
        ],
        Duplicate,
    )
