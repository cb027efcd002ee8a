"""Names of which the model found only a part: they are widened over the words that belong to them."""

from __future__ import annotations

import re

from pipeline.components.doc.tokens import Tokens
from pipeline.components.entities.gazetteer import Gazetteer
from pipeline.components.entities.kinds import classify
from pipeline.components.entities.ledger import Ledger, is_capital
from pipeline.components.entities.name import Name
from pipeline.lexicons import Lexicon

_INITIALS = re.compile(r"[A-Z]\.(-?[A-Z]\.)*")
_APOSTROPHES = ("'", "’")


class _Words:
    """What these rules read of a lexicon."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.titles = lexicon.entries("person_titles")
        self.given_names = lexicon.entries("given_names")
        self.bodies = lexicon.words("organisation_words")
        self.tails = self.bodies | lexicon.words("facility_words")
        self.prefixes = lexicon.words("entities.prefixes_with_apostrophe")
        self.torn_prefixes = self.prefixes | {
            prefix + mark for prefix in self.prefixes for mark in _APOSTROPHES
        }
        self.not_widened_over = lexicon.words("entities.not_widened_over")
        self.universities = lexicon.words("entities.universities")
        self.purposes = lexicon.words("entities.purposes")
        self.purpose_articles = lexicon.words("entities.articles_of_purposes")
        self.links = lexicon.words("entities.conjunctions") | lexicon.words("entities.of")
        self.state_bodies = lexicon.words("entities.state_bodies")


def add_initials(ledger: Ledger, tokens: Tokens) -> None:
    """Initials right in front of a person belong to the name, whatever the model took them for."""
    by_end = {name.end: name for name in ledger.names if len(name) == 1}
    gone: set[Name] = set()
    for name in ledger.names:
        first = name.start - 1
        if (
            name.label == "PERSON"
            and first >= 0
            and (first + 1 in by_end or not ledger.covered[first])
            and _INITIALS.fullmatch(tokens.words[first])
            and tokens.sents[first] == tokens.sents[name.start]
        ):
            if first + 1 in by_end:
                gone.add(by_end[first + 1])
            ledger.widen(name, start=first, method="widened")
    ledger.drop(gone)


def widen_over_capitals(ledger: Ledger, tokens: Tokens) -> None:
    """Widen a name over the proper nouns right behind it ("Northrop" Grumman, "Irving" Police Department).

    A person also gets the given name in front, and what was torn off behind an apostrophe (Michael O' Leary).
    """
    words = tokens.lexicon.made(_Words)
    swallowed: set[int] = set()  # tokens taken from other names
    for name in ledger.names:
        if name.start in swallowed:
            continue
        if ledger.shouting[tokens.lines[name.start]] or name.label in ("NORP", "WORK_OF_ART", "EVENT"):
            continue
        before = name.start - 1
        if name.label == "PERSON" and before >= 0 and _is_given_name(ledger, tokens, words, before):
            ledger.widen(name, start=before, method="widened")
        if name.label in ("PERSON", "GPE") and tokens.words[name.end - 1] in words.torn_prefixes:
            swallowed.update(_mend_torn_surname(ledger, tokens, words, name))
        _widen_behind(ledger, tokens, words, name)
    ledger.drop({name for name in ledger.names if name.start in swallowed})


def _is_given_name(ledger: Ledger, tokens: Tokens, words: _Words, i: int) -> bool:
    """Whether a free token is a given name in the line of the token behind it."""
    return (
        not ledger.covered[i]
        and tokens.words[i][0].isupper()
        and tokens.lower[i] in words.given_names
        and tokens.lines[i] == tokens.lines[i + 1]
    )


def _mend_torn_surname(ledger: Ledger, tokens: Tokens, words: _Words, name: Name) -> range:
    """Join what stands behind "O'" to the name, and return the tokens that it got."""
    end, size = name.end, len(tokens)
    none = range(0)
    if end + 1 >= size:
        return none
    behind = end + 1
    if tokens.words[end - 1] in words.prefixes:  # the apostrophe is a token of its own
        if tokens.words[end] not in _APOSTROPHES:
            return none
        behind = end + 2
    if behind > size or not tokens.words[behind - 1][0].isupper():
        return none
    ledger.widen(name, end=behind, method="widened")
    name.label = "PERSON"
    return range(end, behind)


def _widen_behind(ledger: Ledger, tokens: Tokens, words: _Words, name: Name) -> None:
    """Widen a name over the proper nouns behind it, if the last of them tells that they belong to it."""
    gazetteer = tokens.lexicon.made(Gazetteer)
    end = name.end
    while (
        end < len(tokens)
        and not ledger.covered[end]
        and is_capital(tokens, end)
        and tokens.words[end] not in words.not_widened_over
        and tokens.lower[end] not in words.titles
        and not gazetteer.is_people(tokens.words[end])
        and tokens.sents[end] == tokens.sents[name.start]
    ):
        end += 1
    if end == name.end:
        return
    if name.label == "GPE" and end - name.end == 1 and tokens.words[name.end] in words.universities:
        name.label = "ORG"  # Ohio State, the university
    elif tokens.lower[end - 1] not in words.tails:
        return
    ledger.widen(name, end=end, method="widened")
    name.score = 0.7
    name.label = classify(tokens, name.start, name.end, name.label)


def add_purposes(ledger: Ledger, tokens: Tokens) -> None:
    """What an organisation is for belongs to its name ("Marrow Foundation for the Visual Arts")."""
    words = tokens.lexicon.made(_Words)
    by_start = {name.start: name for name in ledger.names}
    gone: set[Name] = set()
    for name in ledger.names:
        if name.label != "ORG" or not _is_for(tokens, words, name.end):
            continue
        first = name.end + (2 if tokens.lower[name.end + 1] in words.purpose_articles else 1)
        end = _end_of_run(tokens, words, first)
        inside = [by_start[i] for i in range(first, end) if i in by_start]
        if (
            end == first
            or tokens.lower[first] in words.given_names
            or any(other.label != "ORG" or other.end > end for other in inside)
            or not words.bodies.isdisjoint(tokens.lower[first:end])
        ):
            continue
        gone.update(inside)
        ledger.widen(name, end=end, method="widened")
    ledger.drop(gone)


def _is_for(tokens: Tokens, words: _Words, at: int) -> bool:
    """Whether a "for" stands at a token and hangs from the word for a body in front of it."""
    return (
        at + 1 < len(tokens)
        and tokens.lower[at] in words.purposes
        and tokens.heads[at] == at - 1
        and tokens.lower[at - 1] in words.bodies
    )


def _end_of_run(tokens: Tokens, words: _Words, start: int) -> int:
    """Where proper nouns end that begin at `start`, with "and" and "of" between two of them."""
    end = start
    while end < len(tokens) and is_capital(tokens, end) and tokens.sents[end] == tokens.sents[start]:
        end += 1
        if end + 1 < len(tokens) and tokens.lower[end] in words.links and is_capital(tokens, end + 1):
            end += 1
    return end


def add_nations(ledger: Ledger, tokens: Tokens) -> None:
    """The nation in front of a body of its state belongs to the name: there are many Interior Ministries."""
    state_bodies = tokens.lexicon.made(_Words).state_bodies
    gazetteer = tokens.lexicon.made(Gazetteer)
    by_end = {name.end: name for name in ledger.names if name.label in ("NORP", "GPE")}
    gone: set[Name] = set()
    for name in ledger.names:
        first = name.start - 1
        if name.label != "ORG" or first < 0 or tokens.lower[name.end - 1] not in state_bodies:
            continue
        nation = tokens.words[first]
        if not name.start <= tokens.heads[first] < name.end or not nation[0].isupper():
            continue
        before = by_end.get(name.start)
        if before is not None and len(before) == 1:
            gone.add(before)
        elif ledger.covered[first] or not (gazetteer.is_people(nation) or gazetteer.territory_code(nation)):
            continue
        ledger.widen(name, start=first, method="widened")
    ledger.drop(gone)


def join_branches(ledger: Ledger, tokens: Tokens) -> None:
    """An organisation and the country that ends its name ("Greenpeace UK") are one name.

    So are the two halves of an organisation that the model took for two ("Marrow" "Keel").
    """
    gone: set[Name] = set()
    last: Name | None = None
    for name in sorted(ledger.names, key=lambda n: n.start):
        if last is not None and last.end == name.start and _belongs_to(tokens, name, last):
            ledger.widen(last, end=name.end, method="branch")
            gone.add(name)
        else:
            last = name
    ledger.names.sort(key=lambda name: name.start)
    ledger.drop(gone)


def _belongs_to(tokens: Tokens, name: Name, last: Name) -> bool:
    """Whether a name is the branch or the second half of the organisation right in front of it."""
    end = name.start - 1
    if last.label != "ORG" or tokens.heads[end] != name.end - 1:
        return False
    if name.label in ("GPE", "LOC"):
        return tokens.deps[end] == "compound"
    return name.label == "ORG" and _is_half(tokens, last) and _is_half(tokens, name)


def _is_half(tokens: Tokens, name: Name) -> bool:
    """Whether a name is a single capitalised word, no abbreviation."""
    return len(name) == 1 and tokens.words[name.start].istitle()


def add_model_numbers(ledger: Ledger, tokens: Tokens) -> None:
    """A maker's name with a model number is a product ("Boeing 737-800", "iPhone 4")."""
    for name in ledger.names:
        i = name.end
        if name.label not in ("ORG", "PRODUCT") or i >= len(tokens) or ledger.covered[i]:
            continue
        if _is_model_number(tokens.words[i], name.label):
            ledger.widen(name, end=i + 1, method="model_number")
            name.label = "PRODUCT"


def _is_model_number(word: str, label: str) -> bool:
    """Whether a word with a digit is the number of a model: 737-800, F16, 747s, but not 2008."""
    if not any(c.isdigit() for c in word):
        return False
    digits = word.rstrip("s")
    if digits.isdigit() and len(digits) == 3:
        return True
    if label == "PRODUCT" and word.isdigit():
        return True
    return word[0].isalnum() and ("-" in word or any(c.isalpha() and c.isupper() for c in word))
