"""Which news agency an article credits: in its dateline, its byline, or its last lines."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from pipeline.lexicons import entries

_HEAD = 250
_TAIL = 300
_AROUND = re.compile(r"^(?:the|by) | (?:staff|reporters?|writers?|news staff)$", re.IGNORECASE)


def wire_source(text: str, authors: Iterable[str] = (), credit: str | None = None) -> str | None:
    """Return the short name of the agency credited; None where there is none.

    Args:
        text: body of the article.
        authors: names in its byline.
        credit: what the record says of who supplied the copy.
    """
    agencies = entries("wire_agencies")
    for name in (credit, *authors):
        if name:
            plain = re.sub(
                r"^(?:the|by) | (?:staff|reporters?|writers?|news staff)$", "", name.strip(), flags=re.I
            )
            agency = agencies.get(plain) or agencies.get(name.strip()) or _in_byline(name)
            if agency:
                return agency
    dateline = _dateline().search(text[:_HEAD])
    if dateline:
        return agencies[" ".join(dateline[1].split())]
    end = _end().search(text[-_TAIL:])
    return agencies[" ".join((end[1] or end[2]).split())] if end else None


def _in_byline(name: str) -> str | None:
    found = _byline().search(name)
    return entries("wire_agencies")[" ".join((found[1] or found[2]).split())] if found else None


@cache
def _any(*, long_only: bool = False) -> str:
    """Return a pattern for the names, longest first."""
    names = sorted(entries("wire_agencies"), key=lambda n: (-len(n), n))
    chosen = [n for n in names if not long_only or len(n) > 4]
    return "(?:" + "|".join(re.escape(n).replace(r"\ ", r"\s+") for n in chosen) + ")"


@cache
def _byline() -> re.Pattern[str]:
    """An agency's full name anywhere in a byline, or its sign in brackets or after a comma or slash."""
    return re.compile(rf"\b({_any(long_only=True)})\b|(?:[(/,]\s*)({_any()})(?=\s*(?:[)/,]|$))")


@cache
def _dateline() -> re.Pattern[str]:
    """`LONDON, March 3 (Reuters) -` or `(AP) —` near the start: the sign in brackets, then a dash."""
    return re.compile(rf"\(({_any()})(?:\s*/\s*[^)]{{1,40}})?\)\s*(?:[-–—:]|$)", re.MULTILINE)


@cache
def _end() -> re.Pattern[str]:
    """A line at the end that is a credit and nothing else, or a copyright notice."""
    line = rf"^\s*(?:[-–—(\[©]|Source:|With\s+)*\s*({_any()})\s*[)\]]?\.?\s*$"
    notice = rf"(?:©|\(c\)|Copyright)\s*(?:©|\(c\))?\s*(?:\d{{4}},?\s+)?(?:The\s+)?({_any()})\b"
    return re.compile(rf"{line}|{notice}", re.MULTILINE)
