"""Every article of the sample through the real model, against its snapshot."""

from difflib import unified_diff
from itertools import islice

import pytest
from golden.write import HERE, snapshots

from pipeline.nlp import load_nlp

pytestmark = [pytest.mark.model, pytest.mark.slow]

NAMES = sorted(path.stem for path in HERE.glob("*.json"))
MEND = "see what changed; where it is meant: make golden"


@pytest.fixture(scope="module")
def made() -> dict[str, str]:
    return snapshots(load_nlp())


def test_every_article_has_a_snapshot_and_every_snapshot_an_article(made: dict[str, str]) -> None:
    assert sorted(made) == NAMES, MEND


@pytest.mark.parametrize("name", NAMES)
def test_the_pipeline_makes_of_an_article_what_it_made(made: dict[str, str], name: str) -> None:
    written = (HERE / f"{name}.json").read_text(encoding="utf-8")
    if made[name] != written:
        before, after = written.splitlines(), made[name].splitlines()
        difference = unified_diff(before, after, f"{name}.json", "made now", lineterm="", n=0)
        pytest.fail("\n".join([*islice(difference, 60), MEND]), pytrace=False)
