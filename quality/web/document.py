"""The figures of web news in README.md and docs/quality.md: `make eval CORPORA=... ARGS=--write-docs`.

What stands between two marks in these files is written here and nowhere else.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from pipeline.errors import InputError
from quality.calibration import BINS, Outcome, binned, calibration_error
from quality.figures import Bounded, Figure, Figures, Share
from quality.web.checkworthy import LabelledSentence, by_paper
from quality.web.columns import COLUMNS, ELSEWHERE, wrong
from quality.web.figures import FIGURES, HEADLINES, Scored, figures_of, summed
from quality.web.gold import FAMILY
from quality.web.intervals import bounded
from quality.web.score import OWN_DEV, WEB_GOLD, Sets, by_kind
from quality.web.scores import SCORES, by_family, by_quote_kind, calibration_error_left_out, of_quotes

BEFORE = Path(__file__).with_name("before.json")
"""The figures before the extractors were made for ordinary news, measured at the commit that it names."""

README_FIGURES = {
    "attributed": "quotations, with the right speaker",
    "names, span and label": "names, with their label",
    "clause and claimer and polarity": "claims, with source and polarity",
}

COMMAND = "make eval ARGS=--write-docs"


def write_documents(
    root: Path,
    sets: Sets,
    readers: Sequence[Scored],
    sentences: Sequence[LabelledSentence],
    figures: Mapping[str, Figures],
) -> None:
    """Write all blocks anew.

    Args:
        root: of the project.
        sets: scored articles.
        readers: the second reading, scored.
        sentences: labelled and scored.
        figures: of the public corpora, by section.

    Raises:
        InputError: a document has no place for a block.
    """
    blocks = {
        "web news, in short": in_short(sets, readers),
        "web news": "\n".join(
            [
                *_overall(sets, readers),
                *_kinds(sets),
                *_columns(sets),
                *_reliability(sets),
                *_checkworthiness(sentences),
            ]
        ),
        "before and after": "\n".join(_corpora(figures)),
    }
    for path, names in (
        (root / "README.md", ["web news, in short"]),
        (root / "docs" / "quality.md", ["web news", "before and after"]),
    ):
        text = path.read_text(encoding="utf-8")
        for name in names:
            text = replaced(text, name, blocks[name])
        path.write_text(text, encoding="utf-8")


def replaced(text: str, name: str, block: str, *, command: str = COMMAND) -> str:
    """Return a document with a block in the place of the one between its marks.

    Args:
        text: the document.
        name: of the block.
        block: the new one.
        command: that makes it, as its first mark says.

    Raises:
        InputError: the marks are not there once each.
    """
    begin, end = f"<!-- begin: {name} ({command}) -->", f"<!-- end: {name} -->"
    if text.count(begin) != 1 or text.count(end) != 1 or text.index(begin) > text.index(end):
        raise InputError(f"no place for it between {begin} and {end}")
    head, rest = text.split(begin)
    return f"{head}{begin}\n\n{block.strip()}\n\n{end}{rest.split(end)[1]}"


def in_short(sets: Sets, readers: Sequence[Scored]) -> str:
    """Return the three figures that matter, with bounds, as a table."""
    head = [f"{name}, {len(scored)} articles" for name, scored in sets.items()]
    agreement = summed(_counts(readers))
    rows = [
        [
            label,
            *(_cell(bounded(FIGURES[name], _counts(scored))) for scored in sets.values()),
            f"{FIGURES[name](agreement).value:.0f}",
        ]
        for name, label in README_FIGURES.items()
    ]
    return "\n".join(_table(["F1 on real web news", *head, "two readers"], rows))


def _overall(sets: Sets, readers: Sequence[Scored]) -> list[str]:
    before = json.loads(BEFORE.read_text(encoding="utf-8"))["web"]
    head = [""]
    for name, scored in sets.items():
        head += [f"{name}, {len(scored)} articles", "before"]
    rows = [
        [figure]
        + [
            cell
            for name, scored in sets.items()
            for cell in (_cell(bounded(of, _counts(scored))), f"{before[name][figure]:.1f}")
        ]
        + [f"{of(summed(_counts(readers))).value:.1f}"]
        for figure, of in FIGURES.items()
    ]
    return [
        "F1 or share, with the bounds of 95 in 100 bootstrap samples. Two readers: on ten articles of the"
        " web gold.",
        "",
        *_table([*head, "two readers"], rows),
        "",
    ]


def _kinds(sets: Sets) -> list[str]:
    rows = []
    for kind, scored in by_kind(_all(sets)).items():
        figures = figures_of(HEADLINES, summed(_counts(scored)))
        rows.append([kind, str(len(scored)), *(f"{figure.value:.0f}" for figure in figures.values())])
    return [
        "### By kind of news",
        "",
        "F1, both sets together. Few articles of a kind tell little: see the bounds above.",
        "",
        *_table(["kind", "articles", *HEADLINES], rows),
        "",
    ]


def _columns(sets: Sets) -> list[str]:
    families = _families(sets)
    sums = {family: summed(_counts(scored)) for family, scored in families.items()}
    rows = [
        [f"`{column.table}`", f"`{column.column.replace(', ', '`, `')}`", column.fault]
        + [_percent(wrong(column, sums[family])) for family in families]
        for column in COLUMNS
    ]
    members = "; ".join(
        f"{family}: {', '.join(kind for kind, other in FAMILY.items() if other == family)}"
        for family in dict.fromkeys(FAMILY.values())
    )
    return [
        "### How wrong each column is",
        "",
        "Percent of the values that are not the gold's, and of how many; both sets together."
        f" Kinds taken together: {members}.",
        "",
        *_table(["table", "column", "", *families], rows),
        "",
        "The other columns that extractors fill:",
        "",
        *_table(
            ["", "columns"], [[why, ", ".join(f"`{name}`" for name in names)] for why, names in ELSEWHERE]
        ),
        "",
    ]


def _reliability(sets: Sets) -> list[str]:
    lines = [
        "### Are the scores what they say: web news",
        "",
        "Of the rows with a score in a range, how many percent are right, of how many. Error: the expected"
        " calibration error; left out: that error, had the scores been set (isotonically) by other outlets"
        " than those they are measured on. A claim has no score of its own: `checkable` says whether it could"
        " be checked, and is shown because people filter by it.",
        "",
    ]
    for title, of in SCORES.items():
        groups = {**by_family(_all(sets), of), **(by_quote_kind(_all(sets)) if of is of_quotes else {})}
        rows = [
            [group, *_bins([item[1:] for item in items]), f"{calibration_error_left_out(items):.0f}"]
            for group, items in groups.items()
        ]
        lines += [*_table([title, *_RANGES, "error", "left out"], rows), ""]
    return lines


def _checkworthiness(sentences: Sequence[LabelledSentence]) -> list[str]:
    lines = [
        "### Are the scores what they say: labelled sentences",
        "",
        "Of the sentences with a score in a range, how many percent have the label, by kind of paper.",
        "",
    ]
    for column in ("checkable", "checkworthiness"):
        rows = [[paper, *_bins(items)] for paper, items in by_paper(sentences, column).items()]
        lines += [*_table([f"`{column}`", *_RANGES, "error"], rows), ""]
    return lines


def _corpora(figures: Mapping[str, Figures]) -> list[str]:
    before: dict[str, Any] = json.loads(BEFORE.read_text(encoding="utf-8"))
    audited = before["audit"]["corpora"]

    def cell(value: float | None) -> str:
        return "" if value is None else f"{value:.{1 if value > 1 else 3}f}"

    rows = [
        [
            section,
            figure,
            cell(audited.get(section, {}).get(figure)),
            cell(value),
            figures[section][figure].cells()[2],
        ]
        for section, names in before["corpora"].items()
        for figure, value in names.items()
    ]
    return [
        f"{before['audit']['commit']}: when ordinary news was first looked at, as far as it was measured;"
        f" {before['commit']}: before the rules for it. Deeds and what was not said had rows until then.",
        "",
        *_table(["corpus", "figure", before["audit"]["commit"], before["commit"], "now"], rows),
        "",
    ]


_RANGES = [f"{low:.1f} to {high:.1f}" for low, high in pairwise(BINS)]


def _bins(items: Sequence[Outcome]) -> list[str]:
    """Return the cells of a row of reliability: the share that is right by range, then the error."""
    shares = [Share(sum(right for _, right in inside), len(inside)) for _, inside in binned(items)]
    return [*map(_percent, shares), f"{calibration_error(items):.0f}"]


def _percent(share: Share) -> str:
    return f"{share.value:.0f} ({share.of})" if share.of else ""


def _cell(figure: Figure) -> str:
    if isinstance(figure, Bounded):
        return f"{figure.value:.1f} ({figure.low:.0f} to {figure.high:.0f})"
    return f"{figure.value:.1f}"


def _families(sets: Sets) -> dict[str, list[Scored]]:
    families: dict[str, list[Scored]] = {"all": _all(sets)}
    for name in dict.fromkeys(FAMILY.values()):
        families[name] = [one for one in families["all"] if one.article.family == name]
    return families


def _all(sets: Sets) -> list[Scored]:
    return [one for name in (OWN_DEV, WEB_GOLD) for one in sets[name]]


def _counts(scored: Sequence[Scored]) -> list[Mapping[str, float]]:
    return [one.counts for one in scored]


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    rule = ["---", *["---:"] * (len(head) - 1)]
    return [re.sub(r" +", " ", f"| {' | '.join(row)} |") for row in (head, rule, *rows)]
