"""The values of a document: amounts with their units, and times as intervals of days, on its tokens."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import date

from spacy.tokens import Doc

from pipeline.components.dates import DATE_WORDS, find_dates
from pipeline.components.numbers import SMALL_NUMBERS, currency, find_amounts
from pipeline.components.tree import Tree

_NOUN = frozenset({"NN", "NNS", "NNP", "NNPS"})
_BEFORE_NOUN = frozenset({"JJ", "JJR", "VBG", "VBN", "NN", "NNS", "NNP", "NNPS", "HYPH", "POS"})
_OPENERS = (
    frozenset(SMALL_NUMBERS)
    | frozenset(DATE_WORDS)
    | {
        "hundred",
        "thousand",
        "million",
        "billion",
        "trillion",
        "dozen",
        "$",
        "£",
        "€",
        "¥",
        "₹",
        "us$",
        "a$",
        "c$",
    }
)
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
    text = starts = None
    for first, end in tree.sentences:
        # Most sentences have neither; a look at their words is cheaper than the regular expressions.
        if any(word[0].isdigit() or word in _OPENERS for word in tree.words[first:end]):
            if text is None or starts is None:
                text, starts = doc.text, [token.idx for token in doc]
            until = starts[end] if end < len(starts) else len(text)
            _read_sentence(doc, tree, text, starts, (starts[first], until), published, quantities, times)
    return quantities, times


def _read_sentence(
    doc: Doc,
    tree: Tree,
    text: str,
    starts: list[int],
    at: tuple[int, int],
    published: date | None,
    quantities: list[Quantity],
    times: list[Time],
) -> None:
    """Add the amounts and times between two code points."""
    taken: list[tuple[int, int]] = []
    for start, end, first, last in find_dates(text, published, *at):
        a, b = _tokens(starts, start, end)
        times.append(Time(a, b, first, last))
        taken.append((start, end))
    dated = 0
    for amount in find_amounts(text, *at):
        while dated < len(taken) and taken[dated][1] <= amount.start:
            dated += 1
        if dated < len(taken) and taken[dated][0] < amount.end:
            continue
        a, b = _tokens(starts, amount.start, amount.end)
        if b < len(doc) and tree.words[b] in _TIMES:
            continue
        unit = amount.unit
        if unit is None:
            unit, b = _unit(doc, tree, b)
            if unit is None and amount.value == 1 and tree.words[b - 1] == "one":
                continue  # "one of them", "no one": a pronoun
        quantities.append(Quantity(a, b, amount.value, unit, amount.comparator))


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
