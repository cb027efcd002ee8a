"""Sentences as news has them: what is claimed, how firmly, and what looks like a claim. With the model."""

from datetime import UTC, datetime

import pytest
from spacy.language import Language

from pipeline.components.claims import find_claims
from pipeline.components.layers import Claim
from pipeline.extract.annotate import find_all
from pipeline.extract.article import ArticleText

pytestmark = pytest.mark.model

WEDNESDAY = datetime(2026, 3, 4, 15, tzinfo=UTC)


def claims(nlp: Language, text: str) -> list[Claim]:
    """The claims of a text, with all layers."""
    article = ArticleText(article_id="a", record_ref="a", text=text, published_at=WEDNESDAY)
    return find_all(nlp(text), article).claims


def texts(nlp: Language, text: str) -> list[str]:
    return [claim.span.text for claim in claims(nlp, text)]


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("The weapons used in the strike were old.", ["The weapons used in the strike were old"]),
        ("People who smoke die early.", ["People who smoke die early"]),
        ("She opened a shop called Brine in Arden.", ["She opened a shop called Brine in Arden"]),
        ("The pumps that failed had been sold in May.", ["The pumps that failed had been sold in May"]),
    ],
)
def test_what_only_tells_which_are_meant_is_no_claim(nlp: Language, text: str, spans: list[str]) -> None:
    assert texts(nlp, text) == spans


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        (
            "Novak left the town after the dam broke.",
            ["Novak left the town", "the dam broke"],
        ),
        (
            "The army shelled the port, killing three sailors.",
            ["The army shelled the port", "killing three sailors"],
        ),
        (
            "The council closed the bridge, which was built in 1931.",
            ["The council closed the bridge", "which was built in 1931"],
        ),
        ("When the mill burned down, the owner fled.", ["the mill burned down", "the owner fled"]),
    ],
)
def test_a_claim_gives_up_at_its_edges_what_is_one_itself(nlp: Language, text: str, spans: list[str]) -> None:
    assert sorted(texts(nlp, text)) == sorted(spans)


@pytest.mark.parametrize(
    ("text", "unasserted"),
    [
        (
            "Ministers were not convinced that the firm took safety seriously.",
            "the firm took safety seriously",
        ),
        ("She was asked if she conceded that the plan had failed.", "the plan had failed"),
        ("The mayor declined to say that taxes would rise.", "taxes would rise"),
        ("There is very little chance that Novak will resign.", "Novak will resign"),
        ("He never said that the well was clean.", "the well was clean"),
    ],
)
def test_what_is_not_said_to_be_so_is_no_claim(nlp: Language, text: str, unasserted: str) -> None:
    assert texts(nlp, text) == [text.rstrip(".")]
    assert unasserted not in texts(nlp, text)


@pytest.mark.parametrize(
    "text",
    [
        "The ceasefire began at noon.",
        "Talks started in May.",
        "The factory will close.",
        "Thousands protested.",
        "Novak accused Iversen of taking bribes.",
        "The port denied any role.",
        "Strikes allegedly aimed at depots killed 12 people in Arden on Monday.",
    ],
)
def test_verbs_that_can_report_speech_still_assert(nlp: Language, text: str) -> None:
    assert texts(nlp, text) == [text.rstrip(".")]


@pytest.mark.parametrize(
    ("text", "polarity"),
    [
        ("The bridge is no longer safe.", "negated"),
        ("Not all workers were paid.", "negated"),
        ("There is little or no security at the club.", "negated"),
        ("None of the men was armed.", "negated"),
        ("Not even a few hours had passed.", "negated"),
        ("The plan was not correct.", "negated"),
        ("The firm failed to pay its workers.", "negated"),
        ("It is not just the noise that worries parents.", "affirmed"),
        ("The board is nothing more than a club of friends.", "affirmed"),
        ("Not only did the firm lie.", "affirmed"),
        ("Colvey decided not to return.", "affirmed"),
        ("The mayor refused to resign.", "affirmed"),
    ],
)
def test_polarity_and_factuality_agree(nlp: Language, text: str, polarity: str) -> None:
    (claim,) = claims(nlp, text)
    assert claim.polarity == polarity
    assert (claim.factuality < 0) == (polarity == "negated")


@pytest.mark.parametrize(
    ("text", "polarity", "kind", "claimer"),
    [
        ("Novak denied that she took money.", "negated", "attributed", ["Novak"]),
        ("The firm rejects the claim that it poisoned the lake.", "negated", "attributed", ["The firm"]),
        ("Nobody disputes that the dam broke in May.", "affirmed", "unknown", []),
    ],
)
def test_who_denies_makes_a_negated_claim(
    nlp: Language, text: str, polarity: str, kind: str, claimer: list[str]
) -> None:
    claim = claims(nlp, text)[-1]
    assert (claim.polarity, claim.claimer_kind) == (polarity, kind)
    assert [span.text for span in claim.claimer] == claimer


@pytest.mark.parametrize(
    ("text", "modality"),
    [
        ("The minister has travelled to Arden.", "asserted"),
        ("Funds have been used to sink wells.", "asserted"),
        ("Rebels have also continued to hold the town.", "asserted"),
        ("Colvey needed 88 minutes to win.", "asserted"),
        ("Mrs May resigned.", "asserted"),
        ("The firm has to pay.", "necessary"),
        ("The town needs to save.", "necessary"),
        ("Novak said it would close.", "future"),
        ("Rates may rise.", "possible"),
    ],
)
def test_modality_is_grammar(nlp: Language, text: str, modality: str) -> None:
    (claim,) = claims(nlp, text)
    assert claim.modality == modality
    assert not claim.hedges


@pytest.mark.parametrize(
    ("text", "hedges"),
    [
        ("The flood has claimed 20 lives.", []),
        ("Theresa May has claimed the seat.", []),
        ("The alleged thief fled to Arden.", ["alleged"]),
        ("Reportedly, the vault was empty.", ["Reportedly"]),
        ("The mill is likely closed.", ["likely"]),
    ],
)
def test_hedges_are_what_weakens_and_no_names_or_verbs(nlp: Language, text: str, hedges: list[str]) -> None:
    assert [hedge.text for claim in claims(nlp, text) for hedge in claim.hedges] == hedges


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("More than 300 people were killed in attacks.", "quantity"),
        ("The city spent more than the state.", "comparison"),
        ("The tax led to job losses.", "causal"),
        ("Smoking kills people.", "causal"),
        ("Soldiers killed a farmer.", "event"),
        ("The team lost 3-1.", "event"),
    ],
)
def test_types_by_construction(nlp: Language, text: str, kind: str) -> None:
    (claim,) = claims(nlp, text)
    assert claim.claim_type == kind


@pytest.mark.parametrize(
    "weighty",
    [
        "Novak accused Iversen of taking bribes.",
        "The auditors blamed the port for the deaths.",
        "The port denied any role.",
        "Residents call Novak corrupt.",
        "Novak denied taking money.",
    ],
)
def test_charges_and_denials_rise_above_colour_and_vagueness(nlp: Language, weighty: str) -> None:
    (charge,) = claims(nlp, weighty)
    for light in ("It is a drag on the economy.", "Her brother likes the sea."):
        assert charge.checkworthiness > max(claim.checkworthiness for claim in claims(nlp, light)) + 0.1


def test_a_restrictive_modifier_belongs_to_the_subject(nlp: Language) -> None:
    for text, subject in (
        ("The articles published on these sites gave no source.", "The articles published on these sites"),
        ("Her relatives who attended the vote left early.", "Her relatives who attended the vote"),
        ("The mayor, who had voted, left early.", "The mayor"),
    ):
        claim = list(find_claims(nlp(text)))[-1]
        assert claim.subject is not None
        assert claim.subject.text == subject
