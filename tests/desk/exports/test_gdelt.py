"""Lines of GDELT's graphs: the fields that are documented, the words that stand in the text."""

from dataclasses import replace
from itertools import pairwise

from layered_by_hand import TEXT, articles, layered

from pipeline.desk.exports.geg import geg_lines
from pipeline.desk.exports.gqg import gqg_lines
from pipeline.desk.exports.layered import layered_articles
from pipeline.load import load
from pipeline.store import Store

TYPES = {"PERSON", "LOCATION", "ORGANIZATION", "EVENT", "WORK_OF_ART", "CONSUMER_GOOD", "OTHER"}


def test_quotes_are_what_stands_in_marks() -> None:
    [line] = gqg_lines(articles())
    assert list(line) == ["date", "url", "title", "lang", "quotes"]
    assert (line["date"], line["lang"]) == ("2026-03-02T08:15:00Z", "ENGLISH")
    assert [quote["quote"] for quote in line["quotes"]] == [
        "must\nnot sail\ttoday",
        "It was warned 🌊",
        "twice",
    ]
    for quote in line["quotes"]:
        assert list(quote) == ["pre", "quote", "post"]
        assert quote["pre"] + quote["quote"] + quote["post"] in TEXT
        assert quote["pre"][-1] + quote["post"][0] == "“”"


def test_an_article_without_quotes_or_names_has_no_line() -> None:
    silent = replace(layered(), quotes=[], entities=[])
    assert list(gqg_lines(articles(silent))) == []
    assert list(geg_lines(articles(silent))) == []


def test_what_a_record_lacks_is_empty_and_a_day_stands_for_the_time() -> None:
    [line] = gqg_lines(articles(layered(published_at=None, url=None, title=None)))
    assert (line["date"], line["url"], line["title"]) == ("2026-03-02", "", "")


def test_entities_have_types_of_the_original_and_links_where_known() -> None:
    [line] = geg_lines(articles())
    assert list(line) == ["date", "url", "lang", "entities"]
    person, board = line["entities"]
    assert person == {
        "name": "Mara Lindqvist",
        "type": "PERSON",
        "numMentions": 2,
        "avgSalience": 0.5,
        "wikipediaUrl": "https://www.wikidata.org/wiki/Special:GoToLinkedPage/enwiki/Q1",
    }
    assert board["type"] == "ORGANIZATION"
    assert "wikipediaUrl" not in board


def test_the_sample_has_a_line_for_each_article_that_says_something(sample: Store) -> None:
    quotes = load("quotes", data_dir=sample.root)
    lines = list(gqg_lines(layered_articles(data_dir=sample.root)))
    direct = set(quotes[quotes["kind"] == "direct"]["article_id"])
    assert len(direct) <= len(lines) <= quotes["article_id"].nunique()
    assert all(earlier["date"][:10] <= later["date"][:10] for earlier, later in pairwise(lines))
    entities = [
        entity for line in geg_lines(layered_articles(data_dir=sample.root)) for entity in line["entities"]
    ]
    assert len(entities) == len(load("entities", data_dir=sample.root))
    assert {entity["type"] for entity in entities} <= TYPES
