"""Web Annotations: the model of the W3C, and selectors that find their text again."""

from typing import Any

import pytest
from layered_by_hand import TEXT, articles, layered

from pipeline.desk.exports.layered import layered_articles
from pipeline.desk.exports.web_annotation import web_annotations
from pipeline.load import load
from pipeline.store import Store

# https://www.w3.org/TR/annotation-model/#motivation-and-purpose
MOTIVATIONS = {"identifying", "describing", "assessing", "tagging"}


def selected(text: str, target: dict[str, Any]) -> str:
    """What both selectors of a target find; they find the same."""
    position, quote = target["selector"]
    assert position["type"] == "TextPositionSelector"
    assert quote["type"] == "TextQuoteSelector"
    found = text[position["start"] : position["end"]]
    assert quote["exact"] == found
    assert quote["prefix"] + quote["exact"] + quote["suffix"] in text
    assert text[: position["start"]].endswith(quote["prefix"])
    return found


def targets(annotation: dict[str, Any]) -> list[dict[str, Any]]:
    target = annotation["target"]
    return target if isinstance(target, list) else [target]


def test_annotations_follow_the_model() -> None:
    found = list(web_annotations(articles()))
    assert len(found) == len({one["id"] for one in found}) == 9
    for one in found:
        assert one["@context"] == "http://www.w3.org/ns/anno.jsonld"
        assert one["type"] == "Annotation"
        assert one["motivation"] in MOTIVATIONS
        for body in one["body"]:
            assert body.keys() == {"id"} or (body["type"] == "TextualBody" and body["purpose"] in MOTIVATIONS)
        assert all(target["source"] == "https://ledger.example/a1" for target in targets(one))


def test_positions_count_code_points_emoji_before_and_inside() -> None:
    found = {one["id"].rpartition(":")[2]: one for one in web_annotations(articles())}
    assert [selected(TEXT, target) for target in targets(found["q2"])] == ["It was warned 🌊", "twice"]
    assert selected(TEXT, found["m3"]["target"]) == "Ægir Board"
    assert selected(TEXT, found["c1"]["target"]) == "It was warned 🌊"


def test_bodies_say_who_and_what() -> None:
    found = {one["id"].rpartition(":")[2]: one for one in web_annotations(articles())}
    said = {name: [body.get("value", body.get("id")) for body in one["body"]] for name, one in found.items()}
    assert said["m1"] == ["PERSON", "name", "Mara Lindqvist", "http://www.wikidata.org/entity/Q1"]
    assert said["q2"] == ["quotation", "direct", "Mara Lindqvist"]
    assert said["q3"] == ["quotation", "indirect", "The Ægir Board"]
    assert said["c2"] == ["claim", "attributed", "negated", "asserted", "The Ægir Board"]


def test_an_article_without_an_address_is_named_by_its_id() -> None:
    one = next(web_annotations(articles(layered(url=None))))
    assert one["target"]["source"] == "urn:newstables:article:a1"


@pytest.mark.parametrize("table", ["mentions", "quotes", "claims"])
def test_every_row_of_the_sample_is_found_in_its_text(sample: Store, table: str) -> None:
    column = {"mentions": "mention_id", "quotes": "quote_id", "claims": "claim_id"}[table]
    ids = set(load(table, columns=[column], data_dir=sample.root)[column])
    seen = set()
    for found in layered_articles(data_dir=sample.root):
        for one in web_annotations(iter([found])):
            name = one["id"].rpartition(":")[2]
            if name in ids:
                seen.add(name)
                assert all(selected(found.text, target) for target in targets(one))
    assert seen == ids
