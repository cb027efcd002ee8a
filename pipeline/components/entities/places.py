"""Places linked to GeoNames and Wikidata: countries and subdivisions by name, cities by context.

What stands with the name decides first ("Long Beach,
CA"), then the countries that the document speaks of, then population. Where no candidate has most of the
weight there is no link: null rather than wrong.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.components.doc.tokens import Tokens
from pipeline.components.entities.cities import LARGE, City, cities_named
from pipeline.components.entities.clusters import Cluster
from pipeline.components.entities.gazetteer import (
    country_of,
    demonym_code,
    territory_code,
    territory_name,
    wikidata_id,
)
from pipeline.lexicons import entries

MIN_SHARE = 0.8
"""Share of the weight of all candidates that the chosen one must have."""
MIN_POPULATION = LARGE
"""Smaller cities are only linked where the document names their country."""
COUNTRY_BOOST, STATE_BOOST = 4.0, 12.0
"""What a candidate's population is multiplied with if the document names its country, its state."""
ALIAS_DISCOUNT = 0.1
"""The same for a candidate that only goes by this name in other languages or times."""


@dataclass(frozen=True, slots=True)
class Place:
    """What a cluster is linked to.

    Attributes:
        name: canonical name, with its state or country where the bare name means another ("Paris, Texas").
        is_ambiguous: there are several such places and nothing tells which: the identity stays local.
    """

    name: str | None = None
    wikidata_id: str | None = None
    geonames_id: str | None = None
    country_code: str | None = None
    method: str | None = None
    score: float | None = None
    is_ambiguous: bool = False


def link_places(clusters: Sequence[Cluster], tokens: Tokens) -> dict[int, Place]:
    """Return the links of the clusters that are places, by cluster number."""
    places = [i for i, cluster in enumerate(clusters) if cluster.label in ("GPE", "LOC", "NORP")]
    if not places:
        return {}
    stated = {i: _stated(clusters[i], tokens) for i in places}
    countries, states = _evidence(clusters, stated)
    links: dict[int, Place] = {}
    for i in places:
        cluster = clusters[i]
        if cluster.label == "NORP":
            continue
        if cluster.code is not None:
            links[i] = _territory(cluster.code, countries, states)
        elif cluster.label == "GPE":
            link = _city(cluster.name, stated[i], countries, states)
            if link is not None:
                links[i] = link
    return links


def _territory(code: str, countries: Counter[str], states: Counter[str]) -> Place:
    """Link a country or subdivision; where two places share the name, the rest of the document decides."""
    rival = entries("ambiguous_territories").get(code)
    if rival is None:
        return _linked(code, 0.95)
    other, *cues = rival.split()
    there = sum(countries[cue] + states[cue] for cue in cues)
    here = sum(countries[cue] for cue in entries("ambiguous_cues").get(code, "").split())
    if here > there:
        return _linked(code, 0.85)
    if there > here and other != "-":
        return _linked(other, 0.8, f"{territory_name(other)}, {territory_name(other.partition('-')[0])}")
    return Place(is_ambiguous=True)


def _linked(code: str, score: float, name: str | None = None) -> Place:
    return Place(
        name=name,
        wikidata_id=wikidata_id(code),
        country_code=country_of(code),
        method="territory",
        score=score,
    )


def _stated(cluster: Cluster, tokens: Tokens) -> set[str]:
    """Codes of territories that follow the name: "Long Beach, CA", "Perth (Scotland)", "Irving in Texas"."""
    codes: set[str] = set()
    size = len(tokens)
    for name in cluster.names:
        i = name.end
        if i + 1 >= size or tokens.lower[i] not in (",", "(", "in"):
            continue
        postal = entries("postal_codes").get(tokens.words[i + 1])
        if postal and tokens.words[i] != "in":
            codes.add(postal)
            continue
        for end in range(min(size, i + 5), i + 1, -1):
            code = territory_code(" ".join(tokens.words[i + 1 : end]))
            goes_on = end < size and tokens.tags[end] in ("NNP", "NNPS")  # "..., U.S. Farm Department"
            if code and not goes_on and (tokens.words[i] != "in" or "-" in code):
                codes.add(code)
                break
    return codes


def _evidence(clusters: Sequence[Cluster], stated: dict[int, set[str]]) -> tuple[Counter[str], Counter[str]]:
    """How often the document names each country (ISO code) and each subdivision (rigour's code)."""
    countries: Counter[str] = Counter()
    states: Counter[str] = Counter()
    for i, cluster in enumerate(clusters):
        codes = set(stated.get(i, ()))
        if cluster.code:
            codes.add(cluster.code)
        elif cluster.label == "NORP" and (code := demonym_code(cluster.name)):
            codes.add(code)
        for code in codes:
            if code == "ge":
                continue
            country = country_of(code)
            if country:
                countries[country] += len(cluster.names)
            if "-" in code:
                states[code] += len(cluster.names)
    return countries, states


def _city(name: str, stated: set[str], countries: Counter[str], states: Counter[str]) -> Place | None:
    """Link a city; None where there is none of that name."""
    candidates = cities_named(name) or cities_named(name.removesuffix(" City"))
    if not candidates:
        return None
    default = _weighed(candidates, Counter(), Counter())
    if stated:
        wanted = [c for c in candidates if any(_within(c, code) for code in stated)]
        if len(stated) > 1 and not wanted:
            return Place(is_ambiguous=True)
        if not wanted:
            # A town too small for the list; its country is known all the same.
            code = next(iter(sorted(stated)))
            return Place(
                name=f"{name}, {territory_name(code)}", country_code=country_of(code), method=None, score=None
            )
        chosen, share = _weighed(wanted, countries, states)
        method = "city_stated"
        score = 0.97 if share > 0.5 else 0.8
    else:
        chosen, share = _weighed(candidates, countries, states)
        known = countries[chosen.country] > 0
        if share < MIN_SHARE or (chosen.population < MIN_POPULATION and not known):
            return Place(is_ambiguous=share < MIN_SHARE)
        method = "city_context" if known else "city_population"
        score = round(share * (0.95 if known else 0.9), 3)
    is_default = chosen.geonames_id == default[0].geonames_id and default[1] >= MIN_SHARE
    if is_default:  # Bombay and Mumbai are one
        known_name = chosen.name if chosen.is_alias else None
    else:
        known_name = f"{name}, {_whereabouts(chosen)}"
    return Place(
        name=known_name,
        geonames_id=str(chosen.geonames_id),
        country_code=chosen.country,
        method=method,
        score=score,
    )


def _weighed(candidates: Sequence[City], countries: Counter[str], states: Counter[str]) -> tuple[City, float]:
    """Return the candidate of most weight and its share of the weight of all."""
    weights = []
    for city in candidates:
        weight = float(max(city.population, 1000)) * (ALIAS_DISCOUNT if city.is_alias else 1.0)
        if countries[city.country]:
            weight *= COUNTRY_BOOST * (1 + min(countries[city.country], 4) / 4)
        if any(_within(city, code) for code in states):
            weight *= STATE_BOOST
        weights.append(weight)
    best = max(range(len(weights)), key=lambda i: (weights[i], -candidates[i].geonames_id))
    return candidates[best], weights[best] / sum(weights)


_ADMIN1 = {
    "ca": {"ab": "01", "bc": "02", "mb": "03", "nb": "04", "nl": "05", "ns": "07", "on": "08", "pe": "09"}
    | {"qc": "10", "sk": "11", "yt": "12", "nt": "13", "nu": "14"},
    "au": {
        "act": "01",
        "nsw": "02",
        "nt": "03",
        "qld": "04",
        "sa": "05",
        "tas": "06",
        "vic": "07",
        "wa": "08",
    },
    "gb": {"eng": "ENG", "sct": "SCT", "wls": "WLS", "nir": "NIR"},
}
"""Subdivision codes of rigour (ISO 3166-2) to those of GeoNames, where they differ; US states agree."""


def _within(city: City, code: str) -> bool:
    """Whether a city lies in a country or in a subdivision of one of the four countries."""
    country, _, part = code.partition("-")
    if city.country.lower() != country:
        return False
    return not part or city.admin1 == _ADMIN1.get(country, {}).get(part, part.upper())


def _whereabouts(city: City) -> str:
    """The state of a city in the United States, Canada, Australia or Britain, else its country, in words."""
    country = city.country.lower()
    known = {city.admin1.lower(): city.admin1} if country == "us" else _ADMIN1.get(country, {})
    for part, admin1 in known.items():
        if admin1 == city.admin1 and (name := territory_name(f"{country}-{part}")):
            return name
    return territory_name(country) or city.country
