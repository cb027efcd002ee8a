"""Clusters: names are grouped with a reason, and left as they were."""

from dataclasses import asdict

from docs_by_hand import build

from pipeline.components.doc.columns import read_columns
from pipeline.components.entities.clusters import cluster_names
from pipeline.components.entities.names import find_names, read_names


def test_a_name_joined_by_a_rule_has_its_reason_and_no_other_name_has_one() -> None:
    doc = build("Ana Colvey left . then Colvey ran .", {"Ana Colvey": "PERSON", "Colvey": "PERSON"})
    (reading,) = read_names([read_columns(doc)])
    names, tokens = find_names(reading), reading.tokens
    before = [asdict(name) for name in names]
    (cluster,) = cluster_names(names, tokens)
    assert cluster.names == names
    assert {names.index(name): tuple(reason) for name, reason in cluster.reasons.items()} == {
        1: ("surname", 0.9)
    }
    assert [asdict(name) for name in names] == before


def test_two_runs_over_the_same_names_agree() -> None:
    doc = build(
        "Margaret Dorn and Peter Dorn came . then Ms Dorn spoke .",
        {"Margaret Dorn": "PERSON", "Peter Dorn": "PERSON", "Ms Dorn": "PERSON"},
    )
    (reading,) = read_names([read_columns(doc)])
    names, tokens = find_names(reading), reading.tokens
    assert cluster_names(names, tokens) == cluster_names(names, tokens)
