"""Other extractors of quotations, with stand-ins that are called as they are."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.peers import FOLDER, PEERS, main

ROOT = Path(__file__).parents[1]

TEXTS = (
    '"The ferry will sail again on Friday," said Ada Brin, its captain. "Bring a coat."',
    'The captain called the pier "a heap of wet boards and left.',
    "“Nobody asked the harbour,” its master said.\nThe café stayed shut.",
)

TEXTACY = """
def direct_quotations(doc):
    marks = [token for token in doc if token.is_quote]
    if len(marks) % 2:
        raise ValueError("a mark has no partner")
    yield from zip(marks[::2], marks[1::2])
"""

QUOTE_EXTRACTOR = """
import pathlib
import bson
import utils
pathlib.Path("logs").mkdir()

class QuoteExtractor:
    def __init__(self, config):
        self.nlp = config["spacy_lang"]
        self.verbs = open(config["NLP"]["QUOTE_VERBS"]).read().split()

    def extract_quotes(self, doc):
        assert doc.vocab is self.nlp.vocab and "é" not in doc.text and self.verbs == ["say"]
        marks = [token.i for token in doc if token.text == '"']
        return [*zip(marks[::2], marks[1::2])]
"""

UTILS = """
def preprocess_text(text):
    return text.replace("é", "e").replace("“", '"').replace("”", '"')
"""


def write(folder: Path, **modules: str) -> None:
    for name, text in modules.items():
        path = folder / (name.replace("__", "/") + ".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def articles(folder: Path) -> Path:
    path = folder / "articles.jsonl"
    path.write_text("".join(json.dumps({"text": text}) + "\n" for text in TEXTS), encoding="utf-8")
    return path


def run(peer: str, folder: Path, **environment: str) -> str:
    command = [sys.executable, "-m", "benchmarks.peers", peer, "--input", str(articles(folder))]
    env = os.environ | {"PYTHONPATH": f"{folder}{os.pathsep}{ROOT}"} | environment
    return subprocess.run(command, capture_output=True, text=True, cwd=folder, env=env, check=True).stdout


@pytest.mark.model
@pytest.mark.slow
def test_textacy_refuses_texts_with_a_mark_too_many_and_they_are_counted(tmp_path: Path) -> None:
    write(tmp_path, textacy____init__="", textacy__extract____init__="", textacy__extract__triples=TEXTACY)
    assert run("textacy", tmp_path) == "3 quotations; 1 texts refused\n"


@pytest.mark.model
@pytest.mark.slow
def test_gendergaptracker_is_imported_from_its_folder_and_reads_cleaned_texts(tmp_path: Path) -> None:
    checkout = tmp_path / "checkout"
    write(checkout, quote_extractor=QUOTE_EXTRACTOR, utils=UTILS)
    (checkout / "rules").mkdir()
    (checkout / "rules" / "quote_verb_list.txt").write_text("say\n", encoding="utf-8")
    write(tmp_path, pymongo="", bson="")
    assert run("gendergaptracker", tmp_path, **{FOLDER: "checkout"}) == "3 quotations; 0 texts refused\n"
    assert not (tmp_path / "logs").exists()
    assert not (checkout / "logs").exists()


def test_a_peer_that_is_not_installed_says_how_to_have_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(FOLDER, str(tmp_path))
    with pytest.raises(SystemExit):
        main(["gendergaptracker", "--input", "none.jsonl"])
    assert PEERS["gendergaptracker"].how in " ".join(capsys.readouterr().err.split())
