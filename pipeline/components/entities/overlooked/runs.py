"""Names shown by how they are written: proper nouns in sequence, behind a title, codes, ships, works."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict

from pipeline.components.doc.tags import NAME_TAGS
from pipeline.components.doc.tokens import Tokens
from pipeline.components.entities.kinds import classify
from pipeline.components.entities.ledger import Ledger, is_capital
from pipeline.components.entities.name import ROMAN, Name
from pipeline.lexicons import Lexicon

_PARTNERS = re.compile(r"[A-Z]+&[A-Z]+")
_YEAR = re.compile(r"(1[89]|20)\d\d")


class _Words:
    """What these rules read of a lexicon."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.ship_prefixes = lexicon.words("ship_prefixes")
        self.titles = lexicon.entries("person_titles")
        self.sure_titles = self.titles.keys() - lexicon.words("entities.unsure_titles")
        self.no_people = lexicon.words("organisation_words") | lexicon.words("not_names")
        self.edges = self.titles.keys() | lexicon.words("not_names")
        self.counting = lexicon.words("entities.before_one_of_many")
        self.acronyms = lexicon.words("common_acronyms")
        self.organisations = lexicon.entries("organisations").keys() | lexicon.words("known_organisations")


def add_ships(ledger: Ledger, tokens: Tokens) -> None:
    """Add ships: a prefix and the capitalised words behind it ("HMS Victory")."""
    prefixes = tokens.lexicon.made(_Words).ship_prefixes
    if prefixes.isdisjoint(tokens.vocabulary):
        return
    for i in tokens.capitals:
        if tokens.words[i] not in prefixes:
            continue
        end = i + 1
        while end < min(len(tokens), i + 4) and is_capital(tokens, end):
            end += 1
        if end > i + 1:
            ledger.drop_within(i, end)
            ledger.add(Name(start=i, end=end, label="PRODUCT", method="ship", score=0.8))


def add_works(ledger: Ledger, tokens: Tokens) -> None:
    """Add the works of a list with their years ("Quiet Harbour (1959)", a line each)."""
    works = []
    for i in range(1, len(tokens) - 2):
        if tokens.words[i] != "(" or tokens.words[i + 2] != ")" or not _YEAR.fullmatch(tokens.words[i + 1]):
            continue
        start = bisect_left(tokens.lines, tokens.lines[i])
        start += tokens.breaks[start]
        is_alone = i + 3 == len(tokens) or tokens.breaks[i + 3]
        if is_alone and 0 < i - start < 10 and tokens.words[start][0].isupper():
            works.append(Name(start=start, end=i, label="WORK_OF_ART", method="work_list", score=0.8))
    if len(works) < 3:
        return
    for work in works:
        ledger.drop_within(work.start, work.end)
    for work in works:
        ledger.add(work)


def add_titled(ledger: Ledger, tokens: Tokens) -> None:
    """Add persons: the capitalised words behind "Mr", "Senator" and the like."""
    words = tokens.lexicon.made(_Words)
    size = len(tokens)
    for i in tokens.capitals:
        title, first = tokens.lower[i], i + 1
        if title not in words.sure_titles or first >= size or ledger.is_covered(i, first + 1):
            continue
        end = first
        while (
            end < min(size, i + 4)
            and not ledger.covered[end]
            and is_capital(tokens, end)
            and tokens.lower[end] not in words.titles
        ):
            end += 1
        if end > first and words.no_people.isdisjoint(tokens.lower[first:end]):
            ledger.add(Name(start=first, end=end, label="PERSON", method="title", score=0.85, title=(title,)))


def add_runs(ledger: Ledger, tokens: Tokens) -> None:
    """Add sequences of proper nouns that nothing covers yet."""
    covered, lines = ledger.covered, tokens.lines
    end = 0
    for i in tokens.capitals:
        if i < end or covered[i] or tokens.tags[i] not in NAME_TAGS or ledger.shouting[lines[i]]:
            continue
        end = i + 1
        while end < len(tokens) and not covered[end] and is_capital(tokens, end) and lines[end] == lines[i]:
            end += 1
        name = _run(tokens, i, end)
        if name is not None:
            ledger.add(name)


def _run(tokens: Tokens, start: int, end: int) -> Name | None:
    """Return the name in a sequence of proper nouns, without titles and the like at its edges."""
    words = tokens.lexicon.made(_Words)
    if start and tokens.lower[start - 1] in words.counting:  # "a Girl Scout" is one of many
        return None
    while start < end and tokens.lower[start] in words.edges:
        start += 1
    while end > start and tokens.lower[end - 1] in words.edges:
        end -= 1
    if start == end or " ".join(tokens.lower[start:end]) in words.edges:
        return None
    if end - start > 1:
        label = classify(tokens, start, end, "")
        score = 0.6 if label else 0.4
        return Name(start=start, end=end, label=label or "ORG", method="run", score=score)
    if _is_acronym(words, tokens.words[start]):
        return Name(start=start, end=end, label="ORG", method="run_acronym", score=0.5)
    if tokens.lower[start] in words.organisations:
        return Name(start=start, end=end, label="ORG", method="listed", score=0.7)
    return None


def _is_acronym(words: _Words, word: str) -> bool:
    """Return whether a word in capitals may abbreviate an organisation ("IAEA", "Q&K")."""
    return (
        word.isupper()
        and 2 < len(word) < 7
        and (word.isalpha() or _PARTNERS.fullmatch(word) is not None)
        and word.lower() not in words.acronyms
        and (word.istitle() or not ROMAN.fullmatch(word.lower()))
    )


def add_codes(ledger: Ledger, tokens: Tokens) -> None:
    """Add abbreviations with a digit that come back ("T1D", "H1N1"): names, though of what is open."""
    places: dict[str, list[int]] = defaultdict(list)
    for i in tokens.capitals:
        word = tokens.words[i]
        if (
            2 < len(word) < 7
            and not word.isalpha()
            and word.isalnum()
            and word.isupper()
            and not ledger.covered[i]
            and tokens.tags[i] in NAME_TAGS
        ):
            places[word].append(i)
    for found in places.values():
        if len(found) > 1:
            for i in found:
                ledger.add(Name(start=i, end=i + 1, label="PRODUCT", method="code", score=0.45))
