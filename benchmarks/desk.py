"""Speed of the explorer over a simulated archive: `python -m benchmarks.desk [--days 30] [--articles 10000]`.

The sample's rows are replicated under new ids, so many articles a day, for so many days; the tables that year
charts are made of are replicated for a whole year. Printed are, for each page, the seconds that it took
(wall), its processor seconds beside those of DuckDB alone, which answers the same questions from the same
files by `views.sql`, and the ratio of the two; then the most memory that the process took. A ratio that is
over 1.3 is marked. The archive is removed afterwards; 30 days take about 3 GB.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import psutil
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.desk.explorer.serve import explorer
from pipeline.settings import Settings
from pipeline.stages import run_days
from pipeline.store import Store
from pipeline.store.batch import derived_path, month_path, published_path
from pipeline.store.derived_files import read_derived
from pipeline.store.manifest import PublishedTable, manifests, write_manifest
from schemas import DAY_TABLES, DERIVED_TABLES, TABLES
from schemas.views import views_sql

SAMPLE = [date(2026, 3, 1) + timedelta(days=n) for n in range(4)]
LAST = date(2026, 6, 30)
YEAR = 365
MOST_RATIO = 1.3
NEW_IDS = (
    *("article_id", "quote_id", "claim_id", "mention_id", "parent_quote_id", "duplicate_of", "cluster_id"),
    *("claim_group_id", "entity_id", "speaker_entity_id", "claimer_entity_id", "speaker_id"),
)
NAMED = ("entity_id", "speaker_entity_id", "claimer_entity_id", "speaker_id")
NAMES = 500
"""So many entities are made of each one of the sample."""


def replicated(rows: pa.Table, n: int, day: date, run: str) -> pa.Table:
    """Return rows n times, under new ids, as those of a day."""
    numbers = np.repeat(np.arange(n), len(rows))
    of_article = pa.array([f"{number:04d}{day:%m%d}" for number in range(n)]).take(numbers)
    of_name = pa.array([f"{number * 7 % NAMES:04d}" for number in range(n)]).take(numbers)
    found = rows.take(np.tile(np.arange(len(rows)), n))
    for column in set(NEW_IDS) & set(rows.column_names):
        at = found.column_names.index(column)
        head = pc.utf8_slice_codeunits(found[column], 0, 12 if column in NAMED else 8)
        new = pc.binary_join_element_wise(of_name if column in NAMED else of_article, head, "")
        found = found.set_column(at, found.schema.field(at), new)
    for column, value in (("day", day), ("run_id", run)):
        if column in found.column_names:
            at = found.column_names.index(column)
            field = found.schema.field(at)
            found = found.set_column(at, field, pa.repeat(pa.scalar(value, field.type), len(found)))
    return found  # sorted as the rows are: the new ids begin with the number of the replica


def whole(store: Store, name: str) -> pa.Table:
    """Return all rows of a derived table."""
    return pa.concat_tables(read_derived(store, TABLES[name]))


def write_derived(store: Store, name: str, rows: pa.Table) -> None:
    """Write a derived table, where it is kept so by month."""
    if not TABLES[name].is_by_month:
        store.write(derived_path(name), rows)
        return
    months = pc.strftime(rows["day"], format="%Y-%m")
    for month in pc.unique(months).to_pylist():
        store.write(month_path(name, month), rows.filter(pc.equal(months, month)))


def simulate(sample: Store, store: Store, *, n_days: int, n_articles: int) -> None:
    """Write an archive of so many days, and what is derived of a year."""
    known = manifests(sample)
    days = [LAST - timedelta(days=n) for n in range(n_days)]
    derived: dict[str, list[pa.Table]] = {row.table_name: [] for row in DERIVED_TABLES}
    for number, day in enumerate(days):
        like = SAMPLE[number % len(SAMPLE)]
        n = -(-n_articles // known[like].tables["articles"].rows)
        run = f"simulated{number:04d}"
        tables = {}
        for row_class in DAY_TABLES:
            name = row_class.table_name
            rows = replicated(sample.read(published_path(name, like)), n, day, run)
            lineage = {"run_id": run, "schema_version": known[like].schema_version}
            digest = store.write(published_path(name, day), rows, lineage=lineage)
            tables[name] = PublishedTable(rows=len(rows), sha256=digest)
        write_manifest(store, known[like].model_copy(update={"day": day, "run_id": run, "tables": tables}))
        for name in ("duplicates", "claim_groups"):
            rows = whole(sample, name)
            derived[name].append(replicated(rows.filter(pc.equal(rows["day"], like)), n, day, run))
    for name in ("speaker_days", "entity_days"):
        rows = whole(sample, name)
        for number in range(YEAR):
            like, day = SAMPLE[number % len(SAMPLE)], LAST - timedelta(days=number)
            derived[name].append(replicated(rows.filter(pc.equal(rows["day"], like)), NAMES // 2, day, ""))
    for name, parts in derived.items():
        if not parts:
            rows = whole(sample, name)
            parts.append(replicated(rows, NAMES if "entity_id" in rows.column_names else 1, LAST, ""))
        write_derived(store, name, pa.concat_tables(parts))
    for name in ("_decisions.json", "_speakers.json"):
        if (found := sample.find(f"tables/{name}")) is not None:
            store.put(f"tables/{name}", found)


def bare(store: Store) -> duckdb.DuckDBPyConnection:
    """Return DuckDB with the views, as an analyst has it."""
    con = duckdb.connect(
        config={"threads": 2, "memory_limit": "600MB", "temp_directory": tempfile.gettempdir()}
    )
    con.execute("set enable_external_file_cache = false")
    con.execute(views_sql(str(Path(store.root) / "tables")))
    return con


def questions(store: Store, n_days: int) -> Iterator[tuple[str, str, float, list[str]]]:
    """Yield pages: name, address, the seconds that it may take, and what DuckDB alone is asked."""
    con = bare(store)
    first, last = LAST - timedelta(days=n_days - 1), LAST
    [(speaker,)] = con.execute(
        "select speaker_id from speaker_days group by 1 order by sum(n_quotes) desc, 1 limit 1"
    ).fetchall()
    [(article,)] = con.execute(
        f"select article_id from quotes where day = '{last}' group by 1 order by count(*) desc, 1 limit 1"
    ).fetchall()
    [(group,)] = con.execute(
        f"select claim_group_id from claim_groups where day = '{last}'"
        " group by 1 having count(*) > 1 order by count(*) desc, 1 limit 1"
    ).fetchall()
    window = f"from={first}&to={last}"
    between = f"day between '{first}' and '{last}'"
    of = f"from said where speaker_id = '{speaker}' and {between}"
    named = f"from article_entities where entity_id = '{speaker}' and {between}"
    only = f"day = '{last}' and article_id = '{article}'"
    yield (
        f"day {last}",
        f"/day/{last}",
        0.3,
        [
            f"from articles where day = '{last}' order by published_at desc limit 100",
            f"select article_id, count(*) from quotes where day = '{last}' group by 1",
            f"select article_id, count(*) from claims where day = '{last}' group by 1",
        ],
    )
    yield (
        "article",
        f"/article/{last}/{article}",
        0.3,
        [
            f"from {view} where {only}"
            for view in ("articles", "said", "asserted", "article_entities", "mentions")
        ],
    )
    yield (
        "claim group",
        f"/claim-group/{group}",
        2,
        [f"from asserted where claim_group_id = '{group}' and {between}"],
    )
    yield (
        f"speaker, {n_days} days",
        f"/speaker/{speaker}?{window}",
        2,
        [
            f"select day, outlet, count(*) {of} group by all",
            f"{of} order by day desc, published_at desc limit 50",
            f"from quote_names where speaker_id = '{speaker}' and {between}",
        ],
    )
    yield (
        f"entity, {n_days} days",
        f"/entity/{speaker}?{window}",
        2,
        [
            f"select day, count(*) {named} group by all",
            f"{named} order by day desc limit 50",
            f"from quote_names where entity_id = '{speaker}' and {between}",
            f"from asserted where said_by_id = '{speaker}' and {between} order by checkworthiness desc",
        ],
    )
    yield (
        f"worth checking, {n_days} days",
        f"/check?{window}",
        2,
        [
            f"from asserted where {between} order by checkworthiness desc limit 50",
            f"select count(*) from asserted where {between}",
        ],
    )
    yield (
        f"what spread, {n_days} days",
        f"/spread?{window}",
        2,
        [
            f"select claim_group_id, max(checkworthiness), count(*) from asserted"
            f" where claim_group_id is not null and {between} group by 1 order by 2 desc limit 50"
        ],
    )
    yield (
        f"who quotes whom, {n_days} days",
        f"/quoting?{window}",
        2,
        [
            f"select speaker_id, count(*) from said where {between} group by 1 order by 2 desc limit 20",
            f"select outlet, speaker_id, count(*) from said where {between} group by all",
            f"select speaker_id, entity_id, count(*) from quote_names where {between} group by all"
            " order by 3 desc limit 40",
        ],
    )
    yield (
        "year chart",
        f"/speaker/{speaker}?from={last}&to={last}",
        1,
        [
            f"select day, sum(n_quotes) from speaker_days where speaker_id = '{speaker}' group by 1",
            f"from said where speaker_id = '{speaker}' and day = '{last}' limit 50",
            f"from quote_names where speaker_id = '{speaker}' and day = '{last}'",
        ],
    )
    yield f"search, {n_days} days", f"/?q=minister&{window}", 2, []
    yield f"search in texts, {n_days} days", f"/?q=ferry&in=texts&{window}", 2, []


def ask(con: duckdb.DuckDBPyConnection, sqls: list[str]) -> None:
    """Let DuckDB answer."""
    for sql in sqls:
        con.execute(sql).fetchall()


def quickest(run: Callable[[], Any], rounds: int = 3) -> tuple[float, float]:
    """Return wall and processor seconds of the quickest of some runs."""
    found = []
    for _ in range(rounds):
        wall, own = time.perf_counter(), time.process_time()
        run()
        found.append((time.perf_counter() - wall, time.process_time() - own))
    return min(wall for wall, _ in found), min(own for _, own in found)


class Memory:
    """The most memory that this process takes while it is watched."""

    def __enter__(self) -> Memory:
        self.most = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def _watch(self) -> None:
        process = psutil.Process()
        while not self._stop.wait(0.02):
            taken = process.memory_full_info()
            self.most = max(self.most, taken.uss)

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()


def measure(store: Store, n_days: int) -> bool:
    """Print the figures; return whether all pages kept within their seconds and ratios."""
    from starlette.testclient import TestClient  # it warns of its client's version when it is loaded

    are_good = True
    settings = Settings(data_dir=store.root, decisions_file=Path(store.root) / "none")
    print(f"{'page':32} {'first s':>8} {'s':>7} {'may':>5} {'cpu s':>7} {'bare':>7} {'ratio':>6}")
    con = bare(store)
    asked = list(questions(store, n_days))
    with Memory() as memory, explorer(settings) as app:
        client = TestClient(app, base_url="http://127.0.0.1")
        for name, address, most, sqls in asked:

            def page(address: str = address) -> None:
                while True:
                    answer = client.get(address)
                    assert answer.status_code == 200, answer.text[:500]
                    if "are being indexed" not in answer.text:
                        return

            start = time.perf_counter()
            page()
            first = time.perf_counter() - start
            wall, own = quickest(page)
            alone = quickest(partial(ask, con, sqls))[1] if sqls else 0
            ratio = own / alone if alone else 0.0
            is_good = wall <= most and ratio <= MOST_RATIO
            are_good = are_good and is_good
            shown = f"{alone:7.2f} {ratio:6.2f}" if sqls else " " * 14
            print(
                f"{name:32} {first:8.2f} {wall:7.2f} {most:5.1f} {own:7.2f} {shown}{'' if is_good else ' !'}",
                flush=True,
            )
        start = time.perf_counter()
        size = 0
        with client.stream("GET", asked[5][1].replace("/check", "/export/csv/check")) as answer:
            for chunk in answer.iter_bytes():
                size += len(chunk)
        print(f"{'all claims as CSV':32} {time.perf_counter() - start:8.2f}  {size / 1e6:,.0f} MB")
    print(f"most memory of explorer and bare DuckDB in one process: {memory.most / 1e6:,.0f} MB")
    return are_good


def main() -> None:
    """Simulate, measure, remove."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--articles", type=int, default=10_000)
    parser.add_argument("--folder", type=Path, help="keep the archive here, and use it if it is there")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="newstables-desk-") as folder:
        archive = Store(str(given.folder or Path(folder) / "archive"))
        if not archive.exists(derived_path("entity_index")):
            sample = Store(str(Path(folder) / "sample"))
            drop = str(Path(__file__).parents[1] / "data/sample")
            for _ in run_days(SAMPLE, sample, Settings(data_dir=sample.root, drop_dir=drop, source="drop")):
                pass
            start = time.perf_counter()
            simulate(sample, archive, n_days=given.days, n_articles=given.articles)
            n_bytes = sum(path.stat().st_size for path in Path(archive.root).rglob("*") if path.is_file())
            print(f"simulated in {time.perf_counter() - start:.0f} s, {n_bytes / 1e9:.1f} GB")
        sys.exit(0 if measure(archive, given.days) else 1)


if __name__ == "__main__":
    main()
