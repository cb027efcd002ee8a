"""Does the time of an article grow with its length alone, whatever is in it?

    python -m benchmarks.linear [--kind KIND ...] [--sizes 10000 160000] [--most 2.0]

Texts of the kinds that once took quadratic time are parsed and extracted at growing lengths, and the CPU
time a character is printed beside that of the shortest. The exit code is 1 where the longest takes more than
`--most` times as much. Last comes a text of 90,000 words of ordinary news.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import count, cycle
from math import inf
from time import process_time

from spacy.language import Language

from pipeline.children.guard import Failure, attempt
from pipeline.extract.annotate import found_rows
from pipeline.extract.article import ArticleText
from pipeline.nlp import load_nlp
from pipeline.parsing.batches import parse_texts

_FIRST = (
    "Ada",
    "Ben",
    "Cora",
    "Dan",
    "Eve",
    "Finn",
    "Gwen",
    "Hal",
    "Ida",
    "Jon",
    "Kit",
    "Lea",
    "Max",
    "Nell",
)
_START = ("Bar", "Cal", "Dun", "El", "Far", "Gor", "Hol", "Ing", "Jas", "Kel", "Lor", "Mar", "Nor", "Pel")
_END = ("ton", "by", "ford", "well", "ham", "ley", "wick", "more", "field", "stone", "croft", "dale", "worth")
_COMPANIES = ("Pump Works", "Timber Company", "Harbour Trust", "Dairy", "Shipping Line", "Brick Company")

NEWS = (
    "The council of {place} approved a budget of {n} million pounds on Monday.",
    "“We had no choice,” said {name}, who leads the finance committee. “The roof leaks.”",
    "{name} told reporters that the bridge would not open before May.",
    "According to the ministry, {n} people were hurt when the platform gave way.",
    "Police said {name} had denied taking the money.",
    "It rained all night, and the road to {place} was closed.",
    "He added that nobody had been told.",
    "The {company} of {place} did not answer questions.",
)


def _repeated(piece: str) -> Callable[[int], str]:
    return lambda n: (piece * (n // len(piece) + 1))[:n]


def _nested(n: int) -> str:
    return "(" * (n // 2) + ")" * (n // 2)


def _names() -> Iterator[tuple[str, str]]:
    """Yield names that do not come again for a long time."""
    for number in count():
        end = _END[number // len(_START) % len(_END)]
        middle = _END[number // (len(_START) * len(_END)) % len(_END)]
        yield _FIRST[number % 13], f"{_START[number % len(_START)]}{middle}{end}"


def _distinct_names(n: int) -> str:
    names = (f"{first} {last} met {other[0]} {other[1]} in town. " for (first, last), other in _pairs())
    return _filled(names, n)


def _pairs() -> Iterator[tuple[tuple[str, str], tuple[str, str]]]:
    names = _names()
    return zip(names, names, strict=False)


def _news(n: int) -> str:
    def sentences() -> Iterator[str]:
        names = _names()
        for number, (template, (first, last)) in enumerate(zip(cycle(NEWS), names, strict=False)):
            place = f"{_START[number % 11]}{_END[number % 7]}"
            said = template.format(
                name=f"{first} {last}", place=place, n=number % 97 + 2, company=_COMPANIES[number % 6]
            )
            yield said + ("\n\n" if number % 4 == 3 else " ")

    return _filled(sentences(), n)


def _filled(pieces: Iterator[str], n: int) -> str:
    text = []
    length = 0
    while length < n:
        text.append(next(pieces))
        length += len(text[-1])
    return "".join(text)[:n]


KINDS: dict[str, Callable[[int], str]] = {
    "double marks": _repeated('"'),
    "exclamation marks": _repeated("!"),
    "single marks": _repeated("'"),
    "opening brackets": _repeated("("),
    "nested brackets": _nested,
    "brackets in a row": _repeated("()"),
    "emoji without blanks": _repeated("\U0001f600\U0001f697"),
    "curly marks": _repeated("“"),
    "dashes": _repeated("-"),
    "dots": _repeated("."),
    "letters without blanks": _repeated("abc"),
    "digits and commas": _repeated("1,2."),
    "one quotation again and again": _repeated("“We will go,” said Ann Lee. "),
    "said that she said that": _repeated("he said that she said that "),
    "according to him": _repeated("according to him, "),
    "distinct names": _distinct_names,
    "one name again and again": _repeated("Ann Lee of Porto spoke. "),
    "titles and bodies": _repeated("Dr Ann Lee of Acme Corp of Paris "),
    "pronouns": _repeated("Ann Lee came. She said he saw her. "),
    "unclosed marks": _repeated("“We will go, he said. "),
    "single quotations": _repeated("'We will go,' said Ann Lee. "),
    "lines": _repeated("Ann Lee\n"),
    "paragraphs that open": _repeated("“We will go.\n\n"),
    "commas": _repeated("the ship, the port, the town, "),
    "and": _repeated("Ann and Ben and "),
    "relative clauses": _repeated("the man who saw the woman who knew "),
    "amounts": _repeated("It cost $5 million in May 2020. "),
    "speaker labels": _repeated("ANN LEE: We will go.\n"),
    "ordinary news": _news,
}

LONG_NEWS = 540_000
"""Characters of 90,000 words."""


def seconds(nlp: Language, text: str, *, timeout_s: float = 600.0) -> float:
    """Return the CPU time that an article takes from its text to its rows; infinite where it is given up."""
    article = ArticleText(article_id="a", record_ref="a", text=text)
    started = process_time()
    for doc, _ in parse_texts(nlp, [(text, None)], timeout_s=timeout_s, max_chars=10_000_000):
        if isinstance(doc, Failure) or isinstance(
            attempt(partial(found_rows, doc, article), timeout_s=timeout_s), Failure
        ):
            return inf
    return process_time() - started


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.linear", description=__doc__.split("\n\n")[0])
    parser.add_argument("--kind", action="append", choices=KINDS, help="a kind; may be repeated")
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 40_000, 160_000])
    parser.add_argument("--most", type=float, default=2.0, help="times as much a character")
    options = parser.parse_args(arguments)
    nlp = load_nlp()
    seconds(nlp, _news(20_000))  # what is loaded and cached with the first article
    slow = []
    for kind in options.kind or KINDS:
        cells, first, ratio = [], 0.0, 0.0
        for size in options.sizes:
            text = KINDS[kind](size)
            took = seconds(nlp, text)  # once: the tokenizer remembers what it has split
            first = first or took / len(text)
            ratio = took / len(text) / first
            cells.append(f"{size:>7d}: {took:7.2f} s {ratio:5.2f}")
        sys.stdout.write(f"{kind:32s}{'  '.join(cells)}\n")
        sys.stdout.flush()
        if ratio > options.most:
            slow.append(kind)
    if not options.kind:
        took = seconds(nlp, _news(LONG_NEWS))
        sys.stdout.write(f"{'90,000 words of news':32s}{LONG_NEWS:>7d}: {took:7.2f} s\n")
    if slow:
        sys.stderr.write(f"more than {options.most:g} times as slow a character: {', '.join(slow)}\n")
    return int(bool(slow))


if __name__ == "__main__":
    raise SystemExit(main())
