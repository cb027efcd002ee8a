"""Countries, their subdivisions, demonyms and regions: what a name is when a list can tell.

Names and codes of countries and subdivisions come from rigour (MIT; ids from Wikidata), other names and
demonyms from the project's lexicons. Cities are a matter of context and population: see `places`.
"""

from __future__ import annotations

from functools import cache

from rigour.territories import get_territories, get_territory

from pipeline.lexicons import entries, words

# Wikidata has an item for the realm and one for the country within it; news mean the country.
_COUNTRY_ITEMS = {"dk": "Q35", "nl": "Q55"}
# Historical territories, and entries that are no places.
_NO_PLACES = frozenset({"un", "ip", "zz", "eu"})


@cache
def territories() -> dict[str, str]:
    """Lower-cased name -> code, for countries and the first-level subdivisions that rigour has."""
    names: dict[str, str] = {}
    known = [
        t
        for t in get_territories()
        if not t.is_historical and t.code not in _NO_PLACES | words("city_subdivisions")
    ]
    for wanted in (False, True):  # of a state and a country of one name (Georgia) the country wins
        for territory in known:
            if territory.is_country is wanted:
                for name in (territory.full_name, territory.name):
                    if name:
                        names[name.lower().partition(" (")[0]] = territory.code
    names.update(entries("place_aliases"))
    return names


@cache
def demonyms() -> dict[str, str]:
    """Lower-cased demonym, singular and plural -> code of the country."""
    singular = entries("demonyms")
    return {
        name + "s": code for name, code in singular.items() if not name.endswith(("s", "h", "ch"))
    } | singular


def territory_code(name: str) -> str | None:
    """Return the code of the country or subdivision that goes by this name ("U.S." -> "us"), or None."""
    if name.islower():  # "us", "man." are words
        return None
    lower = name.lower()
    return territories().get(lower) or territories().get(lower.removeprefix("the "))


def demonym_code(name: str) -> str | None:
    """Return the code of the country whose people or language goes by this name ("Danes" -> "dk")."""
    return demonyms().get(name.lower())


def is_people(name: str) -> bool:
    """Whether the name is of a people, a faith or a political group (NORP)."""
    return name.lower() in words("peoples") or name.lower() in demonyms()


def is_region(name: str) -> bool:
    """Whether the name is of a continent, a sea or a region of many countries."""
    return name.lower() in words("regions")


@cache
def wikidata_id(code: str) -> str | None:
    """Return the Wikidata item of a territory."""
    territory = get_territory(code)
    return _COUNTRY_ITEMS.get(code) or (territory.qid if territory else None)


@cache
def country_of(code: str) -> str | None:
    """Return the two-letter code of the country that a territory belongs to ("us-ca" -> "US")."""
    territory = get_territory(code)
    if territory is None:
        return None
    country = territory.ftm_country or code.partition("-")[0]
    return country.partition("-")[0].upper() if len(country.partition("-")[0]) == 2 else None


@cache
def territory_name(code: str) -> str | None:
    """Return the plain name of a territory ("us-ga" -> "Georgia")."""
    territory = get_territory(code)
    return territory.name.partition(" (")[0].removesuffix(" SAR") if territory else None
