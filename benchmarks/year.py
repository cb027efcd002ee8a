"""What reading a year of claims takes, by each way of asking for it.

The year is made of four days, taken again and again (`grown.py`); each way runs in a process of its own.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import date, timedelta

from benchmarks.grown import NIGHT, Tables, link_days, tables_of
from pipeline.load import load, load_batches
from pipeline.store import Store
from pipeline.store.days import note, published
from pipeline.store.manifest import Manifest
from pipeline.store.published import replace_day

DAYS = 365
_MODELS = 4
_COLUMNS = ["day", "article_id", "claimer_name", "text", "polarity", "checkworthiness"]


def write_year(store: Store, base: Sequence[Tables], origin: Manifest, a_day: int) -> int:
    """Publish a year of so many articles a day before the night; return how many claims it has.

    Args:
        store: an archive whose derived tables are there; the days in it are replaced.
        base: tables of days.
        origin: a manifest of these.
        a_day: articles.
    """
    models = [NIGHT - timedelta(back) for back in range(1, _MODELS + 1)]
    for day in models:
        made = tables_of(base, day, a_day)
        replace_day(store, day, made, counts=origin.counts, origin=origin.origin, inputs=())
    there = published(store).days
    older = [day for back in range(1, DAYS + 1) if (day := NIGHT - timedelta(back)) not in there]
    link_days(store, older, models)
    found = published(store)
    note(store, found)
    return sum(found.days[NIGHT - timedelta(back)].files["claims"][0] for back in range(1, DAYS + 1))


def _batches(root: str) -> int:
    return sum(len(batch) for batch in load_batches("claims", days=_year(), data_dir=root))


def _months(root: str) -> int:
    n, first = 0, _year()[0]
    while first < NIGHT:
        last = min(first + timedelta(30), NIGHT)
        n += len(load("claims", days=(first, last), data_dir=root))
        first = last + timedelta(1)
    return n


def _columns(root: str) -> int:
    return len(load("claims", days=_year(), columns=_COLUMNS, data_dir=root))


def _where(root: str) -> int:
    return len(load("claims", days=_year(), where="checkworthiness > 0.8", data_dir=root))


def _year() -> tuple[date, date]:
    return NIGHT - timedelta(DAYS), NIGHT - timedelta(1)


WAYS: dict[str, Callable[[str], int]] = {
    '`load_batches("claims")`, the whole year': _batches,
    '`load("claims", days=(first, last))`, a month after another': _months,
    '`load("claims", columns=[…])`, six of 36 columns': _columns,
    '`load("claims", where="checkworthiness > 0.8")`': _where,
}


def read_a_year(root: str, way: str) -> dict[str, float]:
    """Read a year by one of the ways; return the rows that came, and processor seconds."""
    began = time.process_time()
    n_rows = WAYS[way](root)
    return {"rows": n_rows, "cpu_s": round(time.process_time() - began, 1)}
