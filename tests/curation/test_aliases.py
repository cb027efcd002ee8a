"""The alias table: built from a dump, looked up, and used to link."""

import gzip
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.components.entities.cluster import Cluster
from pipeline.components.entities.links import best_candidate
from pipeline.curation.aliases import SCHEMA, open_alias_table
from pipeline.curation.wikidata import build_alias_table, main, read_dump
from pipeline.errors import ConfigError


def item(qid: str, label: str, kind: str, links: int, aliases: tuple[str, ...] = ()) -> dict[str, Any]:
    return {
        "type": "item",
        "id": qid,
        "labels": {"en": {"language": "en", "value": label}},
        "aliases": {"en": [{"language": "en", "value": a} for a in aliases]},
        "claims": {"P31": [{"mainsnak": {"datavalue": {"value": {"id": kind}}}}]},
        "sitelinks": {f"{i:02}wiki": {} for i in range(links)} | {"commonswikiquote": {}},
    }


ITEMS = [
    item("Q1", "Marrow Air", "Q783794", 30, ("MA", "Marrow")),
    item("Q2", "Marrow", "Q5", 5),
    item("Q3", "Marrow", "Q515", 40),
    item("Q4", "Marrow Airport", "Q1248784", 1),
    item("Q5", "Marrow soup", "Q999", 50),
]


@pytest.fixture
def dump(tmp_path: Path) -> Path:
    path = tmp_path / "dump.json.gz"
    lines = ["[", *(json.dumps(i) + "," for i in ITEMS), '{"id": "Q9", "torn']
    path.write_bytes(gzip.compress("\n".join(lines).encode()))
    return path


def test_a_dump_becomes_a_table(dump: Path, tmp_path: Path) -> None:
    out = tmp_path / "aliases.parquet"
    assert main([str(dump), str(out)]) == 0
    table = pq.read_table(out)
    assert table.schema.equals(SCHEMA)
    rows = {(r["alias"], r["id"]): r for r in table.to_pylist()}
    # Too few wikis (Q4) and a class that is none of ours (Q5) are left out.
    assert {qid for _, qid in rows} == {"Q1", "Q2", "Q3"}
    assert rows["Marrow", "Q3"]["prior"] == pytest.approx(40 / 60)
    assert rows["Marrow", "Q1"]["prior"] == pytest.approx(15 / 60)
    assert rows["Marrow Air", "Q1"]["type"] == "ORG"
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".")] == []


def test_a_missing_dump_is_said_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "none.json"), str(tmp_path / "out.parquet")]) == 2
    assert "no such file" in capsys.readouterr().err


@pytest.fixture
def table(dump: Path, tmp_path: Path) -> Path:
    path = tmp_path / "aliases.parquet"
    build_alias_table(read_dump(dump), path)
    return path


def test_look_up_is_blind_to_case_and_best_first(table: Path) -> None:
    lookup = open_alias_table(table)
    assert [c.id for c in lookup("MARROW")] == ["Q3", "Q1", "Q2"]
    assert lookup("nobody") == ()


def test_only_candidates_of_the_type_compete(table: Path) -> None:
    lookup = open_alias_table(table)

    def link(name: str, label: str, *, is_local: bool = False) -> str | None:
        found = best_candidate(Cluster(names=[], label=label, name=name, is_local=is_local), lookup)
        return found.id if found else None

    assert link("Marrow", "GPE") == "Q3"
    assert link("Marrow", "ORG") == "Q1"
    assert link("Marrow", "EVENT") is None
    assert link("Marrow", "PERSON", is_local=True) is None


def test_in_doubt_there_is_no_link(tmp_path: Path) -> None:
    build_alias_table(
        [item("Q7", "Ana Colvey", "Q5", 10), item("Q8", "Ana Colvey", "Q5", 9)], tmp_path / "a.parquet"
    )
    lookup = open_alias_table(tmp_path / "a.parquet")
    assert best_candidate(Cluster(names=[], label="PERSON", name="Ana Colvey"), lookup) is None


def test_a_table_that_is_none_is_refused(tmp_path: Path) -> None:
    bad = tmp_path / "bad.parquet"
    pq.write_table(pa.table({"alias": ["x"]}), bad)
    with pytest.raises(ConfigError, match="alias, id, name, prior, type"):
        open_alias_table(bad)
    (tmp_path / "worse.parquet").write_text("no parquet")
    with pytest.raises(ConfigError):
        open_alias_table(tmp_path / "worse.parquet")


def test_an_empty_table_links_nothing(tmp_path: Path) -> None:
    build_alias_table([], tmp_path / "empty.parquet")
    assert open_alias_table(tmp_path / "empty.parquet")("Marrow") == ()
