"""E. What is worth checking: compared within one article."""

import pytest
from told import Tell

pytestmark = pytest.mark.model

COLOUR = "The hall smelled of fresh paint and old coffee."
ROUTINE = "The meeting will go on after lunch."
AROUND = (
    "The council of Brenn met on Monday.",
    "Its members sat in a circle.",
    COLOUR,
    ROUTINE,
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        # Tolls, sums and accusations.
        ("The explosion killed 41 miners.", "41 miners"),
        ("The flood left 300 families without a home.", "300 families"),
        ("At least nine people drowned.", "nine people"),
        ("The ministry lost $60m on masks that nobody wore.", "$60m"),
        ("The council spent £4m on a pier that was never used.", "£4m"),
        ("The bank hid losses of €900 million.", "€900 million"),
        ("Vogt accused the board of forging the accounts.", "forging"),
        ("Prosecutors say Weber bribed two judges.", "bribed"),
        ("The auditors accuse the mayor of theft.", "theft"),
        # Denials.
        ("Weber denied that he had bribed anyone.", "he had bribed anyone"),
        ("The company denies poisoning the wells.", "poisoning the wells"),
        ("The mayor denied any wrongdoing.", "any wrongdoing"),
        # Blame.
        ("The report blames the owners for the collapse.", "blames the owners"),
        ("Relatives hold the army responsible for the deaths.", "responsible for the deaths"),
        ("Vogt blamed the ministry for the famine.", "the famine"),
        # Relative clauses.
        (
            "Weber, who was convicted of fraud in 2019, sat in the first row.",
            "who was convicted of fraud in 2019",
        ),
        ("The dam, which killed 90 people when it burst, was never insured.", "which killed 90 people"),
        ("The firm, which received $20m from the state, makes sails.", "which received $20m"),
        # Called corrupt.
        ("Vogt called the mayor corrupt.", "corrupt"),
        ("The union called the minister a liar.", "a liar"),
        ("Residents call the owners criminals.", "criminals"),
    ],
)
def test_what_weighs_rises_above_colour_and_routine(tell: Tell, text: str, words: str) -> None:
    told = tell("\n\n".join((AROUND[0], text, *AROUND[1:])))
    light = [
        row.checkworthiness
        for claim, row in told.claims.items()
        if claim in {one.rstrip(".") for one in AROUND[1:]}
    ]
    assert len(light) >= 2
    assert told.worth(words) > max(light) + 0.1


HEAVY = "The explosion killed 41 miners, and the owners hid the reports of three engineers."


@pytest.mark.parametrize(
    "vague",
    [
        "The affair is a drag on the economy.",
        "It could become a problem for everyone.",
        "Things have changed a lot in recent years.",
        "The crisis has left its mark on society.",
        "Questions remain about the future of the region.",
    ],
)
def test_what_is_vague_falls(tell: Tell, vague: str) -> None:
    told = tell(f"{HEAVY}\n\n{vague}")
    assert told.worth("41 miners") > told.worth(vague.rstrip(".")) + 0.2


@pytest.mark.parametrize(
    "debris",
    [
        "Rescuers carry one of the 41 dead miners on Sunday. (Lena Holt/Delta Press)",
        "File photo: the mine where 90 people were killed in 2009",
        "Read more: Minister accused of taking $3m in bribes",
        "Related: Who killed the 90 miners of Brenn?",
        "Subscribe now and save 50 percent on a year of news.",
        "Photo: A protester accuses the owners of murder. Getty Images",
    ],
)
def test_captions_and_teasers_are_never_worth_checking(tell: Tell, debris: str) -> None:
    told = tell(f"{HEAVY}\n\n{debris}\n\nThe mine opened in 1951.\n\nIt was sold to a bank in Arden in 2003.")
    found = [row.checkworthiness for claim, row in told.claims.items() if claim in debris]
    assert max(found, default=0.0) < told.worth("41 miners") - 0.3
    assert len(found) <= 0
