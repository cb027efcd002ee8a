"""What is a quotation by the rulings, through the real model, on sentences of our own."""

import pytest
from spacy.language import Language

from pipeline.components.quotes import find_quotes

pytestmark = pytest.mark.model


def contents(nlp: Language, text: str) -> list[str]:
    return [" … ".join(span.text for span in q.content) for q in find_quotes(nlp(text)) if q.parent is None]


@pytest.mark.parametrize(
    "text",
    [
        "The council agreed a rescue package with the ferry line on Monday.",
        "The ministry gave permission for the new runway in June.",
        "Soldiers are obliged to carry water in the desert.",
        "The board decided to close the eastern pier.",
        "Ann Miller declined to comment on the report.",
        "The company has not commented on the leak.",
        "The minister refused to say who had paid for the trip.",
        "A neighbour, who asked not to be named, moved out in May.",
        "You know that the ferry is late again.",
        "We have learned that the bridge will close.",
        "The harbour lives near the edge of the old town.",
        "The new rules seem to work.",
        "The app charges two euros a month.",
        "Ann Miller discussed the plan with the union.",
        "Peter Novak left a guild of pilots called the Lamp.",
        "A judge denied bail to the harbour master on Friday.",
        "The hotel denied service to two sailors last week.",
        "The ministry denied the request of the ferry line.",
        "Does anyone think that the bridge will last?",
        "Would anybody believe that the pier is safe?",
    ],
)
def test_deeds_and_what_was_not_said_are_no_quotations(nlp: Language, text: str) -> None:
    assert contents(nlp, text) == []


@pytest.mark.parametrize(
    ("text", "content"),
    [
        ("Ann Miller denied any role in the sale.", "any role in the sale"),
        ("The union demanded a recount of the ballots.", "a recount of the ballots"),
        ("The ministry announced a ban on night flights.", "a ban on night flights"),
        ("The mayor urged drivers to leave their cars at home.", "drivers to leave their cars at home"),
        ("Peter Novak wants a new bridge.", "a new bridge"),
        ("The union called for a ban on night flights.", "a ban on night flights"),
        ("Ann Miller pointed out the poor state of the pier.", "the poor state of the pier"),
        ("The mayor has ruled out a new tax on hotels.", "a new tax on hotels"),
        ("Ann Miller called the plan a mistake.", "the plan a mistake"),
        ("Peter Novak does not believe that the bridge is safe.", "the bridge is safe"),
    ],
)
def test_nouns_and_infinitives_that_tell_what_is_said_are(nlp: Language, text: str, content: str) -> None:
    assert contents(nlp, text) == [content]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Ann Miller has repeatedly said that the bridge is safe.",
            ("the bridge is safe", "said", "Ann Miller"),
        ),
        (
            "Peter Novak, a welder, had claimed that the yard was shut.",
            ("the yard was shut", "claimed", "Peter Novak"),
        ),
        (
            "Mayor Ida Berg, who took office in May, said that it would rain.",
            ("it would rain", "said", "Mayor Ida Berg"),
        ),
    ],
)
def test_content_cue_and_speaker_end_where_the_rulings_have_them(
    nlp: Language, text: str, expected: tuple[str, str, str]
) -> None:
    (found,) = [q for q in find_quotes(nlp(text)) if q.parent is None]
    assert (found.content[0].text, found.cue[0].text, found.speaker[0].text) == expected


@pytest.mark.parametrize(
    ("text", "outlet"),
    [
        ("The pier is closed. The storm broke two beams, according to the port.", "pier"),
        ("Nobody was hurt. Trains will run again on Friday, according to Nordbahn.", "hurt"),
        ("The toll rose at noon. Nine boats were lost, the coastguard said. A search goes on.", "search"),
    ],
)
def test_a_source_reaches_no_further_than_its_sentence(nlp: Language, text: str, outlet: str) -> None:
    assert outlet not in " ".join(contents(nlp, text))


def test_words_in_marks_after_a_told_sentence_float(nlp: Language) -> None:
    text = "The bridge was safe, Ann Miller said. “Nobody needs a new one for years to come.”"
    told, floating = [q for q in find_quotes(nlp(text)) if q.parent is None]
    assert told.content[0].text == "The bridge was safe"
    assert floating.content[0].text == "Nobody needs a new one for years to come."
    assert (floating.cue, floating.speaker[0].text) == ((), "Ann Miller")


def test_what_the_network_finds_can_all_be_had(nlp: Language) -> None:
    doc = nlp("Ann Miller rejected the plan. The minister refused to say who had paid for the trip.")
    kept = list(find_quotes(doc))
    assert len(list(find_quotes(doc, scope="all"))) > len(kept)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "That’s why when Weber called the owner, she told him: “Make sure you sign the papers because we "
            "need them.”",
            "Make sure you sign the papers because we need them.",
        ),
        (
            "After the match had ended, the captain told fans: “We will be back here next year.”",
            "We will be back here next year.",
        ),
        (
            "Because the road was closed, the mayor wrote: “Nobody should drive to Arden this week.”",
            "Nobody should drive to Arden this week.",
        ),
    ],
)
def test_what_stands_before_a_colon_is_not_said(nlp: Language, text: str, expected: str) -> None:
    assert contents(nlp, text) == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Yet the tunnel, which opened in March, according to the port authority, stays empty.",
            "which opened in March",
        ),
        (
            "The bridge, which cost a million, according to the council, was closed on Monday.",
            "which cost a million",
        ),
        (
            "Her firm, which employs 40 people, according to its website, makes sails.",
            "which employs 40 people",
        ),
    ],
)
def test_according_to_behind_a_relative_clause_holds_for_that(
    nlp: Language, text: str, expected: str
) -> None:
    assert contents(nlp, text) == [expected]


@pytest.mark.parametrize(
    ("text", "slogan"),
    [
        (
            'The company\'s slogan is "saving for real people." "Lots of our members start with little. '
            "They're learning,\" says Bela Toth.",
            "slogan",
        ),
        (
            "The song was called “A Night in Arden.” “People love it because it is short,” said Anna Novak.",
            "Night",
        ),
        (
            "On the wall a sign said “No swimming.” “Nobody ever reads it, you know,” said Mark Weber.",
            "wall",
        ),
    ],
)
def test_marks_of_the_sentence_before_are_no_part_of_what_is_said(
    nlp: Language, text: str, slogan: str
) -> None:
    assert not [content for content in contents(nlp, text) if slogan in content]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "A ‘second line’ plan, once expected to open within weeks of a fair between Arden and the coast, "
            "could now be delayed to next year, port officials say.",
            "port officials",
        ),
        (
            "Maria Toth, a nursing college student died of several injuries, an inquest has established.",
            "an inquest",
        ),
        (
            "The wells of Arden will be dry within ten years, the authors of the report warn.",
            "the authors of the report",
        ),
    ],
)
def test_what_is_told_before_who_says_so_at_the_end_is_found(nlp: Language, text: str, expected: str) -> None:
    (quotation,) = find_quotes(nlp(text))
    assert " ".join(span.text for span in quotation.speaker) == expected


@pytest.mark.parametrize(
    "text",
    [
        'The pair met in June.. "It will be a tough match," Weber went on. "They know us well."',
        "“The pumps are old,” Toth points out. “They have failed twice.”",
        "“There is no money left,” the mayor went on, “and no time.”",
    ],
)
def test_verbs_of_two_words_are_cues_beside_marks(nlp: Language, text: str) -> None:
    (quotation,) = [q for q in find_quotes(nlp(text)) if q.parent is None]
    assert len(quotation.content) == 2
    assert quotation.speaker


@pytest.mark.parametrize(
    "text",
    [
        "Arden Rovers conceded a penalty in the final minute.",
        "The Hollin keeper conceded two goals before the break.",
        "Mara Quill claimed the title in Tarnley on Sunday.",
        "Detectives questioned the suspect for six hours.",
        "Police questioned a man about the fire at the mill.",
        "Officers interrogated the driver on Friday.",
        "The mayor drew praise for reopening the swimming bath.",
        "The port operator faced criticism for dumping sludge in the bay.",
        "Ida Berg earned praise for rescuing the choir from ruin.",
        "The port operator has published a letter, which the union rejects.",
    ],
)
def test_matches_interrogations_and_targets_are_no_quotations(nlp: Language, text: str) -> None:
    assert contents(nlp, text) == []


@pytest.mark.parametrize(
    ("text", "content"),
    [
        (
            "The latest poll showed a narrow lead for the harbour party.",
            "a narrow lead for the harbour party",
        ),
        ("Figures from the port show a sharp drop in freight.", "a sharp drop in freight"),
        ("A survey of growers shows wide support for the levy.", "wide support for the levy"),
    ],
)
def test_what_figures_show_is_a_quotation_also_as_a_noun(nlp: Language, text: str, content: str) -> None:
    assert contents(nlp, text) == [content]


@pytest.mark.parametrize(
    "text",
    [
        "The photos showed three burnt lorries beside the road.",
        "Footage showed a crowd on the bridge.",
        "Ann Miller showed the visitors the old signal box.",
    ],
)
def test_pictures_and_guides_only_show(nlp: Language, text: str) -> None:
    assert contents(nlp, text) == []


@pytest.mark.parametrize(
    ("text", "content"),
    [
        ("Growers see the levy as a burden.", "the levy as a burden"),
        ("Peter Novak views the treaty as a mistake.", "the treaty as a mistake"),
        ("Many residents regard the viaduct as a monument.", "the viaduct as a monument"),
    ],
)
def test_what_somebody_takes_a_thing_for_is_thought(nlp: Language, text: str, content: str) -> None:
    assert contents(nlp, text) == [content]
