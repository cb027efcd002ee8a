-- One row per claim of a group, in the order of publication: who said it first, and is that certain.
--
-- spans days
-- key: day, claim_id
-- order: claim_group_id, rank, day, claim_id
--
-- claim_group_id string: the group
-- claim_id string: the claim
-- day date: UTC day of the article's partition
-- article_id string: the article
-- outlet string: the outlet
-- published_at timestamp: time of publication
-- published_at_precision articles.published_at_precision: how much of that time was given
-- voice claims.claimer_kind: who asserts it: the outlet in its own voice, a source that it names, or unclear
-- said_by string: who asserts it, as in asserted
-- said_by_id string: entity of the source, human decisions obeyed
-- claim string: the words of this article
-- relation claim_groups.relation: to the group's first claim
-- polarity claims.polarity: does it say that it is so, or not so
-- rank long: place by time of publication, 1 for the first and for all that share its time; claims without a time come last; null for those that contradict
-- is_first_certain boolean: published before all other articles of the group could have been, as far as their times are known
-- is_reprint boolean: the article repeats another one, on any day
-- permalink string: address of the claim on the explorer, without the host
with members as (
    select
        s.*,
        a.published_at_precision,
        s.relation <> 'contradicts' as agrees,
        epoch_us(s.published_at) as earliest,
        epoch_us(s.published_at) + 1000000::bigint * case a.published_at_precision
            when 'second' then 1 when 'minute' then 60 when 'day' then 86400 else 31 * 86400
        end as latest
    from asserted s
    join articles a on a.day = s.day and a.article_id = s.article_id
    where s.claim_group_id is not null
)
select
    m.claim_group_id,
    m.claim_id,
    m.day,
    m.article_id,
    m.outlet,
    m.published_at,
    m.published_at_precision,
    m.voice,
    m.said_by,
    m.said_by_id,
    m.claim,
    m.relation,
    m.polarity,
    case when m.agrees then
        rank() over (partition by m.claim_group_id, m.agrees order by m.earliest nulls last)
    end as rank,
    m.agrees and m.earliest is not null and not exists (
        from members o
        where o.claim_group_id = m.claim_group_id
            and o.agrees
            and o.article_id <> m.article_id
            and (o.earliest is null or o.earliest < m.latest)
    ) as is_first_certain,
    m.is_reprint,
    m.permalink
from members m
