-- One row per time in a claim, as an interval of days.
--
-- key: day, claim_id, number
-- order: day, article_id, claim_id, number
--
-- claim_id string: the claim
-- number long: its place among those of the claim, from 1
-- day date: UTC day of the article's partition
-- article_id string: the article
-- outlet string: the outlet
-- voice claims.claimer_kind: who asserts it: the outlet in its own voice, a source that it names, or unclear
-- said_by string: who asserts it, as in asserted
-- said_by_id string: entity of the source, human decisions obeyed
-- claim string: the claim in which it stands
-- time string: as printed
-- first_day date: first day of the interval; null where it is not settled
-- last_day date: last day, included
-- start_char integer: first code point in articles.text
-- end_char integer: after the last code point
-- is_reprint boolean: the article repeats another one, on any day
-- permalink string: address of the claim on the explorer, without the host
select
    s.claim_id,
    c.number,
    s.day,
    s.article_id,
    s.outlet,
    s.voice,
    s.said_by,
    s.said_by_id,
    s.claim,
    c.item.text as time,
    c.item.start as first_day,
    c.item.end as last_day,
    c.item.start_char,
    c.item.end_char,
    s.is_reprint,
    s.permalink
from (
    select day, article_id, claim_id, unnest(dates) as item, unnest(range(1, len(dates) + 1)) as number
    from claims
) c
join asserted s on s.day = c.day and s.claim_id = c.claim_id
