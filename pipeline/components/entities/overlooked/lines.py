"""Lines where the model guesses: bars of buttons, and headlines in capitals."""

from __future__ import annotations

from pipeline.components.doc.tokens import Tokens
from pipeline.components.entities.headlines import capital_lines
from pipeline.components.entities.ledger import Ledger
from pipeline.components.entities.name import Name


def clear_share_bars(ledger: Ledger, tokens: Tokens) -> None:
    """Keep the networks alone in a line of buttons ("Share on Facebook Tweet Post to Reddit")."""
    networks = tokens.lexicon.words("social_networks")
    if networks.isdisjoint(tokens.vocabulary):
        return
    bars = {number for number, kind in enumerate(tokens.kinds) if kind == "share_bar"}
    if not bars:
        return
    buttons = [i for i, word in enumerate(tokens.lower) if word in networks]
    names = [name for name in ledger.names if tokens.lines[name.start] not in bars]
    names += [
        Name(start=i, end=i + 1, label="ORG", method="listed", score=0.7)
        for i in buttons
        if tokens.lines[i] in bars
    ]
    ledger.restart(sorted(names, key=lambda name: name.start))


def clear_capitals(ledger: Ledger, tokens: Tokens) -> None:
    """Keep of a line in capitals only the names that the rest of the text has.

    They come back from there (`add_repeated`), with the right bounds: "TREASURY CHIEF ANA COLVEY QUITS".
    """
    lines = capital_lines(tokens)
    if not lines:
        return

    def spelling(name: Name) -> tuple[str, ...]:
        return tuple(tokens.lower[name.start : name.end])

    outside = [name for name in ledger.names if tokens.lines[name.start] not in lines]
    known = {spelling(name) for name in outside}
    ledger.restart(
        name for name in ledger.names if tokens.lines[name.start] not in lines or spelling(name) in known
    )
