"""Where a span of the model's holds several names, or one and something else: it is cut into its parts."""

from __future__ import annotations

from pipeline.components.doc.tokens import Tokens
from pipeline.components.entities.gazetteer import Gazetteer
from pipeline.components.entities.kinds import kind_words
from pipeline.components.entities.name import Name
from pipeline.lexicons import Lexicon

_DASHES = frozenset(("–", "—", "--"))
_CUTTING_MARKS = _DASHES | {"(", ",", "-"}


class _Words:
    """What these rules read of a lexicon."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.articles = lexicon.words("entities.definite_articles")
        self.flights = lexicon.words("entities.flights")
        self.cutting = _CUTTING_MARKS | self.articles | self.flights
        self.joins = lexicon.words("entities.conjunctions") | {"&"}
        self.endings = lexicon.words("organisation_suffixes") | lexicon.words("entities.name_endings")
        self.titles = lexicon.entries("person_titles")
        self.ranks = self.titles.keys() | lexicon.words("entities.ranks")
        self.bodies = lexicon.words("organisation_words")
        self.given_names = lexicon.entries("given_names")


def cut(tokens: Tokens, start: int, end: int, label: str) -> list[Name]:
    """Cut a span where no name goes on: at a line break, an open bracket, a comma between places, a flight.

    Args:
        tokens: the document.
        start: first token of a span of the model's.
        end: after its last token.
        label: its entity label.
    """
    words, lower = tokens.lexicon.made(_Words), tokens.lower
    if words.cutting.isdisjoint(lower[start:end]) and not any(tokens.breaks[start:end]):
        return [Name(start=start, end=end, label=label, method="ner", score=0.8)]
    is_open = "(" in lower[start:end] and ")" not in lower[start:end]
    parts = []
    at = start
    for i in range(start, end + 1):
        is_flight = i + 2 == end and i > start and lower[i] in words.flights
        if i == end or is_flight or _parts_names(tokens, words, i, start, end, label, is_open):
            if i > at:
                method = "ner" if i - at == end - start else "cut"
                parts.append(Name(start=at, end=i, label=label, method=method, score=0.8))
            at = i + 1
        if is_flight:
            break  # the number behind it belongs to no name
    return parts


def _parts_names(
    tokens: Tokens, words: _Words, i: int, start: int, end: int, label: str, is_open: bool
) -> bool:
    """Return whether the token at `i` stands between two names of the span [start, end)."""
    word = tokens.lower[i]
    if tokens.breaks[i] or word in _DASHES or (is_open and word == "("):
        return True
    if word == ",":
        return label in ("GPE", "LOC") or (label == "ORG" and not goes_on(tokens, i, end, label))
    if word == "-":
        return label == "GPE" and tokens.spaced[i] and tokens.spaced[i - 1]
    return word in words.articles and label == "ORG" and i > start and tokens.words[i - 1][0].isupper()


def goes_on(tokens: Tokens, comma: int, end: int, label: str) -> bool:
    """Return whether a name goes on behind a comma: "Acme Tools, Inc.", "Ministry of Arts, Sports and Youth".

    Args:
        tokens: the document.
        comma: where the comma stands.
        end: after the last token of the span.
        label: the entity label of the span.
    """
    words, lower = tokens.lexicon.made(_Words), tokens.lower
    if comma + 1 < end and lower[comma + 1] in words.endings:
        return True
    return label == "ORG" and not words.joins.isdisjoint(lower[comma + 1 : end])


def split(tokens: Tokens, name: Name) -> list[Name]:
    """Split a span that holds an organisation and a person; return any other as it is."""
    return _split_at_title(tokens, name) or _split_at_given_name(tokens, name)


def _split_at_title(tokens: Tokens, name: Name) -> list[Name]:
    """Split "Home Office Permanent Secretary Sir Philip Rutnam" into an organisation and a person."""
    if name.label not in ("PERSON", "ORG") or len(name) < 3:
        return []
    words, lower = tokens.lexicon.made(_Words), tokens.lower
    last = max((i for i in range(name.start + 1, name.end - 1) if lower[i] in words.titles), default=None)
    if last is None or lower[name.end - 1] in words.bodies:
        return []
    if not all(tokens.words[i][:1].isupper() for i in range(last, name.end)):
        return []
    person = Name(start=last, end=name.end, label="PERSON", method="split", score=0.7)
    first = last
    while first > name.start and lower[first - 1] in words.ranks:
        first -= 1
    if first == name.start:
        return [person]
    return [Name(start=name.start, end=first, label="ORG", method="split", score=0.6), person]


def _split_at_given_name(tokens: Tokens, name: Name) -> list[Name]:
    """Split "Scotland Ana Colvey" and "BBC Ana Colvey", where something ran into a person's name."""
    if name.label not in ("PERSON", "ORG", "GPE", "WORK_OF_ART"):
        return [name]
    given_names = tokens.lexicon.made(_Words).given_names
    for i in range(name.start + 1, name.end - 1):
        if tokens.lower[i] not in given_names:
            continue
        rest = tokens.lower[i + 1 : name.end]
        if (
            len(rest) < 4
            and rest[-1] not in tokens.lexicon.made(kind_words)
            and _stands_alone(tokens, name.start, i)
        ):
            place = "GPE" if tokens.lower[i - 1] in tokens.lexicon.words("entities.directions") else "ORG"
            return [
                Name(start=name.start, end=i, label=place, method="split", score=0.6),
                Name(start=i, end=name.end, label="PERSON", method="split", score=0.7),
            ]
    return [name]


def _stands_alone(tokens: Tokens, start: int, end: int) -> bool:
    """Return whether the words before a given name are a name by themselves: a country, an acronym, a seat.

    The seats are those of parliaments: "the member for Arden North Ana Colvey".
    """
    gazetteer = tokens.lexicon.made(Gazetteer)
    text = " ".join(tokens.words[start:end])
    if gazetteer.territory_code(text) or gazetteer.is_people(text):
        return True
    if end - start > 1 and tokens.words[end - 1].istitle():
        return tokens.lower[end - 1] in tokens.lexicon.words("entities.directions")
    return end - start == 1 and len(text) > 1 and text.isupper()
