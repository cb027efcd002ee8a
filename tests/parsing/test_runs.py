"""Long runs without blanks are split in pieces, and nothing else is split in another way."""

from random import Random
from time import process_time

import pytest
from spacy.lang.en import English

from pipeline.parsing.runs import LONGEST, LONGEST_SENTENCE, bound_sentences, tokenize

TOKENIZER = English().tokenizer


def words(text: str) -> list[str]:
    return [token.text for token in TOKENIZER(text)]


ORDINARY = (
    "“We can't,” she said (twice), U.S.-style. It cost $5m... 3.5%!",
    "  Two blanks  before\n\n\tand tabs.  ",
    "See https://news.example/a/very/long/path/" + "x" * 400 + "?q=1 for more.",
    "",
)


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_text_has_the_tokenizers_own_tokens(text: str) -> None:
    doc = tokenize(TOKENIZER, text)
    assert [token.text for token in doc] == words(text)
    assert doc.text == text


RUNS = ('"' * 700, "(" * 300 + ")" * 301, "\U0001f600\U0001f697" * 300, "!?" * 251, "'" * 251, "word." * 99)


@pytest.mark.parametrize("run", RUNS)
@pytest.mark.parametrize("around", ["{}", "She said {} and left.", "{}\n\nNo. {}  He\n{} ", " {}"])
def test_nothing_is_lost_of_a_run_and_what_stands_around_it_is_as_ever(run: str, around: str) -> None:
    text = around.replace("{}", run)
    doc = tokenize(TOKENIZER, text)
    assert doc.text == text
    assert max(len(token) for token in doc) <= LONGEST
    outside = [token.text for token in doc if set(token.text) - set(run)]
    assert outside == [
        word for word in words(around.replace("{}", "0")) if word != "0" and set(word) - set(run)
    ]


@pytest.mark.parametrize("marks", ["\"'!?", "([)]", "\U0001f600\U0001f697“”", '"()!'])
def test_the_time_grows_with_the_length(marks: str) -> None:
    """Marks in random order, since the tokenizer remembers what it has split."""

    def took(n: int) -> float:
        text = "".join(Random(n).choices(marks, k=n))
        started = process_time()
        tokenize(TOKENIZER, text)
        return process_time() - started

    took(2_000)
    assert took(16_000) < 8 * 3 * took(2_001) + 0.05


def starts(text: str) -> list[int]:
    doc = TOKENIZER(text)
    bound_sentences(doc)
    return [token.i for token in doc if token.is_sent_start and token.i]


@pytest.mark.parametrize("word", ["word ", "the ship, ", "he said that "])
def test_a_sentence_begins_at_the_latest_where_one_is_longer_than_any(word: str) -> None:
    text = word * 1_000
    n = len(TOKENIZER(text))
    assert starts(text) == [*range(LONGEST_SENTENCE, n, LONGEST_SENTENCE)]


@pytest.mark.parametrize("stop", [".", "!", "?", "…"])
def test_where_there_are_full_stops_the_parse_decides(stop: str) -> None:
    assert starts(f"She left early {stop} " * 400) == []
    assert starts("word " * (LONGEST_SENTENCE - 1)) == []


def test_the_count_begins_anew_behind_a_full_stop_and_at_a_line() -> None:
    half = "word " * (LONGEST_SENTENCE // 2 + 10)
    assert starts(f"{half}. {half}") == []
    doc = TOKENIZER(half + half)
    doc[LONGEST_SENTENCE // 2 + 10].is_sent_start = True
    bound_sentences(doc)
    assert sum(bool(token.is_sent_start) for token in doc if token.i) == 1
