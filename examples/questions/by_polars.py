"""The same thirteen questions with polars, on rows of the views that DuckDB hands over."""

import re

import duckdb
import polars as pl
from polars import col

NAME, WORD, DAY = "Margaret Ashdown", "harbour", "2026-03-03"
ONE, OTHER = "The Albion Courier", "Daily Klaxon"


class Desk:
    """The questions, asked of a connection that knows the views (`by_duckdb.connected`)."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self.con = con

    def view(self, name: str) -> pl.DataFrame:
        """All rows of a table or view."""
        return self.con.sql(f"from {name}").pl()

    def once(self, name: str) -> pl.DataFrame:
        """Those that are not in reprints."""
        return self.view(name).filter(~col("is_reprint"))

    def who_is_quoted_most_and_on_what(self) -> pl.DataFrame:
        named = self.once("quote_names").filter(col("n_named") > 0, ~col("is_speaker"))
        on = (
            named.drop_nulls("speaker_id")
            .group_by("speaker_id", "name")
            .len()
            .sort("speaker_id", "len", "name", descending=[False, True, False])
            .group_by("speaker_id", maintain_order=True)
            .agg(col("name").head(3).str.join(", ").alias("about"))
        )
        most = self.view("speakers").sort(
            "n_quotes_once", "name", "speaker_id", descending=[True, False, False]
        )
        return (
            most.head(10)
            .join(on, on="speaker_id", how="left", maintain_order="left")
            .select("name", "n_quotes_once", "about")
        )

    def which_pronouns_do_the_quoted_go_by(self) -> pl.DataFrame:
        said = self.once("said").filter(col("is_speech"), col("speaker_label") == "PERSON")
        pronouns = self.view("entity_pronouns").select("entity_id", "pronoun")
        found = said.join(pronouns, left_on="speaker_id", right_on="entity_id", how="left")
        return found.group_by(col("pronoun").fill_null("unknown")).len("n").sort("pronoun")

    def what_is_said_in_the_own_voice(self) -> pl.DataFrame:
        own, of_sources = ((col("voice") == voice).sum() for voice in ("outlet", "attributed"))
        counted = self.once("asserted").group_by("outlet")
        return counted.agg(n=pl.len(), own=own, of_sources=of_sources).sort("outlet")

    def who_said_it_first(self) -> pl.DataFrame:
        first = self.view("spread_members").filter(col("rank") == 1).sort("claim_group_id", "claim_id")
        return first.select(
            "claim_group_id", "outlet", "published_at", "said_by", "claim", "is_first_certain"
        )

    def what_spread_most(self) -> pl.DataFrame:
        order = ["n_origins", "is_self_contained", "checkworthiness", "claim_group_id"]
        spread = self.view("spread").sort(order, descending=[True, True, True, False]).head(10)
        return spread.select("claim", "n_origins", "n_outlets", "first_day")

    def what_is_contradicted(self) -> pl.DataFrame:
        groups = self.view("spread").filter(col("n_contradicting") > 0)
        members = self.view("spread_members").join(groups, on="claim_group_id", how="semi")
        members = members.sort("claim_group_id", "relation", "day", "claim_id")
        return members.select("claim_group_id", "relation", "outlet", "said_by", "polarity", "claim")

    def what_is_said_about_somebody(self) -> pl.DataFrame:
        named = self.view("quote_names").filter(col("name") == NAME, col("n_named") > 0)
        about = named.filter(~col("is_speaker"))
        said = self.view("said").join(about, on=["day", "quote_id"], how="semi").sort("day", "quote_id")
        return said.select("day", "outlet", "speaker_or_words", "quote")

    def how_often_is_somebody_named(self) -> pl.DataFrame:
        entities = self.view("article_entities").filter(col("name") == NAME)
        return entities.group_by("day", "outlet").agg(col("n_mentions").sum()).sort("day", "outlet")

    def who_is_named_together(self) -> pl.DataFrame:
        named = self.once("article_entities").filter(col("label").is_in(["PERSON", "ORG"]))
        named = named.select("day", "article_id", "entity_id", "name").unique()
        pairs = named.join(named, on=["day", "article_id"], suffix="_other")
        ids = ["entity_id", "entity_id_other"]
        counted = pairs.filter(col(ids[0]) < col(ids[1])).group_by(*ids, "name", "name_other").len("n")
        counted = counted.sort("n", *ids, descending=[True, False, False]).head(10)
        return counted.select("name", "name_other", "n")

    def what_is_worth_checking(self) -> pl.DataFrame:
        claims = self.once("asserted").filter(col("day") == pl.lit(DAY).str.to_date())
        claims = claims.sort("checkworthiness", "claim_id", descending=[True, False]).head(10)
        return claims.select("checkworthiness", "outlet", "said_by", "claim", "n_outlets")

    def whom_does_one_outlet_quote_and_another_not(self) -> pl.DataFrame:
        said = self.once("said").drop_nulls("speaker_id")
        own = said.filter(col("outlet") == ONE)
        own = own.join(said.filter(col("outlet") == OTHER), on="speaker_id", how="anti")
        counted = own.group_by("speaker_id", "speaker_name").len("n")
        counted = counted.sort("n", "speaker_id", descending=[True, False]).head(10)
        return counted.select("speaker_name", "n")

    def which_amounts_are_given(self) -> pl.DataFrame:
        found = self.once("claim_amounts").filter(col("claim").str.contains("(?i)ferry"))
        found = found.sort("day", "claim_id", "number")
        return found.select("day", "outlet", "said_by", "amount", "value", "unit", "comparator")

    def where_does_a_word_stand(self) -> pl.DataFrame:
        reprints = self.view("duplicates").drop_nulls("duplicate_of")
        articles = self.view("articles").join(reprints, on=["day", "article_id"], how="anti")
        rows = [
            (
                day,
                outlet,
                _line(text[max(0, hit.start() - 30) : hit.start()]),
                hit[0],
                _line(text[hit.end() :][:30]),
            )
            for day, outlet, text in articles.sort("day", "article_id").select("day", "source", "text").rows()
            for hit in re.finditer(rf"(?<!\w){WORD}\w*", text, re.IGNORECASE)
        ]
        return pl.DataFrame(rows, schema=["day", "outlet", "left", "hit", "right"], orient="row")


def _line(text: str) -> str:
    return re.sub(r"\s", " ", text)
