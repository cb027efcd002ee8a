"""Figures of a commit become a line, and lines a chart that can be read."""

import json
import subprocess
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from benchmarks import history
from benchmarks.chart import Panel, Series, chart
from benchmarks.throughput import Pair, Run, Sample, as_json
from quality.own import HEADLINES

SVG = "{http://www.w3.org/2000/svg}"
MACHINE = {"cpu": "Sample 1", "cores": 2, "python": "3.12.1"}


def quality(value: float) -> dict[str, Any]:
    return {
        f"own gold: {section}": {name: {"value": value, "n": "1"} for name in (*names, "of no headline")}
        for section, names in HEADLINES.items()
    }


def speed(ratio: float) -> dict[str, Any]:
    return {"processes": {n: {"times as fast, CPU time": ratio, "peak MB": 500} for n in ("1", "2")}}


def made(number: int) -> dict[str, Any]:
    return history.line(
        quality(80 + number / 3),
        speed(2 + number / 10),
        commit=f"{number:040x}",
        date=f"2026-12-{number + 1:02}",
        machine=MACHINE,
    )


def texts(svg: str) -> list[tuple[str, float, float]]:
    found = ElementTree.fromstring(svg).iter(f"{SVG}text")
    return [(each.text or "", float(each.attrib["x"]), float(each.attrib["y"])) for each in found]


def test_a_line_holds_the_headlines_and_the_machine() -> None:
    line = made(1)
    assert line["quality"]["quotes: attributed"] == 80.33
    assert len(line["quality"]) == sum(map(len, HEADLINES.values()))
    assert line["machine"] == MACHINE and line["commit"].endswith("1")
    assert set(history.SHOWN) <= set(line["quality"])
    assert json.loads(json.dumps(line)) == line


@pytest.mark.parametrize("n", [1, 2, 30])
def test_the_chart_has_a_point_for_each_line_and_names_its_ends(n: int) -> None:
    svg = history.draw([made(number) for number in range(n)])
    points = [*ElementTree.fromstring(svg).iter(f"{SVG}circle")]
    assert len(points) == n * (len(history.SHOWN) + 2)
    shown = [text for text, *_ in texts(svg)]
    assert f"{0:07x} 2026-12-01"[:7] in " ".join(shown)
    assert any(text.endswith(f"2026-12-{n:02}") for text in shown)
    assert all(x >= 0 and y >= 0 for _, x, y in texts(svg))


def test_names_of_equal_values_do_not_cover_each_other() -> None:
    series = [Series(name, [50.0, 100.0]) for name in ("a", "b", "c", "d")]
    svg = chart([Panel("p", 0, 100, 50, series)], ["one", "two"])
    ends = sorted(y for text, _, y in texts(svg) if text.split()[0] in "abcd")
    assert len(ends) == 4
    assert min(b - a for a, b in pairwise(ends)) >= 14


def test_values_beyond_the_scale_widen_it_and_gaps_are_left_out() -> None:
    panel = Panel("p", 40, 100, 10, [Series("s", [35.0, None, 104.0]), Series("none", [None] * 3)])
    assert panel.bounds() == (30, 110)
    assert chart([panel], ["1", "2", "3"]).count("<circle") == 2


def test_a_panel_without_values_says_so() -> None:
    assert "not measured yet" in chart([Panel("p", 0, 1, 1, [Series("s", [None])])], ["1"])


def test_names_are_escaped() -> None:
    svg = chart([Panel("<p> & co", 0, 1, 1, [Series("<s>", [1.0])])], ["<t>"])
    assert {text for text, *_ in texts(svg)} >= {"<p> & co", "<s> 1.00", "<t>"}


def test_speed_is_the_median_of_the_repetitions() -> None:
    start = Run(seconds=1, cpu_seconds=1, peak_mb=100)
    runs = {}
    for processes in (1, 2):
        slow = [Pair(Run(seconds, seconds, 400), start) for seconds in (20, 30, 40)]
        runs["bare parse", processes] = slow
        runs["extraction", processes] = [Pair(Run(10, 8, 600 + n), start) for n in range(3)]
    figures = as_json(runs, Sample(Path("a"), n=10, words=1000))["processes"]["1"]
    assert figures["times as fast, whole run"] == 3.0
    assert figures["times as fast, CPU time"] == 3.75
    assert (figures["words a second"], figures["peak MB"]) == (100, 602)


def test_only_a_commit_is_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "benchmarks").mkdir()
    (tmp_path / "quality.json").write_text(json.dumps(quality(80)))
    (tmp_path / "speed.json").write_text(json.dumps(speed(2)))
    who = ["-c", "user.name=t", "-c", "user.email=t@t.example"]
    for arguments in (["init", "-q"], ["add", "."], [*who, "commit", "-qm", "first"]):
        subprocess.run(["git", *arguments], check=True)
    for n_lines, files in ((1, ["quality.json"]), (2, ["quality.json", "speed.json"])):
        history.main(files)  # the history's own files may differ from the commit
        assert len(Path("benchmarks/history.jsonl").read_text().splitlines()) == n_lines
    assert ElementTree.fromstring(Path("benchmarks/history.svg").read_text()).tag == f"{SVG}svg"
    Path("quality.json").write_text("{}")
    with pytest.raises(SystemExit, match="commit first"):
        history.main(["--check"])


def test_the_committed_chart_is_that_of_the_committed_lines() -> None:
    root = Path(__file__).parents[1]
    lines = [json.loads(text) for text in (root / history.HISTORY).read_text().splitlines()]
    assert (root / history.CHART).read_text() == history.draw(lines), (
        "draw it: python -m benchmarks.history --draw"
    )
