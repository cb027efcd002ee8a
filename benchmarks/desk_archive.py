"""A simulated archive for `benchmarks.desk`: a year of published days, made of the sample's four.

The rows of a sample day are replicated under new ids until a day has as many articles as it is to have. Who
is named follows Zipf's law: of so many variants of each name the first is in a sixth of all replicas. Each
article gets a tail of its own after its text, and each quotation, claim and title a word of its own, since
columns in which values repeat would be smaller, and read sooner, than those of real news.

The newest days have files of their own. Older days are links to the files of one of these, so that a year
takes no more of the disk: their rows have its ids and its day, which pages of the newest days never read.
What spans days, which the charts of a year and the pages of groups do read, is replicated for the whole year.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.derived.work import State, TableState
from pipeline.store import Store
from pipeline.store.batch import derived_path, month_of, month_path, published_path
from pipeline.store.derived_files import read_derived
from pipeline.store.manifest import Manifest, PublishedTable, manifests, write_manifest
from schemas import DAY_TABLES, DERIVED_TABLES

SAMPLE = [date(2026, 3, 1) + timedelta(days=n) for n in range(4)]
LAST = date(2026, 6, 30)
NEW_IDS = (
    *("article_id", "quote_id", "claim_id", "mention_id", "parent_quote_id", "duplicate_of", "cluster_id"),
    *("claim_group_id", "entity_id", "speaker_entity_id", "claimer_entity_id", "speaker_id"),
)
NAMED = ("entity_id", "speaker_entity_id", "claimer_entity_id", "speaker_id")
NAMES = 500
"""So many variants are made of each entity of the sample."""

OF_THEIR_OWN = {"articles": ("title",), "quotes": ("content",), "claims": ("text",)}
"""Columns whose values get a word that no other row has."""

TAIL_WORDS = 300
type Words = np.ndarray[Any, np.dtype[np.object_]]
_COUNTED = ("speaker_days", "entity_days", "quote_name_days")
_GOLDEN = (5**0.5 - 1) / 2
_THREADS = 2


def variant(number: int) -> int:
    """Return which variant of all names a replica has: of 500, the first in 11 of 100, the second in 6."""
    return int(NAMES ** (number * _GOLDEN % 1)) - 1


def replicated(rows: pa.Table, n: int, day: date, run: str, *, name: str = "") -> pa.Table:
    """Return rows n times, under new ids, as those of a day.

    Args:
        rows: of one day.
        n: how often.
        day: of the new rows.
        run: run_id of the new rows.
        name: of the table, where some columns are to have values of their own.
    """
    numbers = np.repeat(np.arange(n), len(rows))
    of_article = pa.array([f"{number:04d}{day:%m%d}" for number in range(n)]).take(numbers)
    of_name = pa.array([f"{variant(number):04d}" for number in range(n)]).take(numbers)
    found = rows.take(np.tile(np.arange(len(rows)), n))
    for column in found.column_names:
        if column in NEW_IDS:
            head = pc.utf8_slice_codeunits(found[column], 0, 12 if column in NAMED else 8)
            new = pc.binary_join_element_wise(of_name if column in NAMED else of_article, head, "")
        elif column in OF_THEIR_OWN.get(name, ()):
            new = pc.binary_join_element_wise(found[column], of_article, " ")
        elif column == "day":
            new = pa.repeat(pa.scalar(day, found.schema.field(column).type), len(found))
        elif column == "run_id":
            new = pa.repeat(pa.scalar(run), len(found))
        else:
            continue
        found = _with(found, column, new)
    return found  # sorted as the rows are: the new ids begin with the number of the replica


def simulate(sample: Store, store: Store, *, n_days: int, n_own: int, n_articles: int) -> None:
    """Write an archive.

    Args:
        sample: its days, published.
        store: where the archive is to be.
        n_days: published days.
        n_own: of these, the newest, have files of their own.
        n_articles: of a day, at least.
    """
    known = manifests(sample)
    days = [LAST - timedelta(days=number) for number in range(n_days)]
    replicas = {day: -(-n_articles // manifest.tables["articles"].rows) for day, manifest in known.items()}
    vocabulary = _vocabulary(sample)

    def one(number: int) -> Manifest:
        like = SAMPLE[number % len(SAMPLE)]
        return _write_day(sample, store, known[like], days[number], replicas[like], vocabulary)

    with ThreadPoolExecutor(_THREADS) as threads:
        written = list(threads.map(one, range(min(n_own, n_days))))
    for manifest in written:
        write_manifest(store, manifest)
    for number, day in enumerate(days[n_own:], n_own):
        _link_day(store, written[number % len(written)], day)
    _derive(sample, store, days, replicas)
    _link_newest(store, days[:n_own])


def newest_of(store: Store) -> Store:
    """Return where the days lie that have files of their own, and what spans days: links again."""
    return Store(str(Path(store.root) / "newest"))


def _link_newest(store: Store, days: Sequence[date]) -> None:
    """Make a folder for those who read all days that are there."""
    root, newest = Path(store.root) / "tables", Path(newest_of(store).root) / "tables"
    of_days = {row_class.table_name for row_class in DAY_TABLES}
    wanted = {f"{day}.parquet" for day in days}
    for path in sorted(root.rglob("*")):
        if path.is_file() and (path.name in wanted or path.parent.name not in of_days):
            to = newest / path.relative_to(root)
            to.parent.mkdir(parents=True, exist_ok=True)
            os.link(path, to)


def _write_day(sample: Store, store: Store, like: Manifest, day: date, n: int, vocabulary: Words) -> Manifest:
    run = f"simulated{day:%Y%m%d}"
    tables = {}
    for row_class in DAY_TABLES:
        name = row_class.table_name
        rows = replicated(sample.read(published_path(name, like.day)), n, day, run, name=name)
        if name == "articles":
            tails = pa.array(_tails(len(rows), vocabulary, seed=day.toordinal()))
            rows = _with(rows, "text", pc.binary_join_element_wise(rows["text"], tails, "\n\n"))
            rows = _with(rows, "n_chars", pc.utf8_length(rows["text"]))
        lineage = {"run_id": run, "schema_version": like.schema_version}
        digest = store.write(published_path(name, day), rows, lineage=lineage)
        tables[name] = PublishedTable(rows=len(rows), sha256=digest)
    return like.model_copy(update={"day": day, "run_id": run, "tables": tables})


def _link_day(store: Store, like: Manifest, day: date) -> None:
    for name in like.tables:
        os.link(
            Path(store.root) / published_path(name, like.day), Path(store.root) / published_path(name, day)
        )
    write_manifest(store, like.model_copy(update={"day": day}))


def _derive(sample: Store, store: Store, days: Sequence[date], replicas: dict[date, int]) -> None:
    """Write what spans days; of the counts by day, half as many variants as there are, each once."""
    for row_class in DERIVED_TABLES:
        name = row_class.table_name
        rows = pa.concat_tables(read_derived(sample, row_class))
        if not row_class.is_by_month:
            n = NAMES if "entity_id" in rows.column_names else 1
            store.write(derived_path(name), _as_variants(rows, n))
            continue
        months: dict[str, list[pa.Table]] = {}
        for number, day in enumerate(days):
            like = SAMPLE[number % len(SAMPLE)]
            of_day = rows.filter(pc.equal(rows["day"], like))
            if name in _COUNTED:
                made = _as_variants(of_day, NAMES // 2, day)
            else:
                made = replicated(of_day, replicas[like], day, "")
            months.setdefault(month_of(day), []).append(made)
        for month, parts in months.items():
            store.write(month_path(name, month), pa.concat_tables(parts))
    runs = {day: manifest.run_id for day, manifest in manifests(store).items()}
    State(runs, tables={row_class.table_name: TableState() for row_class in DERIVED_TABLES}).write(store)
    for name in ("_decisions.json", "_decisions_now.json"):
        if (found := sample.find(f"tables/{name}")) is not None:
            store.put(f"tables/{name}", found)


def _as_variants(rows: pa.Table, n: int, day: date | None = None) -> pa.Table:
    """Return rows once for each of the first variants of their names."""
    found = rows.take(np.tile(np.arange(len(rows)), n))
    heads = pa.array([f"{number:04d}" for number in range(n)]).take(np.repeat(np.arange(n), len(rows)))
    for column in {*NAMED} & {*found.column_names}:
        own = pc.utf8_slice_codeunits(found[column], 0, 12)
        found = _with(found, column, pc.binary_join_element_wise(heads, own, ""))
    if day is not None:
        found = _with(found, "day", pa.repeat(pa.scalar(day, pa.date32()), len(found)))
    return found


def _vocabulary(sample: Store) -> Words:
    """Return the words of the sample's articles, as often as they are there."""
    texts = (
        text for day in SAMPLE for text in sample.read(published_path("articles", day))["text"].to_pylist()
    )
    return np.array([word for text in texts for word in text.split()], dtype=object)


def _tails(n: int, vocabulary: Words, *, seed: int) -> list[str]:
    """Return so many texts of words at random."""
    drawn = np.random.default_rng(seed).integers(len(vocabulary), size=(n, TAIL_WORDS))
    return [" ".join(words) for words in vocabulary[drawn].tolist()]


def _with(rows: pa.Table, column: str, values: pa.Array | pa.ChunkedArray) -> pa.Table:
    at = rows.column_names.index(column)
    return rows.set_column(at, rows.schema.field(at), values.cast(rows.schema.field(at).type))
