"""The command: what it prints, what it writes, and when it fails."""

import json
import shutil
from pathlib import Path

import pytest

from quality import __main__ as evaluate
from quality.outside import load_scorer, read_corpus
from quality.own import FILES
from quality.parses import Parser

ROOT = Path(__file__).parents[2]
GOLD = ROOT / "tests" / "gold"


@pytest.fixture
def gold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the gold without floors; the command runs in an empty folder."""
    copy = tmp_path / "gold"
    copy.mkdir()
    for name in FILES:
        shutil.copy(GOLD / name, copy / name)
    monkeypatch.chdir(tmp_path)
    return copy


def run(gold: Path, *arguments: str) -> int:
    return evaluate.main(["--gold", str(gold), "--only", "epithets", *arguments])


@pytest.mark.slow
@pytest.mark.model
def test_a_figure_below_its_floor_fails_the_run_and_is_named(
    gold: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(gold, "--update-floors", "--json", "out.json") == 0
    assert run(gold) == 0
    printed = capsys.readouterr()
    assert "own gold: epithets" in printed.out
    assert json.loads(Path("out.json").read_text())["own gold: epithets"]["right name"]["value"] > 80
    floors = gold / "floors.json"
    raised = json.loads(floors.read_text())
    raised["floors"]["epithets"]["right name"] = 101.5
    floors.write_text(json.dumps(raised))
    assert run(gold) == 1
    assert "epithets: right name" in capsys.readouterr().err
    assert run(gold, "--update-floors") == 1, "floors are not lowered unasked"
    assert json.loads(floors.read_text()) == raised
    assert run(gold, "--update-floors", "--allow-regression", "--markdown") == 0
    assert "| right name |" in capsys.readouterr().out
    assert run(gold) == 0


@pytest.mark.slow
@pytest.mark.model
def test_changed_gold_asks_for_new_floors(gold: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(gold, "--update-floors") == 0
    cases = gold / "epithets.jsonl"
    cases.write_text("\n".join(cases.read_text().splitlines()[1:]) + "\n")
    assert run(gold) == 1
    assert "--update-floors" in capsys.readouterr().err


@pytest.mark.model
@pytest.mark.parametrize(
    "arguments", [("--corpora", "nowhere"), ("--gold", "nowhere"), ("--model", "no_such_model")]
)
def test_a_wrong_call_is_one_line_and_exit_code_2(
    gold: Path, arguments: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert evaluate.main(["--gold", str(gold), "--only", "claims", *arguments]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert arguments[1] in error


@pytest.mark.slow
@pytest.mark.model
def test_a_parse_is_kept_and_read_again(tmp_path: Path) -> None:
    texts = ["Ana Colvey opened the bridge.", ["Tom", "Askew", "do", "n't"]]
    first = Parser(cache=tmp_path).docs("a", texts)
    (kept,) = tmp_path.iterdir()
    again = Parser(cache=tmp_path)
    written = kept.stat().st_mtime_ns
    second = again.docs("a", texts)
    assert kept.stat().st_mtime_ns == written
    for one, other in zip(first, second, strict=True):
        assert one.to_json() == other.to_json()
    assert [token.text for token in second[1]] == texts[1]
    again.docs("a", texts[:1])
    (other_kept,) = tmp_path.iterdir()
    assert other_kept != kept, "other texts, another parse, in place of the old one"


def test_a_scorer_is_loaded_with_what_lies_beside_it_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "scorer_for_test.py").write_text("from beside_for_test import FIGURE\n")
    (tmp_path / "beside_for_test.py").write_text("FIGURE = 7\n")
    assert load_scorer(tmp_path, "scorer_for_test").FIGURE == 7
    assert sorted(path.name for path in tmp_path.iterdir()) == ["beside_for_test.py", "scorer_for_test.py"]


def test_a_corpus_is_read_plain_or_gzipped_with_any_line_separator_inside(tmp_path: Path) -> None:
    import gzip

    rows = [{"doc_id": "a", "text": "one\u2028two"}, {"doc_id": "b", "text": "“three”"}]
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (tmp_path / "x.jsonl").write_text(text, encoding="utf-8")
    (tmp_path / "x.jsonl.gz").write_bytes(gzip.compress(text.encode()))
    assert read_corpus(tmp_path / "x.jsonl") == read_corpus(tmp_path / "x.jsonl.gz") == rows
