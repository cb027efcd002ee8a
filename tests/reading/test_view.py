"""Texts as they are read: blanks, line ends, glue, and the way back to the stored text."""

import time
from itertools import islice, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.reading import read_text

DIRTY = st.text(alphabet="abcDE .,!?:;\"'“”‘’()-\n\t\r\u00a0\u2009\u200b\u00ad\u2029\\n19/@|—", max_size=200)


@pytest.mark.parametrize(
    ("text", "view"),
    [
        ("the\u00a0Ministry of\u2009Trade", "the Ministry of Trade"),
        ("South\u00a0 Talvia and\u3000Korm", "South Talvia and Korm"),
        ("vot\u00ader\u200bs chose Orla\ufeff Finch", "voters chose Orla Finch"),
        ("It rained.\u2029 Then it snowed.", "It rained.\nThen it snowed."),
        ("\x93No,\x94 she said \x96 and left.", "“No,” she said – and left."),
        ("Goals\t\tSaves", "Goals\nSaves"),
        ("he ran  fast", "he ran fast"),
        ("Rain fell.   \r\n\r\n\r\n  Snow came.", "Rain fell.\n\nSnow came."),
    ],
)
def test_blanks_of_all_kinds_are_plain_ones(text: str, view: str) -> None:
    assert read_text(text).text == view


@pytest.mark.parametrize(
    ("text", "view"),
    [
        ("Orla Finch‘s boat", "Orla Finch’s boat"),
        ("They don`t and she´ll not", "They don’t and she’ll not"),
        ("Moira O‘Dell of L´Avenir", "Moira O’Dell of L’Avenir"),
        ("“It`s the port‘s,” he said", "“It’s the port’s,” he said"),
    ],
)
def test_apostrophes_set_as_other_marks_are_apostrophes(text: str, view: str) -> None:
    assert read_text(text).text == view


@pytest.mark.parametrize("text", ["the song ‘so be it’", "called ‘t Hof", "run `ls` twice", "said ‘Dorn is’"])
def test_marks_that_open_a_quotation_stay(text: str) -> None:
    assert read_text(text).text == text


@pytest.mark.parametrize(
    ("text", "view"),
    [
        ("The dam held.\\n\\nNobody was hurt.", "The dam held.\n\nNobody was hurt."),
        ('He left.\\nShe said \\"No\\".\\nEnd.', 'He left.\nShe said "No".\nEnd.'),
        ("One.\\r\\nTwo.\\r\\nThree.", "One.\nTwo.\nThree."),
    ],
)
def test_line_ends_written_out_are_line_ends(text: str, view: str) -> None:
    assert read_text(text).text == view


@pytest.mark.parametrize("text", [r"Files lie in C:\news\new.", r"The key \n opens a line.", "A \\name."])
def test_a_backslash_that_is_meant_stays(text: str) -> None:
    assert read_text(text).text == text


@pytest.mark.parametrize(
    "paragraph",
    [
        "The council of Port Hessle said on Tuesday that the old harbour wall would be taken down in "
        "spring because divers had found that two thirds of its stones were loose.",
        "Karin Vogt, who has led the union since 2019, told members in a letter that talks had failed "
        "and that drivers would stop work for three days from 4 June unless the company moved.",
        "“We knew the risk,” said the engineer, “but nobody in the ministry wanted to hear of it, and so the "
        "tunnel stayed open until the water came in on the night of 12 March.”",
    ],
)
@pytest.mark.parametrize("width", [50, 65, 72])
def test_lines_broken_at_a_width_are_one(paragraph: str, width: int) -> None:
    lines = [""]
    for word in paragraph.split():
        if len(lines[-1]) + 1 + len(word) > width:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    text = "\n".join(lines) + "\n\nRain is expected."
    assert read_text(text).text == f"{paragraph}\n\nRain is expected."


@pytest.mark.parametrize(
    "text",
    [
        "Storm closes two ports\nFerries stay in harbour until Friday, the coastguard said.",
        "The court rejected the appeal.\nIts reasons follow next week.",
        "- Water is short in the whole of the northern valley\n- Schools stay closed until the end of May",
    ],
)
def test_lines_that_are_lines_stay_apart(text: str) -> None:
    assert read_text(text).text == text


@pytest.mark.parametrize(
    "text",
    [
        "The minister blamed the head of the harbour board,\nRolf Anders, for the delay.",
        "Police said that the driver of the second lorry\nwas not hurt in the crash on Sunday.",
        "The fund bought shares of the company from the\nHessle family in two large deals.",
    ],
)
def test_a_line_end_inside_of_a_sentence_is_a_blank(text: str) -> None:
    assert read_text(text).text == text.replace("\n", " ")


@pytest.mark.parametrize(
    ("text", "view"),
    [
        ("It angered voters.When it came, they left.", "It angered voters. When it came, they left."),
        ("“It failed.”Unlike her, he stayed.", "“It failed.” Unlike her, he stayed."),
        ('He called it "pathetic,"Rep. Ann Moll said.', 'He called it "pathetic," Rep. Ann Moll said.'),
        ('The mayor said,"We will rebuild the pier."', 'The mayor said, "We will rebuild the pier."'),
        ("The chairman,Ole Brandt,said nothing.", "The chairman, Ole Brandt, said nothing."),
        ("The bridge fell.(Harbour News)", "The bridge fell. (Harbour News)"),
        ("Votes rose to 270.2016 was a bad year.", "Votes rose to 270. 2016 was a bad year."),
        ("She said:“We will not pay.”", "She said: “We will not pay.”"),
        ("From Delta ImagesThe fire began at noon.", "From Delta Images The fire began at noon."),
        ("Talvia sent help. In Talvia it rained. Talviaon Friday said no.",
         "Talvia sent help. In Talvia it rained. Talvia on Friday said no."),
    ],
)  # fmt: skip
def test_what_was_glued_together_stands_apart(text: str, view: str) -> None:
    assert read_text(text).text == view


@pytest.mark.parametrize(
    "text",
    [
        "It is on www.portnews.Example/News,latest now.",
        "Bids came from Booking.Com and YouTube, it said.",
        "The U.S.A. won 3.2 of 10,000 votes at 10:30 a.m. on Friday.",
        "Mail ann.Moll@press.Example for the “X”s.",
        "He read 'Harbour Days' (the book) and 5,500.25 pages.",
        "Clinton met Newton. Then Clinton left.",
    ],
)
def test_what_is_one_stays_one(text: str) -> None:
    assert read_text(text).text == text


@given(DIRTY)
def test_any_text_is_read_and_every_character_has_its_place(text: str) -> None:
    reading = read_text(text)
    offsets = reading.offsets
    ranges = [offsets.stored(i, i + 1) for i in range(len(reading.text))]
    assert ranges == sorted(ranges)
    for char, (start, end) in zip(reading.text, ranges, strict=True):
        if char.isalnum():  # letters are never put in, and those that stay are the stored ones
            assert text[start:end].strip("\u00ad\u200b") == char
    kept = [char for char in reading.text if char.isalnum()]
    assert kept == [char for char in reading.text if char.isalnum() and char in text]
    for line, after in zip(reading.lines, reading.lines[1:], strict=False):
        assert line.start < line.end < after.start
        assert "\n" not in reading.text[line.start : line.end]


@given(DIRTY)
def test_the_same_text_gives_the_same_reading(text: str) -> None:
    assert read_text(text) == read_text(text)


@pytest.mark.parametrize(
    "piece",
    [
        "a b ",
        "word.Word",
        " \u00a0",
        '"',
        "“",
        "line of text\n",
        "x.",
        "(",
        "By Ann Moll, ",
        "\\n",
        "| a ",
        "@a",
    ],
)
def test_time_grows_with_length_alone(piece: str) -> None:
    def seconds(n: int) -> float:
        return _seconds(piece * (n // len(piece)))

    assert seconds(40_000) < 16 * seconds(10_000) + 0.05


def test_time_grows_with_length_where_many_names_end_as_small_words_do() -> None:
    def seconds(n: int) -> float:
        names = map("".join, product("abcdefghijklmnop", repeat=4))
        return _seconds(" ".join(f"M{name}on left." for name in islice(names, n)))

    assert seconds(8_000) < 16 * seconds(2_000) + 0.05


def _seconds(text: str) -> float:
    best = float("inf")
    for _ in range(3):
        started = time.perf_counter()
        read_text(text)
        best = min(best, time.perf_counter() - started)
    return best
