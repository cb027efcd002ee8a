"""Numbers in words: the values of single words and of phrases made of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.lexicons import Lexicon

_DIGITS = re.compile(r"[\d,.]+(?:[ \u00a0\u2009\u202f]\d{3})*[½¼¾]?")
_DECIMAL_COMMA = re.compile(r"\d+,\d\d?")
_NO_DIGIT = re.compile(r"[^\d.]")
_PARTS = {"½": 0.5, "¼": 0.25, "¾": 0.75}


def _value_of_digits(printed: str) -> float:
    """Return the value of digits, however they are grouped: "2,500", "2,50,000", "12 500", "5,4", "3½"."""
    part = _PARTS.get(printed[-1], 0.0)
    digits = printed[:-1] if part else printed
    if _DECIMAL_COMMA.fullmatch(digits):
        return float(digits.replace(",", ".")) + part
    return float(_NO_DIGIT.sub("", digits) or "0") + part


@dataclass(frozen=True, slots=True)
class NumberWords:
    """The words of numbers of a language, each with its value.

    Attributes:
        units: up to nineteen.
        tens: twenty, thirty ...
        small: both.
        scales: what multiplies a number: hundred, million ...
        multipliers: the same, their plurals, and the short forms that stand behind digits ("bn").
        short_scales: these short forms.
        articles: one of what follows ("a dozen").
        halves: half of the scale that follows ("half a million").
        and_a_half: half more than the number before it.
        vague: without a value ("several").
    """

    units: Mapping[str, int]
    tens: Mapping[str, int]
    small: Mapping[str, int]
    scales: Mapping[str, float]
    multipliers: Mapping[str, float]
    short_scales: tuple[str, ...]
    articles: frozenset[str]
    halves: tuple[str, ...]
    vague: tuple[str, ...]
    and_a_half: tuple[str, ...]

    def value(self, printed: str) -> float | None:
        """Return the value of a number in digits or words, None where it is vague ("several dozen")."""
        form = printed.lower().replace("-", " ").strip()
        if form.startswith(self.vague):
            return None
        for phrase in self.and_a_half:
            before, is_half, after = form.partition(f" {phrase}")
            if is_half:
                whole = self.value(before)
                return None if whole is None else (whole + 0.5) * self._product(after.split())
        digits = _DIGITS.match(form)
        if digits:
            rest = form[digits.end() :].split()
            return _value_of_digits(digits.group()) * self._product(rest)
        if form.startswith(self.halves):
            return 0.5 * self.multipliers[form.split()[-1]]
        return self._sum(form.split())

    def _product(self, scales: list[str]) -> float:
        """Return what scales multiply a number by, one after the other: "lakh crore"."""
        product = 1.0
        for scale in scales:
            product *= self.multipliers[scale]
        return product

    def _sum(self, words: list[str]) -> float:
        """Return the value of number words; what is none of them counts nothing."""
        total, current = 0.0, 0.0
        for word in words:
            if word in self.articles:
                current = 1.0
            elif word in self.small:
                current += self.small[word]
            elif word in self.multipliers:
                scale = self.multipliers[word]
                current = max(current, 1.0) * scale
                if scale >= 1e3:
                    total, current = total + current, 0.0
        return total + current

    def scale_of(self, printed: str) -> float:
        """Return what the last word of a number multiplies it by; 1 where it is no scale."""
        match = re.search(r"[^\W\d_]+$", printed.lower())
        return self.multipliers.get(match.group(), 1.0) if match else 1.0


def read_number_words(lexicon: Lexicon) -> NumberWords:
    """Return the number words of a language; ask the lexicon for them with `made`."""
    by_kind: dict[str, dict[str, int]] = {}
    for word, entry in lexicon.entries("number_words").items():
        value, kind = entry.split()
        by_kind.setdefault(kind, {})[word] = int(value)
    units, tens, short = by_kind["unit"], by_kind["ten"], by_kind["short"]
    scales = {word: float(value) for word, value in by_kind["scale"].items()}
    endings = lexicon.ordered("numbers.plural_ending")
    plurals = {word + ending: value for word, value in scales.items() for ending in endings}
    return NumberWords(
        units=units,
        tens=tens,
        small=units | tens,
        scales=scales,
        multipliers=scales | plurals | {word: float(value) for word, value in short.items()},
        short_scales=tuple(short),
        articles=lexicon.words("numbers.articles"),
        halves=lexicon.ordered("numbers.halves"),
        vague=lexicon.ordered("numbers.vague"),
        and_a_half=lexicon.ordered("numbers.and_a_half"),
    )
