"""Names are found by their parts and near misses; words with what is left and right of them."""

from datetime import date
from pathlib import Path

import pytest
from days import TEXT, article, stage_day

from pipeline.errors import ConfigError
from pipeline.find import concordance, find
from pipeline.load import load
from pipeline.settings import Settings
from pipeline.stages.derive import derive
from pipeline.stages.publish import publish
from pipeline.store import Store
from pipeline.store.batch import Batch
from pipeline.views import alike_rows
from schemas import EntityIndexRow
from schemas.entity_index import AliasCount
from schemas.table import to_arrow

DAY = date(2026, 3, 1)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> str:
    store = Store(str(tmp_path_factory.mktemp("find")))
    tail = " Ferries 🛳 wait; the ferry's crew\nslept. A Ferry\nport, no ferryman."
    articles = [article("a1"), article("a2"), article("a3", text=TEXT + tail, title="At sea")]
    stage_day(store, DAY, articles=articles)
    publish(store, Batch(DAY), Settings())
    derive(store, Batch(DAY), Settings())
    return store.root


@pytest.mark.parametrize(
    "name", ["lindqvist", "Mara Lindqvist", "MARA", "lindqvíst", "Lindquist", "Maria Lindqvist"]
)
def test_a_name_is_found_by_its_parts_and_near_misses(root: str, name: str) -> None:
    [row] = find(name, data_dir=root).to_dict("records")
    assert (row["name"], row["label"], row["n_articles"]) == ("Mara Lindqvist", "PERSON", 3)
    assert row["printed"] == "Mara Lindqvist"


def test_what_is_far_off_is_not_found(root: str) -> None:
    assert find("Okonkwo", data_dir=root).empty
    assert find("lindqvist", label="GPE", data_dir=root).empty
    with pytest.raises(ConfigError, match="label 'PERSN'; the nearest: 'PERSON'"):
        find("lindqvist", label="PERSN", data_dir=root)
    with pytest.raises(ConfigError, match="needs a name"):
        find(" ", data_dir=root)


def test_the_likeliest_comes_first() -> None:
    def entity(name: str, n: int, *aliases: str) -> EntityIndexRow:
        forms = [AliasCount(text, 1) for text in (name, *aliases)]
        return EntityIndexRow(
            entity_id=name,
            name=name,
            label="PERSON",
            aliases=forms,
            first_seen=DAY,
            last_seen=DAY,
            n_articles=n,
        )

    index = to_arrow(
        [
            entity("Peter Ashdown", 2),
            entity("Margaret Ashdown", 9),
            entity("Treasury", 99, "Ashdown's office"),
            entity("Ashdown", 1),
            entity("Ashton", 50),
        ],
        EntityIndexRow,
    )
    found = alike_rows(index, "ashdown", columns=("name",), n=10).to_pylist()
    assert [row["name"] for row in found] == [
        "Ashdown",
        "Margaret Ashdown",
        "Peter Ashdown",
        "Treasury",
        "Ashton",
    ]
    assert found[3]["printed"] == "Ashdown's office"
    assert len(alike_rows(index, "ashdown", columns=("name",), n=2)) == 2


@pytest.mark.parametrize(
    "word, hits",
    [
        ("ferry", ["ferry", "Ferry"]),
        ("ferr*", ["Ferries", "ferry", "Ferry", "ferryman"]),
        ("ferry port", ["Ferry port"]),
        ("crew slept.", ["crew slept."]),
        ("err", []),
    ],
)
def test_words_stand_where_their_offsets_say(root: str, word: str, hits: list[str]) -> None:
    found = concordance(word, width=12, data_dir=root)
    assert list(found["hit"]) == hits
    texts = load("articles", data_dir=root).set_index("article_id")["text"]
    for row in found.to_dict("records"):
        text = texts[row["article_id"]]
        assert text[row["start_char"] : row["end_char"]].replace("\n", " ") == row["hit"]
        around = text[row["start_char"] - len(row["left"]) : row["end_char"] + len(row["right"])]
        assert around.replace("\n", " ") == row["left"] + row["hit"] + row["right"]
        assert (row["outlet"], row["title"]) == ("The Ledger", "At sea")


def test_reprints_are_left_out_unless_wanted(root: str) -> None:
    assert len(concordance("weather", data_dir=root)) == 2
    assert len(concordance("weather", once=False, days=DAY, data_dir=root)) == 3
    assert concordance("weather", days="2025-01-01", data_dir=root).empty


@pytest.mark.parametrize("word", ["", " ", "*"])
def test_no_word_is_told(tmp_path: Path, word: str) -> None:
    with pytest.raises(ConfigError, match="needs a word"):
        concordance(word, data_dir=str(tmp_path))
