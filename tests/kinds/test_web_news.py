"""F. Kinds of errors found by reading ordinary web news: whose words they are, where they end, who speaks."""

import pytest
from told import Tell

pytestmark = pytest.mark.model


# 1. The outlet's own voice.


@pytest.mark.parametrize(
    ("text", "claim", "voice"),
    [
        (
            "Aas wrote to the crews. “At risk is the income of forty families,” he said.",
            "At risk is the income of forty families",
            "he",
        ),
        (
            "“At the heart of this is a broken promise,” Lena Vick said.",
            "At the heart of this is a broken promise",
            "Lena Vick",
        ),
        ("“In the bag were two keys,” the officer said.", "In the bag were two keys", "the officer"),
    ],
)
def test_what_is_said_with_the_verb_in_front_is_a_claim_of_who_says_it(
    tell: Tell, text: str, claim: str, voice: str
) -> None:
    voices = tell(text).voices
    assert voices[claim] == voice
    assert "outlet" not in [v for c, v in voices.items() if claim[:8] in c]


@pytest.mark.parametrize(
    "text",
    [
        '"The ones who own the boats," says Rune Aas, "are the ones who stay ashore."',
        '"People who work at night," says Lena Vick, "are the ones who pay for it."',
        "“The crews who struck last year,” says Ann Rudd, “are still without work.”",
    ],
)
def test_a_subject_parted_from_its_verb_is_no_claim_of_the_outlet(tell: Tell, text: str) -> None:
    voices = tell(text).voices
    assert voices
    assert "outlet" not in voices.values()


# 2. Who speaks.


@pytest.mark.parametrize(
    "text",
    [
        "Karim Osei is said to be talking to investors about a sale.",
        "Orla Dunne was said to be furious.",
        "Rune Aas is reported to be planning a new ferry.",
    ],
)
def test_of_whom_something_is_said_does_not_say_it(tell: Tell, text: str) -> None:
    assert tell(text).quotes == []


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        (
            "Dunne, who talked to the Herald at the launch of the Bell & Sons shop, said it would help.",
            "Dunne",
        ),
        (
            "Lea Brandt, associate professor of law in Arden and co-author of a study, called the law weak.",
            "Lea Brandt",
        ),
        ("Lea Brandt on Monday called for an inquiry into the fire.", "Lea Brandt"),
        (
            "The hearing heard from Jon Vance, who on Monday issued a statement saying it was an accident.",
            "who",
        ),
        ("Lea Brandt, a doctor, and Jon Vance said the law was weak.", "Lea Brandt, a doctor, and Jon Vance"),
    ],
)
def test_a_speaker_ends_with_the_name(tell: Tell, text: str, speaker: str) -> None:
    assert tell(text).quotes[-1][0] == speaker


@pytest.mark.parametrize(
    "text",
    [
        "The mother of Arden High School gunman Tobias Renner says she did not know that he had left.",
        "The sister of the late singer Rory Dunne said the family was grateful.",
        "A lawyer for Mayor Lena Vick said the charge was false.",
        "A friend of Lena Vick said the charge was false.",
    ],
)
def test_who_is_close_to_somebody_is_somebody_else(tell: Tell, text: str) -> None:
    assert tell(text).speakers[0] is None


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("The envoy to Mali, Lena Vick, said the talks had failed.", "Lena Vick"),
        ("Minister of transport Lena Vick said the road was open.", "Lena Vick"),
        ("The head of the union, Rory Dunne, said the talks had failed.", "Rory Dunne"),
    ],
)
def test_who_has_an_office_is_the_one_named_with_it(tell: Tell, text: str, speaker: str) -> None:
    assert tell(text).speakers == [speaker]


@pytest.mark.parametrize(
    "text",
    [
        "According to a former aide, Rory Dunne will resign.",
        "According to the prosecutor, Lena Vick hid the money.",
        "According to a senior harbour official, Rune Aas is meeting captains this weekend.",
    ],
)
def test_a_source_is_not_whom_its_words_begin_with(tell: Tell, text: str) -> None:
    assert tell(text).speakers == [None]


@pytest.mark.parametrize(
    "text",
    [
        "Data from Norway’s statistics office shows that growth is slow.",
        "A report from Ghana's central bank says inflation rose.",
        "Figures from Kenya’s housing department showed that rents fell.",
    ],
)
def test_a_country_does_not_speak_where_its_office_does(tell: Tell, text: str) -> None:
    assert tell(text).speakers == [None]


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        (
            "In an interview with the Herald, billionaire Rune Aas said the ferry should sail again. "
            "“This is a special case,” the Norvik co-founder said. “Nobody wants it.”",
            "Rune Aas",
        ),
        (
            'Lena Vick bought the mill on Monday. "It sold well," the Tarnley Foods chief executive said.',
            "Lena Vick",
        ),
        ('Norvik CEO Lena Vick said sales rose. "We sold less soup," the Acme co-founder said.', None),
        ('Lena Vick said sales rose. "We are fine," the Norvik spokesman said.', None),
    ],
)
def test_a_role_in_a_body_takes_up_who_has_just_been_named(
    tell: Tell, text: str, speaker: str | None
) -> None:
    assert tell(text).speakers[-1] == speaker


@pytest.mark.parametrize(
    ("said", "speaker"),
    [
        ("“This is special,” the Norvik co-founder said. “Nobody wants it.”", "the Norvik co-founder"),
        ("“This is special,” the Tarnley Foods vice-chairman said.", "the Tarnley Foods vice-chairman"),
        ("“This is special,” said the museum co-director.", "the museum co-director"),
    ],
)
def test_a_speaker_with_a_hyphen_is_whole(tell: Tell, said: str, speaker: str) -> None:
    found, content = tell(f"Rune Aas said it should sail. {said}").quotes[-1]
    assert found == speaker
    assert content.startswith("This is special")


# 3. What is said, and where it ends.


@pytest.mark.parametrize(
    ("text", "content"),
    [
        ("Vick goes on to say children were ill.", "children were ill"),
        ("He went on to say that the road was closed.", "the road was closed"),
        ("Lena Vick continued to insist the boat was safe.", "the boat was safe"),
    ],
)
def test_who_goes_on_to_say_something_says_it(tell: Tell, text: str, content: str) -> None:
    assert [said for _, said in tell(text).quotes] == [content]


@pytest.mark.parametrize(
    "text",
    [
        "“I looked out and saw three men running down the pier,” Ann Miller said.",
        "“We will see the market cool a bit,” Peter Novak said.",
        "“I saw people chasing the van,” said shopkeeper Ali Raza.",
        "“We need to be careful — it will encourage people to drive,” Ann Rudd said.",
    ],
)
def test_what_a_speaker_saw_happen_is_no_quotation_of_its_own(tell: Tell, text: str) -> None:
    assert len(tell(text).rows.quotes) == 1


@pytest.mark.parametrize(
    "text",
    [
        "“I saw that three men had left the pier,” Ann Miller said.",
        "“We heard that the roof was down,” a sailor said.",
        "“I noticed the doors were open,” Peter Novak said.",
    ],
)
def test_what_a_speaker_learnt_is_one(tell: Tell, text: str) -> None:
    assert len(tell(text).rows.quotes) == 2


@pytest.mark.parametrize(
    ("text", "nested"),
    [
        (
            "“They are not asking for a new pier, they are asking for a safer one,” Ann Rudd said.",
            "a safer one",
        ),
        (
            "“We do not want a bigger road, they are calling for a quieter one,” Ann Rudd said.",
            "a quieter one",
        ),
        (
            "“The crews want no promises, they are calling for a contract,” Rune Aas said.",
            "a contract",
        ),
    ],
)
def test_a_sentence_that_a_comma_parts_from_the_next_is_not_said_in_it(
    tell: Tell, text: str, nested: str
) -> None:
    assert [row.content for row in tell(text).rows.quotes if row.parent_quote_id] == [nested]


@pytest.mark.parametrize(
    ("text", "end"),
    [
        (
            "He also accused Lena Vick of picking a date because Aas would speak the next day, allowing a "
            "chairman “to boast and rail against the crews for not meeting a target.”",
            "meeting a target.”",
        ),
        (
            "She blamed the board of the ferry line, leaving crews “to wait in the cold for a ship.”",
            "in the cold for a ship.”",
        ),
        (
            "Dunne criticised the mayor of Arden, “a man who never rode a bus.”",
            "never rode a bus.”",
        ),
    ],
)
def test_words_in_marks_stay_in_what_is_said(tell: Tell, text: str, end: str) -> None:
    assert tell(text).quotes[0][1].endswith(end)


@pytest.mark.parametrize(
    "post",
    [
        "Honored to have offered the blessing today at this old hall. The hat in the back row is mine. "
        "https://t.co/dLVatVHxRq\n— Seth Gold (@rabbi_3) January 7, 2020",
        "Honored to sing for the crews tonight. What a crowd!\n— Seth Gold (@rabbi_3) May 2, 2019",
        "Honored that so many came to the pier in this rain. — Seth Gold (@rabbi_3) June 11, 2018",
    ],
)
def test_a_post_is_said_once(tell: Tell, post: str) -> None:
    text = f"Seth Gold, a rabbi from Arden, tweeted he felt “glad” to be there:\n{post}\nThe hall was full."
    assert sum("Honored" in said for _, said in tell(text).quotes) == 1


@pytest.mark.parametrize(
    "lines", ["IG: @liamoss\nIG: @plants.and.more", "Instagram: @liamoss", "Twitter: @arden_hall"]
)
def test_a_handle_behind_a_colon_is_not_said(tell: Tell, lines: str) -> None:
    assert [said for _, said in tell(f"{lines}\nLia Moss: I like the river.").quotes] == ["I like the river"]


@pytest.mark.parametrize(
    "text",
    [
        "The singer is said to have left the country.",
        "Karim Osei was believed to have sold the boat.",
        "The firm is rumoured to be planning a sale.",
    ],
)
def test_what_is_said_of_somebody_is_hedged(tell: Tell, text: str) -> None:
    (claim,) = tell(text).claims.values()
    assert claim.hedges
    assert claim.claimer_kind == "outlet"


# 4. Names: whole, of one each, and rightly labelled.


@pytest.mark.parametrize(
    ("text", "name", "label"),
    [
        ("He bought a portrait by Jacques-Louis David in Lyon.", "Jacques-Louis David", "PERSON"),
        ("Officers shot Robert “LaVoy” Finnan near Burns.", "Robert “LaVoy” Finnan", "PERSON"),
        ('Friends of William "Big Bill" Dorn wept.', 'William "Big Bill" Dorn', "PERSON"),
        ("Police arrested Thomas “Sunny” Alvarez in Arden.", "Thomas “Sunny” Alvarez", "PERSON"),
        ("The novel by Anne-Sophie Lindqvist won.", "Anne-Sophie Lindqvist", "PERSON"),
        ("Pierre-Yves Dorn sold the mill.", "Pierre-Yves Dorn", "PERSON"),
        ("She sang with Lady Gaga in May.", "Lady Gaga", "PERSON"),
        ("A song by Dr. Dre was played.", "Dr. Dre", "PERSON"),
        ("Queen Latifah sang at the fair.", "Queen Latifah", "PERSON"),
        ("Produced by Bernice Young & Andrew Donlan in May.", "Andrew Donlan", "PERSON"),
        ("It was written by Lena Vick & Rory Dunne.", "Rory Dunne", "PERSON"),
        ("Photographs: Karim Osei & Ida Berg", "Karim Osei", "PERSON"),
        ("The flat burnt. (Photo by Red Huber/Getty Images)", "Getty Images", "ORG"),
        ("The pier in fog. (Lena Vick/Reuters)", "Lena Vick", "PERSON"),
        ("The crews at sea. (AP Photo/Rory Dunne)", "Rory Dunne", "PERSON"),
        ("Compatriot Rory Maddox beat him in straight sets.", "Rory Maddox", "PERSON"),
        ("Striker Dele Okafor scored twice.", "Dele Okafor", "PERSON"),
        ("Ex-minister Carla Brandt said the plan was dead.", "Carla Brandt", "PERSON"),
        ("Det. Frank Pemble left the force.", "Frank Pemble", "PERSON"),
        ("Det Orla Marsh found the van.", "Orla Marsh", "PERSON"),
        ("Amb. Leo Dorn flew home.", "Leo Dorn", "PERSON"),
        ("They called her Grandma Virginia at school.", "Virginia", "PERSON"),
        ("We stayed with Uncle Jordan all summer.", "Jordan", "PERSON"),
        ("Everybody loved Auntie Georgia and her pies.", "Georgia", "PERSON"),
        ("Police in Ferguson, Mo., shot a man.", "Ferguson", "GPE"),
        ("A mill near Preston, Idaho, burnt down.", "Preston", "GPE"),
        ("He came from Tyler, Texas, by bus.", "Tyler", "GPE"),
        ("The bus ran down Bruckner Boulevard at noon.", "Bruckner Boulevard", "FAC"),
        ("Snow closed the Garrett Expressway on Friday.", "Garrett Expressway", "FAC"),
        ("The First Amendment protects it.", "First Amendment", "LAW"),
        ("Voters backed the Dorn Amendment in June.", "Dorn Amendment", "LAW"),
        ("They asked under the Access to Records Act.", "Access to Records Act", "LAW"),
        ("The state enforced the Clean Rivers Act.", "Clean Rivers Act", "LAW"),
        ("Senate Bill 10 passed in May.", "Senate Bill 10", "LAW"),
        ("The governor signed Assembly Bill 88.", "Assembly Bill 88", "LAW"),
        ("House Bill 441 failed in May.", "House Bill 441", "LAW"),
        ("The Teacher Retirement System pays less.", "Teacher Retirement System", "ORG"),
        ("The Harbour Pension Fund lost money.", "Harbour Pension Fund", "ORG"),
        ("The union SAG-AFTRA agreed to it.", "SAG-AFTRA", "ORG"),
        ("© 2016 Marrow Interactive Inc. All Rights Reserved.", "Marrow Interactive Inc.", "ORG"),
        ("© 2021 Tarnley Media Ltd. All Rights Reserved.", "Tarnley Media Ltd.", "ORG"),
        ("Copyright 2019 Norvik Press. All rights reserved.", "Norvik Press", "ORG"),
        ("Johan Van der Bijl said the bridge was unsafe.", "Johan Van der Bijl", "PERSON"),
        ("Caitríona Ní Bhriain, the mayor, agreed.", "Caitríona Ní Bhriain", "PERSON"),
        ("Prime Minister Mohammed Shia Al-Sudani called for calm.", "Mohammed Shia Al-Sudani", "PERSON"),
    ],
)
def test_names_are_whole_and_of_what_they_are(tell: Tell, text: str, name: str, label: str) -> None:
    assert tell(text).names[name] == label


@pytest.mark.parametrize(
    "names",
    [
        "Afra Hinds, Timothy Hume, Jewelle Blackwood, Kay Trinidad and Ahmad Simms",
        "Orla Dunne, Paris Blackwood, Devon Marsh, Ida Berg and Leo Dorn",
        "Karim Osei, Chelsea Brandt, Lincoln Vance, Jordan Hale and Rory Dunne",
    ],
)
def test_full_names_in_a_list_of_persons_are_persons(tell: Tell, names: str) -> None:
    assert tell(f"It was danced by {names}.").names == dict.fromkeys(
        names.replace(" and ", ", ").split(", "), "PERSON"
    )


# 5. More of who speaks.


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("“We will have a slip,” said Petra Quill who is the harbour master.", "Petra Quill"),
        ("“It is open,” said Ida Berg who runs the mill.", "Ida Berg"),
        ("“The pier is safe,” said Leo Dorn who built it.", "Leo Dorn"),
        ("The navy on Sunday said the ship was found.", "The navy"),
        ("The harbour board on Tuesday announced a strike.", "The harbour board"),
        ("Norway's northern region on Monday announced a second ferry.", "Norway's northern region"),
        (
            "It would be dear, according to county officials who met on Monday.",
            "county officials who met on Monday",
        ),
    ],
)
def test_a_speaker_has_neither_days_nor_what_is_said_of_the_name(tell: Tell, text: str, speaker: str) -> None:
    assert tell(text).quotes[0][0] == speaker


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("A Kenya police report said two men fled.", None),
        ("Data from Poland shows that cases doubled.", None),
        ("A Norway court ruling said the ban was unlawful.", None),
        ("A BBC report said it fell.", "BBC"),
        ("The Justice Department’s report said the mayor lied.", "Justice Department"),
    ],
)
def test_a_place_says_nothing_where_another_body_does(tell: Tell, text: str, speaker: str | None) -> None:
    assert tell(text).speakers == [speaker]


@pytest.mark.parametrize(
    ("text", "one", "other"),
    [
        ("President Dorn and first lady Michelle Dorn met Lena Vick. Dorn laughed.", "Michelle Dorn", "Dorn"),
        ("Mr Vance and his wife Ida Vance sold the mill. Vance wept.", "Ida Vance", "Vance"),
        ("Mayor Brandt and Otto Brandt opened the fair. Brandt sang.", "Otto Brandt", "Brandt"),
    ],
)
def test_what_and_joins_are_two_people(tell: Tell, text: str, one: str, other: str) -> None:
    told = tell(text)
    assert told.means(one) != told.means(other)


@pytest.mark.parametrize(
    "text",
    [
        "Asked what it is about boats that pleases him, Leo Dorn said he liked the quiet.",
        "Asked where he had been, Rune Aas said he had slept.",
        "Asked why the pier was shut, Lena Vick said it was unsafe.",
        "“It would be prudent to say that crews ought to rest,” Leo Dorn said.",
        "“It is too early to say that the ferry has failed,” Orla Dunne said.",
        "“It would be wrong to claim that nobody was warned,” Karim Osei said.",
    ],
)
def test_what_somebody_is_asked_and_what_nobody_says_is_no_quotation_of_theirs(tell: Tell, text: str) -> None:
    assert [row.content for row in tell(text).rows.quotes if row.speaker_name or row.speaker == "It"] == [
        tell(text).quotes[-1][1]
    ]


@pytest.mark.parametrize(
    "byline",
    [
        "– Amy Karim with Layla Rahal in Beirut, AFP / Rapid.com",
        "- Amy Karim, Marrow.com",
        "— Amy Karim in Rome, Reuters",
        "— Amy Karim, Associated Press",
        "- Amy Karim in Oslo, AFP",
    ],
)
def test_who_wrote_an_article_signs_no_quotation_in_it(tell: Tell, byline: str) -> None:
    text = f"The head of the camp spoke of the rain.\n“We expect more people the longer it lasts.”\n{byline}"
    assert not [speaker for speaker, _ in tell(text).quotes if "Karim" in speaker]


@pytest.mark.parametrize("letter", ["Amy Karim, Scranton, PA", "Amy Karim, a teacher", "Amy Karim in Arden"])
def test_a_reader_signs_what_the_reader_wrote(tell: Tell, letter: str) -> None:
    (quote,) = tell(f"The paper asked its readers.\n“We expect more rain in our street.”\n— {letter}").quotes
    assert "Amy Karim" in quote[0]


@pytest.mark.parametrize(
    "text",
    [
        "Kenneth Medd, accused of taking a van from the depot, was held.",
        "Police held a man accused of stealing two boats.",
        "Lena Vick, accused of taking bribes, left the hall.",
    ],
)
def test_the_accused_do_not_accuse(tell: Tell, text: str) -> None:
    assert [speaker for speaker, _ in tell(text).quotes] in ([""], [])


@pytest.mark.parametrize(
    "text",
    [
        "The TSA said lines are long. The union that represents officers said the agency needs staff.",
        "Norvik said sales fell. The company that owns the pier said it would close.",
        "The BBC said it was sorry. The agency that audits it said the books were fine.",
    ],
)
def test_a_body_told_apart_is_another_one(tell: Tell, text: str) -> None:
    assert tell(text).speakers[-1] is None


@pytest.mark.parametrize(
    "text",
    [
        "Norvik Lines is said to have ignored a warning. The company, which has six ships, said it had not.",
        "Sales at Brightwing Ltd fell in June. The company, which is based in Arden, said it would close it.",
        "Marrow Inc. was fined on Monday. The firm, which denies any fault, said it would appeal.",
    ],
)
def test_a_clause_behind_a_comma_tells_no_body_apart(tell: Tell, text: str) -> None:
    assert (tell(text).speakers[-1] or "").split()[0] in ("Norvik", "Brightwing", "Marrow")


@pytest.mark.parametrize(
    "line",
    [
        "Bail hearings are scheduled at noon on Thursday in the Arden court.",
        "The ferry sails again in June, and tickets go on sale at the mill.",
        "Dorn's next match is in Oslo, where Vance will not play.",
    ],
)
def test_who_signs_an_article_did_not_say_its_last_line(tell: Tell, line: str) -> None:
    assert tell(f"The hearing was moved to June.\n{line}\n-- Maxine Bern").quotes == []


@pytest.mark.parametrize(
    "line",
    [
        "I loved the old pier and my father built it.",
        "We have waited for a bus since the spring.",
        "My street floods whenever the river is high.",
    ],
)
def test_who_signs_what_a_reader_tells_said_it(tell: Tell, line: str) -> None:
    told = tell(f"A reader wrote in.\n{line}\n-- Maxine Bern")
    assert [speaker for speaker, _ in told.quotes] == ["Maxine Bern"]


@pytest.mark.parametrize("post", ["#tornado #waterspout #arden", "#pier", "#ArdenFair #rain"])
def test_nothing_is_said_in_hashtags_alone(tell: Tell, post: str) -> None:
    assert tell(f"{post}\n— IwannaBoat (@boat) June 6, 2016").quotes == []
