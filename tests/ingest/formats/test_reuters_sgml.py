"""The sign-off of a wire story is no part of its text."""

import io

import pytest

from pipeline.ingest.formats.reuters_sgml import read
from pipeline.ingest.sources.drop_files import limits_of
from pipeline.settings import load_settings


def text_of(body: str) -> str:
    head = '<REUTERS NEWID="7"><DATE>1-MAR-1987 10:05:00.11</DATE>'
    story = f"{head}<TEXT>&#2;<BODY>{body}</BODY></TEXT></REUTERS>"
    (record,) = read(io.BytesIO(story.encode("latin-1")), "a.sgm", limits_of(load_settings()))
    assert record.data is not None
    return str(record.data["text"])


@pytest.mark.parametrize(
    "end",
    [
        "\n Reuter\n&#3;",
        "\n Reuter\n\x03",
        "\n    \n REUTER\n&#3;",
        "\n\n Reuter...\n&#3;",
        "  REUTER",
        " REUTER^M\n &#3;",
        " REUTER...^M",
        "  reuter...\n&#3;",
        "  REUTERS\n",
        "\n&#3;",
        "",
    ],
)
def test_a_sign_off_is_left_out(end: str) -> None:
    assert (
        text_of(f"The mill at Tarnley closes in May, it said.{end}")
        == "The mill at Tarnley closes in May, it said."
    )


@pytest.mark.parametrize(
    "text",
    [
        "It would not be drawn further, the mayor told Reuters.",
        "The mill was sold to Rich Inc, a subsidiary of Reuters",
        "REUTER SHARES RISE",
    ],
)
def test_the_agency_may_be_what_a_story_is_about(text: str) -> None:
    assert text_of(f"{text}\n Reuter\n&#3;") == text
    assert text_of(text) == text


def test_a_story_of_blank_lines_is_soon_read() -> None:
    assert text_of("It closes." + "\n" * 900_000 + "x").endswith("x")
