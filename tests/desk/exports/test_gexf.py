"""The graph of quotations, read back by networkx."""

import io
from datetime import date
from typing import Any

import networkx as nx
from lxml import etree

from pipeline.desk.exports.gexf import Graph, quotation_graph, write_gexf
from pipeline.load import load
from pipeline.store import Store


def read_back(graph: Graph) -> Any:
    to = io.BytesIO()
    n_edges = write_gexf(graph, to)
    to.seek(0)
    found = nx.read_gexf(to, version="1.3")
    assert found.number_of_edges() == n_edges
    return found


def test_the_sample_is_a_graph_of_outlets_speakers_and_who_they_speak_of(sample: Store) -> None:
    said = load("said", data_dir=sample.root).dropna(subset="speaker_id")
    found = read_back(quotation_graph(data_dir=sample.root))
    assert found.is_directed()
    quotes = {edge[:2]: edge[2] for edge in found.edges(data=True) if edge[2]["kind"] == "quotes"}
    assert sum(edge["weight"] for edge in quotes.values()) == len(said)
    counted = said.groupby(["outlet", "speaker_id"])["day"].agg(["size", "min", "max"])
    assert len(counted) == len(quotes)
    for row in counted.reset_index().to_dict("records"):
        edge = quotes[f"outlet:{row['outlet']}", row["speaker_id"]]
        assert (edge["weight"], edge["first"], edge["last"]) == (
            row["size"],
            str(row["min"]),
            str(row["max"]),
        )
    for name, n in said["speaker_id"].value_counts().items():
        node = found.nodes[name]
        assert node["n_quotes"] == n
        assert node["n_articles"] >= said[said["speaker_id"] == name]["article_id"].nunique()
    outlets = {data["label"]: data for _, data in found.nodes(data=True) if data["type"] == "OUTLET"}
    assert set(outlets) == set(said["outlet"])


def test_who_is_named_in_quotations_is_spoken_of(sample: Store) -> None:
    named = load("quote_names", where="n_named > 0 and not is_speaker", data_dir=sample.root)
    named = named.dropna(subset="speaker_id")
    found = read_back(quotation_graph(data_dir=sample.root))
    spoken = [edge for edge in found.edges(data=True) if edge[2]["kind"] == "speaks_of"]
    assert sum(edge[2]["weight"] for edge in spoken) == len(named)
    assert all(one != other for one, other, _ in spoken)


def test_an_outlet_and_a_range_of_days_can_be_asked_for(sample: Store) -> None:
    days = (date(2026, 3, 2), date(2026, 3, 3))
    graph = quotation_graph(days=days, where="outlet = 'Daily Klaxon'", once=True, data_dir=sample.root)
    assert [node.label for node in graph.nodes.values() if node.type == "OUTLET"] == ["Daily Klaxon"]
    assert min(first for first, _ in graph.days.values()) >= days[0]


def test_names_that_xml_cannot_hold_are_mended_and_the_rest_is_escaped() -> None:
    graph = Graph()
    graph.name("outlet:<&\"'>", "A <b>\x00 & \ud83d Co 😀", "OUTLET", date(2026, 3, 1), "a1", is_quoted=True)
    found = read_back(graph)
    assert found.nodes["outlet:<&\"'>"]["label"] == "A <b>\ufffd & \ufffd Co 😀"


def test_the_file_says_which_version_it_is() -> None:
    to = io.BytesIO()
    write_gexf(Graph(), to)
    root = etree.fromstring(to.getvalue())
    assert root.tag == "{http://gexf.net/1.3}gexf"
    assert root.get("version") == "1.3"
