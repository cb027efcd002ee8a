"""Places linked to GeoNames and Wikidata: countries and subdivisions by name, cities by context.

What stands with the name decides first ("Long Beach, CA"), then the countries that the document speaks of,
then population. Where no candidate has most of the weight there is no link: null rather than wrong.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.components.doc.tokens import Tokens
from pipeline.components.entities.cities import LARGE, Cities, City
from pipeline.components.entities.cluster import Cluster
from pipeline.components.entities.gazetteer import Gazetteer
from pipeline.lexicons import Lexicon

MIN_SHARE = 0.8
"""Share of the weight of all candidates that the chosen one must have."""
MIN_POPULATION = LARGE
"""Smaller cities are only linked where the document names their country."""
COUNTRY_BOOST, STATE_BOOST = 4.0, 12.0
"""What a candidate's population is multiplied with if the document names its country, its state."""
ALIAS_DISCOUNT = 0.1
"""The same for a candidate that only goes by this name in other languages or times."""


@dataclass(frozen=True, slots=True)
class PlaceLink:
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


@dataclass(frozen=True, slots=True)
class _Evidence:
    """How often a document names each country (ISO code) and each subdivision (rigour's code)."""

    countries: Counter[str]
    states: Counter[str]


_NO_EVIDENCE = _Evidence(Counter(), Counter())


class _Words:
    """What these rules read of a lexicon."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.rivals = lexicon.entries("ambiguous_territories")
        self.cues = lexicon.entries("ambiguous_cues")
        self.no_evidence = lexicon.words("entities.territories_without_evidence")
        self.postal_codes = lexicon.entries("postal_codes")
        self.within = lexicon.words("entities.within")
        self.stating = self.within | {",", "("}
        self.town_endings = lexicon.ordered("entities.town_endings")


def link_places(clusters: Sequence[Cluster], tokens: Tokens) -> dict[int, PlaceLink]:
    """Return the links of the clusters that are places, by cluster number."""
    places = [i for i, cluster in enumerate(clusters) if cluster.label in ("GPE", "LOC", "NORP")]
    if not places:
        return {}
    lexicon = tokens.lexicon
    stated = {i: _stated(clusters[i], tokens) for i in places}
    evidence = _read_evidence(clusters, stated, lexicon)
    links: dict[int, PlaceLink] = {}
    for i in places:
        cluster = clusters[i]
        if cluster.label == "NORP":
            continue
        if cluster.code is not None:
            links[i] = _territory(cluster.code, evidence, lexicon)
        elif cluster.label == "GPE":
            link = _city(cluster.name, stated[i], evidence, lexicon)
            if link is not None:
                links[i] = link
    return links


def _territory(code: str, evidence: _Evidence, lexicon: Lexicon) -> PlaceLink:
    """Link a country or subdivision; where two places share the name, the rest of the document decides."""
    words, gazetteer = lexicon.made(_Words), lexicon.made(Gazetteer)
    rival = words.rivals.get(code)
    if rival is None:
        return _linked(code, 0.95, gazetteer)
    other, *cues = rival.split()
    there = sum(evidence.countries[cue] + evidence.states[cue] for cue in cues)
    here = sum(evidence.countries[cue] for cue in words.cues.get(code, "").split())
    if here > there:
        return _linked(code, 0.85, gazetteer)
    if there > here and other != "-":
        country = other.partition("-")[0]
        name = f"{gazetteer.territory_name(other)}, {gazetteer.territory_name(country)}"
        return _linked(other, 0.8, gazetteer, name)
    return PlaceLink(is_ambiguous=True)


def _linked(code: str, score: float, gazetteer: Gazetteer, name: str | None = None) -> PlaceLink:
    return PlaceLink(
        name=name,
        wikidata_id=gazetteer.wikidata_id(code),
        country_code=gazetteer.country_of(code),
        method="territory",
        score=score,
    )


def _stated(cluster: Cluster, tokens: Tokens) -> set[str]:
    """Codes of territories that follow the name: "Long Beach, CA", "Perth (Scotland)", "Irving in Texas"."""
    words, gazetteer = tokens.lexicon.made(_Words), tokens.lexicon.made(Gazetteer)
    codes: set[str] = set()
    size = len(tokens)
    for name in cluster.names:
        i = name.end
        if i + 1 >= size or tokens.lower[i] not in words.stating:
            continue
        is_within = tokens.words[i] in words.within
        postal = words.postal_codes.get(tokens.words[i + 1])
        if postal and not is_within:
            codes.add(postal)
            continue
        for end in range(min(size, i + 5), i + 1, -1):
            code = gazetteer.territory_code(" ".join(tokens.words[i + 1 : end]))
            goes_on = end < size and tokens.tags[end] in ("NNP", "NNPS")  # "..., U.S. Farm Department"
            if code and not goes_on and (not is_within or "-" in code):
                codes.add(code)
                break
    return codes


def _read_evidence(clusters: Sequence[Cluster], stated: dict[int, set[str]], lexicon: Lexicon) -> _Evidence:
    words, gazetteer = lexicon.made(_Words), lexicon.made(Gazetteer)
    evidence = _Evidence(Counter(), Counter())
    for i, cluster in enumerate(clusters):
        codes = set(stated.get(i, ()))
        if cluster.code:
            codes.add(cluster.code)
        elif cluster.label == "NORP" and (code := gazetteer.demonym_code(cluster.name)):
            codes.add(code)
        for code in codes - words.no_evidence:
            country = gazetteer.country_of(code)
            if country:
                evidence.countries[country] += len(cluster.names)
            if "-" in code:
                evidence.states[code] += len(cluster.names)
    return evidence


def _city(name: str, stated: set[str], evidence: _Evidence, lexicon: Lexicon) -> PlaceLink | None:
    """Link a city; None where there is none of that name."""
    gazetteer = lexicon.made(Gazetteer)
    candidates = _candidates(name, lexicon)
    if not candidates:
        return None
    if stated:
        wanted = [city for city in candidates if any(_is_within(city, code) for code in stated)]
        if len(stated) > 1 and not wanted:
            return PlaceLink(is_ambiguous=True)
        if not wanted:
            # A town too small for the list; its country is known all the same.
            code = min(stated)
            return PlaceLink(
                name=f"{name}, {gazetteer.territory_name(code)}", country_code=gazetteer.country_of(code)
            )
        chosen, share = _weighed(wanted, evidence)
        method = "city_stated"
        score = 0.97 if share > 0.5 else 0.8
    else:
        chosen, share = _weighed(candidates, evidence)
        known = evidence.countries[chosen.country] > 0
        if share < MIN_SHARE or (chosen.population < MIN_POPULATION and not known):
            return PlaceLink(is_ambiguous=share < MIN_SHARE)
        method = "city_context" if known else "city_population"
        score = round(share * (0.95 if known else 0.9), 3)
    return PlaceLink(
        name=_canonical_name(name, chosen, candidates, gazetteer),
        geonames_id=str(chosen.geonames_id),
        country_code=chosen.country,
        method=method,
        score=score,
    )


def _candidates(name: str, lexicon: Lexicon) -> tuple[City, ...]:
    """The cities of a name, else those of the name without "City"."""
    cities = lexicon.made(Cities)
    if found := cities.named(name):
        return found
    for ending in lexicon.made(_Words).town_endings:
        if found := cities.named(name.removesuffix(f" {ending.capitalize()}")):
            return found
    return ()


def _canonical_name(name: str, chosen: City, candidates: Sequence[City], gazetteer: Gazetteer) -> str | None:
    """The name that a city shall have: with its state or country where the bare name means another."""
    default, share = _weighed(candidates, _NO_EVIDENCE)
    if chosen.geonames_id == default.geonames_id and share >= MIN_SHARE:
        return chosen.name if chosen.is_alias else None  # Bombay and Mumbai are one
    return f"{name}, {_whereabouts(chosen, gazetteer)}"


def _weighed(candidates: Sequence[City], evidence: _Evidence) -> tuple[City, float]:
    """Return the candidate of most weight and its share of the weight of all."""
    weights = []
    for city in candidates:
        weight = float(max(city.population, 1000)) * (ALIAS_DISCOUNT if city.is_alias else 1.0)
        if n_named := evidence.countries[city.country]:
            weight *= COUNTRY_BOOST * (1 + min(n_named, 4) / 4)
        if any(_is_within(city, code) for code in evidence.states):
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


def _is_within(city: City, code: str) -> bool:
    """Whether a city lies in a country or in a subdivision of one of the four countries."""
    country, _, part = code.partition("-")
    if city.country.lower() != country:
        return False
    return not part or city.admin1 == _ADMIN1.get(country, {}).get(part, part.upper())


def _whereabouts(city: City, gazetteer: Gazetteer) -> str:
    """The state of a city in the United States, Canada, Australia or Britain, else its country, in words."""
    country = city.country.lower()
    known = {city.admin1.lower(): city.admin1} if country == "us" else _ADMIN1.get(country, {})
    for part, admin1 in known.items():
        if admin1 == city.admin1 and (name := gazetteer.territory_name(f"{country}-{part}")):
            return name
    return gazetteer.territory_name(country) or city.country
