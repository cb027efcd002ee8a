"""What the extractors find in the project's own gold is not worse than what is written down."""

from pathlib import Path

import pytest

from quality import gate
from quality.own import FILES, SECTIONS, headlines, score_own
from quality.parses import Parser

GOLD = Path(__file__).parents[1] / "gold"


@pytest.mark.slow
@pytest.mark.model
def test_no_figure_on_the_own_gold_is_below_its_floor() -> None:
    figures = score_own(GOLD, Parser())
    assert tuple(figures) == SECTIONS
    gate.check(GOLD / "floors.json", gate.gold_checksum(GOLD, FILES), headlines(figures))


def test_every_section_has_floors_and_the_main_ones_are_no_formality() -> None:
    _, floors = gate.read_floors(GOLD / "floors.json")
    assert set(floors) == set(SECTIONS)
    assert floors["quotes"]["attributed"] >= 75
    assert floors["entities"]["names, span"] >= 85
    assert floors["entities"]["clusters, B3"] >= 80
    assert floors["claims"]["clause"] >= 70
