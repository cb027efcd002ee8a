"""Names of one document that mean the same person, organisation or place.

All names of one spelling are a form; the rules of `people`, `countries` and `bodies` join forms, or move
single names between them, and what has come together is a cluster.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence

from pipeline.components.doc.tokens import Tokens
from pipeline.components.entities.bodies import (
    find_companies,
    join_abbreviations,
    join_beginnings,
    join_legal_forms,
    join_parts,
    organisations_of,
)
from pipeline.components.entities.cluster import PLACES, TEAM, Cluster, Form, Forms, Reason
from pipeline.components.entities.countries import join_places, join_with_and_without_country
from pipeline.components.entities.gazetteer import Gazetteer
from pipeline.components.entities.keys import NameKeys
from pipeline.components.entities.name import Name, text_of
from pipeline.components.entities.people import find_people, join_full_names, join_short_names
from pipeline.components.entities.things import join_models, join_storms
from pipeline.lexicons import Lexicon

_NICKNAME = re.compile(r" ([\"“'‘]) ([^\"“”'‘’]+) ([\"”'’]) ")
"""Between a given name and a surname, joined from tokens."""
_CAPITALISED = PLACES | {"PERSON"}
_ACRONYM = 4
"""Letters of the longest single word in capitals that stays so: it may be an acronym."""


def cluster_names(names: Sequence[Name], tokens: Tokens) -> list[Cluster]:
    """Group the names of a document by entity, in order of first mention.

    Args:
        names: in text order; they are left as they are.
        tokens: the document.
    """
    lexicon = tokens.lexicon
    forms = _forms(names, tokens)
    find_people(forms, tokens)
    find_companies(forms, lexicon)
    join_storms(forms, lexicon)
    join_models(forms)
    join_full_names(forms, lexicon)
    join_short_names(forms, tokens)
    join_places(forms, lexicon)
    organisations = organisations_of(forms)
    join_legal_forms(organisations, lexicon)
    join_abbreviations(organisations, forms, tokens)
    join_parts(organisations, tokens)
    join_with_and_without_country(organisations, lexicon)
    join_beginnings(organisations, lexicon)
    groups: dict[Form, list[Form]] = defaultdict(list)
    for form in forms.values():
        if form.names:
            groups[form.root()].append(form)
    clusters = [_cluster(group, lexicon) for group in groups.values()]
    return sorted(clusters, key=lambda cluster: cluster.names[0].start)


def _forms(names: Sequence[Name], tokens: Tokens) -> Forms:
    """Return the names by spelling, each form with the label of most of its names."""
    keys, gazetteer = tokens.lexicon.made(NameKeys), tokens.lexicon.made(Gazetteer)
    forms: Forms = {}
    reasons: dict[Name, Reason] = {}
    for name in names:
        text = text_of(tokens, name)
        key = keys.name_words(text)
        if not key:
            continue
        if name.method == "team":
            key = (gazetteer.territory_code(text) or text, TEAM)
        form = forms.get(key)
        if form is None:
            form = forms[key] = Form(key=key, text=text, reasons=reasons)
        elif form.text.isupper() and not text.isupper():
            form.text = text
        form.names.append(name)
    for form in forms.values():
        form.in_debris = all(tokens.debris[name.start] for name in form.names)
        form.label = form.names[0].label
        if len(form.names) > 1:
            votes: Counter[str] = Counter()
            for name in form.names:
                votes[name.label] += 3 if name.title and name.label == "PERSON" else 1
            form.label = votes.most_common(1)[0][0]
    return forms


def _cluster(group: Sequence[Form], lexicon: Lexicon) -> Cluster:
    gazetteer = lexicon.made(Gazetteer)
    label = _label(group)
    best = max(group, key=lambda form: _rank(form, label)) if len(group) > 1 else group[0]
    code = None
    if label in PLACES:
        code = next((c for form in group if (c := gazetteer.territory_code(form.text))), None)
    names = sorted((name for form in group for name in form.names), key=lambda name: name.start)
    return Cluster(
        names=names,
        label=label,
        name=(code and gazetteer.territory_name(code)) or _written(best.text, label),
        code=code,
        is_local=label == "PERSON" and lexicon.made(NameKeys).is_lone_surname(best.key),
        gender=_gender(names, lexicon) if label == "PERSON" else "",
        reasons=group[0].reasons,
    )


def _label(group: Sequence[Form]) -> str:
    """Return the label of most names, those of several words counted twice; a surname makes a person."""
    if any(form.method in ("surname", "first_name") for form in group):
        return "PERSON"
    if len(group) == 1:
        return group[0].label
    votes: Counter[str] = Counter()
    for form in group:
        votes[form.label] += len(form.names) * (2 if len(form.key) > 1 else 1)
    return votes.most_common(1)[0][0]


def _rank(form: Form, label: str) -> tuple[bool, bool, int, bool, int, int]:
    """Return the rank of a form as the canonical name: those of the article, long ones, not in capitals."""
    return (
        form.label == label,
        not form.in_debris,
        min(len(form.key), 4),
        not form.text.isupper(),
        len(form.names),
        -form.names[0].start,
    )


def _gender(names: Sequence[Name], lexicon: Lexicon) -> str:
    """Return the gender that most titles show, else ""."""
    titles = [title for name in names for title in name.title]
    if not titles:
        return ""
    genders = lexicon.entries("person_titles")
    shown = Counter(gender for title in titles if (gender := genders.get(title, "-")) != "-")
    return shown.most_common(1)[0][0] if shown else ""


def _written(text: str, label: str) -> str:
    """Return a name joined from tokens as one writes it; capitals of a headline are taken back.

    So are those of a dateline: a person or place in capitals is written with one, a body may be an acronym.
    """
    nickname = _NICKNAME.search(text) if label == "PERSON" else None
    if nickname is not None:
        before, behind = text[: nickname.start()], text[nickname.end() :]
        opening, words, closing = nickname.groups()
        return f"{_written(before, label)} {opening}{words}{closing} {_written(behind, label)}"
    if label in _CAPITALISED and text.isupper():
        parts = text.split()
        text = " ".join(
            part.capitalize() if part.isalpha() and len(part) > (1 if len(parts) > 1 else _ACRONYM) else part
            for part in parts
        )
    if " " not in text:
        return text
    text = (
        text.replace(" '", "'").replace(" ’", "’").replace(" - ", "-").replace(" ,", ",").replace(" .", ".")
    )
    parts = text.split()
    if len(parts) > 1 and text.isupper():
        return " ".join(
            part.capitalize() if len(part) > 3 or (part.isalpha() and len(parts) > 2) else part
            for part in parts
        )
    return text
