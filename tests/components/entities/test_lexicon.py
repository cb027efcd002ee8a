"""The words of the rules come from the lexicon that is handed in, and from no other."""

import re
import tomllib
from pathlib import Path

import pytest
from docs_by_hand import build

from pipeline.components import entities
from pipeline.components.entities import canonical_key, find_entities
from pipeline.lexicons import Lexicon

ROOM = Path(entities.__file__).parent


class Other(Lexicon):
    """English, but for a few lists."""

    def __init__(self, **lists: object) -> None:
        super().__init__("en")
        self.given = {name.replace("__", "."): values for name, values in lists.items()}

    def ordered(self, name: str) -> tuple[str, ...]:
        return tuple(self.given[name]) if name in self.given else super().ordered(name)  # type: ignore[arg-type]

    def entries(self, name: str) -> dict[str, str]:
        return dict(self.given[name]) if name in self.given else super().entries(name)  # type: ignore[call-overload]


def test_other_words_make_other_keys() -> None:
    other = Other(entities__definite_articles=["der"], entities__conjunctions=["und"])
    assert canonical_key("der Bund und Land", "ORG", lexicon=other) == "org:bund land"
    assert canonical_key("der Bund und Land", "ORG") == "org:der bund und land"


@pytest.mark.parametrize(("pronouns", "mentions"), [({"er": "m"}, ["Leo Darnt", "er"]), ({}, ["Leo Darnt"])])
def test_other_words_are_other_pronouns(pronouns: dict[str, str], mentions: list[str]) -> None:
    doc = build("Leo Darnt left . then er ran .", {"Leo Darnt": "PERSON"})
    lexicon = Other(entities__genders_of_pronouns=pronouns)
    (entity,) = find_entities(doc, lexicon=lexicon)
    assert [mention.span.text for mention in entity.mentions] == mentions


def test_each_list_of_the_lexicon_is_read_and_each_that_is_read_is_there() -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in ROOM.rglob("*.py"))
    lists = tomllib.loads((ROOM.parents[1] / "lexicons/en/entities.toml").read_text(encoding="utf-8"))
    assert set(re.findall(r'"entities\.(\w+)"', code)) == lists.keys()
