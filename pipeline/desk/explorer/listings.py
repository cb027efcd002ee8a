"""What a page shows, whole: the rows that can be taken away from it, never capped, a day at a time."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pyarrow as pa

from pipeline.desk.explorer.asked import Asked, Elsewhere
from pipeline.desk.explorer.filters import RequestError, parse_day
from pipeline.desk.explorer.pages import check, claim_group, day, entity, quoting, search, speaker, spread
from pipeline.desk.explorer.pages.people import find_entity
from pipeline.desk.explorer.search_index import Where
from pipeline.desk.explorer.search_index import search as search_in
from pipeline.desk.explorer.snapshot import Snapshot
from pipeline.desk.explorer.words import match_of, read_terms
from schemas.views import VIEWS


@dataclass(frozen=True, slots=True)
class Select:
    """A select, and the days that it is made of."""

    sql: str
    values: Mapping[str, Any]
    days: Sequence[date]
    only: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Listing:
    """The rows of a page.

    Attributes:
        name: of the view that they are of, or what they are.
        said: what was asked, in words.
        days: that were looked through.
        parts: one after the other.
        schema: of the rows; None where the first part says it.
    """

    name: str
    said: str
    days: Sequence[date]
    parts: Iterator[Select]
    schema: pa.Schema | None = None

    def batches(self, snapshot: Snapshot) -> pa.RecordBatchReader:
        """Return the rows, of which a few thousand are in memory at a time."""
        parts = (
            snapshot.batches(part.sql, part.values, days=part.days, only=part.only) for part in self.parts
        )
        first = next(parts)
        schema = self.schema or first.schema

        def batches() -> Iterator[pa.RecordBatch]:
            for part in itertools.chain([first], parts):
                yield from (batch.cast(schema) for batch in part)

        return pa.RecordBatchReader.from_batches(schema, batches())


type List = Callable[[Asked], Listing | Elsewhere]


def _of_view(
    asked: Asked,
    view: str,
    said: str,
    condition: str,
    values: Mapping[str, Any],
    *,
    only: Mapping[str, str] | None = None,
    days: Sequence[date] | None = None,
) -> Listing:
    """Return rows of a view that are made within a day."""
    filters = asked.filters
    there = days if days is not None else asked.snapshot.days_between(filters.first, filters.last)
    order = ", ".join(VIEWS[view].order)
    sql = f"select * from {view} where {condition} order by {order}"
    parts = (Select(sql, values, [day], only or {}) for day in there)
    return Listing(
        view, said, there, _or_none(parts, Select(sql, values, [], only or {})), VIEWS[view].schema
    )


def _or_none(parts: Iterator[Select], instead: Select) -> Iterator[Select]:
    first = next(parts, None)
    yield first or instead
    yield from parts


def of_speaker(asked: Asked) -> Listing | Elsewhere:
    """Return the quotations of a speaker."""
    found = find_entity(asked, "speaker")
    if isinstance(found, Elsewhere):
        return found
    condition, values = speaker.conditions(asked)
    given = {"id": found.row["entity_id"], "ids": found.ids, **values}
    said = f"quotations of {found.row['name']} ({found.row['entity_id']}){_in_words(asked)}"
    return _of_view(asked, "said", said, f"speaker_id = $id and {condition}", given, only=speaker.only(asked))


def of_entity(asked: Asked) -> Listing | Elsewhere:
    """Return the articles that name an entity, the quotations that do, or what it asserts.

    Raises:
        RequestError: there is no such table.
    """
    table = _table(asked, ("articles", *entity.WHOLE), "an entity")
    found = find_entity(asked, "entity")
    if isinstance(found, Elsewhere):
        return found
    own = {"id": found.row["entity_id"], "ids": found.ids}
    called = f"{found.row['name']} ({found.row['entity_id']})"
    if table != "articles":
        view, condition = entity.WHOLE[table]
        said = f"{'quotations that name' if table == 'about' else 'claims of'} {called}{_in_words(asked)}"
        return _of_view(asked, view, said, condition, own, only=entity.only(asked, table))
    condition, values = asked.filters.conditions("outlet", "once")
    said = f"articles with {called}{_in_words(asked)}"
    given = {**own, **values}
    return _of_view(
        asked, "article_entities", said, f"entity_id = $id and {condition}", given, only=entity.ONLY
    )


def of_check(asked: Asked) -> Listing:
    """Return claims that are worth checking, or the amounts in them.

    Raises:
        RequestError: there is no such table.
    """
    table = _table(asked, ("claims", "amounts"), "claims")
    condition, values, more = check.conditions(asked)
    said = f"{'amounts in ' if table == 'amounts' else ''}claims{_in_words(asked, more)}"
    if table == "amounts":
        condition = f"claim_id in (select claim_id from asserted where {condition})"
        return _of_view(asked, "claim_amounts", said, condition, values)
    return _of_view(asked, "asserted", said, condition, values)


def _table(asked: Asked, tables: Sequence[str], of: str) -> str:
    """Return which table of a page is wanted, the first where the address names none.

    Raises:
        RequestError: there is no such table.
    """
    table = asked.query.get("table", tables[0])
    if table not in tables:
        raise RequestError(f"There is no table {table[:40]!r} of {of}; there are {', '.join(tables)}.")
    return table


def of_article(asked: Asked) -> Listing:
    """Return the quotations, claims or names of an article.

    Raises:
        RequestError: there is no such table.
    """
    view = _table(asked, ("said", "asserted", "article_entities"), "an article")
    day, article_id = parse_day(asked.path["day"]), asked.path["article_id"]
    days = [day] if day in asked.snapshot.days else []
    values = {"article_id": article_id}
    only = dict.fromkeys(("articles", "quotes", "claims", "entities"), "article_id = $article_id")
    said = f"article {article_id} of {day}"
    return _of_view(asked, view, said, "article_id = $article_id", values, only=only, days=days)


def of_day(asked: Asked) -> Listing:
    """Return the articles of a day."""
    wanted = parse_day(asked.path["day"])
    days = [wanted] if wanted in asked.snapshot.days else []
    condition, values = day.conditions(asked)
    sql = day.SHOWN.format(condition=condition, limit="") + day.ARTICLES
    said = f"articles of {wanted}" + (f" by {asked.filters.outlet}" if asked.filters.outlet else "")
    return Listing("articles", said, days, iter([Select(sql, values, days)]))


def of_claim_group(asked: Asked) -> Listing:
    """Return the claims of a group."""
    days, values = claim_group.members_of(asked)
    sql = f"select * from spread_members order by {', '.join(VIEWS['spread_members'].order)}"
    said = f"claims of group {values['id']}"
    parts = iter([Select(sql, values, days, claim_group.ONLY)])
    return Listing("spread_members", said, days, parts, VIEWS["spread_members"].schema)


_DAYS_OF_GROUPS = """
    select distinct day from claim_groups
    where claim_group_id in (select claim_group_id from claim_groups where day between $first and $last)"""


def of_spread(asked: Asked) -> Listing:
    """Return the groups of claims that have a claim in the window, made of all days that they are on."""
    snapshot = asked.snapshot
    found = snapshot.rows(_DAYS_OF_GROUPS, asked.filters.between, days=[])
    days = sorted({row["day"] for row in found} & {*snapshot.days})
    groups, values = spread.listed(asked)
    order = ", ".join(VIEWS["spread"].order)
    sql = f"select * from spread where claim_group_id in ({groups}) order by {order}"
    said = f"claims that spread{_in_words(asked)}"
    parts = iter([Select(sql, values, days, spread.ONLY)])
    return Listing("spread", said, days, parts, VIEWS["spread"].schema)


def of_quoting(asked: Asked) -> Listing:
    """Return outlets and those they quote, or speakers and those they name.

    Raises:
        RequestError: there is no such table.
    """
    table = _table(asked, quoting.WHOLE, "who quotes whom")
    sql, values = quoting.select(asked, table)
    days = asked.snapshot.days_between(asked.filters.first, asked.filters.last)
    said = f"who {'quotes' if table == 'outlets' else 'names'} whom{_in_words(asked)}"
    return Listing(f"quoting_{table}", said, days, iter([Select(sql, values, days)]))


def of_search(asked: Asked) -> Listing:
    """Return what has the words that are searched for.

    Raises:
        RequestError: there are no words, or days are not indexed yet.
    """
    where = search.where_of(asked)
    snapshot, filters = asked.snapshot, asked.filters
    match = match_of(read_terms(filters.words))
    if not match:
        raise RequestError("There is no word to search for.")
    days = snapshot.days_between(filters.first, filters.last)
    files, _ = asked.indexes.ready([snapshot.manifest(day) for day in days], seconds=float("inf"))

    def parts() -> Iterator[Select]:
        for at, path in sorted(files):
            found = search_in(
                [(at, path)],
                match,
                where=where,
                outlet=filters.outlet,
                kind=filters.kind,
                without=snapshot.takedowns.ids,
                offset=0,
                n=1 << 40,
            )
            yield Select(*_hits(where, found.hits), [at])

    sql, values = _hits(where, [])
    schema = VIEWS["said"].schema if where == "said" else None
    said = f"{'quotations' if where == 'said' else 'articles'}{_in_words(asked)}"
    return Listing(
        "said" if where == "said" else "articles",
        said,
        days,
        _or_none(parts(), Select(sql, values, [])),
        schema,
    )


def _hits(where: Where, hits: Sequence[tuple[date, str, str]]) -> tuple[str, dict[str, Any]]:
    if where == "said":
        return f"select * from said where {search.IN_QUOTES} order by article_id, start_char", {
            "quotes": [quote_id for *_, quote_id in hits]
        }
    return search.WHOLE_TEXTS, {"articles": [article_id for _, article_id, _ in hits]}


def _in_words(asked: Asked, more: Mapping[str, str] | None = None) -> str:
    filters = asked.filters
    said = [
        f" with {filters.words!r}" if filters.words else "",
        f" in {filters.outlet}" if filters.outlet else "",
        f" of kind {filters.kind}" if filters.kind else "",
        " without reprints" if filters.is_once else "",
        *(f" with {name} {value}" for name, value in (more or {}).items()),
        f", {filters.first} to {filters.last}",
    ]
    return "".join(said)


LISTS: dict[str, List] = {
    "/": of_search,
    "/speaker/{entity_id}": of_speaker,
    "/entity/{entity_id}": of_entity,
    "/spread": of_spread,
    "/check": of_check,
    "/quoting": of_quoting,
    "/day/{day}": of_day,
    "/claim-group/{group_id}": of_claim_group,
    "/article/{day}/{article_id}": of_article,
}
"""What can be taken away from a page, by the page's address."""
