"""Persons of one document: which names are of persons, and which full and short names are of one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from pipeline.components.doc.tags import SUBJECT_DEPS
from pipeline.components.doc.tokens import Tokens
from pipeline.components.entities.cities import Cities
from pipeline.components.entities.cluster import PLACES, Form, Forms, by_root
from pipeline.components.entities.gazetteer import Gazetteer
from pipeline.components.entities.keys import NameKeys
from pipeline.components.entities.kinds import kind_words
from pipeline.components.entities.name import Name
from pipeline.lexicons import Lexicon

_TAKEN_FOR_FULL_NAMES = frozenset(("ORG", "GPE", "FAC", "PRODUCT", "LOC", "WORK_OF_ART"))
_LONG = 6
"""Letters of a name that may be written with one letter more."""
_TOO_LONG = 32
_MOST_BETWEEN_TWO = 5
"""Tokens behind a name among which the one begins that "and" joins to it."""
_TAKEN_FOR_SURNAMES = _TAKEN_FOR_FULL_NAMES | {"NORP"}


class _Words:
    """What these rules read of a lexicon."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.genders_of_titles = lexicon.entries("person_titles")
        self.genders_of_names = lexicon.entries("given_names")
        self.personal_verbs = lexicon.words("personal_verbs")
        self.who = lexicon.words("entities.who")
        self.conjunctions = lexicon.words("entities.conjunctions")
        self.where = lexicon.words("entities.before_a_place")


def find_people(forms: Forms, tokens: Tokens) -> None:
    """Relabel names of two or three words as persons where the last word alone goes on as a surname does."""
    for form in forms.values():
        if form.label not in _TAKEN_FOR_FULL_NAMES or not 2 <= len(form.key) <= 3:
            continue
        alone = forms.get(form.key[-1:])
        if alone is None or not _is_full_name(form, alone, tokens.lexicon):
            continue
        acting = sum(_acts(tokens, name) for name in (*form.names, *alone.names))
        if alone.label == "PERSON" or (len(alone.names) > 1 and acting > 1):
            form.label = alone.label = "PERSON"


def _is_full_name(form: Form, alone: Form, lexicon: Lexicon) -> bool:
    """Return whether a name of two or three words, and its last word alone, are written as a person's."""
    gazetteer, kinds = lexicon.made(Gazetteer), lexicon.made(kind_words)
    parts = form.text.split()
    if any(p.lower() in kinds or not p[0].isupper() or (p.isupper() and len(p) > 2) for p in parts):
        return False
    return form.key[-1] not in kinds and not (
        gazetteer.territory_code(form.text)
        or gazetteer.territory_code(parts[0])
        or gazetteer.demonym_code(parts[0])
        or gazetteer.demonym_code(alone.text)
        or gazetteer.territory_code(alone.text)
    )


def _acts(tokens: Tokens, name: Name) -> bool:
    """Return whether somebody of this name says or does what persons do."""
    words = tokens.lexicon.made(_Words)
    last = name.end - 1
    if tokens.deps[last] in SUBJECT_DEPS:
        return tokens.lower[tokens.heads[last]] in words.personal_verbs
    at = name.end
    if at + 1 < len(tokens) and tokens.lower[at] == ",":
        at += 1
    return at < len(tokens) and tokens.lower[at] in words.who


def join_full_names(forms: Forms, lexicon: Lexicon) -> None:
    """Join full names that differ by an initial, a nickname, a second given name or a hyphen."""
    keys = lexicon.made(NameKeys)
    full = sorted(
        _full_names(forms, lexicon),
        key=lambda form: (-len(form.key), form.names[0].start),
    )
    alike: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for i, short in enumerate(full):
        shared = _shared_keys(short.key, keys)
        for at in sorted({at for key in shared for at in alike[key]}):
            if _is_same_person(short.key, full[at].key, keys) and not _is_generation(
                short.key, full[at].key, lexicon
            ):
                short.join(full[at], "name_variant", 0.9)
                break
        for key in shared:
            alike[key].append(i)


def _shared_keys(name: tuple[str, ...], keys: NameKeys) -> list[tuple[str, ...]]:
    """Return keys of a full name of which two names of one person have at least one in common."""
    words = keys.person_words(name)
    return [
        ("surname", *words[-1:]),
        ("letters", "".join(name)),
        ("begins", *words[:2]),
        ("given", *words[:-1]),
    ]


def _full_names(forms: Forms, lexicon: Lexicon) -> list[Form]:
    """Return the full names of persons, without those of two of them ("Ana and Leo Colvey")."""
    conjunctions = lexicon.made(_Words).conjunctions
    return [
        form
        for form in forms.values()
        if form.label == "PERSON" and len(form.key) > 1 and conjunctions.isdisjoint(form.key)
    ]


def _is_same_person(short: tuple[str, ...], longer: tuple[str, ...], keys: NameKeys) -> bool:
    """Return whether two full names can be of one person."""
    a, b = keys.person_words(short), keys.person_words(longer)
    if a == b or "".join(short) == "".join(longer):
        return True
    if len(a) == len(b) and a[:-1] == b[:-1] and (_are_alike(a[-1], b[-1]) or _is_misspelt(a[-1], b[-1])):
        return True
    if a[-1] != b[-1] or len(a) < 2 or len(b) < 2:
        return len(a) > 1 and len(b) > len(a) and b[: len(a)] == a
    first, other = a[0], b[0]
    if first == other:
        return all(any(_agree(word, middle) for middle in b[1:-1]) for word in a[1:-1])
    if len(first) > 4 and len(first) == len(other) and len(a) == len(b) == 2:
        return sum(x != y for x, y in zip(first, other, strict=True)) == 1  # Kristen, Kristin
    if len(a) == len(b) == 2 and (_are_alike(first, other) or keys.is_short_for(first, other)):
        return True  # Abdurehim, Abdurrehim; Ben, Benjamin
    return (len(first) == 1 or len(other) == 1) and first[0] == other[0]


def _is_generation(name: tuple[str, ...], other: tuple[str, ...], lexicon: Lexicon) -> bool:
    """Return whether only one of two names tells a generation: father and son."""
    generations = lexicon.words("entities.generations")
    return (name[-1] in generations) != (other[-1] in generations)


def _are_alike(word: str, other: str) -> bool:
    """Return whether two spellings of at least six letters differ by one letter more ("Zelenskyy")."""
    return word in _letters_less(other) or other in _letters_less(word)


def _is_misspelt(word: str, other: str) -> bool:
    """Return whether two spellings of more than six letters have one that differs, not the first."""
    if word[:1] != other[:1] or len(word) != len(other) or len(word) <= _LONG + 1:
        return False
    return sum(x != y for x, y in zip(word, other, strict=True)) == 1  # Lindqvist, Lindquist


def _letters_less(word: str) -> set[str]:
    """Return the spellings of at least six letters that lack one letter of a word, not the first."""
    if not _LONG < len(word) < _TOO_LONG:
        return set()
    return {word[:i] + word[i + 1 :] for i in range(1, len(word))}


def _agree(word: str, other: str) -> bool:
    """Return whether two middle names are the same, or one is the initial of the other."""
    return word == other or (1 in (len(word), len(other)) and word[0] == other[0])


class _FullNames:
    """The persons named in full: by surname, in one word or two, and by given name."""

    def __init__(self, forms: Forms, lexicon: Lexicon) -> None:
        self._given_names, self._cities = lexicon.made(_Words).genders_of_names, lexicon.made(Cities)
        self.by_last: dict[str, list[Form]] = defaultdict(list)
        self.by_first: dict[str, list[Form]] = defaultdict(list)
        for form in _full_names(forms, lexicon):
            self.by_last[form.key[-1]].append(form)
            self.by_first[form.key[0]].append(form)
            if len(form.key) > 2:  # Muhammad al-Bashir, Ursula von der Leyen, Park Geun-hye
                self.by_last[form.key[-2] + form.key[-1]].append(form)
                self.by_last[form.key[1] + form.key[2]].append(form)
            if len(form.key) > 3:  # Robin van den Berg
                self.by_last["".join(form.key[1:])].append(form)
        self._add_generations(lexicon.words("entities.generations"))
        self.by_letters_less: dict[str, list[str]] = defaultdict(list)
        for last in self.by_last:
            for less in _letters_less(last):
                self.by_letters_less[less].append(last)

    def _add_generations(self, generations: frozenset[str]) -> None:
        """Let "Rufus Dorn Jr." go by "Dorn" where nobody else is called so: his father would be meant."""
        added: dict[str, list[Form]] = defaultdict(list)
        for generation in sorted(generations):
            for form in self.by_last.get(generation, ()):
                if len(form.key) > 2 and form.key[-2] not in self.by_last:
                    added[form.key[-2]].append(form)
        self.by_last.update(added)

    def _alike(self, word: str) -> list[str]:
        """Return the surnames that are written with one letter more or less than a word."""
        return [*self.by_letters_less.get(word, ()), *(w for w in _letters_less(word) if w in self.by_last)]

    def _is_given_name(self, form: Form) -> bool:
        """Return whether a word that was taken for no person is a given name, and no town's."""
        return form.key[0] in self._given_names and not self._cities.named(form.text)

    def of(self, form: Form) -> tuple[list[Form], str]:
        """Return the full names that a short one may stand for, and the rule that says so."""
        word = "".join(form.key)
        if len(form.key) > 3:
            return [], ""
        if found := self.by_last.get(word):
            return found, "surname"
        if len(form.key) == 1 and form.label != "PERSON" and self._is_given_name(form):
            return self.by_first.get(word, []), "first_name"
        if len(form.key) == 1 and form.label == "PERSON":
            if found := self.by_first.get(word):
                return found, "first_name"
            alike = [other for last in self._alike(word) for other in self.by_last[last]]
            return alike if len(by_root(alike)) == 1 else [], "surname"
        return [], ""


def join_short_names(forms: Forms, tokens: Tokens) -> None:
    """Join lone surnames, else lone first names, to the full name.

    Where several people share the surname, each mention goes to the one named last that its title fits.
    """
    full_names = _FullNames(forms, tokens.lexicon)
    for form in [*forms.values()]:
        found, rule = full_names.of(form)
        if not found or found == [form] or not _may_be_short_name(form, tokens.lexicon):
            continue
        candidates = [one for one in by_root(found).values() if not _stand_together(form, one, tokens)]
        if not candidates:
            continue
        stay = [name for name in form.names if form.label in PLACES and _is_where(name, tokens)]
        if len(candidates) > 1:
            form.names = _shared_out(form.names, candidates, stay, rule, tokens.lexicon)
        elif stay:
            for name in form.names:
                if name not in stay:
                    candidates[0].take_in(name, rule, 0.8)
            form.names = stay
        else:
            form.join(candidates[0], rule, 0.9)


def _stand_together(form: Form, full: Form, tokens: Tokens) -> bool:
    """Return whether "and" joins a short name to a full one: two people ("Mr Dorn and his wife Ida Dorn")."""
    joins = tokens.lexicon.made(_Words).conjunctions
    behind = {name.start for name in full.names}
    return any(
        name.label == "PERSON"
        and name.end < len(tokens)
        and tokens.lower[name.end] in joins
        and any(at in behind for at in range(name.end + 1, name.end + _MOST_BETWEEN_TWO))
        for name in form.names
    )


def _may_be_short_name(form: Form, lexicon: Lexicon) -> bool:
    """Return whether the label of a form lets it be a surname: a country needs a title in front."""
    if form.label == "PERSON":
        return True
    if lexicon.made(Gazetteer).territory_code(form.text) and not any(name.title for name in form.names):
        return False
    return form.label in _TAKEN_FOR_SURNAMES


def _is_where(name: Name, tokens: Tokens) -> bool:
    """Return whether the word in front of a name tells that it is a place."""
    return name.start > 0 and tokens.lower[name.start - 1] in tokens.lexicon.made(_Words).where


def _shared_out(
    names: Sequence[Name], candidates: Sequence[Form], stay: Sequence[Name], rule: str, lexicon: Lexicon
) -> list[Name]:
    """Give each name to the candidate named last that its title fits; return those that are left."""
    words = lexicon.made(_Words)
    left = [*stay]
    for name in names:
        if name in stay:
            continue
        wanted = {words.genders_of_titles.get(title) for title in name.title} & {"m", "f"}
        fitting = [c for c in candidates if not wanted or _genders(c, words) in (set(), wanted)]
        before = [(n.start, i) for i, c in enumerate(fitting) for n in c.names if n.start < name.start]
        if before:
            certainty = 0.75 if len(fitting) == 1 else 0.55
            fitting[max(before)[1]].take_in(name, f"{rule}_nearest", certainty)
        else:
            left.append(name)
    return left


def _genders(form: Form, words: _Words) -> set[str]:
    """Return the genders that titles show, else the given name: read only against a title ("Ms Ashdown")."""
    names = form.root().names + form.names
    genders = (words.genders_of_titles.get(title, "-") for name in names for title in name.title)
    shown = {gender for gender in genders if gender != "-"}
    return shown or {words.genders_of_names.get(form.key[0], "-")} & {"m", "f"}
