"""The patched pipeline predicts what stock spaCy predicts, on anything, and stays bounded."""

import math
import pickle
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import spacy
from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example
from thinc.api import Config, Model, fix_random_seed

from benchmarks.articles import articles
from pipeline.nlp import load_nlp
from pipeline.parsing.embeddings import Embedding
from pipeline.parsing.fastparse import _Tok2Vec, speed_up

ODD_TEXTS = (
    "",
    " ",
    "\n\n\n",
    "Rain.",
    "Rain",
    "?",
    "  Two spaces before, three after.   ",
    "\tTabs\tand\r\nline ends\x0b\x0c\x85 of all sorts\u2028here\u2029.",
    "Zoë Łąkowska met Þórður in Kraków; ΔΕΛΤΑ and Ωmega, Ёлкин и Щука, 東京 and القاهرة were named.",
    "e\u0301crit, 👩‍👩‍👧‍👦 and 🇺🇳 \u200bzero\u200dwidth\ufeff marks, ﬁne ligatures, ½ of №5",
    "“Quotes ‘inside’ quotes,” she said; „deutsch“, «français», ''tex'' and \"plain\".",
    "http://example.org/a?b=c&d=é mailto:desk@example.org @handle #tag $5.3m -12.5% 1,000,000 3-2 U.N. a.m.",
    "not n't gonna wanna can't ca n't 's 'S '90s 10:30pm don’t",
    "x" * 5_000,
    "ab " * 3_000,
    ". " * 1_000,
    "\x00\x01\x1b[0m control",
    "WORD " * 40 + "word " * 40 + "Word",
)


def generated(n: int, seed: int = 0) -> list[str]:
    return [article["text"] for article in articles(n, seed=seed)]


@pytest.fixture(scope="module")
def fast() -> Language:
    return load_nlp(reading=False)


@pytest.fixture(scope="module")
def texts() -> list[str]:
    """About 80,000 tokens: articles of ordinary length, one as long as fifty, and the odd ones among them."""
    ordinary = generated(110)
    return [*ordinary[:50], *ODD_TEXTS, "\n\n".join(generated(50, seed=1)), *ordinary[50:]]


def patched(nlp: Language) -> Iterator[_Tok2Vec]:
    for _, component in nlp.pipeline:
        model = getattr(component, "model", None)
        for node in model.walk() if isinstance(model, Model) else ():
            if isinstance(node._func, _Tok2Vec):
                yield node._func


def differing(stock: Sequence[Doc], fast: Sequence[Doc], attribute: str) -> int:
    return sum(
        int((a.to_array([attribute]) != b.to_array([attribute])).sum())
        for a, b in zip(stock, fast, strict=True)
    )


def rows_kept(nlp: Language) -> list[int]:
    return [len(tok2vec.cache.row_of) for tok2vec in patched(nlp)]


def entities(doc: Doc) -> list[tuple[int, int, str]]:
    return [(ent.start_char, ent.end_char, ent.label_) for ent in doc.ents]


def assert_same(stock: Sequence[Doc], fast: Sequence[Doc]) -> None:
    """Same tokens and entities; of tags, heads and labels at most one in 100,000 may differ."""
    n_tokens = sum(map(len, stock))
    assert differing(stock, fast, "ORTH") == 0
    for attribute in ("TAG", "HEAD", "DEP", "SENT_START"):
        assert differing(stock, fast, attribute) <= math.ceil(n_tokens / 100_000), attribute
    assert [entities(doc) for doc in stock] == [entities(doc) for doc in fast]


@pytest.mark.slow
@pytest.mark.model
def test_predictions_are_those_of_stock_spacy(nlp: Language, fast: Language, texts: list[str]) -> None:
    assert len(list(patched(fast))) == 2
    stock_docs = list(nlp.pipe(texts))
    assert sum(map(len, stock_docs)) > 60_000
    assert sum(len(doc.ents) for doc in stock_docs) > 3_000
    assert_same(stock_docs, list(fast.pipe(texts, batch_size=32)))


@pytest.mark.model
def test_a_doc_alone_is_parsed_like_one_in_a_batch(nlp: Language, fast: Language) -> None:
    assert_same([nlp(text) for text in ODD_TEXTS], [fast(text) for text in ODD_TEXTS])


@pytest.mark.model
def test_tok2vec_arrays_are_close_at_every_place_of_a_doc(nlp: Language, fast: Language) -> None:
    words = generated(1)[0].split()
    # Docs shorter than the field of view, and some on either side of a piece of 512 rows.
    sizes = [0, 1, 2, 3, 4, 5, 8, 9, 0, 490, 503, 504, 505, 512, 513, 1030, 1]
    docs = [
        Doc(nlp.vocab, words=[words[(at * at + size) % len(words)] for at in range(size)]) for size in sizes
    ]
    for name in ("tok2vec", "ner"):
        pipes: list[Any] = [nlp.get_pipe(name), fast.get_pipe(name)]
        stock_model, fast_model = (pipe.model for pipe in pipes)
        if name == "ner":
            stock_model, fast_model = (m.get_ref("tok2vec").layers[0] for m in (stock_model, fast_model))
        for ours, theirs in zip(fast_model.predict(docs), stock_model.predict(docs), strict=True):
            assert ours.shape == theirs.shape
            np.testing.assert_allclose(ours, theirs, atol=2e-4)


@pytest.mark.model
def test_a_word_has_a_row_for_each_way_in_which_its_embedding_differs() -> None:
    fast = load_nlp(reading=False)
    shared, of_names = patched(fast)
    assert (shared.cache.attributes, of_names.cache.attributes) == (
        ["ORTH", "NORM", "SPACY"],
        ["ORTH", "NORM"],
    )
    docs = [Doc(fast.vocab, words=["rain", "rain", "Rain", "fell"], spaces=[True, False, True, False])] * 2
    norms = Doc(fast.vocab, words=["rain"], spaces=[False])
    norms[0].norm_ = "snow"
    for tok2vec, rows in ((shared, 5), (of_names, 4)):
        for _ in range(2):
            vectors, numbers = tok2vec.cache.read([*docs, norms])
            assert len(tok2vec.cache.row_of) == len(vectors) == rows
            flat = vectors[numbers]
            assert (flat[:4] == flat[4:8]).all()
            assert not (flat[8] == flat[1]).any()
            expected = tok2vec.cache.embedding([docs[0], norms], np.arange(5))
            np.testing.assert_array_equal(flat[4:], expected)


@pytest.mark.model
@pytest.mark.parametrize("values", [[7, 2, 7, 0], [0], [3, 3, 3], [8, 7, 6, 8, 1]])
def test_tokens_are_numbered_in_the_order_in_which_they_come(fast: Language, values: list[int]) -> None:
    order = [*dict.fromkeys(values)]
    doc = Doc(fast.vocab, words=[f"pier{value}" for value in values], spaces=[True] * len(values))
    for tok2vec in patched(fast):
        for _ in range(2):  # as new words, and out of the table
            vectors, numbers = tok2vec.cache.read([doc])
            assert len(vectors) == len(order)
            assert [order[number] for number in numbers] == values
            np.testing.assert_array_equal(
                vectors[numbers], tok2vec.cache.embedding([doc], np.arange(len(doc)))
            )


@pytest.mark.model
def test_the_cache_survives_the_memory_zones_in_which_its_words_were_new(nlp: Language) -> None:
    fast = load_nlp(reading=False)
    text = "Quillmarra Vexholt of the Trobundi Council met Zanthe Orrowick in Belgium on Friday."
    expected = entities(nlp(text))
    assert expected
    rows = []
    for number in range(4):
        with fast.memory_zone():
            assert [entities(doc) for doc in fast.pipe([text])] == [expected]
            rows.append(rows_kept(fast))
        assert "Quillmarra" not in fast.vocab.strings
        if number < 2:
            with fast.memory_zone():  # other words take the memory that was given back
                assert_same(
                    list(nlp.pipe(generated(2, seed=number))), list(fast.pipe(generated(2, seed=number)))
                )
    assert rows[0] < rows[1] < rows[2]  # what the other zones brought stays
    assert rows[2] == rows[3]  # and what is known is not computed again


@pytest.mark.slow
@pytest.mark.model
def test_a_full_cache_starts_again(nlp: Language) -> None:
    fast = speed_up(load_nlp(fast=False, reading=False), cache_rows=1_000)
    rows = []
    for seed in range(6):
        texts = generated(3, seed=seed)
        assert_same(list(nlp.pipe(texts)), list(fast.pipe(texts)))
        rows.append(rows_kept(fast))
    assert any(after < before for before, after in pairwise(rows))
    assert all(0 < kept <= 1_000 for pair in rows for kept in pair)


@pytest.mark.model
def test_a_batch_with_more_words_than_the_cache_has_rows_is_computed_without_it(nlp: Language) -> None:
    fast = speed_up(load_nlp(fast=False, reading=False), cache_rows=3)
    texts = ["Rain.", *generated(2), "", "Rain."]
    assert_same(list(nlp.pipe(texts)), list(fast.pipe(texts)))
    assert rows_kept(fast) == [0, 0]
    assert_same([nlp("Rain.")], [fast("Rain.")])
    assert rows_kept(fast) == [2, 2]


@pytest.mark.slow
@pytest.mark.model
def test_vectors_do_not_depend_on_what_was_parsed_before() -> None:
    texts = generated(6, seed=3)
    fresh = [doc.tensor for doc in load_nlp(reading=False).pipe(texts, batch_size=3)]
    used = load_nlp(reading=False)
    for text in reversed(generated(8, seed=3)):
        used(text)
    again = [doc.tensor for doc in used.pipe(texts, batch_size=3)]
    for one, other in zip(fresh, again, strict=True):
        assert np.array_equal(one, other)


@pytest.mark.model
def test_vectors_do_not_depend_on_the_texts_before(fast: Language) -> None:
    text = generated(1, seed=5)[0]
    before = (["Rain."], ["More rain fell."], ["It rained all day."], generated(2, seed=6))
    # Convolutions go over 512 rows at a time: of the longer texts one or a few are left over.
    cases = [*((some, text) for some in before), *((["Rain."], "Rain. " * n) for n in range(250, 260))]
    for some, last in cases:
        *_, doc = fast.pipe([*some, last], batch_size=8)
        assert np.array_equal(doc.tensor, fast(last).tensor)


@pytest.mark.model
def test_an_exception_while_embeddings_are_computed_leaves_a_good_cache(
    nlp: Language, monkeypatch: pytest.MonkeyPatch
) -> None:
    fast = load_nlp(reading=False)
    list(fast.pipe(generated(1)))

    def stopped(self: object, pieces: object) -> None:
        raise TimeoutError

    with monkeypatch.context() as patch, pytest.raises(TimeoutError):
        patch.setattr(Embedding, "_maxout", stopped)
        list(fast.pipe(generated(3)))
    assert_same(list(nlp.pipe(generated(3))), list(fast.pipe(generated(3))))


@pytest.mark.model
def test_a_norm_of_its_own_makes_a_token_another(nlp: Language, fast: Language) -> None:
    def docs(pipeline: Language) -> list[Doc]:
        made = [pipeline.make_doc("The bank of Norway sold the bank to Bank.") for _ in range(3)]
        for token in made[1]:
            token.norm_ = "weather"
        return list(pipeline.pipe(made))

    ours, theirs = docs(fast), docs(nlp)
    assert_same(theirs, ours)
    np.testing.assert_allclose(ours[0].tensor, ours[2].tensor, atol=2e-4)
    assert np.abs(ours[0].tensor - ours[1].tensor).max() > 0.1
    for one, other in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(one.tensor, other.tensor, atol=2e-4)


TOK2VEC = """
[nlp]
lang = "en"
pipeline = ["tok2vec", "tagger"]
[components]
[components.tok2vec]
factory = "tok2vec"
[components.tok2vec.model]
@architectures = "spacy.Tok2Vec.v2"
[components.tok2vec.model.embed]
{embed}
[components.tok2vec.model.encode]
{encode}
[components.tagger]
factory = "tagger"
[components.tagger.model]
@architectures = "spacy.Tagger.v2"
[components.tagger.model.tok2vec]
@architectures = "spacy.Tok2VecListener.v1"
width = 32
"""
HASHED = """
@architectures = "spacy.MultiHashEmbed.v2"
width = 32
attrs = {attrs}
rows = [200, 100]
include_static_vectors = false
"""
CHARACTERS = """
@architectures = "spacy.CharacterEmbed.v2"
width = 32
rows = 200
nM = 8
nC = 4
include_static_vectors = false
"""
CONVOLUTIONS = """
@architectures = "spacy.{name}.v2"
width = 32
depth = {depth}
window_size = {window}
"""
LEXICAL = HASHED.format(attrs='["LOWER", "SHAPE"]')
MAXOUT = CONVOLUTIONS + "maxout_pieces = {pieces}"
WORDS = ["a", "few", "words", "of", "which", "some", "come", "again", "and", "some", "words", "do", "not"]


def small(embed: str, encode: str, seed: int = 0) -> Language:
    """A little pipeline with random weights."""
    fix_random_seed(seed)
    nlp = spacy.util.load_model_from_config(
        Config().from_str(TOK2VEC.format(embed=embed, encode=encode)), auto_fill=True
    )
    nlp.initialize(lambda: examples(nlp))
    return nlp


def examples(nlp: Language) -> list[Example]:
    tags = [("X", "Y")[at % 2] for at in range(len(WORDS))]
    return [Example(Doc(nlp.vocab, words=WORDS), Doc(nlp.vocab, words=WORDS, tags=tags))]


@pytest.mark.parametrize(("depth", "pieces"), [(1, 1), (1, 3), (2, 2), (5, 4)])
def test_other_depths_and_widths_are_read_too(depth: int, pieces: int) -> None:
    encode = MAXOUT.format(name="MaxoutWindowEncoder", depth=depth, window=1, pieces=pieces)
    stock, fast = small(LEXICAL, encode), speed_up(small(LEXICAL, encode))
    assert len(list(patched(fast))) == 1
    texts = [" ".join(WORDS[:n]) for n in (0, 1, 2, 13)] + [" ".join(WORDS * 60)]
    for ours, theirs in zip(fast.pipe(texts), stock.pipe(texts), strict=True):
        np.testing.assert_allclose(ours.tensor, theirs.tensor, atol=1e-5)


@pytest.mark.parametrize(
    ("embed", "encode"),
    [
        (LEXICAL, MAXOUT.format(name="MaxoutWindowEncoder", depth=2, window=2, pieces=3)),
        (LEXICAL, CONVOLUTIONS.format(name="MishWindowEncoder", depth=2, window=1)),
        (CHARACTERS, MAXOUT.format(name="MaxoutWindowEncoder", depth=2, window=1, pieces=3)),
        (
            HASHED.format(attrs='["NORM", "TAG"]'),
            MAXOUT.format(name="MaxoutWindowEncoder", depth=2, window=1, pieces=3),
        ),
    ],
    ids=["window", "mish", "characters", "tag"],
)
def test_what_is_not_known_stays_as_it_is(embed: str, encode: str) -> None:
    stock, fast = small(embed, encode), speed_up(small(embed, encode))
    assert not list(patched(fast))
    text = " ".join(WORDS)
    assert np.array_equal(stock(text).tensor, fast(text).tensor)


def test_training_goes_through_the_original_layers() -> None:
    encode = MAXOUT.format(name="MaxoutWindowEncoder", depth=2, window=1, pieces=3)
    stock, fast = small(LEXICAL, encode), speed_up(small(LEXICAL, encode))
    losses = []
    pipelines: tuple[Any, ...] = (stock, fast)  # the making of an optimizer has no types
    for nlp in pipelines:
        fix_random_seed(1)
        sgd = nlp.create_optimizer()
        losses.append([nlp.update(examples(nlp), sgd=sgd)["tagger"] for _ in range(3)])
    assert losses[0] == losses[1]
    assert losses[0][2] < losses[0][0]


def test_a_patched_pipeline_can_be_saved_and_patched_again(tmp_path: Path) -> None:
    encode = MAXOUT.format(name="MaxoutWindowEncoder", depth=2, window=1, pieces=3)
    fast = speed_up(speed_up(small(LEXICAL, encode)))
    assert len(list(patched(fast))) == 1
    text = " ".join(WORDS)
    tensor = fast(text).tensor
    fast.to_disk(tmp_path / "saved")
    saved = spacy.load(tmp_path / "saved")
    np.testing.assert_allclose(saved(text).tensor, tensor, atol=1e-5)


def test_a_patched_pipeline_goes_to_a_process_that_is_spawned() -> None:
    encode = MAXOUT.format(name="MaxoutWindowEncoder", depth=2, window=1, pieces=3)
    fast = speed_up(small(LEXICAL, encode))
    text = " ".join(WORDS)
    tensor = fast(text).tensor
    sent = pickle.loads(pickle.dumps(fast))
    assert len(list(patched(sent))) == 1
    assert np.array_equal(sent(text).tensor, tensor)
