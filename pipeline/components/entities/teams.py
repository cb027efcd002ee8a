"""National teams: in an article about sport, "England beat Samoa" speaks of two teams, not two countries."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from pipeline.components.doc.tokens import Tokens
from pipeline.components.entities.gazetteer import territory_code
from pipeline.components.entities.names import Name
from pipeline.lexicons import words

MIN_DISTINCT = 5
MIN_SHARE = 0.015
_PLACE_CUES = frozenset(("in", "at", "near", "to", "from", "across", "into", "visit", "visiting"))

_DASHES = frozenset(("-", "–", "—", ":"))
_AGAINST = frozenset(("versus", "vs", "vs."))


def mark_teams(names: Sequence[Name], tokens: Tokens) -> None:
    """Relabel names of countries that stand for their teams as organisations (method "team").

    Only in a document with many words of sport, and only where the name acts or is acted upon as a team is
    (lexicon `match_words`); "in England" stays the country. What stands beside "versus" in a sentence with a
    word of sport ("the Alabama versus Florida State football game") is a team in any document.
    """
    _mark_opponents(names, tokens)
    sport = words("sports_words")
    hits = [word for word in tokens.lower if word in sport]
    if len(set(hits)) < MIN_DISTINCT or len(hits) < MIN_SHARE * len(tokens):
        return
    cues = words("match_words")
    shown: set[str] = set()
    countries = []
    for name in names:
        text = " ".join(tokens.words[name.start : name.end])
        if name.label != "GPE" or territory_code(text) is None:
            continue
        before = tokens.lower[name.start - 1] if name.start else ""
        if before == "to" and name.start > 1 and tokens.lower[name.start - 2].isdigit():
            shown.add(text.lower())  # lost 1 - 2 to England
        elif before in _PLACE_CUES or (before == "the" and tokens.lower[name.start - 2] in _PLACE_CUES):
            continue
        countries.append((name, text.lower()))
        head = tokens.heads[name.end - 1]
        near = {before, tokens.lower[head]} if head != name.end - 1 else {before}
        near.update(tokens.lower[tokens.heads[head] : tokens.heads[head] + 1])
        if name.end < len(tokens):
            near.add(tokens.lower[name.end])
            if tokens.lower[name.end].isdigit() and len(tokens.lower[name.end]) < 3:
                shown.add(text.lower())
        if before.isdigit() and name.start > 1 and tokens.lower[name.start - 2] in _DASHES:
            shown.add(text.lower())  # 1 - 0 Samoa
        if near & cues:
            shown.add(text.lower())
    for name, text in countries:
        if text in shown:
            name.label, name.method = "ORG", "team"


def _mark_opponents(names: Sequence[Name], tokens: Tokens) -> None:
    sport = words("sports_words")
    for at in [i for i, word in enumerate(tokens.lower) if word in _AGAINST]:
        sent = tokens.sents[at]
        first, end = bisect_left(tokens.sents, sent), bisect_left(tokens.sents, sent + 1)
        if sport.isdisjoint(tokens.lower[first:end]):
            continue
        for name in names:
            is_beside = name.end == at or name.start == at + 1
            if (
                is_beside
                and name.label == "GPE"
                and territory_code(" ".join(tokens.words[name.start : name.end]))
            ):
                name.label, name.method = "ORG", "team"
