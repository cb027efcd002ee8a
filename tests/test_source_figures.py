"""How ingest is measured: texts, dates and languages of pages, planted near-duplicates."""

import random
from datetime import UTC, datetime

import pytest

from benchmarks.sources import (
    _across_days,
    _article,
    _by_day,
    _changed,
    exact_jaccard,
    f1,
    is_day_right,
    labels,
)
from pipeline.ingest.language import normalize_language
from pipeline.ingest.moments import Moment

TEXT = " ".join(f"word{k}" for k in range(120))


@pytest.mark.parametrize(
    ("found", "gold", "expected"),
    [
        ("a b c d e", "a b c d e", 1.0),
        ("a b c d e", "a b c d x", 0.5),
        ("a b", "a b", 1.0),
        ("", "a b c d", 0.0),
        ("", "", 0.0),
    ],
)
def test_f1_of_four_grams(found: str, gold: str, expected: float) -> None:
    assert f1(found, gold) == expected


@pytest.mark.parametrize(
    ("gold", "is_right"),
    [
        ("2026-03-01", False),
        ("2026-03-02", True),
        ("2026-03-02T08:00:00+02:00", True),
        ("2026-03-03T01:00:00+02:00", True),  # the 2nd in UTC
        ("2026-03-03T03:00:00+02:00", False),
    ],
)
def test_a_day_is_right_in_the_publishers_time_or_in_utc(gold: str, is_right: bool) -> None:
    assert is_day_right(Moment(datetime(2026, 3, 2, 23, 0, tzinfo=UTC), "second"), gold) is is_right
    assert not is_day_right(None, gold)


def test_pages_are_labelled_with_codes() -> None:
    found = labels()
    assert len(found) == 62
    assert all(normalize_language(code) == code for code in found.values())


def test_planted_copies_are_found_within_a_day_and_across_days() -> None:
    rng = random.Random(1)
    originals = [_article(f"o{n}", TEXT.replace("word", f"word{n}x"), hour=1) for n in range(20)]
    copies = [_article(f"c{n}", _changed(o.text, rng), hour=2) for n, o in enumerate(originals)]
    near = {
        copy.article_id: original.article_id
        for original, copy in zip(originals, copies, strict=True)
        if exact_jaccard(original.text, copy.text) >= 0.8
    }
    assert len(near) >= 10
    assert _by_day([*originals, *copies]) == near
    assert set(_across_days([*originals, *copies]).items()) <= {
        (copy.article_id, original.article_id) for original, copy in zip(originals, copies, strict=True)
    }
