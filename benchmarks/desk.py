"""Speed of the explorer over a simulated archive: `python -m benchmarks.desk [--articles N] [--days N]`.

The archive is a year of so many articles a day, made of the sample (`benchmarks.desk_archive`). Asked are
the pages of the newest 30 days, first once, then three times. Printed are, for each page, the seconds of the
first time and of the quickest other, and its processor seconds as a multiple of those of DuckDB alone, which
in a process of its own answers the same questions by `views.sql` over the files of these 30 days; then what
memory the explorer took, and how it exports a million rows: each beside its target. A search is compared
with nothing, since DuckDB has no index of words. Its first time is that of the first answer, from the days
that are indexed by then; how long it takes until all are is a figure of its own. Where the explorer is
started by hand, a thread indexes the newest days beforehand.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import platform
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import psutil

from benchmarks.desk_archive import LAST, SAMPLE, newest_of, simulate
from benchmarks.history import machine
from pipeline.desk.explorer.serve import explorer
from pipeline.settings import Settings
from pipeline.stages import run_days
from pipeline.store import Store
from pipeline.store.batch import derived_path
from quality.web.document import replaced
from schemas.views import views_sql

ROOT = Path(__file__).parents[1]
FIGURES = Path("benchmarks/desk.json")
DOCUMENT = Path("docs/performance.md")
COMMAND = "make bench-desk ARGS=--write-docs"

WINDOW = 30
"""Days of a page, and so many of the archive have files of their own."""

MOST_RATIO = 1.3
LONG_S = 3.0
"""What takes DuckDB longer it is asked once."""

MOST_MB = 1000.0
MOST_MORE_MB = 100.0
"""That an export of a million rows may take more than one of a day's."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page that is asked for.

    Attributes:
        name: as it is printed.
        address: of the page.
        most_s: seconds that it may take.
        sqls: what DuckDB alone is asked; none where it is not compared.
    """

    name: str
    address: str
    most_s: float
    sqls: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Figure:
    """What was found for a page: seconds of the first time and the quickest; CPU time, and DuckDB's."""

    name: str
    first_s: float
    seconds: float
    most_s: float
    cpu_s: float
    bare_cpu_s: float | None

    @property
    def ratio(self) -> float | None:
        """CPU time as a multiple of DuckDB's."""
        return None if self.bare_cpu_s is None else self.cpu_s / self.bare_cpu_s

    @property
    def holds(self) -> bool:
        """It is within its targets."""
        return self.seconds <= self.most_s and (self.ratio is None or self.ratio <= MOST_RATIO)


@dataclass(frozen=True, slots=True)
class Export:
    """Rows that were taken away from a page, seconds, and the megabytes more than of a single day."""

    n_rows: int
    seconds: float
    more_mb: float


@dataclass(frozen=True, slots=True)
class Measured:
    """All that was found; `indexed_s` are the seconds until a search has looked through all days."""

    figures: Sequence[Figure]
    mb: float
    export: Export
    indexed_s: float

    @property
    def holds(self) -> bool:
        """Everything is within its targets."""
        is_small = self.mb <= MOST_MB and self.export.more_mb <= MOST_MORE_MB
        return is_small and all(figure.holds for figure in self.figures)


def answer(root: str, sqls: Sequence[str]) -> float:
    """Let DuckDB answer, in a process of its own; return its processor seconds."""
    con = bare(root)
    own = time.process_time()
    for sql in sqls:
        con.execute(sql).fetchall()
    return time.process_time() - own


@cache
def bare(root: str) -> duckdb.DuckDBPyConnection:
    """Return DuckDB with the views over the tables of a store, as an analyst has it."""
    con = duckdb.connect(
        config={"threads": 2, "memory_limit": "4GB", "temp_directory": tempfile.gettempdir()}
    )
    con.execute("set enable_progress_bar = false")
    con.execute("set enable_external_file_cache = false")
    con.execute(views_sql(str(Path(root) / "tables")))
    return con


def pages_of(newest: Store) -> Iterator[Page]:
    """Yield the pages that are asked for: of those most quoted, the longest article, the largest group."""
    con = bare(newest.root)
    first, last = LAST - timedelta(days=WINDOW - 1), LAST
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
    con.close()
    bare.cache_clear()
    window = f"from={first}&to={last}"
    between = f"day between '{first}' and '{last}'"
    of = f"from said where speaker_id = '{speaker}' and {between}"
    named = f"from article_entities where entity_id = '{speaker}' and {between}"
    only = f"day = '{last}' and article_id = '{article}'"
    yield Page(
        f"start page, {WINDOW} days",
        f"/?{window}",
        2,
        (
            f"select day, source, count(*) from articles where {between} group by all",
            f"select speaker_id, sum(n_quotes) from speaker_days where {between} group by 1 order by 2 desc"
            " limit 8",
            f"select claim_group_id, max(checkworthiness), count(*) from asserted"
            f" where claim_group_id is not null and {between} group by 1 order by 2 desc limit 6",
        ),
    )
    yield Page(
        f"day {last}",
        f"/day/{last}",
        0.3,
        (
            f"from articles where day = '{last}' order by published_at desc limit 100",
            f"select article_id, count(*) from quotes where day = '{last}' group by 1",
            f"select article_id, count(*) from claims where day = '{last}' group by 1",
        ),
    )
    yield Page(
        "article",
        f"/article/{last}/{article}",
        0.3,
        tuple(
            f"from {view} where {only}"
            for view in ("articles", "said", "asserted", "article_entities", "mentions")
        ),
    )
    yield Page(
        "claim group",
        f"/claim-group/{group}",
        2,
        (f"from spread_members where claim_group_id = '{group}' and {between}",),
    )
    yield Page(
        f"speaker, {WINDOW} days",
        f"/speaker/{speaker}?{window}",
        2,
        (
            f"select day, outlet, count(*) {of} group by all",
            f"{of} order by day desc, published_at desc limit 50",
            "select entity_id, sum(n_quotes) from quote_name_days"
            f" where speaker_id = '{speaker}' and {between} group by 1 order by 2 desc limit 12",
        ),
    )
    yield Page(
        f"entity, {WINDOW} days",
        f"/entity/{speaker}?{window}",
        2,
        (
            f"select day, count(*) {named} group by all",
            f"{named} order by day desc limit 50",
            f"from quote_names where entity_id = '{speaker}' and {between} order by day desc limit 20",
            f"from asserted where said_by_id = '{speaker}' and {between}"
            " order by checkworthiness desc limit 20",
        ),
    )
    yield Page(
        f"worth checking, {WINDOW} days",
        f"/check?{window}",
        2,
        (
            f"from asserted where {between} order by checkworthiness desc limit 50",
            f"select count(*) from asserted where {between}",
        ),
    )
    yield Page(
        f"what spread, {WINDOW} days",
        f"/spread?{window}",
        2,
        (
            f"select claim_group_id, max(checkworthiness), count(*) from asserted"
            f" where claim_group_id is not null and {between} group by 1 order by 2 desc limit 50",
        ),
    )
    yield Page(
        f"who quotes whom, {WINDOW} days",
        f"/quoting?{window}",
        2,
        (
            f"select speaker_id, sum(n_quotes) from speaker_days where {between} group by 1 order by 2 desc"
            " limit 20",
            f"select outlet, speaker_id, sum(n_quotes) from speaker_days where {between} group by all",
            "select speaker_id, entity_id, sum(n_quotes), count(distinct outlet) from quote_name_days"
            f" where speaker_id <> entity_id and {between} group by all order by 3 desc limit 40",
        ),
    )
    yield Page(
        "year chart",
        f"/speaker/{speaker}?from={last}&to={last}",
        1,
        (
            f"select day, sum(n_quotes) from speaker_days where speaker_id = '{speaker}' group by 1",
            f"from said where speaker_id = '{speaker}' and day = '{last}' limit 50",
            "select entity_id, sum(n_quotes) from quote_name_days"
            f" where speaker_id = '{speaker}' and day = '{last}' group by 1 order by 2 desc limit 12",
        ),
    )
    yield Page(f"search, {WINDOW} days", f"/?q=minister&{window}", 2)
    yield Page(f"search in texts, {WINDOW} days", f"/?q=ferry&in=texts&{window}", 2)


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
            self.most = max(self.most, process.memory_full_info().uss)

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()


def measure(store: Store, *, rounds: int = 3) -> Measured:
    """Ask for all pages, and print each as it comes."""
    from starlette.testclient import TestClient  # it warns of its client's version when it is loaded

    settings = Settings(data_dir=store.root, decisions_file=Path(store.root) / "none")
    figures: list[Figure] = []
    indexed_s = 0.0
    with (
        ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as child,
        explorer(settings) as app,
    ):
        client = TestClient(app, base_url="http://127.0.0.1")

        def ask(address: str) -> tuple[float, float]:
            wall, own = time.perf_counter(), time.process_time()
            answered = client.get(address)
            assert answered.status_code == 200, answered.text[:500]
            return time.perf_counter() - wall, time.process_time() - own

        def seconds_to_index(address: str) -> float:
            begun = time.perf_counter()
            while "are being indexed" in client.get(address).text:
                pass
            return time.perf_counter() - begun

        pages = list(pages_of(newest_of(store)))
        with Memory() as memory:
            for page in pages:
                first, _ = ask(page.address)
                if not page.sqls:
                    indexed_s = max(indexed_s, first + seconds_to_index(page.address))
                ours: list[tuple[float, float]] = []
                theirs: list[float] = []
                for _ in range(rounds):  # by turns: what else the machine does meets both
                    ours.append(ask(page.address))
                    if page.sqls and min(theirs, default=0) < LONG_S:
                        theirs.append(child.submit(answer, newest_of(store).root, page.sqls).result())
                seconds, cpu = (min(taken) for taken in zip(*ours, strict=True))
                figures.append(Figure(page.name, first, seconds, page.most_s, cpu, min(theirs, default=None)))
                print(line(figures[-1]), flush=True)

        def export(first: date) -> tuple[int, float, int]:
            begun, n_lines = time.perf_counter(), 0
            with Memory() as taken:
                address = f"/export/csv/check?from={first}&to={LAST}"
                with client.stream("GET", address) as answered:
                    for chunk in answered.iter_bytes():
                        n_lines += chunk.count(b"\n")
            return n_lines - 1, time.perf_counter() - begun, taken.most

        _, _, few = export(LAST)
        n_rows, seconds, many = export(LAST - timedelta(days=3))
    taken_away = Export(n_rows, seconds, max(0, many - few) / 1e6)
    return Measured(figures, memory.most / 1e6, taken_away, indexed_s)


def line(figure: Figure) -> str:
    """Return a line of the table, for a terminal."""
    ratio = "" if figure.ratio is None else f"{figure.ratio:.2f}"
    most = "" if figure.ratio is None else f"≤ {MOST_RATIO}"
    return (
        f"{figure.name:32}{figure.first_s:>8.2f}{figure.seconds:>9.2f}{f'≤ {figure.most_s:g}':>7}"
        f"{figure.cpu_s:>8.2f}{ratio:>8}{most:>7}{'  holds' if figure.holds else '  missed'}"
    )


def table(kept: dict[str, Any]) -> str:
    """Return the figures that are kept as they stand in the document."""
    lines = [
        f"{kept['articles']:,} articles a day, {kept['days']:,} days, {kept['gb']:.1f} GB; {kept['machine']},"
        f" {kept['cores']} cores, Python {kept['python']}, {kept['date']}.",
        "",
        "| page | first time, s | again, s | target | CPU time of bare DuckDB | target |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for row in kept["pages"]:
        figure = Figure(**row)
        ratio = "" if figure.ratio is None else f"{figure.ratio:.2f} times"
        most = "" if figure.ratio is None else f"≤ {MOST_RATIO}"
        lines.append(
            f"| {figure.name} | {figure.first_s:.2f} | {figure.seconds:.2f} | ≤ {figure.most_s:g} |"
            f" {ratio} | {most} |"
        )
    export = Export(**kept["export"])
    lines += [
        "",
        f"Memory of the explorer, at most: {kept['mb']:,.0f} MB (target: {MOST_MB:,.0f}). An export of"
        f" {export.n_rows:,} claims as CSV: {export.seconds:.0f} s, and {export.more_mb:.0f} MB more than of"
        f" a day's (target: {MOST_MORE_MB:.0f}).",
        "",
        "The first search answers from the newest day or two, and says so; until the words of all"
        f" {WINDOW} days are indexed it takes {kept['indexed_s']:.0f} s, once.",
    ]
    return "\n".join(lines)


def main() -> None:
    """Simulate, measure, remove."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--articles", type=int, default=10_000)
    parser.add_argument("--folder", type=Path, help="keep the archive here, and use it if it is there")
    parser.add_argument("--write-docs", action="store_true", help="keep the figures, write the table anew")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="newstables-desk-") as folder:
        archive = Store(str(given.folder or Path(folder) / "archive"))
        if not archive.exists(derived_path("entity_index")):
            _make(archive, Store(str(Path(folder) / "sample")), given.days, given.articles)
        measured = measure(archive)
        print(
            f"memory of the explorer, at most: {measured.mb:,.0f} MB (≤ {MOST_MB:,.0f});"
            f" {measured.export.n_rows:,} claims as CSV: {measured.export.seconds:.0f} s,"
            f" {measured.export.more_mb:.0f} MB more than a day's (≤ {MOST_MORE_MB:.0f});"
            f" all days indexed after {measured.indexed_s:.0f} s"
        )
        if given.write_docs:
            _keep(archive, measured, given.days, given.articles)
    sys.exit(0 if measured.holds else 1)


def _make(archive: Store, sample: Store, n_days: int, n_articles: int) -> None:
    begun = time.perf_counter()
    settings = Settings(data_dir=sample.root, drop_dir=str(ROOT / "data/sample"), source="drop")
    for _ in run_days(SAMPLE, sample, settings):
        pass
    ran = time.perf_counter()
    simulate(sample, archive, n_days=n_days, n_own=WINDOW, n_articles=n_articles)
    print(
        f"sample: {ran - begun:.0f} s; archive of {n_days} days, {n_articles:,} articles each:"
        f" {time.perf_counter() - ran:.0f} s, {_gb(archive):.1f} GB;"
        f" files of the newest {min(WINDOW, n_days)} days, links to them for the others",
        flush=True,
    )


def _gb(store: Store) -> float:
    """Return what files take, those that have several names once."""
    found = (path.stat() for path in Path(store.root).rglob("*") if path.is_file())
    return sum({stat.st_ino: stat.st_size for stat in found}.values()) / 1e9


def _keep(archive: Store, measured: Measured, n_days: int, n_articles: int) -> None:
    here = machine()
    kept = {
        **{"articles": n_articles, "days": n_days, "gb": round(_gb(archive), 1)},
        **{"machine": here["cpu"], "cores": here["cores"], "python": platform.python_version()},
        "date": date.today().isoformat(),
        "pages": [asdict(figure) for figure in measured.figures],
        "mb": measured.mb,
        "indexed_s": measured.indexed_s,
        "export": asdict(measured.export),
    }
    kept = json.loads(json.dumps(kept), parse_float=lambda text: round(float(text), 4))
    (ROOT / FIGURES).write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    document = ROOT / DOCUMENT
    text = replaced(document.read_text("utf-8"), "desk", table(kept), command=COMMAND)
    document.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
