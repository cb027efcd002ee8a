"""Clean articles in, tables out, offsets into the text as it was given."""

import gzip
import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from pipeline.errors import ConfigError
from pipeline.extract_file import extract_file
from pipeline.settings import Settings

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
TABLES = ("articles", "entities", "mentions", "quotes", "claims", "rejects")
RECORDS = [
    {
        "article_id": "one",
        "text": " Edda Vance said:\r\n“The ferry must not sail.”\r\n\tShe blamed Norway\u2019s navy. ",
        "title": "Ferry stays",
        "published_at": "2026-03-01T10:00:00+02:00",
        "source": "Port News",
    },
    {"id": "two", "text": "Ilse Brandt denied on Sunday that the port had paid 3 million crowns."},
    {
        "id": "three",
        "text": "Le ministre a dit que le port resterait fermé jusqu'à mardi prochain.",
        "language": "fr",
    },
]
BAD = ["{broken", json.dumps({"id": "four"}), json.dumps({"id": "two", "text": "Again."}), json.dumps([1])]


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("in") / "articles.jsonl"
    path.write_text("\n".join([*map(json.dumps, RECORDS), *BAD]), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def output(source: Path) -> Path:
    folder = source.parent / "out"
    extract_file(source, folder, Settings(processes=1))
    return folder


def frames(folder: Path) -> dict[str, pd.DataFrame]:
    return {name: pd.read_parquet(folder / f"{name}.parquet") for name in TABLES}


@pytest.mark.model
def test_texts_and_offsets_are_as_given(output: Path) -> None:
    tables = frames(output)
    texts = dict(zip(tables["articles"]["article_id"], tables["articles"]["text"], strict=True))
    assert texts == {r.get("article_id", r.get("id")): r["text"] for r in RECORDS}
    for name in ("mentions", "claims"):
        assert len(tables[name])
        for row in tables[name].itertuples():
            assert texts[row.article_id][row.start_char : row.end_char] == row.text
    speakers = set(tables["quotes"]["speaker_name"])
    assert {"Edda Vance", "Ilse Brandt"} <= speakers


@pytest.mark.model
def test_day_is_that_of_publication_in_utc_or_null(output: Path) -> None:
    articles = frames(output)["articles"]
    days = dict(zip(articles["article_id"], articles["day"], strict=True))
    assert days["one"] == date(2026, 3, 1)
    assert pd.isna(days["two"])


@pytest.mark.model
def test_other_languages_are_kept_but_not_extracted(output: Path) -> None:
    tables = frames(output)
    assert "three" in set(tables["articles"]["article_id"])
    assert "three" not in set(tables["mentions"]["article_id"])


@pytest.mark.model
def test_bad_lines_are_rejects(output: Path) -> None:
    rejects = frames(output)["rejects"]
    assert list(zip(rejects["record_ref"], rejects["reason"], strict=True)) == [
        ("articles.jsonl#4", "not_json"),
        ("articles.jsonl#5", "no_text"),
        ("articles.jsonl#6", "duplicate_id"),
        ("articles.jsonl#7", "not_json"),
    ]


@pytest.mark.model
def test_processes_zip_and_pipe_change_no_byte(source: Path, output: Path, tmp_path: Path) -> None:
    extract_file(source, tmp_path / "two", Settings(processes=2))
    zipped = tmp_path / "articles.jsonl"
    zipped.write_bytes(gzip.compress(source.read_bytes()))
    command = [
        sys.executable,
        "-m",
        "pipeline",
        "extract",
        "--input",
        "-",
        "--output",
        str(tmp_path / "pipe"),
    ]
    done = subprocess.run(command, input=source.read_bytes(), cwd=ROOT, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert b"\x1b" not in done.stderr  # no progress bar in a pipe
    for name in ("entities", "mentions", "quotes", "claims"):
        rows = (output / f"{name}.parquet").read_bytes()
        assert (tmp_path / "two" / f"{name}.parquet").read_bytes() == rows
        assert (tmp_path / "pipe" / f"{name}.parquet").read_bytes() == rows
    extract_file(zipped, tmp_path / "zip", Settings(processes=1))
    given = frames(output)["quotes"].drop(columns="run_id")
    pd.testing.assert_frame_equal(frames(tmp_path / "zip")["quotes"].drop(columns="run_id"), given)


@pytest.mark.model
def test_nothing_is_seen_when_a_run_fails(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*args: object, **values: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pipeline.extract_file.writing.Writer.flush", stop)
    with pytest.raises(OSError, match="No space left"):
        extract_file(source, tmp_path / "out", Settings(processes=1))
    assert [p.name for p in (tmp_path / "out").iterdir()] == []


@pytest.mark.model
def test_names_are_linked_by_the_alias_table_of_the_user(source: Path, tmp_path: Path) -> None:
    aliases = tmp_path / "aliases.parquet"
    row = {"alias": "Edda Vance", "id": "Q999001", "name": "Edda Vance", "prior": 1.0, "type": "PERSON"}
    pd.DataFrame([row]).to_parquet(aliases)
    extract_file(source, tmp_path / "out", Settings(processes=1, alias_table=str(aliases)))
    entities = frames(tmp_path / "out")["entities"].set_index("name").to_dict("index")
    assert entities["Edda Vance"]["wikidata_id"] == "Q999001"
    assert 0 < entities["Edda Vance"]["link_score"] <= 1


@pytest.mark.model
def test_claims_are_on_the_topics_of_the_user(source: Path, output: Path, tmp_path: Path) -> None:
    topics = tmp_path / "topics.yaml"
    topics.write_text("bribes:\n  words: [crowns, paid]\nferries: [ferry]\n", encoding="utf-8")
    extract_file(source, tmp_path / "out", Settings(processes=2, topics_file=str(topics)))
    before, after = frames(output), frames(tmp_path / "out")
    claims = after["claims"].set_index("claim_id")
    found = {text: list(on) for text, on in zip(claims["text"], claims["topics"], strict=True)}
    assert found["the port had paid 3 million crowns"] == ["bribes"]
    assert {topic for on in found.values() for topic in on} == {"bribes", "ferries"}
    plain = before["claims"].set_index("claim_id")["checkworthiness"]
    paid = claims.index[claims["text"] == "the port had paid 3 million crowns"][0]
    assert claims["checkworthiness"][paid] > plain[paid]
    assert not any(map(len, before["claims"]["topics"]))
    assert before["claims"]["run_id"][0] != after["claims"]["run_id"][0]


@pytest.mark.model
def test_a_file_of_topics_that_is_none_is_a_mistake_of_the_user(source: Path, tmp_path: Path) -> None:
    topics = tmp_path / "topics.yaml"
    topics.write_text("- ferry", encoding="utf-8")
    with pytest.raises(ConfigError, match="topics by name"):
        extract_file(source, tmp_path / "out", Settings(processes=1, topics_file=str(topics)))


@pytest.mark.model
def test_a_url_that_is_none_stops_nothing(tmp_path: Path) -> None:
    path = tmp_path / "articles.jsonl"
    path.write_text(json.dumps(RECORDS[1] | {"url": "https://[broken/news"}), encoding="utf-8")
    assert extract_file(path, tmp_path / "out", Settings(processes=1))["articles"] == 1
