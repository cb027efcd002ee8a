"""Names that can be of one person are found by what they share: no pair is left out."""

from itertools import product

from pipeline.components.entities.keys import NameKeys
from pipeline.components.entities.people import _is_same_person, _shared_keys
from pipeline.lexicons import lexicon

WORDS = (
    "ana",
    "anna",
    "a",
    "j",
    "kristen",
    "kristin",
    "jean-luc",
    "lee",
    "al-bashir",
    "van",
    "colvey",
    "jr.",
)


def test_two_names_of_one_person_share_a_key() -> None:
    keys = lexicon("en").made(NameKeys)
    names = [name for size in (2, 3) for name in product(WORDS, repeat=size)][::3]
    same = [(a, b) for a in names for b in names[::5] if a != b and _is_same_person(a, b, keys)]
    assert len(same) > 50
    assert [
        pair for pair in same if not set(_shared_keys(pair[0], keys)) & set(_shared_keys(pair[1], keys))
    ] == []
