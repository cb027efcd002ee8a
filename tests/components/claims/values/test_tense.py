"""Days by the tense of their clause, counted from Wednesday 4 March 2026; with the model."""

from datetime import date

import pytest
from spacy.language import Language

from pipeline.components.claims.values.on_tokens import find_values
from pipeline.components.doc.columns import read_columns
from pipeline.components.doc.tree import read_tree
from pipeline.nlp import load_nlp

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def pipeline_nlp() -> Language:
    """The model as the pipeline loads it, with its own tokenizer."""
    return load_nlp()


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Two farmers were killed by soldiers on March 30.", "2025-03-30"),
        ("The firm was fined by the court on Monday.", "2026-03-02"),
        ("He was killed on Thursday.", "2026-02-26"),
        ("Hundreds died on 7 May.", "2025-05-07"),
        ("They may have left on Thursday.", "2026-02-26"),
        ("Novak says on Monday that she left.", "2026-03-02"),
        ("Voters go to the polls on Sunday.", "2026-03-08"),
        ("Schools reopen on Monday.", "2026-03-09"),
        ("The bridge will reopen on Friday.", "2026-03-06"),
        ("It is due to close on Friday.", "2026-03-06"),
        ("They agreed to meet on Friday.", "2026-03-06"),
        ("She said it would end in June.", "2026-06-01"),
        ("Talks are expected to begin in May.", "2026-05-01"),
        ("The road is closed until Friday.", "2026-03-06"),
        ("The market opens every Tuesday.", "None"),
        ("Electors meet on the first Monday after the poll.", "None"),
        ("It shuts on the last Friday of the month.", "None"),
    ],
)
def test_day(nlp: Language, text: str, day: str) -> None:
    doc = nlp(text)
    _, times = find_values(doc, read_tree(read_columns(doc)), date(2026, 3, 4))
    assert [str(time.first) for time in times] == [day]


@pytest.mark.parametrize(
    ("text", "amounts"),
    [
        ("The two offered $5m and €7m. Ticket prices rose.", [(2, None), (5e6, "USD"), (7e6, "EUR")]),
        ("Norway gave SEK 20m. Singapore gave nothing.", [(2e7, "SEK")]),
        ("The fund raised $1.2B. Critics scoff.", [(1.2e9, "USD")]),
        ("The scheme costs Rs. 5 crore. Critics scoff.", [(5e7, "INR")]),
    ],
)
def test_a_unit_ends_its_sentence(
    pipeline_nlp: Language, text: str, amounts: list[tuple[float, str | None]]
) -> None:
    doc = pipeline_nlp(text)
    measures, _ = find_values(doc, read_tree(read_columns(doc)), None)
    assert [(m.value, m.unit) for m in measures] == amounts
    assert len(list(doc.sents)) == 2


@pytest.mark.parametrize(
    "text",
    [
        "Boeing 737 jets landed.",
        "Crossrail 1 opened late.",
        "They met in the Seven Hills.",
        "See page 3 for more.",
    ],
)
def test_a_number_in_a_name_is_no_amount(nlp: Language, text: str) -> None:
    doc = nlp(text)
    measures, _ = find_values(doc, read_tree(read_columns(doc)), None)
    assert measures == []
