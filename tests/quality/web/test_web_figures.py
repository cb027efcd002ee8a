"""Figures with bounds, scores against what is right, and the blocks in the documents."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import InputError
from pipeline.extract.article import ArticleText
from pipeline.identity import checksum
from pipeline.settings import load_settings
from quality.figures import Bounded, Rates
from quality.web import document
from quality.web.columns import COLUMNS, wrong
from quality.web.figures import CLAIMS, ENTITIES, FIGURES, QUOTES, Scored, summed
from quality.web.found import Found
from quality.web.gold import FAMILY, WebArticle, as_ids, read_web_gold
from quality.web.intervals import bounded
from quality.web.score import by_kind, web_figures
from quality.web.scores import at, by_family, by_quote_kind, calibration_error_left_out, isotonic, of_quotes

ROOT = Path(__file__).parents[3]


def counts(right: int, gold: int, found: int) -> dict[str, float]:
    return {"attributed": right, "quotes, gold": gold, "quotes, found": found}


def scored(number: int, *, kind: str, right: int) -> Scored:
    """An article of ten quotations found and in the gold, of which some are right."""
    text = "Ada Brook spoke. " * 3
    article = WebArticle(
        outlet=f"outlet-{number}.example",
        kind=kind,
        article=ArticleText(article_id=f"a{number}", record_ref="", text=text),
        mentions=[],
        quotes=[],
        claims=[],
        claims_until=len(text),
    )
    quote = {
        "content": [(0, 9)],
        "speaker": [],
        "speaker_entity": None,
        "score": 0.1 * number,
        "type": "mixed",
    }
    return Scored(article, Found([], [quote], []), summed([counts(right, 10, 10)]))


def test_bounds_hold_the_figure_are_the_same_each_time_and_tell_more_of_more_articles() -> None:
    few = [counts(right, 10, 12) for right in (2, 9, 5)]
    figure = bounded(QUOTES["attributed"], few)
    assert isinstance(figure, Bounded)
    assert figure == bounded(QUOTES["attributed"], few)
    assert figure.low < figure.value < figure.high
    many = bounded(QUOTES["attributed"], few * 20)
    assert isinstance(many, Bounded)
    assert many.high - many.low < (figure.high - figure.low) / 2
    assert figure.value == pytest.approx(Rates(16, 30, 16, 36).value)


def test_articles_that_are_alike_leave_no_room_for_chance() -> None:
    figure = bounded(QUOTES["attributed"], [counts(5, 10, 10)] * 8)
    assert isinstance(figure, Bounded)
    assert (figure.low, figure.value, figure.high) == pytest.approx((50, 50, 50))


def test_one_article_has_no_bounds() -> None:
    assert bounded(QUOTES["attributed"], [counts(5, 10, 10)]) == Rates(5, 10, 5, 10)


def test_every_figure_and_column_stands_on_counts_that_are_made() -> None:
    names = {"quotes", "names", "claims", "speech", "pronouns", "speaker entities", "claimer entities"}
    made = {f"{name}, gold" for name in names | {"subject entities"}} | {f"{n}, found" for n in names}
    for column in COLUMNS:
        assert column.of in made | names, column
    assert wrong(COLUMNS[0], {"names": 3, "names, gold": 4}).value == 25
    assert {**QUOTES, **ENTITIES, **CLAIMS} == FIGURES


def test_steps_rise_and_give_the_share_of_those_with_such_a_score() -> None:
    steps = isotonic([(0.1, False), (0.2, True), (0.3, False), (0.8, True), (0.9, True)])
    shares = [share for _, share in steps]
    assert shares == sorted(shares)
    assert [at(steps, score) for score in (0.0, 0.25, 0.95)] == [0.0, 0.5, 1.0]
    assert at([], 0.3) == 0.5


def test_what_other_outlets_teach_mends_a_score_that_is_wrong_everywhere_alike() -> None:
    """Scores of .9 that are right half of the time, in twenty outlets."""
    items = [(f"outlet-{n % 20}.example", 0.9, n % 2 == (n // 20) % 2) for n in range(400)]
    assert calibration_error_left_out(items) < 5


def test_kinds_are_taken_together_in_families() -> None:
    articles = [scored(n, kind=kind, right=5) for n, kind in enumerate(("court", "local", "news", "novel"))]
    families = by_family(articles, of_quotes)
    assert {name: len(items) for name, items in families.items()} == {
        "all": 4,
        "local, court": 2,
        "news": 1,
        "other": 1,
    }
    assert list(by_kind([*articles, scored(9, kind="news", right=1)])) == ["news", "court", "local", "novel"]


def test_quotations_are_told_apart_by_their_kind() -> None:
    kinds = by_quote_kind([scored(n, kind="news", right=5) for n in range(3)])
    assert {kind: len(items) for kind, items in kinds.items()} == {"direct": 0, "mixed": 3, "indirect": 0}


def test_the_kinds_of_the_web_gold_have_a_family() -> None:
    lines = (ROOT / "tests/gold/web/quotes.jsonl").read_text(encoding="utf-8").splitlines()
    assert {json.loads(line)["kind"] for line in lines} <= FAMILY.keys()


def test_the_sections_that_are_asked_for_are_printed() -> None:
    sets = {"own_dev": [scored(1, kind="news", right=3)], "web gold": [scored(2, kind="court", right=4)]}
    figures = web_figures(sets, ["quotes"])
    assert figures["own_dev: quotes"]["attributed"].value == pytest.approx(30)
    assert figures["web news, court (1 articles)"].keys() == {
        "attributed",
        "attributed, rows of is_speech",
    }
    assert web_figures(sets, ["places"]) == {}


def test_a_block_takes_the_place_of_the_one_before() -> None:
    text = "# A\n\n<!-- begin: b (make eval ARGS=--write-docs) -->\n\nold\n\n<!-- end: b -->\n\nrest\n"
    new = document.replaced(text, "b", "| new |")
    assert new == text.replace("old", "| new |")
    assert document.replaced(new, "b", "old") == text
    for broken in ("# A\n", text + text, text.replace("end: b", "end: c")):
        with pytest.raises(InputError, match="no place"):
            document.replaced(broken, "b", "| new |")


@pytest.mark.parametrize(
    ("path", "block", "row"),
    [
        ("README.md", "web news, in short", "claims, with source and polarity"),
        ("docs/quality.md", "web news", "| attributed |"),
        ("docs/quality.md", "before and after", "CaRB dev: propositions"),
    ],
)
def test_the_documents_have_their_blocks(path: str, block: str, row: str) -> None:
    text = (ROOT / path).read_text(encoding="utf-8")
    inside = text.split(f"<!-- begin: {block} (make eval ARGS=--write-docs) -->")[1].split("<!-- end")[0]
    assert row in inside, "write it with `make eval CORPORA=... ARGS=--write-docs`"
    assert document.replaced(text, block, inside) == text


def test_all_of_the_tables_are_written(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    marks = "<!-- begin: {0} (make eval ARGS=--write-docs) -->\n<!-- end: {0} -->\n"
    (tmp_path / "README.md").write_text(marks.format("web news, in short"))
    (tmp_path / "docs/quality.md").write_text(marks.format("web news") + marks.format("before and after"))
    sets = {
        "own_dev": [scored(1, kind="news", right=3), scored(2, kind="news", right=5)],
        "web gold": [scored(3, kind="court", right=4), scored(4, kind="court", right=4)],
    }
    before = json.loads(document.BEFORE.read_text(encoding="utf-8"))["corpora"]
    now = {section: dict.fromkeys(names, Rates(1, 2, 1, 2)) for section, names in before.items()}
    document.write_documents(tmp_path, sets, sets["web gold"], [], now)  # type: ignore[arg-type]
    written = (tmp_path / "docs/quality.md").read_text()
    assert "| attributed | 40.0 (30 to 50) | 67.4 | 40.0 (40 to 40) | 66.2 | 40.0 |" in written
    assert "| PolNeAR dev: quotations | attributed | 72.3 | 72.3 | 50.0 |" in written
    assert "| `quotes` | `content_spans` | quotation missed |" in written
    assert "quotations, with the right speaker | 40.0 (30 to 50) |" in (tmp_path / "README.md").read_text()


def test_entities_are_ids_however_a_set_writes_them() -> None:
    named = {"speaker_entities": [{"id": "NT:a", "name": "A"}], "subject_entity": {"id": "NT:b", "name": "B"}}
    plain = {"speaker_entities": ["NT:a"], "subject_entity": "NT:b"}
    assert as_ids(named) == as_ids(plain) == plain


def test_a_text_that_is_not_the_annotated_one_is_refused(tmp_path: Path) -> None:
    gold, pool = tmp_path / "web", tmp_path / "corpora" / "pool"
    gold.mkdir()
    pool.mkdir(parents=True)
    text = "The pier is shut, the board said on Monday. Nobody was hurt when it fell into the harbour."
    record: dict[str, Any] = {"doc_id": "n1", "kind": "local", "text_sha256": checksum(text)}
    for name, key in (("entities", "mentions"), ("quotes", "quotes"), ("claims", "claims")):
        (gold / f"{name}.jsonl").write_text(json.dumps(record | {key: []}) + "\n")
    (gold / "claims_until.json").write_text('{"n1": 40}')

    def lay(text: str) -> None:
        line = json.dumps({"id": "n1", "text": text, "source": "Harbour Post", "title": "Pier shut"})
        (pool / "pool.jsonl.gz").write_bytes(gzip.compress(line.encode()))

    lay(text)
    (article,) = read_web_gold(gold, tmp_path, load_settings())
    assert (article.article.text, article.claims_until, article.family) == (text, 40, "local, court")
    lay(text + "!")
    with pytest.raises(InputError, match="not the text that was annotated"):
        read_web_gold(gold, tmp_path, load_settings())
