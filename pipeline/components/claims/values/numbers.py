"""Amounts of an article: "some 1,200 Polish guards", "$3.5bn", "between ten and twenty per cent".

A regular expression finds the numbers with what compares them, `number_words.py` tells their values; the unit
is read off the tags that follow.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from pipeline.components.claims.values.number_words import NumberWords, read_number_words
from pipeline.components.claims.values.patterns import alternatives, longest_first, matches_at
from pipeline.lexicons import Lexicon
from pipeline.lexicons import lexicon as lexicon_of_language

_SIGNS = {
    "$": "USD",
    "us$": "USD",
    "£": "GBP",
    "€": "EUR",
    "¥": "JPY",
    "₹": "INR",
    "a$": "AUD",
    "c$": "CAD",
    "hk$": "HKD",
    "nz$": "NZD",
    "usd": "USD",
    "eur": "EUR",
    "gbp": "GBP",
}
"""Signs and codes of currencies, lower-cased -> ISO code."""
_SIGN = r"(?:(?:US|HK|NZ|A|C)?\$|£|€|¥|₹|(?:USD|EUR|GBP)[ ]?)"
_LEADING_MARKS = ("-", "−", *_SIGNS)
_DIGITS = r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"


@dataclass(frozen=True, slots=True)
class Amount:
    """A number as printed and as meant.

    Attributes:
        start, end: code points of the number with its comparator, without its unit.
        value: normalised.
        unit: "%", "percentage points", an ISO currency, or None where the words that follow tell.
        comparator: about, nearly, more than, less than, at least, at most; None for an exact amount.
    """

    start: int
    end: int
    value: float
    unit: str | None
    comparator: str | None


@dataclass(frozen=True, slots=True)
class AmountWords:
    """What amounts of a language are found by.

    Attributes:
        numbers: words of numbers, and their values.
        pattern: of an amount.
        comparators: phrase before a number -> comparator.
        afterthoughts: phrase behind a number -> comparator.
        pairs: words between two numbers that make a range of them only behind "between" or "from".
        points: the phrases that mean percentage points.
        currencies: names, signs and codes of currencies, lower-cased -> ISO code.
        telling: every amount without a digit has one of these words.
        leads: words and marks that may stand before these in an amount.
        plural_ending: of a currency's name.
    """

    numbers: NumberWords
    pattern: re.Pattern[str]
    comparators: Mapping[str, str]
    afterthoughts: Mapping[str, str]
    pairs: frozenset[str]
    points: frozenset[str]
    currencies: Mapping[str, str]
    telling: frozenset[str]
    leads: frozenset[str]
    plural_ending: str

    def currency(self, unit: str) -> str | None:
        """Return the ISO code of a currency by its name ("euros"), None for any other unit."""
        name = unit.lower()
        return self.currencies.get(name) or self.currencies.get(name.removesuffix(self.plural_ending))


def read_amount_words(lexicon: Lexicon) -> AmountWords:
    """Return what amounts of a language are found by; ask the lexicon for it with `made`."""
    numbers = lexicon.made(read_number_words)
    comparators = lexicon.entries("numbers.comparators")
    openers, links = lexicon.words("numbers.range_openers"), lexicon.words("numbers.range_words")
    pairs = lexicon.words("numbers.pair_words")
    leading = [
        *comparators,
        *lexicon.ordered("numbers.definite_articles"),
        *numbers.articles,
        *numbers.halves,
        *numbers.vague,
        *openers,
        *(links - pairs),
        *_LEADING_MARKS,
    ]
    (plural_ending,) = lexicon.ordered("numbers.plural_ending")
    return AmountWords(
        numbers=numbers,
        pattern=_pattern(lexicon, numbers),
        comparators=comparators,
        afterthoughts=lexicon.entries("numbers.afterthoughts"),
        pairs=pairs,
        points=lexicon.words("numbers.percentage_points"),
        currencies=_SIGNS | lexicon.entries("numbers.currencies"),
        telling=frozenset(numbers.small) | frozenset(numbers.scales),
        leads=frozenset(" ".join(leading).split()),
        plural_ending=plural_ending,
    )


def _number_pattern(lexicon: Lexicon, numbers: NumberWords) -> str:
    """Return the pattern of a number: digits or words, with a scale."""
    below_ten = [word for word, value in numbers.units.items() if 1 <= value <= 9]
    word = (
        rf"(?i:{alternatives(numbers.tens)}(?:[- ]{alternatives(below_ten)})?"
        rf"|{longest_first(numbers.units)})"
    )
    scale = alternatives(numbers.scales)
    short = rf"{longest_first(numbers.short_scales)}(?![\w-])"
    plural = f"{alternatives(lexicon.ordered('numbers.plural_ending'))}?"
    openers = alternatives([*numbers.halves, *sorted(numbers.articles, reverse=True), *numbers.vague])
    joint = alternatives(lexicon.ordered("numbers.joints"))
    second = alternatives(lexicon.ordered("numbers.second_scales"))
    fraction = alternatives(lexicon.ordered("numbers.fractions"))
    return (
        rf"(?:{_DIGITS}(?:[ -]?{scale}\b|[ ]?{short})?"
        rf"|(?:(?i:{openers})|{word})[ -]{scale}{plural}"
        rf"(?:[ ]{joint}[ ]{word}|[ ]{second})?\b"
        rf"|{word}\b(?![ -]{fraction}))"
    )


def _pattern(lexicon: Lexicon, numbers: NumberWords) -> re.Pattern[str]:
    """Compile the pattern of an amount: a number, maybe a second one, with what stands around them."""
    number = _number_pattern(lexicon, numbers)
    articles = longest_first(sorted(numbers.articles))
    return re.compile(
        rf"""(?<![\w.,:/-])(?<!\d[-–])
        (?:(?P<comparator>(?i:{longest_first(lexicon.entries("numbers.comparators"))}))[ ]+
          (?:{alternatives(lexicon.ordered("numbers.definite_articles"))}[ ]|{articles}[ ](?=\d))?)?
        (?:(?P<between>(?i:{alternatives(lexicon.ordered("numbers.range_openers"))}))[ ])?
        (?P<minus>[-−](?=\d))?(?P<symbol>{_SIGN})?(?P<number>{number})
        (?:[ ]?(?P<to>-|–|{alternatives(lexicon.ordered("numbers.range_words"))})[ ]?
          (?P<symbol2>{_SIGN})?(?P<number2>{number}))?
        (?P<percent>[ ]?%|[ -]?{alternatives(lexicon.ordered("numbers.percent"))}\b
          |[ ](?P<points>{longest_first(lexicon.ordered("numbers.percentage_points"))})\b)?
        (?![\d:]|\.\d|{alternatives(lexicon.ordered("numbers.ordinal_endings"))}\b|/\d)
        (?:[ ](?P<after>{alternatives(lexicon.entries("numbers.afterthoughts"))}))?""",
        re.VERBOSE,
    )


def find_amounts(
    text: str,
    *,
    end: int | None = None,
    places: Iterable[int] | None = None,
    lexicon: Lexicon | None = None,
) -> Iterator[Amount]:
    """Yield the amounts of a text in its order; a range is two, "at least" and "at most", at one place.

    Args:
        text: any.
        end: after the last code point to look at; the end of the text where it is None.
        places: where an amount may begin, in code points and text order; anywhere where it is None.
        lexicon: the words of the text's language; English where None.
    """
    words = (lexicon or lexicon_of_language()).made(read_amount_words)
    for match in matches_at(words.pattern, text, places, len(text) if end is None else end):
        yield from _amounts(match, words)


def _amounts(match: re.Match[str], words: AmountWords) -> Iterator[Amount]:
    """Yield what a match tells: one amount, the two ends of a range, or two amounts side by side."""
    groups = match.groupdict()
    first = words.numbers.value(groups["number"])
    if first is None:
        return
    unit, comparator = _unit(groups, words), words.comparators.get((groups["comparator"] or "").lower())
    if groups["after"]:
        comparator = words.afterthoughts[groups["after"]]
    if groups["minus"]:
        first = -first
    second = words.numbers.value(groups["number2"]) if groups["number2"] else None
    if second is None:
        yield Amount(match.start(), match.end(), first, unit, comparator)
    elif groups["to"] in words.pairs and not groups["between"]:
        # "two men and three women": two amounts that only stand side by side.
        yield Amount(match.start(), match.end("number"), first, unit, comparator)
        yield Amount(match.start("number2"), match.end(), second, unit, None)
    else:
        first = _same_scale(words.numbers, first, groups["number"], second, groups["number2"])
        yield Amount(match.start(), match.end(), first, unit, "at least")
        yield Amount(match.start(), match.end(), second, unit, "at most")


def _unit(groups: Mapping[str, str | None], words: AmountWords) -> str | None:
    """Return the unit that is printed with a number, a currency before a percentage."""
    sign = (groups["symbol"] or groups["symbol2"] or "").strip().lower()
    if sign:
        return words.currencies[sign]
    if groups["percent"]:
        return "percentage points" if groups["points"] else "%"
    return None


def _same_scale(
    numbers: NumberWords, first: float, printed: str, second: float, printed_second: str
) -> float:
    """Return the first number of a range: in "3-4 million" it shares the scale of the second."""
    scale = numbers.scale_of(printed_second)
    is_shared = scale != 1 and numbers.scale_of(printed) == 1 and first < second / scale * 10
    return first * scale if is_shared else first
