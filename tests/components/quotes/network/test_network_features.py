"""What the network is told of words."""

import numpy as np
from docs_by_hand import parsed
from spacy.lang.en import English
from spacy.language import Language

from pipeline.components.quotes.network.features import QuoteFeatures, quote_features
from pipeline.components.quotes.network.inputs import COLUMN_OFFSETS, COLUMNS, FLAGS

TEXT = """Harbour wall to be rebuilt.

“We will rebuild the harbour wall before winter,” Mayor Ilse Brandt said on Tuesday. “It is a promise.”

According to the engineers, the storm moved forty tonnes of stone. The council denied that it had ignored
their warnings."""


def test_features_stay_inside_their_columns() -> None:
    doc = parsed(
        "She/PRP/nsubj/1 said/VBD/ROOT/1 that/IN/mark/4 rain/NN/nsubj/4 fell/VBD/ccomp/1 ././punct/1"
    )
    features = quote_features([doc])
    assert features.columns.shape == (6, len(COLUMNS))
    assert features.flags.shape == (6, len(FLAGS))
    assert (features.columns >= COLUMN_OFFSETS[:-1]).all()
    assert (features.columns < COLUMN_OFFSETS[1:]).all()
    assert features.heads.tolist() == [1, 1, 4, 4, 1, 1]


def test_features_of_many_documents_are_those_of_each(nlp: Language) -> None:
    texts = [TEXT, "", "\n", "“No,” he said.\n\n“Never", "‘a", "b’ c.” She left.", "The end"]
    docs = list(nlp.pipe(texts))
    together = quote_features(docs)
    assert set(together.documents.tolist()) == {0, 3, 4, 5, 6}
    for number, doc in enumerate(docs):
        alone = quote_features([doc])
        own = together.documents == number
        base = int(np.argmax(own))
        for name in ("tokens", "columns", "flags", "vector_rows", "tags", "deps", "entities", "marks"):
            assert (getattr(together, name)[own] == getattr(alone, name)).all(), (number, name)
        assert (together.heads[own] - base == alone.heads).all()
        for name in ("rule_cues", "rule_sources"):
            theirs = getattr(together, name)[own]
            assert (np.where(theirs < 0, theirs, theirs - base) == getattr(alone, name)).all()
        for name in ("sentences", "paragraphs"):
            assert (np.diff(getattr(together, name)[own]) == np.diff(getattr(alone, name))).all()


def test_proper_nouns_and_numbers_have_neither_form_nor_vector() -> None:
    vocab = English().vocab  # a bare Vocab makes no lower-case forms

    def make(word: str, tag: str) -> QuoteFeatures:
        return quote_features([parsed(f"{word}/{tag}/nsubj/1 fell/VBD/ROOT/1", vocab=vocab)])

    lexical = [list(COLUMNS).index(name) for name in ("word_a", "word_b", "suffix")]
    assert (make("Rain", "NNP").columns[0, lexical] == make("Snow", "NNP").columns[0, lexical]).all()
    assert (make("Rain", "NN").columns[0, lexical] != make("Snow", "NN").columns[0, lexical]).any()
