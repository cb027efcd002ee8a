"""Names as keys: which spellings are the same name, within a document and across years."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from pipeline.components.entities.gazetteer import Gazetteer
from pipeline.lexicons import Lexicon
from pipeline.lexicons import lexicon as lexicon_of_language

_EDGE = re.compile(r"^[^\w]+|[^\w+]+$|(?<!\w)\++$")
"""What belongs to no word at its edges; a plus behind one does (Disney+ is not Disney)."""
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


def canonical_key(name: str, label: str, *, lexicon: Lexicon | None = None) -> str:
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
        lexicon: the words of the name's language; English where None.

    Returns:
        "person:angela merkel", "place:us", "org:international monetary fund".
    """
    return (lexicon or lexicon_of_language()).made(NameKeys).canonical_key(name, label)


class NameKeys:
    """Names of one language as plain words; `lexicon.made(NameKeys)` is the one of its language."""

    # There is one object for a language, and it stays: caches of its methods keep nothing alive.

    def __init__(self, lexicon: Lexicon) -> None:
        """Read the lists of a lexicon."""
        self._gazetteer = lexicon.made(Gazetteer)
        genitives = "|".join(map(re.escape, lexicon.ordered("entities.genitives")))
        self._genitive = re.compile(rf"(?:{genitives}|['’])$")
        self._articles = lexicon.words("entities.definite_articles")
        self._brands = lexicon.words("brands_with_apostrophe")
        self._particles = lexicon.words("name_particles")
        self._given_names = lexicon.entries("given_names")
        self._titles = frozenset(plain(title) for title in lexicon.entries("person_titles")) - lexicon.words(
            "entities.titles_like_names"
        )
        self._nicknames = lexicon.entries("nicknames")
        self._spellings = lexicon.entries("transliterations")
        self._suffixes = lexicon.words("organisation_suffixes")
        self._organisations = lexicon.entries("organisations")
        self._conjunctions = lexicon.words("entities.conjunctions")
        self._short_words = lexicon.entries("entities.short_words_in_bodies")
        self._uninitialled = lexicon.words("entities.without_initial_in_keys")

    @lru_cache(maxsize=32768)  # noqa: B019
    def name_words(self, name: str) -> tuple[str, ...]:
        """Split a name into plain words, at hyphens too, without "the" in front and "'s" behind.

        >>> lexicon_of_language().made(NameKeys).name_words("the Al-Jazeera’s")
        ('al', 'jazeera')
        """
        name = name.strip()
        bare = self._genitive.sub("", name)
        if bare.rstrip().lower() not in self._brands:
            name = bare
        parts = [plain(_EDGE.sub("", part)) for part in _GAP.split(name)]
        parts = [part for part in parts if part]
        if len(parts) > 1 and parts[0] in self._articles:
            parts = parts[1:]
        return tuple(parts)

    @lru_cache(maxsize=16384)  # noqa: B019
    def person_words(self, parts: tuple[str, ...]) -> tuple[str, ...]:
        """Return the words that tell who a person is: no title, no lone middle initial, given name in full.

        Args:
            parts: what `name_words` makes of the name.
        """
        while len(parts) > 1 and parts[0] in self._titles:
            parts = parts[1:]
        if len(parts) == 3 and len(parts[1]) == 1:
            parts = (parts[0], parts[2])
        if len(parts) > 1:
            parts = (self._nicknames.get(parts[0], parts[0]), *parts[1:])
            parts = tuple(self._spellings.get(part, part) for part in parts)
        return parts

    def is_short_for(self, first: str, other: str) -> bool:
        """Return whether one given name is the beginning of the other and neither shows another gender."""
        short, longer = sorted((first, other), key=len)
        if len(short) < 3 or not longer.startswith(short) or len(longer) - len(short) < 2:
            return False
        genders = {self._given_names.get(name, "-") for name in (short, longer)} - {"-"}
        return len(genders) < 2

    def is_lone_surname(self, parts: tuple[str, ...]) -> bool:
        """Return whether a person's name is one word, or a surname with its particles ("van den Berg").

        Args:
            parts: what `name_words` makes of the name.
        """
        return all(part in self._particles and part not in self._given_names for part in parts[:-1])

    @lru_cache(maxsize=16384)  # noqa: B019
    def organisation_words(self, parts: tuple[str, ...]) -> tuple[str, ...]:
        """Return an organisation's name without legal forms; well-known abbreviations are spelt out.

        Args:
            parts: what `name_words` makes of the name.
        """
        while len(parts) > 1 and parts[-1] in self._suffixes:
            parts = parts[:-1]
        if len(parts) > 3 and parts[-1] in self._initials(parts[:-1]):  # International Safety Council ISC
            return self.organisation_words(parts[:-1])
        full = self._organisations.get(" ".join(parts))
        parts = self.name_words(full) if full else parts
        kept = (part for part in parts if part not in self._conjunctions)
        return tuple(self._short_words.get(part, part) for part in kept) if len(parts) > 1 else tuple(kept)

    def canonical_key(self, name: str, label: str) -> str:
        """Return the key of a name of this language, see the function `canonical_key`."""
        kind = _KINDS.get(label, "other")
        parts = self.name_words(name)
        if kind == "person":
            parts = self.person_words(parts)
        elif kind == "org":
            parts = self.organisation_words(parts)
        elif kind in ("place", "people"):
            code_of = self._gazetteer.territory_code if kind == "place" else self._gazetteer.demonym_code
            code = code_of(" ".join(name.split()))
            parts = (code,) if code else parts
        return f"{kind}:{' '.join(parts)}"

    def _initials(self, parts: tuple[str, ...]) -> set[str]:
        large = [part for part in parts if part not in self._uninitialled]
        core = [part for part in large if part not in self._suffixes]
        return {"".join(part[0] for part in large), "".join(part[0] for part in core)}
