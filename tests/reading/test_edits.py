"""Changes of a text, and the way back."""

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from pipeline.reading.edits import Change, Offsets, changed


@st.composite
def texts_with_changes(draw: st.DrawFn) -> tuple[str, list[Change]]:
    text = draw(st.text(alphabet="ab \n", max_size=30))
    places = sorted(draw(st.lists(st.integers(0, len(text)), max_size=8, unique=True)))
    pairs = list(zip(places[::2], places[1::2], strict=False))
    return text, [(start, end, draw(st.text(alphabet="xy", max_size=3))) for start, end in pairs]


def test_what_is_put_in_belongs_to_nothing_and_what_is_taken_out_to_what_reaches_over_it() -> None:
    text, edits = changed("vo\u00adters.When", [(2, 3, ""), (8, 8, " ")])
    assert text == "voters. When"
    offsets = Offsets([edits])
    assert offsets.stored(0, 6) == (0, 7)  # "voters", with what was taken out
    assert offsets.stored(0, 2) == (0, 2)
    assert offsets.stored(2, 6) == (3, 7)
    assert offsets.stored(8, 12) == (8, 12)  # "When"
    assert offsets.stored(7, 8) == (8, 8)  # the blank
    assert offsets.viewed(0, 7) == (0, 6)


def test_a_text_without_changes_has_no_edits() -> None:
    assert changed("the same", []) == ("the same", [])
    assert changed("the same", [(0, 3, "the")]) == ("the same", [])
    assert Offsets([]).stored(2, 5) == (2, 5)


@given(texts_with_changes(), st.data())
def test_the_way_back_keeps_the_order_and_finds_what_is_unchanged(
    case: tuple[str, list[Change]], data: st.DataObject
) -> None:
    text, changes = case
    view, edits = changed(text, changes)
    offsets = Offsets([edits])
    ranges = [offsets.stored(i, i + 1) for i in range(len(view))]
    assert all(0 <= start <= end <= len(text) for start, end in ranges)
    assert ranges == sorted(ranges)
    touched = {i for start, end, *_ in edits for i in range(start, end)}
    for i, (start, end) in enumerate(ranges):
        if i not in touched:
            assert text[start:end] == view[i]
    if view:
        start = data.draw(st.integers(0, len(view) - 1))
        end = data.draw(st.integers(start + 1, len(view)))
        first, last = offsets.stored(start, end)
        if not any(after <= i < after_end for after, after_end, *_ in edits for i in (start, end - 1)):
            assert (text[first], text[last - 1]) == (view[start], view[end - 1])
            assert offsets.viewed(first, last) == (start, end)


@given(texts_with_changes(), texts_with_changes())
def test_the_tokens_of_a_view_are_found_in_the_stored_text_as_each_by_itself(
    case: tuple[str, list[Change]], other: tuple[str, list[Change]]
) -> None:
    text, changes = case
    view, edits = changed(text, changes)
    view, more = changed(view, [change for change in other[1] if change[1] <= len(view)])
    offsets = Offsets([edits, more])
    cuts = range(len(view) + 1)
    starts, ends = offsets.stored_tokens([*cuts], [*cuts])
    for start, end in combinations(cuts, 2):
        assert (starts[start], max(starts[start], ends[end])) == offsets.stored(start, end)
