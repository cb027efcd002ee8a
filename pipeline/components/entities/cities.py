"""Cities of 15,000 people and more, by name: the lexicon `cities`, a selection of GeoNames."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from pipeline.components.entities.keys import plain
from pipeline.lexicons import Lexicon

LARGE = 100_000
"""A city of this many people is known by its bare name."""


class City(NamedTuple):
    """A populated place of GeoNames; `admin1` is GeoNames' code of the first-level subdivision."""

    geonames_id: int
    name: str
    population: int
    country: str
    admin1: str
    is_alias: bool


class Cities:
    """The cities that a lexicon lists; `lexicon.made(Cities)` hands out those of a language."""

    def __init__(self, lexicon: Lexicon) -> None:
        """Read the list of a lexicon."""
        self._lines = lexicon.entries("cities")

    @lru_cache(maxsize=16384)  # noqa: B019 - there is one object a language, and it stays
    def named(self, name: str) -> tuple[City, ...]:
        """Return the cities that go by a name, whatever its case, accents and full stops."""
        line = self._lines.get(plain(name))
        return tuple(_city(entry) for entry in line.split("\t")) if line else ()

    def is_large(self, name: str) -> bool:
        """Whether a city of 100,000 people and more goes by this name, and not as an alias of its own."""
        return any(city.population >= LARGE and not city.is_alias for city in self.named(name))


def _city(entry: str) -> City:
    geonames_id, population, country, admin1, name = entry.split(" ", 4)
    return City(
        geonames_id=int(geonames_id),
        name=name.removeprefix("~"),
        population=int(population),
        country=country,
        admin1=admin1,
        is_alias=name.startswith("~"),
    )
