"""Texts are normalised once, and what quotes stand on is left alone."""

import pytest
from ftfy import fix_text
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.ingest.clean import _CONFIG, _plain, clean_line, clean_text, is_mendable


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("One\r\nTwo\rThree\u2028Four\u2029Five\x85", "One\nTwo\nThree\nFour\nFive…"),
        ("Cafe\u0301", "Café"),
        ("nul\x00 bell\x07 gone\x1b[31m red\x1b[0m", "nul bell gone red"),
        ("zero\u200bwidth \u202edirty\u202c\ufeff co\u00adoperate", "zerowidth dirty cooperate"),
        ("no\u00a0break\u2009thin\ttab", "no break thin tab"),
        ("ends  \n\n\n\nhere  ", "ends\n\nhere"),
        ("    Indented paragraph\n    and another", "Indented paragraph\n    and another"),
        ("AT&amp;T&rsquo;s &quot;deal&quot;", 'AT&T’s "deal"'),
        ("keep <b>&amp;</b> as it is", "keep <b>&amp;</b> as it is"),
        ("the Ministerâ€™s â€œplanâ€\x9d", "the Minister’s “plan”"),
        ("windows\x93curly\x94", "windows“curly”"),
        ("oﬃce ﬁle", "office file"),
        ("pair \ud83d\ude00 and half \ud83d", "pair 😀 and half \ufffd"),
    ],
)
def test_cleaning(raw: str, clean: str) -> None:
    assert clean_text(raw) == clean


@pytest.mark.parametrize(
    "text",
    [
        "“Curly,” she said, ‘inside’ – and «ici» „dort“ \"straight\" 'too' — all stay…",
        "新華社東京３日電　全角の「引用」！".replace("\u3000", " "),
        "Señor Ñandú, Çelik, Łódź, Kraków and Tromsø",
        "Family: \U0001f468\u200d\U0001f469\u200d\U0001f467, Persian: می\u200cخواهم",
    ],
)
def test_what_is_right_stays(text: str) -> None:
    assert clean_text(text) == text


MESSY = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from(
            list("&;<>ltamp#x0 \n\r\tÃâ€™œ\x93\x94©\u200b\u00ad\u0301\u2028\x1b[m\ud83d\ude00é \u00a0")
        ),
    )
)


@given(MESSY)
@example("&amp;lt;&\u200bamp;")
@example("Ã\u200b©")
@example("â€\u00ad™ &am\u200bp;amp;")
@example("\ud83d\x00\ude00")
def test_cleaning_again_changes_nothing(text: str) -> None:
    clean = clean_text(text)
    assert clean_text(clean) == clean
    clean.encode()
    assert "\r" not in clean and "\x00" not in clean


@given(MESSY)
def test_a_line_is_one_line(text: str) -> None:
    line = clean_line(text)
    assert line is None or (line.strip() == line and len(line.splitlines()) == 1 and clean_line(line) == line)


@given(MESSY)
def test_ftfy_is_left_out_only_where_it_does_nothing(text: str) -> None:
    if not is_mendable(text):
        assert _plain(fix_text(text, _CONFIG)) == _plain(text)
