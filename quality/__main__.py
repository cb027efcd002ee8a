"""How good the extractors are: precision, recall and F1 on gold, with floors that fail a run.

    python -m quality [--corpora DIR] [--only SECTION] [--json OUT] [--markdown]
    python -m quality --update-floors [--allow-regression]
    python -m quality --corpora DIR --write-docs

The project's own gold is always scored, and the exit code is 1 where a figure is below its floor. With
`--corpora`, the corpora there are scored too, real web news first; they have no floors. docs/quality.md tells
what the figures mean, and `--write-docs` writes those of web news into it.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from pipeline.errors import ConfigError, InputError
from pipeline.nlp import DEFAULT_MODEL
from quality import gate
from quality.corpora import score_corpora
from quality.own import FILES, SECTIONS, headlines, score_own
from quality.parses import Parser
from quality.report import as_json, as_markdown, as_text
from quality.same_claims import score_claimdiff
from quality.web.checkworthy import checkworthy_figures, labelled_sentences
from quality.web.document import write_documents
from quality.web.readers import score_second_reading
from quality.web.score import WEB_GOLD, score_sets, web_figures

GOLD = Path("tests/gold")
CACHE = Path(".cache/eval")


def main(arguments: Sequence[str] | None = None) -> int:
    """Score, print, and return the exit code: 1 below a floor, 2 for a wrong call."""
    options = _options(arguments)
    try:
        return _run(options)
    except gate.GateError as error:
        sys.stderr.write(f"below the floors of {options.gold / 'floors.json'}: {error}\n")
        return 1
    except (ConfigError, InputError) as error:
        sys.stderr.write(f"newstables: {error}\n")
        return 2


def _run(options: argparse.Namespace) -> int:
    if not all((options.gold / name).is_file() for name in FILES):
        raise InputError(
            f"{options.gold} does not hold the gold: run it in the project's root, or name --gold"
        )
    parser = Parser(model=options.model, cache=CACHE)
    sections = tuple(options.only or SECTIONS)
    own = score_own(options.gold, parser, sections)
    figures = {f"own gold: {name}": rows for name, rows in own.items()}
    if options.corpora is not None:
        sets = score_sets(options.corpora, options.gold, parser)
        figures |= web_figures(sets, sections)
        sentences = []
        if "sentences" in sections:
            sentences = labelled_sentences(options.corpora, options.gold, parser)
            figures |= checkworthy_figures(sentences)
        figures |= score_corpora(options.corpora, parser, sections, options.gold)
        if "same claims" in sections:
            figures["ClaimDiff, labelled pairs"] = score_claimdiff(options.corpora, options.gold, parser)
    sys.stdout.write((as_markdown if options.markdown else as_text)(figures) + "\n")
    if options.write_docs:
        readers = score_second_reading(options.gold / "web", [one.article for one in sets[WEB_GOLD]])
        write_documents(Path(), sets, readers, sentences, figures)
    if options.json is not None:
        options.json.write_text(json.dumps(as_json(figures), indent=1) + "\n", encoding="utf-8")
    if options.model != DEFAULT_MODEL:  # the floors are those of the default
        return 0
    floors, gold = options.gold / "floors.json", gate.gold_checksum(options.gold, FILES)
    if options.update_floors:
        changed = gate.update(floors, gold, headlines(own), allow_regression=options.allow_regression)
        if floors == GOLD / "floors.json":
            gate.copy_for_reports(floors)
        sys.stderr.write(f"{len(changed)} floors of {floors} set anew\n")
    else:
        gate.check(floors, gold, headlines(own))
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m quality", description=__doc__.split("\n\n")[0])
    parser.add_argument(
        "--corpora", type=Path, metavar="DIR", help="folder of corpora; scorers in DIR/../eval"
    )
    parser.add_argument("--only", action="append", choices=SECTIONS, help="a section; may be repeated")
    parser.add_argument("--json", type=Path, metavar="OUT", help="write all figures to this file")
    parser.add_argument("--markdown", action="store_true", help="print Markdown tables")
    parser.add_argument("--gold", type=Path, default=GOLD, help="folder of the own gold (%(default)s)")
    parser.add_argument(
        "--model", default=DEFAULT_MODEL, help="a model as in setting nlp_model (%(default)s)"
    )
    parser.add_argument("--update-floors", action="store_true", help="set the floors to these figures")
    parser.add_argument(
        "--write-docs", action="store_true", help="write figures into README.md and docs/quality.md"
    )
    parser.add_argument("--allow-regression", action="store_true", help="let --update-floors lower a floor")
    chosen = parser.parse_args(arguments)
    if chosen.write_docs and (chosen.corpora is None or chosen.only):
        parser.error("--write-docs needs --corpora and all sections")
    return chosen


if __name__ == "__main__":
    raise SystemExit(main())
