"""The words that are searched for: a query for FTS5, and where they stand in a text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup

_TERM = re.compile(r'(?P<not>-)?(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))')
_TOKEN = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Term:
    """One term of a search: words in a row."""

    words: tuple[str, ...]
    is_prefix: bool = False
    is_wanted: bool = True


def read_terms(text: str) -> list[Term]:
    """Return what is searched for.

    All terms have to be there. `"two words"` stand in a row, `ferr*` is the beginning of a word, `-word` must
    not be there. What is no letter or digit only separates words, so that no text is an error.
    """
    found = []
    for match in _TERM.finditer(text):
        raw = match["phrase"] if match["phrase"] is not None else match["word"] or ""
        words = tuple(_TOKEN.findall(raw))
        if words:
            found.append(Term(words, is_prefix=raw.endswith("*"), is_wanted=not match["not"]))
    return found


def match_of(terms: list[Term]) -> str:
    """Return the query for FTS5; empty where nothing is wanted."""
    wanted = " AND ".join(_phrase(term) for term in terms if term.is_wanted)
    unwanted = " OR ".join(_phrase(term) for term in terms if not term.is_wanted)
    if not wanted:
        return ""
    return f"({wanted}) NOT ({unwanted})" if unwanted else wanted


def _phrase(term: Term) -> str:
    return '"' + " ".join(term.words) + '"' + (" *" if term.is_prefix else "")


def marked(text: str, terms: list[Term], *, around: int | None = None) -> Markup:
    """Return a text with the places of the terms marked.

    Args:
        text: of a quotation, a headline or an article.
        terms: those that are wanted are marked.
        around: so many characters on each side of the first place are kept; None for all of the text.
    """
    places = list(_places(text, terms))
    first, last = 0, len(text)
    if around is not None and last > 2 * around:
        centre = places[0][0] if places else 0
        first, last = _whole_words(text, max(0, centre - around), min(last, centre + around))
    parts, at = [Markup("…" if first else "")], first
    for start, end in places:
        if at <= start and end <= last:
            parts += [Markup.escape(text[at:start]), Markup("<mark>{}</mark>").format(text[start:end])]
            at = end
    parts += [Markup.escape(text[at:last]), Markup("…" if last < len(text) else "")]
    return Markup("").join(parts)


def _whole_words(text: str, first: int, last: int) -> tuple[int, int]:
    while 0 < first < len(text) and text[first - 1].isalnum():
        first += 1
    while last < len(text) and last > first and text[last].isalnum():
        last -= 1
    return first, last


def _places(text: str, terms: list[Term]) -> Iterator[tuple[int, int]]:
    """Yield where terms stand, in order and without overlaps."""
    wanted = [term for term in terms if term.is_wanted]
    if not wanted:
        return
    tokens = [(match.start(), match.end(), _plain(match[0])) for match in _TOKEN.finditer(text)]
    looked_for = [([_plain(word) for word in term.words], term.is_prefix) for term in wanted]
    until = 0
    for at, (start, _, _) in enumerate(tokens):
        if start < until:
            continue
        for words, is_prefix in looked_for:
            stand = [token for *_, token in tokens[at : at + len(words)]]
            if (
                len(stand) == len(words)
                and stand[:-1] == words[:-1]
                and (stand[-1].startswith(words[-1]) if is_prefix else stand[-1] == words[-1])
            ):
                until = tokens[at + len(words) - 1][1]
                yield start, until
                break


def _plain(word: str) -> str:
    decomposed = unicodedata.normalize("NFKD", word.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))
