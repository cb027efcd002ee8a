"""The file of topics: what is wrong with it is said, what it says is in the run_id."""

from pathlib import Path

import pytest

from pipeline.curation.topics import topics_of
from pipeline.errors import ConfigError
from pipeline.provenance import parse_settings, row_settings
from pipeline.settings import Settings

GOOD = """
shipping:
  words: [ferry, port, sea trade]
  statements:
    - The harbour has been closed to ships.
energy: [power plant, gas]
"""


def written(folder: Path, text: str | bytes) -> str:
    path = folder / "topics.yaml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return str(path)


def test_words_and_statements_are_read(tmp_path: Path) -> None:
    topics = topics_of(written(tmp_path, GOOD))
    assert topics is not None
    assert topics.names == ("shipping", "energy")
    assert topics.weights["ferry"] == {"shipping": 1.0}


def test_no_setting_no_topics() -> None:
    assert topics_of("") is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: [b", "no YAML"),
        (b"\xff\xfe\xfa", "no YAML"),
        ("", "topics by name"),
        ("- ferry", "topics by name"),
        ("1: [ferry]", "topics by name"),
        ("shipping: ferry", "topic 'shipping'"),
        ("shipping:", "topic 'shipping'"),
        ("shipping: {word: [ferry]}", "topic 'shipping'"),
        ("shipping: {words: []}", "topic 'shipping'"),
        ("shipping: [1, 2]", "topic 'shipping'"),
        ("shipping: {words: 3}", "topic 'shipping'"),
    ],
)
def test_a_file_that_holds_no_topics_is_named(tmp_path: Path, text: str | bytes, message: str) -> None:
    with pytest.raises(ConfigError, match=message) as error:
        topics_of(written(tmp_path, text))
    assert "topics.yaml" in str(error.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    for use in (topics_of, lambda name: row_settings(Settings(topics_file=name))):
        with pytest.raises(ConfigError, match=r"no\.yaml cannot be read"):
            use(str(tmp_path / "no.yaml"))


def test_other_topics_are_other_rows_but_no_other_parse(tmp_path: Path) -> None:
    settings = Settings(topics_file=written(tmp_path, GOOD))
    before, parse = row_settings(settings), parse_settings(settings)
    written(tmp_path, GOOD + "health: [jab]\n")
    assert row_settings(settings) != before
    assert parse_settings(settings) == parse == parse_settings(Settings())
    assert row_settings(Settings())["topics_file"] == ""
