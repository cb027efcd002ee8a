"""What each day gives to a derived table, kept in a file; and the links of a day to those before it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipeline import code_identity
from pipeline.curation.decisions import decisions_json
from pipeline.derived.tables import Grouped, Summed
from pipeline.derived.work import UnknownError, Work
from pipeline.errors import DamagedError
from pipeline.identity import checksum
from pipeline.store.batch import PARTIALS, day_of_name, partial_path
from pipeline.store.fresh import Lineage, Target, keep_or_make
from pipeline.store.published import run_of_file


@dataclass(frozen=True)
class Partials:
    """The partials of a table.

    A partial is of the run of its day, of the code and of the splits by article that hold. One that is
    missing or damaged is made again when it is asked for. A day without articles gives nothing.
    """

    table: Summed | Grouped
    work: Work

    @cached_property
    def _made_with(self) -> dict[str, str]:
        split = decisions_json(self.work.decisions)["split"] if isinstance(self.table, Summed) else None
        return {
            "split": checksum(json.dumps(split)),
            "code": code_identity.code_version(self.table.module),
        }

    @property
    def code(self) -> str:
        """Of the code that makes them."""
        return self._made_with["code"]

    def path(self, day: date) -> str:
        """Return the path of a day's partial."""
        return partial_path(self.table.name, day)

    def refresh(self, days: Iterable[date]) -> None:
        """Make the partials of some days, and remove those of days that give nothing."""
        for day in days:
            if self.work.has_articles(day):
                self._make(day)
            else:
                self.work.store.remove(self.path(day))

    def keep_only_published(self) -> None:
        """Remove what days gave that are no more: nobody would look at it again, and so nothing may stay."""
        names = [self.table.name]
        if isinstance(self.table, Grouped) and self.table.links:
            names.append(self.table.links)
        for name in names:
            for file in self.work.store.names(f"{PARTIALS}/{name}"):
                day = day_of_name(file, ".parquet")
                if day is not None and not self.work.has_articles(day):
                    self.work.store.remove(partial_path(name, day))

    def before(self, day: date) -> pa.Table | None:
        """Return what a day gave before it changed; None where it gave nothing.

        Raises:
            UnknownError: that is not known any more.
        """
        before, path = self.work.before, self.path(day)
        if day not in before.runs or day in before.empty:
            return None
        if run_of_file(self.work.store, path) != before.runs[day]:
            raise UnknownError(f"{path} is not what was written")
        try:
            return self.work.store.read(path).replace_schema_metadata(None)
        except DamagedError as error:
            raise UnknownError(str(error)) from None

    def read(self, day: date) -> pa.Table:
        """Return what a day with articles gives."""
        try:
            rows = self.work.store.read(self.path(day))
        except (FileNotFoundError, DamagedError):
            self.work.store.remove(self.path(day))
            self._make(day)
            rows = self.work.store.read(self.path(day))
        return rows.replace_schema_metadata(None)

    def _make(self, day: date) -> None:
        def made(_: Lineage | None) -> list[pa.Table]:
            tables = self.work.tables_of(day, self.table.reads)
            said = (self.work.decisions,) if isinstance(self.table, Summed) else ()
            return [self.table.partial(tables, *said)]

        made_of = {"run_id": self.work.days[day].run_id, **self._made_with}
        keep_or_make(self.work.store, [Target(self.path(day))], made_of, made)


@dataclass(frozen=True)
class Links:
    """The links of the days of a table to those before, within its window.

    What is compared is the days that are new or of another run, with those in the window around them.
    """

    table: Grouped
    partials: Partials
    read_partial: Callable[[date], pa.Table]

    def path(self, day: date) -> str:
        """Return the path of a day's links."""
        return partial_path(self.table.links, day)

    def read(self, day: date) -> pa.Table:
        """Return the links of a day, brought up to date."""
        store = self.partials.work.store
        self._make(day)
        try:
            return store.read(self.path(day)).replace_schema_metadata(None)
        except DamagedError:  # in its pages; its footer was all that was looked at
            store.remove(self.path(day))
            self._make(day)
            return store.read(self.path(day)).replace_schema_metadata(None)

    def remove(self, day: date) -> None:
        """Remove those of a day that gives nothing."""
        self.partials.work.store.remove(self.path(day))

    def _make(self, day: date) -> None:
        work, code = self.partials.work, self.partials.code
        within = (day - timedelta(n) for n in range(self.table.window_days, -1, -1))
        others = {str(one): work.days[one].run_id for one in within if work.has_articles(one)}
        made_of: Mapping[str, Any] = {"run_id": work.days[day].run_id, "code": code, "others": others}

        def made(before: Lineage | None) -> list[pa.Table]:
            kept: list[str] = []
            if before is not None and (before.get("run_id"), before.get("code")) == (made_of["run_id"], code):
                kept = sorted(other for other, of in before["others"].items() if others.get(other) == of)
            own = self.read_partial(day)
            new = [self.read_partial(date.fromisoformat(other)) for other in others if other not in kept]
            assert self.table.find_links is not None
            found = self.table.find_links(own, new)
            if kept:
                old = work.store.read(self.path(day)).replace_schema_metadata(None)
                days = pa.array([date.fromisoformat(other) for other in kept], pa.date32())
                found = pa.concat_tables([old.filter(pc.is_in(old["other_day"], value_set=days)), found])
            return [found.sort_by([(column, "ascending") for column in self.table.order_of_links])]

        keep_or_make(work.store, [Target(self.path(day))], made_of, made)
