"""The words that attribute, and the lexicon that they are made from."""

import pytest

from pipeline.components.quotes.cues import cue_kind, read_cues
from pipeline.lexicons import lexicon

WORDS = lexicon()
CUES = WORDS.made(read_cues)


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
