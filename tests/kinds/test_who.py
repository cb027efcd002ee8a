"""C. Who: names of all forms, who is meant, whose words they are."""

import pytest
from told import Tell

pytestmark = pytest.mark.model


# 1. The US is no "us".


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("The US said it would send two ships.", "The US"),
        ("The US has accused Norway of dumping steel.", "The US"),
        ("Talks had failed, the US warned on Monday.", "the US"),
        ("“This is unacceptable,” the US said in a statement.", "the US"),
    ],
)
def test_the_us_has_an_entity(tell: Tell, text: str, speaker: str) -> None:
    (quote,) = tell(text).outermost
    assert (quote.speaker, quote.speaker_name) == (speaker, "United States")


# 2. Forms of names.


@pytest.mark.parametrize(
    ("text", "short", "full"),
    [
        (
            "President Xi Jinping flew to Rome. Xi will stay for two days, and Xi speaks on Friday.",
            "Xi",
            "Xi Jinping",
        ),
        ("Premier Li Qiang opened the fair. “Trade is a bridge,” Li said.", "Li", "Li Qiang"),
        ("Kim Jong Un inspected a ship. Kim praised the crew.", "Kim", "Kim Jong Un"),
        ("Singer Wu Lan cancelled her tour. Wu is ill, her label said.", "Wu", "Wu Lan"),
        ("Judge Ng Mei Ling threw out the case. Ng found no fault.", "Ng", "Ng Mei Ling"),
    ],
)
def test_surnames_that_stand_first_and_short_ones(tell: Tell, text: str, short: str, full: str) -> None:
    told = tell(text)
    assert told.mention(short).label == "PERSON"
    assert told.means(short) == full


@pytest.mark.parametrize(
    ("text", "short", "full"),
    [
        (
            "Pieter van der Meer sold the barge. “It was time,” Van der Meer said.",
            "Van der Meer",
            "Pieter van der Meer",
        ),
        ("Lucia De la Cruz runs the clinic. De la Cruz said it was full.", "De la Cruz", "Lucia De la Cruz"),
        ("Otto von Hagen left the board. “I was pushed,” von Hagen said.", "von Hagen", "Otto von Hagen"),
        ("Clara van Houten won in Lisbon. Van Houten said she was tired.", "Van Houten", "Clara van Houten"),
    ],
)
def test_particles_belong_to_the_surname(tell: Tell, text: str, short: str, full: str) -> None:
    told = tell(text)
    assert told.means(short) == full
    assert full in told.speakers


@pytest.mark.parametrize(
    ("one", "other", "surname"),
    [
        (
            "Robin van den Hoek lost. Van den Hoek wept.",
            "Anna van den Hoek won. Van den Hoek laughed.",
            "Van den Hoek",
        ),
        ("“It is late,” Van der Meer said.", "“It is early,” Van der Meer said.", "Van der Meer"),
        ("De la Cruz was fined in Lima.", "De la Cruz was cleared in Quito.", "De la Cruz"),
        ("Police arrested Novak on Monday.", "Voters chose Novak on Sunday.", "Novak"),
    ],
)
def test_a_lone_surname_never_joins_two_articles(tell: Tell, one: str, other: str, surname: str) -> None:
    ids = [tell(text, article=name).mention(surname).entity_id for text, name in ((one, "a"), (other, "b"))]
    assert ids[0] != ids[1]


@pytest.mark.parametrize(
    ("text", "brand"),
    [
        ("Senator Ann McDonald was late. McDonald's said sales had risen.", "McDonald's"),
        ("Lowe’s will open 12 shops, and Lowe’s said it would hire.", "Lowe’s"),
        ("Sainsbury's said prices would fall.", "Sainsbury's"),
        ("Shares of Dillard's and Macy's fell.", "Macy's"),
    ],
)
def test_a_brand_keeps_its_apostrophe(tell: Tell, text: str, brand: str) -> None:
    told = tell(text)
    assert told.names[brand] == "ORG"
    assert {speaker for speaker in told.speakers if speaker} <= {brand.replace("’", "'"), brand}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Karl and Marta Lindqvist bought the mill in 1998.", {"Karl", "Marta Lindqvist"}),
        ("The suit was brought by Tom and Ida Berg of Hessle.", {"Tom", "Ida Berg", "Hessle"}),
        ("Police questioned Sarah and Michael Dunne for nine hours.", {"Sarah", "Michael Dunne"}),
    ],
)
def test_two_first_names_share_a_surname_and_are_two(tell: Tell, text: str, names: set[str]) -> None:
    told = tell(text)
    assert set(told.names) == names
    assert len({told.mention(name).entity_id for name in names}) == len(names)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Procter and Gamble cut 300 jobs.", {"Procter and Gamble": "ORG"}),
        ("Johnson and Johnson stopped the trial.", {"Johnson and Johnson": "ORG"}),
        ("Marks & Spencer shut a shop.", {"Marks & Spencer": "ORG"}),
        ("Floods hit Bosnia and Herzegovina.", {"Bosnia and Herzegovina": "GPE"}),
        ("A storm crossed Trinidad and Tobago.", {"Trinidad and Tobago": "GPE"}),
        ("Turtles nest in Antigua and Barbuda.", {"Antigua and Barbuda": "GPE"}),
    ],
)
def test_a_name_with_and_is_one(tell: Tell, text: str, names: dict[str, str]) -> None:
    assert tell(text).names == names


@pytest.mark.parametrize(
    ("text", "name", "words"),
    [
        ("“I lost my shoes in the mud,” Dara Quinn said.", "Dara Quinn", ["I", "my"]),
        ("Piet Loos told the court: “They paid me nothing.”", "Piet Loos", ["me"]),
        ("“Ask me again in May,” said Orla Finch. “I may be gone.”", "Orla Finch", ["me", "I"]),
        ("Karin Vogt said the board “never answered my letters”.", "Karin Vogt", ["my"]),
    ],
)
def test_the_first_person_in_marks_is_the_speaker(tell: Tell, text: str, name: str, words: list[str]) -> None:
    told = tell(text)
    pronouns = [row for row in told.rows.mentions if row.kind == "pronoun"]
    assert [row.text for row in pronouns] == words
    assert {row.entity_id for row in pronouns} == {told.mention(name).entity_id}


# 3. Who is meant.


@pytest.mark.parametrize(
    ("text", "pronoun"),
    [
        ("Prime Minister Karl Holm visited Arden. A victim said that police had ignored him.", "him"),
        ("Judge Ole Brandt heard the case. A clerk was found dead, and nobody had missed him.", "him"),
        ("Tom Vale leads the party. A cyclist was hit by a lorry before he reached the bridge.", "he"),
    ],
)
def test_an_unnamed_person_is_not_the_last_named_one(tell: Tell, text: str, pronoun: str) -> None:
    assert tell(text).means(pronoun) is None


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("The member for Hessle North Jane Doyle voted no. “It is a bad bill,” she said.", "Jane Doyle"),
        ("Harbour Board director Lena Holt resigned. She said the wall was lost.", "Lena Holt"),
        (
            "The senator for Arden Central Laura Quinn spoke next. She said nobody had asked the town.",
            "Laura Quinn",
        ),
    ],
)
def test_a_woman_behind_the_name_of_a_body_is_she(tell: Tell, text: str, name: str) -> None:
    told = tell(text)
    assert told.names[name] == "PERSON"
    assert told.speakers == [name]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("“Peter Novak lied to us,” Tom Vale said. He added that the papers were gone.", "Tom Vale"),
        ("Karin Vogt said Ida Berg had left early. She added that nobody minded.", "Karin Vogt"),
        ("“We warned Hugo Brandt twice,” said Ole Dahl. “It was useless,” he added.", "Ole Dahl"),
    ],
)
def test_who_adds_is_who_spoke(tell: Tell, text: str, name: str) -> None:
    assert tell(text).speakers[-1] == name


@pytest.mark.parametrize(
    ("text", "paper"),
    [
        (
            "The Daily Tide writes that the reform came too late. The Arden Post disagrees. It says that the "
            "town had no choice.",
            "Arden Post",
        ),
        (
            "Le Monde calls the plan a gift. The Hessle Herald calls it a trap. “The minister has learnt "
            "nothing,” it says.",
            "Hessle Herald",
        ),
        (
            "Die Zeit fears a long war. The Brenn Gazette hopes for talks. It says both sides are tired.",
            "Brenn Gazette",
        ),
    ],
)
def test_it_says_in_a_press_review_is_the_last_paper(tell: Tell, text: str, paper: str) -> None:
    assert (tell(text).speakers[-1] or "").removeprefix("The ") == paper


@pytest.mark.parametrize(
    "text",
    [
        "The director, Tamsin Roe, said the yard would stay. “Nobody told us,” said welder Colm Byrne. She "
        "added that "
        "the plan was unchanged.",
        "Judge Mary Lind read the verdict. “It is a scandal,” said farmer Peter Novak. She said he could "
        "appeal.",
        "Nurse Anna Toth called for help. “I heard a bang,” said driver Mark Weber. She said the road was "
        "wet.",
    ],
)
def test_she_is_no_man(tell: Tell, text: str) -> None:
    assert tell(text).speakers[-1] not in ("Colm Byrne", "Peter Novak", "Mark Weber")


# 4. Bodies and descriptions.


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        # A statement, a report of a body.
        (
            "The Ministry of Fisheries closed the bay. A statement by the ministry said the water was foul.",
            "Ministry of Fisheries",
        ),
        ("A report by Greenpeace said the bay was dying.", "Greenpeace"),
        ("A study by Oxford University found that the drug works.", "Oxford University"),
        ("In a letter to staff, Unilever said the plant would close.", "Unilever"),
        # The agency, named in brackets.
        (
            "The Danish Shipping Authority (DSA) searched the ferry. The agency said its brakes had failed.",
            "Danish Shipping Authority",
        ),
        (
            "The World Health Organization (WHO) sent doctors. The agency said 40 people were ill.",
            "World Health Organization",
        ),
        (
            "The European Space Agency (ESA) lost the probe. The agency said a battery had failed.",
            "European Space Agency",
        ),
        # By role, by nationality and rank.
        (
            "Hua Ling, the Foreign Ministry spokeswoman, took questions. The spokeswoman said talks would "
            "go on.",
            "Hua Ling",
        ),
        ("Rafa Moya, the Spanish champion, beat Holt. The champion said his knee hurt.", "Rafa Moya"),
        ("Finance Minister Olaf Stern quit. The minister said he was tired.", "Olaf Stern"),
    ],
)
def test_bodies_and_descriptions_lead_to_their_entity(tell: Tell, text: str, speaker: str) -> None:
    assert (tell(text).speakers[-1] or "").removeprefix("the ").removeprefix("The ") == speaker


@pytest.mark.parametrize(
    ("text", "description"),
    [
        ("Press secretary Ann Moll left. The foreign secretary said he was sorry.", "The foreign secretary"),
        (
            "Deputy mayor Ole Brandt came. The president of the court said the case was closed.",
            "The president of the court",
        ),
        ("Team doctor Lena Holt flew home. The witch doctor said nothing would help.", "The witch doctor"),
    ],
)
def test_a_head_noun_in_common_is_not_enough(tell: Tell, text: str, description: str) -> None:
    told = tell(text)
    assert told.means(description) is None
    assert told.speakers[-1] is None


@pytest.mark.parametrize(
    ("text", "one", "other"),
    [
        (
            "The Norwegian Health Ministry bought masks. The Swedish Health Ministry sold them.",
            "Norwegian Health Ministry",
            "Swedish Health Ministry",
        ),
        (
            "The Chinese Foreign Ministry protested. The Israeli Foreign Ministry did not answer.",
            "Chinese Foreign Ministry",
            "Israeli Foreign Ministry",
        ),
        (
            "The Ministry of Trade agreed. The Ministry of Health did not.",
            "Ministry of Trade",
            "Ministry of Health",
        ),
    ],
)
def test_two_ministries_are_two(tell: Tell, text: str, one: str, other: str) -> None:
    told = tell(text)
    assert told.mention(one).entity_id != told.mention(other).entity_id


@pytest.mark.parametrize(
    ("text", "country"),
    [
        (
            "China cut its tariffs. The United States did not. The country has 1.4 billion people.",
            "United States",
        ),
        ("Brazil built the dam. American banks paid for it. The country said it was proud.", "United States"),
        ("Japan raised its rates. The U.S. held still. The country warned of inflation.", "United States"),
    ],
)
def test_the_country_is_not_simply_the_last_one(tell: Tell, text: str, country: str) -> None:
    assert tell(text).means("The country") != country


# 5. How far a source reaches.


@pytest.mark.parametrize(
    ("text", "outlet", "attributed", "claimer"),
    [
        (
            "The ferry sank in nine minutes, according to the coastguard. The line has four other boats.",
            "The line has four other boats",
            "The ferry sank in nine minutes",
            "the coastguard",
        ),
        (
            "Brenn has 9,000 people. According to its mayor, half of them work at the mine.",
            "Brenn has 9,000 people",
            "half of them work at the mine",
            "its mayor",
        ),
        (
            "Shares of the bank fell. Its loans are bad, analysts say. The stock exchange closed early.",
            "The stock exchange closed early",
            "Its loans are bad",
            "analysts",
        ),
        (
            "The law passed in May. It bans all fires, the minister says. Forests cover a third of Talvia.",
            "Forests cover a third of Talvia",
            "It bans all fires",
            "the minister",
        ),
    ],
)
def test_a_source_holds_in_its_sentence(
    tell: Tell, text: str, outlet: str, attributed: str, claimer: str
) -> None:
    voices = tell(text).voices
    assert (voices[outlet], voices[attributed]) == ("outlet", claimer)


# 6. Splits and merges.


@pytest.mark.parametrize(
    ("text", "one", "other"),
    [
        ("A Uighur activist spoke. Many Uighurs have left.", "Uighur", "Uighurs"),
        ("Trucks entered Gaza. The Gaza Strip has no power.", "Gaza", "Gaza Strip"),
        ("Benjamin Hall wrote the song. Ben Hall sang it.", "Benjamin Hall", "Ben Hall"),
        ("Karin Lindqvist sued. Karin Lindquist won.", "Karin Lindqvist", "Karin Lindquist"),
        ("William Stone runs the mine. Bill Stone lives in Arden.", "William Stone", "Bill Stone"),
    ],
)
def test_two_forms_of_a_name_are_one_entity(tell: Tell, text: str, one: str, other: str) -> None:
    told = tell(text)
    assert told.mention(one).entity_id == told.mention(other).entity_id


@pytest.mark.parametrize(
    ("text", "one", "other"),
    [
        ("The Times praised the plan. The Financial Times mocked it.", "Times", "Financial Times"),
        ("The Post broke the story. The Denver Post denied it.", "Post", "Denver Post"),
        ("South Korea sent rice. North Korea sent none.", "South Korea", "North Korea"),
        ("John Hall sang. Mary Hall danced.", "John Hall", "Mary Hall"),
    ],
)
def test_two_entities_with_a_word_in_common_stay_two(tell: Tell, text: str, one: str, other: str) -> None:
    told = tell(text)
    ids = {plain.removeprefix("The "): told.mention(plain).entity_id for plain in told.names}
    assert ids[one] != ids[other]


# 7. Labels.


@pytest.mark.parametrize(
    ("text", "name", "labels"),
    [
        # Towns and regions.
        ("Soldiers raided villages in the West Bank on Monday.", "West Bank", {"GPE", "LOC"}),
        ("She was born in Stoke and works in Hull.", "Hull", {"GPE"}),
        ("Trains between Reading and Swindon were late.", "Swindon", {"GPE"}),
        # Persons.
        ("Biden met the unions in Ohio.", "Biden", {"PERSON"}),
        ("Trump flew home, and Biden stayed.", "Biden", {"PERSON"}),
        ("Merkel phoned Obama on Sunday.", "Obama", {"PERSON"}),
        # Roads.
        ("A lorry overturned on the A14 near Cambridge.", "A14", {"FAC"}),
        ("Police closed Interstate 80 for six hours.", "Interstate 80", {"FAC"}),
        ("Snow covers Highway 1 in the north.", "Highway 1", {"FAC"}),
        # Photo agencies.
        ("Boats lie idle in Hessle. (Photo: Getty Images)", "Getty Images", {"ORG"}),
        ("The pictures were sold to Getty Images.", "Getty Images", {"ORG"}),
        ("Shutterstock removed the pictures.", "Shutterstock", {"ORG"}),
    ],
)
def test_labels(tell: Tell, text: str, name: str, labels: set[str]) -> None:
    assert tell(text).names[name] in labels


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("An anti-Weber crowd filled the square.", {"Weber": "PERSON"}),
        ("Pro-Russian fighters took the bridge.", {"Russian": "NORP"}),
        ("The march was pro-EU and peaceful.", {"EU": "ORG"}),
        ("Western banks left the market.", {}),
        ("Many Western officials stayed away.", {}),
        ("The Western press wrote nothing.", {}),
    ],
)
def test_a_stance_or_a_direction_is_no_people(tell: Tell, text: str, names: dict[str, str]) -> None:
    assert tell(text).names == names
