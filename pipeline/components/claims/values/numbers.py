"""Amounts of an article: "some 1,200 Polish guards", "$3.5bn", "between ten and twenty per cent".

Regular expressions find and normalise the numbers; the unit is read off the tags that follow.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
SMALL_NUMBERS = {word: n for n, word in enumerate(_UNITS.split())} | {
    word: 10 * n for n, word in enumerate(_TENS.split(), start=2)
}
_SCALES = {
    "hundred": 1e2,
    "thousand": 1e3,
    "k": 1e3,
    "million": 1e6,
    "mn": 1e6,
    "m": 1e6,
    "billion": 1e9,
    "bn": 1e9,
    "b": 1e9,
    "trillion": 1e12,
    "tn": 1e12,
    "dozen": 12.0,
}
_CURRENCIES = {
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
    "dollar": "USD",
    "buck": "USD",
    "us dollar": "USD",
    "euro": "EUR",
    "pound": "GBP",
    "pound sterling": "GBP",
    "yen": "JPY",
    "yuan": "CNY",
    "rouble": "RUB",
    "ruble": "RUB",
    "rupee": "INR",
    "peso": "MXN",
    "franc": "CHF",
    "swiss franc": "CHF",
    "krona": "SEK",
    "krone": "NOK",
    "zloty": "PLN",
    "lira": "TRY",
    "shekel": "ILS",
    "rand": "ZAR",
    "real": "BRL",
    "won": "KRW",
    "cent": "cents",
    "usd": "USD",
    "eur": "EUR",
    "gbp": "GBP",
}
_COMPARATORS = {
    "about": "about|around|approximately|roughly|some|circa|an estimated|estimated|in the region of",
    "nearly": "nearly|almost|close to|just under|just below",
    "more than": "more than|over|above|exceeding|upwards of|in excess of|just over|greater than|well over",
    "less than": "less than|under|below|fewer than",
    "at least": "at least|no fewer than|no less than|a minimum of|not less than",
    "at most": "up to|at most|no more than|as many as|as much as|a maximum of|not more than",
}
_COMPARATOR_OF = {phrase: name for name, phrases in _COMPARATORS.items() for phrase in phrases.split("|")}
# Every amount without a digit has one of these.
NUMBER_WORDS = frozenset(SMALL_NUMBERS) | {"hundred", "thousand", "million", "billion", "trillion", "dozen"}
# What may stand before them in an amount.
_LEADS = "the a an half several few between from - − $ us$ a$ c$ hk$ nz$ £ € ¥ ₹ usd eur gbp"
NUMBER_LEADS = frozenset(" ".join([*_COMPARATOR_OF, _LEADS]).split())
_TEN = "|".join(_TENS.split())
_ONE = "|".join(_UNITS.split()[1:10])
_SMALL = "|".join(sorted(_UNITS.split(), key=len, reverse=True))
_WORD = rf"(?i:(?:{_TEN})(?:[- ](?:{_ONE}))?|{_SMALL})"
_DIGITS = r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
_SCALE = r"(?:hundred|thousand|million|billion|trillion|dozen)"
_SHORT = r"(?:bn|tn|mn|m|k|b)(?![\w-])"
_NUMBER = (
    rf"(?:{_DIGITS}(?:[ -]?{_SCALE}\b|[ ]?{_SHORT})?"
    rf"|(?:(?i:half[ ]a|a[ ]half|an?|several|few)|{_WORD})[ -]{_SCALE}s?"
    rf"(?:[ ]and[ ]{_WORD}|[ ](?:thousand|million))?\b"
    rf"|{_WORD}\b(?![ -](?:thirds?|quarters?|fifths?|tenths?)))"
)
_SYMBOL = r"(?:(?:US|HK|NZ|A|C)?\$|£|€|¥|₹|(?:USD|EUR|GBP)[ ]?)"
_BEFORE = "|".join(sorted((re.escape(p) for p in _COMPARATOR_OF), key=len, reverse=True))
_PATTERN = re.compile(
    rf"""(?<![\w.,:/-])(?<!\d[-–])
    (?:(?P<comparator>(?i:{_BEFORE}))[ ]+(?:the[ ]|an?[ ](?=\d))?)?
    (?:(?P<between>(?i:between|from))[ ])?
    (?P<minus>[-−](?=\d))?(?P<symbol>{_SYMBOL})?(?P<number>{_NUMBER})
    (?:(?P<to>[ ]?(?:-|–|to|and)[ ]?)(?P<symbol2>{_SYMBOL})?(?P<number2>{_NUMBER}))?
    (?P<percent>[ ]?%|[ -]?(?:per[ ]cent|percent)\b|[ ](?:percentage[ ]points?)\b)?
    (?![\d:]|\.\d|st\b|nd\b|rd\b|th\b|/\d)
    (?:[ ](?P<after>or[ ]so|or[ ]more|or[ ]fewer|or[ ]less))?""",
    re.VERBOSE,
)
_SENSE = {"or so": "about", "or more": "at least", "or fewer": "at most", "or less": "at most"}


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


def find_amounts(
    text: str, *, end: int | None = None, places: Iterable[int] | None = None
) -> Iterator[Amount]:
    """Yield the amounts of a text in its order; a range is two, "at least" and "at most", at one place.

    Args:
        text: any.
        end: after the last code point to look at; the end of the text where it is None.
        places: where an amount may begin, in text order; anywhere where it is None.
    """
    for match in matches_at(_PATTERN, text, places, len(text) if end is None else end):
        groups = match.groupdict()
        first = number_value(groups["number"])
        if first is None:
            continue
        end = match.end()
        comparator = _COMPARATOR_OF.get((groups["comparator"] or "").lower())
        if groups["after"]:
            comparator = _SENSE[groups["after"]]
        unit = None
        if groups["percent"]:
            unit = "percentage points" if "point" in groups["percent"] else "%"
        symbol = (groups["symbol"] or groups["symbol2"] or "").strip().lower()
        if symbol:
            unit = _CURRENCIES[symbol]
        if groups["minus"]:
            first = -first
        second = number_value(groups["number2"]) if groups["number2"] else None
        if second is not None and "and" in groups["to"] and not groups["between"]:
            # "two men and three women": two amounts that only stand side by side.
            yield Amount(match.start(), match.end("number"), first, unit, comparator)
            yield Amount(match.start("number2"), end, second, unit, None)
        elif second is not None:
            first = _same_scale(first, groups["number"], second, groups["number2"])
            yield Amount(match.start(), end, first, unit, "at least")
            yield Amount(match.start(), end, second, unit, "at most")
        else:
            yield Amount(match.start(), end, first, unit, comparator)


def matches_at(
    pattern: re.Pattern[str], text: str, places: Iterable[int] | None, end: int
) -> Iterator[re.Match[str]]:
    """Yield the matches of a pattern that do not overlap, in text order.

    A long pattern that is tried only where it can begin costs a tenth of one that is tried everywhere.

    Args:
        pattern: never matches nothing.
        text: any.
        places: where a match may begin, in text order; anywhere where it is None.
        end: after the last code point to look at.
    """
    if places is None:
        yield from pattern.finditer(text, 0, end)
        return
    after = 0
    for place in places:
        if place >= after and (match := pattern.match(text, place, end)) is not None:
            yield match
            after = match.end()


def _same_scale(first: float, printed: str, second: float, printed_second: str) -> float:
    """In "3-4 million" the first number shares the scale of the second."""
    scale = _scale_of(printed_second)
    return first * scale if scale != 1 and _scale_of(printed) == 1 and first < second / scale * 10 else first


def _scale_of(printed: str) -> float:
    match = re.search(r"([a-z]+)$", printed.lower())
    return _SCALES.get(match.group(1).rstrip("s") if match else "", 1.0)


def number_value(printed: str) -> float | None:
    """Return the value of a number in digits or words, None where it is vague ("several dozen")."""
    form = printed.lower().replace("-", " ").strip()
    if form.startswith(("several", "few")):
        return None
    digits = re.match(r"[\d,.]+", form)
    if digits:
        value = float(digits.group().replace(",", ""))
        rest = form[digits.end() :].strip()
        return value * _SCALES[rest] if rest else value
    if form.startswith(("half a", "a half")):
        return 0.5 * _SCALES[form.split()[-1]]
    total, current = 0.0, 0.0
    for word in form.split():
        base = word.rstrip("s") if word.rstrip("s") in _SCALES else word
        if word in {"a", "an"}:
            current = 1.0
        elif word in SMALL_NUMBERS:
            current += SMALL_NUMBERS[word]
        elif base in _SCALES:
            scale = _SCALES[base]
            current = max(current, 1.0) * scale
            if scale >= 1e3:
                total, current = total + current, 0.0
    return total + current


def currency(unit: str) -> str | None:
    """Return the ISO code of a currency by its name ("euros"), None for any other unit."""
    name = unit.lower()
    return _CURRENCIES.get(name) or _CURRENCIES.get(name.removesuffix("s"))
