"""The forms of reporting verbs, and the lexicon that they are made from."""

import pytest

from pipeline.components.quotes.cues import cue_kind, read_cues
from pipeline.components.quotes.inflection import inflected
from pipeline.lexicons import lexicon

WORDS = lexicon()
CUES = WORDS.made(read_cues)


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
    assert set(inflected(WORDS, verb)) == forms


def test_a_form_leads_to_its_verb() -> None:
    assert {form: CUES.verbs[form].lemma for form in ("told", "wrote", "swears", "believing")} == {
        "told": "tell",
        "wrote": "write",
        "swears": "swear",
        "believing": "believe",
    }


def test_saying_is_told_from_thinking_and_showing() -> None:
    assert [CUES.verbs[word].kind for word in ("said", "thought", "demonstrates")] == [
        "speech",
        "thought",
        "show",
    ]


def test_every_entry_can_be_read() -> None:
    letters = {frame for cue in CUES.verbs.values() for frame in cue.frames}
    assert letters <= set("cqioxaed")
    known = {cue.lemma for cue in CUES.verbs.values()} | WORDS.words("work_verbs")
    assert set(WORDS.entries("cue_irregular_pasts")) <= known
    assert "claims" in CUES.nouns
    assert CUES.adjectives["aware"].kind == "thought"


def test_an_unknown_kind_is_an_error() -> None:
    with pytest.raises(ValueError, match="gossip"):
        cue_kind("gossip")
