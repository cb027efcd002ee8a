"""Names of one document that mean the same person, organisation or place."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from functools import cache, lru_cache

from pipeline.components.doc.tokens import Tokens
from pipeline.components.entities.cities import cities_named
from pipeline.components.entities.gazetteer import demonym_code, territory_code, territory_name
from pipeline.components.entities.keys import name_words, organisation_words, person_words
from pipeline.components.entities.names import Name, kind_words
from pipeline.lexicons import entries, words

_SMALL = frozenset(("of", "the", "and", "for", "in", "on", "de", "des", "du", "la", "&", "to", "a"))
_PLACE_CUES = frozenset(("in", "at", "near", "to", "from", "into", "outside", "across", "throughout"))
TEAM = "#team"
_PLACES = frozenset(("GPE", "LOC", "FAC"))


@dataclass(slots=True)
class Cluster:
    """Names of one entity.

    Attributes:
        names: in text order.
        label: the entity's label.
        name: canonical name.
        code: code of the country or subdivision that it is, if it is one.
        is_local: a lone surname or the like.
        gender: m or f, where a title has shown it.
    """

    names: list[Name]
    label: str
    name: str
    code: str | None = None
    is_local: bool = False
    gender: str = ""


@dataclass(slots=True)
class _Form:
    """All names of one spelling."""

    key: tuple[str, ...]
    text: str
    names: list[Name] = field(default_factory=list)
    label: str = ""
    parent: _Form | None = None
    method: str = ""

    def root(self) -> _Form:
        form = self
        while form.parent is not None:
            form = form.parent
        return form


def cluster_names(names: list[Name], tokens: Tokens) -> list[Cluster]:
    """Group the names of a document by entity, in order of first mention."""
    forms = _forms(names, tokens)
    _find_people(forms, tokens)
    _find_companies(forms)
    people = [form for form in forms.values() if form.label == "PERSON" and "and" not in form.key]
    _join_full_names(people)
    _join_short_names(forms, tokens)
    _join_places(forms)
    _join_organisations(forms, tokens)
    groups: dict[int, list[_Form]] = defaultdict(list)
    for form in forms.values():
        if form.names:
            groups[id(form.root())].append(form)
    clusters = [_cluster(group) for group in groups.values()]
    return sorted(clusters, key=lambda cluster: cluster.names[0].start)


def _forms(names: list[Name], tokens: Tokens) -> dict[tuple[str, ...], _Form]:
    forms: dict[tuple[str, ...], _Form] = {}
    for name in names:
        text = " ".join(tokens.words[name.start : name.end])
        key = name_words(text)
        if not key:
            continue
        if name.method == "team":  # apart from the country of that name
            key = (territory_code(text) or text, TEAM)
        form = forms.get(key)
        if form is None:
            form = forms[key] = _Form(key=key, text=text)
        elif form.text.isupper() and not text.isupper():
            form.text = text
        form.names.append(name)
    for form in forms.values():
        form.label = form.names[0].label
        if len(form.names) > 1:
            votes: Counter[str] = Counter()
            for name in form.names:
                votes[name.label] += 3 if name.title and name.label == "PERSON" else 1
            form.label = votes.most_common(1)[0][0]
    return forms


def _find_people(forms: dict[tuple[str, ...], _Form], tokens: Tokens) -> None:
    """Relabel names of two or three words as persons where the last word alone goes on as a surname does."""
    kinds = kind_words()
    for key, form in forms.items():
        if form.label not in ("ORG", "GPE", "FAC", "PRODUCT", "LOC", "WORK_OF_ART") or not 2 <= len(key) <= 3:
            continue
        parts = form.text.split()
        if any(p.lower() in kinds or not p[0].isupper() or (p.isupper() and len(p) > 2) for p in parts):
            continue
        if territory_code(form.text) or territory_code(parts[0]) or demonym_code(parts[0]):
            continue
        alone = forms.get(key[-1:])
        if alone is None or (key[-1] in kinds) or demonym_code(alone.text) or territory_code(alone.text):
            continue
        acting = sum(_acts(tokens, name) for name in (*form.names, *alone.names))
        if alone.label == "PERSON" or (len(alone.names) > 1 and acting > 1):
            form.label = alone.label = "PERSON"


def _find_companies(forms: dict[tuple[str, ...], _Form]) -> None:
    """Relabel as organisations "Marrow Keel" if "Marrow" is one, and "Marrow" if "Marrow Airways" is."""
    given, bodies = entries("given_names"), words("organisation_words")
    for key, form in forms.items():
        if len(key) != 2:
            continue
        first = forms.get(key[:1])
        if first is None or any(name.title for name in (*form.names, *first.names)):
            continue
        is_family = key[0] in given or key[1:] in forms
        if form.label == "PERSON" and first.label == "ORG" and not is_family:
            is_other = key[1] in words("common_acronyms") or key[1] in entries("roles")
            form.label = form.label if is_other else "ORG"
        elif form.label == "ORG" and key[1] in bodies and first.label in ("GPE", "PERSON"):
            is_place = cities_named(first.text) or territory_code(first.text)
            first.label = first.label if is_place else "ORG"


def _acts(tokens: Tokens, name: Name) -> bool:
    """Whether somebody of this name says or does what persons do."""
    last = name.end - 1
    if tokens.deps[last] in ("nsubj", "nsubjpass"):
        return tokens.lower[tokens.heads[last]] in words("personal_verbs")
    after = tokens.lower[name.end : name.end + 2]
    return after[:1] == ["who"] or after == [",", "who"]


def _join(form: _Form, into: _Form, method: str, score: float) -> None:
    a, b = form.root(), into.root()
    if a is not b:
        a.parent = b
        form.method = method
        for name in form.names:
            name.rule, name.certainty = method, score


def _join_full_names(people: list[_Form]) -> None:
    """Join full names that differ by an initial, a nickname, a second given name or a hyphen."""
    full = sorted((f for f in people if len(f.key) > 1), key=lambda f: (-len(f.key), f.names[0].start))
    for i, short in enumerate(full):
        for longer in full[:i]:
            if short is not longer and _same_person(short.key, longer.key):
                _join(short, longer, "name_variant", 0.9)
                break


def _same_person(short: tuple[str, ...], longer: tuple[str, ...]) -> bool:
    a, b = person_words(short), person_words(longer)
    if a == b:
        return True
    if "".join(short) == "".join(longer):
        return True
    if a[-1] != b[-1] or len(a) < 2 or len(b) < 2:
        return len(a) > 1 and len(b) > len(a) and b[: len(a)] == a
    first, other = a[0], b[0]
    if first == other:
        middle = [w for w in a[1:-1] if all(not _agree(w, o) for o in b[1:-1])]
        return not middle
    if len(first) > 4 and len(first) == len(other) and len(a) == len(b) == 2:
        return sum(x != y for x, y in zip(first, other, strict=True)) == 1  # Kristen, Kristin
    return (len(first) == 1 or len(other) == 1) and first[0] == other[0]


def _agree(word: str, other: str) -> bool:
    return word == other or (1 in (len(word), len(other)) and word[0] == other[0])


def _join_short_names(forms: dict[tuple[str, ...], _Form], tokens: Tokens) -> None:
    """Join lone surnames, else lone first names, to the full name.

    Where several people share the surname, each mention goes to the one named last that its title fits.
    """
    by_last: dict[str, list[_Form]] = defaultdict(list)
    by_first: dict[str, list[_Form]] = defaultdict(list)
    for form in forms.values():
        if form.label == "PERSON" and len(form.key) > 1 and "and" not in form.key:
            by_last[form.key[-1]].append(form)
            by_first[form.key[0]].append(form)
            if len(form.key) > 2:  # Muhammad al-Bashir, Ursula von der Leyen, Park Geun-hye
                by_last[form.key[-2] + form.key[-1]].append(form)
                by_last[form.key[1] + form.key[2]].append(form)
    gender = entries("person_titles")
    for form in list(forms.values()):
        word = "".join(form.key)
        if len(form.key) > 3 or (len(form.key) > 1 and form.label == "PERSON" and word not in by_last):
            continue
        found = by_last.get(word)
        method = "surname"
        if not found and len(form.key) == 1:
            found, method = by_first.get(word), "first_name"
            if form.label != "PERSON":
                continue
        if not found or found == [form]:
            continue
        if form.label != "PERSON":
            if territory_code(form.text) and not any(n.title for n in form.names):
                continue
            if form.label not in ("ORG", "GPE", "FAC", "LOC", "PRODUCT", "WORK_OF_ART", "NORP"):
                continue
        roots = list(dict.fromkeys(id(f.root()) for f in found))
        candidates = list({id(f.root()): f for f in found}.values())
        stay = []
        for name in form.names:
            before = tokens.lower[name.start - 1] if name.start else ""
            if form.label in _PLACES and before in _PLACE_CUES:
                stay.append(name)
        if len(roots) == 1:
            if stay:
                for name in form.names:
                    if name not in stay:
                        _move(name, candidates[0], method, 0.8)
                form.names = stay
            else:
                _join(form, candidates[0], method, 0.9)
            continue
        for name in form.names:
            if name in stay:
                continue
            wanted = {gender.get(t) for t in name.title} & {"m", "f"}
            fitting = [c for c in candidates if not (wanted and _genders(c) and wanted != _genders(c))]
            before_it = [(n.start, i) for i, c in enumerate(fitting) for n in c.names if n.start < name.start]
            if before_it:
                nearest = fitting[max(before_it)[1]]
                _move(name, nearest, f"{method}_nearest", 0.75 if len(fitting) == 1 else 0.55)
            else:
                stay.append(name)
        form.names = stay


def _move(name: Name, form: _Form, method: str, score: float) -> None:
    """Take one mention out of its form (the caller does) and into another."""
    name.rule, name.certainty = method, score
    form.names.append(name)


def _genders(form: _Form) -> set[str]:
    """What titles show, else what the given name mostly is: read only against a title ("Ms Ashdown")."""
    gender = entries("person_titles")
    shown = {
        g for name in form.root().names + form.names for t in name.title if (g := gender.get(t, "-")) != "-"
    }
    return shown or {entries("given_names").get(form.key[0], "-")} & {"m", "f"}


def _join_places(forms: dict[tuple[str, ...], _Form]) -> None:
    """Join the names of one country, and the demonyms of one country."""
    seen: dict[tuple[str, str], _Form] = {}
    for key, form in list(forms.items()):
        if (
            len(key) > 1
            and key[-1] == "city"
            and (town := forms.get(key[:-1]))
            and not territory_code(town.text)
        ):
            _join(town, form, "place_name", 0.8)
        if key == ("korea",):
            south = [f for k, f in forms.items() if k in (("south", "korea"), ("kr", TEAM))]
            if south and ("north", "korea") not in forms and ("kp", TEAM) not in forms:
                _join(form, south[0], "country_part", 0.7)
        if key in (("north",), ("south",)) and (korea := forms.get((*key, "korea"))):
            _join(form, korea, "country_part", 0.7)
    for form in forms.values():
        if form.key[-1] == TEAM:
            continue
        code = territory_code(form.text) if form.label in _PLACES or form.label == "ORG" else None
        kind = "place"
        if code is None and form.label == "NORP":
            code, kind = demonym_code(form.text), "people"
        if code:
            first = seen.setdefault((kind, code), form)
            if first is not form:
                _join(form, first, "country_alias" if kind == "place" else "demonym", 0.95)


def _join_organisations(forms: dict[tuple[str, ...], _Form], tokens: Tokens) -> None:
    """Join organisations by legal form, acronym, brackets and beginning of the name."""
    organisations = [
        f
        for f in forms.values()
        if f.label in ("ORG", "PRODUCT", "FAC", "LAW", "EVENT", "GPE", "LOC") and f.names
    ]
    by_core: dict[tuple[str, ...], _Form] = {}
    for form in organisations:
        core = organisation_words(form.key)
        other = by_core.setdefault(core, form)
        if other is not form and "ORG" in (other.label, form.label):
            _join(form, other, "legal_form", 0.9)
    longer: dict[str, list[_Form]] = defaultdict(list)
    by_initials: dict[str, list[_Form]] = defaultdict(list)
    for form in organisations:
        if len(form.key) < 2:
            continue
        longer[form.key[0]].append(form)
        for initials in _initials(form.text):
            by_initials[initials].append(form)
    bracketed = _bracketed(forms, tokens)
    for form in organisations:
        if len(form.key) == 1 and form.text.replace(".", "").isupper() and 2 <= len(form.key[0]) <= 7:
            found = {id(f.root()): f for f in by_initials.get(form.key[0], [])}
            if len(found) == 1:
                _join(form, next(iter(found.values())), "acronym", 0.95 if form.key in bracketed else 0.85)
    for key, outer in bracketed.items():
        form = forms[key]
        if form.root() is not outer.root() and form.label == outer.label == "ORG":
            _join(form, outer, "bracket", 0.8)
    _join_parts(organisations)
    _join_countrys(organisations)
    company = _company_words()
    for form in organisations:
        if form.label != "ORG" or form.key[0] not in longer or territory_code(form.text):
            continue
        found = {
            id(f.root()): f
            for f in longer[form.key[0]]
            if f is not form
            and f.label == "ORG"
            and f.key[: len(form.key)] == form.key
            and (len(form.key) > 1 or len(f.key) == 2 or all(w in company for w in f.key[1:]))
        }
        if len(found) == 1 and form.root() is form:
            _join(form, next(iter(found.values())), "beginning", 0.8)


@cache
def _company_words() -> frozenset[str]:
    return words("organisation_words") | words("organisation_suffixes")


def _join_parts(organisations: list[_Form]) -> None:
    """Join "Scientology" to "Church of Scientology" and "the Court" to the only name of a court."""
    bodies = words("organisation_words")
    by_edge: dict[str, list[_Form]] = defaultdict(list)
    for form in organisations:
        if len(form.key) > 1 and form.label in ("ORG", "FAC"):
            for word in {form.key[0], form.key[-1]}:
                by_edge[word].append(form)
    for form in organisations:
        if len(form.key) != 1 or form.key[0] not in by_edge or form.root() is not form:
            continue
        word = form.key[0]
        found: dict[int, _Form] = {}
        for other in by_edge[word]:
            is_tail = form.label == "ORG" and other.key[-2:] == ("of", word) and not territory_code(form.text)
            is_head = word in bodies and (other.key[-1] == word or other.key[:2] == (word, "of"))
            if is_tail or is_head:
                found[id(other.root())] = other
        if len(found) == 1:
            _join(form, next(iter(found.values())), "part_of_name", 0.7)


def _join_countrys(organisations: list[_Form]) -> None:
    """Join "US Air Force" and "United States Air Force", and a bare "Air Force" if there is but one."""
    by_rest: dict[tuple[str, ...], dict[str, list[_Form]]] = defaultdict(lambda: defaultdict(list))
    for form in organisations:
        if form.label != "ORG" or (len(form.key) < 2 and " ".join(form.key) not in entries("organisations")):
            continue
        full = entries("organisations").get(" ".join(form.key), form.text)
        parts = full.replace("'s", "").replace("’s", "").split()
        for n in (1, 2):
            first = " ".join(parts[:n])
            if len(parts) > n and (code := territory_code(first) or demonym_code(first)):
                by_rest[name_words(" ".join(parts[n:]))][code].append(form)
                break
        else:
            by_rest[form.key][""].append(form)
    for codes in by_rest.values():
        bare = codes.pop("", [])
        for same in codes.values():
            for form in same[1:]:
                _join(form, same[0], "country_prefix", 0.9)
        if len(codes) == 1 and bare:
            _join(bare[0], next(iter(codes.values()))[0], "country_prefix", 0.75)


@lru_cache(maxsize=16384)
def _initials(text: str) -> frozenset[str]:
    suffixes = words("organisation_suffixes")
    parts = [p for p in text.replace("-", " ").split() if p[0].isalnum()]
    every = "".join(p[0] for p in parts).lower()
    large = "".join(p[0] for p in parts if p.lower() not in _SMALL).lower()
    bare = ((p[0], p.lower().rstrip(".")) for p in parts)
    core = "".join(first for first, word in bare if word not in suffixes and word not in _SMALL).lower()
    return frozenset(i for i in (every, large, core) if len(i) > 1)


def _bracketed(forms: dict[tuple[str, ...], _Form], tokens: Tokens) -> dict[tuple[str, ...], _Form]:
    """Names that stand in brackets right behind another one: key of the inner -> the outer."""
    ends = {}
    for form in forms.values():
        for name in form.names:
            ends[name.end] = form
    found = {}
    for key, form in forms.items():
        for name in form.names:
            i = name.start - 1
            if i > 0 and tokens.words[i] == "(" and name.end < len(tokens) and tokens.words[name.end] == ")":
                outer = ends.get(i)
                if outer is not None and outer is not form:
                    found[key] = outer
    return found


def _cluster(group: list[_Form]) -> Cluster:
    best, label = group[0], group[0].label
    if len(group) > 1:
        votes: Counter[str] = Counter()
        for form in group:
            votes[form.label] += len(form.names) * (2 if len(form.key) > 1 else 1)
        label = votes.most_common(1)[0][0]
    if label != "PERSON" and any(form.method in ("surname", "first_name") for form in group):
        label = "PERSON"
    code = None
    if label in _PLACES:
        code = next((c for form in group if (c := territory_code(form.text))), None)
    if len(group) > 1:
        best = max(
            group,
            key=lambda f: (
                f.label == label,
                min(len(f.key), 4),
                not f.text.isupper(),
                len(f.names),
                -f.names[0].start,
            ),
        )
    name = _written(best.text)
    if code and (plain := territory_name(code)):
        name = plain
    names = sorted([name for form in group for name in form.names], key=lambda name: name.start)
    gender = ""
    if label == "PERSON" and (titles := [title for name in names for title in name.title]):
        shown = Counter(g for t in titles if (g := entries("person_titles").get(t, "-")) != "-")
        gender = shown.most_common(1)[0][0] if shown else ""
    return Cluster(
        gender=gender,
        names=names,
        label=label,
        name=name,
        code=code,
        is_local=label == "PERSON" and len(best.key) == 1,
    )


def _written(text: str) -> str:
    """A name joined from tokens, as one writes it; capitals of a headline are taken back."""
    if " " not in text:
        return text
    text = (
        text.replace(" '", "'").replace(" ’", "’").replace(" - ", "-").replace(" ,", ",").replace(" .", ".")
    )
    words_ = text.split()
    if len(words_) > 1 and text.isupper():
        return " ".join(
            w.capitalize() if len(w) > 3 or (w.isalpha() and len(words_) > 2) else w for w in words_
        )
    return text
