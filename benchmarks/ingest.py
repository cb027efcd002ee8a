# ruff: noqa: E501
"""Speed of ingest against bare loops over the same records: `python -m benchmarks.ingest [CORPORA]`.

CORPORA is the folder with `corpora/reuters21578.jsonl.gz` and `corpora/html/`; without it records and pages are
generated. Printed are ratios of one run (processor seconds, one core): more than 1 is faster than the bare loop.
"""

import gzip
import hashlib
import json
import random
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from ftfy import fix_text
from trafilatura import bare_extraction

from pipeline.alike.texts import bands, jaccard, leaders, shingles, signature
from pipeline.ingest.article_row import article_or_fault
from pipeline.ingest.formats.warc import decode_page
from pipeline.ingest.pages.dates import page_date, page_fields
from pipeline.ingest.sources import open_source
from pipeline.settings import load_settings
from pipeline.store import Store

DAY = date(2026, 3, 2)
ROUNDS = 3


def seconds(run: Callable[[], Any]) -> float:
    """Return the processor time of the quickest of three runs."""
    times = []
    for _ in range(ROUNDS):
        start = time.process_time()
        run()
        times.append(time.process_time() - start)
    return min(times)


def records(corpora: Path | None, n: int) -> list[dict[str, Any]]:
    """Return n articles, of Reuters-21578 or made of random words."""
    if corpora:
        with gzip.open(corpora / "corpora" / "reuters21578.jsonl.gz", "rt") as file:
            return [json.loads(line) for line, _ in zip(file, range(n), strict=False)]
    rng = random.Random(3)
    words = [f"word{k}" for k in range(20_000)] + ["“said”", "don’t", "café"] * 50
    return [
        {
            "id": str(k),
            "text": " ".join(rng.choices(words, k=130)) + ".",
            "source": "Herald",
            "language": "en",
        }
        for k in range(n)
    ]


def jsonl(rows: list[dict[str, Any]]) -> None:
    """Print the speed of reading, cleaning and language against json.loads, ftfy and sha256."""
    with tempfile.TemporaryDirectory() as folder:
        drop = Path(folder) / "drop" / str(DAY)
        drop.mkdir(parents=True)
        lines = [json.dumps(row | {"published_at": f"{DAY}T10:00:00Z"}, ensure_ascii=False) for row in rows]
        (drop / "a.jsonl").write_text("\n".join(lines))
        settings = load_settings(drop_dir=drop.parent, data_dir=f"{folder}/data")
        source = open_source(Store(settings.data_dir), settings)

        def ours() -> None:
            for record in source.records(DAY):
                article_or_fault(record, settings)

        def bare() -> None:
            for line in (drop / "a.jsonl").read_bytes().splitlines():
                text = fix_text(json.loads(line)["text"], uncurl_quotes=False)
                hashlib.sha256(text.encode()).hexdigest()

        print(f"JSONL, {len(rows)} records: {seconds(bare) / seconds(ours):.2f} x a bare loop")


def memory(rows: list[dict[str, Any]]) -> None:
    """Print the peak of reading a half and all of the records."""
    peaks = []
    for part in (rows[: len(rows) // 2], rows):
        with tempfile.TemporaryDirectory() as folder:
            drop = Path(folder) / "drop" / str(DAY)
            drop.mkdir(parents=True)
            (drop / "a.jsonl").write_text(
                "\n".join(json.dumps(row | {"published_at": str(DAY)}) for row in part)
            )
            settings = load_settings(drop_dir=drop.parent, data_dir=f"{folder}/data")
            source = open_source(Store(settings.data_dir), settings)
            tracemalloc.start()
            for _ in source.records(DAY):
                pass
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
    print(f"reading: peak {peaks[0] / 1e6:.1f} MB for half of the records, {peaks[1] / 1e6:.1f} MB for all")


def duplicates(rows: list[dict[str, Any]]) -> None:
    """Print how many articles a second are searched for near-duplicates."""
    texts = [row["text"] for row in rows]

    def run() -> None:
        sets = [shingles(text) for text in texts]
        hashes = [bands(signature(s)) if len(s) else [] for s in sets]
        leaders(hashes, lambda a, b: jaccard(sets[a], sets[b]))

    print(f"near-duplicates: {len(texts) / seconds(run):,.0f} articles a second")


def html(corpora: Path | None) -> None:
    """Print the speed of pages, their dates taken twice, as the index and the stage do."""
    if corpora:
        pages = [gzip.decompress(p.read_bytes()) for p in sorted((corpora / "corpora" / "html").glob("*.gz"))]
    else:
        rng = random.Random(4)
        words = [f"word{k}" for k in range(20_000)]
        body = (
            "".join(
                f"<p>{' '.join(rng.choices(words, k=50))}.</p>" + "<div><a href='/x'>Link</a></div>" * 30
                for _ in range(25)
            )
            for _ in range(30)
        )
        pages = [
            f"<!doctype html><html><head><title>T</title></head><body>{b}</body></html>".encode()
            for b in body
        ]

    def ours() -> None:
        for page in pages:
            text = decode_page(page)
            page_date(text, None)
            page_date(text, None)
            page_fields(text, None)

    def bare() -> None:
        for page in pages:
            bare_extraction(page, fast=True, with_metadata=True)

    print(f"HTML, {len(pages)} pages: {seconds(bare) / seconds(ours):.2f} x bare trafilatura")


def main() -> None:
    """Run all of it."""
    corpora = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    rows = records(corpora, 4000)
    jsonl(rows)
    memory(rows)
    duplicates(rows)
    html(corpora)


if __name__ == "__main__":
    main()
