"""What a derive has at hand: the published days, what changed of them, and what was derived before.

What was derived before is noted in one object, `State`: the runs of the days that all derived tables are made
of, and the checksums of their files. Before anything is written, the days that are at work are noted there as
unfinished; so after a crash the next derive knows which, and that it must look at the rest of the tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pyarrow as pa

from pipeline.curation.decisions import Decisions, decisions_json, decisions_of_json
from pipeline.errors import DamagedError
from pipeline.identity import checksum
from pipeline.store import Store, to_parquet
from pipeline.store.batch import DERIVED_STATE, month_of, month_of_name, table_folder
from pipeline.store.days import PublishedDay
from pipeline.store.published import read_published

_FORMAT = 1
_READ_AHEAD = 2


class UnknownError(Exception):
    """What is kept of a table is not what was noted: the table must be made from the beginning."""


@dataclass(slots=True)
class TableState:
    """What was derived of a table.

    Attributes:
        made_with: code, settings and decisions, as a checksum.
        files: name -> rows and SHA-256.
        kept: name -> SHA-256, of what is kept beside it for the next derive.
    """

    made_with: str = ""
    files: dict[str, tuple[int, str]] = field(default_factory=dict)
    kept: dict[str, str] = field(default_factory=dict)

    @property
    def n_rows(self) -> int:
        """The number of rows of the table."""
        return sum(rows for rows, _ in self.files.values())


@dataclass(slots=True)
class State:
    """What the derived tables are made of.

    Attributes:
        runs: the run of each day.
        empty: those of the days that had no articles.
        is_at_work: a derive is at work, or was cut short.
        unfinished: the days that it takes in.
        decisions: the human ones that were obeyed.
        tables: by name.
    """

    runs: dict[date, str] = field(default_factory=dict)
    empty: frozenset[date] = frozenset()
    is_at_work: bool = False
    unfinished: frozenset[date] = frozenset()
    decisions: Decisions = field(default_factory=Decisions)
    tables: dict[str, TableState] = field(default_factory=dict)

    @classmethod
    def read(cls, store: Store) -> State:
        """Return what is noted; nothing where nothing is, or by another version."""
        noted = store.read_cache(DERIVED_STATE)
        if noted.get("format") != _FORMAT:
            return cls()
        return cls(
            {date.fromisoformat(day): run for day, run in noted["runs"].items()},
            frozenset(map(date.fromisoformat, noted["empty"])),
            noted["is_at_work"],
            frozenset(map(date.fromisoformat, noted["unfinished"])),
            decisions_of_json(noted["decisions"]),
            {
                name: TableState(made_with, {file: (n, sha) for file, (n, sha) in files.items()}, kept)
                for name, (made_with, files, kept) in noted["tables"].items()
            },
        )

    def write(self, store: Store) -> None:
        """Note it."""
        value: dict[str, Any] = {
            "format": _FORMAT,
            "runs": {str(day): run for day, run in self.runs.items()},
            "empty": sorted(map(str, self.empty)),
            "is_at_work": self.is_at_work,
            "unfinished": sorted(map(str, self.unfinished)),
            "decisions": decisions_json(self.decisions),
            "tables": {name: [t.made_with, t.files, t.kept] for name, t in self.tables.items()},
        }
        store.write_cache(DERIVED_STATE, value)


@dataclass(frozen=True, slots=True)
class Work:
    """What is to be done.

    Attributes:
        store: where it lies.
        days: all published ones that can be read, in order.
        decisions: that hold now.
        window_days: of the tables that have a setting of it, by its name.
        before: what was derived before; it is changed as tables are brought up to date.
        changed: days that are new, of another run, gone, or were left unfinished.
        is_resumed: a derive was cut short before.
    """

    store: Store
    days: Mapping[date, PublishedDay]
    decisions: Decisions
    window_days: Mapping[str, int]
    before: State
    changed: frozenset[date]
    is_resumed: bool
    _read: dict[tuple[date, str], pa.Table] = field(default_factory=dict)

    @property
    def months(self) -> list[str]:
        """The months of the days, in order."""
        return sorted({month_of(day) for day in self.days})

    def has_articles(self, day: date) -> bool:
        """Tell whether a day is published and not empty."""
        return day in self.days and not self.days[day].is_empty

    def tables_of(self, day: date, reads: Mapping[str, list[str] | None]) -> dict[str, pa.Table]:
        """Return tables of a day.

        Raises:
            DamagedError: one is damaged, or gone, or is being replaced just now; it then has been.
        """
        try:
            return {name: self._table(day, name, columns) for name, columns in reads.items()}
        except DamagedError:
            with self.store.lock(f"publish-{day}"):  # where it is being replaced, until that is done
                raise

    def read_ahead(self) -> None:
        """Read the tables of a day or two that changed once for all, and before anything is written.

        Raises:
            DamagedError: as above.
        """
        if len(self.changed) <= _READ_AHEAD:
            for day in self.changed:
                if self.has_articles(day):
                    names = self.days[day].files
                    tables = self.tables_of(day, dict.fromkeys(names))
                    self._read.update({(day, name): table for name, table in tables.items()})

    def _table(self, day: date, name: str, columns: list[str] | None) -> pa.Table:
        known = self._read.get((day, name))
        if known is None:
            return read_published(self.store, self.days[day], name, columns=columns)
        return known if columns is None else known.select(columns)


@dataclass(slots=True)
class Files:
    """The files of a derived table, old and new.

    Attributes:
        store: where they lie.
        name: of the table.
        state: what is known of them; it follows what is written.
        is_new: nothing of what is there counts.
    """

    store: Store
    name: str
    state: TableState
    is_new: bool

    def path(self, file: str) -> str:
        """Return the path of a file."""
        return f"{table_folder(self.name)}/{file}"

    def read(self, file: str) -> pa.Table:
        """Return the rows of a file.

        Raises:
            UnknownError: it is gone, or is not what was written.
        """
        try:
            found = self.store.read_checked(self.path(file), self.state.files[file][1])
        except (FileNotFoundError, DamagedError, KeyError) as error:
            raise UnknownError(str(error)) from None
        return found.replace_schema_metadata(None)

    def put(self, file: str, rows: pa.Table) -> None:
        """Write a file, unless it is there."""
        self.put_bytes(file, to_parquet(rows), len(rows))

    def put_bytes(self, file: str, data: bytes, n_rows: int) -> None:
        """Write a file that is Parquet already, unless it is there."""
        digest = checksum(data)
        if self.is_new or self.state.files.get(file) != (n_rows, digest):
            self.store.put(self.path(file), data)
            self.state.files[file] = (n_rows, digest)

    def sweep(self, *, is_by_month: bool) -> bool:
        """Remove what is of another layout, before a row stands in two files; tell whether all is there."""
        there = self.store.names(table_folder(self.name))
        other = [
            file
            for file in there
            if (file == f"{self.name}.parquet" if is_by_month else month_of_name(file) is not None)
        ]
        for file in other:
            self.store.remove(self.path(file))
        return self.state.files.keys() <= {*there}

    def keep_only(self, files: set[str]) -> None:
        """Remove the files of months that no day is of."""
        there = {*self.state.files}
        if self.is_new:
            there |= {file for file in self.store.names(table_folder(self.name)) if month_of_name(file)}
        for file in sorted(there - files):
            self.store.remove(self.path(file))
            self.state.files.pop(file, None)
