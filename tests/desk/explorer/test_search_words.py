"""Whatever is typed is a search or nothing, never an error; what it finds is marked, and escaped."""

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.desk.explorer.words import marked, match_of, read_terms

TEXT = "The ferries of Ærø left; café queues grew. A <b>ferry</b> & its crew stayed."


def matches(query: str, text: str) -> bool:
    con = sqlite3.connect(":memory:")
    con.execute('create virtual table t using fts5(x, tokenize="unicode61 remove_diacritics 2")')
    con.execute("insert into t values (?)", (text,))
    match = match_of(read_terms(query))
    return bool(match) and bool(con.execute("select 1 from t where t match ?", (match,)).fetchall())


@pytest.mark.parametrize(
    "query, is_there",
    [
        ("ferry", True),
        ("FERRY crew", True),
        ("ferry bridge", False),
        ("ferr*", True),
        ("ferr", False),
        ('"ferries of"', True),
        ('"of ferries"', False),
        ('"ferries o*"', True),
        ("cafe", True),
        ("ferry -bridge", True),
        ("ferry -crew", False),
        ('ferry -"its crew"', False),
        ("ferry AND OR NOT NEAR(", False),
        ("x: ferry", False),
        ("-ferry", False),
        ('ferry"', True),
        ("!!! ' \" * ( ^", False),
    ],
)
def test_searches(query: str, is_there: bool) -> None:
    assert matches(query, TEXT) is is_there


@given(st.text(max_size=40))
def test_nothing_typed_is_an_error(query: str) -> None:
    matches(query, TEXT)
    marked(TEXT, read_terms(query), around=10)


@pytest.mark.parametrize(
    "query, shown",
    [
        ("ferry", "A &lt;b&gt;<mark>ferry</mark>&lt;/b&gt; &amp; its"),
        ("ferr*", "The <mark>ferries</mark> of Ærø"),
        ("CAFE", "left; <mark>café</mark> queues"),
        ('"its crew"', "&amp; <mark>its crew</mark> stayed"),
        ("-ferry", "A &lt;b&gt;ferry&lt;/b&gt;"),
    ],
)
def test_places_are_marked_and_all_is_escaped(query: str, shown: str) -> None:
    assert shown in marked(TEXT, read_terms(query))


def test_a_long_text_is_cut_around_the_first_place() -> None:
    text = f"{'word ' * 100}ferry {'word ' * 100}"
    shown = str(marked(text, read_terms("ferry"), around=20))
    assert shown == "…word word word word <mark>ferry</mark> word word word…"
    assert str(marked("short", read_terms("ferry"), around=20)) == "short"
