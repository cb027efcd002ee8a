"""What patterns of amounts and times are made of: alternatives from lexicons, tried where they can begin.

The patterns are verbose (`re.VERBOSE`), so that blanks in phrases are escaped here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator


def alternatives(phrases: Iterable[str]) -> str:
    """Return a group that matches any of some phrases as they are written, the first that fits."""
    return f"(?:{'|'.join(map(re.escape, phrases))})"


def longest_first(phrases: Iterable[str]) -> str:
    """Return a group that matches any of some phrases, a long one before a shorter one that opens it."""
    return alternatives(sorted(phrases, key=len, reverse=True))


def any_case(phrases: Iterable[str], rest: str | None = None) -> str:
    """Return a group that matches any of some phrases in any case, a long one before a shorter one.

    It looks at the first character once: without that each phrase is tried where none begins, at every digit.

    Args:
        phrases: to match.
        rest: another pattern instead, which begins with any of the phrases.
    """
    phrases = [*phrases]
    firsts = re.escape("".join(sorted({phrase[0] for phrase in phrases})))
    return f"(?i:(?=[{firsts}])(?:{rest or longest_first(phrases)}))"


def either_case(phrases: Iterable[str]) -> str:
    """Return a group that matches any of some phrases, with a small or a capital letter at its beginning."""
    return f"(?:{'|'.join(f'[{p[0].upper()}{p[0]}]{re.escape(p[1:])}' for p in phrases)})"


def behind(phrases: Iterable[str]) -> str:
    """Return an assertion that one of some patterns, each of a fixed width, stands right before."""
    return f"(?:{'|'.join(f'(?<={phrase})' for phrase in phrases)})"


def matches_at(
    pattern: re.Pattern[str], text: str, places: Iterable[int] | None, end: int
) -> Iterator[re.Match[str]]:
    """Yield the matches of a pattern that do not overlap, in text order.

    A long pattern that is tried only where it can begin costs a tenth of one that is tried everywhere.

    Args:
        pattern: never matches nothing.
        text: any.
        places: where a match may begin, in code points and text order; anywhere where it is None.
        end: after the last code point to look at.
    """
    if places is None:
        yield from pattern.finditer(text, 0, end)
        return
    after = 0
    for place in places:
        if place >= after and (match := pattern.match(text, place, end)) is not None:
            yield match
            after = match.end()
