"""Names that the model overlooked, or found only a part of.

Each rule is a function `rule(ledger, tokens) -> None` that adds names to the ledger of a document, widens
them or removes them; none of them lets two names overlap. Their order is that of trust: a later rule finds
the tokens covered that an earlier one has used.
"""

from __future__ import annotations

from collections.abc import Callable

from pipeline.components.doc.tokens import Tokens
from pipeline.components.entities.ledger import Ledger
from pipeline.components.entities.name import Name
from pipeline.components.entities.overlooked.lines import clear_capitals, clear_share_bars
from pipeline.components.entities.overlooked.listed import add_brands, add_listed, mark_towns
from pipeline.components.entities.overlooked.repeated import add_repeated
from pipeline.components.entities.overlooked.runs import (
    add_codes,
    add_runs,
    add_ships,
    add_titled,
    add_works,
)
from pipeline.components.entities.overlooked.wholes import (
    add_brands_with_apostrophe,
    add_joined,
    join_peoples,
    part_persons,
)
from pipeline.components.entities.overlooked.widened import (
    add_initials,
    add_model_numbers,
    add_nations,
    add_purposes,
    join_branches,
    widen_over_capitals,
)

Rule = Callable[[Ledger, Tokens], None]

RULES: tuple[Rule, ...] = (
    clear_share_bars,
    clear_capitals,
    add_initials,
    add_ships,
    add_works,
    widen_over_capitals,
    add_purposes,
    add_nations,
    join_branches,
    add_model_numbers,
    mark_towns,
    add_listed,
    add_brands,
    add_titled,
    add_runs,
    add_codes,
    add_repeated,
)


def find_overlooked(names: list[Name], tokens: Tokens) -> list[Name]:
    """Return the names and what the model overlooked, in text order.

    Args:
        names: of the model, cleaned; they pass to the rules, which change them.
        tokens: the document.
    """
    ledger = Ledger(names, tokens)
    for rule in RULES:
        rule(ledger, tokens)
    return sorted(ledger.names, key=lambda name: name.start)


def found_again(names: list[Name], tokens: Tokens) -> list[Name]:
    """Return the names, whole, and where else in the document they stand, in text order.

    Args:
        names: looked over since the other rules ran; they pass to these rules, which change them.
        tokens: the document.
    """
    ledger = Ledger(names, tokens)
    for rule in (add_joined, add_brands_with_apostrophe, join_peoples, part_persons, add_repeated):
        rule(ledger, tokens)
    return sorted(ledger.names, key=lambda name: name.start)
