"""Countries, their subdivisions, demonyms and regions: what a name is when a list can tell.

All names are the project's lexicons; those of countries and subdivisions were taken from rigour, which itself
needs ICU's headers and a compiler to install. Cities are a matter of context and population: see `places`.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from pipeline.lexicons import Lexicon

# Wikidata has an item for the realm and one for the country within it; news mean the country. For British
# Columbia rigour has the id of another item.
_ITEMS = {"dk": "Q35", "nl": "Q55", "ca-bc": "Q1974", "us-dc": "Q61"}
# Codes of rigour's that stand for no place.
_NO_PLACES = frozenset({"un", "ip", "zz", "eu"})


class Territory(NamedTuple):
    """A country or a subdivision of one, as the lexicon has it; `country` is a code, or "-"."""

    kind: str
    country: str
    qid: str
    name: str
    full_name: str


class Gazetteer:
    """The places and peoples that a lexicon lists; `lexicon.made(Gazetteer)` hands out the one of a language.

    Codes are rigour's: "us" for a country, "us-ca" for a subdivision.

    Attributes:
        territories: lower-cased name -> code, for countries and their first-level subdivisions.
        demonyms: lower-cased demonym, singular and plural -> code of the country.
        peoples: lower-cased names of faiths, political groups and peoples without a country.
        regions: lower-cased names of continents, seas and regions of many countries.
    """

    # The caches of the methods are as good as the gazetteer's own: there is one a language, and it stays.

    def __init__(self, lexicon: Lexicon) -> None:
        """Read the lists of a lexicon."""
        self._known = {
            code: Territory(*line.split("\t")) for code, line in lexicon.entries("territories").items()
        }
        self._names = lexicon.entries("entities.territory_names")
        self._articles = tuple(f"{article} " for article in lexicon.ordered("entities.definite_articles"))
        self.territories = self._read_territories(lexicon)
        self.demonyms = _read_demonyms(lexicon)
        self.peoples = lexicon.words("peoples")
        self.regions = lexicon.words("regions")

    def _read_territories(self, lexicon: Lexicon) -> dict[str, str]:
        no_places = _NO_PLACES | lexicon.words("city_subdivisions")
        names: dict[str, str] = {}
        for wanted in (False, True):  # of a state and a country of one name (Georgia) the country wins
            for code, territory in self._known.items():
                if code not in no_places and (territory.kind == "country") is wanted:
                    for name in (territory.full_name, territory.name):
                        names[name.lower().partition(" (")[0]] = code
        return names | lexicon.entries("place_aliases")

    @lru_cache(maxsize=32768)  # noqa: B019
    def territory_code(self, name: str) -> str | None:
        """Return the code of the country or subdivision that goes by this name ("U.S." -> "us"), or None."""
        if name.islower():  # "us", "man." are words
            return None
        lower = name.lower()
        for bare in (lower, *(lower.removeprefix(article) for article in self._articles)):
            if bare in self.territories:
                return self.territories[bare]
        return None

    def demonym_code(self, name: str) -> str | None:
        """Return the code of the country whose people or language goes by this name ("Danes" -> "dk")."""
        return self.demonyms.get(name.lower())

    @lru_cache(maxsize=32768)  # noqa: B019
    def is_people(self, name: str) -> bool:
        """Whether the name is of a people, a faith or a political group (NORP)."""
        return name.lower() in self.peoples or name.lower() in self.demonyms

    def is_region(self, name: str) -> bool:
        """Whether the name is of a continent, a sea or a region of many countries."""
        return name.lower() in self.regions

    def wikidata_id(self, code: str) -> str | None:
        """Return the Wikidata item of a territory."""
        territory = self._known.get(code)
        return _ITEMS.get(code) or (territory.qid if territory else None)

    def country_of(self, code: str) -> str | None:
        """Return the two-letter code of the country that a territory belongs to ("us-ca" -> "US")."""
        territory = self._known.get(code)
        if territory is None:
            return None
        country = (code if territory.country == "-" else territory.country).partition("-")[0]
        return country.upper() if len(country) == 2 else None

    def territory_name(self, code: str) -> str | None:
        """Return the plain name of a territory ("us-ga" -> "Georgia")."""
        if code in self._names:
            return self._names[code]
        territory = self._known.get(code)
        return territory.name.partition(" (")[0] if territory else None


def _read_demonyms(lexicon: Lexicon) -> dict[str, str]:
    singular = lexicon.entries("demonyms")
    (ending,) = lexicon.ordered("entities.plural_ending")
    without = lexicon.ordered("entities.no_plural_after")
    plural = {name + ending: code for name, code in singular.items() if not name.endswith(without)}
    return plural | singular
