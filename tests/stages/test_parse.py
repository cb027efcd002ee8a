"""Texts become Docs with bounded memory, a poisoned text takes only itself out, and Docs survive as bytes."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import spacy
from spacy.language import Language
from spacy.tokens import Doc, DocBin, Span

from benchmarks.articles import articles
from pipeline.children.guard import Failure
from pipeline.nlp import load_nlp
from pipeline.parsing import batches
from pipeline.parsing.batches import parse_texts
from pipeline.parsing.bins import bins_to_docs, docs_to_bins

pytestmark = pytest.mark.model

ATTRIBUTES: list[int | str] = [
    "ORTH",
    "SPACY",
    "NORM",
    "TAG",
    "HEAD",
    "DEP",
    "SENT_START",
    "ENT_IOB",
    "ENT_TYPE",
]


@Language.component("poison")
def poison(doc: Doc) -> Doc:
    """Do what a text asks for."""
    words = {token.text for token in doc}
    if "ARSENIC" in words:
        raise ValueError("arsenic in the text")
    if "GLUTTON" in words:
        raise MemoryError
    if "SLOTH" in words:
        time.sleep(30)
    return doc


@pytest.fixture(scope="module")
def fast() -> Language:
    return load_nlp()


@pytest.fixture
def poisonable(fast: Language) -> Iterator[Language]:
    fast.add_pipe("poison")
    yield fast
    fast.remove_pipe("poison")


def generated(n: int, seed: int = 0) -> list[str]:
    return [article["text"] for article in articles(n, seed=seed)]


def outcomes(nlp: Language, texts: list[str], **options: float) -> list[tuple[str | Failure, int]]:
    """The text of each Doc, or its failure, with its context."""
    options = {"timeout_s": 60.0, "batch_size": 4, **options}
    return [
        (item if isinstance(item, Failure) else item.text, context)
        for item, context in parse_texts(
            nlp,
            zip(texts, range(len(texts)), strict=True),
            batch_size=int(options["batch_size"]),
            timeout_s=options["timeout_s"],
            max_chars=int(options.get("max_chars", 200_000)),
        )
    ]


def test_docs_come_in_order_with_what_belongs_to_them(fast: Language) -> None:
    texts = ["", "Rain.", *generated(7), " "]
    assert outcomes(fast, texts) == list(zip(texts, range(10), strict=True))
    expected = [[(ent.text, ent.label_) for ent in doc.ents] for doc in fast.pipe(texts)]
    found = [
        [(ent.text, ent.label_) for ent in doc.ents]
        for doc, _ in parse_texts(fast, ((text, None) for text in texts))
        if isinstance(doc, Doc)
    ]
    assert found == expected


def test_no_texts_give_no_docs(fast: Language) -> None:
    assert outcomes(fast, []) == []


def test_texts_are_read_no_further_than_a_batch_ahead(fast: Language) -> None:
    read: list[int] = []

    def texts() -> Iterator[tuple[str, int]]:
        for number in range(100):
            read.append(number)
            yield "Rain fell.", number

    stream: Any = parse_texts(fast, texts(), batch_size=10)
    for expected in range(15):
        assert next(stream)[1] == expected
    assert len(read) <= 21
    stream.close()


def test_a_poisoned_text_takes_only_itself_out(
    poisonable: Language, caplog: pytest.LogCaptureFixture
) -> None:
    texts = ["One.", "ARSENIC here.", "Three.", "Four.", "GLUTTON here.", "Six.", "Seven.", "Eight.", "Nine."]
    found = outcomes(poisonable, texts)
    assert found[1] == (Failure("extraction_error", "ValueError: arsenic in the text"), 1)
    assert isinstance(found[4][0], Failure)
    assert found[4][0].reason == "out_of_memory"
    assert [item for item, at in found if at not in (1, 4)] == [texts[at] for at in (0, 2, 3, 5, 6, 7, 8)]
    assert "arsenic" in caplog.text


@pytest.mark.slow
def test_a_text_that_takes_too_long_takes_only_itself_out(poisonable: Language) -> None:
    texts = ["One.", "Two.", "SLOTH here.", "Four.", "Five."]
    started = time.monotonic()
    found = outcomes(poisonable, texts, timeout_s=2.0)
    assert time.monotonic() - started < 28
    assert found == [
        ("One.", 0),
        ("Two.", 1),
        (Failure("timeout", "took longer than 2 s"), 2),
        ("Four.", 3),
        ("Five.", 4),
    ]


def test_a_text_that_cannot_be_split_takes_only_itself_out(fast: Language) -> None:
    found = outcomes(fast, ["One.", "half a pair \ud800 of surrogates", "Three."])
    assert [isinstance(item, Failure) for item, _ in found] == [False, True, False]


def test_a_text_that_is_too_long_is_not_parsed(fast: Language) -> None:
    found = outcomes(fast, ["x" * 101, "One.", "y" * 100, "z" * 1_000], max_chars=100)
    assert [item for item, _ in found] == [
        Failure("too_large", "101 characters"),
        "One.",
        "y" * 100,
        Failure("too_large", "1000 characters"),
    ]


def test_outside_of_the_main_thread_texts_are_parsed_without_a_limit(fast: Language) -> None:
    found: list[object] = []
    thread = threading.Thread(target=lambda: found.extend(outcomes(fast, ["Rain fell."], timeout_s=1e-9)))
    thread.start()
    thread.join()
    assert found == [("Rain fell.", 0)]


def test_words_of_a_batch_are_forgotten_with_it(fast: Language, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "_VOCABULARY", 0)
    stream = parse_texts(fast, [("Vexbrunt fell.", 0), ("Quorlim rose.", 1)], batch_size=1)
    next(stream)
    assert "Vexbrunt" in fast.vocab.strings
    next(stream)
    assert "Vexbrunt" not in fast.vocab.strings
    assert "Quorlim" in fast.vocab.strings
    assert next(stream, None) is None
    assert "Quorlim" not in fast.vocab.strings


@pytest.mark.slow
def test_the_vocabulary_stops_growing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "_VOCABULARY", 2_000)
    nlp = load_nlp()
    strings = []
    for seed in range(6):
        outcomes(nlp, generated(8, seed=seed))
        strings.append(len(nlp.vocab.strings))
    assert strings[0] < strings[1]
    assert strings[3] == strings[4] == strings[5]


def test_whoever_stops_early_leaves_no_zone_open(fast: Language) -> None:
    vocab: Any = fast.vocab  # its stubs know nothing of zones
    for _ in parse_texts(fast, [("Rain fell.", 0), ("Snow fell.", 1)]):
        assert vocab.in_memory_zone
        break
    assert not vocab.in_memory_zone
    with pytest.raises(KeyError):
        for _ in parse_texts(fast, [("Rain fell.", 0)]):
            raise KeyError
    assert not vocab.in_memory_zone


def parsed(nlp: Language, texts: list[str]) -> Iterator[Doc]:
    for doc, _ in parse_texts(nlp, ((text, None) for text in texts)):
        assert isinstance(doc, Doc)
        yield doc


TEXTS = [
    *generated(8, seed=5),
    "",
    "Rain.",
    " \n ",
    "They can't say “no”. Ángela Þórsdóttir of Ghana won't either! It's 5pm...",
]


def test_docs_come_back_from_bytes_as_they_were(fast: Language) -> None:
    docs = list(fast.pipe(TEXTS))
    bins = list(docs_to_bins(docs, size=5))
    assert [len(DocBin().from_bytes(data)) for data in bins] == [5, 5, 2]
    vocab = load_nlp(fast=False).vocab  # knows none of the words
    for before, after in zip(docs, bins_to_docs(bins, vocab), strict=True):
        assert after.text == before.text
        assert (after.to_array(ATTRIBUTES) == before.to_array(ATTRIBUTES)).all()
        assert [sent.text for sent in after.sents] == [sent.text for sent in before.sents]
        assert [(e.text, e.label_) for e in after.ents] == [(e.text, e.label_) for e in before.ents]
        assert [token.norm_ for token in after] == [token.norm_ for token in before]
        assert [token.text for token in after] == [token.text for token in before]


def test_layers_come_back_with_them() -> None:
    nlp = spacy.blank("en")
    doc = nlp("Rain fell on Tuesday")
    doc.spans["cues"] = [Span(doc, 1, 2, label="CUE", span_id="first")]
    docs = bins_to_docs(docs_to_bins([doc]), spacy.blank("de").vocab)
    (span,) = next(docs).spans["cues"]
    assert (span.text, span.label_, span.id_) == ("fell", "CUE", "first")


def test_the_same_texts_give_the_same_bytes_whatever_was_parsed_before(fast: Language) -> None:
    first = list(docs_to_bins(parsed(load_nlp(), TEXTS), size=4))
    outcomes(fast, generated(9, seed=6))
    again = list(docs_to_bins(parsed(fast, TEXTS), size=4))
    assert first == again
    assert len(first) == 3


def test_the_bytes_do_not_depend_on_the_order_of_sets() -> None:
    script = (
        "import hashlib, spacy; from spacy.tokens import Doc\n"
        "from pipeline.parsing.bins import docs_to_bins\n"
        "words = 'a few words of which none comes again'.split()\n"
        "doc = Doc(spacy.blank('en').vocab, words=words, tags=words, deps=words, heads=[0] * 8)\n"
        "print(hashlib.sha256(b''.join(docs_to_bins([doc]))).hexdigest())\n"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(digests) == 1


def test_a_bin_is_read_in_a_zone_of_its_own(fast: Language) -> None:
    bins = list(docs_to_bins(parsed(fast, ["Wrombly fell.", "Zinquil rose."]), size=1))
    vocab: Any = spacy.blank("en").vocab  # its stubs know nothing of zones
    docs: Any = bins_to_docs(bins, vocab)
    next(docs)
    assert "Wrombly" in vocab.strings
    next(docs)
    assert "Wrombly" not in vocab.strings
    docs.close()
    assert not vocab.in_memory_zone


def test_no_docs_give_no_bins() -> None:
    assert list(docs_to_bins([])) == []
    assert list(bins_to_docs([], spacy.blank("en").vocab)) == []
