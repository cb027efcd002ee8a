"""What times are found by: the words of dates.toml, and the pattern that is made of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.components.claims.values.number_words import read_number_words
from pipeline.components.claims.values.patterns import alternatives, behind, either_case, longest_first
from pipeline.lexicons import Lexicon

_YEAR = r"(?:1[5-9]|20)\d\d"
_DIGITS_OF_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_NO_YEARS = ("$", "£", "€", "#", "/", "-", "+")
"""Marks of an amount or a number, right before four digits."""


@dataclass(frozen=True, slots=True)
class DateWords:
    """What times of a language are found by, and what the words in them mean; all keys are lower-cased.

    Attributes:
        pattern: of a time, with a named group for each part of each form it can have.
        before_year: what four digits stand behind that are a year.
        not_before_year: what four digits that are an amount or a number stand behind.
        counted, counted_early: what follows four digits that are an amount: always, and before 1990.
        future: what a time stands behind that lies in the future.
        repeating, of_a_row: what stands before and behind a weekday that is no one day.
        months: name, or short form without a point -> number.
        weekdays: from Monday.
        parts: "early", "the end of" -> first, middle, last third, or all of an interval.
        steps: "last", "next" -> -1, 0 or 1 units from the day of publication.
        near: "yesterday" -> days from the day of publication.
        portions: "quarter", "half" -> months.
        ordinals: "first", "second" -> number, from 0.
        seasons: name -> first month.
        units: "week", "weeks" -> day, week, month, year, decade or century.
        weekends, times_of_day: as they are.
        counts: number words, "a", "a couple of" -> number.
        telling: every time without a digit has one of these words.
        leads: words and marks that may stand before these in a time.
    """

    pattern: re.Pattern[str]
    before_year: re.Pattern[str]
    not_before_year: tuple[str, ...]
    counted: re.Pattern[str]
    counted_early: re.Pattern[str]
    future: re.Pattern[str]
    repeating: re.Pattern[str]
    of_a_row: re.Pattern[str]
    months: Mapping[str, int]
    weekdays: tuple[str, ...]
    parts: Mapping[str, str]
    steps: Mapping[str, int]
    near: Mapping[str, int]
    portions: Mapping[str, int]
    ordinals: Mapping[str, int]
    seasons: Mapping[str, int]
    units: Mapping[str, str]
    weekends: frozenset[str]
    times_of_day: frozenset[str]
    counts: Mapping[str, int]
    telling: frozenset[str]
    leads: frozenset[str]


def _lowered(values: Mapping[str, str]) -> dict[str, int]:
    return {word.lower(): int(value) for word, value in values.items()}


def read_date_words(lexicon: Lexicon) -> DateWords:
    """Return what times of a language are found by; ask the lexicon for it with `made`."""
    names = lexicon.ordered("dates.months")
    months = {name.lower(): number for number, name in enumerate(names, start=1)}
    months |= _lowered(lexicon.entries("dates.month_abbreviations"))
    weekdays = tuple(name.lower() for name in lexicon.ordered("dates.weekdays"))
    small = lexicon.made(read_number_words).small
    steps, near, portions = (
        _lowered(lexicon.entries("dates.steps")),
        _lowered(lexicon.entries("dates.near")),
        _lowered(lexicon.entries("dates.portions")),
    )
    counts = _lowered(lexicon.entries("dates.counts"))
    parts, ordinals = lexicon.entries("dates.parts"), lexicon.ordered("dates.ordinals")
    units, plurals = lexicon.entries("dates.units"), lexicon.entries("dates.plural_units")
    vague, ago = lexicon.ordered("dates.vague_counts"), lexicon.ordered("dates.ago")
    openers, links = lexicon.ordered("dates.span_openers"), lexicon.ordered("dates.range_words")
    articles, of = lexicon.ordered("dates.definite_articles"), lexicon.ordered("dates.of")
    leading = [*articles, *of, *parts, *counts, *vague, *ordinals, *units, *plurals, *links, ",", "-", "–"]
    before_years = alternatives(lexicon.ordered("dates.before_years"))
    future = alternatives(lexicon.ordered("dates.future"))
    return DateWords(
        pattern=_pattern(lexicon),
        before_year=re.compile(rf"(?:\b{before_years}|[,(]) ?$", re.IGNORECASE),
        not_before_year=(*_NO_YEARS, *lexicon.ordered("numbers.number_signs")),
        counted=re.compile(_counted(lexicon)),
        counted_early=re.compile(_counted_early(lexicon)),
        future=re.compile(rf"\b{future}\b[^.;!?]{{0,40}}$"),
        repeating=re.compile(rf"\b{alternatives(lexicon.ordered('dates.repeating'))} $", re.IGNORECASE),
        of_a_row=re.compile(rf" {alternatives(lexicon.ordered('dates.of_a_row'))}\b"),
        months=months,
        weekdays=weekdays,
        parts=parts,
        steps=steps,
        near=near,
        portions=portions,
        ordinals={word: number for number, word in enumerate(ordinals)},
        seasons=_lowered(lexicon.entries("dates.seasons")),
        units=units | plurals | lexicon.entries("dates.long_units"),
        weekends=lexicon.words("dates.weekends"),
        times_of_day=lexicon.words("dates.times_of_day"),
        counts={**small, **counts},
        telling=frozenset(
            {*months, *(f"{month}." for month in months), *weekdays, *steps, *near, *portions, *openers, *ago}
        ),
        leads=frozenset(small) | frozenset(" ".join(leading).split()),
    )


def _counted(lexicon: Lexicon) -> str:
    """Return the pattern of what is counted, right behind a number; most are told by how they begin."""
    whole = alternatives(lexicon.ordered("dates.counted_whole"))
    return rf" (?:{alternatives(lexicon.ordered('dates.counted'))}|{whole}\b)"


def _counted_early(lexicon: Lexicon) -> str:
    """Return the same for numbers that are hardly ever years: any plural makes them an amount."""
    whole = alternatives(lexicon.ordered("dates.counted_whole"))
    endings = alternatives(lexicon.ordered("dates.counted_endings"))
    units = alternatives(lexicon.ordered("dates.counted_early"))
    return rf" (?:[a-z]*{endings}\b|{whole}\b|{units})"


def _pattern(lexicon: Lexicon) -> re.Pattern[str]:
    """Compile the pattern of a time.

    The names of its groups begin with the form of the time: `md` month and day, `dm` day and month, `q` a
    quarter, `my` month and year, `r` relative, `ago`, `span`, `near`, `wd` weekday, `decade`, `y` year, `m` a
    lone month.
    """
    month = (
        rf"(?:{alternatives(lexicon.ordered('dates.months'))}\b"
        rf"|{longest_first(lexicon.entries('dates.month_abbreviations'))}\b\.?)"
    )
    day = rf"{_DIGITS_OF_DAY}{alternatives(lexicon.ordered('numbers.ordinal_endings'))}?"
    weekday = alternatives(lexicon.ordered("dates.weekdays"))
    the, of = (
        alternatives(lexicon.ordered("dates.definite_articles")),
        alternatives(lexicon.ordered("dates.of")),
    )
    part = either_case(lexicon.entries("dates.parts"))
    unit, units = alternatives(lexicon.entries("dates.units")), lexicon.entries("dates.plural_units")
    counts = [*lexicon.made(read_number_words).small, *lexicon.entries("dates.counts")]
    count = rf"(?:\d{{1,3}}|{longest_first([*counts, *lexicon.ordered('dates.vague_counts')])})"
    to = rf"(?:-|–|{alternatives(lexicon.ordered('dates.range_words'))})"
    year_to_year = alternatives(lexicon.ordered("dates.range_words_of_years"))
    step, step_of_year = (
        either_case(lexicon.entries("dates.steps")),
        alternatives(lexicon.ordered("dates.steps_of_years")),
    )
    (year,) = (word for word, name in lexicon.entries("dates.units").items() if name == "year")
    portion = alternatives(lexicon.entries("dates.portions"))
    season, long_unit = (
        alternatives(lexicon.entries("dates.seasons")),
        alternatives(lexicon.entries("dates.long_units")),
    )
    ago = alternatives(lexicon.ordered("dates.ago"))
    time_of_day, weekend = (
        alternatives(lexicon.ordered("dates.times_of_day")),
        alternatives(lexicon.ordered("dates.weekends")),
    )
    percent = alternatives(["%", *lexicon.ordered("numbers.percent")])
    behind_month = behind(
        [
            *(f"{either_case([word])}[ ]" for word in lexicon.ordered("dates.before_months")),
            *(re.escape(word[1:]) for word in lexicon.ordered("dates.parts_before_months")),
        ]
    )
    return re.compile(
        rf"""\b(?:
        (?P<iso>(?:19|20)\d\d-(?:0\d|1[0-2])-(?:[0-2]\d|3[01]))\b
      | (?:{weekday},?[ ])?(?P<md_month>{month})[ ](?P<md_day>{day})(?!\d|[.,]\d|:)
            (?:(?:[ ]?{to}[ ]?)(?P<md_to>{day})(?!\d|:))?(?:,?[ ](?P<md_year>{_YEAR})\b)?
      | (?:{weekday},?[ ])?(?:{the}[ ])?(?P<dm_day>{day})(?:[ ]?{to}[ ]?(?P<dm_to>{day}))?
            [ ](?:{of}[ ])?(?P<dm_month>{month})(?:,?[ ](?P<dm_year>{_YEAR})\b)?
      | (?P<q_which>{alternatives(lexicon.ordered("dates.ordinals"))})[ ](?P<q_part>{portion})
            (?:[ ]{of}[ ](?:(?P<q_year>{_YEAR})|(?P<q_rel>{step_of_year})[ ]{year}))
      | (?:(?P<my_part>{part})[ -])?(?P<my_month>{month})
            (?:,?[ ](?:{of}[ ])?(?P<my_year>{_YEAR})\b|[ ](?P<my_rel>{step_of_year})[ ]{year}\b)
      | (?:(?P<r_part>{part})[ -])?(?P<r_which>{step})[ ]
            (?P<r_unit>{unit}|{weekday}|{month}|{season}|{weekend}|{time_of_day}|{long_unit})\b
      | (?P<ago_n>{count})[ ](?P<ago_unit>{unit}|{alternatives(units)})[ ]{ago}\b
      | (?:{the}[ ])?{alternatives(lexicon.ordered("dates.span_openers"))}[ ]
            (?P<span_n>{count})[ ](?P<span_unit>{alternatives(units)})\b
      | (?P<near>{either_case(lexicon.entries("dates.near"))})\b
      | (?P<wd>{weekday})(?:[ ]{time_of_day})?\b
      | (?:(?P<decade_part>{part})[ -])?(?:{the}[ ])?
            (?P<decade>(?:1[5-9]|20)\d0){alternatives(lexicon.ordered("dates.decade_ending"))}\b
      | (?P<y_from>{_YEAR})(?:[-–](?P<y_to>{_YEAR}|\d\d)|[ ]{year_to_year}[ ](?P<y_to2>{_YEAR}))\b(?![-–]\d)
      | (?:(?P<y_part>{part})[ -])?(?P<y_year>{_YEAR})\b(?![-–,.]\d|[ ]?{percent})
      | (?:(?P<m_part>{part})[ -])?{behind_month}(?P<m_month>{month})
        )""",
        re.VERBOSE,
    )
