"""Amounts and times on the project's own gold: at least 150 expressions, 92 % of them exact."""

import json
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from spacy.language import Language

from pipeline.components.claims.values.dates import find_dates
from pipeline.components.claims.values.on_tokens import find_values
from pipeline.components.doc.columns import read_columns
from pipeline.components.doc.tree import read_tree

GOLD = Path(__file__).parents[3] / "gold" / "values.jsonl"
FLOOR = 0.92


@pytest.mark.model
def test_gold(nlp: Language) -> None:
    rows = [json.loads(line) for line in GOLD.read_text(encoding="utf-8").splitlines()]
    n_gold = n_found = n_exact = 0
    wrong = []
    for row, doc in zip(rows, nlp.pipe(row["text"] for row in rows), strict=True):
        quantities, times = find_values(
            doc, read_tree(read_columns(doc)), date.fromisoformat(row["published"])
        )
        found: Counter[tuple[object, ...]] = Counter((q.value, q.unit, q.comparator) for q in quantities)
        found.update((str(t.first), str(t.last)) for t in times if t.first)
        gold: Counter[tuple[object, ...]] = Counter(tuple(q) for q in row["quantities"])
        gold.update(tuple(d) for d in row["dates"])
        n_gold += gold.total()
        n_found += found.total()
        n_exact += (gold & found).total()
        if gold != found:
            wrong.append((row["id"], row["text"], gold - found, found - gold))
    assert n_gold >= 150
    assert n_exact / n_gold >= FLOOR, wrong
    assert n_exact / n_found >= FLOOR, wrong


@pytest.mark.model
def test_no_time_is_missed_by_looking_only_near_words_that_give_one_away(nlp: Language) -> None:
    rows = [json.loads(line) for line in GOLD.read_text(encoding="utf-8").splitlines()]
    for row, doc in zip(rows, nlp.pipe(row["text"] for row in rows), strict=True):
        published = date.fromisoformat(row["published"])
        _, times = find_values(doc, read_tree(read_columns(doc)), published)
        assert [(t.first, t.last) for t in times] == [
            (first, last) for _, _, first, last in find_dates(doc.text, published)
        ]


@pytest.mark.model
@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("The plant opens by mid-1987.", ["1987-05-01"]),  # the digits stand last in their token
        ("The fair raised nearly CDN$11,000 for the shelter.", [11000]),
    ],
)
def test_digits_anywhere_in_a_word_give_a_value_away(nlp: Language, text: str, values: list[object]) -> None:
    doc = nlp(text)
    quantities, times = find_values(doc, read_tree(read_columns(doc)), date(2026, 3, 4))
    assert [q.value for q in quantities] + [str(t.first) for t in times] == values
