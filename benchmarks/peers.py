"""What the extraction is measured beside: other extractors of quotations, where they are installed.

    python -m benchmarks.peers textacy --input FILE --processes N
    GENDERGAPTRACKER=FOLDER python -m benchmarks.peers gendergaptracker --input FILE --processes N

Each reads the Docs of the model that `benchmarks.bare` loads, from `nlp.pipe` with its defaults. Neither is
required by anything here. GenderGapTracker is no package: its extractor is imported from the folder
`nlp/english` of a checkout of https://github.com/sfu-discourse-lab/GenderGapTracker.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import chdir
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from spacy.language import Language
from spacy.tokens import Doc

from benchmarks import bare

FOLDER = "GENDERGAPTRACKER"
"""The environment variable that names GenderGapTracker's folder `nlp/english`."""


@dataclass(frozen=True, slots=True)
class Extractor:
    """How a peer finds quotations: of a text that is prepared, in its Doc; and what it refuses a Doc with."""

    prepare: Callable[[str], str]
    quotations: Callable[[Doc], Iterable[object]]
    refusals: tuple[type[Exception], ...] = ()


@dataclass(frozen=True, slots=True)
class Peer:
    """Another project's extractor: whether it is installed, how to have it, and how to load it."""

    is_installed: Callable[[], bool]
    how: str
    load: Callable[[Language], Extractor]


def _textacy(_: Language) -> Extractor:
    """Load textacy, which refuses a Doc with an odd number of quotation marks."""
    triples = import_module("textacy.extract.triples")
    return Extractor(str, triples.direct_quotations, refusals=(ValueError,))


def _gendergaptracker(nlp: Language) -> Extractor:
    """Load GenderGapTracker's extractor, which reads texts that it has cleaned."""
    folder = _folder()
    sys.path.insert(0, str(folder))
    # It makes a folder of logs where it is imported.
    with TemporaryDirectory() as elsewhere, chdir(elsewhere):
        extractor, cleaning = import_module("quote_extractor"), import_module("utils")
    config = {"spacy_lang": nlp, "NLP": {"QUOTE_VERBS": str(folder / "rules" / "quote_verb_list.txt")}}
    return Extractor(cleaning.preprocess_text, extractor.QuoteExtractor(config).extract_quotes)


def _folder() -> Path:
    return Path(os.environ.get(FOLDER, "")).resolve()


PEERS: Mapping[str, Peer] = {
    "textacy": Peer(
        lambda: find_spec("textacy") is not None,
        ".venv/bin/uv pip install textacy==0.13.0",
        _textacy,
    ),
    "gendergaptracker": Peer(
        lambda: find_spec("pymongo") is not None and (_folder() / "quote_extractor.py").is_file(),
        f".venv/bin/uv pip install pymongo==4.20.1, and name its folder nlp/english in {FOLDER}",
        _gendergaptracker,
    ),
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Print how many quotations a peer finds in the texts of a file of articles."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("peer", choices=[*PEERS])
    options.add_argument("--input", type=Path, required=True)
    options.add_argument("--processes", type=int, default=1)
    args = options.parse_args(arguments)
    peer = PEERS[args.peer]
    if not peer.is_installed():
        options.error(f"{args.peer} is not installed: {peer.how}")
    nlp = bare.load()
    found, refused = count(nlp, peer.load(nlp), bare.texts(args.input), n_process=args.processes)
    print(f"{found} quotations; {refused} texts refused")


def count(nlp: Language, extractor: Extractor, texts: Iterable[str], *, n_process: int) -> tuple[int, int]:
    """Return how many quotations are found in texts, and how many of the texts are refused."""
    found = refused = 0
    for doc in nlp.pipe(map(extractor.prepare, texts), n_process=n_process):
        try:
            found += len([*extractor.quotations(doc)])
        except extractor.refusals:
            refused += 1
    return found, refused


if __name__ == "__main__":
    main()
