"""The language of an article, by its record and by its text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.language import article_language, normalize_language

ENGLISH = (
    "The harbour board said on Tuesday that the new ferry would not sail before the summer, since builders"
    " had found cracks in two of the four tanks. The mayor called the delay a scandal."
)
FRENCH = (
    "Le conseil du port a annoncé mardi que le nouveau ferry ne partirait pas avant l’été, les constructeurs"
    " ayant trouvé des fissures dans deux des quatre réservoirs. Le maire a parlé d’un scandale."
)


@pytest.mark.parametrize(
    ("given_", "code"),
    [
        ("en", "en"),
        ("EN-us", "en"),
        ("en_GB", "en"),
        ("english", "en"),
        ("eng", "en"),
        ("German", "de"),
        ("ger", "de"),
        ("zh-Hans", "zh"),
        ("nb", "no"),
        ("ceb", "ceb"),
        ("", None),
        (None, None),
        ("??", None),
        ("und", None),
    ],
)
def test_names_and_codes(given_: str | None, code: str | None) -> None:
    assert normalize_language(given_) == code


def test_detected_where_the_record_says_nothing() -> None:
    code, score = article_language("Ferry delayed again", ENGLISH, None)
    assert code == "en" and score is not None and score > 0.8
    assert article_language(None, FRENCH, "no such language").code == "fr"


def test_the_record_is_believed_where_nothing_speaks_against_it() -> None:
    assert article_language("Ferry delayed again", ENGLISH, "eng") == ("en", None)


def test_the_record_is_overruled_where_the_text_is_plainly_another() -> None:
    code, score = article_language(None, FRENCH, "en")
    assert code == "fr" and score is not None


def test_too_little_to_tell() -> None:
    assert article_language(None, "12:0 4:1", None) == ("und", None)
    assert article_language(None, "12:0 4:1", "de") == ("de", None)


def test_capitals_do_not_mislead() -> None:
    assert article_language("FERRY DELAYED AGAIN", ENGLISH.upper(), None).code == "en"


@given(st.text(), st.text(), st.one_of(st.none(), st.text()))
def test_any_text_has_one(title: str, text: str, given_: str | None) -> None:
    code, score = article_language(title, text, given_)
    assert code and (score is None or 0 <= score <= 1)
