"""How pages are made of templates: everything escaped, a name that is missing an error."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined


def environment(package: str, filters: Mapping[str, Callable[..., Any]]) -> Environment:
    """Return what renders the templates of a package.

    Args:
        package: with a folder `templates`.
        filters: of its own, by name; `link` is there for all.
    """
    made = Environment(
        loader=PackageLoader(package),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"link": link, **filters}
    return made


def link(address: str | None) -> str:
    """Return an address on the web; nothing for one that would do something else (`javascript:`)."""
    try:
        parts = urlsplit(address or "")
    except ValueError:
        return ""
    return address or "" if parts.scheme in ("http", "https") and parts.netloc else ""
