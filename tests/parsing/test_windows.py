"""A long text is parsed in windows: nothing is lost, and the parse is as it would have been."""

from itertools import pairwise

import pytest
from spacy.language import Language
from spacy.tokens import Doc

from benchmarks.linear import KINDS
from pipeline.nlp import load_nlp
from pipeline.parsing import windows
from pipeline.parsing.batches import parse_texts
from pipeline.parsing.bins import bins_to_docs, docs_to_bins
from pipeline.parsing.windows import _cuts, parse_in_windows

pytestmark = pytest.mark.model
TEXT = KINDS["ordinary news"](12_000)


@pytest.fixture(scope="module")
def nlp() -> Language:
    return load_nlp()


def test_the_parse_is_that_of_the_whole(nlp: Language, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = nlp(TEXT)
    monkeypatch.setattr(windows, "WINDOW", 3_000)
    cut = parse_in_windows(nlp, TEXT)
    assert cut.text == TEXT
    assert len([*_cuts(cut)]) > 5
    assert [sentence.start for sentence in cut.sents] == [sentence.start for sentence in whole.sents]
    pairs = zip(whole, cut, strict=True)
    same = [(a.head.i, a.dep, a.tag, a.ent_type) == (b.head.i, b.dep, b.tag, b.ent_type) for a, b in pairs]
    assert sum(same) / len(same) > 0.995
    (kept,) = bins_to_docs(docs_to_bins([cut]), nlp.vocab)
    assert [token.head.i for token in kept] == [token.head.i for token in cut]


@pytest.mark.parametrize(
    "text", [TEXT, "word " * 3_000, "No stop\n" * 1_500, "x" * 2_000 + " " + "y. " * 2_000]
)
def test_no_window_is_longer_than_it_may_be(
    nlp: Language, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setattr(windows, "WINDOW", 2_500)
    doc = nlp.make_doc(text)
    cuts = [*_cuts(doc)]
    assert cuts[0] == 0 and cuts[-1] == len(doc) and cuts == sorted(set(cuts))
    assert all(len(doc[a:b].text) <= 2_500 for a, b in pairwise(cuts))


def test_a_window_ends_with_a_sentence_where_there_is_one(
    nlp: Language, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(windows, "WINDOW", 2_500)
    doc = nlp.make_doc(TEXT)
    before = [doc[at - 1] for at in [*_cuts(doc)][1:-1]]
    assert before and all(token.text == "." or token.is_space for token in before)


def test_a_long_text_among_short_ones_is_parsed(nlp: Language, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(windows, "WINDOW", 3_000)
    monkeypatch.setattr("pipeline.parsing.batches.WINDOW", 3_000)
    monkeypatch.setattr("pipeline.parsing.by_length._BATCH_CHARS", 3_000)
    texts = ["Ada Brook left.", TEXT, "The pier is shut."]
    parsed = []
    for doc, _ in parse_texts(nlp, [(text, None) for text in texts]):
        assert isinstance(doc, Doc)
        parsed.append((doc.text, doc.has_annotation("DEP")))
    assert parsed == [(text, True) for text in texts]
