"""Countries, their subdivisions, demonyms and regions: what a name is when a list can tell.

All names are the project's lexicons; those of countries and subdivisions were taken from rigour, which itself
needs ICU's headers and a compiler to install. Cities are a matter of context and population: see `places`.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import NamedTuple

from pipeline.lexicons import entries, words

# Wikidata has an item for the realm and one for the country within it; news mean the country. For British
# Columbia rigour has the id of another item.
_ITEMS = {"dk": "Q35", "nl": "Q55", "ca-bc": "Q1974", "us-dc": "Q61"}
# What English-language news call a country, where its own name for itself is another.
_NAMES = {"tr": "Turkey", "nr": "Nauru", "ci": "Ivory Coast"}
# Entries that are no places.
_NO_PLACES = frozenset({"un", "ip", "zz", "eu"})


class Territory(NamedTuple):
    """A country or a subdivision of one, as the lexicon has it; `country` is a code, or "-"."""

    kind: str
    country: str
    qid: str
    name: str
    full_name: str


@cache
def _known() -> dict[str, Territory]:
    """Code -> territory."""
    return {code: Territory(*line.split("\t")) for code, line in entries("territories").items()}


@cache
def territories() -> dict[str, str]:
    """Lower-cased name -> code, for countries and their first-level subdivisions."""
    names: dict[str, str] = {}
    no_places = _NO_PLACES | words("city_subdivisions")
    known = [(code, territory) for code, territory in _known().items() if code not in no_places]
    for wanted in (False, True):  # of a state and a country of one name (Georgia) the country wins
        for code, territory in known:
            if (territory.kind == "country") is wanted:
                for name in (territory.full_name, territory.name):
                    names[name.lower().partition(" (")[0]] = code
    names.update(entries("place_aliases"))
    return names


@cache
def demonyms() -> dict[str, str]:
    """Lower-cased demonym, singular and plural -> code of the country."""
    singular = entries("demonyms")
    return {
        name + "s": code for name, code in singular.items() if not name.endswith(("s", "h", "ch"))
    } | singular


@lru_cache(maxsize=32768)
def territory_code(name: str) -> str | None:
    """Return the code of the country or subdivision that goes by this name ("U.S." -> "us"), or None."""
    if name.islower():  # "us", "man." are words
        return None
    lower = name.lower()
    return territories().get(lower) or territories().get(lower.removeprefix("the "))


def demonym_code(name: str) -> str | None:
    """Return the code of the country whose people or language goes by this name ("Danes" -> "dk")."""
    return demonyms().get(name.lower())


@lru_cache(maxsize=32768)
def is_people(name: str) -> bool:
    """Whether the name is of a people, a faith or a political group (NORP)."""
    return name.lower() in words("peoples") or name.lower() in demonyms()


def is_region(name: str) -> bool:
    """Whether the name is of a continent, a sea or a region of many countries."""
    return name.lower() in words("regions")


@cache
def wikidata_id(code: str) -> str | None:
    """Return the Wikidata item of a territory."""
    territory = _known().get(code)
    return _ITEMS.get(code) or (territory.qid if territory else None)


@cache
def country_of(code: str) -> str | None:
    """Return the two-letter code of the country that a territory belongs to ("us-ca" -> "US")."""
    territory = _known().get(code)
    if territory is None:
        return None
    country = code if territory.country == "-" else territory.country
    return country.partition("-")[0].upper() if len(country.partition("-")[0]) == 2 else None


@cache
def territory_name(code: str) -> str | None:
    """Return the plain name of a territory ("us-ga" -> "Georgia")."""
    if code in _NAMES:
        return _NAMES[code]
    territory = _known().get(code)
    return territory.name.partition(" (")[0].removesuffix(" SAR") if territory else None
