"""Names that look like two, or like a piece: "Marks and Spencer" is one, "McDonald's" has its s.

And names that look like one: what ran together of two persons that the document names in full elsewhere.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise

from pipeline.components.doc.tokens import Tokens
from pipeline.components.entities.gazetteer import Gazetteer
from pipeline.components.entities.ledger import Ledger
from pipeline.components.entities.name import Name, text_of
from pipeline.lexicons import Lexicon

_LEAST_RUN = 3
"""Words of the shortest name that may be two."""


class _Words:
    """What these rules read of a lexicon."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.brands = lexicon.words("brands_with_apostrophe")
        self.brand_openers = {name.split()[0] for name in self.brands}
        self.genitives = lexicon.words("entities.genitives")
        self.conjunctions = lexicon.words("entities.conjunctions") | {"&"}
        (self.written,) = lexicon.words("entities.conjunctions")
        self.given_names = lexicon.entries("given_names")
        self.joined: dict[str, list[tuple[tuple[str, ...], str]]] = defaultdict(list)
        named = dict.fromkeys(lexicon.words("organisations_with_and"), "ORG")
        infix = f" {self.written} "
        named |= {name: "GPE" for name in lexicon.made(Gazetteer).territories if infix in name}
        for name, label in sorted(named.items(), key=lambda item: -len(item[0])):
            words = tuple(name.replace("'s", " 's").split())
            self.joined[words[0]].append((words, label))
        self.openers = self.joined.keys() | {opener.replace("'", "’") for opener in self.joined}
        if self.written in self.joined:
            self.openers |= self.conjunctions

    def plain(self, word: str) -> str:
        """Return a lower-cased word as `joined` has it."""
        return self.written if word in self.conjunctions else word.replace("’", "'")


def add_joined(ledger: Ledger, tokens: Tokens) -> None:
    """Make one name of what a list knows to be one: "Marks and Spencer", "Bosnia and Herzegovina"."""
    words = tokens.lexicon.made(_Words)
    openers = words.openers & tokens.vocabulary
    if not openers or words.conjunctions.isdisjoint(tokens.vocabulary):
        return
    at = _by_token(ledger)
    gone: set[Name] = set()
    for i in [i for i in tokens.capitals if tokens.lower[i] in openers]:
        for known, label in words.joined.get(words.plain(tokens.lower[i]), ()):
            end = i + len(known)
            found = tuple(map(words.plain, tokens.lower[i:end]))
            if found == known and not tokens.words[end - 1][0].islower():
                gone |= _put(ledger, at, Name(start=i, end=end, label=label, method="listed", score=0.85))
                break
    ledger.drop(gone)


def add_brands_with_apostrophe(ledger: Ledger, tokens: Tokens) -> None:
    """Give brands their s: "McDonald's said"; not where a given name or a title makes a person of it."""
    words = tokens.lexicon.made(_Words)
    openers = words.brand_openers & tokens.vocabulary
    if not openers:
        return
    at = _by_token(ledger)
    gone: set[Name] = set()
    for i in [i for i in tokens.capitals if tokens.lower[i] in openers]:
        for end in (i + 1, i + 2, i + 3):
            if end >= len(tokens) or " ".join(tokens.lower[i:end]) not in words.brands:
                continue
            if tokens.lower[end] in words.genitives and not _is_of_person(at, tokens, words, i):
                gone |= _put(ledger, at, Name(start=i, end=end + 1, label="ORG", method="listed", score=0.8))
    ledger.drop(gone)


def join_peoples(ledger: Ledger, tokens: Tokens) -> None:
    """Make one name of two that a list knows to be one people: "Native American", "Pacific Islanders"."""
    gazetteer = tokens.lexicon.made(Gazetteer)
    ordered = sorted(ledger.names, key=lambda name: name.start)
    gone: set[Name] = set()
    for first, second in pairwise(ordered):
        if first in gone or first.end != second.start or "NORP" not in (first.label, second.label):
            continue
        whole = Name(first.start, second.end, "NORP", method="listed", score=0.85)
        if gazetteer.is_people(text_of(tokens, whole)):
            gone |= {first, second}
            ledger.add(whole)
    ledger.drop(gone)


def part_persons(ledger: Ledger, tokens: Tokens) -> None:
    """Cut a person's name behind a full name of the document where another, or the same, begins again.

    Lists of tags and bylines leave no mark between them: "Mike Lowe Ana Maria Colvey", "Ida Berg Ida".
    """
    full = {
        tuple(tokens.lower[name.start : name.end])
        for name in ledger.names
        if name.label == "PERSON" and 1 < len(name) <= _LEAST_RUN
    }
    parts: list[Name] = []
    gone: set[Name] = set()
    for name in ledger.names:
        if name.label != "PERSON" or len(name) < _LEAST_RUN:
            continue
        words = tokens.lower[name.start : name.end]
        for cut in range(2, len(words)):
            rest = tuple(words[cut:])
            if tuple(words[:cut]) in full and (rest in full or rest == (words[0],)):
                gone.add(name)
                parts.append(replace(name, end=name.start + cut, method="split"))
                parts.append(replace(name, start=name.start + cut, method="split", title=()))
                break
    ledger.drop(gone)
    for part in parts:
        ledger.add(part)


def _by_token(ledger: Ledger) -> dict[int, Name]:
    return {i: name for name in ledger.names for i in range(name.start, name.end)}


def _is_of_person(at: Mapping[int, Name], tokens: Tokens, words: _Words, start: int) -> bool:
    """Return whether what stands at a token is the rest of a person's name, or has a title."""
    here = at.get(start)
    if here is not None and (here.start < start or here.title):
        return True
    return start > 0 and tokens.lower[start - 1] in words.given_names and tokens.words[start - 1][0].isupper()


def _put(ledger: Ledger, at: dict[int, Name], name: Name) -> set[Name]:
    """Add a name, and return those in whose place it comes: those that it holds; not where one sticks out."""
    span = range(name.start, name.end)
    inside = {at[i] for i in span if i in at}
    if any(other.start < name.start or other.end > name.end for other in inside):
        return set()
    ledger.add(name)
    at.update(dict.fromkeys(span, name))
    return inside
