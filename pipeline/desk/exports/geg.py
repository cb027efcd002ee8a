"""Entities in the lines of GDELT's Global Entity Graph: an article a line.

Fields (`date`, `url`, `lang`, `entities`, of each `name`, `type`, `numMentions`, `avgSalience`, and `mid`,
`wikipediaUrl` where known):
https://blog.gdeltproject.org/announcing-the-global-entity-graph-geg-and-a-new-11-billion-entity-dataset/.
Types are those of Google's Natural Language API, which the original is made with:
https://cloud.google.com/natural-language/docs/reference/rest/v1/Entity#type.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pipeline.desk.exports.layered import Found, LayeredArticle

_TYPES = {
    "PERSON": "PERSON",
    "ORG": "ORGANIZATION",
    "GPE": "LOCATION",
    "LOC": "LOCATION",
    "FAC": "LOCATION",
    "EVENT": "EVENT",
    "WORK_OF_ART": "WORK_OF_ART",
    "PRODUCT": "CONSUMER_GOOD",
}
_LINKED = "https://www.wikidata.org/wiki/Special:GoToLinkedPage/enwiki/"


def geg_lines(articles: Iterator[LayeredArticle]) -> Iterator[dict[str, Any]]:
    """Yield a line for each article that names something.

    `avgSalience` is `entities.salience`, 0..1. `mid`, an id of Google's, is never there. `wikipediaUrl` is an
    address of Wikidata that leads to the page of the English Wikipedia.
    """
    for found in articles:
        if found.entities:
            yield {
                "date": found.at,
                "url": found.article["url"] or "",
                "lang": found.article["language"],
                "entities": [_entity(entity) for entity in found.entities],
            }


def _entity(entity: Found) -> dict[str, Any]:
    line = {
        "name": entity["name"],
        "type": _TYPES.get(entity["label"], "OTHER"),
        "numMentions": entity["n_mentions"],
        "avgSalience": round(entity["salience"], 4),
    }
    if entity["wikidata_id"]:
        line["wikipediaUrl"] = f"{_LINKED}{entity['wikidata_id']}"
    return line
