"""The language of an article, by its record and by its text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.ingest.language import article_language, normalize_language

ENGLISH = (
    "The harbour board said on Tuesday that the new ferry would not sail before the summer, since builders"
    " had found cracks in two of the four tanks. The mayor called the delay a scandal."
)
FRENCH = (
    "Le conseil du port a annoncé mardi que le nouveau ferry ne partirait pas avant l’été, les constructeurs"
    " ayant trouvé des fissures dans deux des quatre réservoirs. Le maire a parlé d’un scandale."
)
ZULU = (
    "Amaphoyisa aseThekwini athi abantu abathathu balimele izolo ntambama ngesikhathi ibhasi ishayisana"
    " nemoto emgwaqeni omkhulu. Okhulumela amaphoyisa uthe umshayeli webhasi ulimele kakhulu kodwa"
    " usezophila. Uthe kusaphenywa ukuthi le ngozi idalwe yini, futhi wacela noma ngubani obonile ukuthi"
    " axhumane nabo. Abantu basendaweni bathi lo mgwaqo uyingozi ngoba awunazo izibani ebusuku, futhi"
    " sekuphele iminyaka becela uhulumeni ukuthi awulungise."
)
XHOSA = (
    "Amapolisa aseMonti athi abantu abathathu bonzakele izolo emva kwemini xa ibhasi ingqubana nemoto"
    " kwindlela enkulu. Isithethi samapolisa sithe umqhubi webhasi wenzakele kakhulu kodwa uza kuphila."
    " Uthe kusaphandwa ukuba le ngozi ibangelwe yintoni na, kwaye wacela nabani na obonileyo ukuba"
    " aqhagamshelane nabo. Abantu balapho bathi le ndlela iyingozi kuba ayinazo izibane ebusuku, kwaye"
    " kudala becela urhulumente ukuba ayilungise okanye ayivale."
)
HAUSA = (
    "Rundunar yan sanda ta jihar ta ce mutane uku sun ji rauni a jiya bayan wata motar bas ta yi karo da"
    " wata karamar mota a kan babbar hanya. Kakakin rundunar ya ce direban bas din ya ji rauni sosai, amma"
    " ana sa ran zai warke. Ya ce ana bincike domin gano abin da ya haddasa wannan hadari, kuma ya nemi"
    " duk wanda ya gani ya tuntube su. Mazauna yankin sun ce hanyar tana da hadari saboda babu fitilu a"
    " cikin dare."
)
MADE_UP = " ".join(f"{a}{b}{c}ktu {c}{a}vro {b}{a}{c}zhim" for a in "bdgkl" for b in "aeiou" for c in "mnr")


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


@pytest.mark.parametrize(
    ("text", "code"),
    [(ZULU, "zu"), (XHOSA, "xh"), (HAUSA, "ha"), (MADE_UP, "und")],
    ids=["zu", "xh", "ha", "und"],
)
def test_a_language_that_the_detector_does_not_know_is_not_english(text: str, code: str) -> None:
    assert article_language(None, text, "en").code == code
    assert article_language(None, text, None).code == code
    assert article_language(None, text, "rw") == ("rw", None)


def test_tables_of_figures_stay_what_they_are_said_to_be() -> None:
    table = "\n".join(f"MAR{k} {k * 37}A  {k * 91}B  JUL{k} {k * 113} {k * 71}" for k in range(60))
    assert article_language(None, table, "en") == ("en", None)


@given(st.text(), st.text(), st.one_of(st.none(), st.text()))
def test_any_text_has_one(title: str, text: str, given_: str | None) -> None:
    code, score = article_language(title, text, given_)
    assert code and (score is None or 0 <= score <= 1)
