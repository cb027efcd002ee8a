"""The notebooks run on the sample and show what they promise; nothing that an article says is run as HTML."""

import subprocess
import sys
from dataclasses import replace
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from days import DAY, TEXT, article, rows_of, stage_day

from pipeline.load import load
from pipeline.settings import Settings
from pipeline.stages.derive import derive
from pipeline.stages.publish import publish
from pipeline.store import Store
from pipeline.store.batch import Batch
from schemas.claims import Quantity

FOLDER = Path(__file__).parents[1] / "examples" / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.py"))


def run(name: str, data_dir: str, monkeypatch: pytest.MonkeyPatch) -> tuple[str, dict[str, Any]]:
    """Run a notebook: what it shows, as HTML, and what it defines."""
    monkeypatch.setenv("NEWSTABLES_DATA_DIR", data_dir)
    spec = spec_from_file_location(name, FOLDER / f"{name}.py")
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    outputs, defined = module.app.run()
    shown = [
        getattr(one, "text", "") or getattr(one, "_repr_html_", str)() for one in outputs if one is not None
    ]
    return "\n".join(shown), dict(defined)


def test_who_is_quoted(sample: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    shown, defined = run("who_is_quoted", sample.root, monkeypatch)
    speakers = load("speakers", where={"label": "PERSON"}, data_dir=sample.root)
    assert defined["speakers"]["quotes"].is_monotonic_decreasing
    most = defined["speakers"].iloc[0]
    [row] = speakers[speakers["speaker_id"] == most["speaker_id"]].to_dict("records")
    assert most["quotes"] <= row["n_quotes_once"]
    assert f"{row['name']}" in shown
    assert set(defined["pronouns"]["pronoun"]) == {"he", "she", "unknown"}
    assert abs(defined["pronouns"]["% of quotations"].sum() - 100) < 0.5
    assert len(defined["words"]) == most["quotes"]


def test_one_story(sample: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    shown, defined = run("one_story", sample.root, monkeypatch)
    outlets = defined["outlets"]
    assert len(outlets) >= 3
    assert outlets["articles"].sum() == len(defined["articles"])
    assert outlets["own voice %"].between(0, 100).all()
    assert int(defined["heard"].to_numpy().sum()) <= len(defined["said"])
    assert set(defined["table"].columns) >= {"claim", "first", "n_origins"}
    assert "What spread" in shown


def test_checking_list(sample: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    shown, defined = run("checking_list", sample.root, monkeypatch)
    listed = defined["listed"]
    assert len(listed)
    assert listed["claim"].str.contains("ferry", case=False).all()
    assert listed["checkworthiness"].is_monotonic_decreasing
    assert listed["checkworthiness"].min() >= 0.3
    assert (listed["amounts"] != "").all()
    assert not listed["same"].duplicated().any()
    assert (defined["units"]["least"] <= defined["units"]["most"]).all()
    assert f"{len(listed)} claims" in shown


EVIL = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def evil(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Articles whose outlet, title, speaker and claims are HTML."""
    store = Store(str(tmp_path_factory.mktemp("evil")))
    name, text = f"{EVIL} Ashdown", f"{TEXT} Ashdown, Ashdown. {EVIL}"
    rows = rows_of("a1")
    change = {
        "entities": [replace(rows["entities"][0], name=name)],
        "mentions": rows["mentions"],
        "quotes": [replace(rows["quotes"][0], speaker_name=name, speaker=EVIL)],
        "claims": [
            replace(rows["claims"][0], claimer=EVIL, quantities=[Quantity(EVIL, 2.0, EVIL, None, 20, 23)])
        ],
    }
    stage_day(store, articles=[article(text=text, source=EVIL, title=EVIL)], change=change)
    publish(store, Batch(DAY), Settings())
    derive(store, Batch(DAY), Settings())
    return store


@pytest.mark.parametrize("name", [path.stem for path in NOTEBOOKS])
def test_what_articles_say_is_never_html(evil: Store, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(
        "marimo.ui.text", lambda value, **_: SimpleNamespace(value=value.replace("ferry", ""))
    )
    shown, _ = run(name, evil.root, monkeypatch)
    assert "script" in shown
    assert "<script" not in shown


def test_marimo_finds_no_fault_with_them() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "marimo", "check", "--strict", *map(str, NOTEBOOKS)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
