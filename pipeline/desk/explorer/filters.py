"""What a page is asked for: days, outlet, kind and the like, from the address and back into one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from pipeline.errors import InputError
from schemas import Quote
from schemas.table import columns

WINDOW_DAYS = 30
"""So many days are looked at where no others are asked for."""

KINDS = tuple(next(column.values for column in columns(Quote) if column.name == "kind"))

_MOST_PAGES = 100_000


class RequestError(InputError):
    """An address that asks for what cannot be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What the query of an address says.

    Attributes:
        first: first day.
        last: last day, included.
        outlet: only this one; empty for all.
        kind: only quotations of this kind; empty for all.
        words: that are searched; empty for none.
        is_once: reprints are left out.
        page: of a list, from 1.
    """

    first: date
    last: date
    outlet: str = ""
    kind: str = ""
    words: str = ""
    is_once: bool = False
    page: int = 1

    def query(self, **changes: Any) -> str:
        """Return the query of the address that asks for the same, or with some values changed.

        Args:
            changes: attributes, and further parameters by their names; None leaves one out.
        """
        given: dict[str, Any] = {
            "q": changes.pop("words", self.words),
            "from": changes.pop("first", self.first),
            "to": changes.pop("last", self.last),
            "outlet": changes.pop("outlet", self.outlet),
            "kind": changes.pop("kind", self.kind),
            "once": "1" if changes.pop("is_once", self.is_once) else "",
            **changes,
        }
        page = given.pop("page", 1)
        if page > 1:
            given["page"] = page
        return urlencode({name: str(value) for name, value in given.items() if value not in (None, "")})

    @property
    def window(self) -> str:
        """The query that carries the days alone to another page."""
        return urlencode({"from": self.first, "to": self.last})

    def conditions(self, *names: str) -> tuple[str, dict[str, Any]]:
        """Return conditions in SQL on rows of a view, and their values.

        Args:
            names: those of `outlet`, `kind`, `once` that the view has columns for.
        """
        sql, values = ["true"], dict[str, Any]()
        if "outlet" in names and self.outlet:
            sql.append("outlet = $outlet")
            values["outlet"] = self.outlet
        if "kind" in names and self.kind:
            sql.append("kind = $kind")
            values["kind"] = self.kind
        if "once" in names and self.is_once:
            sql.append("not is_reprint")
        return " and ".join(sql), values

    @property
    def between(self) -> dict[str, date]:
        """The values of `day between $first and $last`."""
        return {"first": self.first, "last": self.last}

    def limits(self, n: int) -> dict[str, int]:
        """Return the values of `limit $n offset $offset` for the page of a list that has n rows a page."""
        return {"n": n, "offset": (self.page - 1) * n}


def default_window(last: date, first: date) -> tuple[date, date]:
    """Return the days that are looked at where no others are asked for.

    Args:
        last: the last published day.
        first: the first one.
    """
    return max(first, last - timedelta(days=WINDOW_DAYS - 1)), last


def read_filters(query: Mapping[str, str], default: tuple[date, date]) -> Filters:
    """Return what a query asks for.

    Args:
        query: its parameters.
        default: the days, where it names none.

    Raises:
        RequestError: a value cannot be.
    """
    first = _day(query, "from") or default[0]
    last = _day(query, "to") or default[1]
    if first > last:
        raise RequestError(f"The first day, {first}, comes after the last one, {last}.")
    kind = query.get("kind", "")
    if kind and kind not in KINDS:
        raise RequestError(f"There is no kind {kind!r} of quotation; there are {', '.join(KINDS)}.")
    page = query.get("page", "") or "1"
    if not (page.isascii() and page.isdecimal() and 0 < int(page[:9]) <= _MOST_PAGES):
        raise RequestError(f"There is no page {page[:20]!r}.")
    return Filters(
        first=first,
        last=last,
        outlet=query.get("outlet", ""),
        kind=kind,
        words=query.get("q", "").strip(),
        is_once=query.get("once", "") == "1",
        page=int(page),
    )


def _day(query: Mapping[str, str], name: str) -> date | None:
    text = query.get(name, "")
    return parse_day(text) if text else None


def parse_day(text: str) -> date:
    """Return the day of an address.

    Raises:
        RequestError: it is none.
    """
    try:
        if len(text) != 10:
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise RequestError(f"{text[:40]!r} is no day; write it as YYYY-MM-DD.") from None
