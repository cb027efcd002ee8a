"""A few articles through the real model, against snapshots."""

import pytest
from golden.write import ARTICLES, HERE, as_text, golden, records

from pipeline.nlp import load_nlp


@pytest.mark.model
@pytest.mark.parametrize("name", ARTICLES)
def test_the_pipeline_makes_of_an_article_what_it_made(name: str) -> None:
    made = as_text(golden(load_nlp(), name, records()[name]))
    snapshot = (HERE / f"{name}.json").read_text(encoding="utf-8")
    assert made == snapshot, "see what changed; where it is meant: python tests/golden/write.py"
