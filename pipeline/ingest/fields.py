"""The fields of an article, out of a record in any known layout.

One list of aliases for all layouts (`field_aliases.toml`) rather than one mapping a layout: real files mix
layouts, rename a column or two, and change case. What a value must look like (a URL, a text, a name) decides
between aliases that mean different things in different layouts.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from html import unescape
from importlib.resources import files
from math import isnan
from typing import Any

from pipeline.lexicons import Lexicon, lexicon

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """What a record says, still in its own words; None where it says nothing.

    Attributes:
        published: the values that may be the date of publication, of whatever type, likeliest first.
        fetched: the value of the date of fetching.
        text: the body as plain text, not yet cleaned.
        html: the body as HTML, where the record has no plain text.
    """

    id: str | None = None
    url: str | None = None
    canonical_url: str | None = None
    source: str | None = None
    title: str | None = None
    authors: tuple[str, ...] = ()
    published: tuple[Any, ...] = ()
    modified: Any = None
    fetched: Any = None
    language: str | None = None
    text: str | None = None
    html: str | None = None
    section: str | None = None
    summary: str | None = None
    wire: str | None = None


_URL = re.compile(r"https?://[^\s/]+", re.IGNORECASE)
_MAX_URL = 4_000
"""Longer is no address of an article, but a page or a picture written into one."""
_MAX_LINE = 2_000
"""Of a title, a section and whatever else is shown in a line; what is longer is cut."""
_MAX_OUTLET = 300
_MAX_AUTHORS = 200
_LONGEST_NAME = 120
"""Of a field: what is longer is no alias, and is not to be held in memory for the records to come."""
_MANY = 300
_MAX_NUMBER = 10**100
"""Python refuses to write numbers of thousands of digits."""
_NAME_KEYS = ("name", "value", "rendered", "title", "text", "$t", "#text", "_", "@value", "main")
_TEXT_KEYS = ("value", "text", "$t", "#text", "_", "@value")


def aliases() -> dict[str, tuple[str, ...]]:
    """Return the aliases of each field as they are written in `field_aliases.toml`."""
    text = files("pipeline.ingest").joinpath("field_aliases.toml").read_text("utf-8")
    return {field: tuple(names) for field, names in tomllib.loads(text).items()}


def _key(name: str) -> str:
    """Return a name without case, blanks and punctuation; "" for what is too long to be one."""
    return _short_key(name) if len(name) <= _LONGEST_NAME else ""


@lru_cache(maxsize=4096)
def _short_key(name: str) -> str:
    return "".join(c for c in name.lower() if c.isalnum())


@lru_cache(maxsize=1)
def _places() -> dict[str, list[tuple[str, int, Path]]]:
    """Return, for the first part of an alias, the fields it serves, the alias' rank and its other parts."""
    places: dict[str, list[tuple[str, int, Path]]] = {}
    for field, names in aliases().items():
        for rank, name in enumerate(names):
            first, *others = (_key(part) for part in name.split("."))
            places.setdefault(first, []).append((field, rank, tuple(others)))
    return places


def _plan_of(record: dict[str, Any]) -> dict[str, tuple[tuple[str, Path], ...]]:
    """Return where each field may stand in a record, likeliest first."""
    names = tuple(name for name in record if len(name) <= _LONGEST_NAME)
    return _plan(names) if len(names) <= _MANY else _plan.__wrapped__(names)


@lru_cache(maxsize=512)
def _plan(names: tuple[str, ...]) -> dict[str, tuple[tuple[str, Path], ...]]:
    """Return where each field may stand in records of these names, likeliest first.

    The records of a file mostly have the same names, so that this is worked out once a file.
    """
    places = _places()
    found: dict[str, list[tuple[int, int, str, Path]]] = {field: [] for field in field_names()}
    for position, name in enumerate(names):
        for field, rank, others in places.get(_key(name), ()):
            found[field].append((rank, position, name, others))
    return {
        field: tuple((name, others) for _, _, name, others in sorted(hits)) for field, hits in found.items()
    }


@lru_cache(maxsize=1)
def field_names() -> tuple[str, ...]:
    """Return the names of the fields."""
    return tuple(aliases())


def read_fields(record: dict[str, Any]) -> Fields:
    """Return the fields of an article that a record holds.

    Args:
        record: a JSON object in any of the known layouts, or with their names of fields.
    """
    plan = _plan_of(record)

    def values(field: str) -> Iterator[Any]:
        return _values(record, plan[field])

    def first(field: str) -> str | None:
        return next(_strings(values(field)), None) if plan[field] else None

    def line(field: str) -> str | None:
        return _cut(first(field))

    return Fields(
        id=next((name for name in _strings(values("id")) if len(name) <= _MAX_LINE), None),
        url=next(filter(_is_url, _strings(values("url"))), None),
        canonical_url=next(filter(_is_url, _strings(values("canonical_url"))), None),
        source=next(filter(_is_outlet, _strings(values("source"))), None),
        title=line("title"),
        authors=_authors(values("authors")),
        published=tuple(values("published_at")),
        modified=next(values("modified_at"), None),
        fetched=next(values("fetched_at"), None),
        language=line("language"),
        text=next(filter(None, map(_text, values("text"))), None) or _sections(record),
        html=first("html"),
        section=line("section"),
        summary=first("summary"),
        wire=line("wire"),
    )


def read_dates(record: dict[str, Any]) -> Fields:
    """Return only the fields that a record's day depends on: its dates and its URL."""
    plan = _plan_of(record)
    return Fields(
        url=next(filter(_is_url, _strings(_values(record, plan["url"]))), None),
        published=tuple(_values(record, plan["published_at"])),
        fetched=next(_values(record, plan["fetched_at"]), None),
    )


def needed_for_dates(record: dict[str, Any]) -> dict[str, Any]:
    """Return what a record's day depends on: what `read_dates` reads, and a page where that has no date."""
    plan = _plan_of(record)
    places = (place for field in ("url", "published_at", "fetched_at") for place in plan[field])
    needed = {name for name, inner in places if not inner or isinstance(record[name], (dict, list))}
    if next(_values(record, plan["published_at"]), None) is None:
        needed.add("html")
    return {name: value for name, value in record.items() if name in needed}


def bounded(fields: Fields) -> Fields:
    """Return fields of which none is longer than an article's can be, wherever they were found."""
    return replace(
        fields,
        id=_if_short(fields.id, _MAX_LINE),
        url=_if_short(fields.url, _MAX_URL),
        canonical_url=_if_short(fields.canonical_url, _MAX_URL),
        source=_if_short(fields.source, _MAX_OUTLET),
        title=_cut(fields.title),
        authors=tuple(name[:_MAX_NAME] for name in fields.authors[:_MAX_AUTHORS]),
        language=_cut(fields.language),
        section=_cut(fields.section),
        summary=_cut(fields.summary),
        wire=_cut(fields.wire),
    )


def _if_short(value: str | None, longest: int) -> str | None:
    return value if value and len(value) <= longest else None


def _cut(line: str | None) -> str | None:
    return line[:_MAX_LINE] if line else line


def _is_url(value: str) -> bool:
    return len(value) <= _MAX_URL and _URL.match(value) is not None


def _is_outlet(value: str) -> bool:
    return len(value) <= _MAX_OUTLET and not _URL.match(value)


def _keyed(record: dict[str, Any]) -> dict[str, Any]:
    """Return a record by normalised names; of two that become the same, the first with a value counts."""
    keyed: dict[str, Any] = {}
    for name, value in record.items():
        key = _key(name)
        if keyed.get(key) in (None, ""):
            keyed[key] = value
    return keyed


def _values(record: dict[str, Any], places: tuple[tuple[str, Path], ...]) -> Iterator[Any]:
    """Yield the values at the places, in order; nothing for those that are empty."""
    for name, others in places:
        value = record[name]
        if others and value:
            value = _inside(value, others)
        if value is None or value in ("", [], {}):
            continue
        if isinstance(value, float) and isnan(value):  # pandas' word for nothing
            continue
        yield value


def _inside(value: Any, path: Path) -> Any:
    """Return what stands at the path in an object; of a list, of each of its objects."""
    if isinstance(value, list):
        found = [_inside(item, path) for item in value if isinstance(item, dict)]
        return [item for item in found if item not in (None, "")]
    if not isinstance(value, dict):
        return None
    inner = _keyed(value).get(path[0])
    return inner if len(path) == 1 else _inside(inner, path[1:])


def _strings(values: Iterator[Any]) -> Iterator[str]:
    return (string for string in map(_string, values) if string)


def _string(value: Any) -> str | None:
    """Return a value as one string: itself, the first of a list, or the name or value of an object."""
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, bool):
        return None
    if isinstance(value, (int, float)):
        return str(value) if abs(value) < _MAX_NUMBER else None
    if isinstance(value, list):
        return next(filter(None, map(_string, value)), None)
    if isinstance(value, dict):
        keyed = _keyed(value)
        if "oid" in keyed:  # MongoDB's {"$oid": ...}
            return _string(keyed["oid"])
        return next(filter(None, (_string(value.get(k)) for k in _NAME_KEYS if k in value)), None)
    return None


def _text(value: Any) -> str | None:
    """Return a body: a string as it is, a list of paragraphs joined by blank lines."""
    if isinstance(value, str):
        return value if value.strip() else None
    if isinstance(value, list):
        parts = [part for part in (_text(item) for item in value) if part]
        return "\n\n".join(parts) or None
    if isinstance(value, dict):
        return next(filter(None, (_text(value.get(k)) for k in _TEXT_KEYS if k in value)), None)
    return None


def _sections(record: dict[str, Any]) -> str | None:
    """Return the body as fundus writes it: a summary, then sections of headline and paragraphs."""
    body = record.get("body")
    if not isinstance(body, dict):
        return None
    sections = body.get("sections")
    parts = [body.get("summary")]
    for section in sections if isinstance(sections, list) else ():
        if isinstance(section, dict):
            parts += [section.get("headline"), section.get("paragraphs")]
    return "\n\n".join(filter(None, map(_text, parts))) or None


def _authors(values: Iterator[Any]) -> tuple[str, ...]:
    for value in values:
        names = tuple(dict.fromkeys(_names(value)))
        if names:
            return names
    return ()


def _by(words: Lexicon) -> re.Pattern[str]:
    """Return the pattern of the word in front of a byline."""
    return re.compile(rf"^\s*+(?:{'|'.join(map(re.escape, words.ordered('ingest.by')))})\s+", re.IGNORECASE)


def _between_names(words: Lexicon) -> re.Pattern[str]:
    """Return the pattern of what stands between two names."""
    links = "|".join(f" {re.escape(word)} " for word in words.ordered("ingest.and"))
    return re.compile(rf"[;|]|{links}| & ")


_NO_NAME = re.compile(
    r"^www\.|://|^\S+@\S+$|^\S+\.(?:com|org|net|html?)$|^(?:none|null|nan|n/a)$", re.IGNORECASE
)
_MAX_NAME = 300
_MAX_BYLINE = 20_000


def _names(value: Any) -> Iterator[str]:
    """Yield the names in a byline: a list, objects with a name, a list written as a string, a string."""
    if isinstance(value, list):
        for item in value:
            yield from _names(item)
    elif isinstance(value, dict):
        name = _string(value)
        if name:
            yield name
    elif isinstance(value, str):
        value = unescape(value[:_MAX_BYLINE])
        if value.lstrip().startswith("["):
            written = _written_list(value)
            if written is not None:
                yield from _names(written)
                return
        words = lexicon()
        bare = words.made(_by).sub("", " ".join(value.split()))
        for name in words.made(_between_names).split(bare):
            cleaned = name.strip().strip(",")
            if cleaned and (len(cleaned) > _MAX_NAME or not _NO_NAME.search(cleaned)):
                yield cleaned


def _written_list(value: str) -> list[Any] | None:
    """Return the list that CSV exports write as a string: "['A', 'B']"."""
    try:
        parsed = json.loads(value)
    except (ValueError, RecursionError):
        parsed = re.findall(r"""'([^']+)'|"([^"]+)\"""", value)
        return [a or b for a, b in parsed]
    return parsed if isinstance(parsed, list) else None


def is_known(name: str) -> bool:
    """Tell whether a column's name is an alias of a field, or the first part of one."""
    return _key(name) in _places()
