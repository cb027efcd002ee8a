"""Who joined whom in a derived table of groups, kept by month."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.derived.work import Files, UnknownError
from pipeline.errors import DamagedError
from pipeline.identity import checksum
from pipeline.store import to_parquet
from pipeline.store.batch import PARTIALS, month_of, month_of_name


def keys_of(groups: Collection[tuple[date, str]]) -> pa.Array:
    """Return the first day and id of each group as one string."""
    return pa.array([f"{day} {first}" for day, first in groups], pa.string())


def is_among(rows: pa.Table, columns: tuple[str, str], keys: pa.Array) -> pa.ChunkedArray:
    """Tell of each row whether it is of one of some groups.

    Args:
        rows: of members, or of a table of groups.
        columns: that hold the first day and id of the group.
        keys: of the groups, see `keys_of`.
    """
    day, first = columns
    return pc.is_in(
        pc.binary_join_element_wise(rows[day].cast(pa.string()), rows[first], " "), value_set=keys
    )


@dataclass(slots=True)
class Members:
    """Who joined whom, by month.

    Attributes:
        name: of the table.
        schema: of the rows, which are by day, then as they joined.
        files: of the table, whose state knows the months; None where all is in memory.
        months: those that were read or made.
    """

    name: str
    schema: pa.Schema
    files: Files | None = None
    months: dict[str, pa.Table] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)

    def _path(self, month: str) -> str:
        return f"{PARTIALS}/{self.name}_members/{month}.parquet"

    def of_month(self, month: str) -> pa.Table:
        """Return the members of a month.

        Raises:
            UnknownError: the file is gone, or is not what was written.
        """
        if month not in self.months:
            digest = self._kept.get(month)
            if digest is None or self.files is None:
                rows = self.schema.empty_table()
            else:
                try:
                    rows = self.files.store.read_checked(self._path(month), digest)
                except (FileNotFoundError, DamagedError) as error:
                    raise UnknownError(str(error)) from None
            self.months[month] = rows.replace_schema_metadata(None)
        return self.months[month]

    def known(self) -> list[str]:
        """Return the months that have members, in order."""
        return sorted({*self._kept} | {*self.months})

    @property
    def _kept(self) -> dict[str, str]:
        """The checksums of the months that were made before."""
        return {} if self.files is None or self.files.is_new else self.files.state.kept

    def of_day(self, day: date) -> pa.Table:
        """Return the members of a day."""
        rows = self.of_month(month_of(day))
        return rows.filter(pc.equal(rows["day"], pa.scalar(day, pa.date32()))).combine_chunks()

    def replace(self, day: date, rows: pa.Table) -> None:
        """Put other members in the place of a day's."""
        month = self.of_month(month_of(day))
        others = month.filter(pc.not_equal(month["day"], pa.scalar(day, pa.date32())))
        together = pa.concat_tables([others, rows])
        self.months[month_of(day)] = together.take(pc.sort_indices(together["day"])).combine_chunks()
        self.changed.add(month_of(day))

    def of_groups(self, groups: Collection[tuple[date, str]], *, until: date | None = None) -> pa.Table:
        """Return all members of some groups, by day.

        Args:
            groups: first day and id of each.
            until: the last day; None for all.
        """
        keys = keys_of(groups)
        since = min((month_of(day) for day, _ in groups), default="")
        found = [self.schema.empty_table()]
        for month in self.known():
            if month >= since and (until is None or month <= month_of(until)):
                rows = self.of_month(month)
                found.append(rows.filter(is_among(rows, ("first_day", "first_id"), keys)))
        rows = pa.concat_tables(found).combine_chunks()
        return (
            rows if until is None else rows.filter(pc.less_equal(rows["day"], pa.scalar(until, pa.date32())))
        )

    def write(self) -> None:
        """Write the months that changed, in order: what another rests on stands before it."""
        assert self.files is not None
        for month in sorted(self.changed):
            data = to_parquet(self.months[month])
            self.files.store.put(self._path(month), data)
            self.files.state.kept[month] = checksum(data)
        self.changed.clear()

    def keep_only(self, months: Iterable[str]) -> None:
        """Remove the files of months that no day is of."""
        assert self.files is not None
        left = {*months}
        for file in self.files.store.names(f"{PARTIALS}/{self.name}_members") if self.files.is_new else ():
            if (month := month_of_name(file)) and month not in left:
                self.files.store.remove(self._path(month))
        for month in [month for month in self.files.state.kept if month not in left]:
            self.files.store.remove(self._path(month))
            del self.files.state.kept[month]
