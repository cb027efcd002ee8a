"""National teams: in an article about sport, "England beat Samoa" speaks of two teams, not two countries."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.components.gazetteer import territory_code
from pipeline.components.mentions import Name
from pipeline.components.tokens import Tokens
from pipeline.lexicons import words

MIN_DISTINCT = 5
MIN_SHARE = 0.015
_PLACE_CUES = frozenset(("in", "at", "near", "to", "from", "across", "into", "visit", "visiting"))


def mark_teams(names: Sequence[Name], tokens: Tokens) -> None:
    """Relabel names of countries that stand for their teams as organisations (method "team").

    Only in a document with many words of sport, and only where the name acts or is acted upon as a team is
    (lexicon `match_words`); "in England" stays the country.
    """
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
        if before in _PLACE_CUES or (before == "the" and tokens.lower[name.start - 2] in _PLACE_CUES):
            continue
        countries.append((name, text.lower()))
        head = tokens.heads[name.end - 1]
        near = {before, tokens.lower[head]} if head != name.end - 1 else {before}
        near.update(tokens.lower[tokens.heads[head] : tokens.heads[head] + 1])
        if name.end < len(tokens):
            near.add(tokens.lower[name.end])
            if tokens.lower[name.end].isdigit() and len(tokens.lower[name.end]) < 3:
                shown.add(text.lower())
        if near & cues:
            shown.add(text.lower())
    for name, text in countries:
        if text in shown:
            name.label, name.method = "ORG", "team"
