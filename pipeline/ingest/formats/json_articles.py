"""Articles in JSON values: the value itself, the items of lists, what an answer holds, objects by name."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from pipeline.ingest.fields import is_known, read_fields

_LISTS = frozenset(
    [
        "articles",
        "items",
        "results",
        "data",
        "docs",
        "documents",
        "stories",
        "news",
        "entries",
        "posts",
        "hits",
        "response",
        "records",
        "rows",
        "value",
        "recent",
    ]
)
"""Names under which answers of APIs keep their articles."""

_MAX_LEVELS = 4
_MANY = 1000
"""Objects of a list that are looked at to tell what it is a list of."""


def articles(value: Any, level: int = 0) -> Iterator[Any]:
    """Yield the articles in a value: itself, those of all lists in it, or the objects it holds by name."""
    if isinstance(value, list):
        for item in value:
            yield from _item_articles(item, level)
        return
    if not isinstance(value, dict):
        yield value
        return
    rows = rows_of_table(value)
    if rows is not None:
        yield from rows
        return
    if has_text(value) and not _is_answer(value):
        yield value
        return
    inner = list(_inner(value, level)) if level < _MAX_LEVELS else []
    if inner:
        yield from inner
    elif value and all(isinstance(held, dict) and held for held in value.values()):
        for name, held in value.items():
            yield _named(name, held)
    else:
        yield value


def rows_of_table(value: dict[str, Any]) -> list[dict[str, Any]] | None:
    """Return the rows of a table that is written by columns, as pandas does; None where a value is none.

    It is `{"title": {"0": ..., "1": ...}, ...}`, the same with lists, or `{"columns": [...], "data": [...]}`.
    """
    names, cells = value.get("columns"), value.get("data")
    if isinstance(names, list) and isinstance(cells, list) and all(isinstance(row, list) for row in cells):
        if sum(isinstance(name, str) and is_known(name) for name in names) < 2:
            return None
        return [dict(zip(map(str, names), row, strict=False)) for row in cells]
    known = [name for name in value if is_known(name)]
    columns = [held for held in value.values() if isinstance(held, (dict, list)) and held]
    if len(known) < 2 or len(columns) < len(value):
        return None
    keys = [list(held) if isinstance(held, dict) else None for held in columns]
    cells = [list(held.values()) if isinstance(held, dict) else held for held in columns]
    if any(of != keys[0] for of in keys) or len(set(map(len, cells))) > 1:
        return None
    rows = [dict(zip(value, row, strict=True)) for row in zip(*cells, strict=True)]
    # A list of paragraphs stands beside a title and a date of one piece, not beside as many of each.
    return rows if len(rows) > 1 and all(map(_is_article, rows[:3])) else None


def _item_articles(item: Any, level: int) -> Iterator[Any]:
    if isinstance(item, dict) and isinstance(item.get("_source"), dict):
        yield item["_source"]
    elif isinstance(item, (list, dict)) and level < _MAX_LEVELS:
        yield from articles(item, level + 1)
    else:
        yield item


def _inner(value: dict[str, Any], level: int) -> Iterator[Any]:
    """Yield the articles in the lists and objects that an answer holds."""
    for name, held in value.items():
        is_named = name in _LISTS
        if isinstance(held, list):
            objects = [item for item in held if isinstance(item, (dict, list))]
            if objects and (is_named or any(map(has_text, objects[:_MANY]))):
                yield from articles(held, level + 1)
        elif isinstance(held, dict) and held:
            if has_text(held):
                yield _named(name, held)
            else:
                yield from _inner(held, level + 1) if level + 1 < _MAX_LEVELS else ()


def _is_answer(value: dict[str, Any]) -> bool:
    """Tell whether what looks like an article's text is a list of articles: `{"article": [{...}, {...}]}`."""
    lists = [held for held in value.values() if isinstance(held, list) and held and isinstance(held[0], dict)]
    if not lists:
        return False
    own = read_fields(value)
    return not own.title and not own.url and any(_is_article(item) for held in lists for item in held[:3])


def _is_article(value: Any) -> bool:
    if not has_text(value):
        return False
    fields = read_fields(value)
    return bool(fields.url or fields.published)


def _named(name: str, held: dict[str, Any]) -> dict[str, Any]:
    return ({"url": name} if name.startswith("http") else {"id": name}) | held


def has_text(value: Any) -> bool:
    """Tell whether a value is an object with the text of an article."""
    return isinstance(value, dict) and any(map(is_known, value)) and read_fields(value).text is not None


@lru_cache(maxsize=4096)
def may_hold_articles(names: tuple[str, ...]) -> bool:
    """Tell whether an object of these names, without a text, may be an answer of an API."""
    return any(name in _LISTS for name in names)
