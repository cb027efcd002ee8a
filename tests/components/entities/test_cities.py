"""The list of cities: what it says, and that it is what its script makes of the installed GeoNames."""

import pytest

from pipeline.components.entities.cities import cities_named, is_large_city
from training.cities import OUT, as_text, cities_by_name


def test_the_list_is_what_its_script_makes() -> None:
    assert OUT.read_text(encoding="utf-8") == as_text(cities_by_name()), "run python -m training.cities"


def test_a_city_has_what_a_link_needs() -> None:
    (city,) = (c for c in cities_named("Zürich") if not c.is_alias)
    assert (city.geonames_id, city.name, city.country, city.admin1) == (2657896, "Zürich", "CH", "ZH")
    assert 300_000 < city.population < 1_000_000


@pytest.mark.parametrize("name", ["zurich", "ZURICH", "Zürich"])
def test_case_and_accents_do_not_matter(name: str) -> None:
    assert cities_named(name) == cities_named("Zurich") != ()


def test_a_well_known_city_goes_by_its_other_names_too() -> None:
    assert [(c.name, c.is_alias) for c in cities_named("Bombay")] == [("Mumbai", True)]
    assert not is_large_city("Bombay")
    assert is_large_city("Mumbai")


def test_an_unknown_name_has_no_cities() -> None:
    assert cities_named("Varnholt") == cities_named("") == ()
    assert not is_large_city("")
