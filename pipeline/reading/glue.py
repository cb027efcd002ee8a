"""Sentences and words that lost the blank between them: "voters.When", "”Unlike", "pathetic,"Rep. A"."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from pipeline.lexicons import Lexicon
from pipeline.reading.edits import Change

_SEAM = re.compile(r"[.!?,;:”\")\]][”’\")\]]{0,4}(?=[A-Za-z0-9“‘(\[])|“(?=\w)")
"""Punctuation with no blank behind it, and opening marks; what stands before it decides."""
_ADDRESS = re.compile(r"://|www\.|@|[/\\_]")
_DOMAIN = re.compile(r"(?:Com|Org|Net|Co|Gov|Edu|Js|Io|Ai|Tv)\b")
_WORD = re.compile(r"\w+")
_REACH = 120
"""Characters to either side among which an address is looked for."""
_MARKS_BACK = 8
"""Glued marks in a row that are followed back."""
_YEAR = re.compile(r"(?:19|20)\d\d\b")
_LEAST_NAMED = 2
"""Times that a name stands in a text by itself if a word that begins with it may be glued to it.

Once is enough where the name is a country's, or hardly any word ends so."""

_FEW = 40
"""Words that end as small words do up to which each is looked for in the text: quicker than to count all."""


def glue_changes(text: str, lexicon: Lexicon) -> Iterator[Change]:
    """Yield the blanks that were lost."""
    places = set(_after_punctuation(text))
    places.update(_between_words(text, lexicon))
    for place in sorted(places):
        yield place, place, " "


def _after_punctuation(text: str) -> Iterator[int]:
    for match in _SEAM.finditer(text):
        start, end = match.span()
        if start and not text[start - 1].isspace():
            place = _seam(text, start, end)
            if place >= 0 and not _is_address(text, start, end):
                yield place


def _seam(text: str, start: int, end: int) -> int:
    """Return where a blank was lost at a run of punctuation; -1 where none was."""
    run, before, after, next_after = text[start:end], text[start - 1], text[end], text[end + 1 : end + 2]
    follows_word = (
        text[max(0, start - 2) : start].islower() and before.isalpha() and text[start - 2].isalpha()
    )
    is_found = False
    if after in "“‘" and not next_after.isalnum():
        return -1
    if run == "“":
        return start if before.islower() else -1
    if run[0] == "”":
        is_s = after == "s" and not next_after.isalpha()
        is_found = before.isalnum() and (after.isalpha() or after == "“") and not is_s
    elif run[-1] == '"':
        if run[0] in ".,!?" and before.isalnum() and after.isalpha():
            return end if _closes(text, end - 1) else end - 1
    elif run[0] in ".!?":
        is_opening = after.isupper() or after in "“‘(["
        is_number = text[max(0, start - 3) : start].isdigit() and run == "." and _YEAR.match(text, end)
        is_found = is_number is not None and bool(is_number)
        if is_opening and (follows_word or (before.isalnum() and "”" in run)):
            is_found = not _DOMAIN.match(text, end)
    elif run == ",":
        is_found = follows_word and ((after.isalpha() and next_after.isalpha()) or after in "“‘")
    elif run[0] == ",":
        is_found = before.isalnum() and after.isalpha()
    elif run in (":", ";"):
        is_found = follows_word and ((after.isupper() and next_after.islower()) or after == "“")
    elif run == ")":
        is_found = before.islower() and after.isupper() and next_after.islower()
    return end if is_found else -1


def _between_words(text: str, lexicon: Lexicon) -> Iterator[int]:
    """Yield where words were joined: "ImagesThe", and "Chinaon" where China is named by itself."""
    for opener in lexicon.ordered("reading.openers"):
        at = text.find(f"{opener} ", 1)
        while at > 0:
            if text[at - 1].islower():
                yield at
            at = text.find(f"{opener} ", at + 1)
    found = {(match[0], match[1]) for match in lexicon.made(_run_on).finditer(text)}
    if len(found) <= _FEW:
        # Words are counted only where some name stands elsewhere, too, at least as a piece of a word.
        found = {(word, end) for word, end in found if text.count(word[: -len(end)]) > text.count(word)}
    if not found:
        return
    counts = Counter(_WORD.findall(text))
    surely, countries = lexicon.words("reading.run_on_surely"), lexicon.made(_countries)
    ends = {}
    for word, ending in found:
        name = word[: -len(ending)]
        least = 1 if ending in surely or name in countries else _LEAST_NAMED
        if counts[word] == 1 and counts[name] >= least:
            ends[word] = len(name)
    if ends:
        yield from (match.start() + ends[match[0]] for match in _WORD.finditer(text) if match[0] in ends)


def _countries(lexicon: Lexicon) -> frozenset[str]:
    """Return the names of countries."""
    fields = (line.split("\t") for line in lexicon.entries("territories").values())
    return frozenset(name for kind, _, _, name, *_ in fields if kind == "country")


def _run_on(lexicon: Lexicon) -> re.Pattern[str]:
    """Return the pattern of names with a small word at their end: "Chinaon", but Clinton, too."""
    endings = "|".join(sorted(lexicon.ordered("reading.run_on"), key=len, reverse=True))
    return re.compile(rf"[A-Z][a-z]{{3,}}?({endings})\b(?= \w)")


def _is_address(text: str, start: int, end: int) -> bool:
    """Return whether a place lies in an address of the web, a path or the like."""
    before = text[max(0, start - _REACH) : start].rsplit(None, 1)
    after = text[end : end + _REACH].split(None, 1)
    return _ADDRESS.search((before[-1] if before else "") + "." + (after[0] if after else "")) is not None


def _closes(text: str, at: int) -> bool:
    """Return whether a straight mark between words closes: the last one before it in its line has opened.

    Of a mark that stands between words itself ('said,"We will."Work'), those before it tell.
    """
    line = text.rfind("\n", max(0, at - 2_000), at) + 1
    closes = True
    for _ in range(_MARKS_BACK):
        last = text.rfind('"', max(line, at - 2_000), at)
        if last < 0:
            return not closes
        before = text[last - 1] if last > line else " "
        if before not in ",:.!?" or not text[last + 1].isalpha():
            has_opened = (before.isspace() or before in "([—–-") and not text[last + 1].isspace()
            return has_opened == closes
        closes, at = not closes, last
    return False
