"""Articles that speed is measured on, processes measured with their children, and kills that are counted."""

import random
import shutil
import signal
import sys
from collections import Counter
from pathlib import Path

import pytest

from benchmarks import faults
from benchmarks.articles import articles
from benchmarks.throughput import measure


def test_generated_articles_do_not_repeat() -> None:
    made = list(articles(300))
    assert len({article["text"] for article in made}) == 300
    assert len({article["article_id"] for article in made}) == 300
    lengths = [len(article["text"].split()) for article in made]
    assert min(lengths) >= 150
    assert max(lengths) < 900
    assert not any("{" in article["text"] or "}" in article["text"] for article in made)


def test_a_generated_article_depends_on_its_number_and_the_seed() -> None:
    assert list(articles(3)) == list(articles(5))[:3]
    assert next(articles(1, seed=1))["text"] != next(articles(1, seed=2))["text"]


def test_a_process_is_measured_with_its_children() -> None:
    child = "import time; held = bytearray(200_000_000); end = time.time() + 1\nwhile time.time() < end: pass"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}], check=True)"
    run = measure([sys.executable, "-c", parent])
    assert run.seconds >= 1
    assert run.cpu_seconds > 0.05
    assert 200 < run.peak_mb < 400


def test_a_command_that_fails_says_why() -> None:
    with pytest.raises(SystemExit, match="no such thing"):
        measure([sys.executable, "-c", "raise SystemExit('no such thing')"])


def test_kills_are_shared_out_and_any_difference_counts() -> None:
    steps = faults._plan(120, random.Random(1))
    assert Counter(steps) == faults.SHARE
    assert steps == faults._plan(120, random.Random(1)) != faults._plan(120, random.Random(2))
    assert len(faults._plan(7, random.Random(1))) == 7
    wanted = {"data/a": b"1", "data/b": b"2"}
    assert faults._differences({"data/b": b"3", "data/.c.tmp": b""}, wanted) == [
        "data/.c.tmp",
        "data/a",
        "data/b",
    ]
    assert faults._differences(dict(wanted), wanted) == []


@pytest.mark.slow
def test_a_step_that_is_killed_and_run_again_leaves_the_same_bytes(tmp_path: Path) -> None:
    faults._prepare(tmp_path / "root")
    shutil.copytree(tmp_path / "root", tmp_path / "other")
    faults._whole(tmp_path / "root", "split")
    killed = faults._begun(tmp_path / "other", "split", (2, True))
    killed.join()
    assert killed.exitcode == -signal.SIGKILL
    assert faults._differences(*(faults._content(tmp_path / name) for name in ("root", "other")))
    faults._whole(tmp_path / "other", "split")
    assert not faults._differences(*(faults._content(tmp_path / name) for name in ("root", "other")))
