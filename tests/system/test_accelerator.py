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


LOOPS = """
import numpy as np, sys
from pipeline.components.quotes.network import loops
from pipeline.parsing import blocks
from pipeline.parsing.fastparse import _minimal, _window_products
rng = np.random.default_rng(5)
def some(*shape):
    return rng.normal(size=shape).astype(np.float32)
out = []
for width in (96, 20, 144):
    x = some(42, width)
    pieces, best = np.empty((40, 3 * width), np.float32), np.empty((40, width), np.float32)
    room = np.empty(400 * width, np.float32)
    blocks.add_products([some(5, 3 * width) for _ in range(3)], rng.integers(0, 5, 42), pieces)
    for _ in range(3):
        blocks.add_block(x, pieces, some(3 * width), some(width), some(width), best)
        _window_products(x, _minimal(some(3 * width, 3 * width) / 20), room, pieces)
    out.append(x)
sums = some(9, 24)
loops.add_rows(sums, some(50, 24), rng.integers(0, 50, (9, 7)).astype(np.int32))
steps, hidden = [(0, 5), (5, 5), (10, 3), (13, 1)], 20
states = np.zeros((2, 14, hidden), np.float32)
state, cell = np.zeros((2, 5, hidden), np.float32), np.zeros((2, 5, hidden), np.float32)
bias, recurrent = some(2, 1, 4 * hidden), some(2, hidden, 4 * hidden)
for part in (steps[:2], steps[2:]):
    rows = sum(count for _, count in part)
    state = loops.run_steps(some(2, rows, 4 * hidden), bias, recurrent, part, state, cell, states)
weights = {"crf_transitions": some(7, 7), "crf_start": some(7), "crf_end": some(7)}
labels = loops.viterbi(some(14, 7), steps, weights)
print(loops.__file__, b"".join(each.tobytes() for each in (*out, sums, states, cell, labels)).hex())
"""


def test_the_loops_of_the_networks_give_the_same_bits(build: Path) -> None:
    plain, compiled = (python(LOOPS, setting).split() for setting in ("off", str(build)))
    assert plain[0].endswith("loops.py")
    assert compiled[0].startswith(str(build))
    assert plain[1] == compiled[1]
