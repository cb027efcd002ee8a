"""How right ingest is on the corpora: `python -m benchmarks.sources CORPORA`.

CORPORA is the folder with `corpora/formats/`, `corpora/warc/`, `corpora/html/` (pages and `gold.jsonl`) and
`corpora/reuters21578.jsonl.gz`. Printed are

* of each file of a format and each web archive, as told by sniffing alone: its reader, its records, and how
  many of these have a title, a text, a date and an outlet;
* of the pages with gold: the F1 of word 4-grams of their texts beside that of bare trafilatura
  (`bare_extraction(fast=True, with_metadata=True)`), how many dates are right (the day, in the publisher's
  time or in UTC), and how many languages are (labels: `tests/gold/page_languages.tsv`, by hand);
* how many of planted near-duplicates are found, within a day and across days: copies of articles with words
  changed, of which those count that share at least 0.8 of their 5-word shingles with their original.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from statistics import mean
from typing import Any

from trafilatura import bare_extraction

from pipeline.alike.texts import SIMILAR
from pipeline.derived import duplicates
from pipeline.derived.groups import together
from pipeline.derived.tables import DERIVED, Grouped
from pipeline.identity import checksum
from pipeline.ingest.clean import clean_text
from pipeline.ingest.duplicates import mark_duplicates
from pipeline.ingest.fields import read_fields
from pipeline.ingest.formats.warc import decode_page
from pipeline.ingest.language import article_language
from pipeline.ingest.moments import Moment
from pipeline.ingest.pages.dates import page_date, page_fields
from pipeline.ingest.pages.text import is_whole_page
from pipeline.ingest.sources.drop_files import drop_folder, limits_of, read_file
from pipeline.ingest.sources.walk import walk
from pipeline.ingest.understanding import place_record
from pipeline.ingest.urls import host
from pipeline.settings import load_settings
from schemas import Article
from schemas.table import to_arrow

LABELS = Path("tests/gold/page_languages.tsv")
N_ARTICLES, N_PLANTED = 6000, 1500


# ---- formats -----------------------------------------------------------------------------------------


def print_formats(root: Path) -> None:
    """Print what is read of each file below a folder."""
    settings = load_settings()
    folder = drop_folder(walk(root), limits_of(settings), None, settings.timeout_s)
    print(f"{'file':62}{'reader':14}{'records':>8}{'title':>7}{'text':>7}{'date':>7}{'outlet':>8}  faults")
    for path in folder.paths():
        readers, n, faults = set[str](), Counter[str](), list[str]()
        for record in read_file(path, folder):
            readers.update([record.reader] if record.reader else [])
            n["records"] += 1
            placed, placement = place_record(record)
            if placed.data is None or placement is None:
                faults.append(placed.fault.detail if placed.fault else "")
                continue
            fields = read_fields(placed.data)
            if fields.html and not fields.text and is_whole_page(fields.html):
                fields = page_fields(fields.html, fields.url)
            n["title"] += bool(fields.title)
            n["text"] += bool(fields.text or fields.html)
            n["date"] += placement.published is not None
            n["outlet"] += bool(fields.source or host(fields.url))
        cells = "".join(
            f"{n[name]:{w}}" for name, w in (("records", 8), ("title", 7), ("text", 7), ("date", 7))
        )
        print(
            f"{path[-60:]:62}{'/'.join(sorted(readers)):14}{cells}{n['outlet']:8}  {'; '.join(faults)[:60]}"
        )


# ---- pages -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Page:
    """A page with its gold, and what is made of it."""

    gold: dict[str, Any]
    text: str
    bare: str
    date: Moment | None
    language: str


def read_pages(folder: Path) -> Iterator[Page]:
    """Yield the pages of the gold."""
    for line in (folder / "gold.jsonl").read_text(encoding="utf-8").splitlines():
        gold = json.loads(line)
        data = gzip.decompress((folder / gold["file"]).read_bytes())
        html = decode_page(data)
        fields, found = page_fields(html, gold["url"]), page_date(html, gold["url"])
        text = clean_text(fields.text or "")
        bare: Any = bare_extraction(data, fast=True, with_metadata=True)
        language = article_language(fields.title, text, fields.language).code
        yield Page(gold, text, (bare.text or "") if bare else "", found[0] if found else None, language)


def four_grams(text: str) -> Counter[tuple[str, ...]]:
    """Return the 4-grams of a text's words; all of its words, where they are fewer."""
    words = re.findall(r"\w+", text)
    return Counter(tuple(words[k : k + 4]) for k in range(max(len(words) - 3, 1 if words else 0)))


def f1(found: str, gold: str) -> float:
    """Return the F1 of the 4-grams of two texts."""
    ours, theirs = four_grams(found), four_grams(gold)
    both = sum((ours & theirs).values())
    return 2 * both / max(sum(ours.values()) + sum(theirs.values()), 1)


def is_day_right(found: Moment | None, gold: str) -> bool:
    """Tell whether a date is that of the gold, as written or in UTC."""
    if found is None:
        return False
    at = datetime.fromisoformat(gold)
    days = {at.date(), at.astimezone(UTC).date()} if at.tzinfo else {at.date()}
    return found.at.date() in days


def labels(path: Path = LABELS) -> dict[str, str]:
    """Return the language of each page, by its file."""
    lines = (line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#"))
    return dict(line.split("\t") for line in lines)


def print_pages(folder: Path) -> None:
    """Print texts, dates and languages of the pages."""
    pages = list(read_pages(folder))
    spoken = labels()
    texts = [page for page in pages if page.gold["text"]]
    blanks = [page for page in texts if spoken[page.gold["file"]] not in ("ja", "zh", "th")]
    for name, part in (("languages written with blanks", blanks), ("all languages", texts)):
        ours = mean(f1(page.text, page.gold["text"]) for page in part)
        bare = mean(f1(page.bare, page.gold["text"]) for page in part)
        print(f"text, {name}: 4-gram F1 {ours:.4f}, bare trafilatura {bare:.4f} ({len(part)} pages)")
    dated = [page for page in pages if page.gold["date"]]
    wrong = [page for page in dated if not is_day_right(page.date, page.gold["date"])]
    print(f"dates: {len(dated) - len(wrong)} of {len(dated)} right")
    for page in wrong:
        print(f"  {page.gold['file']}: {page.gold['date']}, found {page.date.at if page.date else None}")
    confused = [page for page in pages if page.language != spoken[page.gold["file"]]]
    print(f"languages: {len(pages) - len(confused)} of {len(pages)} right")
    for page in confused:
        print(f"  {page.gold['file']}: {spoken[page.gold['file']]}, found {page.language}")


# ---- near-duplicates ---------------------------------------------------------------------------------


def planted(corpus: Path, seed: int = 3) -> tuple[list[Article], list[tuple[str, str]]]:
    """Return articles, changed copies of some among them, and the pairs of original and copy."""
    rng = random.Random(seed)
    with gzip.open(corpus, "rt", encoding="utf-8") as lines:
        texts = [text for line in lines if len((text := json.loads(line)["text"]).split()) >= 60]
    rng.shuffle(texts)
    texts = texts[:N_ARTICLES]
    articles = [_article(f"o{number:05d}", text, hour=1) for number, text in enumerate(texts)]
    copies = [
        _article(f"c{number:05d}", _changed(text, rng), hour=2)
        for number, text in enumerate(texts[:N_PLANTED])
    ]
    return articles + copies, [(a.article_id, b.article_id) for a, b in zip(articles, copies, strict=False)]


def _article(article_id: str, text: str, *, hour: int) -> Article:
    return Article(
        article_id=article_id,
        source="Planted",
        published_at=datetime(1987, 3, 1, hour, tzinfo=UTC),
        published_at_source="record",
        published_at_precision="minute",
        language="en",
        text=text,
        text_sha256=checksum(text),
        n_chars=len(text),
        n_words=len(text.split()),
        record_ref=article_id,
    )


def _changed(text: str, rng: random.Random) -> str:
    """Return a text with single words replaced here and there, so that about 0.7 to 0.99 of it stays."""
    words = text.split(" ")
    share = rng.uniform(0.7, 0.99)
    for _ in range(max(1, int(len(words) * (1 - share) / (5 * (1 + share))))):
        words[rng.randrange(len(words))] = rng.choice(("updated", "later", f"no{rng.randrange(1000)}"))
    return " ".join(words)


def exact_jaccard(a: str, b: str) -> float:
    """Return the share of 5-word shingles that two texts have in common, by the words themselves."""
    one, other = (
        {tuple(words[k : k + 5]) for k in range(len(words) - 4)}
        for words in (re.findall(r"\w+", text.lower()) for text in (a, b))
    )
    return len(one & other) / max(len(one | other), 1)


def print_near_duplicates(corpus: Path) -> None:
    """Print recall and precision on a planted set."""
    articles, pairs = planted(corpus)
    texts = {article.article_id: article.text for article in articles}
    similar = [pair for pair in pairs if exact_jaccard(texts[pair[0]], texts[pair[1]]) >= SIMILAR]
    for name, groups in (("within a day", _by_day), ("across days", _across_days)):
        found = groups(articles)
        n_found = sum(found.get(a, a) == found.get(b, b) for a, b in similar)
        n_right = sum(exact_jaccard(texts[a], texts[b]) >= SIMILAR for a, b in found.items())
        recall, precision = n_found / len(similar), n_right / len(found)
        print(
            f"near-duplicates {name}: recall {recall:.4f} ({n_found} of {len(similar)} pairs),"
            f" precision {precision:.4f} ({n_right} of {len(found)} found)"
        )


def _by_day(articles: list[Article]) -> dict[str, str]:
    """Return article -> the one that it repeats, all being of one day."""
    return {a.article_id: a.duplicate_of for a in mark_duplicates(articles) if a.duplicate_of}


def _across_days(articles: list[Article]) -> dict[str, str]:
    """Return the same, the originals being of one day and the copies of the next."""
    partials = {}
    for day, initial in ((date(1987, 3, 1), "o"), (date(1987, 3, 2), "c")):
        rows = to_arrow([a for a in articles if a.article_id.startswith(initial)], Article, day=day)
        partials[day] = duplicates.partial({"articles": rows})
    [derived] = (one for one in DERIVED if one.name == "duplicates" and isinstance(one, Grouped))
    table = together(derived, partials, window_days=1)
    return {row["article_id"]: row["duplicate_of"] for row in table.to_pylist() if row["duplicate_of"]}


# ---- all of it ---------------------------------------------------------------------------------------


def main() -> None:
    """Print all of it, or the parts that are named."""
    parts: dict[str, tuple[Callable[[Path], None], str]] = {
        "formats": (print_formats, "formats"),
        "archives": (print_formats, "warc"),
        "pages": (print_pages, "html"),
        "near-duplicates": (print_near_duplicates, "reuters21578.jsonl.gz"),
    }
    options = argparse.ArgumentParser(
        prog="python -m benchmarks.sources", description=(__doc__ or "").splitlines()[0]
    )
    options.add_argument("corpora", type=Path, help="the folder with corpora/")
    options.add_argument("--only", action="append", choices=parts, help="a part; may be repeated")
    args = options.parse_args()
    for name in args.only or parts:
        run, path = parts[name]
        print(f"## {name}\n")
        run(args.corpora / "corpora" / path)
        print()


if __name__ == "__main__":
    main()
