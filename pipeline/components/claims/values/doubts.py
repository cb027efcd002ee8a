"""What looks like an amount and may be none, told by the words around it: scores, votes, lengths, models.

An amount that is wrong by orders of magnitude is worse than none. So "100m" is a hundred million only where
a currency or something counted says so, a length beside the words of races and distances, and nothing
otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pipeline.components.claims.values.patterns import alternatives
from pipeline.lexicons import Lexicon

_AROUND = 40
"""Code points before and after a number in which words tell what it is."""
_PAIR = r"\d{1,3}[-–]\d{1,3}"
_BEFORE_PAIR = re.compile(rf"{_PAIR}(?:[ ]?\(\d+\))?,?[ ]$")
_AFTER_PAIR = re.compile(rf"(?:[ ]?\(\d+\))?,?[ ]{_PAIR}")
_SHORT = re.compile(r"[ ]?([a-z]{1,2})$", re.IGNORECASE)

ShortReading = Literal["scale", "metres", "none"]


@dataclass(frozen=True, slots=True)
class DoubtfulWords:
    """What tells scores, votes, lengths and models from amounts.

    Attributes:
        voting, scoring: words around two numbers that make them votes, or a score.
        lengths: what follows a number of metres.
        models: what follows a number that names a kind of thing ("4K video").
        counted: a plural, or "of", behind a number, maybe behind up to two more words.
        portions: what makes a half or a third before them a part of a time: "the first half of".
        fractions: name -> how many of them make a whole.
        metre, votes: names of units.
    """

    voting: re.Pattern[str]
    scoring: re.Pattern[str]
    lengths: re.Pattern[str]
    models: re.Pattern[str]
    counted: re.Pattern[str]
    portions: re.Pattern[str]
    fractions: Mapping[str, float]
    metre: str
    votes: str


def read_doubtful_words(lexicon: Lexicon) -> DoubtfulWords:
    """Return what tells scores and the like from amounts; ask the lexicon for it with `made`."""

    def around(names: tuple[str, ...]) -> re.Pattern[str]:
        return re.compile(rf"\b{alternatives(names)}\b", re.IGNORECASE)

    (metre,), (votes,) = lexicon.ordered("numbers.metres"), lexicon.ordered("numbers.votes")
    lengths, models = lexicon.ordered("numbers.lengths"), lexicon.ordered("numbers.models")
    endings = alternatives(lexicon.ordered("dates.counted_endings"))
    whole = alternatives(
        [*lexicon.ordered("numbers.counted_plurals"), *lexicon.ordered("numbers.unit_links")]
    )
    return DoubtfulWords(
        voting=around(lexicon.ordered("numbers.voting")),
        scoring=around(lexicon.ordered("numbers.scoring")),
        lengths=re.compile(rf"[ -]{alternatives(lengths)}\b"),
        models=re.compile(rf"[ -]{alternatives(models)}\b", re.IGNORECASE),
        counted=re.compile(rf"(?:[ ](?:[a-z-]+[ ]){{0,2}}[a-z]{{2,}}{endings}|[ ]{whole})\b"),
        portions=re.compile(
            rf"\b{alternatives(lexicon.ordered('numbers.portion_openers'))}[ ]$", re.IGNORECASE
        ),
        fractions={word: float(value) for word, value in lexicon.entries("numbers.fractions").items()},
        metre=metre,
        votes=votes,
    )


def _before(match: re.Match[str]) -> str:
    return match.string[max(0, match.start() - _AROUND) : match.start()]


def _after(match: re.Match[str]) -> str:
    return match.string[match.end() : match.end() + _AROUND]


def is_portion(match: re.Match[str], words: DoubtfulWords) -> bool:
    """Whether a half or a third is one of a row, and no share: "the first half of the match"."""
    return words.portions.search(_before(match)) is not None


def is_vote(match: re.Match[str], words: DoubtfulWords) -> bool:
    """Whether two numbers are those for and against: "voted 52-48", "a 52 to 48 vote"."""
    if not _is_plain_pair(match):
        return False
    before, after = _before(match), _after(match)
    return bool(words.voting.search(before[-25:]) or words.voting.match(after.lstrip()))


def is_score(match: re.Match[str], first: float, second: float, words: DoubtfulWords) -> bool:
    """Whether two numbers are a score: they fall ("3-1"), are equal, stand in a row, or beside "won"."""
    if not _is_plain_pair(match) or match["to"] not in {"-", "–"} or match["between"]:
        return False
    before, after = _before(match), _after(match)
    if first >= second or _BEFORE_PAIR.search(before) or _AFTER_PAIR.match(after):
        return True
    return bool(words.scoring.search(before) or words.scoring.search(after[:20]))


def _is_plain_pair(match: re.Match[str]) -> bool:
    """Whether two numbers have neither sign nor unit nor scale."""
    plain = match["number"].isdigit() and (match["number2"] or "").isdigit()
    return plain and not any(match[name] for name in ("symbol", "symbol2", "percent", "inner", "glued"))


def short_reading(match: re.Match[str], words: DoubtfulWords) -> ShortReading:
    """Return how a short scale is meant that stands behind digits without a currency: "20m", "50K", "2b"."""
    number = match["number"]
    if number[-1].isdigit() or not number[0].isdigit() or (short := _SHORT.search(number)) is None:
        return "scale"
    letter, after = short[1], _after(match)
    if len(letter) > 1:
        return "scale"
    if words.models.match(after):
        return "none"
    if letter == "m" and words.lengths.match(after):
        return "metres"
    return "scale" if letter in {"k", "K", "M"} or words.counted.match(after) else "none"
