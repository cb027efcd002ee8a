"""How sure names are, as a share that is right."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.components.entities.certainty import calibrated, uncalibrated


@given(st.lists(st.floats(0, 1), min_size=2, max_size=2).map(sorted))
def test_the_order_of_names_is_kept(scores: list[float]) -> None:
    low, high = map(calibrated, scores)
    assert 0 <= low <= high <= 1


@pytest.mark.parametrize(("score", "least", "most"), [(0.7, 0.88, 0.94), (0.9, 0.96, 1.0), (0.2, 0.2, 0.5)])
def test_names_are_surer_than_model_and_rules_say(score: float, least: float, most: float) -> None:
    assert least <= calibrated(score) <= most


@given(st.floats(0.01, 0.99))
def test_what_was_calibrated_can_be_had_back(score: float) -> None:
    assert uncalibrated(calibrated(score)) == pytest.approx(score, abs=1e-6)
