-- One row per entity that is quoted: how often, where and when.
--
-- spans days
-- key: speaker_id
-- order: n_quotes_once desc, n_quotes desc, speaker_id
--
-- speaker_id string: the entity, human decisions obeyed
-- name string: canonical name
-- label mentions.label: type, in the label set of OntoNotes
-- role string: the title or office that most of its quotations come with
-- n_quotes long: quotations
-- n_quotes_once long: of these, those that are not in reprints
-- n_speech long: said or written, against thought, wished, planned or shown by figures
-- n_articles long: articles, counted on each of their days
-- n_outlets long: outlets
-- first_day date: first day
-- last_day date: last day
with roles as (
    select speaker_id, first(role order by n desc, role) as role
    from (
        select speaker_id, speaker_role as role, count(*) as n
        from said where speaker_role is not null group by all
    )
    group by speaker_id
)
select
    s.speaker_id,
    any_value(s.speaker_name) as name,
    any_value(s.speaker_label) as label,
    any_value(r.role) as role,
    count(*) as n_quotes,
    count(*) filter (not s.is_reprint) as n_quotes_once,
    count(*) filter (s.is_speech) as n_speech,
    count(distinct (s.day, s.article_id)) as n_articles,
    count(distinct s.outlet) as n_outlets,
    min(s.day) as first_day,
    max(s.day) as last_day
from said s
left join roles r on r.speaker_id = s.speaker_id
where s.speaker_id is not null
group by s.speaker_id
