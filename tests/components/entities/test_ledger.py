"""The ledger of names: which tokens are taken, and what the rules for overlooked names may rely on."""

import pytest
from docs_by_hand import build

from pipeline.components.doc.columns import read_columns
from pipeline.components.doc.tokens import Tokens, read_tokens
from pipeline.components.entities.ledger import Ledger
from pipeline.components.entities.name import Name
from pipeline.components.entities.overlooked import RULES, Rule


def read(text: str) -> Tokens:
    return read_tokens(read_columns(build(text, {})))


def name(start: int, end: int, label: str = "ORG") -> Name:
    return Name(start=start, end=end, label=label, method="ner", score=0.8)


def taken(ledger: Ledger) -> list[int]:
    return [i for i, is_covered in enumerate(ledger.covered) if is_covered]


def test_names_are_covered_as_they_come_and_as_they_grow() -> None:
    ledger = Ledger([name(1, 2)], read("a Marrow Keel of the Quell Bank"))
    ledger.add(name(5, 6))
    ledger.widen(ledger.names[0], start=0, end=3, method="widened")
    assert taken(ledger) == [0, 1, 2, 5]
    assert (ledger.names[0].start, ledger.names[0].end, ledger.names[0].method) == (0, 3, "widened")
    assert ledger.is_covered(2, 5)
    assert not ledger.is_covered(3, 5)


def test_the_tokens_of_a_name_that_is_removed_stay_covered() -> None:
    first, second = name(0, 1), name(2, 4)
    ledger = Ledger([first, second], read("Marrow of Quell Bank"))
    ledger.drop({first})
    ledger.drop_within(3, 4)
    assert (ledger.names, taken(ledger)) == ([], [0, 2, 3])
    ledger.restart([first])
    assert taken(ledger) == [0]


def test_names_that_look_alike_are_two() -> None:
    one, other = name(0, 1), name(0, 1)
    assert one != other
    assert len({one, other}) == 2


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_no_rule_needs_names_tags_or_words(rule: Rule) -> None:
    for text in ("", "he left", "TREASURY CHIEF ANA COLVEY QUITS \n\n He left"):
        tokens = read(text) if text else read_tokens(read_columns(build("x", {})[:0].as_doc()))
        ledger = Ledger([], tokens)
        rule(ledger, tokens)
        assert all(0 <= found.start < found.end <= len(tokens) for found in ledger.names)
