"""Countries of one document: their names, their peoples, and bodies with and without their name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from pipeline.components.entities.cities import Cities
from pipeline.components.entities.cluster import PLACES, TEAM, Form, Forms
from pipeline.components.entities.gazetteer import Gazetteer
from pipeline.components.entities.keys import NameKeys
from pipeline.lexicons import Lexicon


class _Words:
    """What these rules read of a lexicon."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.town_endings = lexicon.words("entities.town_endings")
        self.region_endings = lexicon.words("entities.region_endings")
        self.within_regions = lexicon.words("entities.within_regions")
        # The bare name -> the word and the code of the half that it means, and those of the other half.
        self.divided = {
            bare: halves.split() for bare, halves in lexicon.entries("entities.divided_countries").items()
        }
        self.organisations = lexicon.entries("organisations")
        self.genitives = lexicon.ordered("entities.genitives")


def join_places(forms: Forms, lexicon: Lexicon) -> None:
    """Join a town with and without "City", the names of one country, and the demonyms of one country."""
    words, gazetteer = lexicon.made(_Words), lexicon.made(Gazetteer)
    for form in [*forms.values()]:
        if len(form.key) > 1 and form.key[-1] in words.town_endings:
            town = forms.get(form.key[:-1])
            if town is not None and not gazetteer.territory_code(town.text):
                town.join(form, "place_name", 0.8)
        if len(form.key) > 1 and form.key[-1] in words.region_endings and form.label in PLACES:
            _join_region(form, forms, lexicon)
        if len(form.key) == 1:
            _join_halves(form, forms, words)
    seen: dict[tuple[str, str], Form] = {}
    for form in forms.values():
        if form.key[-1] == TEAM:
            continue
        if form.label in PLACES or form.label == "ORG":
            code, kind, rule = gazetteer.territory_code(form.text), "place", "country_alias"
        elif form.label == "NORP":
            code, kind, rule = gazetteer.demonym_code(form.text), "people", "demonym"
        else:
            continue
        if code:
            first = seen.setdefault((kind, code), form)
            if first is not form:
                form.join(first, rule, 0.95)
    _join_plurals(forms)


def _join_region(form: Form, forms: Forms, lexicon: Lexicon) -> None:
    """Join "Dornland Province", or "Dornland Autonomous Region", to "Dornland" where no town is called so."""
    is_long = not lexicon.made(_Words).within_regions.isdisjoint(form.key)
    for key in (form.key[:-1], form.key[:1]) if is_long else (form.key[:-1],):
        bare = forms.get(key)
        if bare is not None and bare.label in PLACES and not lexicon.made(Cities).named(bare.text):
            form.join(bare, "place_name", 0.8)


def _join_plurals(forms: Forms) -> None:
    """Join "Uighurs" and "Uighur"."""
    for form in [*forms.values()]:
        if form.label == "NORP" and form.key[-1].endswith("s"):
            single = forms.get((*form.key[:-1], form.key[-1][:-1]))
            if single is not None and single.label == "NORP":
                form.join(single, "plural", 0.95)


def _join_halves(form: Form, forms: Forms, words: _Words) -> None:
    """Join "Korea" to South Korea where the North is not named, and "the North" to North Korea."""
    (word,) = form.key
    for bare, (half, code, other_half, other_code) in words.divided.items():
        if word == bare and (other_half, bare) not in forms and (other_code, TEAM) not in forms:
            named = [other for key, other in forms.items() if key in ((half, bare), (code, TEAM))]
            if named:
                form.join(named[0], "country_part", 0.7)
        if word in (half, other_half) and (whole := forms.get((word, bare))):
            form.join(whole, "country_part", 0.7)


def join_with_and_without_country(organisations: Sequence[Form], lexicon: Lexicon) -> None:
    """Join "US Air Force" and "United States Air Force", and a bare "Air Force" if there is but one."""
    words, keys, gazetteer = lexicon.made(_Words), lexicon.made(NameKeys), lexicon.made(Gazetteer)
    by_rest: dict[tuple[str, ...], dict[str, list[Form]]] = defaultdict(lambda: defaultdict(list))
    for form in organisations:
        listed = words.organisations.get(" ".join(form.key))
        if form.label != "ORG" or (len(form.key) < 2 and listed is None):
            continue
        parts = _without_genitives(listed or form.text, words).split()
        for n in (1, 2):
            first = " ".join(parts[:n])
            if len(parts) > n and (code := gazetteer.territory_code(first) or gazetteer.demonym_code(first)):
                by_rest[keys.name_words(" ".join(parts[n:]))][code].append(form)
                break
        else:
            by_rest[form.key][""].append(form)
    for codes in by_rest.values():
        bare = codes.pop("", [])
        for same in codes.values():
            for form in same[1:]:
                form.join(same[0], "country_prefix", 0.9)
        if len(codes) == 1 and bare:
            ((whole, *_),) = codes.values()
            bare[0].join(whole, "country_prefix", 0.75)


def _without_genitives(text: str, words: _Words) -> str:
    for genitive in words.genitives:
        text = text.replace(genitive, "")
    return text
