"""The same thirteen questions in SQL, over the views of `views.sql`."""

from pathlib import Path

import duckdb

NAME, WORD, DAY = "Margaret Ashdown", "harbour", "2026-03-03"
ONE, OTHER = "The Albion Courier", "Daily Klaxon"

QUESTIONS = {
    "who_is_quoted_most_and_on_what": """
        with named as (
            select speaker_id, name, count(*) as n from quote_names
            where n_named > 0 and not is_speaker and not is_reprint group by all
        ), about as (
            select speaker_id, string_agg(name, ', ' order by n desc, name) as about
            from (from named qualify row_number() over (partition by speaker_id order by n desc, name) <= 3)
            group by speaker_id
        )
        select name, n_quotes_once, about from speakers left join about using (speaker_id)
        order by n_quotes_once desc, name, speaker_id limit 10""",
    "which_pronouns_do_the_quoted_go_by": """
        select coalesce(p.pronoun, 'unknown') as pronoun, count(*) as n
        from said left join entity_pronouns p on p.entity_id = speaker_id
        where is_speech and speaker_label = 'PERSON' and not is_reprint group by 1 order by 1""",
    "what_is_said_in_the_own_voice": """
        select outlet, count(*) as n, count(*) filter (voice = 'outlet') as own,
            count(*) filter (voice = 'attributed') as of_sources
        from asserted where not is_reprint group by outlet order by outlet""",
    "who_said_it_first": """
        select claim_group_id, outlet, published_at, said_by, claim, is_first_certain
        from spread_members where rank = 1 order by claim_group_id, claim_id""",
    "what_spread_most": """
        select claim, n_origins, n_outlets, first_day from spread
        order by n_origins desc, is_self_contained desc, checkworthiness desc, claim_group_id limit 10""",
    "what_is_contradicted": """
        select claim_group_id, relation, outlet, said_by, polarity, claim
        from spread_members semi join (from spread where n_contradicting > 0) using (claim_group_id)
        order by claim_group_id, relation, day, claim_id""",
    "what_is_said_about_somebody": f"""
        select day, outlet, speaker_or_words, quote
        from said semi join (
            from quote_names where name = '{NAME}' and n_named > 0 and not is_speaker
        ) using (day, quote_id)
        order by day, quote_id""",
    "how_often_is_somebody_named": f"""
        select day, outlet, sum(n_mentions) as n_mentions from article_entities
        where name = '{NAME}' group by all order by day, outlet""",
    "who_is_named_together": """
        with named as (
            select distinct day, article_id, entity_id, name from article_entities
            where label in ('PERSON', 'ORG') and not is_reprint
        )
        select a.name, b.name as name_other, count(*) as n
        from named a join named b using (day, article_id) where a.entity_id < b.entity_id
        group by a.entity_id, b.entity_id, a.name, b.name
        order by n desc, a.entity_id, b.entity_id limit 10""",
    "what_is_worth_checking": f"""
        select checkworthiness, outlet, said_by, claim, n_outlets from asserted
        where day = '{DAY}' and not is_reprint order by checkworthiness desc, claim_id limit 10""",
    "whom_does_one_outlet_quote_and_another_not": f"""
        with once as (from said where speaker_id is not null and not is_reprint)
        select speaker_name, count(*) as n
        from once anti join (from once where outlet = '{OTHER}') o using (speaker_id)
        where outlet = '{ONE}' group by speaker_id, speaker_name order by n desc, speaker_id limit 10""",
    "which_amounts_are_given": """
        select day, outlet, said_by, amount, value, unit, comparator from claim_amounts
        where claim ilike '%ferry%' and not is_reprint order by day, claim_id, number""",
    "where_does_a_word_stand": rf"""
        with once as (
            select day, article_id, source as outlet, text from articles
            anti join (from duplicates where duplicate_of is not null) d using (day, article_id)
            where regexp_matches(text, '(?i)\b{WORD}')
        ), places as (
            select *, unnest(range(1, length(text) + 1)) as place from once
        ), hits as (
            select *, regexp_extract(substr(text, place, 80), '(?i)^{WORD}\w*') as hit from places
            where hit <> '' and not regexp_matches(substr(' ' || text, place, 1), '\w')
        )
        select day, outlet,
            regexp_replace(substr(text, greatest(1, place - 30), least(30, place - 1)), '\s', ' ', 'g'),
            hit, regexp_replace(substr(text, place + length(hit), 30), '\s', ' ', 'g')
        from hits order by day, article_id, place""",
}


def connected(tables: str = "data/tables") -> duckdb.DuckDBPyConnection:
    """Return a connection that knows the views of a folder of tables."""
    con = duckdb.connect()
    con.execute("set file_search_path = $1", [tables])
    con.execute((Path(tables) / "views.sql").read_text("utf-8"))
    return con
