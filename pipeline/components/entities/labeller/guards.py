"""What the network may not do: names without a word of a name, bodies that are persons, doubtful labels.

It was trained on twelve thousand names and is at times sure of nonsense. What these rules say holds whatever
the article: each is of a kind of mistake, none of a word.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from pipeline.components.doc.tags import NAME_TAGS, NOUN_TAGS
from pipeline.components.doc.tokens import Tokens
from pipeline.components.entities.cities import Cities
from pipeline.components.entities.labeller.network import Labelled, LabelReading, margin
from pipeline.components.entities.name import Name, text_of
from pipeline.components.entities.roles import age_behind
from pipeline.lexicons import Lexicon

MARGIN = 1.0
"""By how many nats a word the network must prefer its label of a name to that of the rules."""
MARGIN_UNKNOWN = 2.0
"""The same for a name of which a word has no vector: the network knows it from its surroundings alone.
Both were chosen on own_dev by outlet."""
MIN_ALONE = 0.5
"""How sure the network must be of a name of which neither model nor rules see any part."""
MIN_CUT = 0.6
"""How sure it must be of each piece into which it cuts a name of the rules."""

_PLACES = frozenset(("GPE", "LOC", "FAC"))
_TAKEN_FOR_BODIES = frozenset(("PERSON", "NORP"))
_TAKEN_FOR_PERSONS = frozenset(("ORG", "PRODUCT", "WORK_OF_ART", "FAC", "LAW", "EVENT"))
_TAKEN_FOR_PLACES = frozenset(("PERSON", "ORG", "PRODUCT", "FAC", "LOC"))
_MOST_WORDS_OF_A_PERSON = 4
_REACH_OF_APPOSITION = 4
"""Words behind "X, a" among which the noun stands that says what X is."""
_OPENING = frozenset("\"'“‘«`") | {"``"}


class _Words:
    """What these rules read of a lexicon."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.articles = lexicon.words("entities.articles")
        self.titles = lexicon.entries("person_titles")
        self.small = self.articles | lexicon.words("entities.small_in_bodies")
        self.given_names = lexicon.entries("given_names")
        self.suffixes = lexicon.words("organisation_suffixes")
        self.bodies = lexicon.words("organisation_words") | self.suffixes
        self.to_places = lexicon.words("entities.before_a_host")
        self.within = lexicon.words("entities.within_a_place")
        self.towns = lexicon.words("entities.nouns_of_towns")
        self.of = lexicon.words("entities.of")
        self.of_towns = self.towns | lexicon.words("entities.what_towns_have")
        self.in_towns = lexicon.words("entities.what_is_in_towns")


class Evidence:
    """What model and rules say of the spans of a document, and how much the network prefers its own."""

    def __init__(self, reading: LabelReading, names: Sequence[Name]) -> None:
        self._by_rule = {i for name in names for i in range(name.start, name.end)}
        self._names = {(name.start, name.end): name for name in names}
        self._reading = reading

    def at(self, start: int, end: int) -> Name | None:
        """Return the rules' name of a span."""
        return self._names.get((start, end))

    def label_of(self, tokens: Tokens, found: Labelled) -> str:
        """Return the label of what the network found: that of the rules where it hardly prefers its own."""
        name = self.at(found.start, found.end)
        if name is None or name.label == found.label:
            return found.label
        if found.label == "PERSON" and is_acronym(tokens, name):
            return name.label
        rows = self._reading.vector_rows[found.start : found.end]
        needed = MARGIN if (rows >= 0).all() else MARGIN_UNKNOWN
        first = int(np.searchsorted(self._reading.candidates, found.start))
        is_sure = margin(self._reading.scores[first : first + len(name)], found.label, name.label) >= needed
        return found.label if is_sure else name.label

    def is_doubtful(self, tokens: Tokens, found: Labelled) -> bool:
        """Return whether the network alone sees a name, and is unsure, or the capital is the sentence's."""
        start, span = found.start, range(found.start, found.end)
        if any(tokens.ents[start : found.end]) or not self._by_rule.isdisjoint(span):
            return False
        opens = start == 0 or tokens.breaks[start - 1] or tokens.sents[start - 1] != tokens.sents[start]
        if opens and len(span) == 1 and tokens.tags[start] not in NAME_TAGS:
            return True
        return found.score < MIN_ALONE


def is_acronym(tokens: Tokens, name: Name) -> bool:
    """Return whether a name is a word of two to five capitals among words that are written otherwise."""
    word = tokens.words[name.start]
    if len(name) > 1 or not (1 < len(word) < 6 and word.isalpha() and word.isupper()):
        return False
    return has_small_words_near(tokens, name)


def has_small_words_near(tokens: Tokens, name: Name) -> bool:
    """Return whether any of the two words on either side of a name in capitals stands in small letters."""
    return any(word.islower() for word in tokens.words[max(0, name.start - 2) : name.end + 2])


def kept_whole(tokens: Tokens, found: Sequence[Labelled], names: Sequence[Name]) -> list[Labelled]:
    """Return the network's names; what it cut a name of the rules into stays one where the cut is doubtful.

    A cut is doubtful between two words that follow each other, where the network is not sure of a piece, and
    where it only drops the end of a body, an event or a work: "Tarnley Marathon". Off a place it may: the
    rules often take what stands behind one for its end. The whole is a person if all pieces are, else it has
    the label of the rules.
    """
    out: list[Labelled] = []
    pieces: dict[Name, list[Labelled]] = defaultdict(list)
    whole = {i: name for name in names if len(name) > 1 for i in range(name.start, name.end)}
    for piece in found:
        name = whole.get(piece.start)
        if name is not None and piece.end <= name.end and len(name) > piece.end - piece.start:
            pieces[name].append(piece)
        else:
            out.append(piece)
    for name, parts in pieces.items():
        touch = any(a.end == b.start for a, b in pairwise(parts))
        unsure = len(parts) > 1 and min(part.score for part in parts) < MIN_CUT
        if touch or unsure or _loses_its_end(tokens, name, parts):
            kinds = {part.label for part in parts}
            label = "PERSON" if kinds == {"PERSON"} else name.label
            out.append(Labelled(name.start, name.end, label, min(part.score for part in parts)))
        else:
            out.extend(parts)
    return sorted(out)


def _loses_its_end(tokens: Tokens, name: Name, parts: Sequence[Labelled]) -> bool:
    """Return whether the network drops only the last words of a name, and agrees on what it is of."""
    first = parts[0]
    return (
        len(parts) == 1
        and first.start == name.start
        and first.label == name.label not in _PLACES
        and has_words_of_names(tokens, replace(name, end=first.end))
        and all(tokens.tags[i] in NAME_TAGS for i in range(name.start, name.end))
    )


def has_words_of_names(tokens: Tokens, name: Name) -> bool:
    """Return whether a span has more than articles, small words and titles: not "The", not "Dame".

    Acronyms are no small words: "IN" may be a state.
    """
    words = tokens.lexicon.made(_Words)
    for i in range(name.start, name.end):
        word, lower = tokens.words[i], tokens.lower[i]
        if lower not in words.titles and (lower not in words.small or (word.isupper() and len(word) > 1)):
            return True
    return False


def with_its_article(tokens: Tokens, name: Name) -> Name:
    """Return a work's name with the article that opens its title: “The Price of Ships”."""
    words = tokens.lexicon.made(_Words)
    first = name.start - 1
    if name.label != "WORK_OF_ART" or first < 1 or tokens.breaks[first]:
        return name
    opens = tokens.words[first - 1] in _OPENING and tokens.words[first][0].isupper()
    return replace(name, start=first) if opens and tokens.lower[first] in words.articles else name


def is_body(tokens: Tokens, name: Name) -> bool:
    """Return whether a name of several words ends as those of bodies do: "Grey Partners", "Dorn Council".

    "Ana Church" stays a person: a given name and one word that is no legal form.
    """
    words = tokens.lexicon.made(_Words)
    if len(name) < 2 or name.label not in _TAKEN_FOR_BODIES:
        return False
    last = tokens.lower[name.end - 1]
    is_short_person = (
        len(name) == 2 and tokens.lower[name.start] in words.given_names and last not in words.suffixes
    )
    return last in words.bodies and not is_short_person


def with_one_label(tokens: Tokens, names: Sequence[Name]) -> list[Name]:
    """Return the names of a document, each spelling with one label: that of which most were surest.

    A name keeps its own where its surroundings show it: with a title it is a person, behind a preposition
    of place a place. Countries, peoples and regions that lists know keep theirs, and so do a place and a body
    of one name: a city and its club, a state and its government.
    """
    labels: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for name in names:
        labels[text_of(tokens, name)][name.label] += name.score
    best = {text: _agreed(found) for text, found in labels.items() if len(found) > 1}
    return [_relabelled(tokens, name, best) for name in names] if best else [*names]


def with_seats(tokens: Tokens, names: Sequence[Name]) -> list[Name]:
    """Return names, a seat in front of its member as a place: "the MP for Arden North Ana Colvey"."""
    directions = tokens.lexicon.words("entities.directions")
    followed = {name.start for name in names if name.label == "PERSON"}
    return [
        replace(name, label="GPE", title=())
        if len(name) > 1 and name.end in followed and tokens.lower[name.end - 1] in directions
        else name
        for name in names
    ]


def _agreed(found: Mapping[str, float]) -> str:
    """Return the label of one spelling, "" where both of a place and a body are likely."""
    label = max(sorted(found), key=lambda kind: found[kind])
    others = found.keys() - {label}
    return "" if label in _PLACES | {"ORG"} and others <= _PLACES | {"ORG"} and "ORG" in found else label


def _relabelled(tokens: Tokens, name: Name, best: Mapping[str, str]) -> Name:
    label = best.get(text_of(tokens, name), "")
    if label in ("", name.label) or _is_shown(tokens, name):
        return name
    return replace(name, label=label, title=name.title if label == "PERSON" else ())


def _is_shown(tokens: Tokens, name: Name) -> bool:
    """Return whether the words in front of a name show its label."""
    words = tokens.lexicon.made(_Words)
    if name.label == "PERSON":
        return bool(name.title)
    before = tokens.lower[name.start - 1] if name.start else ""
    return name.label in _PLACES and before in words.to_places


def shown_label(tokens: Tokens, name: Name) -> str | None:
    """Return the label that the words around a name show: an age makes a person, "a town" a town.

    "Orla Vance, 41, said"; "Tarnley, a mill town", "the mayor of Tarnley", "police in Tarnley".
    """
    words, lower = tokens.lexicon.made(_Words), tokens.lower
    if name.label in _TAKEN_FOR_PERSONS and 1 < len(name) <= _MOST_WORDS_OF_A_PERSON:
        return "PERSON" if age_behind(tokens, name.end) else None
    if name.label not in _TAKEN_FOR_PLACES or name.title or len(name) > 2:
        return None
    before = lower[max(0, name.start - 2) : name.start]
    if len(before) == 2 and (
        (before[1] in words.of and before[0] in words.of_towns and name.label != "ORG")
        or (before[1] in words.within and before[0] in words.in_towns)
    ):
        return "GPE"
    at = name.end
    if lower[at : at + 1] != [","] or not words.articles & {*lower[at + 1 : at + 2]}:
        return None
    for i in range(at + 2, min(len(tokens), at + 2 + _REACH_OF_APPOSITION)):
        if tokens.tags[i] in NOUN_TAGS:
            goes_on = i + 1 < len(tokens) and tokens.tags[i + 1] in NOUN_TAGS
            if lower[i] in words.towns and not goes_on:
                return "GPE"
        elif not tokens.tags[i].startswith("JJ"):
            return None
    return None


def with_shown_labels(tokens: Tokens, names: Sequence[Name]) -> list[Name]:
    """Return the names, those of one spelling with the label that the words around any of them show."""
    shown = {text_of(tokens, name): label for name in names if (label := shown_label(tokens, name))}
    if not shown:
        return [*names]
    return [
        replace(name, label=label, title=name.title if label == "PERSON" else ())
        if (label := shown.get(text_of(tokens, name))) and label != name.label
        else name
        for name in names
    ]


def names_of_places(tokens: Tokens, names: Sequence[Name]) -> frozenset[str]:
    """Return the names that the document has "in" or the like in front of anywhere."""
    within = tokens.lexicon.made(_Words).within
    return frozenset(
        text_of(tokens, name) for name in names if name.start and tokens.lower[name.start - 1] in within
    )


def place_of(tokens: Tokens, name: Name, names: Sequence[Name], places: Collection[str]) -> str | None:
    """Return "GPE" for what the network alone takes for a person where a list has a large city of the name.

    So it is of a smaller one behind an article ("a Dover fishmonger"), and where the document has "in" in
    front of the name anywhere (`names_of_places`).

    None where a longer name of a person in the document ends or begins with it, or a title stands in front.
    """
    if name.label != "PERSON" or name.title or name.method != "network":
        return None
    text = text_of(tokens, name)
    words = tokens.lexicon.made(_Words)
    cities = tokens.lexicon.made(Cities)
    is_behind_article = name.start > 0 and tokens.lower[name.start - 1] in words.articles
    is_place = (is_behind_article and cities.named(text)) or cities.is_large(text) or text in places
    if not is_place or text.lower() in words.given_names:
        return None
    own = tokens.lower[name.start : name.end]
    for other in names:
        if other.label == "PERSON" and len(other) > len(name):
            longer = tokens.lower[other.start : other.end]
            if own in (longer[-len(own) :], longer[: len(own)]):
                return None
    return "GPE"
