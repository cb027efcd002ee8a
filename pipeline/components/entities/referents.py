"""Whom or what a description means: the person of that age or role, the body or place of that kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from pipeline.components.entities.cluster import Cluster
from pipeline.components.entities.gazetteer import Gazetteer
from pipeline.components.entities.keys import plain
from pipeline.components.entities.roles import Role
from pipeline.lexicons import Lexicon

_LABELS = {
    "org": frozenset(("ORG",)),
    "place": frozenset(("GPE", "LOC", "FAC")),
}
_COMPANIES = frozenset(("company", "organisation", "club", "airline", "paper", "charity", "utility"))
"""Classes of the lexicon `kinds` that an organisation may be of without its name saying so."""


@dataclass(frozen=True, slots=True)
class Nominal:
    """A description at tokens [start, end) that stands for a cluster (its number)."""

    start: int
    end: int
    cluster: int
    method: str
    score: float


@dataclass(frozen=True, slots=True)
class Phrase:
    """A definite description at tokens [start, end).

    Attributes:
        short_end: where it ends without the "of ..." behind it.
        noun: that it comes down to.
        words: its other content words, plain.
        age: in years, as printed ("the 43-year-old"), None where it gives none.
    """

    start: int
    short_end: int
    end: int
    noun: str
    words: frozenset[str]
    age: str | None


class _Traits(NamedTuple):
    """What an organisation or place is: its nouns, their kinds, its nature, and all of its modifiers."""

    nouns: frozenset[str]
    kinds: frozenset[str]
    nature: frozenset[str]
    modifiers: frozenset[str]


class Known:
    """What is known of the entities of a document.

    Attributes:
        clusters: its entities.
        roles: by the number of their cluster.
        ages: of persons, by the number of their cluster.
        lexicon: the words of the document's language.
    """

    def __init__(
        self,
        clusters: Sequence[Cluster],
        roles: Mapping[int, Sequence[Role]],
        ages: Mapping[int, str],
        lexicon: Lexicon,
    ) -> None:
        self.clusters = clusters
        self.roles = roles
        self.ages = ages
        self.lexicon = lexicon
        # All names as (first token, cluster), in text order, and how many of them `latest` has gone by.
        self._named = sorted((name.start, i) for i, cluster in enumerate(clusters) for name in cluster.names)
        self._n_passed = 0
        self._latest: dict[int, int] = {}
        self._traits: dict[int, _Traits] = {}

    def latest(self, before: int) -> Mapping[int, int]:
        """Return the last mention by name of each cluster before a token, until the next is asked for.

        Args:
            before: a token, no earlier than the one that was asked for last.
        """
        named = self._named
        while self._n_passed < len(named) and named[self._n_passed][0] < before:
            start, i = named[self._n_passed]
            self._latest[i] = start
            self._n_passed += 1
        return self._latest

    def traits(self, i: int) -> _Traits:
        """Return what the organisation or place of a cluster is."""
        found = self._traits.get(i)
        if found is None:
            found = self._traits[i] = _read_traits(self.clusters[i], self.roles.get(i, ()), self.lexicon)
        return found


class _Words:
    """What these rules read of a lexicon."""

    def __init__(self, lexicon: Lexicon) -> None:
        roles = {noun: role.partition(":") for noun, role in lexicon.entries("roles").items()}
        # Nouns of one class may stand for each other; some have none, and most have no gender.
        self.role_classes = {noun: role for noun, (role, _, _) in roles.items()}
        self.role_genders = {noun: gender for noun, (_, _, gender) in roles.items()}
        self.kinds = lexicon.entries("kinds")
        self.natures = {
            code: frozenset(natures.split()) for code, natures in lexicon.entries("country_natures").items()
        }
        self.countries = lexicon.words("entities.words_for_countries")
        self.subdivisions = lexicon.words("entities.words_for_subdivisions")
        self.bodies = {
            name: frozenset(natures.split())
            for name, natures in lexicon.entries("entities.natures_of_bodies").items()
        }
        self.temporal = lexicon.words("entities.temporal_words_in_roles")
        self.contrast = lexicon.words("entities.contrasting_words_in_roles")
        self.any_office = lexicon.words("entities.words_for_any_office")
        self.age_words = lexicon.words("entities.words_of_ages")
        self.loose = lexicon.words("entities.loose_words_in_descriptions")


def find_person(phrase: Phrase, known: Known) -> Nominal | None:
    """Resolve "the 43-year-old", "the Treasury chief"; None where nobody, or nobody for sure, is meant."""
    words = known.lexicon.made(_Words)
    latest = known.latest(phrase.start)
    if phrase.age:
        same = [i for i in latest if known.ages.get(i) == phrase.age]
        if len(same) == 1:
            return Nominal(phrase.start, phrase.end, same[0], "age", 0.9)
        if phrase.noun not in words.role_classes:
            others = [i for i in latest if known.clusters[i].label == "PERSON" and i not in known.ages]
            if same or not others:
                return None
            nearest = max(others, key=lambda i: latest[i])
            return Nominal(phrase.start, phrase.end, nearest, "nearest_person", 0.4)
    return _person_of_role(phrase, known, words, latest)


def _person_of_role(phrase: Phrase, known: Known, words: _Words, latest: Mapping[int, int]) -> Nominal | None:
    """Return the person whose role a description fits best; who is named only later counts for less."""
    gender = words.role_genders.get(phrase.noun)
    said = frozenset(word for word in phrase.words if not word.isdigit() and word not in words.age_words)
    ranked = []
    for i, roles in known.roles.items():
        cluster = known.clusters[i]
        if cluster.label != "PERSON" or (gender and cluster.gender and cluster.gender != gender):
            continue
        fit = max(_fit(phrase.noun, said, role, len(roles) > 1, known.lexicon) for role in roles)
        if fit > 0:
            before = latest.get(i, -1)
            ranked.append((fit if before >= 0 else fit - 1.2, before, i))
    if not ranked:
        return None
    ranked.sort(reverse=True)
    best, before, person = ranked[0]
    if before < 0 and best < 0.75:
        return None
    rivals = [other for other in ranked[1:] if other[0] > best - 0.5]
    score = 0.5 if before < 0 else 0.85 if best >= 2 else 0.7
    if rivals:
        # The same role twice: the last named has it, if the other has not been heard of for a while.
        person = max([ranked[0], *rivals], key=lambda item: item[1])[2]
        score = 0.45
    return Nominal(phrase.start, phrase.end, person, "role", score)


def _fit(noun: str, said: frozenset[str], role: Role, has_others: bool, lexicon: Lexicon) -> float:
    """Return how well a description fits a role, 0 where it does not.

    Args:
        noun: of the description.
        said: its other words.
        role: of a person.
        has_others: whether that person has other roles too.
        lexicon: the words of the document's language.
    """
    words = lexicon.made(_Words)
    fit = _same_office(noun, said, role, words)
    if not fit or (words.contrast & role.modifiers) - said:
        return 0.0  # the shadow chancellor is not the chancellor
    known = role.modifiers | {role.noun}
    n_shared = sum(_is_among(word, known, lexicon) for word in said)
    if n_shared < len(said):
        if said & (words.temporal - known) or n_shared + 1 < len(said) or not n_shared:
            return 0.0
        fit -= 0.5
    elif (words.temporal & role.modifiers) - said and has_others:
        fit -= 0.3
    return fit + 0.6 * n_shared


def _same_office(noun: str, said: frozenset[str], role: Role, words: _Words) -> float:
    """Return how well a noun fits that of a role: 2 the same, 1 of the same class, 0 another."""
    if role.noun == noun:
        return 2.0
    role_class = words.role_classes.get(noun)
    if role_class and words.role_classes.get(role.noun) == role_class:
        return 1.0
    if noun in words.any_office and said and said <= role.modifiers:
        return 1.0  # "the Treasury chief" of a Treasury secretary
    return 0.0


def _is_among(word: str, known: frozenset[str], lexicon: Lexicon) -> bool:
    """Return whether a word is among those known, or the demonym of a country among them."""
    if word in known:
        return True
    gazetteer = lexicon.made(Gazetteer)
    code = gazetteer.demonym_code(word) or _code(word, gazetteer)
    return code is not None and any(
        gazetteer.demonym_code(other) == code or _code(other, gazetteer) == code for other in known
    )


def _code(word: str, gazetteer: Gazetteer) -> str | None:
    """Return the code of a territory whose name has been lower-cased."""
    return gazetteer.territory_code(word.upper() if len(word) < 4 else word.capitalize())


def find_thing(phrase: Phrase, known: Known) -> Nominal | None:
    """Resolve "the bank", "the 27-member bloc", "the Nordic country"; None in doubt.

    Args:
        phrase: with a noun of the lexicon `kinds`.
        known: of the document.
    """
    words = known.lexicon.made(_Words)
    sort, _, kind = words.kinds[phrase.noun].partition(":")
    latest = known.latest(phrase.start)
    candidates = [i for i in latest if known.clusters[i].label in _LABELS[sort]]
    ranked = sorted(
        ((fit, latest[i], i) for i in candidates if (fit := _fit_of_thing(phrase, i, known, words))),
        reverse=True,
    )
    if ranked:
        best = [item for item in ranked if item[0] == ranked[0][0]]
        if len(best) == 1:
            return Nominal(phrase.start, phrase.short_end, best[0][2], "kind", 0.75)
        (_, last, thing), (_, other, rival) = best[:2]
        if kind == "country" and _n_named(known, thing, phrase) <= _n_named(known, rival, phrase):
            return None  # in an article on one country "the country" is not the one named last
        return Nominal(
            phrase.start, phrase.short_end, thing, "kind_nearest", 0.5 if last - other > 40 else 0.4
        )
    if phrase.words - words.loose:
        return None
    fitting = [i for i in candidates if _may_be(known.clusters[i], sort, kind, words)]
    return (
        Nominal(phrase.start, phrase.short_end, fitting[0], "only_one", 0.48) if len(fitting) == 1 else None
    )


def _n_named(known: Known, i: int, phrase: Phrase) -> int:
    """Return how often an entity is named before a description."""
    return sum(name.start < phrase.start for name in known.clusters[i].names)


def _read_traits(cluster: Cluster, roles: Sequence[Role], lexicon: Lexicon) -> _Traits:
    kinds = lexicon.made(_Words).kinds
    parts = frozenset(plain(word) for word in cluster.name.split())
    nouns = parts.union([role.noun for role in roles]) if roles else parts
    nature = _nature(cluster, lexicon)
    return _Traits(
        nouns=nouns,
        kinds=frozenset(kinds[noun] for noun in nouns if noun in kinds),
        nature=nature,
        modifiers=parts.union(nature, *(role.modifiers for role in roles)),
    )


def _fit_of_thing(phrase: Phrase, i: int, known: Known, words: _Words) -> float:
    """Return how well a description fits what is known of an organisation or place, 0 where it does not."""
    traits = known.traits(i)
    if phrase.noun in traits.nouns or phrase.noun in traits.nature:
        fit = 2.0
    elif words.kinds[phrase.noun] in traits.kinds:
        fit = 1.0
    else:
        return 0.0
    said = [word for word in phrase.words if not word[0].isdigit() and word not in words.loose]
    n_shared = sum(_is_among(word, traits.modifiers, known.lexicon) for word in said)
    if said and not n_shared:
        return 0.0  # the health ministry is not the Foreign Ministry
    return fit + n_shared


def _may_be(cluster: Cluster, sort: str, kind: str, words: _Words) -> bool:
    """Return whether an entity can be of that kind at all."""
    if sort == "org":
        is_other = any(plain(word) in words.kinds for word in cluster.name.split())
        return not is_other and kind in _COMPANIES
    if kind == "country":
        return cluster.code is not None and "-" not in cluster.code
    if kind == "city":
        return cluster.label == "GPE" and cluster.code is None
    if kind == "state":
        return cluster.code is not None and "-" in cluster.code
    return False


def _nature(cluster: Cluster, lexicon: Lexicon) -> frozenset[str]:
    """Return the words for what an entity is without being told: a country, a bloc of states."""
    words, code = lexicon.made(_Words), cluster.code
    if code is None:
        return words.bodies.get(plain(cluster.name), frozenset())
    country = (lexicon.made(Gazetteer).country_of(code) or code).lower()
    kinds = words.countries if "-" not in code else words.subdivisions
    return kinds | words.natures.get(country, frozenset())
