"""A. The form of a text: blanks, line ends, glue and debris change nothing in what it says."""

from textwrap import fill

import pytest
from told import Tell, plain

pytestmark = pytest.mark.model


@pytest.mark.parametrize(
    ("text", "name", "label"),
    [
        ("Officials in South\u00a0Korea reopened the border on Monday.", "South Korea", "GPE"),
        ("Floods cut off New\u202fZealand\u00a0for two days.", "New Zealand", "GPE"),
        (
            "Ships of the\u00a0Saudi\u2009Arabian navy left Sierra\u00a0\u00a0Leone in May.",
            "Sierra Leone",
            "GPE",
        ),
        ("The US\u00a0Department\u00a0of\u2009Justice sued the port.", "US Department of Justice", "ORG"),
    ],
)
def test_blanks_of_all_kinds_cut_no_name(tell: Tell, text: str, name: str, label: str) -> None:
    assert tell(text).names[name] == label


@pytest.mark.parametrize(
    "text",
    [
        "A\u00a0bus with 30 nurses overturned near\u00a0Brenn on\u00a0Friday.",
        "Two\u2007trawlers sank off\u00a0the coast\u3000of Norway.",
        "Prices of\u00a0bread\u00a0have doubled since\u202fJanuary.",
    ],
)
def test_blanks_of_all_kinds_lose_no_claim(tell: Tell, text: str) -> None:
    assert tell(text).voices == {" ".join(text.split()).rstrip("."): "outlet"}


@pytest.mark.parametrize("width", [46, 60, 72])
@pytest.mark.parametrize(
    ("text", "quote", "claim"),
    [
        (
            "The head of the ferry line, Orla Finch, said on Tuesday that the two oldest boats would be "
            "scrapped because nobody makes parts for their engines any more.",
            ("Orla Finch", "the two oldest boats would be scrapped"),
            "nobody makes parts for their engines any more",
        ),
        (
            "“We were told to wait in the cellar, and then the lights went out for the rest of the night,” "
            "said Dara Quinn, who works in the laundry of the hospital in Hessle.",
            ("Dara Quinn", "We were told to wait in the cellar"),
            "then the lights went out for the rest of the night",
        ),
        (
            "According to the Office of Fisheries, some 4,500 tonnes of herring were landed in the ports of "
            "the north last year, and the fleet has lost a third of its crews since the ban began.",
            ("Office of Fisheries", "some 4,500 tonnes of herring were landed"),
            "the fleet has lost a third of its crews",
        ),
    ],
)
def test_lines_broken_at_a_width_say_the_same(
    tell: Tell, text: str, quote: tuple[str, str], claim: str, width: int
) -> None:
    whole, broken = tell(text), tell(fill(text, width))
    assert broken.voices == whole.voices
    assert claim in broken.voices
    (row,) = broken.outermost
    assert row.speaker_name == quote[0]
    assert plain(row.content).startswith(quote[1])


@pytest.mark.parametrize(
    ("text", "speaker", "said", "outlet"),
    [
        (
            "“The pumps are worn out, and we said so in May,” Karin Vogt said. “Nobody listened to us.  “Now "
            "the cellars are full.”  The council meets again on Thursday. It has forty members and has not "
            "agreed on a budget since 2019.  “We will find the money,” said the mayor, Ole Brandt.",
            "Ole Brandt",
            "We will find the money",
            "The council meets again on Thursday",
        ),
        (
            'Police closed the road at noon. "It was a mess," said Lena Holt. "Cars stood everywhere.  "I '
            "have "
            'never seen so much water." Firemen from three towns came. The storm had already torn down a '
            "mast "
            'near the station. "We need new drains," the mayor, Piet Loos, said.',
            "Piet Loos",
            "We need new drains",
            "Firemen from three towns came",
        ),
        (
            "“The mill has been good to this town,” Vera Dahl told workers. “My father met my mother there.  "
            "“It will not end like this.” The owners bought the site in 2011 and sold half of the land three "
            "years later. A court will hear the case in June.  “The offer stands,” Hugo Brandt wrote.",
            "Hugo Brandt",
            "The offer stands",
            "A court will hear the case in June",
        ),
    ],
)
def test_a_text_of_one_line_is_read_like_one_with_paragraphs(
    tell: Tell, text: str, speaker: str, said: str, outlet: str
) -> None:
    told = tell(text)
    assert (speaker, said) in [(row.speaker_name, row.content) for row in told.outermost]
    assert told.voices[outlet] == "outlet"
    assert not [words for _, words in told.quotes if outlet in words]


@pytest.mark.parametrize(
    ("text", "claims"),
    [
        # Glued sentences.
        (
            "Rain fell for nine days.When it stopped, the road was gone.",
            ("Rain fell for nine days", "the road was gone"),
        ),
        ("The vote failed.Four members left the room.", ("The vote failed", "Four members left the room")),
        ("Was it safe?Nobody had asked the divers.The dam broke in May.", ("The dam broke in May",)),
        # A figure begins the next sentence.
        ("The toll rose to 310.2019 was a calmer year.", ("The toll rose to 310", "2019 was a calmer year")),
        (
            "The herd fell to 120.1987 had seen a thousand.",
            ("The herd fell to 120", "1987 had seen a thousand"),
        ),
        ("The fair drew 900.2024 will be its last year.", ("The fair drew 900",)),
        # A credit behind the full stop.
        ("The crane fell on Friday.(Delta Press)", ("The crane fell on Friday",)),
        ("Two boats were lost in the night.(Ann Moll)", ("Two boats were lost in the night",)),
        ("The museum reopened in June.(Talvia Today)", ("The museum reopened in June",)),
        # Words without a blank between.
        ("The chairman,Ole Brandt,left the hall.", ("The chairman, Ole Brandt, left the hall",)),
        ("The firm,which makes sails,has closed.", ("which makes sails",)),
        ("In Brenn,four shops were looted.", ("In Brenn, four shops were looted",)),
    ],
)
def test_what_is_glued_is_claimed_as_if_it_stood_apart(
    tell: Tell, text: str, claims: tuple[str, ...]
) -> None:
    found = {claim.replace(",", ", ").replace(",  ", ", ") for claim in tell(text).claims}
    assert set(claims) <= found


@pytest.mark.parametrize(
    ("text", "speaker", "content", "outlet"),
    [
        (
            "Lena Holt said: “The roof will hold for years.”Unlike her, the firemen stayed outside.",
            "Lena Holt",
            "The roof will hold for years.",
            "Unlike her, the firemen stayed outside",
        ),
        (
            '"It was a terrible mistake,"Rep. Ann Moll said. The House voted at noon.',
            "Rep. Ann Moll",
            "It was a terrible mistake",
            "The House voted at noon",
        ),
        (
            "Hugo Brandt said:“We have paid every bill.”The bank closed at four.",
            "Hugo Brandt",
            "We have paid every bill.",
            "The bank closed at four",
        ),
        (
            'The mayor said,"We will rebuild the hall."Work begins in May.',
            "The mayor",
            "We will rebuild the hall.",
            "Work begins in May",
        ),
    ],
)
def test_marks_glued_to_words_end_where_they_end(
    tell: Tell, text: str, speaker: str, content: str, outlet: str
) -> None:
    told = tell(text)
    assert (speaker, content) in told.quotes
    assert told.voices[outlet] == "outlet"


@pytest.mark.parametrize(
    ("text", "name", "label"),
    [
        ("Norway sent two ships. Norwayon Friday called them home.", "Norway", "GPE"),
        ("Karin Vogt left early. Critics of Karin Vogtsaid nothing.", "Karin Vogt", "PERSON"),
        ("Talks with Japan went on. Japanin May had broken them off.", "Japan", "GPE"),
    ],
)
def test_a_small_word_glued_to_a_name_is_none_of_it(tell: Tell, text: str, name: str, label: str) -> None:
    assert tell(text).names == {name: label}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (
            "Ann Moll left Facebook in May. Facebook had deleted a post of hers, and her lawyer, Ole Brandt, "
            "wrote to Facebook from Oslo.",
            {"Ann Moll", "Facebook", "Ole Brandt", "Oslo"},
        ),
        (
            "Twitter sued Karin Vogt on Monday. Vogt had called Twitter a swamp, and lawyers for Twitter met "
            "her in Madrid.",
            {"Twitter", "Karin Vogt", "Vogt", "Madrid"},
        ),
        (
            "The video was seen on YouTube, on Facebook and on Instagram before police in Finland found Hugo "
            "Brandt.",
            {"YouTube", "Facebook", "Instagram", "Finland", "Hugo Brandt"},
        ),
    ],
)
def test_a_text_that_names_platforms_is_no_share_bar(tell: Tell, text: str, names: set[str]) -> None:
    assert set(tell(text).names) == names


BEFORE = "The harbour board will close the eastern pier in May, it said on Monday."
AFTER = "“We have no choice,” said Rolf Anders, who heads the board."


@pytest.mark.parametrize(
    "debris",
    [
        # Captions.
        "A crane stands idle on the eastern pier. (Lena Holt/Delta Press)",
        "Divers search the harbour on Sunday. Photograph: Lena Holt/Getty Images",
        "File photo: the ferry Alma leaves Hessle in 2019",
        # Credits.
        "By Karin Vogt and Hugo Brandt",
        "Photo credit: Lena Holt/Reuters",
        "(Reporting by Karin Vogt; editing by Hugo Brandt)",
        # Related articles.
        "Related article: Ferry captain tells of a night at sea",
        "READ MORE: Why the pier was never insured",
        "You might also like: Ten walks along the coast",
        # Subscribe boxes.
        "Subscribe to our newsletter and get the news of the day in your inbox.",
        "Sign up here for Harbour Briefing, our free morning email.",
        "Already a subscriber? Log in to continue reading.",
        # Cookie lines.
        "We use cookies to give you the best experience on our site.",
        "By continuing to use this site you agree to our use of cookies.",
        "Accept all cookies to see this content.",
        # Orders of play, results.
        "Court 1, 11:00: K. Vogt (NOR) v L. Holt (SWE)",
        "Centre Court: Anders v Brandt; Moll v Quinn",
        "Result: Vogt bt Holt 6-4 7-5",
        # Share bars and menus.
        "Share on Facebook Tweet Email Print",
        "Home | News | Sport | Opinion | Weather",
        "Facebook Twitter WhatsApp LinkedIn Copy link",
    ],
)
def test_debris_claims_nothing_and_says_nothing(tell: Tell, debris: str) -> None:
    told = tell(f"{BEFORE}\n\n{debris}\n\n{AFTER}")
    without = tell(f"{BEFORE}\n\n{AFTER}")
    assert told.voices == without.voices
    assert told.quotes == without.quotes


@pytest.mark.parametrize(
    "debris",
    ["Getty Images", "Advertisement", "Read more: Ferries stay in harbour", "Photo: Lena Holt/Delta Press"],
)
def test_a_quotation_ends_where_debris_begins(tell: Tell, debris: str) -> None:
    told = tell(
        f"{BEFORE}\n\n“We have no choice,” said Rolf Anders. “The wall moves.\n\n{debris}\n\nWork begins "
        f"in June."
    )
    assert not [content for _, content in told.quotes if debris in content or "June" in content]
    assert {speaker for speaker, _ in told.quotes if speaker} <= {"it", "Rolf Anders", "The harbour board"}


@pytest.mark.parametrize(
    ("headline", "name"),
    [
        ("FLOODS HIT NORWAY AS RAIN GOES ON", "NORWAY"),
        ("MINISTER KARIN VOGT QUITS OVER PIER", "KARIN VOGT"),
        ("COURT IN MADRID FREES SAILORS", "MADRID"),
    ],
)
def test_names_are_read_in_capital_headlines(tell: Tell, headline: str, name: str) -> None:
    assert name in tell(f"{headline}\n\n{BEFORE}").names


@pytest.mark.parametrize(
    "headline", ["WATCHDOG SLAMS PIER", "UNION WARNS OF STRIKE", "BREAKING: FERRY LATE", "FACT CHECK"]
)
def test_words_of_capital_headlines_are_no_persons(tell: Tell, headline: str) -> None:
    assert "PERSON" not in tell(f"{headline}\n\n{BEFORE}").names.values()


@pytest.mark.parametrize(
    ("heading", "text", "name"),
    [
        ("Background", "British divers came to Hessle in May.", "British"),
        ("What happens next", "Karin Vogt will meet the union.", "Karin Vogt"),
        ("Analysis", "Norway has few such walls.", "Norway"),
    ],
)
def test_a_heading_is_no_part_of_a_name(tell: Tell, heading: str, text: str, name: str) -> None:
    names = tell(f"{BEFORE}\n\n{heading}\n{text}").names
    assert name in names
    assert not [one for one in names if heading.rsplit(maxsplit=1)[-1] in one]


@pytest.mark.parametrize(
    ("post", "speaker", "content"),
    [
        (
            "The pier is closed and nobody told the people who work there. — Lena Holt (@lenaholt) May 3, "
            "2025",
            "Lena Holt",
            "The pier is closed and nobody told the people who work there",
        ),
        (
            "Our boats will not leave the harbour today.\n\n— Port of Hessle (@porthessle) 12 March 2025",
            "Port of Hessle",
            "Our boats will not leave the harbour today",
        ),
        (
            "Hugo Brandt @hugobrandt\nThis town deserves a better bridge and a better board.",
            "Hugo Brandt",
            "This town deserves a better bridge and a better board",
        ),
    ],
)
def test_posts_without_marks_are_their_authors(tell: Tell, post: str, speaker: str, content: str) -> None:
    told = tell(f"{BEFORE} Twitter took down one of the answers.\n\n{post}\n\nWork begins in June.")
    assert (speaker, content) in [(name, words.rstrip(".")) for name, words in told.quotes]
    own = {voice for claim, voice in told.voices.items() if claim in content}
    assert own == {speaker}
