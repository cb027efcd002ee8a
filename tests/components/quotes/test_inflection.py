"""The forms of verbs."""

import pytest

from pipeline.components.quotes.inflection import inflected
from pipeline.lexicons import lexicon


@pytest.mark.parametrize(
    ("verb", "forms"),
    [
        ("claim", {"claim", "claims", "claiming", "claimed"}),
        ("deny", {"deny", "denies", "denying", "denied"}),
        ("say", {"say", "says", "saying", "said"}),
        ("admit", {"admit", "admits", "admitting", "admitted"}),
        ("offer", {"offer", "offers", "offering", "offered"}),
        ("nod", {"nod", "nods", "nodding", "nodded"}),
        ("echo", {"echo", "echoes", "echoing", "echoed"}),
        ("agree", {"agree", "agrees", "agreeing", "agreed"}),
        ("lie", {"lie", "lies", "lying", "lied"}),
        ("announce", {"announce", "announces", "announcing", "announced"}),
        ("vow", {"vow", "vows", "vowing", "vowed"}),
    ],
)
def test_forms_of_a_verb(verb: str, forms: set[str]) -> None:
    assert set(inflected(lexicon(), verb)) == forms
