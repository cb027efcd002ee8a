"""The values of a document: amounts with their units, and times as intervals of days, on its tokens."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from spacy.tokens import Doc

from pipeline.components.claims.values.date_words import read_date_words
from pipeline.components.claims.values.dates import DatedText, find_dates
from pipeline.components.claims.values.numbers import Amount, find_amounts, read_amount_words
from pipeline.components.claims.values.tense import Tense, tense_at
from pipeline.components.doc.tags import NAME_TAGS, NOUN_TAGS
from pipeline.components.doc.tree import Tree

_NOT_NUMBERED = frozenset({"GPE", "LOC", "NORP", "DATE", "TIME"})  # names that no number is part of
_LONGEST_UNIT = 5  # tokens
_BEFORE_NOUN = NOUN_TAGS | {"JJ", "JJR", "VBG", "VBN", "HYPH", "POS"}


@dataclass(slots=True)
class Measure:
    """An amount on its tokens (half-open), unit included where it follows."""

    start: int
    end: int
    value: float
    unit: str | None
    comparator: str | None


@dataclass(slots=True)
class Time:
    """A time expression on its tokens (half-open), with first and last day where they are known."""

    start: int
    end: int
    first: date | None
    last: date | None


def find_values(
    doc: Doc, tree: Tree, published: date | None, *, text: str | None = None
) -> tuple[list[Measure], list[Time]]:
    """Return the amounts and the times of a document, each in text order.

    Args:
        doc: tagged; the tags tell where the words of a unit end.
        tree: its parse.
        published: the day that relative times are counted from.
        text: of the document, where somebody has put it together already.
    """
    times: list[Time] = []
    quantities: list[Measure] = []
    words, starts, lexicon = tree.words, tree.starts, tree.lexicon
    text = doc.text if text is None else text
    of_dates, of_amounts = lexicon.made(read_date_words), lexicon.made(read_amount_words)
    forms = set(words)
    digits = {form for form in forms if not form.isalpha() and any(map(str.isdigit, form))}
    dated, counted = digits | (forms & of_dates.telling), digits | (forms & of_amounts.telling)
    tells = dated | counted

    def tense(start: int) -> Tense | None:
        return tense_at(tree, bisect_right(starts, start) - 1)

    telling = [i for i, word in enumerate(words) if word in tells]
    for sentence, group in groupby(telling, tree.sentence_of.__getitem__):
        near = list(group)
        first, end = tree.sentences[sentence]
        until = starts[end] if end < len(starts) else len(text)
        places = _places(tree, first, [i for i in near if words[i] in dated], of_dates.leads)
        found = list(find_dates(text, published, end=until, places=places, tense=tense, lexicon=lexicon))
        times += (Time(*_tokens(starts, a, b), *days) for a, b, *days in found)
        places = _places(tree, first, [i for i in near if words[i] in counted], of_amounts.leads)
        amounts = find_amounts(text, end=until, places=places, lexicon=lexicon)
        quantities += _quantities(doc, tree, amounts, found)
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


def _quantities(doc: Doc, tree: Tree, amounts: Iterable[Amount], taken: list[DatedText]) -> Iterator[Measure]:
    """The amounts on their tokens, with their units, but for those in times, ordered as the amounts are."""
    clock, pronouns = tree.lexicon.words("numbers.clock"), tree.lexicon.words("numbers.pronouns")
    passed = 0
    for amount in amounts:
        while passed < len(taken) and taken[passed][1] <= amount.start:
            passed += 1
        if passed < len(taken) and taken[passed][0] < amount.end:
            continue
        a, b = _tokens(tree.starts, amount.start, amount.end)
        if (b < len(doc) and tree.words[b] in clock) or _is_in_name(tree, amount, a, b):
            continue
        unit = amount.unit
        if unit is None:
            unit, b = _votes_against(tree, a, b) or _unit(doc, tree, b)
            if unit is None and amount.value == 1 and tree.words[b - 1] in pronouns:
                continue  # "one of them", "no one": a pronoun
        yield Measure(a, b, amount.value, unit, amount.comparator)


def _votes_against(tree: Tree, a: int, b: int) -> tuple[str, int] | None:
    """Return the unit of the second amount of "218 votes to 209", and the token after it."""
    lexicon = tree.lexicon
    votes, against = lexicon.words("numbers.votes"), lexicon.words("numbers.votes_against")
    is_second = a > 2 and tree.words[a - 1] in against and tree.words[a - 2] in votes
    return (tree.words[a - 2], b) if is_second and tree.tags[a - 3] == "CD" else None


def _is_in_name(tree: Tree, amount: Amount, a: int, b: int) -> bool:
    """Whether a bare number only names something: "Crossrail 1", "the Seven Hills", "page 3"."""
    if b != a + 1 or amount.unit is not None or amount.comparator is not None:
        return False
    start, end = tree.sentences[tree.sentence_of[a]]
    if a > start:
        if tree.words[a - 1] in tree.lexicon.words("numbers.numbered"):
            return True
        is_name = tree.tags[a - 1] in NAME_TAGS and tree.ents[a - 1] not in _NOT_NUMBERED
        if is_name or (tree.heads[a] == a - 1 and tree.tags[a - 1] in NOUN_TAGS):
            return True
    return amount.is_capital and a > start and b < end and tree.tags[b] in NAME_TAGS


def _tokens(starts: list[int], start: int, end: int) -> tuple[int, int]:
    """The tokens that hold a stretch of code points."""
    return max(0, bisect_right(starts, start) - 1), bisect_left(starts, end)


def _unit(doc: Doc, tree: Tree, i: int) -> tuple[str | None, int]:
    """Return the words after a number up to the end of their noun phrase, and the token after them."""
    n, lexicon = len(doc), tree.lexicon
    first = i
    if first < n and tree.words[first] in {"-", "–"}:
        first += 1
    if first < n and tree.words[first] in lexicon.words("numbers.unit_links"):
        first += 1
    last_noun = _last_noun(tree, first, min(n, first + _LONGEST_UNIT))
    if last_noun is None:
        return None, i
    age = lexicon.entries("numbers.ages").get(tree.words[first])
    if age is not None:  # "a 45-year-old man", "the 45-year-old"
        return age, first + 1
    unit = doc[first : last_noun + 1].text
    return lexicon.made(read_amount_words).currency(unit) or unit, last_noun + 1


def _last_noun(tree: Tree, first: int, end: int) -> int | None:
    """Return the last noun of a phrase that begins at a token; a plural ends it, and so does "percent"."""
    percent = tree.lexicon.words("numbers.percent")
    last_noun = None
    for j in range(first, end):
        if tree.tags[j] not in _BEFORE_NOUN or tree.words[j].isspace():
            break
        if tree.tags[j] in NOUN_TAGS:
            last_noun = j
            is_percent = tree.words[j] == "%" or tree.words[j] in percent
            if tree.tags[j] == "NNS" or (is_percent and j + 1 < len(tree.words)):
                break
    return last_noun
