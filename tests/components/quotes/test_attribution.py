"""The rules, on documents whose parse is built by hand, so that no model is needed."""

import pytest
from docs_by_hand import parsed
from hypothesis import given
from hypothesis import strategies as st
from spacy.tokens import Doc
from spacy.vocab import Vocab

from pipeline.components.doc.columns import read_columns
from pipeline.components.quotes import find_quotes
from pipeline.components.quotes.attribution import find_attributions
from pipeline.components.quotes.candidates import QuoteCandidate
from pipeline.components.quotes.parsed import Parse
from pipeline.components.quotes.regions import find_regions
from pipeline.lexicons import Lexicon


def found(doc: Doc) -> list[QuoteCandidate]:
    parse = Parse(read_columns(doc))
    return find_attributions(parse, find_regions(parse.text))


def read(doc: Doc) -> list[tuple[str, str, str | None]]:
    """Content, cue and speaker of each candidate, in words."""
    return [
        (
            " … ".join(doc[start:end].text for start, end in c.content),
            " ".join(doc[t].text for t in c.cue),
            doc[c.speaker[0] : c.speaker[1]].text if c.speaker is not None else None,
        )
        for c in found(doc)
    ]


def test_a_clause_is_the_content_of_its_verb() -> None:
    doc = parsed(
        *("Ann/NNP/nsubj/1", "said/VBD/ROOT/1", "that/IN/mark/4", "it/PRP/nsubj/4", "fell/VBD/ccomp/1"),
        "././punct/1",
    )
    assert read(doc) == [("that it fell", "said", "Ann")]


def test_a_participle_has_the_subject_of_the_verb_above() -> None:
    doc = parsed(
        *("Ann/NNP/nsubj/1", "left/VBD/ROOT/1", ",/,/punct/1", "saying/VBG/advcl/1", "it/PRP/nsubj/5"),
        *("fell/VBD/ccomp/3", "././punct/1"),
    )
    assert read(doc) == [("it fell", "saying", "Ann")]


def test_the_object_of_a_judgement_is_its_content() -> None:
    doc = parsed("Ann/NNP/nsubj/1", "criticised/VBD/ROOT/1", "the/DT/det/3", "plan/NN/dobj/1", "././punct/1")
    assert read(doc) == [("the plan", "criticised", "Ann")]


def test_a_passive_has_its_agent_for_speaker_and_its_subject_for_content() -> None:
    doc = parsed(
        *("The/DT/det/1", "plan/NN/nsubjpass/3", "was/VBD/auxpass/3", "denounced/VBN/ROOT/3"),
        *("by/IN/agent/3", "Ann/NNP/pobj/4", "././punct/3"),
    )
    assert read(doc) == [("The plan", "was denounced", "Ann")]


def test_a_passive_without_agent_has_no_speaker() -> None:
    doc = parsed(
        "The/DT/det/1", "plan/NN/nsubjpass/3", "was/VBD/auxpass/3", "denounced/VBN/ROOT/3", "././punct/3"
    )
    assert read(doc) == [("The plan", "was denounced", None)]


def test_a_noun_has_its_possessor_for_speaker() -> None:
    doc = parsed(
        *("Ann/NNP/poss/2", "'s/POS/case/0", "claim/NN/nsubj/6", "that/IN/mark/5", "it/PRP/nsubj/5"),
        *("fell/VBD/acl/2", "spread/VBD/ROOT/6", "././punct/6"),
    )
    assert ("that it fell", "claim", "Ann 's") in read(doc)


def test_an_adjective_of_mind_takes_a_clause() -> None:
    doc = parsed(
        *("Ann/NNP/nsubj/1", "is/VBZ/ROOT/1", "sure/JJ/acomp/1", "it/PRP/nsubj/4", "fell/VBD/ccomp/2"),
        "././punct/1",
    )
    assert read(doc) == [("it fell", "is sure", "Ann")]


def test_a_reporting_clause_set_in_between_has_its_speaker_behind() -> None:
    doc = parsed(
        *("Bridges/NNS/nsubj/2", ",/,/punct/2", "said/VBD/ROOT/2", "Miller/NNP/dobj/2", ",/,/punct/2"),
        *("fell/VBD/ccomp/2", "././punct/2"),
    )
    assert read(doc) == [("Bridges … fell", "said", "Miller")]


def test_content_ends_with_its_paragraph() -> None:
    doc = parsed(
        *("Ann/NNP/nsubj/1", "said/VBD/ROOT/1", "it/PRP/nsubj/3", "fell/VBD/ccomp/1", "\n\n/_SP/dep/3"),
        *("yesterday/NN/npadvmod/3", "././punct/1"),
    )
    assert read(doc) == [("it fell", "said", "Ann")]


def test_the_cue_beside_the_marks_comes_before_the_parse() -> None:
    doc = parsed(
        *("“/``/punct/5", "It/PRP/nsubj/2", "fell/VBD/ROOT/2", ",/,/punct/2", "”/''/punct/2"),
        *("Ann/NNP/nsubj/6", "said/VBD/dep/2", "././punct/2"),
    )
    assert read(doc) == [("It fell", "said", "Ann")]


@pytest.mark.parametrize("dash", ["-", "–", "—", "―"])
def test_a_signature_names_the_speaker(dash: str) -> None:
    doc = parsed(
        *("“/``/punct/2", "It/PRP/nsubj/2", "fell/VBD/ROOT/2", "././punct/2", "”/''/punct/2"),
        *(f"{dash}/:/punct/6", "Ann/NNP/ROOT/6"),
    )
    assert [(c[0], c[2]) for c in read(doc)] == [("It fell", "Ann")]


DEPS = [
    "nsubj",
    "ccomp",
    "dobj",
    "ROOT",
    "prep",
    "pobj",
    "parataxis",
    "relcl",
    "conj",
    "punct",
    "agent",
    "acl",
]
TAGS = ["NNP", "VBD", "VBG", "VBN", "IN", ".", "PRP", "``", "NN", "JJ", "_SP"]
WORDS = [
    "Ann",
    "said",
    "told",
    "claim",
    "according",
    "to",
    "aware",
    "who",
    "she",
    "“",
    "”",
    '"',
    ":",
    ",",
    ".",
    "\n\n",
    "—",
]


@given(st.data())
def test_any_parse_is_survived(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 14))
    choice = {
        name: data.draw(st.lists(st.sampled_from(values), min_size=size, max_size=size))
        for name, values in (("words", WORDS), ("tags", TAGS), ("deps", DEPS))
    }
    # Any tree: each token hangs on one before it in a random order.
    order = data.draw(st.permutations(range(size)))
    heads = list(range(size))
    for at, token in enumerate(order[1:], start=1):
        heads[token] = order[data.draw(st.integers(0, at - 1))]
    doc = Doc(Vocab(), words=choice["words"], tags=choice["tags"], deps=choice["deps"], heads=heads)
    for candidate in found(doc):
        ends = [place for piece in candidate.content for place in piece]
        assert ends == sorted(ends)
        assert all(0 <= start < end <= size for start, end in candidate.content)


class OfGronking(Lexicon):
    """A language in which one gronks."""

    def entries(self, name: str) -> dict[str, str]:
        return {"gronk": "speech c"} if name == "cue_verbs" else super().entries(name)


def test_the_words_are_those_of_the_lexicon_that_is_handed_in() -> None:
    doc = parsed(
        *("Ann/NNP/nsubj/1", "gronked/VBD/ROOT/1", "it/PRP/nsubj/3", "fell/VBD/ccomp/1", "././punct/1")
    )
    assert not list(find_quotes(doc, model="rules"))
    (quotation,) = find_quotes(doc, model="rules", lexicon=OfGronking("en"))
    assert [span.text for span in (*quotation.content, *quotation.cue)] == ["it fell", "gronked"]
