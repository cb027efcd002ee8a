"""D. What does not belong into the tables, and how what does is cut."""

import pytest
from told import Tell

pytestmark = pytest.mark.model


@pytest.mark.parametrize(
    "text",
    [
        # Duties and permissions.
        "Recruits are obliged to serve for two years.",
        "The court gave permission for an appeal.",
        "Drivers are required to carry chains.",
        # Attempts and agreements.
        "The rebels sought to free the hostages.",
        "The two firms agreed a £3bn merger.",
        "Leaders approved a loan of €8bn for Talvia.",
        # Verbs that only look like reports.
        "The singer lives near the harbour.",
        "The ferry leads to the northern islands.",
        "The path seems to end at the cliff.",
        # Decisions, and what was not said.
        "The council decided to sell the hall.",
        "The bank declined to comment.",
        "Weber refused to answer questions.",
    ],
)
def test_deeds_are_no_quotations(tell: Tell, text: str) -> None:
    assert tell(text).quotes == []


@pytest.mark.parametrize(
    ("text", "content", "is_speech"),
    [
        # A speech act with an infinitive or a noun is speech.
        ("The mayor urged residents to boil their water.", "residents to boil their water", True),
        ("The UN called on both sides to free the prisoners.", "both sides to free the prisoners", True),
        ("The pilot denied any part in the smuggling.", "any part in the smuggling", True),
        ("The union demanded an end to night shifts.", "an end to night shifts", True),
        ("The bishop warned against a hasty verdict.", "a hasty verdict", True),
        ("Moscow threatened to cut off the gas.", "to cut off the gas", True),
        # Thought, wish, plan and finding are not.
        ("The mayor hopes to open the hall in May.", "to open the hall in May", False),
        ("Engineers fear that the wall will give way.", "the wall will give way", False),
        ("The survey shows that rents have doubled.", "rents have doubled", False),
        ("The firm plans to build a second kiln.", "to build a second kiln", False),
    ],
)
def test_what_is_speech(tell: Tell, text: str, content: str, is_speech: bool) -> None:
    assert [(row.content, row.is_speech) for row in tell(text).outermost] == [(content, is_speech)]


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        ("A banner hung from the town hall: “The river belongs to us.”", "The river belongs to us"),
        ("“The mill has been sold.” That was the rumour on Monday.", "The mill has been sold"),
        ("The leaflet had one sentence. “The wells are poisoned.”", "The wells are poisoned"),
        ("“Our children drink lead.” The words stood on a hundred doors.", "Our children drink lead"),
    ],
)
def test_words_in_marks_are_never_the_outlets(tell: Tell, text: str, claim: str) -> None:
    assert tell(text).voices[claim] != "outlet"


@pytest.mark.parametrize(
    ("text", "speaker", "cue", "content"),
    [
        ("Weber has said that the bank is sound.", "Weber", "said", "the bank is sound"),
        (
            "The pilot explained how the engine caught fire.",
            "The pilot",
            "explained",
            "the engine caught fire",
        ),
        ("Police have repeatedly warned that the ice is thin.", "Police", "warned", "the ice is thin"),
        (
            "The nurse has now complained that the ward was full.",
            "The nurse",
            "complained",
            "the ward was full",
        ),
        ("The minister did admit that the toll was wrong.", "The minister", "admit", "the toll was wrong"),
    ],
)
def test_content_and_cue_are_cut_by_the_rulings(
    tell: Tell, text: str, speaker: str, cue: str, content: str
) -> None:
    (row,) = tell(text).outermost
    assert (row.speaker or "", row.cue, row.content) == (speaker, cue, content)


@pytest.mark.parametrize(
    ("text", "hedges"),
    [
        ("The dam may burst.", []),
        ("Rates could rise again.", []),
        ("The bill is expected to pass.", []),
        ("Some 400 people might have fled.", []),
        ("The pilot was apparently asleep.", ["apparently"]),
        ("The mayor reportedly owns the land.", ["reportedly"]),
        ("The alleged forger fled to Rome.", ["alleged"]),
    ],
)
def test_modals_are_no_hedges(tell: Tell, text: str, hedges: list[str]) -> None:
    (row,) = tell(text).claims.values()
    assert [hedge.text for hedge in row.hedges] == hedges


# Layouts.


@pytest.mark.parametrize(
    ("text", "turns"),
    [
        (
            "LENA HOLT, HOST: Welcome back. The ferry is still missing.\n\nHUGO BRANDT, REPORTER: Two "
            "planes are "
            "looking for it.\n\nHOLT: And the weather?\n\nBRANDT: It is getting worse.",
            ["LENA HOLT", "HUGO BRANDT", "HOLT", "BRANDT"],
        ),
        (
            "SENATOR VOGT: When did you learn of it?\n\nMR. LOOS: In May, from the papers.\n\nSENATOR "
            "VOGT: Thank you.",
            ["SENATOR VOGT", "MR. LOOS", "SENATOR VOGT"],
        ),
        (
            "Q: Who owns the mill?\n\nMINISTER DAHL: The state has owned it since 1971.\n\nQ: Will it be "
            "sold?\n\n"
            "MINISTER DAHL: Not this year.",
            ["Q", "MINISTER DAHL", "Q", "MINISTER DAHL"],
        ),
    ],
)
def test_turns_of_a_transcript(tell: Tell, text: str, turns: list[str]) -> None:
    told = tell(text)
    found = [speaker for speaker, _ in told.quotes]
    assert [one for one in found if one != "Q"] == [one for one in turns if one != "Q"]
    assert "outlet" not in told.voices.values()


@pytest.mark.parametrize(
    ("lead", "name"),
    [
        ("Dara Quinn has led the choir for nine years.", "Dara Quinn"),
        ("We met the painter Otto Lang in his studio. Lang is 80.", "Otto Lang"),
        ("Vera Dahl wrote the report. She spoke to us in Brenn.", "Vera Dahl"),
    ],
)
def test_answers_of_an_interview(tell: Tell, lead: str, name: str) -> None:
    told = tell(
        f"{lead}\n\nQ: Why did you stay?\n\nA: The town needed somebody. Nobody else had the keys.\n\n"
        "Q: And now?\n\nA: We are looking for a new hall."
    )
    assert told.voices["The town needed somebody"] != "outlet"
    answers = [row for row in told.outermost if "town needed" in row.content or "new hall" in row.content]
    assert [row.speaker_name for row in answers] == [name, name]


@pytest.mark.parametrize(
    ("headline", "content"),
    [
        ("Farmers warn: “The wells will run dry”", "The wells will run dry"),
        ("Union chief says: ‘We will not sign’", "We will not sign"),
        ("Doctor tells parents: 'Keep them at home'", "Keep them at home"),
    ],
)
def test_a_quotation_of_a_headline_ends_there(tell: Tell, headline: str, content: str) -> None:
    told = tell(f"{headline}\n\nThe ministry sold the land in June, papers seen by this newspaper show.")
    assert content in [words for _, words in told.quotes]
    assert not [words for _, words in told.quotes if content in words and "June" in words]


@pytest.mark.parametrize(
    ("text", "speaker", "start", "kind"),
    [
        (
            "“The lake is lower than ever,” Karin Vogt said on Monday.\n\n“Until May we have to "
            "save.\n\n“I ask "
            "every farmer to help.”",
            "Karin Vogt",
            "Until May we have to save",
            "direct",
        ),
        (
            '"My crew did all it could," Captain Ole Dahl told the court.\n\n"The pumps had failed by '
            'noon.\n\n"We '
            'lost the boat at four."',
            "Captain Ole Dahl",
            "The pumps had failed by noon",
            "direct",
        ),
        (
            "“Nobody read the file,” said auditor Mary Lind.\n\n“It lay on a desk for a year.\n\n“Then it "
            "was gone.”",
            "auditor Mary Lind",
            "It lay on a desk for a year",
            "direct",
        ),
    ],
)
def test_paragraphs_opened_anew_are_one_direct_quotation(
    tell: Tell, text: str, speaker: str, start: str, kind: str
) -> None:
    row = tell(text).outermost[-1]
    assert (row.speaker, row.kind) == (speaker, kind)
    assert row.content.startswith(start)
    assert "“" not in row.content
    assert '"' not in row.content


@pytest.mark.parametrize(
    ("text", "speaker", "content"),
    [
        (
            "‘The captain told us, “Your cabin is dry,” and then the water came,’ said baker Elin Pugh.",
            "baker Elin Pugh",
            "The captain told us, “Your cabin is dry,” and then the water came",
        ),
        (
            "“She said, ‘The vault is empty,’ and closed the door,” said clerk Tom Vale.",
            "clerk Tom Vale",
            "She said, ‘The vault is empty,’ and closed the door",
        ),
        (
            "'My father always said, \"Never sell the land,\" and I never did,' said farmer Piet Loos.",
            "farmer Piet Loos",
            'My father always said, "Never sell the land," and I never did',
        ),
    ],
)
def test_marks_inside_of_marks(tell: Tell, text: str, speaker: str, content: str) -> None:
    assert tell(text).quotes == [(speaker, content)]


@pytest.mark.parametrize(
    ("text", "quotes"),
    [
        (
            "The 6'2\" striker scored twice. “He is a giant,” Lena Holt said.",
            [("Lena Holt", "He is a giant")],
        ),
        (
            'A 12" pipe burst in Brenn. "We heard a bang," Ole Dahl said.',
            [("Ole Dahl", "We heard a bang")],
        ),
        (
            'He sold a 40" television and an 8" tablet. Vera Dahl said: "They were stolen."',
            [("Vera Dahl", "They were stolen.")],
        ),
    ],
)
def test_an_inch_mark_opens_nothing(tell: Tell, text: str, quotes: list[tuple[str, str]]) -> None:
    assert tell(text).quotes == quotes


# Amounts.


@pytest.mark.parametrize(
    ("text", "amounts"),
    [
        # Halves.
        ("Two and a half million voters stayed at home.", [(2.5e6, None)]),
        ("The siege lasted four and a half months.", [(4.5, None)]),
        ("The dam is 7½ metres high.", [(7.5, "metres")]),
        # The scales of India.
        ("The state paid Rs 3,75,000 to each family.", [(3.75e5, "INR")]),
        ("The bridge cost ₹90 crore.", [(9e8, "INR")]),
        ("Some 4.5 lakh farmers marched.", [(4.5e5, None)]),
        # Metres are no millions.
        ("She ran the 400m final in May.", [(400, "metres")]),
        ("The wreck lies 150m from the shore.", [(150, "metres")]),
        ("He won the 200m butterfly.", [(200, "metres")]),
        # One in five.
        ("One in six adults cannot swim.", [(16.67, "%")]),
        ("Four out of five nurses want to leave.", [(80, "%")]),
        ("Two in three firms cut jobs.", [(66.67, "%")]),
        # Blanks and commas in numbers.
        ("About 31 400 people fled.", [(31400, None)]),
        ("Prices rose by 6,2 percent.", [(6.2, "%")]),
        ("The loan of €1,5 billion was refused.", [(1.5e9, "EUR")]),
        # Suffixes in capitals.
        ("The club paid $7.5M for him.", [(7.5e6, "USD")]),
        ("The fund is worth $2.4B.", [(2.4e9, "USD")]),
        ("More than 80K people signed.", [(8e4, None)]),
        # Two currencies.
        ("The deal is worth $90m and £2.5bn.", [(9e7, "USD"), (2.5e9, "GBP")]),
        ("He owes €6m and $8m.", [(6e6, "EUR"), (8e6, "USD")]),
        ("They swapped £10,000 for ¥2m.", [(1e4, "GBP"), (2e6, "JPY")]),
        # A unit ends its sentence.
        ("The town gave €9m. Ticket sales rose.", [(9e6, "EUR")]),
        ("Norway pledged NOK 30m. Singapore pledged nothing.", [(3e7, "NOK")]),
        ("The bill was £4bn. London paid.", [(4e9, "GBP")]),
        # Below zero.
        ("It was minus 31 degrees in Brenn.", [(-31, None)]),
        ("The mercury fell to -18C.", [(-18, "°C")]),
        ("The firm made a loss of -$3m.", [(-3e6, "USD")]),
        # Votes are two amounts, scores none.
        ("The house voted 61-39 to impeach.", [(61, "votes"), (39, "votes")]),
        ("The bill passed by 218 votes to 209.", [(218, "votes"), (209, "votes")]),
        ("Brenn lost 4-2.", []),
    ],
)
def test_amounts(tell: Tell, text: str, amounts: list[tuple[float, str | None]]) -> None:
    units = {"%", "INR", "USD", "EUR", "GBP", "JPY", "NOK", "metres", "votes", "°C"}
    assert [(value, unit if unit in units else None) for value, unit in tell(text).amounts] == amounts
