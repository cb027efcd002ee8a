"""Draw sentences of news at random, show them to whoever labels them, and write the labels down.

    python -m training.news_sentences --corpora ../shared/data show own 0 60
    python -m training.news_sentences --corpora ../shared/data write own answers.txt

Sentences are drawn from the articles of `data/sample` ("own") and of Wikinews, as many from each article.
Which are drawn hangs on the seed below, on the texts and on the parser's sentence bounds; once labelled, they
are found by their offsets and known by their checksums. `show` prints numbers and sentences, each after the
one before it in brackets; `answers.txt` has a line `number checkable worth` for each, and `write` puts these
into `tests/gold/checkworthy.jsonl`, without a word of the text. What the labels mean: tests/gold/README.md.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.identity import checksum
from pipeline.parsing.tokenizer import stored_range
from quality.labelled import own_articles, wikinews_articles
from quality.parses import Parser

LABELS = Path("tests/gold/checkworthy.jsonl")
SEED = 20260304
# Articles and sentences drawn from each; fewer where an article has fewer.
DRAWN = {"own": (40, 6), "wikinews": (100, 3)}
_LEAST_WORDS = 4


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of an article: where it stands, its words, and those of the sentence before it."""

    doc_id: str
    start: int
    end: int
    text: str
    before: str


def draw(corpus: str, corpora: Path) -> list[Sentence]:
    """Return the sentences drawn, article by article in the order of their ids."""
    n_articles, n_each = DRAWN[corpus]
    articles = own_articles(Path("data/sample")) if corpus == "own" else wikinews_articles(corpora)
    texts = {key: article.text for key, article in articles.items()}
    chance = random.Random(SEED)
    doc_ids = sorted(chance.sample(sorted(texts), min(n_articles, len(texts))))
    docs = Parser(cache=Path(".cache/eval")).docs(f"drawn_{corpus}", [texts[doc_id] for doc_id in doc_ids])
    drawn: list[Sentence] = []
    for doc_id, doc in zip(doc_ids, docs, strict=True):
        whole = list(_sentences(doc_id, texts[doc_id], [stored_range(sentence) for sentence in doc.sents]))
        drawn += sorted(chance.sample(whole, min(n_each, len(whole))), key=lambda s: s.start)
    return drawn


def _sentences(doc_id: str, text: str, bounds: Sequence[tuple[int, int]]) -> Iterator[Sentence]:
    before = ""
    for first, last in bounds:
        sentence = text[first:last].strip()
        start = first + len(text[first:last]) - len(text[first:last].lstrip())
        if sum(any(map(str.isalpha, word)) for word in sentence.split()) >= _LEAST_WORDS:
            yield Sentence(doc_id, start, start + len(sentence), sentence, before)
        before = sentence


def show(sentences: Sequence[Sentence], first: int, last: int) -> Iterator[str]:
    """Yield what a reader sees of some sentences."""
    for number in range(first, min(last, len(sentences))):
        sentence = sentences[number]
        yield f"({' '.join(sentence.before.split())[-110:]})"
        yield f"{number} {' '.join(sentence.text.split())}"


def write(sentences: Sequence[Sentence], answers: str, path: Path) -> int:
    """Put labels in place of those of the same corpus, and return their number.

    Args:
        sentences: those drawn.
        answers: lines of number, checkable (0, 1) and worth (0, 1, 2).
        path: JSON lines, in the order of ids and offsets.

    Raises:
        ValueError: a line is no such triple, or a sentence has no label or two.
    """
    labels: dict[int, tuple[int, int]] = {}
    for line in filter(None, answers.splitlines()):
        number, checkable, worth = map(int, line.split())
        if number in labels or checkable not in {0, 1} or worth not in {0, 1, 2}:
            raise ValueError(f"no answer, or the second of its number: {line}")
        labels[number] = checkable, worth
    if sorted(labels) != list(range(len(sentences))):
        missing = sorted(set(range(len(sentences))) ^ set(labels))
        raise ValueError(f"without label, or labelled and not drawn: {missing}")
    rows = {
        (s.doc_id, s.start): {
            "doc_id": s.doc_id,
            "start": s.start,
            "end": s.end,
            "sha256": checksum(s.text),
            "checkable": labels[number][0],
            "worth": labels[number][1],
        }
        for number, s in enumerate(sentences)
    }
    drawn_from = {s.doc_id for s in sentences}
    if path.exists():
        old = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        rows |= {(row["doc_id"], row["start"]): row for row in old if row["doc_id"] not in drawn_from}
    path.write_text("".join(json.dumps(rows[key]) + "\n" for key in sorted(rows)), encoding="utf-8")
    return len(labels)


def main() -> None:
    """Show sentences, or write their labels."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--corpora", type=Path, default=Path(), help="holds corpora/wikinews.jsonl.gz")
    what = parser.add_subparsers(dest="what", required=True)
    for name in ("show", "write"):
        what.add_parser(name).add_argument("corpus", choices=DRAWN)
    what.choices["show"].add_argument("first", type=int)
    what.choices["show"].add_argument("last", type=int)
    what.choices["write"].add_argument("answers", type=Path)
    args = parser.parse_args()
    sentences = draw(args.corpus, args.corpora)
    if args.what == "show":
        print("\n".join(show(sentences, args.first, args.last)))
    else:
        print(write(sentences, args.answers.read_text(encoding="utf-8"), LABELS), "labels")


if __name__ == "__main__":
    main()
