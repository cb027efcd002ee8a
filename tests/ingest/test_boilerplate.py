"""Walls, lists and lumps are no articles; short and odd articles are."""

import pytest

from pipeline.ingest.boilerplate import not_an_article

NEWS = "The harbour board met on Tuesday and put the new ferry off until the summer, the mayor said."


def reason(text: str, *, is_page: bool = True) -> str | None:
    return not_an_article(text, n_words=len(text.split()), is_page=is_page)


@pytest.mark.parametrize(
    "text",
    [
        "We use cookies\nto give you the best experience. Accept all cookies.",
        "Subscribe to continue reading this article.",
        "Please enable JavaScript to go on.",
        "404 Not Found",
        "x" * 5000,
        "\n".join(["A headline without an end"] * 40),
    ],
)
def test_no_article(text: str) -> None:
    assert reason(text)


@pytest.mark.parametrize(
    "text",
    [
        NEWS,
        f"{NEWS} " * 12 + "Websites say “We use cookies” to anybody, she said.",
        "\n\n".join([NEWS] * 30),
        "新しいフェリーは夏まで延期されると市長は火曜日に述べた。" * 20,
        "\n".join([*(f"{n}. Runner {n}, 2:0{n % 10}" for n in range(10)), NEWS, NEWS]),
    ],
)
def test_article(text: str) -> None:
    assert reason(text) is None


def test_lists_are_looked_for_in_pages_only() -> None:
    assert reason("\n".join(["A headline without an end"] * 40), is_page=False) is None
