"""Turns that stand in one line begin lines in the view."""

import pytest

from pipeline.reading import read_text


@pytest.mark.parametrize(
    ("text", "starts"),
    [
        (
            "We met the keeper at noon. Q: Is it safe? A: It is. Q: Since when? A: Since May. She smiled.",
            ["We met", "Q: Is", "A: It", "Q: Since", "A: Since"],
        ),
        (
            "IDA BERG: Hello. The pier is down. TOM VALE: Divers saw it. IDA BERG: When? TOM VALE : In May.",
            ["IDA BERG: H", "TOM VALE: D", "IDA BERG: W", "TOM VALE : I"],
        ),
        (
            "“It held.” Question: Why? Answer: Steel. Question: And wood? Answer: “Never.” Question: No?",
            ["“It held", "Question: W", "Answer: S", "Question: A", "Answer: “N", "Question: N"],
        ),
    ],
)
def test_a_turn_begins_a_line(text: str, starts: list[str]) -> None:
    reading = read_text(text)
    lines = [reading.text[line.start : line.end] for line in reading.lines]
    assert [line[: len(start)] for line, start in zip(lines, starts, strict=True)] == starts
    assert read_text(reading.text).text == reading.text
    assert len(reading.text) == len(text)


@pytest.mark.parametrize(
    "text",
    [
        "Three teams stay. GROUP: The draw is on Friday. The rest go home.",
        "Plan A: We wait. Plan B: We go. So it went on. A: The first.",
        "He has one answer. Q: What is it? Nobody knows.",
    ],
)
def test_one_label_makes_no_turns(text: str) -> None:
    assert "\n" not in read_text(text).text
