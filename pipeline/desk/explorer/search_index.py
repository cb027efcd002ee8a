"""Words of a day, in a file of SQLite: which articles and quotations have them.

There is a file for each run of a day, in a cache beside the tables. It is made when a search first needs it,
holds words and ids but neither texts nor quotations in order to be read, and goes when its run does.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Literal

import pyarrow.dataset as ds

from pipeline.errors import NewstablesError
from pipeline.identity import checksum
from pipeline.store import Store
from pipeline.store.batch import EXPLORER_CACHE, day_of_name
from pipeline.store.manifest import Manifest, find_manifest
from pipeline.store.published import published_fragment

type Where = Literal["said", "texts"]
"""What is searched: quotations, or headlines and texts."""

_VERSION = 1
"""Of the layout of the files."""

_FILE = re.compile(r"(\d{4}-\d\d-\d\d)\.([a-z2-7]+)\.v(\d+)\.sqlite")

_SCHEMA = """
    create table articles (number integer primary key, article_id text, outlet text);
    create table quotes (number integer primary key, quote_id text, article integer, kind text);
    create virtual table texts using fts5(title, text, content='', tokenize="unicode61 remove_diacritics 2");
    create virtual table said using fts5(quote, content='', tokenize="unicode61 remove_diacritics 2");
"""


@dataclass(slots=True)
class Hits:
    """What a search found.

    Attributes:
        total: hits in all.
        by_day: hits by day.
        by_outlet: hits by outlet.
        hits: (day, article_id, quote_id) of one page of hits, the newest day first; for texts the quote_id is
            empty.
    """

    total: int = 0
    by_day: Counter[date] = field(default_factory=Counter)
    by_outlet: Counter[str] = field(default_factory=Counter)
    hits: list[tuple[date, str, str]] = field(default_factory=list)


class Indexes:
    """The files of all days."""

    def __init__(self, store: Store, folder: Path) -> None:
        """Use a folder on this machine; it is made where there is none."""
        self._store = store
        self._folder = folder
        self._making = threading.Lock()

    def ready(
        self, manifests: Iterable[Manifest], *, seconds: float
    ) -> tuple[list[tuple[date, Path]], list[date]]:
        """Return the files of days, and the days whose files could not be made in the time there is.

        Args:
            manifests: of the days.
            seconds: that may be spent on making files.
        """
        end = time.monotonic() + seconds
        files, left = [], []
        for manifest in sorted(manifests, key=lambda manifest: manifest.day, reverse=True):
            path = self._path(manifest)
            if not path.exists():
                if time.monotonic() >= end:
                    left.append(manifest.day)
                    continue
                self.make(manifest)
            files.append((manifest.day, path))
        return files, left

    def make(self, manifest: Manifest) -> None:
        """Make the file of a day, if there is none; files of its other runs go.

        Raises:
            DamagedError: the day's tables are not those of the manifest.
        """
        path = self._path(manifest)
        with self._making:
            if path.exists():
                return
            self._folder.mkdir(parents=True, exist_ok=True)
            made = path.with_name(f".{path.name}.{os.getpid()}.tmp")
            made.unlink(missing_ok=True)
            try:
                _write(made, self._store, manifest)
                made.replace(path)
            finally:
                made.unlink(missing_ok=True)
            for other in self._folder.glob(f"{manifest.day}.*"):
                if other != path:
                    other.unlink(missing_ok=True)

    def _path(self, manifest: Manifest) -> Path:
        return self._folder / f"{manifest.day}.{manifest.run_id}.v{_VERSION}.sqlite"


def sweep(folder: Path, run_of: Callable[[date], str | None]) -> None:
    """Remove from a folder of indexes the files of runs that are not published.

    Args:
        folder: it need not be there.
        run_of: gives the run_id of a day that has a file; None where it is not published.
    """
    if not folder.is_dir():
        return
    for file in sorted(folder.iterdir()):
        named = _FILE.fullmatch(file.name)
        day = day_of_name(named[1]) if named else None
        is_left = file.name.startswith(".") and file.name.endswith(".tmp")
        if is_left or (named and (day is None or run_of(day) != named[2] or int(named[3]) != _VERSION)):
            file.unlink(missing_ok=True)


def cache_folder(store: Store) -> Path:
    """Return where indexes of a store are kept: beside its tables; for an object store, at home."""
    if store.local_root is not None:
        return store.local_root / EXPLORER_CACHE
    return Path.home() / ".cache" / "newstables" / checksum(store.root)[:16]


def forget_old_runs(store: Store) -> None:
    """Remove the indexes of runs that are not published: they may hold words of what was taken down."""

    def run_of(day: date) -> str | None:
        manifest = find_manifest(store, day)
        return manifest.run_id if manifest else None

    sweep(cache_folder(store), run_of)


def search(
    files: Sequence[tuple[date, Path]],
    match: str,
    *,
    where: Where,
    outlet: str,
    kind: str,
    without: Iterable[str],
    offset: int,
    n: int,
) -> Hits:
    """Return what has the words that are looked for.

    Args:
        files: of the days, by `Indexes.ready`, the newest first.
        match: a query of FTS5, by `words.match_of`.
        where: quotations or texts.
        outlet: only its articles; empty for all.
        kind: only quotations of this kind; empty for all.
        without: articles that are left out.
        offset: so many hits are passed over.
        n: at most so many hits are returned.
    """
    found = Hits()
    rows = {
        "said": "said join quotes on quotes.number = said.rowid join articles a on a.number = quotes.article",
        "texts": "texts join articles a on a.number = texts.rowid",
    }[where]
    conditions = [f"{where} match ?"]
    values: list[object] = [match]
    if outlet:
        conditions.append("a.outlet = ?")
        values.append(outlet)
    if kind and where == "said":
        conditions.append("quotes.kind = ?")
        values.append(kind)
    gone = sorted(without)
    if gone:
        conditions.append("a.article_id not in (select value from json_each(?))")
        values.append(json.dumps(gone))
    condition = " and ".join(conditions)
    hit = "a.article_id, quotes.quote_id" if where == "said" else "a.article_id, ''"
    order = "quotes.number" if where == "said" else "rank, a.number"
    for day, path in files:
        with _opened(path) as con:
            by_outlet = con.execute(
                f"select a.outlet, count(*) from {rows} where {condition} group by a.outlet", values
            ).fetchall()
            there = sum(count for _, count in by_outlet)
            before, found.total = found.total, found.total + there
            if there:
                found.by_day[day] = there
                found.by_outlet.update(dict(by_outlet))
            if there and found.total > offset and len(found.hits) < n:
                page = con.execute(
                    f"select {hit} from {rows} where {condition} order by {order} limit ? offset ?",
                    [*values, n - len(found.hits), max(0, offset - before)],
                )
                found.hits += [(day, article_id, quote_id) for article_id, quote_id in page]
    return found


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    con = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
    try:
        yield con
    finally:
        con.close()


def _write(path: Path, store: Store, manifest: Manifest) -> None:
    con = sqlite3.connect(path)
    try:
        con.execute("pragma journal_mode = off")
        con.execute("pragma synchronous = off")
        con.executescript(_SCHEMA)
        numbers: dict[str, int] = {}
        for row in _rows(store, manifest, "articles", ["article_id", "source", "title", "text"]):
            article_id, outlet, title, text = row
            number = numbers[article_id] = len(numbers) + 1
            con.execute("insert into articles values (?, ?, ?)", (number, article_id, outlet))
            con.execute(
                "insert into texts (rowid, title, text) values (?, ?, ?)", (number, title or "", text)
            )
        quotes = _rows(store, manifest, "quotes", ["quote_id", "article_id", "kind", "content"])
        for number, (quote_id, article_id, kind, content) in enumerate(quotes, 1):
            con.execute(
                "insert into quotes values (?, ?, ?, ?)", (number, quote_id, numbers[article_id], kind)
            )
            con.execute("insert into said (rowid, quote) values (?, ?)", (number, content))
        con.commit()
    finally:
        con.close()


def _rows(store: Store, manifest: Manifest, table: str, columns: list[str]) -> Iterator[tuple[str, ...]]:
    """Yield columns of a day's rows; the file is held as it stands, even where it is replaced meanwhile."""
    fragment = published_fragment(store, manifest, table)
    dataset = ds.FileSystemDataset([fragment], fragment.physical_schema, ds.ParquetFileFormat())
    for batch in dataset.to_batches(columns=columns, batch_size=1000):
        yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)


def keep_indexed(
    indexes: Indexes, manifests: Callable[[], list[Manifest]], *, pause_s: float, stop: threading.Event
) -> None:
    """Make the files of days that have none, newest first, until told to stop; for a thread of its own.

    Args:
        indexes: the files.
        manifests: gives those of the days that are to be searched at once.
        pause_s: between two looks.
        stop: ends it.
    """
    while not stop.is_set():
        with contextlib.suppress(NewstablesError, OSError, sqlite3.Error):  # the search itself tells of these
            for manifest in sorted(manifests(), key=lambda manifest: manifest.day, reverse=True):
                if stop.is_set():
                    return
                indexes.make(manifest)
        stop.wait(pause_s)
