"""The sample is what its README says, every bad record is refused and no good one, and the gold holds."""

import gzip
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

import pytest
from gold.build import GoldError, build, lines, locate, read_markup

from pipeline.settings import load_settings
from pipeline.stages.ingest import ingest
from pipeline.store import Store
from pipeline.store.batch import Batch, plan_path, staged_path

ROOT = Path(__file__).parent.parent
SAMPLE = ROOT / "data" / "sample"
GOLD = Path(__file__).parent / "gold"
DAYS = [date(2026, 3, 1) + timedelta(days=n) for n in range(4)]
OUTLETS = (
    *("meridian-agency", "albion-courier", "daily-klaxon", "tarnley-gazette", "eastern-lantern"),
    *("plainfield-star", "godavari-times", "quayside-live", "radio-halden", "ledger-desk"),
)
DIRTY = ("pla", "god", "qua", "hal", "led")
"""How the ids of articles in the forms of the web begin."""

type Ingested = tuple[dict[str, dict[str, Any]], list[dict[str, Any]]]
type Gold = dict[str, list[dict[str, Any]]]


@pytest.fixture(scope="module")
def readme() -> str:
    return (SAMPLE / "README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def ingested(tmp_path_factory: pytest.TempPathFactory) -> Ingested:
    """Articles by the id that their URL ends in, and rejects, of all four days, each with its day."""
    store = Store(str(tmp_path_factory.mktemp("sample")))
    settings = load_settings(drop_dir=SAMPLE)
    articles: dict[str, dict[str, Any]] = {}
    rejects: list[dict[str, Any]] = []
    for day in DAYS:
        ingest(store, Batch(day), settings)
        for shard in store.read_json(plan_path(day))["shards"]:
            for row in store.read(staged_path("articles", Batch(day, shard["shard"]))).to_pylist():
                (name,) = re.findall(r"[a-z]+-\d{4}-\d$", row["url"])
                articles[name] = row | {"day": day}
        rejects += [
            row | {"day": day} for row in store.read(staged_path("rejects-ingest", Batch(day))).to_pylist()
        ]
    return articles, rejects


def table(readme: str, heading: str) -> list[list[str]]:
    """Rows of the first Markdown table after a line."""
    after = readme[readme.index(heading) :].splitlines()
    first = next(i for i, line in enumerate(after) if line.startswith("|"))
    rows = []
    for line in after[first + 2 :]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split(" | ")])
    return rows


def test_every_article_of_the_readme_comes_out_of_ingest(readme: str, ingested: Ingested) -> None:
    articles, _ = ingested
    rows = table(readme, "## Articles and their hard cases")
    assert [row[0].split()[0] for row in rows if len(row) != 5] == []
    listed = {row[0].split()[0]: row for row in rows}
    assert listed.keys() == articles.keys()
    assert len(rows) == len(listed) == 50
    for name, row in listed.items():
        assert row[2].split()[0] == articles[name]["day"].isoformat(), name
        assert int(row[3]) == len(articles[name]["text"].split()), name
        assert row[4], name


def test_days_and_outlets_have_the_articles_that_the_readme_counts(readme: str, ingested: Ingested) -> None:
    articles, _ = ingested
    outlet = {row[0].split()[0]: row[1] for row in table(readme, "## Articles and their hard cases")}
    published = Counter((row["day"].isoformat(), outlet[name]) for name, row in articles.items())
    arrived = Counter((row["record_ref"][:10], outlet[name]) for name, row in articles.items())
    for heading, counted in (
        ("Articles by day of arrival", arrived),
        ("Articles by day of publication", published),
    ):
        grid = table(readme, heading)
        assert [row[0] for row in grid] == [*(day.isoformat() for day in DAYS), "all"]
        for row in grid[:-1]:
            numbers = [counted[row[0], name] for name in OUTLETS]
            assert [int(cell) for cell in row[1:]] == [*numbers, sum(numbers)], heading
        assert int(grid[-1][-1]) == 50
    late = {name for name, row in articles.items() if row["record_ref"][:10] != row["day"].isoformat()}
    assert late == {"tar-0303-1", "lan-0302-2", "lan-0303-1"}


def test_each_record_gives_its_outlet_title_and_authors(ingested: Ingested) -> None:
    articles, _ = ingested
    assert len({row["source"] for row in articles.values()}) == 10
    assert all(row["title"] and row["authors"] for row in articles.values())
    undated = {name for name, row in articles.items() if row["published_at"] is None}
    assert undated == {"klx-0304-2"}


def test_originals_are_of_the_length_of_news(ingested: Ingested) -> None:
    articles, _ = ingested
    copies = {"tar-0303-2", "alb-0302-2", "fr-0302-1"}
    words = {name: len(row["text"].split()) for name, row in articles.items() if name not in copies}
    tidy = [n for name, n in words.items() if not name.startswith(DIRTY)]
    assert (len(words), len(tidy)) == (47, 37)
    assert min(tidy) >= 200 and max(tidy) <= 900 and min(words.values()) >= 120
    assert 350 <= sum(tidy) / len(tidy) <= 450


def test_one_article_is_french(ingested: Ingested) -> None:
    articles, _ = ingested
    assert Counter(row["language"] for row in articles.values()) == {"en": 49, "fr": 1}
    assert articles["fr-0302-1"]["language"] == "fr"


def test_one_exact_duplicate_and_one_near_duplicate(ingested: Ingested) -> None:
    articles, _ = ingested
    hashes = Counter(row["text_sha256"] for row in articles.values())
    assert sorted(hashes.values())[-2:] == [1, 2]
    copy, original = articles["tar-0303-2"], articles["mna-0303-2"]
    assert copy["text_sha256"] == original["text_sha256"] and copy["source"] != original["source"]
    assert copy["day"] == original["day"]
    near, agency = (articles[name]["text"].split() for name in ("alb-0302-2", "mna-0302-1"))
    assert 0.85 < SequenceMatcher(None, near, agency, autojunk=False).ratio() < 1


def test_bad_records_are_refused_for_the_reasons_given(readme: str, ingested: Ingested) -> None:
    _, rejects = ingested
    listed = set()
    for place, _what, reason in table(readme, "## Bad records"):
        file, line = place.split(", line ")
        listed.add((f"{file}#{line}", reason))
    assert {(row["record_ref"], row["reason"]) for row in rejects} == listed
    assert len(rejects) == len(listed) == 5
    assert all(row["day"].isoformat() == row["record_ref"][:10] for row in rejects)


def test_the_large_record_is_megabytes_and_the_repository_small() -> None:
    large = max(
        gzip.decompress((SAMPLE / "2026-03-03" / "eastern-lantern.jsonl.gz").read_bytes()).split(b"\n"),
        key=len,
    )
    assert len(large) > 2_000_000
    assert sum(path.stat().st_size for path in SAMPLE.rglob("*") if path.is_file()) < 250_000


def test_ingest_repairs_what_was_damaged_on_purpose(ingested: Ingested) -> None:
    articles, _ = ingested
    damaged = b"".join(path.read_bytes() for path in SAMPLE.glob("*/*.jsonl"))
    for damage in (rb"\r\n", "â€".encode(), "\u2028".encode(), "\u00a0".encode(), "i\u0308".encode()):
        assert damage in damaged, damage
    for row in articles.values():
        assert not re.search("[\r\u0085\u2028\u00a0\u0308]|â€", row["text"]), row["url"]
    assert "“Thank you, all of you,” she told the queue." in articles["tar-0304-2"]["text"]
    assert "Leïla Benhaddou" in articles["tar-0304-2"]["text"]


def test_the_dirty_forms_are_in_the_records_and_what_is_left_of_them_in_the_texts(ingested: Ingested) -> None:
    articles, _ = ingested
    texts = {name: row["text"] for name, row in articles.items() if name.startswith(DIRTY)}
    assert len(texts) == 10
    lengths = [len(line) for line in texts["pla-0301-1"].split("\n")]
    assert len(lengths) >= 15 and max(lengths) <= 66, "hard-wrapped"
    one_line = texts["pla-0303-1"]
    assert "\n" not in one_line and re.search(r"[a-z]\.[A-Z]", one_line), "one line, glued"
    assert texts["qua-0301-1"].startswith("Home\nNews\n") and "Most read\n1 " in texts["qua-0301-1"]
    assert "\n@quaysideferries\n" in texts["qua-0303-1"], "a post"
    assert re.findall("^([A-Z]+): ", texts["hal-0302-1"], re.MULTILINE).count("HOLM") == 3, "speaker labels"
    assert texts["hal-0304-1"].count("\nA: ") == 2, "questions and answers"
    assert 'all"' in texts["god-0304-1"] and '"The' in texts["god-0304-1"], "mismatched marks"
    assert all(sum_ in texts["god-0302-1"] for sum_ in ("4.5 crore", "1.2 lakh", "1,25,000", "60,00,000"))
    assert '27" telescope' in texts["led-0302-1"] and "# # #" in texts["led-0302-1"]
    assert "\n\n" not in texts["led-0304-1"] and "\nREAD MORE: " in texts["led-0304-1"]
    dirty = b"".join(path.read_bytes() for path in SAMPLE.glob("*/*.jsonl") if path.stem in OUTLETS[5:])
    assert dirty.count("\u00a0".encode()) >= 8 and "\u202f".encode() in dirty and rb"\r\n" in dirty


# ---- gold ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def gold() -> Gold:
    return build()


def test_gold_files_are_what_the_markup_says(gold: Gold) -> None:
    for name, records in gold.items():
        assert (GOLD / f"{name}.jsonl").read_text(encoding="utf-8") == "".join(lines(records)), name


def test_gold_texts_are_the_texts_that_ingest_stores(gold: Gold, ingested: Ingested) -> None:
    articles, _ = ingested
    assert set(gold) == {"quotes", "entities", "claims"}
    for records in gold.values():
        assert len(records) == 20
        for record in records:
            article = articles[record["doc_id"]]
            assert (record["text"], record["title"]) == (article["text"], article["title"])
        assert sorted(Counter(articles[r["doc_id"]]["source"] for r in records).values()) == [2] * 10


def spans_of(record: dict[str, Any]) -> Iterator[tuple[int, int]]:
    for quote in record.get("quotes", []):
        yield from [*quote["content"], *quote["cue"], *quote["speaker"]]
    for mention in record.get("mentions", []):
        yield mention["start"], mention["end"]
    for claim in record.get("claims", []):
        yield claim["start"], claim["end"]
        yield from [*claim["claimer"], *claim["hedges"], claim["predicate"]]
        if claim["subject"]:
            yield claim["subject"]


def test_gold_spans_are_whole_words_of_the_text(gold: Gold) -> None:
    n = 0
    for records in gold.values():
        for record in records:
            text = record["text"]
            for start, end in spans_of(record):
                n += 1
                words = text[start:end]
                assert words and words == words.strip(), (record["doc_id"], words)
                assert not re.match(r"\w\w", text[start - 1 : start + 1]) or start == 0, (
                    record["doc_id"],
                    words,
                )
                assert not re.match(r"\w\w", text[end - 1 : end + 1]), (record["doc_id"], words)
            for item in [*record.get("mentions", []), *record.get("claims", [])]:
                assert item["text"] == text[item["start"] : item["end"]]
    assert n > 1500


def test_gold_speakers_and_subjects_are_entities_of_the_article(gold: Gold) -> None:
    for quotes, entities, claims in zip(gold["quotes"], gold["entities"], gold["claims"], strict=True):
        names = {key: entity["name"] for key, entity in entities["entities"].items()}
        named = [entity for quote in quotes["quotes"] for entity in quote["speaker_entities"]]
        named += [claim["subject_entity"] for claim in claims["claims"] if claim["subject_entity"]]
        assert named
        assert all(names[entity["id"]] == entity["name"] for entity in named)


def test_an_entity_has_one_label_in_all_articles(gold: Gold) -> None:
    labels: dict[str, set[str]] = {}
    for record in gold["entities"]:
        for mention in record["mentions"]:
            labels.setdefault(mention["entity_id"], set()).add(mention["type"])
    assert [key for key, found in labels.items() if len(found) > 1] == []


def test_gold_has_enough_of_each_kind(gold: Gold) -> None:
    quotes = [quote for record in gold["quotes"] for quote in record["quotes"]]
    claims = [claim for record in gold["claims"] for claim in record["claims"]]
    mentions = [mention for record in gold["entities"] for mention in record["mentions"]]
    types = Counter(quote["type"] for quote in quotes)
    assert min(types["direct"], types["mixed"], types["indirect"]) >= 15
    assert sum(quote["parent"] is not None for quote in quotes) >= 5
    assert sum(not quote["is_speech"] for quote in quotes) >= 10
    assert Counter(claim["claimer_kind"] for claim in claims).keys() == {"outlet", "attributed", "unknown"}
    assert sum(claim["polarity"] == "negated" for claim in claims) >= 40
    assert sum(claim["hedged"] for claim in claims) >= 8
    assert min(Counter(mention["kind"] for mention in mentions).values()) >= 30


@pytest.mark.parametrize(
    ("passage", "message"),
    [
        ("<She> {said}", "2 times"),
        ("<He> {said}", "0 times"),
        ("<She {said} no", "unbalanced"),
    ],
)
def test_a_passage_that_is_not_there_exactly_once_is_refused(passage: str, message: str) -> None:
    with pytest.raises(GoldError, match=message):
        locate(passage, "She said no. She said yes.")


def test_a_passage_is_found_over_gaps_and_paragraphs() -> None:
    text = "“One.\n\n“Two, and more.”\n\nSo she said."
    found = locate("“<One.¶“Two… more.>”¶So |she| {said}", text)
    assert [text[s:e] for s, e in [*found.content, *found.bars, *found.braces]] == [
        "One.\n\n“Two, and more.",
        "she",
        "said",
    ]


def test_markup_with_an_unknown_key_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_text(
        "== entities\na ORG A\n\n== text\n{A|a} and {B|b}.\n\n== quotes\n== claims\n", encoding="utf-8"
    )
    with pytest.raises(GoldError, match="b"):
        read_markup(path)
