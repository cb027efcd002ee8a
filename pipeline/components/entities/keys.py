"""Names as keys: which spellings are the same name, within a document and across years."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from pipeline.components.entities.gazetteer import demonym_code, territory_code
from pipeline.lexicons import entries, words

_EDGE = re.compile(r"^[^\w]+|[^\w]+$")
_GAP = re.compile(r"[\s\-‐‑‒–—/]+")
_KINDS = {
    "PERSON": "person",
    "ORG": "org",
    "GPE": "place",
    "LOC": "place",
    "FAC": "place",
    "NORP": "people",
    "EVENT": "event",
    "WORK_OF_ART": "work",
    "LAW": "law",
    "PRODUCT": "product",
}
# What NFKD leaves alone, as English-language news write it.
_LETTERS = str.maketrans(
    {
        "ł": "l",
        "Ł": "L",
        "ø": "o",
        "Ø": "O",
        "ß": "ss",
        "đ": "d",
        "Đ": "D",
        "ı": "i",
        "æ": "ae",
        "Æ": "Ae",
        "œ": "oe",
    }
)


@lru_cache(maxsize=65536)
def plain(word: str) -> str:
    """Return a word in lower case, without accents, full stops and apostrophes.

    >>> plain("Müller"), plain("U.S."), plain("O’Neill")
    ('muller', 'us', 'oneill')
    """
    letters = unicodedata.normalize("NFKD", word.translate(_LETTERS))
    kept = "".join(c for c in letters if not unicodedata.combining(c) and c not in ".'’‘`´")
    return kept.casefold()


@lru_cache(maxsize=32768)
def name_words(name: str) -> tuple[str, ...]:
    """Split a name into plain words, at hyphens too, without "the" in front and "'s" behind.

    >>> name_words("the Al-Jazeera’s")
    ('al', 'jazeera')
    """
    name = re.sub(r"['’]s?$", "", name.strip())
    parts = [plain(_EDGE.sub("", part)) for part in _GAP.split(name)]
    parts = [part for part in parts if part]
    if len(parts) > 1 and parts[0] == "the":
        parts = parts[1:]
    return tuple(parts)


def canonical_key(name: str, label: str) -> str:
    """Return the key of a name among all names of its type: equal keys mean the same entity.

    The key depends on the name and the label alone, so that every batch comes to the same one. Taken as
    equal: case, accents, hyphens and apostrophes; the names of a country; legal forms of an organisation
    ("Inc.") and well-known abbreviations of it (lexicon `organisations`); titles, one middle initial,
    and unmistakable short forms of given names (lexicon `nicknames`) of a person; `Mohammed` and its like
    (lexicon `transliterations`). Kept apart: two or more initials (George H. W. Bush), "junior", and
    whatever is not listed here.

    Args:
        name: a canonical name, as `Entity.name`.
        label: an entity label (PERSON, ORG, GPE ...); GPE, LOC and FAC share one space of names.

    Returns:
        "person:angela merkel", "place:us", "org:international monetary fund".
    """
    kind = _KINDS.get(label, "other")
    parts = name_words(name)
    if kind == "person":
        parts = person_words(parts)
    elif kind == "org":
        parts = organisation_words(parts)
    elif kind in ("place", "people"):
        code = (territory_code if kind == "place" else demonym_code)(" ".join(name.split()))
        parts = (code,) if code else parts
    return f"{kind}:{' '.join(parts)}"


@lru_cache(maxsize=16384)
def person_words(parts: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words that tell who a person is: no title, no lone middle initial, given name in full."""
    titles = _titles()
    while len(parts) > 1 and parts[0] in titles:
        parts = parts[1:]
    if len(parts) > 2:
        middle = parts[1:-1]
        if len(middle) == 1 and len(middle[0]) == 1:
            parts = (parts[0], parts[-1])
    if len(parts) > 1:
        first = entries("nicknames").get(parts[0], parts[0])
        parts = (first, *parts[1:])
        spelling = entries("transliterations")
        parts = tuple(spelling.get(part, part) for part in parts)
    return parts


@lru_cache(maxsize=16384)
def organisation_words(parts: tuple[str, ...]) -> tuple[str, ...]:
    """Return an organisation's name without legal forms; well-known abbreviations are spelt out."""
    suffixes = words("organisation_suffixes")
    while len(parts) > 1 and parts[-1] in suffixes:
        parts = parts[:-1]
    if len(parts) > 3 and parts[-1] in _initials(parts[:-1]):  # International Safety Council ISC
        return organisation_words(parts[:-1])
    full = entries("organisations").get(" ".join(parts))
    parts = name_words(full) if full else parts
    return tuple(part for part in parts if part != "and")


def _initials(parts: tuple[str, ...]) -> set[str]:
    small, suffixes = ("of", "the", "and", "for"), words("organisation_suffixes")
    large = [part for part in parts if part not in small]
    return {"".join(part[0] for part in large), "".join(part[0] for part in large if part not in suffixes)}


@lru_cache(maxsize=1)
def _titles() -> frozenset[str]:
    return frozenset(plain(title) for title in entries("person_titles")) - {
        "private",
        "major",
        "count",
        "father",
    }
