"""B. Meaning: nothing reversed, nothing dated wrongly, nothing of weight lost. Read on Wednesday 4 March "
"2026."""

from datetime import date

import pytest
from told import Tell

pytestmark = pytest.mark.model


# 1. What is not said to be so.


@pytest.mark.parametrize(
    ("text", "unasserted"),
    [
        # Not convinced that.
        ("The judge was not convinced that the driver had slept.", "the driver had slept"),
        ("Doctors are not persuaded that the drug “works well enough”.", "the drug “works well enough”"),
        ("Investors were never sure that the mine would pay.", "the mine would pay"),
        # Asked if.
        ("The senator was asked whether the army had lied.", "the army had lied"),
        ("Reporters asked if the ministry admitted that the wells were empty.", "the wells were empty"),
        ("A member wanted to know whether the bank had failed.", "the bank had failed"),
        # Declined to say.
        ("The airline declined to say that the engine was old.", "the engine was old"),
        ("Her lawyer would not confirm that she had left the country.", "she had left the country"),
        (
            "The spokesman refused to say whether troops had crossed the river.",
            "troops had crossed the river",
        ),
        # Little chance.
        ("There is very little chance that Weber will stand down.", "Weber will stand down"),
        ("Analysts see no prospect that the two banks will merge.", "the two banks will merge"),
        ("The odds that the strike ends this week are slim.", "the strike ends this week"),
    ],
)
def test_under_doubt_question_or_chance_nothing_is_asserted(tell: Tell, text: str, unasserted: str) -> None:
    told = tell(text)
    affirmed = [
        claim for claim, row in told.claims.items() if row.polarity == "affirmed" and row.factuality > 0
    ]
    assert unasserted not in affirmed


@pytest.mark.parametrize(
    ("text", "polarity"),
    [
        # "Not about", with a mark between.
        ("The strike is not, the union says, about money.", "negated"),
        ("The vote was not “about revenge”.", "negated"),
        ("This is not – and never was – about oil.", "negated"),
        # "Not all".
        ("Not all of the sailors were rescued.", "negated"),
        ("Not every school will reopen.", "negated"),
        ("Not all voters trust the new machines.", "negated"),
        # "No longer".
        ("The airline no longer flies to Arden.", "negated"),
        ("Weber is no longer the head of the bank.", "negated"),
        ("The two countries no longer share a currency.", "negated"),
        # "Not only ... but".
        ("The fire not only destroyed the archive but also killed a guard.", "affirmed"),
        ("Not only has the river risen, but the dam has cracked.", "affirmed"),
        ("He was not only a painter but also a spy.", "affirmed"),
        # "Not even a few hours had passed".
        ("Not even a day had passed.", "negated"),
        ("Not one of the lifeboats was ready.", "negated"),
        ("Not even the mayor came.", "negated"),
        # "Failed to", "little or no", "none", "never", "without".
        ("The regulator failed to inspect the mine.", "negated"),
        ("There was little or no warning.", "negated"),
        ("None of the accounts was frozen.", "negated"),
        ("The minister never met the donors.", "negated"),
        ("Neither bank paid a fine.", "negated"),
    ],
)
def test_negation_by_construction(tell: Tell, text: str, polarity: str) -> None:
    claims = tell(text).claims
    assert claims
    assert {row.polarity for row in claims.values()} == {polarity}


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        ("Nobody disputes that the bridge was badly built.", "the bridge was badly built"),
        ("No one doubts that the lake is shrinking.", "the lake is shrinking"),
        ("Few deny that prices have doubled.", "prices have doubled"),
    ],
)
def test_what_nobody_disputes_is_affirmed(tell: Tell, text: str, claim: str) -> None:
    row = tell(text).claims[claim]
    assert (row.polarity, row.factuality > 0) == ("affirmed", True)


@pytest.mark.parametrize(
    ("text", "claim", "claimer"),
    [
        ("Weber denied that he had met the donors.", "he had met the donors", "Weber"),
        (
            "The company rejects claims that it dumped waste in the bay.",
            "it dumped waste in the bay",
            "The company",
        ),
        ("Officials dismissed reports that the king was ill.", "the king was ill", "Officials"),
    ],
)
def test_what_is_denied_is_a_negated_claim_of_who_denies(
    tell: Tell, text: str, claim: str, claimer: str
) -> None:
    told = tell(text)
    assert told.voices[claim] == claimer
    assert told.claims[claim].polarity == "negated"
    assert told.claims[claim].factuality < 0


# 2. Factuality follows polarity.


@pytest.mark.parametrize(
    ("text", "is_so"),
    [
        ("The figure was not correct.", False),
        ("The army did not fire a shot.", False),
        ("No passenger was hurt.", False),
        ("Nobody at the bank knew of the loan.", False),
        ("The new law does not apply to farms.", False),
        ("Weber never owned the yacht.", False),
        ("The dam will not be rebuilt.", False),
        ("She is not a member of the party.", False),
        ("The figure was correct.", True),
        ("The army fired on the crowd.", True),
        ("Weber still owns the yacht.", True),
        ("Hardly anyone came to the hearing.", False),
    ],
)
def test_factuality_has_the_sign_of_polarity(tell: Tell, text: str, is_so: bool) -> None:
    (row,) = tell(text).claims.values()
    assert row.polarity == ("affirmed" if is_so else "negated")
    assert (row.factuality > 0) == is_so


# 3. Modality and hedges.


@pytest.mark.parametrize(
    ("text", "modality"),
    [
        # "Have ... to" that is no "have to".
        ("Thousands have travelled to the capital.", "asserted"),
        ("The family has appealed to the court.", "asserted"),
        ("She had returned to Arden in May.", "asserted"),
        ("Drones have been used to sink ferries.", "asserted"),
        ("Loans have been given to farmers.", "asserted"),
        ("The site has been sold to a bank.", "asserted"),
        ("Rebels have also continued to hold the airport.", "asserted"),
        ("The party has managed to keep the seat.", "asserted"),
        ("Prices have begun to fall.", "asserted"),
        # "Need" with an object.
        ("Holt needed 88 minutes to win the match.", "asserted"),
        ("The climbers needed six hours to reach the hut.", "asserted"),
        ("The crew needed a crane to lift the engine.", "asserted"),
        # What is necessary.
        ("The port has to close.", "necessary"),
        ("Banks need to lend more.", "necessary"),
        ("The army must leave the valley.", "necessary"),
        # "Said it would" is future.
        ("The firm said it would close two mines.", "future"),
        ("Weber told staff that the bank would cut 300 jobs.", "future"),
        ("The ministry promised that schools would reopen.", "future"),
        # The surname May is no modal, and no hedge.
        ("Theresa May visited the port.", "asserted"),
        ("Mr May sold the farm.", "asserted"),
        ("Brian May played the guitar.", "asserted"),
        # "Claimed" lives, seats, prizes.
        ("The flood has claimed 40 lives.", "asserted"),
        ("The disease claimed three victims.", "asserted"),
        ("Holt claimed the title in Madrid.", "asserted"),
    ],
)
def test_modality_is_that_of_the_verb(tell: Tell, text: str, modality: str) -> None:
    (row,) = tell(text).claims.values()
    assert row.modality == modality
    assert [hedge.text for hedge in row.hedges] == []


# 4. Types.


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        # "More than N" compares nothing.
        ("More than 40 homes were lost.", "quantity"),
        ("The fund holds more than $3 billion.", "quantity"),
        ("Fewer than 200 people live on the island.", "quantity"),
        ("Exports grew faster than imports.", "comparison"),
        ("Rents in Arden are higher than in Brenn.", "comparison"),
        ("The north spends less than the south.", "comparison"),
        # "Killed in" is an event, "led to" a cause.
        ("A farmer was killed in an attack.", "event"),
        ("Two sailors died in the storm.", "quantity"),
        ("Police killed a man near the station.", "event"),
        ("The drought led to famine.", "causal"),
        ("The leak caused the explosion.", "causal"),
        ("Lead pipes cause brain damage.", "causal"),
        # A number in a name is no amount.
        ("Tourists left the Twelve Apostles on Sunday.", "event"),
        ("Apollo 13 returned on Friday.", "event"),
        ("Holt won the Masters 1000 event in Madrid.", "event"),
        # Nor is a score.
        ("Vogt beat Moll 6-4 7-5.", "event"),
        ("Arden lost 2-1 to Brenn.", "event"),
        ("Holt won 7-6 6-3 in Rome.", "event"),
    ],
)
def test_types_by_construction(tell: Tell, text: str, kind: str) -> None:
    (row,) = tell(text).claims.values()
    assert row.claim_type == kind


# 5. Dates.


@pytest.mark.parametrize(
    ("text", "day"),
    [
        # "By" somebody "on" a day that is past.
        ("Three monks were shot by rebels on March 29.", "2025-03-29"),
        ("The bridge was blown up by retreating troops on 11 November.", "2025-11-11"),
        ("A nurse was hit by a tram on April 2.", "2025-04-02"),
        ("The bank was fined by the regulator on Monday.", "2026-03-02"),
        ("The paper was sued by the mayor on Friday.", "2026-02-27"),
        ("He was cleared by a jury on Tuesday.", "2026-03-03"),
        # A weekday of the past.
        ("A pilot was killed on Thursday.", "2026-02-26"),
        ("Gunmen stormed the hotel on Saturday.", "2026-02-28"),
        ("The talks collapsed late on Sunday.", "2026-03-01"),
        # A weekday to come.
        ("The court will rule on Friday.", "2026-03-06"),
        ("Parliament will vote on Tuesday.", "2026-03-10"),
        ("Ferries will run again from Monday.", "2026-03-09"),
        # The present that means the future.
        ("Voters in Talvia go to the polls on Sunday.", "2026-03-08"),
        ("The museum reopens on Saturday.", "2026-03-07"),
        ("The trial begins on Thursday.", "2026-03-05"),
    ],
)
def test_days_by_tense(tell: Tell, text: str, day: str) -> None:
    assert tell(text).days == [(day, day)]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("The rebels seized the port on 7 October.", "2024-10-07"),
        ("The minister resigned on December 3.", "2024-12-03"),
        ("Two trains collided on 30 August.", "2024-08-30"),
        ("The new law takes effect on 1 October.", "2025-10-01"),
    ],
)
def test_a_day_of_the_year_that_is_past_is_not_the_one_to_come(tell: Tell, text: str, day: str) -> None:
    assert tell(text, published="2025-07-10T08:00+00:00").days == [(day, day)]


@pytest.mark.parametrize(
    "text",
    [
        "Wardens meet on the first Friday after the second Thursday in October.",
        "The board meets on the last Thursday of each month.",
        "Elections are held on the first Tuesday after the harvest.",
    ],
)
def test_a_rule_for_days_is_no_day(tell: Tell, text: str) -> None:
    assert [one for one in tell(text).days if one[0] == one[1] and one[0] != "None"] == []


@pytest.mark.parametrize(
    "text",
    [
        "The factory burned down in June.",
        "The tunnel was opened by the queen on 5 May.",
        "Hundreds fled the city in April.",
        "The union called off its strike on Thursday.",
        "The treaty was signed in the autumn.",
    ],
)
def test_no_past_event_lies_after_publication(tell: Tell, text: str) -> None:
    told = tell(text)
    assert told.claims
    assert all(last <= "2026-03-04" for _, last in told.days if last != "None")


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("The mayor resigned today.", "2026-03-03"),
        ("A mine collapsed yesterday.", "2026-03-02"),
        ("The senate votes tomorrow.", "2026-03-04"),
        ("A fire broke out on Tuesday.", "2026-03-03"),
    ],
)
def test_days_are_counted_from_the_local_one(tell: Tell, text: str, days: str) -> None:
    assert tell(text, published="2026-03-03T21:30-05:00").days == [(days, days)]


# 6. Claims that must not be lost.


@pytest.mark.parametrize(
    "text",
    [
        "The ceasefire ended at midnight.",
        "Negotiations resumed in Vienna.",
        "The mine will reopen.",
        "Dozens of farmers protested.",
        "The volcano erupted again.",
        "Shares in the bank continued to fall.",
        "The hearing opened on Monday.",
    ],
)
def test_a_verb_without_object_asserts(tell: Tell, text: str) -> None:
    assert tell(text).voices == {text.rstrip("."): "outlet"}


@pytest.mark.parametrize(
    ("text", "weighty"),
    [
        # An accusation.
        ("Weber accused the union of rigging the vote.", "rigging the vote"),
        ("Prosecutors charged the banker with fraud.", "fraud"),
        ("The opposition blames the ministry for the deaths of 12 miners.", "the deaths of 12 miners"),
        # A sum.
        ("The council agreed to spend £40m on the new hall.", "£40m"),
        ("The fund wants to raise $2 billion for vaccines.", "$2 billion"),
        ("Ministers are considering a tax of 12 percent on sugar.", "12 percent"),
        # A toll.
        ("Rescuers fear that 90 people drowned.", "90 people"),
        ("Witnesses spoke of at least 14 dead.", "14 dead"),
        ("The army believes it killed 30 rebels.", "30 rebels"),
        # A denial.
        ("The bank denied any wrongdoing.", "wrongdoing"),
        ("Weber denied taking the money.", "taking the money"),
        ("The company denies polluting the river.", "polluting the river"),
    ],
)
def test_what_weighs_survives_in_some_claim(tell: Tell, text: str, weighty: str) -> None:
    assert [claim for claim in tell(text).claims if weighty in claim]


# 7. Padding.


@pytest.mark.parametrize(
    "text",
    [
        "The rifles found in the cellar were new.",
        "Pupils who failed the test must repeat it.",
        "The road that links the two towns has been closed.",
        "A man wearing a red coat left the bank.",
        "Farmers hit by the drought will get loans.",
    ],
)
def test_a_restrictive_modifier_is_no_claim(tell: Tell, text: str) -> None:
    assert tell(text).voices == {text.rstrip("."): "outlet"}


@pytest.mark.parametrize(
    ("text", "claims"),
    [
        ("The army withdrew after the bridge fell.", {"The army withdrew", "the bridge fell"}),
        (
            "A tanker ran aground, spilling oil into the bay.",
            {"A tanker ran aground", "spilling oil into the bay"},
        ),
        ("Weber sold the yacht, which had cost $4m.", {"Weber sold the yacht", "which had cost $4m"}),
        ("The bank closed because its owners had fled.", {"The bank closed", "its owners had fled"}),
        ("Rents rose by a tenth, while wages fell.", {"Rents rose by a tenth", "wages fell"}),
    ],
)
def test_a_trailing_clause_is_cut_off(tell: Tell, text: str, claims: set[str]) -> None:
    assert set(tell(text).claims) == claims


@pytest.mark.parametrize(
    "text",
    [
        "A long way to go.",
        "No comment.",
        "Good morning, everyone.",
        "Happy new year!",
        "More on this story soon.",
    ],
)
def test_a_fragment_is_no_claim(tell: Tell, text: str) -> None:
    assert tell(text).claims == {}


def test_days_are_days(tell: Tell) -> None:
    (row,) = tell("A mine collapsed yesterday.").rows.claims
    assert row.dates[0].start == date(2026, 3, 3)
