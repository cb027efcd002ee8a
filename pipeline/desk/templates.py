"""How pages are made of templates: everything escaped, a name that is missing an error."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined

LABELS = {
    "PERSON": "person",
    "ORG": "organisation",
    "GPE": "place",
    "LOC": "place",
    "NORP": "people",
    "FAC": "building",
    "EVENT": "event",
    "WORK_OF_ART": "work",
    "LAW": "law",
    "PRODUCT": "product",
}
"""Types of entities, in words that need no explanation."""


def environment(package: str, filters: Mapping[str, Callable[..., Any]]) -> Environment:
    """Return what renders the templates of a package.

    Args:
        package: with a folder `templates`.
        filters: of its own, by name; `link` and `in_words` are there for all.
    """
    made = Environment(
        loader=PackageLoader(package),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"link": link, "in_words": in_words, **filters}
    return made


def in_words(label: str | None) -> str:
    """Return the type of an entity as people call it; other labels stay as they are."""
    return LABELS.get(label or "", label or "")


def link(address: str | None) -> str:
    """Return an address on the web; nothing for one that would do something else (`javascript:`)."""
    try:
        parts = urlsplit(address or "")
    except ValueError:
        return ""
    return address or "" if parts.scheme in ("http", "https") and parts.netloc else ""
