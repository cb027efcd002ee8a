"""Whose voice a claim is in: that of a source, the outlet's own, or nobody's. With the model."""

import pytest
from spacy.language import Language

from pipeline.components.layers import Claim
from pipeline.extract.annotate import find_all
from pipeline.extract.article import ArticleText

pytestmark = pytest.mark.model


def claims(nlp: Language, text: str) -> list[Claim]:
    """The claims of a text, with all layers."""
    return find_all(nlp(text), ArticleText(article_id="a", record_ref="a", text=text)).claims


def voices(nlp: Language, text: str) -> dict[str, str]:
    """The voice of each claim: the claimer, or "outlet", or "unknown"."""
    return {
        claim.span.text: " ".join(span.text for span in claim.claimer) or claim.claimer_kind
        for claim in claims(nlp, text)
    }


@pytest.mark.parametrize(
    ("text", "claim", "claimer"),
    [
        ("Novak likened gambling to a slow poison.", "gambling to a slow poison", "Novak"),
        ("The union called the offer an insult.", "the offer an insult", "The union"),
        ("The mayor branded the plan a waste of money.", "the plan a waste of money", "The mayor"),
        (
            "Chancellor Weber praised the fleet, describing the visit of foreign crews as a sign of unity.",
            "the visit of foreign crews as a sign of unity",
            "Chancellor Weber",
        ),
        (
            "The panel estimated the cost of the delays to be $20 million.",
            "the cost of the delays to be $20 million",
            "The panel",
        ),
    ],
)
def test_what_something_is_called_is_the_claim_of_who_calls_it_so(
    nlp: Language, text: str, claim: str, claimer: str
) -> None:
    assert voices(nlp, text)[claim] == claimer


def test_what_is_called_is_the_subject(nlp: Language) -> None:
    (claim,) = claims(nlp, "The union called the offer an insult.")
    assert (str(claim.subject), str(claim.object)) == ("the offer", "an insult")
    assert dict(claim.score_parts)["charge"] == 1.0


@pytest.mark.parametrize(
    "text",
    [
        "The union did not call the offer an insult.",
        "The union could call the offer an insult.",
        "We call the offer an insult.",
        "The offer was called an insult.",
    ],
)
def test_what_nobody_else_is_said_to_call_so_stays_the_outlets(nlp: Language, text: str) -> None:
    assert voices(nlp, text) == {text.rstrip("."): "outlet"}


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        ("You have to know that judges are not chosen by voters.", "judges are not chosen by voters"),
        ("We found that the picture came from a fair.", "the picture came from a fair"),
        ("The Harbour Gazette has learned that the firm will be sued.", "the firm will be sued"),
        (
            'Our charter does a fine job of drawing the line when it opens, "Council shall pass no rule".',
            "Our charter does a fine job of drawing the line when it opens",
        ),
        (
            "Weber's lawyers filed a motion to seal the papers, however, the landlord agreed to be "
            "questioned.",
            "Weber's lawyers filed a motion to seal the papers",
        ),
    ],
)
def test_what_the_text_itself_knows_has_no_source(nlp: Language, text: str, claim: str) -> None:
    assert voices(nlp, text)[claim] == "outlet"


@pytest.mark.parametrize(
    ("text", "claim", "claimer"),
    [
        (
            "“I think that the ferry is a danger to all of us,” Novak said.",
            "the ferry is a danger to all of us",
            "Novak",
        ),
        (
            "“You know that taxes have doubled since May,” the owner said.",
            "taxes have doubled since May",
            "The owner",
        ),
        (
            "“We believe that the mill was sold too cheaply,” Anna Toth said.",
            "the mill was sold too cheaply",
            "Anna Toth",
        ),
    ],
)
def test_what_a_speaker_thinks_aloud_is_the_speakers(
    nlp: Language, text: str, claim: str, claimer: str
) -> None:
    assert voices(nlp, text)[claim].lower() == claimer.lower()


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        (
            '"Nonsense. A parliament is a talking shop."\n\nParliament has its place.',
            "A parliament is a talking shop",
        ),
        ("“The river is ours.”\n\nPosters hang all over Arden.", "The river is ours"),
        ('The square was full of signs. "The port is not for sale."', "The port is not for sale"),
    ],
)
def test_words_that_are_only_shown_are_never_the_outlets(nlp: Language, text: str, claim: str) -> None:
    assert voices(nlp, text)[claim] == "unknown"


@pytest.mark.parametrize(
    ("text", "claim", "claimer"),
    [
        (
            "In its report, the Watch Group blamed the government for thefts in northern Arden, a poor "
            "region of the country.",
            "a poor region of the country",
            "outlet",
        ),
        (
            "The office announced the results of National Cargo Week, a joint effort across 28 states.",
            "a joint effort across 28 states",
            "outlet",
        ),
        (
            "She praised Minister Toth's move to require filters, forcing users to ask for access.",
            "forcing users to ask for access",
            "outlet",
        ),
        ("Weber said the mill belonged to Anna Toth, a dentist from Arden.", "a dentist from Arden", "Weber"),
    ],
)
def test_what_a_text_adds_to_a_name_is_its_own_but_in_a_reported_clause(
    nlp: Language, text: str, claim: str, claimer: str
) -> None:
    assert voices(nlp, text)[claim] == claimer
