"""Names that look like two, or like a piece: "Marks and Spencer" is one, "McDonald's" has its s."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from pipeline.components.doc.tokens import Tokens
from pipeline.components.entities.gazetteer import Gazetteer
from pipeline.components.entities.ledger import Ledger
from pipeline.components.entities.name import Name
from pipeline.lexicons import Lexicon


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


def add_joined(ledger: Ledger, tokens: Tokens) -> None:
    """Make one name of what a list knows to be one: "Marks and Spencer", "Bosnia and Herzegovina"."""
    words = tokens.lexicon.made(_Words)
    if words.conjunctions.isdisjoint(tokens.lower):
        return
    lower = [words.written if word in words.conjunctions else word.replace("’", "'") for word in tokens.lower]
    at = _by_token(ledger)
    gone: set[Name] = set()
    for i in tokens.capitals:
        for known, label in words.joined.get(lower[i], ()):
            end = i + len(known)
            if tuple(lower[i:end]) == known and not tokens.words[end - 1][0].islower():
                gone |= _put(ledger, at, Name(start=i, end=end, label=label, method="listed", score=0.85))
                break
    ledger.drop(gone)


def add_brands_with_apostrophe(ledger: Ledger, tokens: Tokens) -> None:
    """Give brands their s: "McDonald's said"; not where a given name or a title makes a person of it."""
    words = tokens.lexicon.made(_Words)
    at = _by_token(ledger)
    gone: set[Name] = set()
    for i in tokens.capitals:
        if tokens.lower[i] not in words.brand_openers:
            continue
        for end in (i + 1, i + 2, i + 3):
            if end >= len(tokens) or " ".join(tokens.lower[i:end]) not in words.brands:
                continue
            if tokens.lower[end] in words.genitives and not _is_of_person(at, tokens, words, i):
                gone |= _put(ledger, at, Name(start=i, end=end + 1, label="ORG", method="listed", score=0.8))
    ledger.drop(gone)


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
