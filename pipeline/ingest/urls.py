"""The canonical form of an article's URL, which its identity is made from. Nothing here reads the network."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import unquote, urlsplit, urlunsplit

from pipeline.children.light import leaving_out
from pipeline.identity import content_id

with leaving_out("courlan.network", "urllib.request"):  # addresses are never followed
    from courlan import clean_url

MAX_LENGTH = 2000


@lru_cache(maxsize=4096)
def canonical_url(url: str | None) -> str | None:
    """Return a URL without trackers, fragment and other accidents; None where it names no single page.

    A home page names none: feeds and exports give it for want of an article's own address, and all their
    articles would become one.
    """
    if not url or len(url) > MAX_LENGTH:
        return None
    try:
        cleaned = clean_url(url.strip())
        if not cleaned:
            return None
        parts = urlsplit(cleaned)
        query = parts.query or _bare_query(url)
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname or "." not in parts.hostname:
        return None
    if parts.path in ("", "/") and not query:
        return None
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))


def host(url: str | None) -> str | None:
    """Return the host of a URL without `www.`; None where there is none."""
    try:
        name = urlsplit(url).hostname if url else None
    except ValueError:
        return None
    return name.removeprefix("www.") if name else None


def _bare_query(url: str) -> str:
    """Return a query that is an article's number and nothing else (`story.asp?12345`)."""
    query = urlsplit(url.strip()).query
    return query if query and "=" not in query and len(query) <= 100 else ""


@lru_cache(maxsize=4096)
def page_id(url: str | None) -> str | None:
    """Return what stands for a page whatever the spelling of its address; None where it names no single page.

    Scheme, `www.`, port, a slash at the end, case, escapes and the order of the query make no difference.
    Takedowns go by it, which must not miss a page; the identity of an article does not, which must not take
    two for one.
    """
    return page_id_of_canonical(canonical_url(url))


def page_id_of_canonical(canonical: str | None) -> str | None:
    """Return the `page_id` of a URL that is canonical already."""
    if canonical is None:
        return None
    parts = urlsplit(canonical)
    query = sorted(unquote(parts.query).casefold().split("&"))
    path = unquote(parts.path).casefold().rstrip("/")
    return content_id("page", host(canonical) or "", path, *query)
