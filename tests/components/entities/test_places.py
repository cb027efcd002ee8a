"""Links of countries and cities, on the project's own articles (tests/gold/places.jsonl).

In `marked`, `[[Porto|2735943]]` is a place and its GeoNames id, `[[Portugal|Q45]]` one and its Wikidata item.
"""

import json
from pathlib import Path

import pytest
from docs_by_hand import build
from spacy.language import Language
from spacy.tokens import Doc
from test_epithets import read

from pipeline.components.entities import canonical_key, find_entities
from pipeline.components.layers import Entity

CASES = Path(__file__).parents[2] / "gold" / "places.jsonl"


def linked(entity: Entity) -> str | None:
    return entity.geonames_id or entity.wikidata_id


@pytest.mark.model
def test_places_are_linked_or_left_alone(nlp: Language) -> None:
    right = 0
    wrong: list[tuple[str, str, str | None]] = []
    missed: list[tuple[str, str, str | None]] = []
    for line in CASES.read_text(encoding="utf-8").splitlines():
        text, spans = read(json.loads(line)["marked"])
        found = {
            (m.span.start_char, m.span.end_char): linked(entity)
            for entity in find_entities(nlp(text))
            for m in entity.mentions
            if m.kind == "name"
        }
        for start, end, item in spans:
            link = found.get((start, end))
            if link == item:
                right += 1
            else:
                (missed if link is None else wrong).append((text[start:end], item, link))
    total = right + len(wrong) + len(missed)
    assert total >= 100
    assert right / (right + len(wrong)) >= 0.95, wrong
    assert right / total >= 0.8, missed


def only(doc: Doc, name: str) -> Entity:
    return next(e for e in find_entities(doc) if e.mentions[0].span.text == name)


def test_a_city_in_another_state_is_another_entity() -> None:
    here = only(build("They met in Portland , Maine .", {"Portland": "GPE", "Maine": "GPE"}), "Portland")
    there = only(build("They met in Portland , Oregon .", {"Portland": "GPE", "Oregon": "GPE"}), "Portland")
    assert here.name == "Portland, Maine"
    assert here.geonames_id != there.geonames_id
    assert canonical_key(here.name, here.label) != canonical_key(there.name, there.label)


def test_an_old_name_of_a_city_is_the_same_entity() -> None:
    old = only(build("The road to Bombay is closed .", {"Bombay": "GPE"}), "Bombay")
    new = only(build("The road to Mumbai is closed .", {"Mumbai": "GPE"}), "Mumbai")
    assert old.name == new.name == "Mumbai"
    assert old.geonames_id == new.geonames_id


def test_a_name_of_many_towns_has_no_link_and_a_local_identity() -> None:
    entity = only(build("They met in Springfield .", {"Springfield": "GPE"}), "Springfield")
    assert linked(entity) is None
    assert entity.is_local


def test_the_state_of_georgia_is_not_the_country() -> None:
    text = "In Georgia and Florida the U.S. vote was close ."
    state = only(build(text, {"Georgia": "GPE", "Florida": "GPE", "U.S.": "GPE"}), "Georgia")
    assert state.wikidata_id == "Q1428"
    country = only(build("Georgia and Russia met .", {"Georgia": "GPE", "Russia": "GPE"}), "Georgia")
    assert country.wikidata_id == "Q230"
    assert canonical_key(state.name, "GPE") != canonical_key(country.name, "GPE")


def test_a_national_team_is_not_its_country() -> None:
    text = (
        "England beat Samoa in the rugby match . The striker scored a goal in the tournament . "
        "The coach praised the squad and the stadium ."
    )
    arcs = {0: (1, "nsubj"), 2: (1, "dobj")}
    doc = build(text, {"England": "GPE", "Samoa": "GPE"}, root=1, arcs=arcs)
    for name in ("England", "Samoa"):
        assert only(doc, name).label == "ORG"
        assert only(doc, name).wikidata_id is None
