"""The list of cities: what it says, and that it is what its script makes of the installed GeoNames."""

import pytest

from pipeline.components.entities.cities import Cities
from pipeline.lexicons import lexicon
from training.cities import OUT, as_text, cities_by_name

CITIES = Cities(lexicon("en"))


def test_the_list_is_what_its_script_makes() -> None:
    assert OUT.read_text(encoding="utf-8") == as_text(cities_by_name()), "run python -m training.cities"


def test_a_city_has_what_a_link_needs() -> None:
    (city,) = (c for c in CITIES.named("Zürich") if not c.is_alias)
    assert (city.geonames_id, city.name, city.country, city.admin1) == (2657896, "Zürich", "CH", "ZH")
    assert 300_000 < city.population < 1_000_000


@pytest.mark.parametrize("name", ["zurich", "ZURICH", "Zürich"])
def test_case_and_accents_do_not_matter(name: str) -> None:
    assert CITIES.named(name) == CITIES.named("Zurich") != ()


def test_a_well_known_city_goes_by_its_other_names_too() -> None:
    assert [(c.name, c.is_alias) for c in CITIES.named("Bombay")] == [("Mumbai", True)]
    assert not CITIES.is_large("Bombay")
    assert CITIES.is_large("Mumbai")


def test_an_unknown_name_has_no_cities() -> None:
    assert CITIES.named("Varnholt") == CITIES.named("") == ()
    assert not CITIES.is_large("")
