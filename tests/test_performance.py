"""The table of what each part costs, and the figures of a run beside their targets."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import desk, parts, peers
from benchmarks.speed import SIDES, TARGETS, acceptance, beside, left_out, plan, table
from benchmarks.throughput import Run, Sample
from pipeline.nlp import load_nlp
from quality.web.document import replaced

ROOT = Path(__file__).parents[1]


def test_the_document_has_the_figures_that_are_kept() -> None:
    figures = json.loads((ROOT / parts.FIGURES).read_text("utf-8"))
    assert all(list(side) == list(parts.PARTS) for side in figures["microseconds a word"].values())
    text = (ROOT / parts.DOCUMENT).read_text("utf-8")
    written = replaced(text, "parts", parts.table(figures), command=parts.COMMAND)
    assert written == text, f"run {parts.COMMAND}"


def test_the_document_has_the_figures_of_the_desk_that_are_kept_and_no_others() -> None:
    path = ROOT / desk.FIGURES
    block = desk.table(json.loads(path.read_text("utf-8"))) if path.exists() else "Not measured yet."
    text = (ROOT / desk.DOCUMENT).read_text("utf-8")
    assert replaced(text, "desk", block, command=desk.COMMAND) == text, f"run {desk.COMMAND}"


def test_a_page_that_is_slow_or_costs_more_than_duckdb_misses_its_target() -> None:
    quick = desk.Figure("day", first_s=2.0, seconds=0.2, most_s=0.3, cpu_s=0.1, bare_cpu_s=0.1)
    assert quick.holds and desk.line(quick).endswith("  holds")
    assert not replace(quick, seconds=0.4).holds
    assert not replace(quick, cpu_s=0.14).holds
    assert replace(quick, cpu_s=9.0, bare_cpu_s=None).holds
    export = desk.Export(n_rows=10, seconds=1.0, more_mb=5.0)
    assert desk.Measured([quick], 900.0, export, 50.0).holds
    assert not desk.Measured([quick], 1100.0, export, 50.0).holds
    assert not desk.Measured([quick], 900.0, replace(export, more_mb=200.0), 50.0).holds


@pytest.mark.model
def test_every_part_of_the_extraction_is_measured() -> None:
    nlp = load_nlp()
    assert set(nlp.pipe_names) <= parts.PARTS.keys()
    cost = parts.cost(
        nlp, ["The mayor, Edda Vance, said on Monday that 40 homes had been “lost to the sea”."]
    )
    assert list(cost) == list(parts.PARTS)
    assert all(value > 0 for value in cost.values())


def test_targets_are_told_beside_what_was_found() -> None:
    def run(cpu: float, wall: float = 1.0) -> list[Run]:
        return [Run(wall, cpu, 100.0)]

    runs = {
        ("web", "bare", 1): run(50.0), ("web", "bare, 32", 1): run(40.0), ("web", "pure", 1): run(20.0, 20.0),
        ("web", "pure", 2): run(21.0, 10.0), ("one", "pure", 1): run(2.0), ("one", "pure", 2): run(2.5),
    }  # fmt: skip
    lines = {line[:50].strip(): line[50:].split() for line in acceptance(runs)[1:]}
    assert len(lines) == len(TARGETS)
    assert lines["web: pure, times as fast as bare"] == ["2.50", "≥", "2.1", "holds"]
    assert lines["web: fast, times as fast as bare"] == ["-", "≥", "2.5"]
    assert lines["web: two processes, times as fast as one (wall)"] == ["2.00", "≥", "1.8", "holds"]
    assert lines["a further child, CPU s"] == ["0.50", "≤", "0.2", "missed"]
    samples = {kind: Sample(Path(kind), 1, 1000) for kind in ("web", "one")}
    assert any("web, pure, 1 process " in line and "18000.0" in line for line in table(runs, samples))


def test_two_processes_are_run_once() -> None:
    samples = {kind: Sample(Path(kind), 1, 1000) for kind in ("web", "reuters", "one")}
    first, later = (plan(samples, ["bare", "pure"], is_first=is_first) for is_first in (True, False))
    assert ("web", "pure", 2) in first
    assert ("web", "pure", 2) not in later
    assert set(later) < set(first)


def test_peers_are_run_once_on_web_articles_in_one_process() -> None:
    samples = {kind: Sample(Path(kind), 1, 1000) for kind in ("web", "reuters", "one")}
    without, first, later = (
        plan(samples, sides, is_first=is_first)
        for sides, is_first in (
            (["bare", "pure"], True),
            (["bare", "pure", "textacy", "gendergaptracker"], True),
            (["bare", "pure", "textacy", "gendergaptracker"], False),
        )
    )
    assert set(first) - set(without) == {
        (kind, peer, 1) for kind in ("one", "web") for peer in ("textacy", "gendergaptracker")
    }
    assert later == plan(samples, ["bare", "pure"], is_first=False)


def test_peers_stand_beside_the_targets_where_they_were_run() -> None:
    runs = {("web", "pure", 1): [Run(1.0, 20.0, 100.0)], ("web", "textacy", 1): [Run(1.0, 55.0, 100.0)]}
    assert [" ".join(line.split()) for line in beside(runs)] == ["web: pure, times as fast as textacy 2.75"]
    assert not beside({key: found for key, found in runs.items() if key[1] == "pure"})
    samples = {"web": Sample(Path("web"), 1, 1000)}
    assert any(line.startswith("web, textacy, 1 process ") for line in table(runs, samples))


def test_a_peer_that_is_not_installed_is_left_out_with_how_to_have_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(peers.FOLDER, str(tmp_path))
    monkeypatch.setattr(peers, "find_spec", lambda _: None)
    missing = left_out()
    assert "textacy" in missing["textacy"]
    assert peers.FOLDER in missing["gendergaptracker"]
    monkeypatch.setattr(peers, "find_spec", lambda _: object())
    assert left_out().keys() - {"fast"} == {"gendergaptracker"}
    (tmp_path / "quote_extractor.py").touch()
    assert not left_out().keys() - {"fast"}
    assert set(SIDES) > {"bare", "pure", *peers.PEERS}
