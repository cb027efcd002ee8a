"""The accelerator, built here, makes the same rows of the sample as plain Python."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import same_rows

from pipeline.store.batch import MANIFESTS

ROOT = Path(__file__).parents[2]

pytestmark = [pytest.mark.system, pytest.mark.slow, pytest.mark.timeout(3600)]


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("accelerator") / "fast"
    command = [sys.executable, "-m", "tools.accelerator", "--output", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    yield folder
    shutil.rmtree(folder)


def python(code: str, setting: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=os.environ | {"NEWSTABLES_ACCELERATOR": setting},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def test_the_rows_of_the_sample_are_the_same(
    build: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, setting in (("plain", "off"), ("compiled", str(build))):
        monkeypatch.setenv("NEWSTABLES_ACCELERATOR", setting)
        same_rows.make(tmp_path / name)
    assert sum(len(table) for table in same_rows.tables(tmp_path / "plain").values()) > 1000
    assert same_rows.differences(tmp_path / "plain", tmp_path / "compiled") == []
    plain, compiled = (
        {
            path.name: json.loads(path.read_bytes())["run_id"]
            for path in (tmp_path / name / MANIFESTS).glob("*.json")
        }
        for name in ("plain", "compiled")
    )
    assert len(plain) == 4
    assert plain == compiled


def test_it_is_used_and_a_changed_source_refuses_it(build: Path, tmp_path: Path) -> None:
    where = "import pipeline.components.claims.find as f, pipeline.nlp as n; print(f.__file__)"
    decoder = "; print(type(n.load_nlp().get_pipe('parser')).__name__)"
    compiled = python(where + decoder, str(build)).split()
    assert compiled[0].startswith(str(build))
    assert compiled[1] == "Decoded"
    assert python(where, "off").endswith("find.py")
    stale = tmp_path / "stale"
    shutil.copytree(build, stale)
    stamp = json.loads((stale / "stamp.json").read_text())
    stamp["sources"]["pipeline/components/claims/find.py"] = "0"
    (stale / "stamp.json").write_text(json.dumps(stamp))
    assert python(where, str(stale)).endswith("find.py")
