"""Regions in quotation marks: pairing, repair, nesting."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.components.quotes.regions import find_regions


def inner(text: str) -> list[str]:
    return [text[r.inner_start : r.inner_end] for r in find_regions(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("“We won,” she said. “Now we rest.”", ["We won,", "Now we rest."]),
        ('"We won," she said. "Now we rest."', ["We won,", "Now we rest."]),
        ("``We won,'' she said.", ["We won,"]),
        ("''We won,'' she said.", ["We won,"]),
        ("«We won», she said.", ["We won"]),
        ("„We won“, she said.", ["We won"]),
        ("»We won«, she said.", ["We won"]),
        ("‘We don’t know,’ she said.", ["We don’t know,"]),
        ("'The voters' choice is clear,' she said.", ["The voters' choice is clear,"]),
    ],
)
def test_pairs_marks_of_every_shape(text: str, expected: list[str]) -> None:
    assert inner(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('“We won," she said. "Now we rest.”', ["We won,", "Now we rest."]),
        ("“We won,“ she said.", ["We won,"]),
        ("She said ”we won” twice.", ["we won"]),
        ('She called it “a farce" and left.', ["a farce"]),
    ],
)
def test_reads_a_mismatched_mark_by_its_neighbours(text: str, expected: list[str]) -> None:
    assert inner(text) == expected


def test_an_unclosed_region_ends_with_its_paragraph() -> None:
    assert inner("“We won.\n\nThe crowd left.") == ["We won."]


def test_an_unclosed_region_ends_before_the_next_opening_mark() -> None:
    assert inner("“We won. She smiled. “Now we rest.”") == ["We won. She smiled.", "Now we rest."]


def test_a_lost_opening_mark_is_put_at_the_start_of_the_paragraph() -> None:
    regions = find_regions("The crowd came.\n\nWe won,” she said.")
    assert [(r.is_opened, r.is_closed) for r in regions] == [(False, True)]
    assert inner("The crowd came.\n\nWe won,” she said.") == ["We won,"]


def test_every_paragraph_opened_and_only_the_last_closed_is_one_quotation() -> None:
    regions = find_regions("“We won.\n\n“Now we rest.\n\n“Then we go,” she said.")
    assert [(r.continues, r.is_closed) for r in regions] == [(False, False), (True, False), (True, True)]


@pytest.mark.parametrize(
    "text",
    ["“He told me “go home” and I did,” she said.", "“He told me ‘go home’ and I did,” she said."],
)
def test_nested_regions_know_their_depth(text: str) -> None:
    assert [(r.depth, text[r.inner_start : r.inner_end].strip(",")) for r in find_regions(text)] == [
        (0, text[1 : text.rindex(",")]),
        (1, "go home"),
    ]


@pytest.mark.parametrize(
    "text",
    ["The voters' rights, and 'em all.", "He is 5'10\" tall.", "The '90s were dogs' years.", '" "', "“”", ""],
)
def test_apostrophes_inches_and_empty_marks_open_nothing(text: str) -> None:
    assert find_regions(text) == []


marks_and_words = st.text(alphabet="“”„«»‘’'\"`´ \n.,!?—-()[]abAB9é\u2028", max_size=80)


@given(marks_and_words)
def test_any_marks_give_regions_that_nest(text: str) -> None:
    regions = find_regions(text)
    assert [(r.start, -r.end) for r in regions] == sorted((r.start, -r.end) for r in regions)
    for region in regions:
        assert 0 <= region.start <= region.inner_start < region.inner_end <= region.end <= len(text)
        assert any(c.isalnum() or c == "_" for c in text[region.inner_start : region.inner_end])
        for other in regions:
            apart = region.end <= other.start or other.end <= region.start
            within = (region.start <= other.start and other.end <= region.end) or (
                other.start <= region.start and region.end <= other.end
            )
            assert apart or within


@given(st.text(max_size=60))
def test_any_text_is_survived(text: str) -> None:
    find_regions(text)
