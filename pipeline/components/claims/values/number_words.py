"""Numbers in words: the values of single words and of phrases made of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.lexicons import Lexicon


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

    def value(self, printed: str) -> float | None:
        """Return the value of a number in digits or words, None where it is vague ("several dozen")."""
        form = printed.lower().replace("-", " ").strip()
        if form.startswith(self.vague):
            return None
        digits = re.match(r"[\d,.]+", form)
        if digits:
            value = float(digits.group().replace(",", ""))
            rest = form[digits.end() :].strip()
            return value * self.multipliers[rest] if rest else value
        if form.startswith(self.halves):
            return 0.5 * self.multipliers[form.split()[-1]]
        return self._sum(form.split())

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
    )
