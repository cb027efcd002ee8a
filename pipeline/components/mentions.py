"""Names in a document: spaCy's entities cleaned, cut, split and relabelled, and what the model overlooked.

The result is a list of `Name`s in text order that do not overlap. Each repair is a function of its own;
docs/entities.md has what each is worth.
"""

from __future__ import annotations

from dataclasses import dataclass

from spacy.tokens import Doc

from pipeline.components.gazetteer import is_people, is_region, territory_code
from pipeline.components.tokens import Tokens
from pipeline.lexicons import entries, words

LABELS = frozenset(("PERSON", "ORG", "GPE", "LOC", "NORP", "FAC", "EVENT", "WORK_OF_ART", "LAW", "PRODUCT"))
_POSSESSIVES = frozenset(("'s", "’s", "'", "’", "'S", "’S", "‘s"))
_ARTICLES = frozenset(("the", "a", "an"))
_EDGE = frozenset("\"'“”‘’`´«»()[]{}<>,;:!?-–—*|/\\…_•·.#@~^=+") | {"--", "''", "``", "...", "\\n"}


@dataclass(slots=True)
class Name:
    """A name at tokens [start, end), as the repairs and the clustering go on changing it.

    Attributes:
        label: entity label.
        method: the model ("ner") or the rule that found it.
        score: 0..1.
        title: the titles in front of it, lower-cased ("mr", "sir").
        rule, certainty: why it stands in its cluster and how sure that is.
    """

    start: int
    end: int
    label: str
    method: str
    score: float
    title: tuple[str, ...] = ()
    rule: str = "same_name"
    certainty: float = 0.95


def find_names(doc: Doc, tokens: Tokens) -> list[Name]:
    """Return the names of a document in text order; they do not overlap."""
    found = [
        name
        for ent in doc.ents
        if ent.label_ in LABELS
        for name in _cut_at_breaks(tokens, ent.start, ent.end, ent.label_)
    ]
    names = []
    for name in found:
        for part in _split_at_titles(tokens, name):
            _trim(tokens, part)
            if part.start < part.end and _is_name(tokens, part):
                _relabel(tokens, part)
                names.append(part)
    return names


def _cut_at_breaks(tokens: Tokens, start: int, end: int, label: str) -> list[Name]:
    """A name does not run over a line break."""
    parts = []
    at = start
    for i in range(start, end + 1):
        if i == end or tokens.breaks[i]:
            if i > at:
                parts.append(Name(start=at, end=i, label=label, method="ner", score=0.8))
            at = i + 1
    return parts


def _split_at_titles(tokens: Tokens, name: Name) -> list[Name]:
    """Cut "Home Office Permanent Secretary Sir Philip Rutnam" into an organisation and a person."""
    titles = entries("person_titles")
    lower = tokens.lower
    if name.label not in ("PERSON", "ORG") or name.end - name.start < 3:
        return [name]
    last = max((i for i in range(name.start + 1, name.end - 1) if lower[i] in titles), default=None)
    if last is None or lower[name.end - 1] in words("organisation_words"):
        return [name]
    if not all(tokens.words[i][:1].isupper() for i in range(last, name.end)):
        return [name]
    person = Name(start=last, end=name.end, label="PERSON", method="split", score=0.7)
    first = last
    while first > name.start and (lower[first - 1] in titles or lower[first - 1] in _RANKS):
        first -= 1
    if first == name.start:
        return [person]
    return [Name(start=name.start, end=first, label="ORG", method="split", score=0.6), person]


_RANKS = frozenset(
    (
        "permanent",
        "deputy",
        "vice",
        "prime",
        "foreign",
        "former",
        "chief",
        "executive",
        "acting",
        "home",
        "first",
    )
)


def _trim(tokens: Tokens, name: Name) -> None:
    """Leave off articles, quotation marks, possessives and titles at the edges."""
    words_, lower = tokens.words, tokens.lower
    titles = entries("person_titles")
    start, end = name.start, name.end
    while start < end:
        word = lower[start]
        is_edge = word in _EDGE or word in _POSSESSIVES or word.isspace()
        if not is_edge and end - start > 1:
            is_article = word in _ARTICLES and lower[start + 1] != "hague"
            is_edge = is_article or (name.label == "PERSON" and word in titles)
        if not is_edge:
            break
        start += 1
    while end > start and (
        words_[end - 1] in _POSSESSIVES or words_[end - 1] in _EDGE or words_[end - 1].isspace()
    ):
        end -= 1
    if end > start and name.label == "PERSON":
        at = start
        while at > 0 and lower[at - 1] in titles:
            at -= 1
        name.title = tuple(lower[at:start])
    name.start, name.end = start, end


def _is_name(tokens: Tokens, name: Name) -> bool:
    """Whether what is left can be a name at all."""
    text = " ".join(tokens.lower[name.start : name.end])
    first = tokens.words[name.start]
    if text in words("not_names") or len(text) < 2:
        return False
    if not any(c.isupper() for i in range(name.start, name.end) for c in tokens.words[i]):
        return False
    if "://" in text or "www." in text or "@" in text:
        return False
    return not (first[0] in "#$£€%" or all(not c.isalpha() for c in text))


def _relabel(tokens: Tokens, name: Name) -> None:
    """Correct the label where a list knows better."""
    text = " ".join(tokens.words[name.start : name.end])
    last = tokens.lower[name.end - 1]
    label = name.label
    if territory_code(text):
        if label not in ("GPE", "PERSON") or (label == "PERSON" and not name.title):
            label = "GPE"
    elif is_region(text):
        label = "LOC"
    elif is_people(text):
        label = "NORP"
    elif label in ("PERSON", "GPE", "NORP", "PRODUCT", "FAC", "LOC") and name.end - name.start > 1:
        if last in words("facility_words"):
            label = "FAC"
        elif last in words("organisation_words"):
            label = "ORG"
        elif last in words("location_words") and label not in ("PERSON", "FAC"):
            label = "LOC" if label != "GPE" else label
    if label != name.label:
        name.label, name.method = label, "relabelled"
