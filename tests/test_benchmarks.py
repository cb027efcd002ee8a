"""The articles that speed is measured on do not repeat, and a process is measured with its children."""

import sys

import pytest

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
