"""Floors hold, rise, and fall only when asked."""

import json
from pathlib import Path

import pytest

from quality import gate
from quality.figures import Figures, Share


def figures(right: int) -> dict[str, Figures]:
    return {"quotes": {"attributed": Share(right, 100)}}


@pytest.fixture
def floors(tmp_path: Path) -> Path:
    path = tmp_path / "floors.json"
    assert gate.update(path, "sha", figures(80)) == ["quotes: attributed"]
    return path


def test_what_reaches_its_floor_passes(floors: Path) -> None:
    gate.check(floors, "sha", figures(80))
    gate.check(floors, "sha", figures(90))


def test_what_is_below_its_floor_fails_and_is_named(floors: Path) -> None:
    with pytest.raises(gate.GateError, match=r"quotes: attributed 78\.0, floor 80\.0"):
        gate.check(floors, "sha", figures(78))


def test_epsilon_is_allowed_for(floors: Path) -> None:
    gate.check(floors, "sha", {"quotes": {"attributed": Share(792, 1000)}})


def test_a_figure_without_a_floor_and_a_floor_without_a_figure_fail(floors: Path) -> None:
    with pytest.raises(
        gate.GateError, match=r"attributed is missing, floor 80\.0; quotes: other has no floor"
    ):
        gate.check(floors, "sha", {"quotes": {"other": Share(1, 1)}})


def test_other_gold_needs_other_floors(floors: Path) -> None:
    with pytest.raises(gate.GateError, match="--update-floors"):
        gate.check(floors, "another", figures(100))


def test_floors_rise_and_are_not_lowered_unasked(floors: Path) -> None:
    before = floors.read_text()
    with pytest.raises(gate.GateError, match=r"attributed 80\.0 -> 70\.0"):
        gate.update(floors, "sha", figures(70))
    assert floors.read_text() == before
    gate.update(floors, "sha", figures(70), allow_regression=True)
    gate.check(floors, "sha", figures(70))
    gate.update(floors, "sha", figures(85))
    assert gate.read_floors(floors) == ("sha", {"quotes": {"attributed": 85.0}})


def test_small_losses_do_not_add_up(floors: Path) -> None:
    gate.update(floors, "sha", {"quotes": {"attributed": Share(792, 1000)}})
    assert gate.read_floors(floors)[1] == {"quotes": {"attributed": 80.0}}


def test_a_figure_that_is_no_longer_taken_is_a_regression(floors: Path) -> None:
    with pytest.raises(gate.GateError, match="none"):
        gate.update(floors, "sha", {"quotes": {"other": Share(1, 1)}})
    gate.update(floors, "sha", {"quotes": {"other": Share(1, 1)}}, allow_regression=True)
    assert list(json.loads(floors.read_text())["floors"]["quotes"]) == ["other"]


def test_sections_that_were_not_measured_keep_their_floors(floors: Path) -> None:
    gate.update(floors, "sha", {"claims": {"clause": Share(1, 2)}})
    assert gate.read_floors(floors)[1]["quotes"] == {"attributed": 80.0}
    gate.check(floors, "sha", figures(80))


def test_the_checksum_follows_the_gold(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("1")
    one = gate.gold_checksum(tmp_path, ("a",))
    (tmp_path / "a").write_text("2")
    assert gate.gold_checksum(tmp_path, ("a",)) != one
