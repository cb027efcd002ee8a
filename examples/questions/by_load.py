"""Thirteen questions that newsrooms ask, answered with `load` and pandas."""

import pandas as pd

from pipeline.find import concordance
from pipeline.load import load

NAME, WORD, DAY = "Margaret Ashdown", "harbour*", "2026-03-03"
ONE, OTHER = "The Albion Courier", "Daily Klaxon"


def who_is_quoted_most_and_on_what() -> pd.DataFrame:
    """Speakers by quotations, reprints left out, with the three names that come up most in them."""
    named = load("quote_names", where="speaker_id is not null and n_named > 0 and not is_speaker", once=True)
    on = named.groupby(["speaker_id", "name"]).size().reset_index(name="n")
    on = on.sort_values(["speaker_id", "n", "name"], ascending=[True, False, True])
    on = on.groupby("speaker_id")["name"].agg(lambda names: ", ".join(names.head(3)))
    most = load("speakers", columns=["speaker_id", "name", "n_quotes_once"])
    most = most.sort_values(["n_quotes_once", "name", "speaker_id"], ascending=[False, True, True]).head(10)
    most["about"] = most["speaker_id"].map(on)
    return most[["name", "n_quotes_once", "about"]]


def which_pronouns_do_the_quoted_go_by() -> pd.DataFrame:
    """Speech of persons by the pronoun that texts use for them; unknown where they use none, or both."""
    said = load("said", where={"is_speech": True, "speaker_label": "PERSON"}, once=True)
    pronouns = load("entity_pronouns").set_index("entity_id")["pronoun"]
    found = said["speaker_id"].map(pronouns).fillna("unknown")
    return found.value_counts().rename_axis("pronoun").reset_index(name="n").sort_values("pronoun")


def what_is_said_in_the_own_voice() -> pd.DataFrame:
    """Claims of each outlet: how many in all, in its own voice, and of sources that it names."""
    claims = load("asserted", columns=["outlet", "voice"], once=True)
    claims["is_own"], claims["is_of_source"] = claims["voice"] == "outlet", claims["voice"] == "attributed"
    counted = claims.groupby("outlet").agg(
        n=("voice", "size"), own=("is_own", "sum"), of_sources=("is_of_source", "sum")
    )
    return counted.reset_index().sort_values("outlet")


def who_said_it_first() -> pd.DataFrame:
    """The first to make each claim that spread, ties included, and whether the times make that certain."""
    first = load("spread_members", where={"rank": 1})
    first = first.sort_values(["claim_group_id", "claim_id"])
    return first[["claim_group_id", "outlet", "published_at", "said_by", "claim", "is_first_certain"]]


def what_spread_most() -> pd.DataFrame:
    """Claims by independent origins; what is understood by itself and worth checking comes first."""
    columns = ["claim", "n_origins", "n_outlets", "first_day"]
    return load("spread", columns=columns).head(10)


def what_is_contradicted() -> pd.DataFrame:
    """Candidates for contradictions, with what they contradict: to be read in both contexts."""
    groups = load("spread", where="n_contradicting > 0")["claim_group_id"]
    members = load("spread_members")
    members = members[members["claim_group_id"].isin(groups)]
    members = members.sort_values(["claim_group_id", "relation", "day", "claim_id"])
    return members[["claim_group_id", "relation", "outlet", "said_by", "polarity", "claim"]]


def what_is_said_about_somebody() -> pd.DataFrame:
    """Quotations of others that name a person, and who is quoted."""
    where = f"name = '{NAME}' and n_named > 0 and not is_speaker"
    about = load("quote_names", where=where, columns=["day", "quote_id"])
    said = load("said", columns=["day", "quote_id", "outlet", "speaker_or_words", "quote"])
    found = about.merge(said, on=["day", "quote_id"]).sort_values(["day", "quote_id"])
    return found[["day", "outlet", "speaker_or_words", "quote"]]


def how_often_is_somebody_named() -> pd.DataFrame:
    """Mentions of a person by day and outlet."""
    entities = load("article_entities", where={"name": NAME})
    counted = entities.groupby(["day", "outlet"])["n_mentions"].sum().reset_index()
    return counted.sort_values(["day", "outlet"])


def who_is_named_together() -> pd.DataFrame:
    """Pairs of persons and organisations in the same articles, reprints left out."""
    where = {"label": ["PERSON", "ORG"]}
    keys = ["day", "article_id"]
    named = load("article_entities", where=where, columns=[*keys, "entity_id", "name"], once=True)
    named = named.drop_duplicates([*keys, "entity_id"])
    pairs = named.merge(named, on=keys, suffixes=("", "_other"))
    pairs = pairs[pairs["entity_id"] < pairs["entity_id_other"]]
    ids = ["entity_id", "entity_id_other"]
    counted = pairs.groupby([*ids, "name", "name_other"]).size().reset_index(name="n")
    counted = counted.sort_values(["n", *ids], ascending=[False, True, True]).head(10)
    return counted[["name", "name_other", "n"]]


def what_is_worth_checking() -> pd.DataFrame:
    """Claims of a day by checkworthiness."""
    claims = load("asserted", days=DAY, once=True)
    claims = claims.sort_values(["checkworthiness", "claim_id"], ascending=[False, True]).head(10)
    return claims[["checkworthiness", "outlet", "said_by", "claim", "n_outlets"]]


def whom_does_one_outlet_quote_and_another_not() -> pd.DataFrame:
    """Speakers of one outlet whom the other never quotes."""
    columns = ["outlet", "speaker_id", "speaker_name"]
    said = load("said", where={"outlet": [ONE, OTHER]}, columns=columns, once=True).dropna()
    others = said[said["outlet"] == OTHER]["speaker_id"]
    own = said[(said["outlet"] == ONE) & ~said["speaker_id"].isin(others)]
    counted = own.groupby(["speaker_id", "speaker_name"]).size().reset_index(name="n")
    counted = counted.sort_values(["n", "speaker_id"], ascending=[False, True]).head(10)
    return counted[["speaker_name", "n"]]


def which_amounts_are_given() -> pd.DataFrame:
    """Amounts in claims on a subject."""
    found = load("claim_amounts", where="claim ilike '%ferry%'", once=True)
    found = found.sort_values(["day", "claim_id", "number"])
    return found[["day", "outlet", "said_by", "amount", "value", "unit", "comparator"]]


def where_does_a_word_stand() -> pd.DataFrame:
    """Each place of a word, with what is left and right of it."""
    return concordance(WORD, width=30)[["day", "outlet", "left", "hit", "right"]]


QUESTIONS = [
    who_is_quoted_most_and_on_what,
    which_pronouns_do_the_quoted_go_by,
    what_is_said_in_the_own_voice,
    who_said_it_first,
    what_spread_most,
    what_is_contradicted,
    what_is_said_about_somebody,
    how_often_is_somebody_named,
    who_is_named_together,
    what_is_worth_checking,
    whom_does_one_outlet_quote_and_another_not,
    which_amounts_are_given,
    where_does_a_word_stand,
]
