"""The report of a day: what a run made of it, and what is out of the ordinary.

    reports/<day>.html              made of the day's tables and those of four weeks before, of nothing else
    reports/<day>-durations.html    how long it took; made of what is noted beside the staged day
    reports/index.html              all of them
    reports/figures/<day>.json      figures of a day (a cache)

The same tables give the same bytes, in whatever order days are run: a day that is run late is seen by the
reports of the four weeks after it, too.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from pipeline.desk.run_report.alarms import WINDOW_DAYS, Alarm, alarms_of
from pipeline.desk.run_report.figures import Figures, figures_of, figures_path
from pipeline.desk.run_report.page import durations_page, index_page, report_page
from pipeline.errors import DamagedError, InputError
from pipeline.store import Store
from pipeline.store.batch import day_of_name
from pipeline.store.manifest import Manifest, find_manifest, published_days
from pipeline.store.plan import OldPlanError, find_plan
from pipeline.store.published import read_published
from pipeline.store.timings import read_timings

log = logging.getLogger(__name__)

REPORTS = "reports"
"""The folder of reports; other DAGs have folders in it, too."""

INDEX_PAGE = f"{REPORTS}/index.html"
_LISTED_DAYS = 28


@dataclass(frozen=True, slots=True)
class DayReport:
    """What the report of a day is made of, and where it lies."""

    figures: Figures
    before: Mapping[date, Figures]
    alarms: tuple[Alarm, ...]
    path: str


def report_path(day: date) -> str:
    """Return the path of a day's report."""
    return f"{REPORTS}/{day.isoformat()}.html"


def durations_path(day: date) -> str:
    """Return the path of the page that says how long a day took."""
    return f"{REPORTS}/{day.isoformat()}-durations.html"


def report_days(store: Store) -> list[date]:
    """Return the days that have a report, in order."""
    return [day for name in store.names(REPORTS) if (day := day_of_name(name, ".html")) is not None]


def write_report(store: Store, day: date) -> DayReport:
    """Write the report of a published day, and what of other reports depends on the day.

    Args:
        store: where published files lie, and the reports.
        day: the day.

    Raises:
        InputError: the day is not published, or was before there was one of the tables.
        DamagedError: a file of the day is damaged; the message says what to do.
    """
    with store.lock(REPORTS):  # what is read is written before a takedown gets its turn, or read after it
        manifest = find_manifest(store, day)
        if manifest is None:
            raise InputError(f"{day} is not published: there is nothing to report")
        known = _Known(store, figures_of(store, manifest))
        report = _write(store, known, day)
        _write_durations(store, manifest)
        reported = report_days(store)
        for later in (other for other in reported if day < other <= day + timedelta(days=WINDOW_DAYS)):
            if known.of(later) is not None:
                _write(store, known, later)
        _write_index(store, known, reported)
    return report


def write_report_anyhow(store: Store, day: date) -> str | None:
    """Write the report of a day, and return its path; one that fails fails no day, and says so in the log."""
    try:
        return write_report(store, day).path
    except Exception:
        log.exception("%s is published, but its report could not be written", day)
        return None


def refresh_reports(store: Store) -> None:
    """Bring the reports of days up to date that are of another run than their tables, as after a takedown.

    What such a report says is gone first, so that nothing of it stays whatever happens then.
    """
    stale = []
    for day in report_days(store):
        try:
            manifest = find_manifest(store, day)
        except DamagedError:
            manifest = None
        made_of = store.read_cache(figures_path(day)).get("made_of", {})
        if manifest is None or made_of.get("run_id") != manifest.run_id:
            with store.lock(REPORTS):
                for path in (report_path(day), durations_path(day), figures_path(day)):
                    store.remove(path)
            if manifest is not None:
                stale.append(day)
    for day in stale:
        write_report_anyhow(store, day)


class _Known:
    """Figures of published days, each read once; a day that cannot be read has none."""

    def __init__(self, store: Store, figures: Figures) -> None:
        self._store = store
        self._days = published_days(store)
        self._figures: dict[date, Figures | None] = {figures.day: figures}

    def of(self, day: date) -> Figures | None:
        if day not in self._figures:
            self._figures[day] = self._read(day)
        return self._figures[day]

    def before(self, day: date) -> dict[date, Figures]:
        first = day - timedelta(days=WINDOW_DAYS)
        wanted = [other for other in self._days if first <= other < day]
        return {other: figures for other in wanted if (figures := self.of(other)) is not None}

    def _read(self, day: date) -> Figures | None:
        try:
            manifest = find_manifest(self._store, day)
            return None if manifest is None else figures_of(self._store, manifest)
        except (DamagedError, InputError) as error:
            log.warning("%s is left out of the reports: %s", day, error)
            return None


def _write(store: Store, known: _Known, day: date) -> DayReport:
    figures, before = known.of(day), known.before(day)
    assert figures is not None
    alarms = alarms_of(figures, before)
    _put(store, report_path(day), report_page(figures, before, alarms))
    return DayReport(figures, before, alarms, report_path(day))


def _write_index(store: Store, known: _Known, days: list[date]) -> None:
    shown = []
    for day in reversed(days[-_LISTED_DAYS:]):
        figures = known.of(day)
        if figures is not None:
            shown.append((figures, alarms_of(figures, known.before(day))))
    _put(store, INDEX_PAGE, index_page(days, shown))


def _write_durations(store: Store, manifest: Manifest) -> None:
    day = manifest.day
    try:
        plan = find_plan(store, day)
    except OldPlanError:
        plan = None
    timings = read_timings(store, day, shards=[shard.shard for shard in plan.shards] if plan else [])
    articles = {}
    if timings.slowest:
        columns = ["article_id", "title", "source", "n_words"]
        rows = read_published(store, manifest, "articles", columns=columns)
        wanted = {article.article_id for article in timings.slowest}
        articles = {row["article_id"]: row for row in rows.to_pylist() if row["article_id"] in wanted}
    _put(store, durations_path(day), durations_page(day, timings, articles))


def _put(store: Store, path: str, page: str) -> None:
    """Write a page where it is not there already: many reports stay as they are."""
    data = page.encode()
    if store.find(path) != data:
        store.put(path, data)
