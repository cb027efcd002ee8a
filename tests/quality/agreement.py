"""The project's scorers beside others of the same definitions; and cases with the others' figures, recorded.

    python tests/quality/agreement.py ../shared/eval

writes the figures of the scorers in that folder into cases.json. The cases are three articles of an earlier
state of the gold and what the pipeline found in them then; they need not change when gold or pipeline do.
"""

import json
import sys
from pathlib import Path
from typing import Any

from quality.entities import score_entities
from quality.figures import Rates
from quality.outside import load_scorer
from quality.quotes import score_quotes

CASES = Path(__file__).with_name("cases.json")
DIGITS = 1

type Table = dict[str, list[float]]


def own_figures(gold: list[dict[str, Any]], quotes: dict[str, Any], mentions: dict[str, Any]) -> Table:
    """Precision, recall and F1, or one share, of the project's own scorers by name."""
    rows = score_quotes(gold, quotes) | score_entities(gold, mentions)
    return {name: rows_of(figure) for name, figure in rows.items() if name in NAMES}


def rows_of(figure: Any) -> list[float]:
    values = (figure.precision, figure.recall, figure.value) if isinstance(figure, Rates) else (figure.value,)
    return [round(value, DIGITS) for value in values]


def other_figures(
    folder: Path, gold: list[dict[str, Any]], quotes: dict[str, Any], mentions: dict[str, Any]
) -> Table:
    """The same of the scorers in a folder."""
    by_id = {record["doc_id"]: record for record in gold}
    found = {doc_id: {"quotes": rows} for doc_id, rows in quotes.items()}
    said, _ = load_scorer(folder, "score_quotes").score(by_id, found)
    named = load_scorer(folder, "score_entities").score(
        gold, [{"doc_id": doc_id, "mentions": rows} for doc_id, rows in mentions.items()], "generic"
    )
    table: Table = {}
    for name, path in NAMES.items():
        row: Any = {**said, **named}
        for key in path:
            row = row[key]
        if isinstance(row, dict):
            lower = {key.lower(): value for key, value in row.items()}
            table[name] = [round(lower[key], DIGITS) for key in "prf"]
        else:
            table[name] = [round(row, DIGITS)]
    return table


NAMES: dict[str, tuple[str, ...]] = {
    "attributed": ("attributed",),
    "attributed, strict": ("attributed_strict",),
    "content, overlap": ("content_overlap",),
    "content, exact": ("content_exact",),
    "content, words": ("content_token",),
    "cue, exact": ("cue_exact",),
    "cue, overlap": ("cue_overlap",),
    "speaker's head, of matched": ("speaker_head_acc",),
    "speaker exact, of matched": ("speaker_exact_acc",),
    "attributed, direct": ("by_type", "direct", "attributed"),
    "attributed, mixed": ("by_type", "mixed", "attributed"),
    "attributed, indirect": ("by_type", "indirect", "attributed"),
    "names, span": ("ner", "span"),
    "names, span and class": ("ner", "strict"),
    "clusters, B3": ("coref", "B3"),
    "across articles, B3": ("xdoc", "B3"),
}


def typed(folder: Path, gold: list[dict[str, Any]], quotes: dict[str, Any]) -> None:
    """Give all quotations the type that follows from their marks, as the other scorer takes it."""
    qtype = load_scorer(folder, "qtype")
    for record in gold:
        regions = qtype.quoted_regions(record["text"])
        for quote in (*record["quotes"], *quotes.get(record["doc_id"], ())):
            quote["type"] = qtype.quote_type(record["text"], quote["content"], regions)[0]


def differences(own: Table, other: Table) -> dict[str, tuple[list[float], list[float]]]:
    """Figures that differ by more than the rounding of either side."""
    assert own.keys() == other.keys()
    return {
        name: (values, other[name])
        for name, values in own.items()
        if any(abs(a - b) > 1.01 * 10**-DIGITS for a, b in zip(values, other[name], strict=True))
    }


def main() -> None:
    cases = json.loads(CASES.read_text(encoding="utf-8"))
    folder = Path(sys.argv[1])
    typed(folder, cases["gold"], cases["quotes"])
    cases["expected"] = other_figures(folder, cases["gold"], cases["quotes"], cases["mentions"])
    CASES.write_text(json.dumps(cases, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
