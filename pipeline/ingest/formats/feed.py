"""Feeds: RSS and Atom (JSON Feed comes as JSON); news sitemaps, which have titles and dates but no texts."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from typing import Any, BinaryIO

import feedparser
from lxml import etree

from pipeline.ingest.formats.reader import Limits, Reader, TooLarge, fault, read_whole, record
from pipeline.ingest.formats.xml_tree import (
    Hostile,
    name,
    parse_items,
    refuse_entities,
    root_name,
    tags,
    text,
)
from pipeline.ingest.pages.html import html_to_text, is_html
from pipeline.ingest.record import RawRecord


def is_feed(head: bytes, file: str) -> bool:
    """Tell by the root element."""
    return root_name(head) in ("rss", "feed", "rdf")


def read_feed(stream: BinaryIO, file: str, limits: Limits) -> Iterator[RawRecord]:
    """Yield the entries of a feed."""
    try:
        data = read_whole(stream, limits.whole_bytes // 4)
        refuse_entities(data)
    except TooLarge as error:
        yield fault(file, 0, "too_large", str(error))
        return
    except Hostile as error:
        yield fault(file, 0, "hostile", str(error))
        return
    # Bytes are never taken for an address; relative links stay as they are.
    parsed = feedparser.parse(data, resolve_relative_uris=False, sanitize_html=False)
    if not parsed.entries and parsed.get("bozo"):
        yield fault(file, 0, "unreadable", f"feed: {parsed.get('bozo_exception')}")
        return
    about = parsed.feed
    is_atom = str(parsed.get("version", "")).startswith("atom")
    for place, entry in enumerate(parsed.entries, 1):
        values = {k: v for k, v in _entry(entry, about, is_atom=is_atom).items() if v}
        yield record(file, place, values, date_from="feed")
    n_lost = _lost(data, len(parsed.entries), is_sound=not parsed.get("bozo"))
    for n in range(min(n_lost, _MAX_LOST)):
        yield fault(file, len(parsed.entries) + n + 1, "unreadable", "feed: an entry whose tags are broken")


_MAX_LOST = 10_000
_ONCE = ("guid", "description", "pubDate", "published")
"""Elements that an entry has once; one that has two has lost its end, and the next its beginning."""


def _lost(data: bytes, n_entries: int, *, is_sound: bool) -> int:
    """Return how many entries of a feed are lost, by its tags."""
    starts, n_ends = tags(data, ("item", "entry"))
    if not starts:
        return max(0, n_ends - n_entries)
    n_double = 0
    for once in _ONCE:
        places, _ = tags(data, (once,), with_prefix=False)
        owners = Counter(bisect_right(starts, place) for place in places if place > starts[0])
        n_double = max(n_double, sum(n - 1 for n in owners.values()))
    n_expected = len(starts) if is_sound else max(len(starts), n_ends)
    return max(0, n_expected - n_entries, n_double)


def _entry(entry: Any, about: Any, *, is_atom: bool) -> dict[str, Any]:
    contents = [c.get("value", "") for c in entry.get("content", [])]
    longest = max([*contents, entry.get("summary", "")], key=len)
    origin = entry.get("source") or {}
    updated = dict.get(entry, "updated")  # feedparser's own `get` gives the date of publication for it
    return {
        "id": entry.get("id"),
        "url": entry.get("link"),
        "title": _plain(entry.get("title")),
        "text": _plain(longest),
        "published_at": entry.get("published") or (updated if is_atom else None),
        "modified_at": updated,
        "authors": [a["name"] for a in entry.get("authors", []) if a.get("name")] or entry.get("author"),
        "source": _plain(origin.get("title") if hasattr(origin, "get") else None)
        or _plain(about.get("title")),
        "language": entry.get("language") or about.get("language"),
        "section": (entry.get("tags") or [{}])[0].get("term"),
    }


def _plain(value: str | None) -> str | None:
    if not value:
        return None
    return html_to_text(value) if is_html(value) else value


def is_sitemap(head: bytes, file: str) -> bool:
    """Tell by the root element."""
    return root_name(head) in ("urlset", "sitemapindex")


def read_sitemap(stream: BinaryIO, file: str, limits: Limits) -> Iterator[RawRecord]:
    """Yield the addresses in a sitemap, with what a news sitemap says of them; they have no text."""
    try:
        _, entries, n_lost = parse_items(stream, limits, ("url", "sitemap"), ("loc", "lastmod"))
    except Hostile as error:
        yield fault(file, 0, "hostile", str(error))
        return
    except TooLarge as error:
        yield fault(file, 0, "too_large", str(error))
        return
    except (etree.LxmlError, ValueError) as error:
        yield fault(file, 0, "unreadable", f"XML: {error}")
        return
    place = 0
    n_addresses = 0
    for place, entry in enumerate(entries, 1):
        own = Counter(name(element) for element in entry)
        n_addresses += max(1, own["loc"], own["lastmod"])
        found: dict[str, Any] = {}
        for element in entry.iter():
            key = name(element)
            wanted = _SITEMAP.get(key)
            if wanted and wanted not in found and (value := text(element)):
                found[wanted] = value
        yield record(file, place, found, date_from="feed")
    n_lost = max(n_lost, n_addresses - place)
    for n in range(min(n_lost, _MAX_LOST)):
        yield fault(file, place + n + 1, "unreadable", "XML: an entry whose tags are broken")


_SITEMAP = {
    "loc": "url",
    "lastmod": "modified_at",
    "publication_date": "published_at",
    "title": "title",
    "name": "source",
    "language": "language",
}

FEED = Reader(
    "feed",
    is_feed,
    read_feed,
    "RSS and Atom feeds",
    {
        "id": "guid, id",
        "url": "link",
        "title": "title",
        "text": "the longest of content and description, as plain text",
        "published_at": "pubDate, published; updated of an Atom entry that has nothing else",
        "modified_at": "updated",
        "authors": "dc:creator, author",
        "source": "source/title, else the title of the feed",
        "language": "language of the feed",
    },
)
SITEMAP = Reader(
    "sitemap",
    is_sitemap,
    read_sitemap,
    "Sitemaps and news sitemaps (no texts, so their records end in rejects)",
    {
        "url": "loc",
        "title": "news:title",
        "published_at": "news:publication_date",
        "modified_at": "lastmod",
        "source": "news:name",
        "language": "news:language",
    },
)
