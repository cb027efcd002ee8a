"""Thirteen questions of newsrooms: `load`, DuckDB, polars and the explorer give the same answers."""

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from explored import asking

from pipeline.store import Store

EXAMPLES = Path(__file__).parents[1] / "examples" / "questions"


def example(name: str) -> Any:
    """A module of the examples, which are no package."""
    spec = spec_from_file_location(name, EXAMPLES / f"{name}.py")
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


by_duckdb, by_explorer, by_load, by_polars = (
    example(name) for name in ("by_duckdb", "by_explorer", "by_load", "by_polars")
)
QUESTIONS = [question.__name__ for question in by_load.QUESTIONS]


@pytest.fixture(scope="module")
def answers(sample: Store) -> Iterator[dict[str, Callable[[str], list[tuple[Any, ...]]]]]:
    """By way: what answers a question, by its name."""
    con = by_duckdb.connected(f"{sample.root}/tables")
    desk = by_polars.Desk(con)

    def by_load_(question: str) -> list[tuple[Any, ...]]:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("NEWSTABLES_DATA_DIR", sample.root)
            frame: pd.DataFrame = getattr(by_load, question)()
        return [tuple(map(plain, row)) for row in frame.itertuples(index=False)]

    with asking(sample) as client:

        def get(address: str) -> str:
            answer = client.get(address)
            assert answer.status_code == 200, f"{address}: {answer.text}"
            return answer.text

        pages = by_explorer.Explorer(get)
        yield {
            "load": by_load_,
            "duckdb": lambda question: con.execute(by_duckdb.QUESTIONS[question]).fetchall(),
            "polars": lambda question: getattr(desk, question)().rows(),
            "explorer": lambda question: getattr(pages, question)(),
        }


def plain(value: Any) -> Any:
    """A value of a pandas frame as Python has it."""
    if isinstance(value, pd.Timestamp):
        return value.to_pydatetime()
    if isinstance(value, date | datetime | str | bool):
        return value
    return None if pd.isna(value) else getattr(value, "item", lambda: value)()


@pytest.mark.parametrize("question", QUESTIONS)
def test_all_ways_give_the_same_answer(answers: Any, question: str) -> None:
    by_load_ = answers["load"](question)
    assert by_load_
    assert answers["duckdb"](question) == by_load_
    assert answers["polars"](question) == by_load_
    assert answers["explorer"](question) == by_load_


def test_there_are_thirteen_and_each_way_has_all() -> None:
    assert len(QUESTIONS) == 13
    assert list(by_duckdb.QUESTIONS) == QUESTIONS
    for way in (by_polars.Desk, by_explorer.Explorer):
        assert [name for name in vars(way) if name in QUESTIONS] == QUESTIONS


def test_the_sql_of_the_document_has_answers(sample: Store) -> None:
    document = (Path(__file__).parents[1] / "docs" / "desk.md").read_text(encoding="utf-8")
    shown = "".join(re.findall(r"```sql\n(.*?)```", document, re.DOTALL))
    asked = [one for one in shown.split(";") if one.strip()]
    con = by_duckdb.connected(f"{sample.root}/tables")
    assert len(asked) == 2
    assert all(con.execute(one).fetchall() for one in asked)
