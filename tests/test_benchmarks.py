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
from benchmarks.night import STAGES as NIGHT_STAGES
from benchmarks.night import on_days, table
from benchmarks.throughput import Run, measure


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


def test_a_command_runs_where_it_is_told_to(tmp_path: Path) -> None:
    measure([sys.executable, "-c", "open('here', 'w').close()"], cwd=tmp_path)
    assert (tmp_path / "here").exists()


def test_the_articles_of_a_night_are_dealt_out_and_keep_their_hours() -> None:
    records = [{"text": "a", "published_at": "1987-02-26T15:01:01"}, {"text": "b"}, {"text": "c"}]
    assert [record["published_at"] for record in on_days(records, 2)] == [
        "2026-03-02T15:01:01",
        "2026-03-03T09:00:00",
        "2026-03-02T09:00:00",
    ]


def test_two_nights_stand_side_by_side() -> None:
    nights = {
        side: {stage: Run(seconds, 2 * seconds, 100) for stage in NIGHT_STAGES}
        for side, seconds in (("before", 3.0), ("after", 1.5))
    }
    lines = table(nights, 3000).splitlines()
    assert "| derive | 6.0 | 3.0 | 3.0 | 1.5 | 2.00 |" in lines
    assert "| in all | 30.0 | 15.0 | 15.0 | 7.5 | 2.00 |" in lines
    assert "before, CPU s" in lines[2]
    assert len(table({"one": nights["before"]}, 1).splitlines()[2].split("|")) == 5


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
