"""Parse and extract take time that grows with an article's length alone; a very long one is extracted.

`python -m benchmarks.linear` measures the same up to 160,000 characters, and a text of 90,000 words.
"""

import pytest
from spacy.language import Language

from benchmarks.linear import KINDS, seconds
from pipeline.nlp import load_nlp
from pipeline.parsing.windows import WINDOW
from pipeline.settings import Settings

pytestmark = pytest.mark.model

SHORT, TIMES = 2_000, 6
MOST = 2.5
"""Times as much a character. Time that grows with the square of the length takes six times as much."""


@pytest.fixture(scope="module")
def nlp() -> Language:
    nlp = load_nlp()
    seconds(nlp, KINDS["ordinary news"](20_000))
    return nlp


@pytest.mark.parametrize("kind", KINDS)
def test_the_time_a_character_does_not_grow(nlp: Language, kind: str) -> None:
    short = seconds(nlp, KINDS[kind](SHORT))
    assert seconds(nlp, KINDS[kind](SHORT * TIMES)) < MOST * TIMES * short + 0.3


def test_an_article_longer_than_a_window_is_extracted_in_time(nlp: Language) -> None:
    n = WINDOW + 10_000
    assert n < Settings().max_chars
    assert seconds(nlp, KINDS["ordinary news"](n), timeout_s=Settings().timeout_s) < Settings().timeout_s


def test_ninety_thousand_words_are_not_too_many() -> None:
    assert len(KINDS["ordinary news"](540_000).split()) > 85_000
    assert Settings().max_chars >= 540_000
