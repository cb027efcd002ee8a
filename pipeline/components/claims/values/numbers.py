"""Amounts of an article: "some 1,200 Polish guards", "$3.5bn", "between ten and twenty per cent".

A regular expression finds the numbers with what compares them, `number_words.py` tells their values; the unit
is read off the tags that follow.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from pipeline.components.claims.values.doubts import (
    DoubtfulWords,
    is_portion,
    is_score,
    is_vote,
    read_doubtful_words,
    short_reading,
)
from pipeline.components.claims.values.number_words import NumberWords, read_number_words
from pipeline.components.claims.values.patterns import alternatives, any_case, longest_first, matches_at
from pipeline.lexicons import Lexicon
from pipeline.lexicons import lexicon as lexicon_of_language

_SIGNS = {
    **{"$": "USD", "us$": "USD", "a$": "AUD", "au$": "AUD", "c$": "CAD", "ca$": "CAD", "cdn$": "CAD"},
    **{
        "hk$": "HKD",
        "nz$": "NZD",
        "s$": "SGD",
        "nt$": "TWD",
        "r$": "BRL",
        "£": "GBP",
        "€": "EUR",
        "¥": "JPY",
    },
    **{"₹": "INR", "₽": "RUB", "₩": "KRW", "₺": "TRY", "₴": "UAH", "₪": "ILS", "₱": "PHP", "₦": "NGN"},
    **{"rs": "INR", "rs.": "INR"},
}
"""Signs of currencies, lower-cased -> ISO code."""
_CODES = (
    *(
        "USD",
        "EUR",
        "GBP",
        "JPY",
        "CNY",
        "INR",
        "AUD",
        "CAD",
        "NZD",
        "HKD",
        "SGD",
        "CHF",
        "SEK",
        "NOK",
        "DKK",
    ),
    *(
        "PLN",
        "CZK",
        "HUF",
        "RON",
        "RUB",
        "UAH",
        "TRY",
        "ILS",
        "ZAR",
        "NGN",
        "KES",
        "EGP",
        "BRL",
        "MXN",
        "KRW",
    ),
    *("PKR", "BDT", "IDR", "PHP", "THB", "VND", "AED", "SAR", "ISK"),
)
"""ISO codes of currencies that are printed as they are."""
_SIGN = (
    r"(?:(?:US|AU?|CA?|CDN|HK|NZ|S|NT|R)?\$|[£€¥₹₽₩₺₴₪₱₦][ ]?|Rs\.?[ ]?(?=\d)"
    rf"|(?:{'|'.join(_CODES)})[ ]?(?=\d))"
)
_LEADING_MARKS = ("-", "−", *_SIGNS, *(code.lower() for code in _CODES))
_BLANK = "[ \u00a0\u2009\u202f]"
_DIGITS = (
    r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?"  # 2,500,000.5
    r"|\d{1,2}(?:,\d{2})+,\d{3}(?:\.\d+)?"  # 25,00,000
    rf"|[1-9]\d{{0,2}}(?:{_BLANK}\d{{3}})+(?![\d,.]?\d)"  # 2 500 000
    r"|(?<=€)\d+,\d\d?(?![\d,])"  # €2,50
    r"|\d+(?:\.\d+)?[½¼¾]?)"
)
_FIRST = r"(?<![\w.,:/-])(?<!\d[-–])"


@dataclass(slots=True)
class Amount:
    """A number as printed and as meant.

    Attributes:
        start, end: code points of the number with its comparator, without its unit.
        value: normalised.
        unit: "%", "percentage points", an ISO currency, "metres" and the like, or None where the words that
            follow tell.
        comparator: about, nearly, more than, less than, at least, at most; None for an exact amount.
        is_capital: it is a word with a capital letter.
    """

    start: int
    end: int
    value: float
    unit: str | None
    comparator: str | None
    is_capital: bool = False


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
        glued_units: units right behind digits ("20km") -> unit.
        telling: every amount without a digit has one of these words.
        leads: words and marks that may stand before these in an amount.
        plural_ending: of a currency's name.
        doubts: what tells a score, a length or a model from an amount.
    """

    numbers: NumberWords
    pattern: re.Pattern[str]
    comparators: Mapping[str, str]
    afterthoughts: Mapping[str, str]
    pairs: frozenset[str]
    points: frozenset[str]
    currencies: Mapping[str, str]
    glued_units: Mapping[str, str]
    telling: frozenset[str]
    leads: frozenset[str]
    plural_ending: str
    doubts: DoubtfulWords

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
        *lexicon.ordered("numbers.minus"),
        *_LEADING_MARKS,
    ]
    (plural_ending,) = lexicon.ordered("numbers.plural_ending")
    fractions = lexicon.entries("numbers.fractions")
    return AmountWords(
        numbers=numbers,
        pattern=_pattern(lexicon, numbers),
        comparators=comparators,
        afterthoughts=lexicon.entries("numbers.afterthoughts"),
        pairs=pairs,
        points=lexicon.words("numbers.percentage_points"),
        currencies=_SIGNS | {code.lower(): code for code in _CODES} | lexicon.entries("numbers.currencies"),
        glued_units=lexicon.entries("numbers.glued_units"),
        telling=frozenset(
            {*numbers.small, *numbers.scales, *fractions, *(f + plural_ending for f in fractions)}
        ),
        leads=frozenset(" ".join(leading).split()),
        plural_ending=plural_ending,
        doubts=lexicon.made(read_doubtful_words),
    )


def _number_pattern(lexicon: Lexicon, numbers: NumberWords) -> str:
    """Return the pattern of a number: digits or words, with a scale."""
    word = _word_pattern(numbers)
    plural = f"{alternatives(lexicon.ordered('numbers.plural_ending'))}?"
    scale = any_case(numbers.scales, alternatives(numbers.scales))
    short = rf"{any_case(numbers.short_scales)}(?![\w-])"
    openers = [*numbers.halves, *sorted(numbers.articles, reverse=True), *numbers.vague]
    joint = alternatives(lexicon.ordered("numbers.joints"))
    second = alternatives(lexicon.ordered("numbers.second_scales"))
    fraction = alternatives(lexicon.entries("numbers.fractions"))
    percent = alternatives(["%", *lexicon.ordered("numbers.percent")])
    half = alternatives(phrase.replace(" ", "-") for phrase in lexicon.ordered("numbers.and_a_half"))
    half = half.replace(r"\-", "[ -]")
    return (
        rf"(?:(?:{_DIGITS}|{word})[ -]{half}(?:[ -]{scale})?\b"
        rf"|\d+,\d\d?(?=[ -]?(?:{percent}|{scale}))(?:[ -]?{scale}\b)?"
        rf"|{_DIGITS}(?:[ -]?{scale}{plural}\b(?:[ ]{second}{plural}\b)?|[ ]?{short})?"
        rf"|(?:{any_case(openers, alternatives(openers))}|{word})[ -]{scale}{plural}"
        rf"(?:[ ]{joint}[ ]{word}|[ ]{second})?\b"
        rf"|{word}\b(?![ -]{fraction}))"
    )


def _word_pattern(numbers: NumberWords) -> str:
    """Return the pattern of a number below a hundred in words."""
    below_ten = [word for word, value in numbers.units.items() if 1 <= value <= 9]
    tens = rf"{alternatives(numbers.tens)}(?:[- ]{alternatives(below_ten)})?"
    return any_case([*numbers.tens, *numbers.units], f"{tens}|{longest_first(numbers.units)}")


def _share_pattern(lexicon: Lexicon, numbers: NumberWords) -> str:
    """Return the pattern of a share: "one in five", "nine out of ten", "two thirds of", "half of"."""
    small = rf"(?:\d{{1,3}}|{_word_pattern(numbers)})"
    of = alternatives(lexicon.ordered("numbers.share_links"))
    every = alternatives(lexicon.ordered("numbers.every"))
    times = alternatives(lexicon.entries("dates.plural_units"))
    bottom = alternatives(lexicon.entries("numbers.fractions"))
    plural = f"{alternatives(lexicon.ordered('numbers.plural_ending'))}?"
    half, top = lexicon.ordered("numbers.half"), [*lexicon.words("numbers.articles"), *numbers.units]
    one, a_half = any_case(top, alternatives(top)), any_case(half, alternatives(half))
    whole = alternatives(lexicon.ordered("numbers.of_a_whole"))
    article = alternatives(lexicon.words("numbers.articles"))
    return (
        rf"(?P<part>{small})[ ]{of}[ ](?:{every}[ ])?(?P<whole>{small})\b(?![-,.:/]?\w*\d|[ ]{times}|[ ]?%)"
        rf"|(?:(?P<top>{one})[ -](?P<bottom>{bottom}){plural}|(?P<half>{a_half}))"
        rf"(?=[ ]{whole}\b(?![ ]{article}\b))"
    )


def _pattern(lexicon: Lexicon, numbers: NumberWords) -> re.Pattern[str]:
    """Compile the pattern of an amount: a number, maybe a second one, with what stands around them."""
    number = _number_pattern(lexicon, numbers)
    articles = longest_first(sorted(numbers.articles))
    openers, minus = lexicon.ordered("numbers.range_openers"), lexicon.ordered("numbers.minus")
    return re.compile(
        rf"""{_FIRST}
        (?:(?P<comparator>{any_case(lexicon.entries("numbers.comparators"))})[ ]+
          (?:{alternatives(lexicon.ordered("numbers.definite_articles"))}[ ]|{articles}[ ](?=\d))?)?
        (?:{_share_pattern(lexicon, numbers)}
        |(?:(?P<between>{any_case(openers, alternatives(openers))})[ ])?
        (?P<minus>[-−](?=\d|{_SIGN})|{any_case(minus, alternatives(minus))}[ ])?
        (?P<symbol>{_SIGN})?(?P<number>{number})
        (?P<inner>[ ]?%)?
        (?:[ ]?(?P<to>-|–|{alternatives(lexicon.ordered("numbers.range_words"))})[ ]?
          (?P<symbol2>{_SIGN})?(?P<number2>{number}))?
        (?P<percent>[ ]?%|[ -]?{alternatives(lexicon.ordered("numbers.percent"))}\b
          |[ ](?P<points>{longest_first(lexicon.ordered("numbers.percentage_points"))})\b)?
        (?P<glued>[ ]?°[CF]\b|{longest_first(lexicon.entries("numbers.glued_units"))}(?!\w))?
        (?![^\W_]|:\d|[.,]\d|/\d)
        )
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
        if match["number"] is None:
            yield from _share(match, words)
        else:
            yield from _amounts(match, words)


def _share(match: re.Match[str], words: AmountWords) -> Iterator[Amount]:
    """Yield what "one in five" or "two thirds of" tells, as a percentage."""
    groups, numbers = match.groupdict(), words.numbers
    comparator = words.comparators.get((groups["comparator"] or "").lower())
    if groups["part"]:
        part, whole = numbers.value(groups["part"]), numbers.value(groups["whole"])
    elif is_portion(match, words.doubts):
        return
    elif groups["half"]:
        part, whole = 1.0, 2.0
    else:
        top = groups["top"].lower()
        part = 1.0 if top in numbers.articles else numbers.value(top)
        whole = words.doubts.fractions[groups["bottom"]]
    if part and whole and part < whole:
        yield Amount(match.start(), match.end(), round(100 * part / whole, 2), "%", comparator)


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
    if groups["number2"] is None:
        match short_reading(match, words.doubts) if unit is None else "scale":
            case "scale":
                capital = groups["number"][0].isupper()
                yield Amount(match.start(), match.end(), first, unit, comparator, capital)
            case "metres":
                digits = words.numbers.value(groups["number"].rstrip("m").rstrip())
                yield Amount(match.start(), match.end(), digits or 0.0, words.doubts.metre, comparator)
        return
    second = words.numbers.value(groups["number2"])
    if second is None:
        yield Amount(match.start(), match.end("number"), first, unit, comparator)
    elif groups["to"] in words.pairs and not groups["between"]:
        # "two men and three women", "$45m and £1.5bn": two amounts that only stand side by side.
        of_first, of_second = _units_of_pair(groups, words)
        yield Amount(
            match.start(), match.end("inner" if groups["inner"] else "number"), first, of_first, comparator
        )
        yield Amount(
            match.start("symbol2" if groups["symbol2"] else "number2"), match.end(), second, of_second, None
        )
    elif is_vote(match, words.doubts):
        yield Amount(match.start(), match.end(), first, words.doubts.votes, None)
        yield Amount(match.start(), match.end(), second, words.doubts.votes, None)
    elif is_score(match, first, second, words.doubts):
        return
    else:
        first = _same_scale(words.numbers, first, groups["number"], second, groups["number2"])
        is_range = first <= second
        yield Amount(match.start(), match.end(), first, unit, "at least" if is_range else None)
        yield Amount(match.start(), match.end(), second, unit, "at most" if is_range else None)


def _unit(groups: Mapping[str, str | None], words: AmountWords) -> str | None:
    """Return the unit that is printed with a number, a currency before a percentage."""
    sign = (groups["symbol"] or groups["symbol2"] or "").strip().lower()
    if sign:
        return words.currencies[sign]
    if groups["percent"] or groups["inner"]:
        return "percentage points" if groups["points"] else "%"
    glued = (groups["glued"] or "").strip()
    return (words.glued_units.get(glued) or glued) if glued else None


def _units_of_pair(groups: Mapping[str, str | None], words: AmountWords) -> tuple[str | None, str | None]:
    """Return the units of two amounts side by side; a currency holds for the second one, too."""
    signs = [(groups[name] or "").strip().lower() for name in ("symbol", "symbol2")]
    if any(signs):
        first = words.currencies[signs[0]] if signs[0] else None
        has_own = signs[1] or not groups["number2"]
        return first, words.currencies[signs[1]] if has_own and signs[1] else first
    unit = _unit(groups, words)
    return unit, unit


def _same_scale(
    numbers: NumberWords, first: float, printed: str, second: float, printed_second: str
) -> float:
    """Return the first number of a range: in "3-4 million" it shares the scale of the second."""
    scale = numbers.scale_of(printed_second)
    is_shared = scale != 1 and numbers.scale_of(printed) == 1 and first < second / scale * 10
    return first * scale if is_shared else first
