"""Embeddings of tokens from here and there are those of spaCy's layer, whatever stands beside them."""

from typing import Any

import numpy as np
import pytest
import spacy
from spacy.language import Language
from spacy.ml.models.tok2vec import CharacterEmbed, MultiHashEmbed
from spacy.tokens import Doc
from spacy.vectors import Vectors  # type: ignore[import-not-found]
from spacy.vocab import Vocab
from thinc.api import Model, fix_random_seed

from pipeline.parsing.embeddings import Embedding, read_embedding

TEXT = "The ferry to Brinholm sank; nobody on the Ferry was hurt, the owner told us in BRINHOLM on 3 May"


def docs_of(vocab: Vocab) -> list[Doc]:
    words = TEXT.replace(";", " ;").replace(",", " ,").split()
    spaces = [at % 3 > 0 for at in range(len(words))]
    return [Doc(vocab, words=words[:9], spaces=spaces[:9]), Doc(vocab, words=words, spaces=spaces)]


def without_vectors(vocab: Vocab) -> None:
    pass


def by_key(vocab: Vocab) -> None:
    numbers = np.random.default_rng(1).normal(size=(12, 7)).astype(np.float32)
    vocab.vectors = Vectors(data=numbers, keys=TEXT.split()[3:15], strings=vocab.strings)


def by_lower(vocab: Vocab) -> None:
    numbers = np.random.default_rng(2).normal(size=(4, 7)).astype(np.float32)
    keys = ["the", "ferry", "brinholm", "may"]
    vocab.vectors = Vectors(data=numbers, keys=keys, strings=vocab.strings, attr="LOWER")


def of_ngrams(vocab: Vocab) -> None:
    numbers = np.random.default_rng(3).normal(size=(50, 7)).astype(np.float32)
    vocab.vectors = Vectors(
        mode="floret", data=numbers, strings=vocab.strings, minn=3, maxn=4, hash_count=2, bow="<", eow=">"
    )


def layer(docs: list[Doc], attributes: list[str], *, vectors: bool) -> Model[Any, Any]:
    fix_random_seed(0)
    model = MultiHashEmbed(8, attributes, [50] * len(attributes), vectors)
    model.initialize(X=docs)
    return model


def known(embed: Model[Any, Any]) -> Embedding:
    embedding = read_embedding(embed)
    assert embedding is not None
    return embedding


@pytest.mark.parametrize("add_vectors", [without_vectors, by_key, by_lower, of_ngrams])
@pytest.mark.parametrize(
    "attributes", [["NORM"], ["SHAPE", "PREFIX"], ["NORM", "PREFIX", "SUFFIX", "SHAPE", "SPACY", "IS_SPACE"]]
)
def test_embeddings_are_those_of_the_layer(add_vectors: Any, attributes: list[str]) -> None:
    vocab = spacy.blank("en").vocab
    docs = docs_of(vocab)
    add_vectors(vocab)
    embed = layer(docs, attributes, vectors=add_vectors is not without_vectors)
    stock = np.concatenate(embed.predict(docs))
    assert len(np.unique(stock, axis=0)) > 5
    places = np.array([20, 3, 0, 27, 9, 3])
    np.testing.assert_allclose(known(embed)(docs, places), stock[places], atol=1e-5)


@pytest.mark.model
def test_the_embeddings_of_a_model_do_not_depend_on_what_is_computed_with_them(nlp: Language) -> None:
    docs = docs_of(nlp.vocab)
    n = sum(map(len, docs))
    for name in ("tok2vec", "ner"):
        model: Any = nlp.get_pipe(name)
        embed = next(node for node in model.model.walk() if "embed" in node.ref_names).get_ref("embed")
        embedding = known(embed)
        together = embedding(docs, np.arange(n))
        np.testing.assert_allclose(together, np.concatenate(embed.predict(docs)), atol=1e-4)
        for place in range(n):
            np.testing.assert_array_equal(embedding(docs, np.array([place]))[0], together[place])
        many = embedding(docs, np.arange(300) % n)
        np.testing.assert_array_equal(many, together[np.arange(300) % n])


def test_what_an_embedding_depends_on() -> None:
    docs = docs_of(spacy.blank("en").vocab)
    assert known(layer(docs, ["SHAPE"], vectors=False)).key_attributes == ["ORTH", "NORM"]
    assert known(layer(docs, ["SPACY", "SHAPE"], vectors=False)).key_attributes == ["ORTH", "NORM", "SPACY"]


def test_other_layers_are_not_known() -> None:
    docs = docs_of(spacy.blank("en").vocab)
    assert read_embedding(layer(docs, ["NORM", "TAG"], vectors=False)) is None
    assert read_embedding(MultiHashEmbed(8, ["NORM"], [50], False)) is None  # not initialized
    characters = CharacterEmbed(8, 50, 4, 3, False)
    characters.initialize(X=docs)
    assert read_embedding(characters) is None
    turned = layer(docs, ["NORM", "SHAPE"], vectors=False)
    hashed = [node for node in turned.walk() if node.name == "hashembed"]
    for node in hashed:
        node.attrs["column"] = 1 - node.attrs["column"]
    assert read_embedding(turned) is None
