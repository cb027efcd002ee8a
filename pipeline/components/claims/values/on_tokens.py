"""The values of a document: amounts with their units, and times as intervals of days, on its tokens."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from spacy.tokens import Doc

from pipeline.components.claims.values.dates import DATE_LEADS, DATE_WORDS, Found, find_dates
from pipeline.components.claims.values.numbers import (
    NUMBER_LEADS,
    NUMBER_WORDS,
    Amount,
    currency,
    find_amounts,
)
from pipeline.components.doc.tree import Tree

_NOUN = frozenset({"NN", "NNS", "NNP", "NNPS"})
_BEFORE_NOUN = frozenset({"JJ", "JJR", "VBG", "VBN", "NN", "NNS", "NNP", "NNPS", "HYPH", "POS"})
_TIMES = frozenset({"a.m.", "p.m.", "am", "pm", "o'clock", "gmt"})


@dataclass(frozen=True, slots=True)
class Quantity:
    """An amount on its tokens (half-open), unit included where it follows."""

    start: int
    end: int
    value: float
    unit: str | None
    comparator: str | None


@dataclass(frozen=True, slots=True)
class Time:
    """A time expression on its tokens (half-open), with first and last day where they are known."""

    start: int
    end: int
    first: date | None
    last: date | None


def find_values(doc: Doc, tree: Tree, published: date | None) -> tuple[list[Quantity], list[Time]]:
    """Return the amounts and the times of a document, each in text order.

    Args:
        doc: tagged; the tags tell where the words of a unit end.
        tree: its parse.
        published: the day that relative times are counted from.
    """
    times: list[Time] = []
    quantities: list[Quantity] = []
    words, text, starts = tree.words, doc.text, tree.starts
    forms = set(words)
    digits = {form for form in forms if not form.isalpha() and any(map(str.isdigit, form))}
    dated, counted = digits | (forms & DATE_WORDS), digits | (forms & NUMBER_WORDS)
    tells = dated | counted
    telling = [i for i, word in enumerate(words) if word in tells]
    for sentence, group in groupby(telling, tree.sentence_of.__getitem__):
        near = list(group)
        first, end = tree.sentences[sentence]
        until = starts[end] if end < len(starts) else len(text)
        places = _places(tree, first, [i for i in near if words[i] in dated], DATE_LEADS)
        found = list(find_dates(text, published, end=until, places=places))
        times += (Time(*_tokens(starts, a, b), *days) for a, b, *days in found)
        places = _places(tree, first, [i for i in near if words[i] in counted], NUMBER_LEADS)
        quantities += _quantities(doc, tree, find_amounts(text, end=until, places=places), found)
    return quantities, times


def _places(tree: Tree, first: int, near: list[int], leads: frozenset[str]) -> Iterator[int]:
    """Where an expression may begin: at a word that gives it away, or at one that leads up to it.

    Args:
        tree: the parse.
        first: token of the sentence.
        near: its tokens of which every expression has one.
        leads: words that may stand before these in an expression.
    """
    words, starts = tree.words, tree.starts
    after = first
    for i in near:
        lead = i
        while lead > after and words[lead - 1] in leads:
            lead -= 1
        after = i + 1
        yield from starts[lead:after]
        word = words[i]
        yield from (starts[i] + k for k in range(1, len(word)) if not word[k - 1].isalnum())  # "CDN$11,000"


def _quantities(doc: Doc, tree: Tree, amounts: Iterable[Amount], taken: list[Found]) -> Iterator[Quantity]:
    """The amounts on their tokens, with their units, but for those in times, ordered as the amounts are."""
    passed = 0
    for amount in amounts:
        while passed < len(taken) and taken[passed][1] <= amount.start:
            passed += 1
        if passed < len(taken) and taken[passed][0] < amount.end:
            continue
        a, b = _tokens(tree.starts, amount.start, amount.end)
        if b < len(doc) and tree.words[b] in _TIMES:
            continue
        unit = amount.unit
        if unit is None:
            unit, b = _unit(doc, tree, b)
            if unit is None and amount.value == 1 and tree.words[b - 1] == "one":
                continue  # "one of them", "no one": a pronoun
        yield Quantity(a, b, amount.value, unit, amount.comparator)


def _tokens(starts: list[int], start: int, end: int) -> tuple[int, int]:
    """The tokens that hold a stretch of code points."""
    return max(0, bisect_right(starts, start) - 1), bisect_left(starts, end)


def _unit(doc: Doc, tree: Tree, i: int) -> tuple[str | None, int]:
    """The words after a number up to the end of their noun phrase, and the token after them."""
    n = len(doc)
    j = i
    if j < n and tree.words[j] in {"-", "–"}:
        j += 1
    if j < n and tree.words[j] == "of":
        j += 1
    first = j
    last_noun = -1
    while j < n and j - first < 5 and tree.tags[j] in _BEFORE_NOUN and not tree.words[j].isspace():
        if tree.tags[j] in _NOUN:
            last_noun = j
            if tree.tags[j] == "NNS" or (j + 1 < n and tree.words[j] in {"percent", "%"}):
                break
        j += 1
    if last_noun < 0:
        return None, i
    if tree.words[first] in {"year", "year-old"}:  # "a 45-year-old man", "the 45-year-old"
        return "years", first + 1
    unit = doc[first : last_noun + 1].text
    return currency(unit) or unit, last_noun + 1
