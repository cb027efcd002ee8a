"""Interviews without labels, in several layouts, and what only looks like one."""

import pytest
from spacy.language import Language

from pipeline.components.claims import find_claims
from pipeline.components.entities import find_entities
from pipeline.components.quotes import find_quotes

pytestmark = pytest.mark.model


def answers(nlp: Language, text: str) -> dict[str, list[str]]:
    """Return the first words of outermost direct quotations by the names of their speakers."""
    doc = nlp(text)
    entities = list(find_entities(doc))
    found: dict[str, list[str]] = {}
    for quotation in find_quotes(doc, entities=entities):
        if quotation.kind == "direct" and quotation.parent is None:
            name = " ".join(entities[number].name for number in quotation.speaker_entities)
            found.setdefault(name, []).append(" ".join(quotation.content[0].text.split()[:3]))
    return found


SPOKEN_TO = (
    "Marta Lindqvist runs the mill at Brekke. In May she turned down an offer from a chain.\n"
    "We spoke to Lindqvist about flour, debt and what comes next.\n"
    "What made you turn the offer down?\n"
    "They wanted the name and not the mill. I would have been a face on a bag.\n"
    "The stones would have gone within a year.\n"
    "Did your staff agree?\n"
    "All nine of them. We sat in the loading bay and I asked who wanted to go. Nobody did.\n"
    "How long can you hold out?\n"
    "Two winters, if the river lets us.\n"
    "Tell us about the river.\n"
    "It has fallen by a third since I was a girl. My father never had to stop the wheel in August.\n"
    "This interview has been edited for length.\n"
)
ON_A_TOPIC = (
    "The man who listens to bridges\n"
    "By Ann Roe\n"
    "Engineer Peter Okoro hangs microphones under bridges. Here, Okoro explains what he hears.\n"
    "When did you start to listen?\n"
    "In 2009, by accident. A cable broke while I was recording birds, and I had it on tape.\n"
    "Photo: Tom Vale\n"
    "Does a sick bridge sound different to you?\n"
    "It hums lower. My students call it the cough.\n"
    "You have been wrong as well.\n"
    "Twice. I closed a bridge that was sound, and the town has not forgiven me.\n"
    "Is there one you would not cross?\n"
    "I cross them all. I just drive faster on some.\n"
)
FIRST_LABELS_ONLY = (
    "Every autumn Ilse Brandt fires her kiln. The Harbour Herald met Brandt in her yard.\n"
    "HARBOUR HERALD: Why only once?\n"
    "ILSE BRANDT: Oak is dear, and I am slow. I make four hundred pots and then I burn them all.\n"
    "How many survive?\n"
    "Half. I bury the others behind the shed.\n"
    "Do you mourn them?\n"
    "I did at first. Now I name them after critics.\n"
    "And what will you make next?\n"
    "A bath, if my back allows it.\n"
)
OUTLET_ASKS = (
    "Dr. Nadia Farouk led the team that drilled through the glacier.\n"
    "The Gazette: What did you expect to find?\n"
    "Nadia Farouk: Mud, to be honest. Nobody had reached the bed there.\n"
    "The Gazette: And what did you find?\n"
    "Dr Farouk: A forest. The trunks still stood.\n"
    "Some were as thick as a barrel.\n"
    "The Gazette: How old is it?\n"
    "Dr Farouk: We think six thousand years.\n"
)
QUESTIONS_LABELLED = (
    "Keeper Tom Hale has fed the wolves of Arden for thirty years. He told us why he stays.\n"
    "Q: Are they ever tame?\n"
    "No. They put up with me because I bring the meat.\n"
    "Q: Has one ever bitten you?\n"
    "Once. It was my fault, and the wolf knew it.\n"
    "Q: Will you retire?\n"
    "When the old female dies. We have an agreement.\n"
)


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        (
            SPOKEN_TO,
            "Marta Lindqvist",
            ["They wanted the", "All nine of", "Two winters,", "It has fallen"],
        ),
        (ON_A_TOPIC, "Peter Okoro", ["In 2009,", "It hums lower.", "Twice. I closed", "I cross them"]),
        (FIRST_LABELS_ONLY, "Ilse Brandt", ["Oak is dear,", "Half. I bury", "I did at", "A bath, if"]),
        (OUTLET_ASKS, "Nadia Farouk", ["Mud, to be", "A forest. The", "We think six"]),
        (QUESTIONS_LABELLED, "Tom Hale", ["No. They put", "Once. It was", "When the old"]),
    ],
)
def test_answers_are_those_of_who_is_interviewed(
    nlp: Language, text: str, name: str, expected: list[str]
) -> None:
    found = answers(nlp, text)
    assert [words[: len(start)] for words, start in zip(found[name], expected, strict=True)] == expected
    assert not {"Ann Roe", "The Gazette", "Gazette"} & set(found)


def test_claims_of_answers_are_not_the_outlets(nlp: Language) -> None:
    doc = nlp(SPOKEN_TO)
    entities = list(find_entities(doc))
    quotes = list(find_quotes(doc, entities=entities))
    by = {claim.span.text: claim for claim in find_claims(doc, entities=entities, quotes=quotes)}
    river = next(claim for text, claim in by.items() if "fallen by a third" in text)
    chain = next(claim for text, claim in by.items() if "turned down an offer" in text)
    assert [entities[number].name for number in river.claimer_entities] == ["Marta Lindqvist"]
    assert chain.claimer_kind == "outlet"


OPINION = (
    "The minister, Ida Berg, spoke to reporters about the dam on Monday.\n"
    "Who believes a word of it?\n"
    "I do not. We have heard it all before, and our valley has the scars to show for it.\n"
    "Why should anyone pay for a dam that nobody needs?\n"
    "Berg has never said. We were promised a report, and my neighbours still wait for it.\n"
    "When will we be asked?\n"
    "Never, I fear. Berg will build it while we sleep.\n"
)
FAQ = (
    "The water board has answers to the most frequent questions. Ann Roe of the board spoke to "
    "residents in May.\n"
    "Do I have to let the fitter in?\n"
    "Yes. You will get a letter two weeks before, and you can name another day.\n"
    "Who pays for the meter?\n"
    "The board does. You pay only for the water that you use.\n"
    "Can I keep my old meter?\n"
    "No. Old meters are taken away on the same day.\n"
)
QUIZ = (
    "How well do you know the north? Peter Novak of the mapping office asks.\n"
    "Which river is the longest?\n"
    "The Arn. It runs for 312 kilometres.\n"
    "Which town lies on two islands?\n"
    "Vik. A bridge of 1931 joins them.\n"
    "Which lake do you reach only on foot?\n"
    "Lake Sund, which has no road.\n"
)
NEWS = (
    "Mayor Tom Vale spoke to the Gazette after the flood of Sunday night.\n"
    "What do we know so far?\n"
    "Two people are missing and forty houses are wet. Vale said: “I have never seen the river so high.”\n"
    "What happens next?\n"
    "Divers will search the lower town on Tuesday. Vale has asked the army for pumps.\n"
    "Could you be affected?\n"
    "The council has put a map online. Vale said that every house below the church should be empty by six.\n"
)
LIST_OF_QUESTIONS = (
    "Coach Ilse Brandt talks about what to ask before you buy a bicycle.\n"
    "Will you ride it in the rain?\n"
    "Will you lift it up the stairs?\n"
    "Do you know what your back can bear?\n"
    "Will your friends lend you theirs?\n"
    "I ask my riders all of these. We have sent some home without a bicycle.\n"
)


@pytest.mark.parametrize("text", [OPINION, FAQ, QUIZ, NEWS, LIST_OF_QUESTIONS])
def test_what_only_asks_is_no_interview(nlp: Language, text: str) -> None:
    for words in answers(nlp, text).values():
        assert words == ["I have never"]
