"""What each part of the extraction costs: microseconds of CPU a word, in one process that is warm.

    python -m benchmarks.parts --articles FILE.jsonl[.gz] [--n N] [--write-docs]

The parts are called one after the other, as `pipeline.extract.annotate` does. Each is the least of three
rounds over the same articles, so that what else the machine does counts little. `--write-docs` keeps the
figures in `benchmarks/parts.json` and writes the table of docs/performance.md anew.
"""

from __future__ import annotations

import argparse
import json
import platform
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from itertools import islice
from pathlib import Path
from time import process_time
from typing import Any

from spacy.language import Language

from benchmarks.history import machine
from benchmarks.throughput import distinct, read
from pipeline.accelerator.builds import usable_build
from pipeline.children.chunks import collect_seldom
from pipeline.components.claims import find_claims, read_statements
from pipeline.components.doc.columns import read_columns
from pipeline.components.entities import find_entities, read_names
from pipeline.components.quotes import find_quotes, read_doc, tag_readings, with_speakers
from pipeline.extract.annotate import to_tables
from pipeline.extract.rows import Rows, doc_rows
from pipeline.nlp import load_nlp
from pipeline.parsing.by_length import batches_of
from quality.web.document import replaced

ROOT = Path(__file__).parents[1]
FIGURES = Path("benchmarks/parts.json")
DOCUMENT = Path("docs/performance.md")
COMMAND = "python -m benchmarks.parts --articles FILE --write-docs"

PARTS = {
    "tokenizer": "the reading view of the text, and its tokens",
    "tok2vec": "the vectors that tagger and parser share",
    "tagger": "",
    "parser": "",
    "ner": "with vectors of its own",
    "quotes: reading": "columns, tree and candidates of a Doc, read once",
    "quotes: network": "the labels of words, by an LSTM; and its links",
    "entities": "names, their labels, who is who, pronouns, places",
    "quotes: speakers": "candidates become quotations, with their speakers",
    "claims": "",
    "rows": "",
    "to Arrow": "",
}
"""The parts in the order in which they run, and what is in them."""

_TOGETHER = 64
_ROUNDS = 3


class Stopwatch:
    """CPU seconds by part."""

    def __init__(self) -> None:
        self.seconds = dict.fromkeys(PARTS, 0.0)

    @contextmanager
    def __call__(self, part: str) -> Iterator[None]:
        """Count what is done within to a part."""
        started = process_time()
        yield
        self.seconds[part] += process_time() - started


def cost(nlp: Language, texts: Sequence[str]) -> dict[str, float]:
    """Return microseconds of CPU a word, by part."""
    words = sum(len(text.split()) for text in texts)
    rounds = []
    for _ in range(_ROUNDS + 1):  # the first one warms up
        watch = Stopwatch()
        for batch in batches_of(texts, size=_TOGETHER, n_chars=len):
            _extract(nlp, batch, watch)
        rounds.append(watch.seconds)
    return {part: min(each[part] for each in rounds[1:]) / words * 1e6 for part in PARTS}


def _extract(nlp: Language, texts: Sequence[str], watch: Stopwatch) -> None:
    """Make rows of a batch of texts, as extraction does."""
    with watch("tokenizer"):
        docs = [nlp.make_doc(text) for text in texts]
    for name, component in nlp.pipeline:
        part: Any = component
        with watch(name):
            docs = list(part.pipe(docs, batch_size=4 * len(docs)))
    with watch("quotes: reading"):
        read = [read_doc(read_columns(doc)) for doc in docs]
    with watch("quotes: network"):
        readings = tag_readings(read)
    with watch("entities"):
        names = read_names([reading.parse.columns for reading in read])
    with watch("claims"):
        statements = read_statements(docs)
    rows = Rows()
    days: dict[str, date | None] = {}
    together = zip(docs, readings, names, statements, strict=True)
    for number, (doc, reading, own_names, own_statements) in enumerate(together):
        columns = reading.parse.columns
        with watch("entities"):
            entities = list(find_entities(doc, names=own_names))
        with watch("quotes: speakers"):
            quotations = list(find_quotes(doc, entities=entities, reading=reading))
            entities = with_speakers(columns, entities, quotations)
        with watch("claims"):
            claims = list(
                find_claims(
                    doc,
                    entities=entities,
                    quotes=quotations,
                    columns=columns,
                    tree=reading.parse.tree,
                    regions=reading.regions,
                    statements=own_statements,
                )
            )
        with watch("rows"):
            rows.extend(
                doc_rows(
                    columns, str(number), title=None, entities=entities, quotations=quotations, claims=claims
                )
            )
        days[str(number)] = None
    with watch("to Arrow"):
        to_tables(rows, [], days)


def table(figures: Mapping[str, Any]) -> str:
    """Return the table of the document, of figures as `benchmarks/parts.json` has them."""
    sides = list(figures["microseconds a word"])
    lines = [
        f"On {figures['articles']:,} web articles, {figures['words']:,} words; {figures['machine']},"
        f" Python {figures['python']}, {figures['date']}.",
        "",
        "| part | " + " | ".join(sides) + " | |",
        "| --- |" + " ---: |" * len(sides) + " --- |",
    ]
    for part, about in PARTS.items():
        cells = [f"{figures['microseconds a word'][side][part]:.1f}" for side in sides]
        lines.append(f"| {part} | " + " | ".join(cells) + f" | {about} |")
    totals = [f"**{sum(figures['microseconds a word'][side].values()):.1f}**" for side in sides]
    lines.append("| **in all** | " + " | ".join(totals) + " | |")
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure the side that runs here, and print; keep it beside the other side's if so asked."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("--articles", type=Path, required=True, help="articles with a field text")
    options.add_argument("--n", type=int, default=100)
    options.add_argument("--write-docs", action="store_true", help="keep the figures, write the table anew")
    args = options.parse_args(arguments)
    texts = [record["text"] for record in islice(distinct(read(args.articles)), args.n)]
    collect_seldom()  # as in a child that extracts
    found = cost(load_nlp(), texts)
    side = "pure" if usable_build() is None else "fast"
    for part, value in found.items():
        print(f"{part:20}{value:8.1f}")
    print(f"{side + ', in all':20}{sum(found.values()):8.1f}")
    if args.write_docs:
        _keep(side, found, texts)


def _keep(side: str, found: Mapping[str, float], texts: Sequence[str]) -> None:
    path = ROOT / FIGURES
    kept = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {"microseconds a word": {}}
    sides = kept["microseconds a word"] | {side: {part: round(value, 2) for part, value in found.items()}}
    figures = {
        "articles": len(texts),
        "words": sum(len(text.split()) for text in texts),
        "machine": machine()["cpu"],
        "python": platform.python_version(),
        "date": date.today().isoformat(),
        "microseconds a word": {name: sides[name] for name in ("pure", "fast") if name in sides},
    }
    path.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    document = ROOT / DOCUMENT
    text = replaced(document.read_text("utf-8"), "parts", table(figures), command=COMMAND)
    document.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
