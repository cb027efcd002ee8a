"""Organisations of one document: with and without legal form, abbreviated, by a part of the name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import lru_cache

from pipeline.components.doc.tokens import Tokens
from pipeline.components.entities.cities import Cities
from pipeline.components.entities.cluster import Form, Forms, by_root
from pipeline.components.entities.gazetteer import Gazetteer
from pipeline.components.entities.keys import NameKeys
from pipeline.components.entities.name import Name
from pipeline.lexicons import Lexicon

_LABELS = frozenset(("ORG", "PRODUCT", "FAC", "LAW", "EVENT", "GPE", "LOC"))
"""Labels of names that may turn out to be a form of an organisation's."""


class _Words:
    """What these rules read of a lexicon."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.given_names = lexicon.entries("given_names")
        self.bodies = lexicon.words("organisation_words")
        self.company = self.bodies | lexicon.words("organisation_suffixes")
        self.no_company = lexicon.words("common_acronyms").union(lexicon.entries("roles"))
        self.of = lexicon.words("entities.of")
        self.articles = lexicon.words("entities.definite_articles")
        self.mastheads = lexicon.words("entities.mastheads")


def find_companies(forms: Forms, lexicon: Lexicon) -> None:
    """Relabel as organisations "Marrow Keel" if "Marrow" is one, and "Marrow" if "Marrow Airways" is."""
    words = lexicon.made(_Words)
    for key, form in forms.items():
        if len(key) != 2:
            continue
        first = forms.get(key[:1])
        if first is None or any(name.title for name in (*form.names, *first.names)):
            continue
        is_family = key[0] in words.given_names or key[1:] in forms
        if form.label == "PERSON" and first.label == "ORG" and not is_family:
            form.label = form.label if key[1] in words.no_company else "ORG"
        elif form.label == "ORG" and key[1] in words.bodies and first.label in ("GPE", "PERSON"):
            first.label = first.label if _is_place(first.text, lexicon) else "ORG"


def _is_place(text: str, lexicon: Lexicon) -> bool:
    is_city = bool(lexicon.made(Cities).named(text))
    return is_city or lexicon.made(Gazetteer).territory_code(text) is not None


def organisations_of(forms: Forms) -> list[Form]:
    """Return the forms that may be of organisations."""
    return [form for form in forms.values() if form.label in _LABELS and form.names]


def join_legal_forms(organisations: Sequence[Form], lexicon: Lexicon) -> None:
    """Join "Acme Tools Inc." and "Acme Tools", and a listed abbreviation to the full name."""
    keys = lexicon.made(NameKeys)
    by_core: dict[tuple[str, ...], Form] = {}
    for form in organisations:
        other = by_core.setdefault(keys.organisation_words(form.key), form)
        if other is not form and "ORG" in (other.label, form.label):
            form.join(other, "legal_form", 0.9)


def join_abbreviations(organisations: Sequence[Form], forms: Forms, tokens: Tokens) -> None:
    """Join an acronym to the only name with its initials, and a name in brackets to the one before them."""
    initials_of = tokens.lexicon.made(_read_initials)
    by_initials: dict[str, list[Form]] = defaultdict(list)
    for form in organisations:
        if len(form.key) > 1:
            for initials in initials_of(form.text):
                by_initials[initials].append(form)
    bracketed = _bracketed(forms, tokens)
    for form in organisations:
        if len(form.key) == 1 and form.text.replace(".", "").isupper() and 2 <= len(form.key[0]) <= 7:
            found = by_root(by_initials.get(form.key[0], []))
            if len(found) == 1:
                (full,) = found.values()
                form.join(full, "acronym", 0.95 if form.key in bracketed else 0.85)
    for key, outer in bracketed.items():
        form = forms[key]
        if form.label == outer.label == "ORG":
            form.join(outer, "bracket", 0.8)


def _read_initials(lexicon: Lexicon) -> Callable[[str], frozenset[str]]:
    """Return the function from a name to the initials that may abbreviate it, in lower case."""
    suffixes = lexicon.words("organisation_suffixes")
    small = lexicon.words("entities.without_initial")

    @lru_cache(maxsize=16384)
    def initials(text: str) -> frozenset[str]:
        parts = [part for part in text.replace("-", " ").split() if part[0].isalnum()]
        every = "".join(part[0] for part in parts)
        large = "".join(part[0] for part in parts if part.lower() not in small)
        bare = ((part[0], part.lower().rstrip(".")) for part in parts)
        core = "".join(first for first, word in bare if word not in suffixes and word not in small)
        return frozenset(letters for s in (every, large, core) if len(letters := s.lower()) > 1)

    return initials


def _bracketed(forms: Forms, tokens: Tokens) -> Forms:
    """Return the forms that stand in brackets right behind another one: key of the inner -> the outer."""
    ends = {name.end: form for form in forms.values() for name in form.names}
    found = {}
    for key, form in forms.items():
        for name in form.names:
            i = name.start - 1
            if i > 0 and tokens.words[i] == "(" and name.end < len(tokens) and tokens.words[name.end] == ")":
                outer = ends.get(i)
                if outer is not None and outer is not form:
                    found[key] = outer
    return found


def join_parts(organisations: Sequence[Form], tokens: Tokens) -> None:
    """Join "Scientology" to "Church of Scientology" and "the Court" to the only name of a court.

    A paper is called by its last word ("the Post") only where that has a small article: "The Times" is one.
    """
    words, gazetteer = tokens.lexicon.made(_Words), tokens.lexicon.made(Gazetteer)
    by_edge: dict[str, list[Form]] = defaultdict(list)
    for form in organisations:
        if len(form.key) > 1 and form.label in ("ORG", "FAC"):
            for word in {form.key[0], form.key[-1]}:
                by_edge[word].append(form)
    for form in organisations:
        if len(form.key) != 1 or form.key[0] not in by_edge or form.root() is not form:
            continue
        (word,) = form.key
        if word in words.mastheads and not any(_has_small_article(tokens, words, n) for n in form.names):
            continue
        may_end = form.label == "ORG" and not gazetteer.territory_code(form.text)
        found = by_root(
            other
            for other in by_edge[word]
            if (may_end and _is_of(other.key[-2:], words, last=word))
            or (word in words.bodies and (other.key[-1] == word or _is_of(other.key[:2], words, first=word)))
        )
        if len(found) == 1:
            (whole,) = found.values()
            form.join(whole, "part_of_name", 0.7)


def _has_small_article(tokens: Tokens, words: _Words, name: Name) -> bool:
    return name.start > 0 and tokens.words[name.start - 1] in words.articles


def _is_of(pair: tuple[str, ...], words: _Words, *, first: str = "", last: str = "") -> bool:
    """Return whether two words of a name are "of" and `last`, or `first` and "of"."""
    if first:
        return pair[0] == first and pair[1] in words.of
    return pair[0] in words.of and pair[1] == last


def join_beginnings(organisations: Sequence[Form], lexicon: Lexicon) -> None:
    """Join "Northrop" to "Northrop Grumman", the only name of an organisation that begins so."""
    words, gazetteer = lexicon.made(_Words), lexicon.made(Gazetteer)
    by_first: dict[str, list[Form]] = defaultdict(list)
    for form in organisations:
        if len(form.key) > 1:
            by_first[form.key[0]].append(form)
    for form in organisations:
        if form.label != "ORG" or form.key[0] not in by_first or gazetteer.territory_code(form.text):
            continue
        found = by_root(
            longer
            for longer in by_first[form.key[0]]
            if longer is not form and longer.label == "ORG" and _begins(longer.key, form.key, words)
        )
        if len(found) == 1 and form.root() is form:
            (longer,) = found.values()
            form.join(longer, "beginning", 0.8)


def _begins(longer: tuple[str, ...], short: tuple[str, ...], words: _Words) -> bool:
    """Return whether one name begins another; a single word does so only for a company's."""
    if longer[: len(short)] != short:
        return False
    return len(short) > 1 or len(longer) == 2 or all(word in words.company for word in longer[1:])
