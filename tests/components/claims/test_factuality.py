"""Factuality: what negation, modals and governing words do to an event."""

import pytest
from docs_by_hand import parsed

from pipeline.components.claims.factuality import factuality, rule_factuality
from pipeline.components.doc.columns import read_columns
from pipeline.components.doc.tree import Tree, read_tree


def tree(text: str) -> Tree:
    return read_tree(read_columns(parsed(text)))


PLAIN = "Mills/NNS/nsubj/1 closed/VBD/ROOT/1 in/IN/prep/1 May/NNP/pobj/2"
NEGATED = "Mills/NNS/nsubj/3 did/VBD/aux/3 not/RB/neg/3 close/VB/ROOT/3"
POSSIBLE = "Mills/NNS/nsubj/2 may/MD/aux/2 close/VB/ROOT/2"
FAILED = "Mills/NNS/nsubj/1 failed/VBD/ROOT/1 to/TO/aux/3 close/VB/xcomp/1"
PLANNED = "Mills/NNS/nsubj/1 plan/VBP/ROOT/1 to/TO/aux/3 close/VB/xcomp/1"
NOT_FAILED = "Mills/NNS/nsubj/3 did/VBD/aux/3 not/RB/neg/3 fail/VB/ROOT/3 to/TO/aux/5 close/VB/xcomp/3"


@pytest.mark.parametrize(
    ("text", "event", "value", "reasons"),
    [
        (PLAIN, 1, 3.0, ()),
        (NEGATED, 3, -3.0, ("not",)),
        (POSSIBLE, 2, 0.5, ("may",)),
        (FAILED, 3, -3.0, ("failed",)),
        (PLANNED, 3, 0.75, ("plan",)),
    ],
)
def test_rules_name_their_reasons(text: str, event: int, value: float, reasons: tuple[str, ...]) -> None:
    assert rule_factuality(tree(text), event) == (value, reasons)


def test_the_regressor_puts_them_in_order() -> None:
    plain, planned, failed = (factuality(tree(t), i) for t, i in ((PLAIN, 1), (PLANNED, 3), (FAILED, 3)))
    assert 3.0 >= plain > planned > failed >= -3.0
    assert factuality(tree(NEGATED), 3) < 0 < factuality(tree(POSSIBLE), 2) < plain


def test_weights_are_stable_between_processes() -> None:
    assert factuality(tree(PLAIN), 1) == factuality(tree(PLAIN), 1)
    assert factuality(tree(NOT_FAILED), 5) > factuality(tree(FAILED), 3)
