"""Organisations of one document: with and without legal form, abbreviated, by a part of the name."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import pairwise

from pipeline.components.doc.tokens import Tokens
from pipeline.components.entities.cities import Cities
from pipeline.components.entities.cluster import Form, Forms, by_root
from pipeline.components.entities.gazetteer import Gazetteer
from pipeline.components.entities.keys import NameKeys
from pipeline.components.entities.name import Name
from pipeline.lexicons import Lexicon

_DOMAIN = re.compile(r"(?<=\w\w)\.(?:com|org|net|info|io|co)\b", re.IGNORECASE)
_COUNTRY_LETTERS = re.compile(r"(?:[A-Z]\.){2,}|[A-Z]{2,3}")
_LEAST_WITHOUT_COUNTRY = 3
"""Letters of an acronym that leaves out the country in front of the name."""
_LEAST_OF_A_PERSON = 3
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
        self.links = self.of | lexicon.words("entities.purposes")
        self.run_by_bodies = lexicon.words("entities.run_by_bodies")
        self.club_affixes = lexicon.words("entities.club_affixes")


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
    """Join "Acme Tools Inc." and "Acme Tools", and a listed abbreviation to the full name.

    So are "Acme.com" and "Acme", "Acme FC" and "Acme".
    """
    by_core: dict[tuple[str, ...], Form] = {}
    for form in organisations:
        other = by_core.setdefault(_core(form, lexicon), form)
        if other is not form and "ORG" in (other.label, form.label):
            form.join(other, "legal_form", 0.9)


def _core(form: Form, lexicon: Lexicon) -> tuple[str, ...]:
    """Return the words of an organisation's name without legal forms, its domain and the letters of clubs."""
    keys, affixes = lexicon.made(NameKeys), lexicon.made(_Words).club_affixes
    bare = _DOMAIN.sub("", form.text) if "." in form.text else form.text
    parts = form.key if bare == form.text else keys.name_words(bare)
    if len(parts) > 1 and form.label == "ORG":
        if parts[-1] in affixes:
            parts = parts[:-1]
        elif parts[0] in affixes:
            parts = parts[1:]
    return keys.organisation_words(parts)


def join_abbreviations(organisations: Sequence[Form], forms: Forms, tokens: Tokens) -> None:
    """Join an acronym to the only name with its initials, and a name in brackets to the one before them.

    Where no organisation has them, a name of three words and more that was taken for a person's may.
    """
    initials_of = tokens.lexicon.made(_read_initials)
    by_initials: dict[str, list[Form]] = defaultdict(list)
    of_persons: dict[str, list[Form]] = defaultdict(list)
    for form in organisations:
        if len(form.key) > 1:
            for initials in initials_of(form.text):
                by_initials[initials].append(form)
    for form in forms.values():
        if form.label == "PERSON" and len(form.key) >= _LEAST_OF_A_PERSON and form.names:
            for initials in initials_of(form.text):
                of_persons[initials].append(form)
    bracketed = _bracketed(forms, tokens)
    for form in organisations:
        if len(form.key) == 1 and form.text.replace(".", "").isupper() and 2 <= len(form.key[0]) <= 7:
            letters = form.key[0]
            found = by_root(by_initials.get(letters, []))
            if not found and len(letters) >= _LEAST_OF_A_PERSON and form.label == "ORG":
                found = by_root(of_persons.get(letters, []))
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
    gazetteer = lexicon.made(Gazetteer)

    @lru_cache(maxsize=16384)
    def initials(text: str) -> frozenset[str]:
        parts = [part for part in text.replace("-", " ").split() if part[0].isalnum()]
        every = "".join(part[0] for part in parts)
        large = "".join(part[0] for part in parts if part.lower() not in small)
        bare = ((part[0], part.lower().rstrip(".")) for part in parts)
        core = "".join(first for first, word in bare if word not in suffixes and word not in small)
        found = {letters for s in (every, large, core) if len(letters := s.lower()) > 1}
        if len(parts) > 2 and _COUNTRY_LETTERS.fullmatch(parts[0]) and gazetteer.territory_code(parts[0]):
            country = parts[0].replace(".", "").lower()
            rest = {letters[1:] for letters in found}
            found |= {country + letters for letters in rest}
            found |= {letters for letters in rest if len(letters) >= _LEAST_WITHOUT_COUNTRY}
        return frozenset(found)

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

    So is a team by its nickname ("the Herons" of the Hessle Herons), and a body by the word in front of what
    it is of or for ("the Observatory"). A paper is called by its last word ("the Post") only where that has a
    small article: "The Times" is one.
    """
    words, gazetteer = tokens.lexicon.made(_Words), tokens.lexicon.made(Gazetteer)
    by_word: dict[str, list[Form]] = defaultdict(list)
    for form in organisations:
        if len(form.key) > 1 and form.label in ("ORG", "FAC"):
            for word in _calling_words(form, words, tokens.lexicon):
                by_word[word].append(form)
    for form in organisations:
        if len(form.key) != 1 or form.key[0] not in by_word or form.root() is not form:
            continue
        (word,) = form.key
        if word in words.mastheads and not any(_has_small_article(tokens, words, n) for n in form.names):
            continue
        may_call = form.label == "ORG" and not gazetteer.territory_code(form.text)
        found = by_root(
            other for other in by_word[word] if may_call or (word in words.bodies and other.key[-1] == word)
        )
        if len(found) == 1:
            (whole,) = found.values()
            form.join(whole, "part_of_name", 0.7)


def _calling_words(form: Form, words: _Words, lexicon: Lexicon) -> set[str]:
    """Return the words by which alone a body may be called: the last, and those before "of" and "for"."""
    core = lexicon.made(NameKeys).organisation_words(form.key)
    before = {word for word, link in pairwise(form.key) if link in words.links}
    return {form.key[-1], core[-1]} | before


def _has_small_article(tokens: Tokens, words: _Words, name: Name) -> bool:
    return name.start > 0 and tokens.words[name.start - 1] in words.articles


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
    """Return whether one name begins another; a single word does so only for a company's.

    What a body runs is another one: "Marrow Foundation", "Tarnley Rovers Supporters' Trust".
    """
    if longer[: len(short)] != short or longer[-1] in words.run_by_bodies:
        return False
    return len(short) > 1 or len(longer) == 2 or all(word in words.company for word in longer[1:])
