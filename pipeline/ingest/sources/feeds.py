"""Feeds as a source: entries of the pulls that are stored, each on the day of its publication.

Only the run of the day that has just ended asks the feeds (`pull.py`); every other run reads what is
stored, since no feed can be asked for the past. An entry stays in its feed for days: it is taken once, from
the first feed in the list that has it, as it stood when it was first pulled. Entries that were in the answer
of any feed before, by their link, or else their id, are left out.

An entry without a date belongs to the day whose run pulled it, and so does a feed that gave nothing. The time
of fetching serves for relative dates, and for refusing dates after it.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

from pipeline.identity import checksum
from pipeline.ingest.fields import read_fields
from pipeline.ingest.formats.apart import Task, read_apart
from pipeline.ingest.formats.feed import FEED, SITEMAP
from pipeline.ingest.formats.json_document import READER as JSON
from pipeline.ingest.formats.reader import Limits, fault
from pipeline.ingest.guarded import placed, understood
from pipeline.ingest.placement import Placement
from pipeline.ingest.record import DayRecord, Input, RawRecord, Unplaced
from pipeline.ingest.sources.drop_files import limits_of
from pipeline.ingest.urls import canonical_url
from pipeline.ingest.web.pull import nights, pull_feeds, read_pull
from pipeline.settings import Settings
from pipeline.store import Store
from pipeline.store.batch import index_path

INDEX_VERSION = 1
"""Raised by one whenever the same pull might get other days than before."""

_INDEX = index_path("feeds")
_FORMATS = (FEED.name, SITEMAP.name, JSON.name)


def open_feeds(store: Store, settings: Settings, day: date | None = None) -> Feeds:
    """Open the feeds that were pulled so far, their index brought up to date; the day makes no difference."""
    opened = Feeds(store, settings, limits_of(settings))
    opened.index = _index(opened)
    return opened


class Part(NamedTuple):
    """What a day takes of a feed's answer."""

    sha256: str
    """Of the entries."""
    places: list[int]
    """Of the entries in the answer, from 0."""


@dataclass(slots=True)
class Feeds:
    """Opened feeds; see `record.Source` for what they can be asked."""

    store: Store
    settings: Settings
    limits: Limits
    index: dict[str, dict[str, dict[str, Part]]] = field(default_factory=dict)
    """Of each night, by the names of its feeds, what goes to which day."""

    def collect(self, day: date) -> None:
        """Pull the feeds for the day that has just ended; for any other day nothing is asked.

        Raises:
            ConfigError: there is no list of feeds, or no user_agent to ask by.
            OSError: no feed could be reached, or the disk is full.
        """
        if day == today() - timedelta(days=1):
            pull_feeds(self.store, day, self.settings)
            self.index = _index(self)

    def days(self) -> list[date]:
        """Return the days with records, sorted, up to today."""
        found = {day for feeds in self.index.values() for days in feeds.values() for day in days}
        return [day for day in sorted(map(date.fromisoformat, found)) if day <= today()]

    def inputs(self, day: date) -> list[Input]:
        """Return what a day takes from which answer, sorted by path."""
        return sorted(
            Input(f"{night}/{name}", days[day.isoformat()].sha256)
            for night, feeds in self.index.items()
            for name, days in feeds.items()
            if day.isoformat() in days
        )

    def records(self, day: date) -> Iterator[DayRecord]:
        """Yield the records of a day in the order of their nights and of the list of feeds."""
        feeds_of: deque[tuple[dict[str, Any], date]] = deque()

        def wanted() -> Iterator[RawRecord]:
            for night, feeds in sorted(self.index.items()):
                parts = {name: days[str(day)] for name, days in feeds.items() if str(day) in days}
                if not parts:
                    continue
                for about in read_pull(self.store, night)["feeds"]:
                    if about["name"] in parts:
                        places = frozenset(parts[about["name"]].places)
                        for place_in_answer, record in enumerate(self.entries(about)):
                            if place_in_answer in places:
                                feeds_of.append((about, date.fromisoformat(night)))
                                yield fetched(record, about)

        for made in understood(wanted(), seconds=self.settings.timeout_s):
            yield _of_feed(made, *feeds_of.popleft())

    def entries(self, about: dict[str, Any]) -> Iterator[RawRecord]:
        """Yield the entries of a feed's answer; a fault stands for one that is missing or no feed."""
        if "fault" in about:
            reason, detail = about["fault"]
            yield replace(fault(about["url"], 0, reason, detail), reader="feeds")
        elif about.get("body"):
            yield from answered(self.store, about["body"], self.limits, seconds=self.settings.timeout_s)

    def unplaced(self) -> list[Unplaced]:
        """Return nothing: what has no day of its own belongs to that of its pull."""
        return []


def today() -> date:
    """Return the day it is (UTC)."""
    return datetime.now(UTC).date()


def answered(store: Store, path: str, limits: Limits, *, seconds: float) -> Iterator[RawRecord]:
    """Yield the entries of a stored answer, or a fault where it is no feed."""
    data = store.get(path)
    for record in read_apart(Task(data, path, limits, len(data), None), seconds=seconds):
        if record.file != path or (record.reader and record.reader not in _FORMATS):
            yield fault(path, 0, "unreadable", f"no feed, but {record.reader or 'an archive'}", len(data))
            return
        yield record


def fetched(record: RawRecord, about: dict[str, Any]) -> RawRecord:
    """Return an entry with the time at which its feed was fetched, of which the pull took note."""
    if record.data is None:
        return record
    arrived = datetime.fromisoformat(about["fetched_at"]).date()
    return replace(record, data=record.data | {"fetched_at": about["fetched_at"]}, arrived=arrived)


def _of_feed(made: DayRecord, about: dict[str, Any], night: date) -> DayRecord:
    """Return an entry with the outlet that the list names; undated, it is of the night that pulled it."""
    if made.fields is None or made.placement is None:
        return made
    fields = replace(made.fields, source=about["outlet"]) if about["outlet"] else made.fields
    return replace(made, fields=fields, placement=_of_night(made.placement, night))


def _of_night(placement: Placement, night: date) -> Placement:
    return placement if placement.published else placement._replace(day=night)


# ---- the index -------------------------------------------------------------------------------------


def _index(feeds: Feeds) -> dict[str, dict[str, dict[str, Part]]]:
    """Return the index of all nights, from the store as far as it still holds."""
    state = [INDEX_VERSION, feeds.limits.record_bytes]
    with feeds.store.lock("feeds-index"):
        kept = feeds.store.read_cache(_INDEX)
        there = nights(feeds.store)
        index = {night: kept[night] for night in there if night in kept and kept[night]["state"] == state}
        missing = [night for night in there if night not in index]
        for night in missing:
            index[night] = {"state": state, "feeds": _scan(feeds, night)}
        if missing or len(kept) != len(index):
            feeds.store.write_cache(_INDEX, index)
    return {
        night: {
            name: {day: Part(*part) for day, part in days.items()}
            for name, days in index[night]["feeds"].items()
        }
        for night in there
    }


def _scan(feeds: Feeds, night: str) -> dict[str, dict[str, Part]]:
    """Return, by feed and day, a checksum and the places of the entries that no feed had before."""
    pull = read_pull(feeds.store, night)
    seen: set[str] = set()
    for name, about in pull["before"].items():
        if feeds.store.exists(about["body"]):
            keys = (_key(record, name) for record in feeds.entries(about))
            seen.update(filter(None, keys))
    found: dict[str, dict[str, Part]] = {}
    for about in pull["feeds"]:
        own: set[str] = set()
        places: dict[str, list[int]] = {}
        hashes: dict[str, Any] = {}
        entries = (fetched(record, about) for record in feeds.entries(about))
        dated = placed(entries, seconds=feeds.settings.timeout_s)
        for place_in_answer, (record, placement) in enumerate(dated):
            key = _key(record, about["name"])
            if key in seen:
                continue
            if key:
                own.add(key)
            of_night = _of_night(placement, date.fromisoformat(night)) if placement else None
            day = of_night.day.isoformat() if of_night and of_night.day else night
            places.setdefault(day, []).append(place_in_answer)
            hashes.setdefault(day, hashlib.sha256()).update(record.raw)
        seen |= own
        if places:
            found[about["name"]] = {day: Part(hashes[day].hexdigest(), places[day]) for day in sorted(places)}
    return found


def _key(record: RawRecord, feed: str) -> str | None:
    """Return what an entry is known by: its link, else its id, else all of it; None for a fault."""
    if record.data is None:
        return None
    try:
        fields = read_fields(record.data)
        canonical = canonical_url(fields.canonical_url) or canonical_url(fields.url)
    except Exception:  # noqa: BLE001 - a poisoned entry is known by nothing; `understand` says why
        return None
    own = f"{feed} {fields.id}" if fields.id else checksum(record.raw)
    return checksum(canonical or own)[:16]
