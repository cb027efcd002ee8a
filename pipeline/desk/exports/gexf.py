"""Who quotes whom, and who speaks of whom, as a graph for Gephi and the like.

Format: GEXF 1.3, https://gexf.net/schema.html.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any, BinaryIO

from lxml import etree

from pipeline.load import load_batches
from pipeline.views import Where

_NAMESPACE = "http://gexf.net/1.3"
_UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SAID = ["day", "article_id", "outlet", "speaker_id", "speaker_name", "speaker_label"]
_ABOUT = ["day", "article_id", "outlet", "speaker_id", "entity_id", "name", "label", "is_speaker", "n_named"]


@dataclass(slots=True)
class _Node:
    label: str
    type: str
    n_quotes: int = 0
    articles: set[tuple[date, str]] = field(default_factory=set)


@dataclass(slots=True)
class Graph:
    """Nodes by id, and edges by (from, to, kind): how many quotations they stand for, first and last day."""

    nodes: dict[str, _Node] = field(default_factory=dict)
    weights: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    days: dict[tuple[str, str, str], tuple[date, date]] = field(default_factory=dict)

    def name(self, name: str, label: str, type: str, day: date, article_id: str, *, is_quoted: bool) -> None:
        """Count an article on a node, and a quotation that it prints or is quoted with."""
        node = self.nodes.setdefault(name, _Node(label, type))
        node.n_quotes += is_quoted
        node.articles.add((day, article_id))

    def add(self, source: str, target: str, kind: str, day: date) -> None:
        """Count a quotation on an edge."""
        edge = source, target, kind
        self.weights[edge] += 1
        first, last = self.days.get(edge, (day, day))
        self.days[edge] = min(first, day), max(last, day)


def quotation_graph(
    *,
    days: tuple[date, date] | None = None,
    where: Where | None = None,
    once: bool = False,
    data_dir: str | None = None,
) -> Graph:
    """Return the graph of published quotations with a speaker that has an entity.

    An edge `quotes` goes from an outlet to a speaker, `speaks_of` from a speaker to who or what is named in
    the quotation; speakers who name themselves have none.

    Args:
        days: first and last day, both included; None for all there are.
        where: a condition on columns that the views said and quote_names share, such as the outlet.
        once: no reprints.
        data_dir: where the tables lie; the setting of that name where it is left out.

    Raises:
        ConfigError: nothing is published, or the condition cannot be answered.
        DamagedError: a file is not what was published; the message says what to do.
    """
    graph = Graph()
    asked: dict[str, Any] = {"days": days, "where": where, "once": once, "data_dir": data_dir}
    for row in _rows("said", _SAID, asked):
        if row["speaker_id"] is None:
            continue
        outlet, where_said = f"outlet:{row['outlet']}", (row["day"], row["article_id"])
        graph.name(outlet, row["outlet"], "OUTLET", *where_said, is_quoted=True)
        graph.name(row["speaker_id"], row["speaker_name"], row["speaker_label"], *where_said, is_quoted=True)
        graph.add(outlet, row["speaker_id"], "quotes", row["day"])
    for row in _rows("quote_names", _ABOUT, asked):
        if row["speaker_id"] is None or row["is_speaker"] or not row["n_named"]:
            continue
        where_said = (row["day"], row["article_id"])
        graph.name(row["entity_id"], row["name"], row["label"], *where_said, is_quoted=False)
        graph.add(row["speaker_id"], row["entity_id"], "speaks_of", row["day"])
    return graph


def write_gexf(graph: Graph, to: BinaryIO) -> int:
    """Write a graph; returns the number of its edges.

    Nodes have a type (OUTLET, or the label of an entity), n_quotes (that they print, or are quoted with) and
    n_articles; edges a weight (quotations), a kind, and the first and last day.

    Args:
        graph: what to write.
        to: where the bytes go; it is left open.
    """
    edges = sorted(graph.weights.items())
    with etree.xmlfile(to, encoding="UTF-8") as xml:
        xml.write_declaration()
        with (
            xml.element("gexf", xmlns=_NAMESPACE, version="1.3"),
            xml.element("graph", defaultedgetype="directed", mode="static"),
        ):
            xml.write(_columns("node", {"type": "string", "n_quotes": "integer", "n_articles": "integer"}))
            xml.write(_columns("edge", {"kind": "string", "first": "string", "last": "string"}))
            with xml.element("nodes", count=str(len(graph.nodes))):
                for name, node in sorted(graph.nodes.items()):
                    values = {"type": node.type, "n_quotes": node.n_quotes, "n_articles": len(node.articles)}
                    xml.write(_element("node", values, id=name, label=node.label))
            with xml.element("edges", count=str(len(edges))):
                for number, (edge, weight) in enumerate(edges):
                    source, target, kind = edge
                    first, last = graph.days[edge]
                    about = {"id": str(number), "source": source, "target": target, "weight": str(weight)}
                    xml.write(_element("edge", {"kind": kind, "first": first, "last": last}, **about))
    return len(edges)


def _rows(view: str, columns: list[str], asked: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for batch in load_batches(view, columns=columns, **asked):
        yield from batch.to_pylist()


def _columns(kind: str, types: dict[str, str]) -> etree._Element:
    element = etree.Element("attributes", {"class": kind})
    for name, type in types.items():
        etree.SubElement(element, "attribute", id=name, title=name, type=type)
    return element


def _element(tag: str, values: dict[str, Any], **attributes: str) -> etree._Element:
    element = etree.Element(tag, {key: _UNWRITABLE.sub("\ufffd", value) for key, value in attributes.items()})
    inner = etree.SubElement(element, "attvalues")
    for name, value in values.items():
        etree.SubElement(inner, "attvalue", {"for": name, "value": str(value)})
    return element
