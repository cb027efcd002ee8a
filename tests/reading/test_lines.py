"""Lines of a text, told apart."""

import pytest

from pipeline.reading import read_lines

STORY = [
    "The port of Hessle will close for two weeks in May, the harbour board said on Monday.",
    "Divers found cracks in the oldest wall, and repairs cannot wait until autumn.",
    "“We have no choice,” said Rolf Anders, who heads the board.",
]


def kinds(*lines: str) -> list[str]:
    return [line.kind for line in read_lines("\n".join(lines))]


def kind_within_story(line: str) -> str:
    return kinds(*STORY[:2], line, *STORY[2:])[2]


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        ("share_bar", "Share on Facebook Tweet Post to Reddit"),
        ("share_bar", "Facebook Twitter WhatsApp Email Copy link"),
        ("share_bar", "Share this: Twitter | LinkedIn | Print"),
        ("credit", "Photo: Ann Moll/Delta Press"),
        ("credit", "By Karin Vogt and Ole Brandt"),
        ("credit", "© 2024 Hessle Herald. All rights reserved."),
        ("credit", "(Reporting by Ole Brandt; Editing by Karin Vogt)"),
        ("credit", "Karin Vogt in Brenn contributed to this report."),
        ("credit", "Getty Images"),
        ("caption", "Boats lie in the harbour of Hessle after the storm. (Ann Moll/Delta Press)"),
        ("caption", "Rolf Anders left the meeting early (Image: Getty)"),
        ("caption", "File photo: a ferry waits at the pier"),
        ("caption", "In this photo taken on Friday, workers clear a road near Brenn."),
        ("caption", "The old wall has lost a third of its stones. Photo: Ann Moll"),
        ("teaser", "Read more: Ferries stay in harbour until Friday"),
        ("teaser", "RELATED: What the board knew about the wall"),
        ("teaser", "Sign up for our newsletter and get the day's stories in your inbox."),
        ("teaser", "Advertisement"),
        ("teaser", "Story continues below advertisement"),
        ("teaser", "By clicking on the button you agree to our terms."),
        ("teaser", "We use cookies to make this page better for you."),
        ("menu", "Home | News | Sport | Weather | Puzzles"),
        ("menu", "World › Europe › Talvia › Ports"),
        ("speaker", "Karin Vogt:"),
        ("speaker", "Mayor Ole Brandt (Brenn):"),
        ("speaker", "KARIN VOGT:"),
        ("post", "— Ann Moll (@annmoll) May 3, 2021"),
        ("post", "Nobody told us that the pier is closed pic.twitter.com/aB3dE"),
        ("post", "— Port of Hessle (@porthessle) 12 March 2024"),
        ("heading", "Repairs cannot wait"),
        ("heading", "What the divers found"),
        ("heading", "A long night in the harbour"),
    ],
)
def test_a_line_shows_what_it_is(kind: str, line: str) -> None:
    assert kind_within_story(line) == kind


@pytest.mark.parametrize(
    "line",
    [
        "Facebook, Twitter and YouTube said on Monday that they had removed the three videos of the attack.",
        "The photo shows nothing, Anders said.",
        "Related charges against two other men were dropped in June.",
        "More ships came in on Tuesday than in the whole of last week.",
        "Watch the water, the fishermen say, and stay ashore when it turns.",
        "The firm broke its own terms of service, the court found.",
        "He gave a picture of the wall to the Hessle Herald (which did not print it).",
        "By Monday the wall had lost a third of its stones, the board said.",
        "She follows him on Twitter, but he has blocked her there.",
        "Getty Images sued the company over 12 million pictures in February.",
        "Credit unions in Talvia lent 40 million crowns less than the year before.",
        "Video of the collapse was shown in court on Friday.",
        "Above the harbour, two houses had to be left.",
        "Subscribers of the paper pay three crowns a day, and most are older than 60.",
        "In an interview, Anders drew a grim picture of the state of the wall.",
        "“Sign up or leave,” the captain told them.",
        "Latest figures show that prices rose by 3 per cent in May.",
        "The bill now goes to the upper house (the vote is due on Friday).",
    ],
)
def test_what_an_article_says_is_no_debris(line: str) -> None:
    assert kind_within_story(line) in ("paragraph", "heading")


def test_a_list_of_other_articles_is_told_by_its_length_or_its_head() -> None:
    titles = [
        "Why the ferry fleet of Talvia is so old",
        "Brenn votes to keep its last lighthouse",
        "Storm season began early, fishermen say",
        "A walk along the oldest pier of the north",
    ]
    assert kinds(*STORY, *STORY, *titles)[6:] == ["teaser"] * 4
    assert kinds(*STORY, STORY[0], "Most read", *titles[:2])[4:] == ["teaser"] * 3
    assert kinds(*STORY, STORY[0], *titles[:2], *STORY)[4:6] == ["heading"] * 2
    assert kinds(*titles[:3], *STORY)[:3] == ["heading"] * 3  # title, deck and the like


def test_very_short_lines_in_a_row_are_a_menu_and_a_few_are_not() -> None:
    assert kinds(*STORY, "Home", "News", "Sport", "Weather", "Puzzles")[3:] == ["menu"] * 5
    assert "menu" not in kinds(STORY[0], "Home", "News", STORY[1], "Sport", STORY[2])


def test_a_post_is_known_by_its_signature_or_its_author() -> None:
    words = "The pier is closed and nobody told the people who work there."
    assert kinds(STORY[0], words, "— Ann Moll (@annmoll) May 3, 2021", STORY[1])[1:3] == ["post", "post"]
    assert kinds(STORY[0], "Ann Moll @annmoll", words, STORY[1])[1:3] == ["post", "post"]
    assert kinds(STORY[0], "Follow Ann Moll @annmoll", words, STORY[1])[2] == "paragraph"


def test_a_label_of_one_word_is_a_speaker_where_it_comes_back() -> None:
    turns = [
        "VOGT:",
        "We will not pay.",
        "BRANDT:",
        "You must.",
        "VOGT:",
        "Why?",
        "BRANDT:",
        "It is the law.",
    ]
    assert kinds(*turns)[::2] == ["speaker"] * 4
    assert kinds(*STORY, "Section:", STORY[0])[3] == "heading"


def test_lines_cover_a_text_and_are_trimmed() -> None:
    text = "  One line. \n\n \nAnother one.\n"
    assert [text[line.start : line.end] for line in read_lines(text)] == ["One line.", "Another one."]
    assert read_lines("") == read_lines(" \n ") == ()
