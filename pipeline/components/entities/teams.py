"""National teams: in an article about sport, "England beat Samoa" speaks of two teams, not two countries."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import replace

from pipeline.components.doc.tokens import Tokens
from pipeline.components.entities.gazetteer import Gazetteer
from pipeline.components.entities.name import Name, text_of
from pipeline.lexicons import Lexicon

MIN_DISTINCT = 5
"""Different words of sport that an article about sport has."""
MIN_SHARE = 0.015
"""Share of its words that are words of sport."""

_DASHES = frozenset(("-", "–", "—", ":"))


class _Words:
    """What these rules read of a lexicon."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.sport = lexicon.words("sports_words")
        self.match = lexicon.words("match_words")
        self.against = lexicon.words("entities.against")
        self.where = lexicon.words("entities.before_a_host")
        self.to = lexicon.words("entities.score_to")
        self.articles = lexicon.words("entities.definite_articles")


def with_teams(names: Sequence[Name], tokens: Tokens) -> list[Name]:
    """Return the names, relabelling countries that stand for their teams as organisations (method "team").

    Only in a document with many words of sport, and only where the name acts or is acted upon as a team is
    (lexicon `match_words`); "in England" stays the country. What stands beside "versus" in a sentence with a
    word of sport ("the Alabama versus Florida State football game") is a team in any document.
    """
    teams = {*_opponents(names, tokens)}
    teams |= _teams_of_sport([name for name in names if name not in teams], tokens)
    return [replace(name, label="ORG", method="team") if name in teams else name for name in names]


def _opponents(names: Sequence[Name], tokens: Tokens) -> Iterator[Name]:
    """Yield the territories beside "versus" in a sentence about sport."""
    words = tokens.lexicon.made(_Words)
    if words.against.isdisjoint(tokens.vocabulary):
        return
    for at in [i for i, word in enumerate(tokens.lower) if word in words.against]:
        sent = tokens.sents[at]
        first, end = bisect_left(tokens.sents, sent), bisect_left(tokens.sents, sent + 1)
        if not words.sport.isdisjoint(tokens.lower[first:end]):
            for name in names:
                if (name.end == at or name.start == at + 1) and _is_territory(name, tokens):
                    yield name


def _teams_of_sport(names: Sequence[Name], tokens: Tokens) -> set[Name]:
    """Return the territories that stand for teams in an article about sport; none in another."""
    words = tokens.lexicon.made(_Words)
    distinct = words.sport.intersection(tokens.vocabulary)
    if len(distinct) < MIN_DISTINCT:
        return set()
    if sum(word in distinct for word in tokens.lower) < MIN_SHARE * len(tokens):
        return set()
    countries = [
        (name, text_of(tokens, name).lower())
        for name in names
        if _is_territory(name, tokens) and not _is_where(name, tokens, words)
    ]
    shown = {text for name, text in countries if _plays(name, tokens, words)}
    return {name for name, text in countries if text in shown}


def _is_territory(name: Name, tokens: Tokens) -> bool:
    gazetteer = tokens.lexicon.made(Gazetteer)
    return name.label == "GPE" and gazetteer.territory_code(text_of(tokens, name)) is not None


def _follows_score(name: Name, tokens: Tokens, words: _Words) -> bool:
    """Return whether the name stands behind a score and "to": "lost 1 - 2 to England"."""
    return (
        name.start > 1 and tokens.lower[name.start - 1] in words.to and tokens.lower[name.start - 2].isdigit()
    )


def _is_where(name: Name, tokens: Tokens, words: _Words) -> bool:
    """Return whether the word in front tells that the name is of the place: "in England"."""
    if not name.start or _follows_score(name, tokens, words):
        return False
    before = tokens.lower[name.start - 1]
    return before in words.where or (before in words.articles and tokens.lower[name.start - 2] in words.where)


def _plays(name: Name, tokens: Tokens, words: _Words) -> bool:
    """Return whether the name acts as a team, or stands beside a score."""
    before = tokens.lower[name.start - 1] if name.start else ""
    behind = tokens.lower[name.end] if name.end < len(tokens) else ""
    if _follows_score(name, tokens, words) or (behind.isdigit() and len(behind) < 3):
        return True
    if before.isdigit() and name.start > 1 and tokens.lower[name.start - 2] in _DASHES:
        return True  # 1 - 0 Samoa
    head = tokens.heads[name.end - 1]
    near = {before, behind, tokens.lower[tokens.heads[head]]}
    if head != name.end - 1:
        near.add(tokens.lower[head])
    return not near.isdisjoint(words.match)
